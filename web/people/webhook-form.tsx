import { Checkbox, Field, FieldContextProvider, Input, makeStyles } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CONSENT_EVENTS, type ConsentEventType } from '../../src/core/consent-event.ts';
import type { WebhookOut } from '../../src/http/schemas/webhooks.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { useMe } from '../ui/me.tsx';
import { DialogProblem } from './dialog-problem.tsx';
import { eventWord } from './webhook-words.ts';

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: '16px', paddingBlock: '8px' },
  events: { display: 'flex', flexDirection: 'column' },
});

type Props = {
  title: string;
  confirmLabel: string;
  webhook?: WebhookOut;
  busy: boolean;
  error: unknown;
  onSave: (input: { url: string; description: string; types: ConsentEventType[] }) => void;
  onClose: () => void;
};

/** Where to, what for, and which events. */
export function WebhookForm({ title, confirmLabel, webhook, busy, error, onSave, onClose }: Props) {
  const { t } = useTranslation('integrations');
  const styles = useStyles();
  const { sandbox } = useMe();
  const [url, setUrl] = useState(webhook?.url ?? '');
  const [description, setDescription] = useState(webhook?.description ?? '');
  const [types, setTypes] = useState<ConsentEventType[]>(webhook?.types ?? [...CONSENT_EVENTS]);
  const [touched, setTouched] = useState(false);
  const urlMissing = url.trim() === '';
  return (
    <ConfirmDialog
      open
      noValidate
      title={title}
      confirmLabel={confirmLabel}
      busy={busy}
      onConfirm={() => {
        setTouched(true);
        if (!urlMissing && types.length > 0) onSave({ url, description, types });
      }}
      onCancel={onClose}
    >
      <div className={styles.form}>
        <Field
          label={t('webhooks.address')}
          required
          hint={t(sandbox ? 'webhooks.addressHintSandbox' : 'webhooks.addressHint')}
          {...(touched && urlMissing ? { validationMessage: t('webhooks.addressMissing') } : {})}
        >
          <Input
            type="url"
            dir="ltr"
            value={url}
            maxLength={2000}
            autoComplete="off"
            onChange={(_, { value }) => setUrl(value)}
          />
        </Field>
        <Field label={t('webhooks.name')} hint={t('webhooks.nameHint')}>
          <Input
            dir="auto"
            value={description}
            maxLength={200}
            autoComplete="off"
            onChange={(_, { value }) => setDescription(value)}
          />
        </Field>
        <Field
          label={t('webhooks.events')}
          required
          {...(touched && types.length === 0 ? { validationMessage: t('webhooks.eventsMissing') } : {})}
        >
          {(field) => (
            // Each box has an id and a name of its own, and none of them is required.
            <FieldContextProvider value={undefined}>
              {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its own look and legend */}
              <div
                role="group"
                id={field.id}
                aria-labelledby={field['aria-labelledby']}
                aria-describedby={field['aria-describedby']}
                className={styles.events}
              >
                {CONSENT_EVENTS.map((type) => (
                  <Checkbox
                    key={type}
                    label={eventWord(type)}
                    checked={types.includes(type)}
                    onChange={(_, { checked }) =>
                      setTypes(checked === true ? [...types, type] : types.filter((one) => one !== type))
                    }
                  />
                ))}
              </div>
            </FieldContextProvider>
          )}
        </Field>
        <DialogProblem error={error} />
      </div>
    </ConfirmDialog>
  );
}
