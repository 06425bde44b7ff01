import { Field, Textarea } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConversationOut } from '../../src/http/schemas/chat.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { type DeskAct, useDesk } from './desk-actions.ts';

/** What is asked about first, because it takes something from somebody: with what follows, and room for a reason. */
export type ReasonedAct = { ask: 'block' | 'unblock' | 'reject' | 'take-over' | 'release' };

type Props = { conversation: ConversationOut; act: ReasonedAct; onClose: () => void };

export function ReasonDialog({ conversation, act: { ask }, onClose }: Props) {
  const { t } = useTranslation('dialogs');
  const desk = useDesk(conversation);
  const [reason, setReason] = useState('');
  const names = {
    customer: conversation.contactPoint.name,
    owner: conversation.owner?.name ?? '',
    team: conversation.team.name,
  };
  const confirm = async () => {
    if (await desk.act(actOf(ask, reason))) onClose();
  };
  return (
    <ConfirmDialog
      open
      title={t(`ask.${ask}.title`, names)}
      confirmLabel={t(`ask.${ask}.confirm`)}
      busy={desk.doing !== null}
      onConfirm={() => void confirm()}
      onCancel={onClose}
    >
      <p style={{ marginBottom: 12 }}>{t(`ask.${ask}.text`, names)}</p>
      <Field label={t('ask.reason')} hint={t('ask.reasonHint')}>
        <Textarea value={reason} maxLength={500} onChange={(_, data) => setReason(data.value)} />
      </Field>
    </ConfirmDialog>
  );
}

function actOf(ask: ReasonedAct['ask'], reason: string): DeskAct {
  return ask === 'reject' ? { do: 'decide', accept: false, reason } : { do: ask, reason };
}
