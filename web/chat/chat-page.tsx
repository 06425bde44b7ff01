import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { Chat24Regular } from '@fluentui/react-icons/svg/chat';
import { useState } from 'react';
import { AppLink } from '../ui/link.tsx';
import { usePageHeading, usePageTitle } from '../ui/page.tsx';
import { EmptyState, ErrorState, Loading } from '../ui/states.tsx';
import { type ConversationFilter, useConversation } from './chat-queries.ts';
import { ConversationFilters } from './conversation-filters.tsx';
import { ConversationList } from './conversation-list.tsx';
import { ConversationView } from './conversation-view.tsx';

const narrow = '@media (max-width: 860px)';

const useStyles = makeStyles({
  page: { height: '100%', display: 'flex', minHeight: 0 },
  side: {
    width: '340px',
    flexShrink: 0,
    minHeight: 0,
    display: 'flex',
    flexDirection: 'column',
    borderRight: `1px solid ${tokens.colorNeutralStroke2}`,
    [narrow]: { width: '100%' },
  },
  open: { flex: 1, minWidth: 0, minHeight: 0 },
  hiddenWhenNarrow: { [narrow]: { display: 'none' } },
  title: {
    padding: '12px 12px 0',
    fontSize: tokens.fontSizeBase500,
    lineHeight: tokens.lineHeightBase500,
    fontWeight: tokens.fontWeightSemibold,
    outline: 'none',
  },
  wait: { padding: '16px', display: 'flex', flexDirection: 'column', gap: '12px' },
});

/** The list of conversations and, beside it, the open one; on a narrow screen one of the two. */
export function ChatPage({ conversationId }: { conversationId?: string }) {
  const styles = useStyles();
  usePageTitle('Chats');
  const heading = usePageHeading();
  const [filter, setFilter] = useState<ConversationFilter>({});
  const open = conversationId !== undefined;
  return (
    <div className={styles.page}>
      <div className={mergeClasses(styles.side, open && styles.hiddenWhenNarrow)}>
        <h1 ref={heading} tabIndex={-1} className={styles.title}>
          Chats
        </h1>
        <ConversationFilters filter={filter} onChange={setFilter} />
        <ConversationList filter={filter} conversationId={conversationId} />
      </div>
      <div className={mergeClasses(styles.open, !open && styles.hiddenWhenNarrow)}>
        {conversationId === undefined ? (
          <EmptyState icon={<Chat24Regular />} title="Choose a chat">
            What may be sent to a customer is decided from their consent, and shown above the message box.
          </EmptyState>
        ) : (
          <OpenConversation key={conversationId} conversationId={conversationId} />
        )}
      </div>
    </div>
  );
}

function OpenConversation({ conversationId }: { conversationId: string }) {
  const styles = useStyles();
  const conversation = useConversation(conversationId);
  usePageTitle(conversation.data?.contactPoint.name ?? 'Chats');
  if (conversation.data !== undefined)
    return <ConversationView conversation={conversation.data} backTo="/chats" />;
  return (
    <div className={styles.wait}>
      {conversation.isError ? (
        <>
          <ErrorState error={conversation.error} onRetry={() => void conversation.refetch()} />
          <AppLink to="/chats">All chats</AppLink>
        </>
      ) : (
        <Loading label="Loading the chat" />
      )}
    </div>
  );
}
