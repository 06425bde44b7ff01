import { Field, MessageBar, MessageBarBody, makeStyles, Select, tokens } from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { Settings } from '../../src/http/schemas/administration.ts';
import type { CrmSyncOut } from '../../src/http/schemas/crm-sync.ts';
import { formatNumber, listOf } from '../i18n/locale.ts';
import { answerOf, api } from '../ui/api.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { Facts } from '../ui/facts.tsx';
import { FormSection } from '../ui/form-section.tsx';
import { AppLink } from '../ui/link.tsx';
import { Ltr } from '../ui/ltr.tsx';
import { MayButton } from '../ui/may.tsx';
import { useMay } from '../ui/me.tsx';
import { keys } from '../ui/queries.ts';
import { sentenceOf } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { TroubleBar } from './trouble-bar.tsx';
import { withoutDrift } from './without-drift.ts';

type Compare = NonNullable<z.infer<typeof CrmSyncOut>['compare']>;
type Row = Compare['tables'][number];
type Drift = Compare['drift'][number];
type T = ReturnType<typeof useTranslation<'configuration'>>['t'];

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

const useStyles = makeStyles({
  hour: { maxWidth: '220px' },
  commands: { display: 'flex', gap: '8px' },
  title: { fontSize: tokens.fontSizeBase300, fontWeight: tokens.fontWeightSemibold },
});

/** When all records are compared with the CRM, what that found, and what it mended. */
export function CrmCompareSection({ compare }: { compare: Compare }) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  const client = useQueryClient();
  const mayChange = useMay('manage-settings');
  const look = () => client.invalidateQueries({ queryKey: keys.crmSync() });
  const now = useMutation({
    mutationFn: () => api.post('/api/crm/compare', undefined),
    onSettled: look,
  });
  const hour = useMutation({
    mutationFn: (crmCompareHour: number | null) =>
      api.patch('/api/settings', { crmCompareHour }, answerOf<Settings>()),
    onSettled: () => client.invalidateQueries({ queryKey: keys.settings() }).then(look),
  });
  const failed = now.error ?? hour.error;
  return (
    <FormSection title={t('crmSync.compare.title')} description={t('crmSync.compare.text')}>
      <Field
        label={t('crmSync.compare.hour')}
        hint={t('crmSync.compare.hourHint', { timeZone: compare.timeZone })}
      >
        <Select
          root={{ className: styles.hour }}
          value={String(compare.hour ?? '')}
          disabled={!mayChange || hour.isPending}
          onChange={(_, { value }) => hour.mutate(value === '' ? null : Number(value))}
        >
          <option value="">{t('crmSync.compare.never')}</option>
          {HOURS.map((one) => (
            <option key={one} value={one}>
              {`${String(one).padStart(2, '0')}:00`}
            </option>
          ))}
        </Select>
      </Field>
      {failed !== null && (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>{sentenceOf(failed)}</MessageBarBody>
        </MessageBar>
      )}
      {compare.nextAt !== null && (
        <Facts
          items={[{ term: t('crmSync.compare.nextAt'), value: <Time at={compare.nextAt} form="long" /> }]}
        />
      )}
      {compare.tables.length === 0 ? (
        <p>{t('crmSync.compare.noTables')}</p>
      ) : (
        <DataTable
          label={t('crmSync.compare.label')}
          columns={tableColumns(t)}
          rows={compare.tables}
          rowKey={(row) => row.table}
        />
      )}
      {compare.tables.map(
        ({ table, problem }) => problem !== null && <TroubleBar key={table} problem={problem} />,
      )}
      <div className={styles.commands}>
        <MayButton right="manage-record-types" disabledFocusable={now.isPending} onClick={() => now.mutate()}>
          {t('crmSync.compare.now')}
        </MayButton>
      </div>
      <h3 className={styles.title}>{t('crmSync.compare.found')}</h3>
      {compare.drift.length === 0 ? (
        <p>{t(`crmSync.compare.${withoutDrift(compare.tables)}`)}</p>
      ) : (
        <DataTable
          label={t('crmSync.compare.found')}
          columns={driftColumns(t)}
          rows={compare.drift}
          rowKey={(row) => `${row.table}/${row.recordId}/${row.foundAt}/${row.kind}`}
        />
      )}
    </FormSection>
  );
}

function tableColumns(t: T): Column<Row>[] {
  return [
    { header: t('crmSync.table'), cell: ({ label }) => <bdi>{label}</bdi> },
    {
      header: t('crmSync.compare.state'),
      cell: ({ phase, finishedAt }) =>
        t(`crmSync.compare.phases.${phase === 'idle' && finishedAt === null ? 'never' : phase}`),
    },
    {
      header: t('crmSync.compare.at'),
      cell: ({ finishedAt, startedAt }) => {
        const at = finishedAt ?? startedAt;
        return at === null ? null : <Time at={at} />;
      },
    },
    { header: t('crmSync.compare.compared'), cell: ({ compared }) => formatNumber(compared) },
    {
      header: t('crmSync.compare.differed'),
      cell: ({ differed }) =>
        formatNumber(Object.values(differed).reduce((sum, count) => sum + (count ?? 0), 0)),
    },
    { header: t('crmSync.compare.mended'), cell: ({ mended }) => formatNumber(mended) },
  ];
}

function driftColumns(t: T): Column<Drift>[] {
  return [
    {
      header: t('crmSync.problem.record'),
      cell: ({ table, recordId, name, kind }) =>
        kind === 'not-in-crm' ? (
          <bdi>{name ?? recordId}</bdi>
        ) : (
          <AppLink to={`/records/${encodeURIComponent(table)}/${recordId}`}>{name ?? recordId}</AppLink>
        ),
    },
    { header: t('crmSync.compare.kind'), cell: ({ kind }) => t(`crmSync.compare.kinds.${kind}`) },
    {
      header: t('crmSync.compare.columns'),
      cell: ({ columns }) => (columns.length === 0 ? null : <Ltr>{listOf(columns)}</Ltr>),
    },
    { header: t('crmSync.compare.foundAt'), cell: ({ foundAt }) => <Time at={foundAt} /> },
  ];
}
