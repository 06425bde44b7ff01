import {
  Button,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Trans } from 'react-i18next/TransWithoutContext';
import type { TablesReadOut } from '../../src/http/schemas/records.ts';
import { answerOf, api } from '../ui/api.ts';
import { AppLink } from '../ui/link.tsx';
import { useMay } from '../ui/me.tsx';
import { keys } from '../ui/queries.ts';
import { sentenceOf } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';

const useStyles = makeStyles({
  line: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '12px' },
  when: { color: tokens.colorNeutralForeground2 },
});

/** `readAt` is of the last reading that succeeded on this page. */
type Reading = UseMutationResult<TablesReadOut, Error, void> & { readAt: string | null };

/**
 * Reads tables and columns of an organisation afresh as a page opens, for who may set them up: one that was just made there
 * is here. Null where there is nothing to ask, `elsewhere` false.
 */
export function useTablesRead(elsewhere: boolean, table?: string): Reading | null {
  const client = useQueryClient();
  const [readAt, setReadAt] = useState<string | null>(null);
  const wanted = useMay('manage-record-types') && elsewhere;
  const reading = useMutation({
    mutationFn: () => api.post('/api/crm/tables/read', undefined, answerOf<TablesReadOut>()),
    onSuccess: (answer) => {
      setReadAt(answer.readAt);
      void client.invalidateQueries({ queryKey: keys.tables() });
      // Those with counts too, whose key begins with this one.
      if (table !== undefined) void client.invalidateQueries({ queryKey: keys.columns(table) });
    },
  });
  const { mutate } = reading;
  useEffect(() => {
    if (wanted) mutate();
  }, [wanted, mutate]);
  return wanted ? { ...reading, readAt } : null;
}

/** When the tables were read, with a button for again; or that the organisation could not be asked, and what to do. */
export function TablesRead({ reading }: { reading: Reading | null }) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  if (reading === null) return null;
  return (
    <>
      {reading.isError && (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>{t('tablesRead.notAsked')}</MessageBarTitle> {sentenceOf(reading.error)}{' '}
            {t('tablesRead.todo')}
          </MessageBarBody>
        </MessageBar>
      )}
      <div className={styles.line}>
        {reading.readAt !== null && (
          <span className={styles.when}>
            <Trans
              t={t}
              i18nKey="tablesRead.at"
              components={{ when: <Time at={reading.readAt} form="long" /> }}
            />
          </span>
        )}
        {reading.isError && <AppLink to="/configuration/crm">{t('crmSync.title')}</AppLink>}
        <Button size="small" disabledFocusable={reading.isPending} onClick={() => reading.mutate()}>
          {t(reading.isPending ? 'tablesRead.reading' : 'tablesRead.again')}
        </Button>
      </div>
    </>
  );
}
