import { MessageBar, MessageBarBody } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { RecordTypeOut } from '../../src/http/schemas/records.ts';
import { formatNumber } from '../i18n/locale.ts';

/** How far the records of a type that was just configured are taken in; nothing once they are. */
export function TakingIn({ type, named = false }: { type: RecordTypeOut; named?: boolean }) {
  const { t } = useTranslation('configuration');
  if (type.takingIn === null) return null;
  const { done, total } = type.takingIn;
  return (
    <MessageBar intent="info" layout="multiline">
      <MessageBarBody>
        {named && <strong dir="auto">{type.displayName}</strong>}{' '}
        {t('recordTypes.takingIn', { done: formatNumber(done), total: formatNumber(total) })}
      </MessageBarBody>
    </MessageBar>
  );
}
