import type { ReactNode } from 'react';

/** The conversations of the channel, and the thread of the one that is open. */
export function ChatPage({ conversationId }: { conversationId?: string }): ReactNode {
  return <h1>{conversationId === undefined ? 'Chat' : 'Conversation'}</h1>;
}
