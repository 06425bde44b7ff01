import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { History24Regular } from '@fluentui/react-icons/svg/history';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { AuditOut } from '../../src/http/schemas/administration.ts';
import { translate } from '../i18n/i18n.ts';
import { answerOf, api, withQuery } from '../ui/api.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { Needing } from '../ui/may.tsx';
import { Page, PageHeader } from '../ui/page.tsx';
import { keys } from '../ui/queries.ts';
import { EmptyState, ErrorState, Loading } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { auditSentence } from './audit-words.ts';
import { differencesOf } from './differences.ts';

type Entry = z.infer<typeof AuditOut>;
type AuditPageOut = { items: AuditOut[]; nextCursor: string | null };

const useStyles = makeStyles({
  changes: { margin: 0, padding: 0, listStyle: 'none', display: 'flex', flexDirection: 'column', gap: '2px' },
  details: { '& > summary': { cursor: 'pointer', color: tokens.colorBrandForegroundLink } },
  field: { color: tokens.colorNeutralForeground3 },
});

const columns = (): Column<Entry>[] => [
  { header: translate('configuration:audit.columns.what'), cell: auditSentence, width: '32%' },
  {
    header: translate('configuration:audit.columns.change'),
    cell: (entry) => <Changes entry={entry} />,
    width: '38%',
  },
  { header: translate('configuration:audit.columns.who'), cell: ({ actor }) => <bdi>{actor}</bdi> },
  { header: translate('configuration:audit.columns.when'), cell: ({ at }) => <Time at={at} form="long" /> },
];

/** A short change is told at once; what was made or removed as a whole on demand. */
function Changes({ entry }: { entry: Entry }) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  const differences = differencesOf(entry.before, entry.after);
  const whole = entry.before === null || entry.after === null;
  const list = (
    <ul className={styles.changes}>
      {differences.map(({ field, before, after }) => (
        <li key={field}>
          {field !== '' && <span className={styles.field}>{field}: </span>}
          {entry.before === null ? (
            <bdi>{after}</bdi>
          ) : entry.after === null ? (
            <bdi>{before}</bdi>
          ) : (
            t('audit.fromTo', { before, after })
          )}
        </li>
      ))}
    </ul>
  );
  if (!whole && differences.length <= 3) return list;
  return (
    <details className={styles.details}>
      <summary>{t('audit.fields', { count: differences.length })}</summary>
      {list}
    </details>
  );
}

/** Configuration → Audit: who changed what in the configuration, newest first. */
export function AuditPage() {
  const { t } = useTranslation('configuration');
  return (
    <Needing right="see-audit" title={t('audit.title')}>
      <Entries />
    </Needing>
  );
}

function Entries() {
  const { t } = useTranslation('configuration');
  const audit = useInfiniteQuery({
    queryKey: keys.audit(),
    queryFn: ({ pageParam, signal }) =>
      api.get(withQuery('/api/audit', { cursor: pageParam }), answerOf<AuditPageOut>(), { signal }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  const entries = audit.data?.pages.flatMap(({ items }) => items);
  return (
    <Page>
      <PageHeader title={t('audit.title')} description={t('audit.description')} />
      {audit.isError && entries === undefined && (
        <ErrorState error={audit.error} onRetry={() => void audit.refetch()} />
      )}
      {audit.isPending && <Loading />}
      {entries?.length === 0 && (
        <EmptyState icon={<History24Regular />} title={t('audit.none')}>
          {t('audit.noneText')}
        </EmptyState>
      )}
      {entries !== undefined && entries.length > 0 && (
        <DataTable label={t('audit.label')} columns={columns()} rows={entries} rowKey={({ id }) => id} />
      )}
      {audit.hasNextPage && (
        <div>
          <Button disabled={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>
            {audit.isFetchingNextPage ? t('audit.loading') : t('audit.older')}
          </Button>
        </div>
      )}
    </Page>
  );
}
