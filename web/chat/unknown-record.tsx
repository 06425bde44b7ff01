import { useTranslation } from 'react-i18next';
import { ApiProblem } from '../ui/api.ts';
import { EmptyState, Loaded } from '../ui/states.tsx';
import { useRecordTypeList } from './desk-queries.ts';

/** The server knows no such record, or does not work with its table. */
export const isUnknown = (error: unknown): boolean => error instanceof ApiProblem && error.status === 404;

/** In the place of a chat that there cannot be: which of the two is not known here, and what to do. */
export function UnknownRecord({ table }: { table: string }) {
  const { t } = useTranslation('embed');
  const types = useRecordTypeList();
  return (
    <Loaded query={types}>
      {(list) =>
        list.some((type) => type.table === table) ? (
          <EmptyState title={t('unknownRecord.title')}>{t('unknownRecord.text')}</EmptyState>
        ) : (
          <EmptyState title={t('unknownTable.title')}>{t('unknownTable.text', { table })}</EmptyState>
        )
      }
    </Loaded>
  );
}
