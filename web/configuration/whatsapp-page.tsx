import { Badge } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { ChannelOut } from '../../src/http/schemas/administration.ts';
import { api } from '../ui/api.ts';
import { Page, PageHeader } from '../ui/page.tsx';
import { keys } from '../ui/queries.ts';
import { Loaded } from '../ui/states.tsx';
import { Facts } from './facts.tsx';
import { FormSection } from './form-section.tsx';
import { ReadOnlyNote } from './read-only-note.tsx';
import { StoppedChannel } from './stopped-channel.tsx';
import { WebhookSection } from './webhook-section.tsx';
import { WhatsAppTemplatesSection } from './whatsapp-templates-section.tsx';

/** Configuration → WhatsApp: the number, its webhook, and the templates Meta approved. */
export function WhatsAppPage() {
  const channel = useQuery({
    queryKey: keys.channel(),
    queryFn: ({ signal }) => api.get('/api/channel', ChannelOut, { signal }),
  });
  return (
    <Page>
      <PageHeader
        title="WhatsApp"
        description="The business number that sends and receives. Its ids and secrets are given to the server when it starts, never here."
      />
      <ReadOnlyNote />
      <Loaded query={channel}>
        {(data) => (
          <>
            {data.stoppedReason !== null && <StoppedChannel reason={data.stoppedReason} />}
            <FormSection title="Number">
              <Facts
                items={[
                  { term: 'Phone number', value: data.displayPhoneNumber ?? 'Not known yet' },
                  { term: 'Verified name', value: data.verifiedName ?? 'Not known yet' },
                  {
                    term: 'Status',
                    value: data.stoppedReason === null ? data.status : `${data.status}, stopped`,
                  },
                  { term: 'Quality', value: <Quality value={data.quality} /> },
                  { term: 'Phone number id', value: data.phoneNumberId },
                  { term: 'Business account id', value: data.businessAccountId },
                  { term: 'Cloud API', value: `${data.apiUrl} ${data.apiVersion}` },
                ]}
              />
            </FormSection>
            <WebhookSection channel={data} />
            <FormSection
              title="On the way"
              description="What was stored and is not done yet. All zero is the usual state."
            >
              <Facts
                items={[
                  { term: 'Updates waiting to be understood', value: data.inboxPending },
                  { term: 'Updates that could not be understood', value: data.failedUpdates },
                  { term: 'Messages waiting to be sent', value: data.outboxPending },
                  {
                    term: 'Messages with an unknown outcome',
                    value:
                      data.unconfirmed === 0
                        ? 0
                        : `${data.unconfirmed}: they are never sent again by themselves; settle each in its chat`,
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
  if (value === null) return 'Not known yet';
  const color = { GREEN: 'success', YELLOW: 'warning', RED: 'danger' } as const;
  const word = { GREEN: 'High', YELLOW: 'Medium', RED: 'Low' } as const;
  if (value !== 'GREEN' && value !== 'YELLOW' && value !== 'RED') return value;
  return (
    <Badge appearance="tint" color={color[value]}>
      {word[value]}
    </Badge>
  );
}
