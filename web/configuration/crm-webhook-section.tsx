import { MessageBar, MessageBarBody, makeStyles } from '@fluentui/react-components';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Trans } from 'react-i18next/TransWithoutContext';
import type { z } from 'zod';
import type { CrmWebhookOut } from '../../src/http/schemas/crm-sync.ts';
import { listOf } from '../i18n/locale.ts';
import { serverText } from '../i18n/server-text.ts';
import { answerOf, api } from '../ui/api.ts';
import { Facts } from '../ui/facts.tsx';
import { FormSection } from '../ui/form-section.tsx';
import { Ltr } from '../ui/ltr.tsx';
import { MayButton } from '../ui/may.tsx';
import { keys } from '../ui/queries.ts';
import { Loaded, sentenceOf } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { TroubleBar } from './trouble-bar.tsx';

type Standing = z.infer<typeof CrmWebhookOut>;

const useStyles = makeStyles({
  commands: { display: 'flex', flexWrap: 'wrap', gap: '8px' },
  failures: { margin: 0, paddingInlineStart: '20px' },
});

const HERE = '/api/crm/webhook';

/** Whether the CRM tells us what changed, and having it do so. Each look asks the CRM itself. */
export function CrmWebhookSection() {
  const { t } = useTranslation('configuration');
  const standing = useQuery({
    queryKey: keys.crmWebhook(),
    queryFn: ({ signal }) => api.get(HERE, answerOf<CrmWebhookOut>(), { signal }),
  });
  return (
    <FormSection title={t('crmSync.webhook.title')} description={t('crmSync.webhook.text')}>
      <Loaded query={standing}>{(data) => <Webhook standing={data} />}</Loaded>
    </FormSection>
  );
}

function Webhook({ standing }: { standing: Standing }) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  const client = useQueryClient();
  const act = useMutation({
    mutationFn: async (what: 'register' | 'remove' | 'look') => {
      if (what === 'register') return api.post(HERE, undefined, answerOf<CrmWebhookOut>());
      if (what === 'remove') await api.delete(HERE);
      return api.get(HERE, answerOf<CrmWebhookOut>());
    },
    onSuccess: (now) => client.setQueryData(keys.crmWebhook(), now),
  });
  const { state, obstacle, tables, failures, others } = standing;
  const told = tables.filter((one) => one.told).map((one) => one.label);
  const there = state !== 'not-registered' && state !== 'unknown';
  return (
    <>
      {obstacle !== null && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>{serverText(obstacle)}</MessageBarBody>
        </MessageBar>
      )}
      {standing.problem !== null && <TroubleBar problem={standing.problem} />}
      <Facts
        items={[
          { term: t('crmSync.state'), value: t(`crmSync.webhook.states.${state}`) },
          { term: t('crmSync.webhook.address'), value: <Ltr>{standing.url}</Ltr> },
          {
            term: t('crmSync.webhook.told'),
            value: told.length === 0 ? t('crmSync.webhook.none') : <bdi>{listOf(told)}</bdi>,
          },
        ]}
      />
      {others.length > 0 && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>{t('crmSync.webhook.others', { names: listOf(others) })}</MessageBarBody>
        </MessageBar>
      )}
      {standing.refusedAt !== null && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            <Trans
              t={t}
              i18nKey="crmSync.webhook.refused"
              components={{ when: <Time at={standing.refusedAt} form="on" /> }}
            />
          </MessageBarBody>
        </MessageBar>
      )}
      {failures.length > 0 && (
        <div>
          <p>{t('crmSync.webhook.failures')}</p>
          <ul className={styles.failures}>
            {failures.map(({ at, text }) => (
              <li key={`${at} ${text}`}>
                {at !== null && <Time at={at} />} <bdi>{text}</bdi>
              </li>
            ))}
          </ul>
        </div>
      )}
      {act.isError && (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>{sentenceOf(act.error)}</MessageBarBody>
        </MessageBar>
      )}
      <div className={styles.commands}>
        <MayButton
          right="manage-record-types"
          disabled={obstacle !== null}
          disabledFocusable={act.isPending}
          onClick={() => act.mutate('register')}
        >
          {there ? t('crmSync.webhook.again') : t('crmSync.webhook.register')}
        </MayButton>
        {there && (
          <MayButton
            right="manage-record-types"
            disabledFocusable={act.isPending}
            onClick={() => act.mutate('remove')}
          >
            {t('crmSync.webhook.remove')}
          </MayButton>
        )}
        <MayButton
          right="manage-record-types"
          appearance="subtle"
          disabledFocusable={act.isPending}
          onClick={() => act.mutate('look')}
        >
          {t('crmSync.webhook.look')}
        </MayButton>
      </div>
    </>
  );
}
