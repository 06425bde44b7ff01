import { Button, Field, Input, MessageBar, MessageBarBody, makeStyles } from '@fluentui/react-components';
import { useMutation } from '@tanstack/react-query';
import type { z } from 'zod';
import { type ChannelOut, WebhookTest } from '../../src/http/schemas/administration.ts';
import { api } from '../ui/api.ts';
import { useMayConfigure } from '../ui/me.tsx';
import { sentenceOf } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { CopyButton } from './copy-button.tsx';
import { Facts } from './facts.tsx';
import { FormSection } from './form-section.tsx';

const useStyles = makeStyles({
  row: { display: 'flex', flexWrap: 'wrap', alignItems: 'flex-end', gap: '8px' },
  // No place in the layout while there is nothing to say.
  result: { display: 'contents' },
  url: { flex: '1 1 260px', maxWidth: '640px' },
});

/** Where WhatsApp delivers to, to be copied into Meta's settings, and a test that it arrives. */
export function WebhookSection({ channel }: { channel: z.infer<typeof ChannelOut> }) {
  const styles = useStyles();
  const mayConfigure = useMayConfigure();
  const test = useMutation({
    mutationFn: () => api.post('/api/channel/webhook-test', undefined, WebhookTest),
  });
  return (
    <FormSection
      title="Webhook"
      description="Enter this address in the WhatsApp settings of your Meta app, with the verify token the server was started with, and subscribe to messages and to template changes."
    >
      <div className={styles.row}>
        <Field label="Webhook address" className={styles.url}>
          <Input readOnly value={channel.webhookUrl} />
        </Field>
        <CopyButton text={channel.webhookUrl} label="Copy the webhook address" />
        {mayConfigure && (
          <Button disabled={test.isPending} onClick={() => test.mutate()}>
            {test.isPending ? 'Testing…' : 'Test the webhook'}
          </Button>
        )}
      </div>
      <div aria-live="polite" className={styles.result}>
        {test.data !== undefined && (
          <MessageBar intent={test.data.ok ? 'success' : 'error'} layout="multiline">
            <MessageBarBody>{test.data.detail}</MessageBarBody>
          </MessageBar>
        )}
        {test.isError && (
          <MessageBar intent="error" layout="multiline">
            <MessageBarBody>{sentenceOf(test.error)}</MessageBarBody>
          </MessageBar>
        )}
      </div>
      <Facts
        items={[
          {
            term: 'Last webhook',
            value:
              channel.lastWebhookAt === null ? 'None yet' : <Time at={channel.lastWebhookAt} form="long" />,
          },
        ]}
      />
    </FormSection>
  );
}
