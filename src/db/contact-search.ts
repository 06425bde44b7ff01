import { type RawBuilder, sql } from 'kysely';
import { namePatterns, numberPattern } from '../core/search-text.ts';
import type { Tx } from './engine.ts';
import { carrierOf } from './related-records.ts';
import { isUuid } from './rows.ts';

/** Customers by name and number: what WhatsApp calls them, and what the records call them that carry their number. */
export interface ContactSearch {
  /** LIKE patterns, all of which a name must match. */
  names: string[] | null;
  /** One that a number must match. */
  number: string | null;
}

/** Null where the words hold nothing that could be searched. */
export function contactSearch(words: string): ContactSearch | null {
  const search = { names: namePatterns(words), number: numberPattern(words) };
  return search.names === null && search.number === null ? null : search;
}

/** The patterns as a condition on a column in the form of core/search-text.ts, answered by its trigram index. */
export function matchesSearch(column: string, { names, number }: ContactSearch): RawBuilder<boolean> {
  const like = (pattern: string): RawBuilder<unknown> => sql`${sql.ref(column)} like ${pattern}`;
  const byName = names === null ? [] : [sql`(${sql.join(names.map(like), sql` and `)})`];
  const byNumber = number === null ? [] : [like(number)];
  const either = [...byName, ...byNumber];
  return either.length === 0 ? sql<boolean>`false` : sql<boolean>`(${sql.join(either, sql` or `)})`;
}

/** A query for the ids of contact points that match, in no order, at most `limit`. */
export function contactPointsMatching(search: ContactSearch, limit: number): RawBuilder<unknown> {
  return sql`
    (select c.id from contact_point c where ${matchesSearch('c.search', search)} limit ${limit})
    union
    (select a.contact_point_id from record_phone p join contact_point_alias a on a.kind = 'phone' and a.value = p.match_key
      where ${matchesSearch('p.search', search)} limit ${limit})
    limit ${limit}`;
}

/** How many customers the planner thinks have such a name or number: what an index of words costs grows with them. */
export async function likelyMatches(tx: Tx, search: ContactSearch): Promise<number> {
  const { rows } = await sql<{ 'QUERY PLAN': unknown }>`explain (format json)
    select 1 from contact_point c where ${matchesSearch('c.search', search)}`.execute(tx);
  return Number(/"Plan Rows":(\d+)/.exec(JSON.stringify(rows[0]?.['QUERY PLAN']) ?? '')?.[1] ?? 0);
}

/** What matches, as a condition on a row `v` of `conversation`, for a name that too many have to list them. */
export function contactMatches(search: ContactSearch): RawBuilder<boolean> {
  return sql<boolean>`(exists (select 1 from contact_point c where c.id = v.contact_point_id and ${matchesSearch('c.search', search)})
    or exists (select 1 from contact_point_alias a join record_phone p on p.match_key = a.value
                where a.contact_point_id = v.contact_point_id and a.kind = 'phone' and ${matchesSearch('p.search', search)}))`;
}

/** Contact points with a number of this record, or with this number. */
export async function contactPointsOf(
  tx: Tx,
  of: { recordType: string; recordId: string } | { matchKey: string },
): Promise<string[]> {
  const carrier = 'matchKey' in of || !isUuid(of.recordId) ? of : await carrierOf(tx, of);
  if (carrier === null) return [];
  const numbers =
    'matchKey' in carrier
      ? sql`select ${carrier.matchKey}::text`
      : sql`select match_key from record_phone where record_type = ${carrier.recordType} and record_id = ${carrier.recordId}`;
  const { rows } = await sql<{ id: string }>`
    select distinct contact_point_id as id from contact_point_alias where kind = 'phone' and value in (${numbers})`.execute(
    tx,
  );
  return rows.map((row) => row.id);
}

/** Contact points with records of one type; null where more than `limit` numbers have one. */
export async function contactPointsOfType(
  tx: Tx,
  recordType: string,
  limit: number,
): Promise<string[] | null> {
  const { rows } = await sql<{ id: string | null; many: boolean }>`
    with numbers as materialized (select match_key from record_phone where record_type = ${recordType} limit ${limit + 1}),
         counted as materialized (select count(*) > ${limit} as many from numbers)
    select distinct a.contact_point_id as id, false as many
      from numbers p join contact_point_alias a on a.kind = 'phone' and a.value = p.match_key
     where not (select many from counted)
    union all select null, true from counted where many`.execute(tx);
  return rows.some(({ many }) => many) ? null : rows.map(({ id }) => id).filter((id) => id !== null);
}
