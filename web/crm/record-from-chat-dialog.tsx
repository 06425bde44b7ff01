import {
  Dialog,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  Tab,
  TabList,
} from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConversationOut } from '../../src/http/schemas/chat.ts';
import { ExistingRecord } from './existing-record.tsx';
import { NewRecordForm } from './new-record-form.tsx';

const useStyles = makeStyles({
  surface: { width: '640px', maxWidth: 'calc(100vw - 16px)' },
  content: { display: 'flex', flexDirection: 'column', gap: '16px', paddingBlock: '12px' },
});

type Props = { conversation: ConversationOut; onClose: () => void };

/** Makes a record from what the chat knows, or puts the number into an existing one. */
export function RecordFromChatDialog({ conversation, onClose }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('crm');
  const [way, setWay] = useState<'new' | 'existing'>('new');
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface className={styles.surface}>
        <DialogBody>
          <DialogTitle>{t('fromChat.title', { name: conversation.contactPoint.name })}</DialogTitle>
          <DialogContent className={styles.content}>
            <TabList
              selectedValue={way}
              onTabSelect={(_, { value }) => setWay(value === 'existing' ? 'existing' : 'new')}
            >
              <Tab value="new">{t('fromChat.newRecord')}</Tab>
              <Tab value="existing">{t('fromChat.existingRecord')}</Tab>
            </TabList>
            {way === 'new' ? (
              <NewRecordForm conversation={conversation} onLink={() => setWay('existing')} onDone={onClose} />
            ) : (
              <ExistingRecord conversation={conversation} onDone={onClose} />
            )}
          </DialogContent>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
