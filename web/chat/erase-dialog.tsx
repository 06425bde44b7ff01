import {
  Checkbox,
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Textarea,
} from '@fluentui/react-components';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { ConversationOut } from '../../src/http/schemas/chat.ts';
import type { ErasureInput, ErasureOut } from '../../src/http/schemas/erasure.ts';
import { answerOf, api } from '../ui/api.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { crmSyncQuery } from '../ui/crm-sync.ts';
import { useNotify } from '../ui/notify.ts';
import { sentenceOf } from '../ui/states.tsx';

type Props = { conversation: ConversationOut; onClose: () => void };

const useStyles = makeStyles({
  fields: { display: 'flex', flexDirection: 'column', gap: '12px' },
});

/** Erases what is kept of the customer. Nothing brings it back, so their number is typed first. */
export function EraseDialog({ conversation, onClose }: Props) {
  const { t } = useTranslation('dialogs');
  const styles = useStyles();
  const notify = useNotify();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { contactPoint, records } = conversation;
  // Those of an organisation are deleted there; Assent says so where they stand in the way.
  const ownRecords = useQuery(crmSyncQuery()).data?.crm === 'embedded';
  const [reason, setReason] = useState('');
  const [withRecords, setWithRecords] = useState(false);
  const [typed, setTyped] = useState('');
  const erase = useMutation({
    mutationFn: (input: z.input<typeof ErasureInput>) =>
      api.post('/api/erasures', input, answerOf<z.infer<typeof ErasureOut>>()),
    onSuccess: async (erased) => {
      onClose();
      await navigate({ to: '/chats/{-$conversationId}', params: { conversationId: undefined } });
      // Not asked for again one by one: most of it is no more.
      client.removeQueries({ queryKey: ['conversation', conversation.id] });
      await client.invalidateQueries();
      notify.success(t('erase.done'), t(`erase.stands.${standsOf(erased)}`));
    },
  });
  const lastDigits = contactPoint.phone?.slice(-4) ?? null;
  return (
    <ConfirmDialog
      open
      title={t('erase.title', { customer: contactPoint.name })}
      confirmLabel={t('erase.confirm')}
      busy={erase.isPending}
      disabled={reason.trim() === '' || (lastDigits !== null && typed.trim() !== lastDigits)}
      onConfirm={() =>
        erase.mutate({
          to: { conversationId: conversation.id },
          reason: reason.trim(),
          deleteRecords: withRecords,
        })
      }
      onCancel={onClose}
    >
      <div className={styles.fields}>
        <div role="alert">
          {erase.error !== null && (
            <MessageBar intent="error" layout="multiline">
              <MessageBarBody>{sentenceOf(erase.error)}</MessageBarBody>
            </MessageBar>
          )}
        </div>
        <p>{t('erase.goes')}</p>
        <p>{t('erase.stays')}</p>
        {ownRecords && records.length > 0 && (
          <Checkbox
            checked={withRecords}
            onChange={(_, data) => setWithRecords(data.checked === true)}
            label={t('erase.records', {
              count: records.length,
              names: records.map(({ name }) => name).join(', '),
            })}
          />
        )}
        <Field label={t('erase.reason')} hint={t('erase.reasonHint')} required>
          <Textarea value={reason} maxLength={500} onChange={(_, data) => setReason(data.value)} />
        </Field>
        {lastDigits !== null && (
          <Field label={t('erase.type')} required>
            <Input
              value={typed}
              inputMode="numeric"
              autoComplete="off"
              maxLength={4}
              placeholder={'0'.repeat(4)}
              dir="ltr"
              onChange={(_, data) => setTyped(data.value)}
            />
          </Field>
        )}
      </div>
    </ConfirmDialog>
  );
}

/** What whoever erased should know of what was decided: it decides what may be sent should the number come back. */
const standsOf = ({ states }: z.infer<typeof ErasureOut>): 'refusal' | 'nothing' =>
  Object.values(states).includes('denied') ? 'refusal' : 'nothing';
