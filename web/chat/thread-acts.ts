import { createContext, use } from 'react';

/** What a row can ask of the thread it stands in. */
export interface ThreadActs {
  conversationId: string;
  customer: string;
  /** Goes to a message and marks it, also one that is not loaded. */
  jump: (messageId: string) => void;
}

export const ThreadContext = createContext<ThreadActs | null>(null);

/** Throws outside a thread: a row means nothing there. */
export function useThreadActs(): ThreadActs {
  const acts = use(ThreadContext);
  if (acts === null) throw new Error('a row outside a thread');
  return acts;
}
