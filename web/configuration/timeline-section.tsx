import { Field, MessageBar, MessageBarBody, MessageBarTitle, Switch } from '@fluentui/react-components';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { Settings } from '../../src/http/schemas/administration.ts';
import type { CrmSyncOut } from '../../src/http/schemas/crm-sync.ts';
import { formatNumber } from '../i18n/locale.ts';
import { serverText } from '../i18n/server-text.ts';
import { answerOf, api } from '../ui/api.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { Facts } from '../ui/facts.tsx';
import { FormSection } from '../ui/form-section.tsx';
import { AppLink } from '../ui/link.tsx';
import { Explained, useWhyNot } from '../ui/may.tsx';
import { keys } from '../ui/queries.ts';
import { Loaded, Loading, sentenceOf } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { todoForTimeline } from './crm-words.ts';

type Timeline = NonNullable<z.infer<typeof CrmSyncOut>['timeline']>;
type Problem = Timeline['problems'][number];

/** What the records' timelines in the CRM are told, and what stands in the way. */
export function TimelineSection({ timeline }: { timeline: Timeline }) {
  const { t } = useTranslation('configuration');
  const settings = useQuery({
    queryKey: keys.settings(),
    queryFn: ({ signal }) => api.get('/api/settings', answerOf<Settings>(), { signal }),
  });
  return (
    <FormSection title={t('crmSync.timeline.title')} description={t('crmSync.timeline.text')}>
      <Loaded query={settings} loading={<Loading rows={1} />}>
        {(saved) => <Switches saved={saved} />}
      </Loaded>
      <Facts items={[{ term: t('crmSync.timeline.pending'), value: formatNumber(timeline.pending) }]} />
      {timeline.impersonation !== null && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>
              {t('crmSync.timeline.notInTheirName', { name: timeline.impersonation.person ?? '' })}
            </MessageBarTitle>
            <bdi>{serverText(timeline.impersonation)}</bdi>
          </MessageBarBody>
        </MessageBar>
      )}
      {timeline.problems.length > 0 && (
        <DataTable
          label={t('crmSync.timeline.problems')}
          columns={problemColumns(t)}
          rows={timeline.problems}
          rowKey={(row) => row.id}
        />
      )}
    </FormSection>
  );
}

/** Saved at once, each by itself; the audit has them. */
function Switches({ saved }: { saved: Settings }) {
  const { t } = useTranslation('configuration');
  const client = useQueryClient();
  const why = useWhyNot('manage-settings');
  const save = useMutation({
    mutationFn: (change: Partial<Settings>) => api.patch('/api/settings', change, answerOf<Settings>()),
    onSuccess: (stored) => client.setQueryData(keys.settings(), stored),
  });
  return (
    <>
      {(['timelineChats', 'timelineConsent'] as const).map((key) => (
        <Field key={key} hint={t(`crmSync.timeline.${key}Hint`)}>
          <Explained reason={why}>
            <Switch
              checked={saved[key]}
              disabled={why !== null || save.isPending}
              label={t(`crmSync.timeline.${key}`)}
              onChange={(_, { checked }) => save.mutate({ [key]: checked })}
            />
          </Explained>
        </Field>
      ))}
      {save.isError && (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>{sentenceOf(save.error)}</MessageBarBody>
        </MessageBar>
      )}
    </>
  );
}

function problemColumns(t: ReturnType<typeof useTranslation<'configuration'>>['t']): Column<Problem>[] {
  return [
    {
      header: t('crmSync.problem.record'),
      cell: ({ table, recordId, name }) => (
        <AppLink to={`/records/${encodeURIComponent(table)}/${recordId}`}>{name ?? recordId}</AppLink>
      ),
    },
    {
      header: t('crmSync.timeline.entry'),
      cell: ({ kind }) => <span style={{ whiteSpace: 'nowrap' }}>{t(`crmSync.timeline.kinds.${kind}`)}</span>,
    },
    { header: t('crmSync.problem.todo'), cell: ({ code }) => todoForTimeline(code) },
    { header: t('crmSync.problem.said'), cell: ({ text }) => <bdi>{text}</bdi> },
    { header: t('crmSync.problem.since'), cell: ({ since }) => <Time at={since} /> },
    { header: t('crmSync.problem.next'), cell: ({ nextAttemptAt }) => <Time at={nextAttemptAt} /> },
  ];
}
