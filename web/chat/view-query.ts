import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { leadingEdge } from '../../src/core/leading-edge.ts';
import type { ConversationOut, ConversationPage } from '../../src/http/schemas/chat.ts';
import { answerOf, api, withQuery } from '../ui/api.ts';
import { isObject } from '../ui/is-object.ts';
import { hearHints } from '../ui/live.ts';
import { isTouched, keys } from '../ui/queries.ts';
import { type Ask, extend, type ListPage, refresh, rowsOf, type Single, withSingles } from './view-pages.ts';
import { type ChatsSearch, listAsked } from './view-search.ts';

/** Between two readings of the same list, however many hints come. Milliseconds. */
const BREATH = 400;

let round = 0;
const NONE: ListPage[] = [];
const listKey = (search: ChatsSearch) => ['conversation-list', search];
/** What a hint must touch for the list to be read again. */
const TOPIC = keys.conversations({});

/**
 * The list of one view, kept live by reading what is in view again, at most once in a while; a page in the background
 * waits until it is seen. `see` tells which rows are in view and reads on where the end comes near.
 */
export function useConversationList(search: ChatsSearch) {
  const client = useQueryClient();
  const seen = useRef({ first: 0, last: 0 });
  const key = useMemo(() => listKey(search), [search]);
  const ask = useCallback<Ask>(
    (cursor, limit) =>
      api.get(
        withQuery('/api/conversations', { ...listAsked(search), limit, cursor }),
        answerOf<ConversationPage>(),
      ),
    [search],
  );
  const query = useQuery({
    queryKey: key,
    queryFn: () => {
      round += 1;
      return refresh(client.getQueryData<ListPage[]>(key) ?? NONE, seen.current, round, ask);
    },
    staleTime: 0,
  });
  const pages = query.data ?? NONE;
  const singles = useSingles();
  const rows = useMemo(() => withSingles(rowsOf(pages), pages, singles), [pages, singles]);

  /** The round since which something changed: a page read before it is old. */
  const changed = useRef(0);
  const refreshSoon = useReader(
    useCallback(async () => {
      await Promise.all([
        client.refetchQueries({ queryKey: key, exact: true }, { cancelRefetch: false }),
        client.refetchQueries({ queryKey: keys.conversationCounts() }, { cancelRefetch: false }),
      ]);
    }, [client, key]),
  );
  useEffect(
    () =>
      hearHints((hints) => {
        if (!hints.some((hint) => isTouched(TOPIC, hint))) return;
        changed.current = round + 1;
        refreshSoon();
      }),
    [refreshSoon],
  );

  const [more, setMore] = useState<'idle' | 'reading' | 'failed'>('idle');
  const reading = useRef(false);
  const hasMore = pages.at(-1)?.nextCursor != null;
  const readMore = useCallback(async () => {
    const before = client.getQueryData<ListPage[]>(key);
    if (before === undefined || reading.current) return;
    reading.current = true;
    setMore('reading');
    try {
      round += 1;
      const longer = await extend(before, round, ask);
      // What was read in the meantime knows better; the end is then come near again.
      client.setQueryData<ListPage[]>(key, (now) => (now === before ? longer : now));
      setMore('idle');
    } catch {
      setMore('failed');
    } finally {
      reading.current = false;
    }
  }, [client, key, ask]);

  const see = useCallback(
    (first: number, last: number) => {
      seen.current = { first, last };
      const old = rows.slice(first, last + 1).some(({ page }) => (pages[page]?.round ?? 0) < changed.current);
      if (old) refreshSoon();
      if (hasMore && more === 'idle' && last >= rows.length - 10) void readMore();
    },
    [rows, pages, hasMore, more, readMore, refreshSoon],
  );

  return { query, rows, see, hasMore, more, readMore };
}

/** Conversations that were read by themselves: the open one, as soon as something happens in it. */
function useSingles(): ReadonlyMap<string, Single> {
  const client = useQueryClient();
  const [singles, setSingles] = useState<ReadonlyMap<string, Single>>(new Map());
  useEffect(
    () =>
      client.getQueryCache().subscribe((event) => {
        if (event.type !== 'updated' || event.action.type !== 'success') return;
        const [topic, of] = event.query.queryKey;
        if (topic !== 'conversation' || !isObject(of) || of.what !== 'one') return;
        const conversation: ConversationOut = event.query.state.data;
        // The last ones are enough: a page that was read since knows better.
        setSingles((known) => new Map([...[...known].slice(-9), [conversation.id, { conversation, round }]]));
      }),
    [client],
  );
  return singles;
}

/**
 * Calls `read` at once; what is asked while it reads, and for a breath after it, is read once more then. Never while nobody
 * looks.
 */
function useReader(read: () => Promise<unknown>): () => void {
  const latest = useRef(read);
  useEffect(() => {
    latest.current = read;
  }, [read]);
  /** Asked for while nobody looked. */
  const unseen = useRef(false);
  const readSoon = useMemo(
    () =>
      leadingEdge({
        work: async () => {
          unseen.current = document.visibilityState !== 'visible';
          if (!unseen.current) await latest.current();
        },
        pause: () => BREATH,
        wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
      }),
    [],
  );
  useEffect(() => {
    const look = () => {
      if (unseen.current) readSoon();
    };
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, [readSoon]);
  return readSoon;
}
