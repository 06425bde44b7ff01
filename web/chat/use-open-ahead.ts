import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { opening } from '../ui/opening.ts';
import { consentEventsQuery, conversationQuery, sendableQuery, traceQuery } from './chat-queries.ts';
import { prefetchThread } from './thread-queries.ts';

/** Who rests on a row for this long, with the pointer or the focus, is about to open it. Milliseconds. */
const REST = 80;

/**
 * Handlers of a row that leads to a chat: what the chat shows is asked for while the hand is still on its way. What is
 * there already and fresh is not asked for again.
 */
export function useOpenAhead(conversationId: string) {
  const client = useQueryClient();
  const resting = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const leave = useCallback(() => clearTimeout(resting.current), []);
  useEffect(() => leave, [leave]);
  return useMemo(() => {
    const ask = () => openAhead(client, conversationId);
    const rest = () => {
      leave();
      resting.current = setTimeout(ask, REST);
    };
    return {
      onPointerEnter: rest,
      onPointerLeave: leave,
      onPointerDown: ask,
      // A screen reader clicks without a pointer; asked for here, the answers come while the page is drawn.
      onClickCapture: ask,
      onFocus: rest,
      onBlur: leave,
    };
  }, [client, conversationId, leave]);
}

/** Asks for what a chat shows when it opens, where it is not there. */
export function openAhead(client: QueryClient, conversationId: string): void {
  opening(conversationId, () => {
    void prefetchThread(client, conversationId);
    void client.prefetchQuery(conversationQuery(conversationId));
    void client.prefetchQuery(sendableQuery({ conversationId }));
    void client.prefetchInfiniteQuery(traceQuery(conversationId));
    void client.prefetchQuery(consentEventsQuery(conversationId));
  });
}
