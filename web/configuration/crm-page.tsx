import { MessageBar, MessageBarBody, makeStyles, ProgressBar, tokens } from '@fluentui/react-components';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { CrmSyncOut } from '../../src/http/schemas/crm-sync.ts';
import { formatNumber } from '../i18n/locale.ts';
import { api } from '../ui/api.ts';
import { crmSyncQuery } from '../ui/crm-sync.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { Facts } from '../ui/facts.tsx';
import { FormSection } from '../ui/form-section.tsx';
import { AppLink } from '../ui/link.tsx';
import { Ltr } from '../ui/ltr.tsx';
import { MayButton } from '../ui/may.tsx';
import { useMay } from '../ui/me.tsx';
import { Page, PageHeader } from '../ui/page.tsx';
import { keys } from '../ui/queries.ts';
import { Loaded, sentenceOf } from '../ui/states.tsx';
import { duration, Time } from '../ui/time.tsx';
import { CheckResult } from './column-check.tsx';
import { CrmCompareSection } from './crm-compare-section.tsx';
import { CrmWebhookSection } from './crm-webhook-section.tsx';
import { todoFor } from './crm-words.ts';
import { ReadOnlyNote } from './read-only-note.tsx';
import { TimelineSection } from './timeline-section.tsx';
import { TroubleBar } from './trouble-bar.tsx';

type Sync = z.infer<typeof CrmSyncOut>;

const LOOK_EVERY_MS = 3_000;

const useStyles = makeStyles({
  table: { display: 'flex', flexDirection: 'column', gap: '12px' },
  commands: { display: 'flex', gap: '8px' },
  title: { margin: 0, fontSize: tokens.fontSizeBase400, lineHeight: tokens.lineHeightBase400 },
  field: { display: 'flex', flexDirection: 'column', gap: '4px' },
  fieldTitle: { margin: 0, fontSize: tokens.fontSizeBase300, lineHeight: tokens.lineHeightBase300 },
});

/** Configuration → CRM: how far the records of an organisation are read, and what could not be written there. */
export function CrmPage() {
  const { t } = useTranslation('configuration');
  const sync = useQuery({
    ...crmSyncQuery(),
    refetchInterval: ({ state }) => (state.data?.crm === 'dataverse' ? LOOK_EVERY_MS : false),
  });
  return (
    <Page>
      <PageHeader
        title={t('crmSync.title')}
        description={sync.data?.crm === 'dataverse' ? t('crmSync.description') : undefined}
      />
      <ReadOnlyNote right="manage-record-types" />
      <Loaded query={sync}>
        {(data) => (data.crm === 'embedded' ? <p>{t('crmSync.embedded')}</p> : <Organisation sync={data} />)}
      </Loaded>
    </Page>
  );
}

function Organisation({ sync }: { sync: Sync }) {
  const { t } = useTranslation('configuration');
  const mayManage = useMay('manage-record-types');
  return (
    <>
      {sync.connection !== null && <Connection connection={sync.connection} />}
      <FormSection
        title={t('crmSync.records')}
        description={t('crmSync.staleness', { time: duration(sync.staleAfterSeconds * 1000, 'long') })}
      >
        {sync.tables.length === 0 && <p>{t('crmSync.noTables')}</p>}
        {sync.tables.map((table) => (
          <TableState key={table.table} table={table} />
        ))}
      </FormSection>
      <FormSection title={t('crmSync.problems')} description={t('crmSync.problemsText')}>
        {sync.problems.length === 0 ? (
          <p>{t('crmSync.noProblems')}</p>
        ) : (
          <DataTable
            label={t('crmSync.problems')}
            columns={problemColumns(t)}
            rows={sync.problems}
            rowKey={(row) => `${row.table}/${row.recordId}/${row.column}`}
          />
        )}
      </FormSection>
      {sync.timeline !== null && <TimelineSection timeline={sync.timeline} />}
      {sync.compare !== null && <CrmCompareSection compare={sync.compare} />}
      {mayManage && <CrmWebhookSection />}
    </>
  );
}

/** Which organisation it is, and whether it answers. */
function Connection({ connection }: { connection: NonNullable<Sync['connection']> }) {
  const { t } = useTranslation('configuration');
  const { url, problem, pausedUntil } = connection;
  return (
    <FormSection title={t('crmSync.connection.title')}>
      <Facts
        items={[
          { term: t('crmSync.connection.organisation'), value: <Ltr>{url}</Ltr> },
          {
            term: t('crmSync.state'),
            value: t(`crmSync.connection.${problem === null ? 'works' : 'fails'}`),
          },
          ...(problem === null
            ? []
            : [{ term: t('crmSync.problem.since'), value: <Time at={problem.since} form="long" /> }]),
          ...(pausedUntil === null
            ? []
            : [{ term: t('crmSync.problem.next'), value: <Time at={pausedUntil} form="long" /> }]),
        ]}
      />
      {problem !== null && <TroubleBar problem={problem} />}
    </FormSection>
  );
}

function TableState({ table }: { table: Sync['tables'][number] }) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  const client = useQueryClient();
  const again = useMutation({
    mutationFn: () => api.post(`/api/crm/sync/${encodeURIComponent(table.table)}/load`),
    onSettled: () => client.invalidateQueries({ queryKey: keys.crmSync() }),
  });
  // What stands in the way of a load is shown in place of its progress: nothing moves.
  const loading = table.phase !== 'following' && table.problem === null;
  return (
    <section className={styles.table} aria-label={table.label}>
      <h3 className={styles.title}>
        <bdi>{table.label}</bdi>
      </h3>
      <Facts
        items={[
          { term: t('crmSync.state'), value: t(`crmSync.phases.${table.phase}`) },
          {
            term: t('crmSync.loaded'),
            value:
              loading && table.total !== null && table.total > table.loaded
                ? t('crmSync.loadedOf', {
                    loaded: formatNumber(table.loaded),
                    total: formatNumber(table.total),
                  })
                : formatNumber(table.loaded),
          },
          {
            term: t('crmSync.rate'),
            value:
              table.ratePerSecond === null
                ? t('crmSync.none')
                : t('crmSync.perSecond', { number: Math.round(table.ratePerSecond) }),
          },
          {
            term: t('crmSync.readAt'),
            value: table.readAt === null ? t('crmSync.notYet') : <Time at={table.readAt} form="long" />,
          },
          { term: t('crmSync.pendingWrites'), value: formatNumber(table.pendingWrites) },
        ]}
      />
      {loading && (
        <ProgressBar
          aria-label={t('crmSync.progress', { table: table.label })}
          {...(table.total === null || table.total === 0
            ? {}
            : { value: Math.min(1, table.loaded / table.total), max: 1 })}
        />
      )}
      {table.problem !== null && <TroubleBar problem={table.problem} />}
      {table.fields.map((field) => (
        <FieldState key={field.name} field={field} />
      ))}
      {again.isError && (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>{sentenceOf(again.error)}</MessageBarBody>
        </MessageBar>
      )}
      <div className={styles.commands}>
        <MayButton
          right="manage-record-types"
          disabledFocusable={again.isPending}
          onClick={() => again.mutate()}
        >
          {t('crmSync.loadAgain')}
        </MayButton>
      </div>
    </section>
  );
}

/** Whether a field may be used, and how its last test went. */
function FieldState({ field }: { field: Sync['tables'][number]['fields'][number] }) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  return (
    <div className={styles.field}>
      <h4 className={styles.fieldTitle}>
        <bdi>{field.label}</bdi> <Ltr>{field.name}</Ltr>
      </h4>
      {field.obstacle != null && (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>{t(`check.obstacle.${field.obstacle}`)}</MessageBarBody>
        </MessageBar>
      )}
      {field.check == null ? <p>{t('check.notYet')}</p> : <CheckResult check={field.check} />}
    </div>
  );
}

type Problem = Sync['problems'][number];

function problemColumns(t: ReturnType<typeof useTranslation<'configuration'>>['t']): Column<Problem>[] {
  return [
    {
      header: t('crmSync.problem.record'),
      cell: ({ table, recordId, name }) => (
        <AppLink to={`/records/${encodeURIComponent(table)}/${recordId}`}>{name ?? recordId}</AppLink>
      ),
    },
    { header: t('crmSync.problem.column'), cell: ({ column }) => <Ltr>{column}</Ltr> },
    { header: t('crmSync.problem.todo'), cell: ({ code }) => todoFor(code) },
    { header: t('crmSync.problem.said'), cell: ({ text }) => <bdi>{text}</bdi> },
    { header: t('crmSync.problem.since'), cell: ({ since }) => <Time at={since} /> },
    { header: t('crmSync.problem.next'), cell: ({ nextAttemptAt }) => <Time at={nextAttemptAt} /> },
  ];
}
