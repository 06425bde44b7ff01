import { type InfiniteData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { z } from 'zod';
import { ConversationOut, SendableOut, type SendTo } from '../../src/http/schemas/chat.ts';
import { LedgerLineOut } from '../../src/http/schemas/consent.ts';
import { ColleaguesOut, TracePage } from '../../src/http/schemas/desk.ts';
import { api, withQuery } from '../ui/api.ts';
import { keys } from '../ui/queries.ts';

/** Whom a message goes to: a record's messaging number, a phone, or a conversation. */
export type Recipient = z.infer<typeof SendTo>;

const ConsentEvents = z.object({ items: z.array(LedgerLineOut) });

type Page<T> = { items: T[]; nextCursor: string | null };

/** All items of the pages loaded so far, in the server's order. */
export function itemsOf<T>(data: InfiniteData<Page<T>> | undefined): T[] {
  return data?.pages.flatMap((page) => page.items) ?? [];
}

export function useConversation(conversationId: string | null) {
  return useQuery({
    queryKey: keys.conversation(conversationId ?? ''),
    queryFn: ({ signal }) =>
      api.get(`/api/conversations/${encodeURIComponent(conversationId ?? '')}`, ConversationOut, { signal }),
    enabled: conversationId !== null,
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

/** What people did in a conversation, notes included, newest first; the next page is older. */
export function useTrace(conversationId: string) {
  return useInfiniteQuery({
    queryKey: keys.trace(conversationId),
    queryFn: ({ pageParam, signal }) =>
      api.get(
        withQuery(`/api/conversations/${encodeURIComponent(conversationId)}/trace`, {
          limit: 50,
          cursor: pageParam,
        }),
        TracePage,
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
}

/** Who can be offered this conversation, asked into it or mentioned in it; asked anew whenever somebody chooses. */
export function useColleagues(conversationId: string) {
  return useQuery({
    queryKey: keys.colleagues(conversationId),
    queryFn: async ({ signal }) =>
      (
        await api.get(`/api/conversations/${encodeURIComponent(conversationId)}/colleagues`, ColleaguesOut, {
          signal,
        })
      ).items,
    staleTime: 0,
  });
}
