import {
  Field,
  Input,
  Label,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  tokens,
  useId,
} from '@fluentui/react-components';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import { FIELDS_BESIDE_APP, WEBHOOK_FIELDS } from '../../src/core/webhook-fields.ts';
import type { ChannelOut, WebhookTest } from '../../src/http/schemas/administration.ts';
import { webhookText } from '../i18n/server-text.ts';
import { answerOf, api } from '../ui/api.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { Facts } from '../ui/facts.tsx';
import { FormSection } from '../ui/form-section.tsx';
import { Ltr } from '../ui/ltr.tsx';
import { MayButton } from '../ui/may.tsx';
import { sentenceOf } from '../ui/states.tsx';
import { localTime, Time } from '../ui/time.tsx';

const useStyles = makeStyles({
  row: { display: 'flex', flexWrap: 'wrap', alignItems: 'flex-end', gap: '8px' },
  // No place in the layout while there is nothing to say.
  result: { display: 'contents' },
  fields: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: '4px 12px',
    margin: 0,
    padding: 0,
    listStyleType: 'none',
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    overflowWrap: 'anywhere',
  },
  url: { flex: '1 1 260px', maxWidth: '640px' },
});

/** Where WhatsApp delivers to, to be copied into Meta's settings, and a test that it arrives. */
export function WebhookSection({ channel }: { channel: z.infer<typeof ChannelOut> }) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  const test = useMutation({
    mutationFn: () => api.post('/api/channel/webhook-test', undefined, answerOf<WebhookTest>()),
  });
  return (
    <FormSection title={t('webhook.title')} description={t('webhook.text')}>
      {channel.silentSince !== null && (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>{t('webhook.silentTitle')}</MessageBarTitle>
            {t('webhook.silent', { time: localTime(channel.silentSince, 'long') })}
          </MessageBarBody>
        </MessageBar>
      )}
      <div className={styles.row}>
        <Field label={t('webhook.address')} className={styles.url}>
          <Input readOnly dir="ltr" value={channel.webhookUrl} />
        </Field>
        <CopyButton text={channel.webhookUrl} label={t('webhook.copy')} />
        <MayButton right="manage-settings" disabledFocusable={test.isPending} onClick={() => test.mutate()}>
          {test.isPending ? t('webhook.testing') : t('webhook.test')}
        </MayButton>
      </div>
      <Fields label={t('webhook.fields')} names={WEBHOOK_FIELDS} />
      <Fields label={t('webhook.fieldsBeside')} names={FIELDS_BESIDE_APP} />
      <div aria-live="polite" className={styles.result}>
        {test.data !== undefined && (
          <MessageBar intent={test.data.ok ? 'success' : 'error'} layout="multiline">
            <MessageBarBody>{webhookText(test.data.detail)}</MessageBarBody>
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
            term: t('webhook.last'),
            value:
              channel.lastWebhookAt === null ? (
                t('webhook.noneYet')
              ) : (
                <Time at={channel.lastWebhookAt} form="long" />
              ),
          },
        ]}
      />
    </FormSection>
  );
}

/** Names as Meta's app dashboard has them. */
function Fields({ label, names }: { label: string; names: readonly string[] }) {
  const styles = useStyles();
  const id = useId('fields');
  return (
    <div>
      <Label id={id}>{label}</Label>
      <ul aria-labelledby={id} className={styles.fields}>
        {names.map((name) => (
          <li key={name}>
            <Ltr>{name}</Ltr>
          </li>
        ))}
      </ul>
    </div>
  );
}
