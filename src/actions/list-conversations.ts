import { conditionsOf, type ListFilter, type Sort } from '../core/conversation-list.ts';
import { messageQuery, snippetOf } from '../core/search-text.ts';
import type { Viewer } from '../db/access.ts';
import {
  contactMatches,
  contactPointsMatching,
  contactPointsOf,
  contactPointsOfType,
  contactSearch,
  likelyMatches,
} from '../db/contact-search.ts';
import {
  conditionsSql,
  type ListKey,
  type ListPage,
  type ListQuery,
  listPage,
  listPageAmong,
  listPageOf,
} from '../db/conversation-list.ts';
import { type ConversationRow, readConversations } from '../db/conversations.ts';
import type { Tx } from '../db/engine.ts';
import {
  allMatches,
  type FoundMessage,
  type MessageSearch,
  recentMatches,
  textsOf,
} from '../db/message-search.ts';
import { isUuid } from '../db/rows.ts';
import { boundedSearch } from './bounded-search.ts';
import type { Context } from './context.ts';
import { loadSettings } from './organisation.ts';
import { withStatesOfAll } from './shown-states.ts';

/**
 * The list of conversations and its search. Every way through it reads a bounded number of rows, whatever the database
 * holds; docs/desk.md tells how.
 */
export interface ListRequest {
  filter: ListFilter;
  sort: Sort;
  /** Names and numbers, or words of messages. */
  search: { words: string; in: 'names' | 'messages' } | null;
  /** Only those of this record or number. */
  of: { recordType: string; recordId: string } | { matchKey: string } | null;
  after: ListKey | null;
  limit: number;
}

export interface Match {
  messageId: string;
  text: string;
  at: number;
}

export interface Listed {
  rows: ConversationRow[];
  next: ListKey | null;
  /** Of a search in messages: how far back it looks, and what it found per conversation. */
  searchedSince: number | null;
  matches: Map<string, Match>;
}

const DAY = 86_400_000;
/** A search or filter that fits so few customers lists them all; more of them turn up soon on the way through the list. */
const MOST_LISTED = 5_000;
/** Rows looked at for one page where a filter has to look: tried again with more where the page is not full. */
const BUDGETS = [200, 1_200, 6_000];
/** A name that so many are thought to have is looked for among the next so many rows of the list first. */
const FREQUENT = 20_000;
const SOON = 2_500;
/** How many of the newest messages are looked through for a word before the index of words is asked: an ordinary word is among them. */
const RECENT_MESSAGES = [5_000, 50_000];

/** One page of the conversations that this viewer may see, by filter, words or record. */
export async function listConversations(ctx: Context, viewer: Viewer, request: ListRequest): Promise<Listed> {
  const { db } = ctx.database;
  const conditions = conditionsOf(request.filter, isUuid(viewer.id) ? viewer.id : null);
  const { search, sort } = request;
  if (conditions === null) return nothing;
  const query: ListQuery = { conditions, viewer, sort, also: null };
  if (search?.in === 'messages') return searchMessages(ctx, query, request, search.words);
  const page =
    search === null
      ? await pageOf(db, query, request)
      : await boundedSearch(ctx, (tx) => searchNames(tx, query, request, search.words));
  const rows = page.rows.slice(0, request.limit);
  const next = page.rows.length > request.limit ? (rows.at(-1) ?? null) : page.seenTo;
  return { ...nothing, rows: await readInOrder(ctx, rows), next };
}

const nothing: Listed = { rows: [], next: null, searchedSince: null, matches: new Map() };

/** As many as the numbers beside the views say, and no more are counted. */
export const MOST_COUNTED = 100;

/** How many a view shows of these, up to `MOST_COUNTED`. */
export async function countConversations(
  tx: Tx,
  viewer: Viewer,
  filter: Partial<ListFilter>,
): Promise<number> {
  const conditions = conditionsOf({ ...NO_FILTER, ...filter }, isUuid(viewer.id) ? viewer.id : null);
  if (conditions === null) return 0;
  const query: ListQuery = { conditions, viewer, sort: 'attention', also: null };
  return (await walk(tx, query, null, MOST_COUNTED)).rows.length;
}

const NO_FILTER: ListFilter = {
  view: null,
  owner: null,
  team: null,
  channel: null,
  recordType: null,
  consent: null,
  unread: false,
};

async function pageOf(tx: Tx, query: ListQuery, { of, after, limit }: ListRequest): Promise<ListPage> {
  if (of !== null) return listPageOf(tx, query, await contactPointsOf(tx, of), after, limit + 1);
  const { recordType } = query.conditions;
  const few = recordType === null ? null : await contactPointsOfType(tx, recordType, MOST_LISTED);
  if (few !== null) return listPageOf(tx, query, few, after, limit + 1);
  return walk(tx, query, after, limit + 1);
}

async function walk(tx: Tx, query: ListQuery, after: ListKey | null, limit: number): Promise<ListPage> {
  const rows: ListKey[] = [];
  let from = after;
  for (const budget of BUDGETS) {
    const page = await listPage(tx, query, from, limit - rows.length, budget);
    rows.push(...page.rows);
    from = page.seenTo;
    if (from === null || rows.length >= limit) break;
  }
  return { rows, seenTo: from };
}

/**
 * A name that tens of thousands have is soon met on the way through the list, while the index would collect them all
 * first (30 ms and more at a million customers); any other is found by the index.
 */
async function searchNames(tx: Tx, query: ListQuery, request: ListRequest, words: string): Promise<ListPage> {
  const search = contactSearch(words);
  if (search === null) return { rows: [], seenTo: null };
  const among = { ...query, also: contactMatches(search) };
  const { after, of } = request;
  const limit = request.limit + 1;
  if (of === null && (await likelyMatches(tx, search)) > FREQUENT) {
    const page = await listPage(tx, among, after, limit, SOON);
    if (page.rows.length >= limit || page.seenTo === null) return page;
  }
  if (of === null) {
    const found = contactPointsMatching(search, MOST_LISTED + 1);
    const page = await listPageAmong(tx, query, found, MOST_LISTED, after, limit);
    if (page !== null) return page;
  }
  return pageOf(tx, among, request);
}

async function searchMessages(
  ctx: Context,
  query: ListQuery,
  { after, limit }: ListRequest,
  words: string,
): Promise<Listed> {
  const { db } = ctx.database;
  const since = ctx.clock() - (await loadSettings(db)).messageSearchDays * DAY;
  const text = messageQuery(words);
  if (text === null) return { ...nothing, searchedSince: since };
  const search = {
    query: text,
    since,
    where: conditionsSql(query),
    before: after?.key ?? null,
    limit: limit + 1,
  };
  const found = await boundedSearch(
    ctx,
    async (tx) => (await matchesAmongRecent(tx, search)) ?? (await allMatches(tx, search)),
  );
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const texts = await textsOf(
    db,
    page.map((one) => one.messageId),
  );
  return {
    rows: await readInOrder(
      ctx,
      page.map((one) => ({ id: one.conversationId, key: one.position })),
    ),
    next: found.length > limit && last !== undefined ? { key: last.position, id: last.conversationId } : null,
    searchedSince: since,
    matches: new Map(
      page.flatMap(({ conversationId, messageId }) => {
        const message = texts.get(messageId);
        return message === undefined
          ? []
          : [[conversationId, { messageId, text: snippetOf(message.text, words), at: message.at }] as const];
      }),
    ),
  };
}

async function matchesAmongRecent(tx: Tx, search: MessageSearch): Promise<FoundMessage[] | null> {
  for (const reach of RECENT_MESSAGES) {
    const found = await recentMatches(tx, search, reach);
    if (found !== null) return found;
  }
  return null;
}

async function readInOrder(ctx: Context, keys: readonly ListKey[]): Promise<ConversationRow[]> {
  const read = await readConversations(
    ctx.database.db,
    keys.map((key) => key.id),
  );
  const rows = new Map((await withStatesOfAll(ctx, read)).map((row) => [row.id, row]));
  return keys.flatMap(({ id }) => rows.get(id) ?? []);
}
