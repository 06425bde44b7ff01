import {
  type InfiniteData,
  infiniteQueryOptions,
  type QueryClient,
  queryOptions,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import type { z } from 'zod';
import type { ConsentEvents, ConversationOut, SendableOut, SendTo } from '../../src/http/schemas/chat.ts';
import type { TracePage } from '../../src/http/schemas/desk.ts';
import { answerOf, api, chatPath, withQuery } from '../ui/api.ts';
import { partOf } from '../ui/opening.ts';
import { keys } from '../ui/queries.ts';
import type { ListPage } from './view-pages.ts';

/** Whom a message goes to: a record's messaging number, a phone, or a conversation. */
export type Recipient = z.infer<typeof SendTo>;

type Page<T> = { items: T[]; nextCursor: string | null };

/** All items of the pages loaded so far, in the server's order. */
export function itemsOf<T>(data: InfiniteData<Page<T>> | undefined): T[] {
  return data?.pages.flatMap((page) => page.items) ?? [];
}

export const conversationQuery = (conversationId: string) =>
  queryOptions({
    queryKey: keys.conversation(conversationId),
    queryFn: ({ signal }) =>
      partOf('conversation', () =>
        api.get(chatPath(conversationId), answerOf<ConversationOut>(), { signal }),
      ),
  });

/** One conversation. A list that holds it says what it knows until the answer is there: the chat opens at once. */
export function useConversation(conversationId: string | null) {
  const client = useQueryClient();
  return useQuery({
    ...conversationQuery(conversationId ?? ''),
    enabled: conversationId !== null,
    placeholderData: () => listed(client, conversationId ?? ''),
  });
}

/** A conversation as the lists read so far have it. */
function listed(client: QueryClient, conversationId: string): ConversationOut | undefined {
  for (const [, pages] of client.getQueriesData<ListPage[]>({ queryKey: ['conversation-list'] }))
    for (const { items } of pages ?? []) {
      const found = items.find(({ id }) => id === conversationId);
      if (found !== undefined) return found;
    }
  return undefined;
}

export const consentEventsQuery = (conversationId: string) =>
  queryOptions({
    queryKey: keys.consentEvents(conversationId),
    queryFn: ({ signal }) =>
      partOf('events', () =>
        api.get(chatPath(conversationId, 'events'), answerOf<ConsentEvents>(), { signal }),
      ),
  });

export const useConsentEvents = (conversationId: string) => useQuery(consentEventsQuery(conversationId));

/** What the gate offers now. With a language, the previews are in it where the template has it. */
export const sendableQuery = (to: Recipient, language?: string) =>
  queryOptions({
    queryKey: keys.sendable(to, language),
    queryFn: ({ signal }) => {
      const alone = () =>
        api.get(withQuery('/api/sendable', { ...to, language }), answerOf<SendableOut>(), { signal });
      // Of a chat as it is shown: the previews of another language, or another recipient, are no part of it.
      return 'conversationId' in to && language === undefined ? partOf('sendable', alone) : alone();
    },
    // The composer must not offer what an hour-old answer allowed: it asks again when it is shown, unless that was asked
    // right before, as the chat was about to be opened.
    staleTime: 3_000,
  });

export const useSendable = (to: Recipient, language?: string) => useQuery(sendableQuery(to, language));

/** What people did in a conversation, notes included, newest first; the next page is older. */
export const traceQuery = (conversationId: string) =>
  infiniteQueryOptions({
    queryKey: keys.trace(conversationId),
    queryFn: ({ pageParam, signal }) =>
      partOf('trace', () =>
        api.get(
          withQuery(chatPath(conversationId, 'trace'), { limit: 50, cursor: pageParam }),
          answerOf<TracePage>(),
          { signal },
        ),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });

export const useTrace = (conversationId: string) => useInfiniteQuery(traceQuery(conversationId));
