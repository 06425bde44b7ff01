import { type InfiniteData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { z } from 'zod';
import {
  ConversationOut,
  ConversationPage,
  type ConversationQuery,
  MessagePage,
  SendableOut,
  type SendTo,
} from '../../src/http/schemas/chat.ts';
import { LedgerLineOut } from '../../src/http/schemas/consent.ts';
import { api, withQuery } from '../ui/api.ts';
import { keys } from '../ui/queries.ts';

/** Whom a message goes to: a record's messaging number, a phone, or a conversation. */
export type Recipient = z.infer<typeof SendTo>;

export type ConversationFilter = Pick<z.infer<typeof ConversationQuery>, 'search' | 'consent' | 'unread'>;

const ConsentEvents = z.object({ items: z.array(LedgerLineOut) });

type Page<T> = { items: T[]; nextCursor: string | null };

/** All items of the pages loaded so far, in the server's order. */
export function itemsOf<T>(data: InfiniteData<Page<T>> | undefined): T[] {
  return data?.pages.flatMap((page) => page.items) ?? [];
}

export function useConversations(filter: ConversationFilter) {
  return useInfiniteQuery({
    queryKey: keys.conversations(filter),
    queryFn: ({ pageParam, signal }) =>
      api.get(
        withQuery('/api/conversations', { ...filter, limit: 50, cursor: pageParam }),
        ConversationPage,
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
}

export function useConversation(conversationId: string) {
  return useQuery({
    queryKey: keys.conversation(conversationId),
    queryFn: ({ signal }) =>
      api.get(`/api/conversations/${encodeURIComponent(conversationId)}`, ConversationOut, { signal }),
  });
}

/** The messages of a conversation, newest first; the next page is older. */
export function useMessages(conversationId: string) {
  return useInfiniteQuery({
    queryKey: keys.messages(conversationId),
    queryFn: ({ pageParam, signal }) =>
      api.get(
        withQuery(`/api/conversations/${encodeURIComponent(conversationId)}/messages`, {
          limit: 50,
          cursor: pageParam,
        }),
        MessagePage,
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
}

export function useConsentEvents(conversationId: string) {
  return useQuery({
    queryKey: keys.consentEvents(conversationId),
    queryFn: ({ signal }) =>
      api.get(`/api/conversations/${encodeURIComponent(conversationId)}/events`, ConsentEvents, { signal }),
  });
}

/** What the gate offers now. With a language, the previews are in it where the template has it. */
export function useSendable(to: Recipient, language?: string) {
  return useQuery({
    queryKey: keys.sendable(to, language),
    queryFn: ({ signal }) =>
      api.get(withQuery('/api/sendable', { ...to, language }), SendableOut, { signal }),
    // The composer must not offer what an hour-old answer allowed: always ask again when it is shown.
    staleTime: 0,
  });
}
