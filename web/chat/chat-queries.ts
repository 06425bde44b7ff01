import { type InfiniteData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import type { ConversationOut, SendableOut, SendTo } from '../../src/http/schemas/chat.ts';
import type { LedgerLineOut } from '../../src/http/schemas/consent.ts';
import type { ColleaguesOut, TracePage } from '../../src/http/schemas/desk.ts';
import { answerOf, api, withQuery } from '../ui/api.ts';
import { keys } from '../ui/queries.ts';

/** Whom a message goes to: a record's messaging number, a phone, or a conversation. */
export type Recipient = z.infer<typeof SendTo>;

type ConsentEvents = { items: LedgerLineOut[] };

type Page<T> = { items: T[]; nextCursor: string | null };

/** All items of the pages loaded so far, in the server's order. */
export function itemsOf<T>(data: InfiniteData<Page<T>> | undefined): T[] {
  return data?.pages.flatMap((page) => page.items) ?? [];
}

export function useConversation(conversationId: string | null) {
  return useQuery({
    queryKey: keys.conversation(conversationId ?? ''),
    queryFn: ({ signal }) =>
      api.get(`/api/conversations/${encodeURIComponent(conversationId ?? '')}`, answerOf<ConversationOut>(), {
        signal,
      }),
    enabled: conversationId !== null,
  });
}

export function useConsentEvents(conversationId: string) {
  return useQuery({
    queryKey: keys.consentEvents(conversationId),
    queryFn: ({ signal }) =>
      api.get(`/api/conversations/${encodeURIComponent(conversationId)}/events`, answerOf<ConsentEvents>(), {
        signal,
      }),
  });
}

/** What the gate offers now. With a language, the previews are in it where the template has it. */
export function useSendable(to: Recipient, language?: string) {
  return useQuery({
    queryKey: keys.sendable(to, language),
    queryFn: ({ signal }) =>
      api.get(withQuery('/api/sendable', { ...to, language }), answerOf<SendableOut>(), { signal }),
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
        answerOf<TracePage>(),
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
        await api.get(
          `/api/conversations/${encodeURIComponent(conversationId)}/colleagues`,
          answerOf<ColleaguesOut>(),
          {
            signal,
          },
        )
      ).items,
    staleTime: 0,
  });
}
