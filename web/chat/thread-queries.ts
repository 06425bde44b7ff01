import { type QueryClient, queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { MessagePage } from '../../src/http/schemas/chat.ts';
import { answerOf, api, chatPath, withQuery } from '../ui/api.ts';
import { partOf } from '../ui/opening.ts';
import { keys } from '../ui/queries.ts';
import {
  joined,
  type ThreadPage,
  type ThreadWindow,
  windowOf,
  withFresh,
  withNewer,
  withNewest,
  withOlder,
} from './thread-window.ts';

const PAGE = 50;
/** Pages asked for to close a gap after a long break; past that the thread begins anew at its end. */
const LONGEST_GAP = 4;

type Where = { cursor?: string | null; after?: string | null; around?: string };

function pageOf(conversationId: string, where: Where, signal?: AbortSignal): Promise<MessagePage> {
  const path = withQuery(chatPath(conversationId, 'messages'), {
    limit: PAGE,
    ...where,
  });
  return api.get(path, answerOf<MessagePage>(), signal === undefined ? {} : { signal });
}

/** The newest messages of a conversation, joined to those held. */
const newestQuery = (client: QueryClient, conversationId: string) => {
  const queryKey = keys.messages(conversationId);
  return queryOptions({
    queryKey,
    queryFn: ({ signal }) =>
      newest(conversationId, () => client.getQueryData<ThreadWindow>(queryKey), signal),
  });
};

/** Asks for the newest messages before the thread is shown. */
export const prefetchThread = (client: QueryClient, conversationId: string): Promise<void> =>
  client.prefetchQuery(newestQuery(client, conversationId));

/**
 * The messages of a conversation. What is held stays when a hint comes: the newest page is asked for and taken in,
 * and the page in view where that is an older one, however many are held. A message far back opens a part of its own
 * around it, which joins the rest when paging reaches it.
 */
export function useThread(conversationId: string) {
  const client = useQueryClient();
  const [around, setAround] = useState<string | null>(null);
  /** A message in view, which a refresh has to include. */
  const inView = useRef<string | null>(null);
  const liveKey = keys.messages(conversationId);
  const partKey = ['message', { what: 'around', conversationId, around }];

  const live = useQuery({
    queryKey: liveKey,
    queryFn: async ({ signal }) => {
      const held = await newest(conversationId, () => client.getQueryData<ThreadWindow>(liveKey), signal);
      return renewed(held, conversationId, inView.current, signal);
    },
  });
  const part = useQuery({
    queryKey: partKey,
    enabled: around !== null,
    queryFn: async ({ signal }) => {
      const page = await pageOf(conversationId, { around: around ?? '' }, signal);
      const held = client.getQueryData<ThreadWindow>(partKey);
      if (held === undefined) return windowOf(page);
      return renewed(withFresh(held, page.items), conversationId, inView.current, signal);
    },
  });

  // Once the part reaches what is held at the end, there is one thread again.
  useEffect(() => {
    if (around === null || live.data === undefined || part.data === undefined) return;
    const whole = joined(live.data, part.data);
    if (whole === null) return;
    client.setQueryData(keys.messages(conversationId), whole);
    setAround(null);
  }, [client, conversationId, around, live.data, part.data]);

  const shown = around === null || part.data === undefined ? live : part;
  const held = shown.data;
  const shownKey = shown === live ? liveKey : partKey;
  const [loading, setLoading] = useState<'older' | 'newer' | null>(null);
  const [error, setError] = useState<unknown>(null);
  const busy = useRef(false);
  const load = async (end: 'older' | 'newer') => {
    const cursor = held?.[end] ?? null;
    if (cursor === null || busy.current) return;
    busy.current = true;
    setLoading(end);
    setError(null);
    try {
      const page = await pageOf(conversationId, end === 'older' ? { cursor } : { after: cursor });
      client.setQueryData<ThreadWindow>(shownKey, (now) =>
        now === undefined ? now : (end === 'older' ? withOlder : withNewer)(now, cursor, page),
      );
    } catch (problem) {
      setError(problem);
    }
    busy.current = false;
    setLoading(null);
  };

  return {
    held,
    /** The newest message of all, shown or not. */
    newest: live.data?.items[0],
    isPending: live.isPending,
    error: live.error ?? null,
    refetch: () => void live.refetch(),
    load,
    loading,
    loadError: error,
    /** Shows the part around a message that is not held. */
    open: setAround,
    opening: around !== null && part.isPending,
    openError: around !== null ? part.error : null,
    toNewest: useCallback(() => setAround(null), []),
    noteInView: useCallback((id: string | null) => {
      inView.current = id;
    }, []),
  };
}

async function newest(
  conversationId: string,
  known: () => ThreadWindow | undefined,
  signal: AbortSignal,
): Promise<ThreadWindow> {
  let page: ThreadPage = await partOf('messages', () => pageOf(conversationId, {}, signal));
  for (let pages = 1; ; pages += 1) {
    const held = known();
    const whole = held === undefined ? windowOf(page) : withNewest(held, page);
    if (whole !== null) return { ...whole, newer: null };
    if (pages === LONGEST_GAP || page.nextCursor === null) return { ...windowOf(page), newer: null };
    const before = await pageOf(conversationId, { cursor: page.nextCursor }, signal);
    page = { items: [...page.items, ...before.items], nextCursor: before.nextCursor };
  }
}

/** Renews the messages in view too, where the newest page does not hold them: an edit or a reaction may be about them. */
async function renewed(
  held: ThreadWindow,
  conversationId: string,
  inView: string | null,
  signal: AbortSignal,
): Promise<ThreadWindow> {
  const place = inView === null ? -1 : held.items.findIndex(({ id }) => id === inView);
  if (inView === null || place < PAGE) return held;
  const page = await pageOf(conversationId, { around: inView }, signal);
  return withFresh(held, page.items);
}
