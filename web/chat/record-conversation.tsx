import { makeStyles } from '@fluentui/react-components';
import { EmptyState, Loaded } from '../ui/states.tsx';
import { useConversation, useSendable } from './chat-queries.ts';
import { Composer } from './composer.tsx';
import { ComposerSteps } from './composer-steps.tsx';
import { ConversationHeader } from './conversation-header.tsx';
import { useMarkRead } from './conversation-view.tsx';
import { Thread } from './thread.tsx';

const useStyles = makeStyles({
  view: { height: '100%', minHeight: 0, display: 'flex', flexDirection: 'column' },
  none: { flex: 1, minHeight: 0, overflowY: 'auto' },
});

/**
 * The chat of one CRM record, with its messaging number. It is there before a first message too: then it holds just
 * the composer, which offers what the gate allows.
 */
export function RecordConversation({ table, id }: { table: string; id: string }) {
  const styles = useStyles();
  const to = { recordType: table, recordId: id };
  const conversationId = useSendable(to).data?.conversationId ?? null;
  return (
    <ComposerSteps>
      <section className={styles.view} aria-label="Chat">
        {conversationId === null ? (
          <div className={styles.none}>
            <EmptyState title="No messages yet">What may be sent first stands below.</EmptyState>
          </div>
        ) : (
          <Existing conversationId={conversationId} />
        )}
        <Composer to={to} draftId={conversationId ?? `${table}/${id}`} />
      </section>
    </ComposerSteps>
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
          <Thread conversationId={one.id} customer={one.contactPoint.name} />
        </>
      )}
    </Loaded>
  );
}
