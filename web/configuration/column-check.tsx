import {
  Button,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  tokens,
  useRestoreFocusTarget,
} from '@fluentui/react-components';
import { Beaker20Regular } from '@fluentui/react-icons/svg/beaker';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Trans } from 'react-i18next/TransWithoutContext';
import type { ColumnCheckOut } from '../../src/http/schemas/records.ts';
import { answerOf, api } from '../ui/api.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { keys } from '../ui/queries.ts';
import { sentenceOf } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { type Column, columnsPath } from './queries.ts';

const useStyles = makeStyles({
  whole: { display: 'flex', flexDirection: 'column', gap: '8px', alignItems: 'flex-start' },
  bar: { width: '100%' },
  steps: { margin: 0, paddingInlineStart: '20px' },
  dim: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
});

type Props = { table: string; column: Column; disabled: boolean };

/**
 * Whether Assent may read and write the chosen column, and its last test. A column it may not read looks like an empty one,
 * so only a test, or what the organisation says of column security, can tell.
 */
export function ColumnCheck({ table, column, disabled }: Props) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  const returnFocus = useRestoreFocusTarget();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const test = useMutation({
    mutationFn: () =>
      api.post(
        `${columnsPath(table)}/${encodeURIComponent(column.name)}/test`,
        undefined,
        answerOf<ColumnCheckOut>(),
      ),
    onSettled: async () => {
      setAsking(false);
      await client.invalidateQueries({ queryKey: keys.columns(table) });
    },
  });
  if (column.check === undefined) return null;
  return (
    <div className={styles.whole}>
      <p className={styles.dim}>{securityWords(t, column)}</p>
      {column.obstacle != null && (
        <MessageBar className={styles.bar} intent="error" layout="multiline">
          <MessageBarBody>{t(`check.obstacle.${column.obstacle}`)}</MessageBarBody>
        </MessageBar>
      )}
      {column.check !== null && <CheckResult check={column.check} />}
      {test.isError && (
        <MessageBar className={styles.bar} intent="error" layout="multiline">
          <MessageBarBody>{sentenceOf(test.error)}</MessageBarBody>
        </MessageBar>
      )}
      {!disabled && (
        <Button {...returnFocus} icon={<Beaker20Regular />} onClick={() => setAsking(true)}>
          {t('check.button')}
        </Button>
      )}
      <ConfirmDialog
        open={asking}
        title={t('check.title', { column: column.label })}
        confirmLabel={t('check.start')}
        busy={test.isPending}
        onConfirm={() => test.mutate()}
        onCancel={() => setAsking(false)}
      >
        {t('check.text')}
      </ConfirmDialog>
    </div>
  );
}

/** What the last test of a column found, step by step. */
export function CheckResult({ check }: { check: ColumnCheckOut }) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  const { verdict, steps, at, actor } = check;
  const intent = verdict === 'works' ? 'success' : verdict === 'unknown' ? 'warning' : 'error';
  return (
    <MessageBar className={styles.bar} intent={intent} layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>{t(`check.verdict.${verdict}`)}</MessageBarTitle>
        <Trans
          t={t}
          i18nKey="check.when"
          components={{ when: <Time at={at} form="on" />, actor: <bdi>{actor}</bdi> }}
        />
        <ol className={styles.steps}>
          {steps.map(({ step, ok, detail }) => (
            <li key={step}>
              {t(`check.steps.${step}`)}: {ok ? t('check.ok') : t('check.failed')}
              {detail !== null && (
                <>
                  {' '}
                  <bdi className={styles.dim}>{detail}</bdi>
                </>
              )}
            </li>
          ))}
        </ol>
      </MessageBarBody>
    </MessageBar>
  );
}

type Translate = ReturnType<typeof useTranslation<'configuration'>>['t'];

function securityWords(t: Translate, { security }: Column): string {
  if (security == null) return t('check.security.none');
  if (security.read === null || security.update === null) return t('check.security.unknown');
  if (!security.read) return t('check.security.noRead');
  return security.update ? t('check.security.open') : t('check.security.noUpdate');
}
