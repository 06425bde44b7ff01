import { Field, makeStyles, Select, Textarea } from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Trans } from 'react-i18next/TransWithoutContext';
import type { z } from 'zod';
import type { PurposeName } from '../../src/http/schemas/common.ts';
import type { ConsentOut, RecordConsentInput } from '../../src/http/schemas/consent.ts';
import { answerOf, api } from './api.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { FilePicker } from './file-picker.tsx';
import { useNotify } from './notify.ts';
import { ErrorState } from './states.tsx';

/** Whose decision is recorded. */
type DecisionOf = { phone: string } | { conversationId: string };
type Purpose = z.infer<typeof PurposeName>;
type Props = { of: DecisionOf; name: string; onClose: () => void };

/** The largest document that can be kept with a grant, in bytes: about 5 MB once it is written as base64. */
const LARGEST_FILE = 5_000_000;

const useStyles = makeStyles({
  fields: { display: 'flex', flexDirection: 'column', gap: '12px' },
});

/** Records that a customer refused, however we learnt it. Takes effect at once. */
export function RefusalDialog({ of, name, onClose }: Props) {
  const { t } = useTranslation('dialogs');
  const styles = useStyles();
  const [purpose, setPurpose] = useState<Purpose>('service');
  const [reason, setReason] = useState('');
  const record = useRecordDecision(onClose);
  return (
    <ConfirmDialog
      open
      title={t('refusal.title')}
      confirmLabel={t('refusal.confirm')}
      busy={record.isPending}
      onConfirm={() =>
        record.mutate({
          ...of,
          purpose,
          decision: 'denied',
          ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
        })
      }
      onCancel={onClose}
    >
      <div className={styles.fields}>
        <p>
          <Trans t={t} i18nKey="refusal.text" components={{ name: <bdi>{name}</bdi> }} />
        </p>
        <PurposeField purpose={purpose} onChange={setPurpose} />
        <Field label={t('refusal.reason')}>
          <Textarea value={reason} maxLength={2000} onChange={(_, data) => setReason(data.value)} />
        </Field>
        {record.isError && <ErrorState title={t('decisionFailed')} error={record.error} />}
      </div>
    </ConfirmDialog>
  );
}

/** Records that a customer agreed outside WhatsApp. The evidence is required and kept in the ledger. */
export function GrantDialog({ of, name, onClose }: Props) {
  const { t } = useTranslation('dialogs');
  const styles = useStyles();
  const fileId = useId();
  const [purpose, setPurpose] = useState<Purpose>('service');
  const [text, setText] = useState('');
  const [file, setFile] = useState<File | null>(null);
  const record = useRecordDecision(onClose);
  const tooLarge = file !== null && file.size > LARGEST_FILE;
  const submit = async () => {
    const document =
      file === null
        ? {}
        : {
            file: {
              name: file.name,
              mimeType: file.type || 'application/octet-stream',
              base64: await base64Of(file),
            },
          };
    record.mutate({ ...of, purpose, decision: 'granted', evidence: { text: text.trim(), ...document } });
  };
  return (
    <ConfirmDialog
      open
      title={t('grant.title')}
      confirmLabel={t('grant.confirm')}
      busy={record.isPending}
      disabled={text.trim() === '' || tooLarge}
      onConfirm={() => void submit()}
      onCancel={onClose}
    >
      <div className={styles.fields}>
        <p>
          <Trans t={t} i18nKey="grant.text" components={{ name: <bdi>{name}</bdi> }} />
        </p>
        <PurposeField purpose={purpose} onChange={setPurpose} />
        <Field label={t('grant.evidence')} required>
          <Textarea value={text} maxLength={4000} rows={4} onChange={(_, data) => setText(data.value)} />
        </Field>
        <Field
          label={{ children: t('grant.document'), htmlFor: fileId }}
          {...(tooLarge ? { validationMessage: t('grant.tooLarge') } : {})}
        >
          {(field) => <FilePicker {...field} id={fileId} file={file} onFile={setFile} />}
        </Field>
        {record.isError && <ErrorState title={t('decisionFailed')} error={record.error} />}
      </div>
    </ConfirmDialog>
  );
}

function PurposeField({ purpose, onChange }: { purpose: Purpose; onChange: (purpose: Purpose) => void }) {
  const { t } = useTranslation('dialogs');
  return (
    <Field label={t('purpose.label')}>
      <Select
        value={purpose}
        onChange={(_, data) => onChange(data.value === 'marketing' ? 'marketing' : 'service')}
      >
        <option value="service">{t('purpose.serviceExplained')}</option>
        <option value="marketing">{t('purpose.marketingExplained')}</option>
      </Select>
    </Field>
  );
}

/** A grant may have to wait for a second person; then nothing is granted yet. */
function useRecordDecision(onDone: () => void) {
  const { t } = useTranslation('dialogs');
  const client = useQueryClient();
  const notify = useNotify();
  return useMutation({
    mutationFn: (input: z.input<typeof RecordConsentInput>) =>
      api.post('/api/consent', input, answerOf<ConsentOut>()),
    onSuccess: (answer, { decision }) => {
      if (decision === 'granted' && answer.grantWaits !== null)
        notify.info(t('grant.waits'), t('grant.waitsText'));
      else notify.success(decision === 'denied' ? t('refusal.done') : t('grant.done'));
      onDone();
    },
    onSettled: () => {
      for (const topic of ['consent', 'sendable', 'conversation', 'record'])
        void client.invalidateQueries({ queryKey: [topic] });
    },
  });
}

function base64Of(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ''));
    reader.onerror = () => reject(reader.error ?? new Error('the file could not be read'));
    reader.readAsDataURL(file);
  });
}
