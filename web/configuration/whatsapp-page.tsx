import { Badge } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChannelOut } from '../../src/http/schemas/administration.ts';
import { formatNumber } from '../i18n/locale.ts';
import { answerOf, api } from '../ui/api.ts';
import { Facts } from '../ui/facts.tsx';
import { FormSection } from '../ui/form-section.tsx';
import { Ltr } from '../ui/ltr.tsx';
import { useMay } from '../ui/me.tsx';
import { Page, PageHeader } from '../ui/page.tsx';
import { keys } from '../ui/queries.ts';
import { Loaded } from '../ui/states.tsx';
import { channelWord, qualityWord } from './meta-words.ts';
import { NumberSecretsSection } from './number-secrets-section.tsx';
import { ReadOnlyNote } from './read-only-note.tsx';
import { StoppedChannel } from './stopped-channel.tsx';
import { WebhookSection } from './webhook-section.tsx';
import { WhatsAppTemplatesSection } from './whatsapp-templates-section.tsx';

/**
 * Configuration → WhatsApp: the number, its webhook, and the templates Meta approved. `team` is the part that says whose
 * new conversations are.
 */
export function WhatsAppPage({ team }: { team: ReactNode }) {
  const { t } = useTranslation('configuration');
  const maySecrets = useMay('manage-settings');
  const channel = useQuery({
    queryKey: keys.channel(),
    queryFn: ({ signal }) => api.get('/api/channel', answerOf<ChannelOut>(), { signal }),
  });
  return (
    <Page>
      <PageHeader title={t('whatsapp.title')} description={t('whatsapp.description')} />
      <ReadOnlyNote right="manage-settings" />
      <Loaded query={channel}>
        {(data) => (
          <>
            {data.stoppedReason !== null && <StoppedChannel reason={data.stoppedReason} />}
            <FormSection title={t('whatsapp.number')}>
              <Facts
                items={[
                  {
                    term: t('whatsapp.phone'),
                    value:
                      data.displayPhoneNumber === null ? (
                        t('whatsapp.notKnown')
                      ) : (
                        <Ltr>{data.displayPhoneNumber}</Ltr>
                      ),
                  },
                  { term: t('whatsapp.verifiedName'), value: data.verifiedName ?? t('whatsapp.notKnown') },
                  {
                    term: t('whatsapp.status'),
                    value:
                      data.stoppedReason === null
                        ? channelWord(data.status)
                        : t('whatsapp.stopped', { status: channelWord(data.status) }),
                  },
                  { term: t('whatsapp.quality'), value: <Quality value={data.quality} /> },
                  { term: t('whatsapp.phoneNumberId'), value: <Ltr>{data.phoneNumberId}</Ltr> },
                  { term: t('whatsapp.businessAccountId'), value: <Ltr>{data.businessAccountId}</Ltr> },
                  {
                    term: t('whatsapp.api'),
                    value: (
                      <Ltr>
                        {data.apiUrl} {data.apiVersion}
                      </Ltr>
                    ),
                  },
                ]}
              />
            </FormSection>
            {team}
            <WebhookSection channel={data} />
            {maySecrets && <NumberSecretsSection />}
            <FormSection title={t('whatsapp.onTheWay')} description={t('whatsapp.onTheWayText')}>
              <Facts
                items={[
                  { term: t('whatsapp.inboxPending'), value: formatNumber(data.inboxPending) },
                  { term: t('whatsapp.failedUpdates'), value: formatNumber(data.failedUpdates) },
                  { term: t('whatsapp.outboxPending'), value: formatNumber(data.outboxPending) },
                  {
                    term: t('whatsapp.unconfirmed'),
                    value:
                      data.unconfirmed === 0
                        ? formatNumber(0)
                        : t('whatsapp.unconfirmedText', { number: data.unconfirmed }),
                  },
                ]}
              />
            </FormSection>
            <WhatsAppTemplatesSection syncedAt={data.templatesSyncedAt} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** Meta's own words for a number's quality. */
function Quality({ value }: { value: string | null }) {
  const { t } = useTranslation('configuration');
  if (value === null) return t('whatsapp.notKnown');
  const color = { GREEN: 'success', YELLOW: 'warning', RED: 'danger' } as const;
  if (value !== 'GREEN' && value !== 'YELLOW' && value !== 'RED') return value;
  return (
    <Badge appearance="tint" color={color[value]}>
      {qualityWord(value)}
    </Badge>
  );
}
