import { Field, Textarea } from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { HoldDecision } from '../../src/http/schemas/consent.ts';
import { api, chatPath } from './api.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { useNotify } from './notify.ts';

export type HoldChoice = z.infer<typeof HoldDecision>['decision'];

type Props = { conversationId: string; choice: HoldChoice; onClose: (decided: boolean) => void };

/** Settles what reads like a refusal. Lifting a hold needs a reason: it is kept with the decision as evidence. */
export function HoldDialog({ conversationId, choice, onClose }: Props) {
  const { t } = useTranslation('dialogs');
  const client = useQueryClient();
  const notify = useNotify();
  const [reason, setReason] = useState('');
  const refusal = choice === 'refusal';
  const decide = useMutation({
    mutationFn: (decision: HoldChoice) =>
      api.post(chatPath(conversationId, 'hold'), {
        decision,
        ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
      }),
    onSuccess: (_, decision) => {
      notify.success(decision === 'refusal' ? t('hold.refusal.done') : t('hold.lift.done'));
      onClose(true);
    },
    onError: (error) => notify.problem(error),
    onSettled: () => {
      for (const topic of ['consent', 'sendable', 'conversation', 'record'])
        void client.invalidateQueries({ queryKey: [topic] });
    },
  });
  return (
    <ConfirmDialog
      open
      title={refusal ? t('hold.refusal.title') : t('hold.lift.title')}
      confirmLabel={refusal ? t('hold.refusal.confirm') : t('hold.lift.confirm')}
      busy={decide.isPending}
      disabled={!refusal && reason.trim() === ''}
      onConfirm={() => decide.mutate(choice)}
      onCancel={() => onClose(false)}
    >
      <p style={{ marginBottom: 12 }}>{refusal ? t('hold.refusal.text') : t('hold.lift.text')}</p>
      <Field label={refusal ? t('hold.refusal.reason') : t('hold.lift.reason')} required={!refusal}>
        <Textarea value={reason} maxLength={2000} onChange={(_, data) => setReason(data.value)} />
      </Field>
    </ConfirmDialog>
  );
}
