import { type RawBuilder, sql } from 'kysely';
import { searchWords } from '../core/search-text.ts';
import type { Tx } from './engine.ts';
import { time, uuids } from './rows.ts';

interface Worded {
  id: string;
  text: string | null;
}

/**
 * The words of messages, for the days that may be searched. Nothing parses them in the database: `searchWords` finds
 * the same words of a text whatever the database's locale is.
 */
export function wordsOfMessages(messages: readonly Worded[]): { id: string; words: string[] }[] {
  return messages
    .map(({ id, text }) => ({ id, words: text === null ? [] : searchWords(text) }))
    .filter(({ words }) => words.length > 0);
}

export async function indexWords(tx: Tx, messages: readonly Worded[]): Promise<void> {
  const rows = wordsOfMessages(messages);
  if (rows.length === 0) return;
  await sql`/* prepared */ insert into message_search (position, message_id, conversation_id, at, words)
    select m.position, m.id, m.conversation_id, m.at, array_to_tsvector(r.words)
      from json_to_recordset(${JSON.stringify(rows)}::json) as r(id uuid, words text[]) join message m on m.id = r.id
    on conflict do nothing`.execute(tx);
}

/** Words go where their messages went: into the conversation of the customer that two turned out to be. */
export async function moveWords(tx: Tx, contactPointId: string): Promise<void> {
  await sql`update message_search s set conversation_id = m.conversation_id
      from message m where m.contact_point_id = ${contactPointId}::uuid and s.position = m.position
       and s.conversation_id <> m.conversation_id`.execute(tx);
}

/** Forgets the words of messages older than the days that may be searched; answers how many it forgot, at most `limit`. */
export async function forgetOldWords(tx: Tx, before: number, limit: number): Promise<number> {
  const { rows } = await sql`delete from message_search where at < ${time(before)}
       and position in (select position from message_search order by position limit ${limit})
    returning position`.execute(tx);
  return rows.length;
}

/** The texts of messages, by id. */
export async function textsOf(
  tx: Tx,
  ids: readonly string[],
): Promise<Map<string, { text: string; at: number }>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<{ id: string; text: string; at: number }>`
    select id, coalesce(text, '') as text, at from message where id = any(${uuids(ids)})`.execute(tx);
  return new Map(rows.map(({ id, ...message }) => [id, message]));
}

/**
 * For the rest of this transaction: no statement takes longer, and none reads a whole table in the hope that enough rows
 * come early. PGlite knows no time limit; it is one person's or a trial's.
 */
export async function limitSearch(tx: Tx, ms: number): Promise<void> {
  await sql`select set_config('statement_timeout', ${String(ms)}, true), set_config('enable_seqscan', 'off', true)`.execute(
    tx,
  );
}

/** The time limit alone. */
export async function limitTime(tx: Tx, ms: number): Promise<void> {
  await sql`select set_config('statement_timeout', ${String(ms)}, true)`.execute(tx);
}

export interface FoundMessage {
  position: number;
  conversationId: string;
  messageId: string;
}

export interface MessageSearch {
  /** A tsquery: `messageQuery`. */
  query: string;
  since: number;
  /** What the conversation `v` must be. */
  where: RawBuilder<unknown>;
  /** The position of the last row of the page before. */
  before: number | null;
  limit: number;
}

const older = (before: number | null): RawBuilder<unknown> =>
  before === null ? sql`true` : sql`s.position < ${before}::bigint`;

/** Not shown on a page before, with a newer message that holds the words. */
const unseen = ({ query, before }: MessageSearch): RawBuilder<unknown> =>
  before === null
    ? sql`true`
    : sql`not exists (select 1 from message m join message_search n on n.position = m.position
           where m.conversation_id = s.conversation_id and m.position >= ${before}::bigint and n.words @@ ${query}::tsquery)`;

/**
 * Each conversation with its newest message that holds the words, the newest first, among the `reach` newest messages:
 * how an ordinary word is found, of which the index knows a million. Null where they do not fill the page.
 */
export async function recentMatches(
  tx: Tx,
  search: MessageSearch,
  reach: number,
): Promise<FoundMessage[] | null> {
  const { rows } = await sql<FoundMessage>`
    select max(s.position) as position, s.conversation_id as "conversationId",
           (array_agg(s.message_id order by s.position desc))[1] as "messageId"
      from (select * from message_search s where ${older(search.before)} order by s.position desc limit ${reach}) s
      join conversation v on v.id = s.conversation_id
     where s.words @@ ${search.query}::tsquery and s.at >= ${time(search.since)} and ${search.where} and ${unseen(search)}
     group by s.conversation_id order by 1 desc limit ${search.limit}`.execute(tx);
  return rows.length < search.limit ? null : rows;
}

/** The same among all of them, by the index of words. A word that too many messages hold is too broad: give it a time limit. */
export async function allMatches(tx: Tx, search: MessageSearch): Promise<FoundMessage[]> {
  const { rows } = await sql<FoundMessage>`
    with found as materialized (
      select s.position, s.conversation_id, s.message_id from message_search s
       where s.words @@ ${search.query}::tsquery and s.at >= ${time(search.since)})
    select max(s.position) as position, s.conversation_id as "conversationId",
           (array_agg(s.message_id order by s.position desc))[1] as "messageId"
      from found s join conversation v on v.id = s.conversation_id
     where ${search.where}
     group by s.conversation_id
    having ${search.before === null ? sql`true` : sql`max(s.position) < ${search.before}::bigint`}
     order by 1 desc limit ${search.limit}`.execute(tx);
  return rows;
}
