import { Field, Textarea } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConversationOut } from '../../src/http/schemas/chat.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { useMe } from '../ui/me.tsx';
import { Loaded } from '../ui/states.tsx';
import { useColleagues } from './colleagues.ts';
import { useDesk } from './desk-actions.ts';
import { PersonPicker } from './person-picker.tsx';

type Props = { conversation: ConversationOut; onClose: () => void };

/** Offers the chat to a colleague, with a reason. It stays where it is until they accept. */
export function AssignDialog({ conversation, onClose }: Props) {
  const { t } = useTranslation('dialogs');
  const me = useMe();
  const colleagues = useColleagues(conversation.id);
  const desk = useDesk(conversation);
  const [to, setTo] = useState('');
  const [reason, setReason] = useState('');
  const confirm = async () => {
    if (await desk.act({ do: 'assign', to, reason })) onClose();
  };
  return (
    <ConfirmDialog
      open
      title={t('assign.title', { customer: conversation.contactPoint.name })}
      confirmLabel={t('assign.confirm')}
      busy={desk.doing !== null}
      disabled={to === ''}
      onConfirm={() => void confirm()}
      onCancel={onClose}
    >
      <div style={{ display: 'flex', flexDirection: 'column', gap: 12 }}>
        <p>{t('assign.text')}</p>
        <Loaded query={colleagues}>
          {(people) => (
            <PersonPicker
              label={t('assign.to')}
              people={people.filter(({ id }) => id !== me.id && id !== conversation.owner?.id)}
              chosen={to}
              onChange={setTo}
              whyNot={({ mayAnswer }) => (mayAnswer ? null : t('people.mayNotAnswer'))}
            />
          )}
        </Loaded>
        <Field label={t('ask.reason')} hint={t('assign.reasonHint')}>
          <Textarea value={reason} maxLength={500} onChange={(_, data) => setReason(data.value)} />
        </Field>
      </div>
    </ConfirmDialog>
  );
}
