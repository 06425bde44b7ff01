import { PersonAdd20Regular } from '@fluentui/react-icons/svg/person-add';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConversationOut } from '../../src/http/schemas/chat.ts';
import { later } from '../ui/later.tsx';
import { MayButton } from '../ui/may.tsx';

const RecordFromChatDialog = later(
  async () => (await import('./record-from-chat-dialog.tsx')).RecordFromChatDialog,
  { onMissing: ({ onClose }) => onClose() },
);

type Props = { conversation: ConversationOut };

/**
 * For a customer who is in no record: makes one from what the chat knows, or puts the number into an existing one.
 * Only for where no record carries the number.
 */
export function RecordFromChat({ conversation }: Props) {
  const { t } = useTranslation('crm');
  const [open, setOpen] = useState(false);
  return (
    <>
      <MayButton
        right="edit-records"
        size="small"
        icon={<PersonAdd20Regular />}
        onClick={() => setOpen(true)}
      >
        {t('fromChat.open')}
      </MayButton>
      {open && <RecordFromChatDialog conversation={conversation} onClose={() => setOpen(false)} />}
    </>
  );
}
