import { makeStyles } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { EmptyState, Loaded } from '../ui/states.tsx';
import { useConversation, useSendable } from './chat-queries.ts';
import { Composer } from './composer.tsx';
import { ComposerSteps } from './composer-steps.tsx';
import { ConversationHeader } from './conversation-header.tsx';
import { useMarkRead } from './conversation-view.tsx';
import { AnswerArea, NoteSwitching } from './note-switch.tsx';
import { OwnerBar } from './owner-bar.tsx';
import { Thread } from './thread.tsx';

const useStyles = makeStyles({
  view: { height: '100%', minHeight: 0, display: 'flex', flexDirection: 'column' },
  none: { flex: 1, minHeight: 0, overflowY: 'auto', padding: '16px' },
});

/**
 * The chat of one CRM record, with its messaging number. It is there before a first message too: then it holds just
 * the composer, which offers what the gate allows.
 */
export function RecordConversation({ table, id }: { table: string; id: string }) {
  const styles = useStyles();
  const { t } = useTranslation('desk');
  const to = { recordType: table, recordId: id };
  const sendable = useSendable(to);
  const conversationId = sendable.data?.conversationId ?? null;
  return (
    <NoteSwitching>
      <ComposerSteps>
        <section className={styles.view} aria-label={t('record.label')}>
          {conversationId === null ? (
            <div className={styles.none}>
              <Loaded query={sendable}>
                {() => <EmptyState title={t('record.emptyTitle')}>{t('record.emptyText')}</EmptyState>}
              </Loaded>
            </div>
          ) : (
            <Existing conversationId={conversationId} />
          )}
          <AnswerArea conversationId={conversationId}>
            <Composer to={to} draftId={conversationId ?? `${table}/${id}`} />
          </AnswerArea>
        </section>
      </ComposerSteps>
    </NoteSwitching>
  );
}

function Existing({ conversationId }: { conversationId: string }) {
  const conversation = useConversation(conversationId);
  useMarkRead(conversation.data);
  return (
    <Loaded query={conversation}>
      {(one) => (
        <>
          <ConversationHeader conversation={one} onRecord />
          <OwnerBar conversation={one} />
          <Thread conversationId={one.id} customer={one.contactPoint.name} />
        </>
      )}
    </Loaded>
  );
}
