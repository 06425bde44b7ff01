import { type RawBuilder, sql } from 'kysely';
import { type ContactSearch, contactSearch, matchesSearch } from './contact-search.ts';
import type { Tx } from './engine.ts';
import { type ListedRecord, listedFrom } from './records.ts';
import { texts, time, uuids } from './rows.ts';

/**
 * The list of records, newest first. Without a filter a page walks the index of each table in the order of the list and
 * merges these few streams. With one, the newest records are looked through first: what many records are fills a page
 * there. What few are is found by an index: of states of consent, of texts, of names and numbers.
 */

export interface RecordFilter {
  tables: readonly string[];
  search: string | null;
  /** The digits of a number in what is searched, where there are enough of them. */
  searchDigits: string | null;
  consent: string | null;
  decidedSince: number | null;
  decidedUntil: number | null;
}

export interface RecordPlace {
  at: number;
  id: string;
}

type Sql = RawBuilder<unknown>;
const and = (parts: readonly Sql[]): Sql => (parts.length === 0 ? sql`true` : sql.join(parts, sql` and `));

/** So many of the newest are looked through. */
const LOOKED_THROUGH = 2_000;

export async function recordPage(
  tx: Tx,
  filter: RecordFilter,
  before: RecordPlace | null,
  limit: number,
): Promise<ListedRecord[]> {
  const lookups = await lookupsOf(tx, filter.tables);
  const { search, consent, decidedSince, decidedUntil } = filter;
  if (search === null && consent === null && decidedSince === null && decidedUntil === null)
    return readPage(tx, newest(filter.tables, before, limit), limit);
  const soon = await readPage(
    tx,
    sql`select k.table_name, k.id, k.created_at from (${newest(filter.tables, before, LOOKED_THROUGH)}) n
          join crm_record k on k.table_name = n.table_name and k.id = n.id
         where ${anyOf(filter.tables.map((table) => among(table, lookups.get(table), filter)))}`,
    limit,
  );
  if (soon.length === limit || filter.tables.length === 0) return soon;
  const streams = filter.tables.map((table) => indexed(table, lookups.get(table), filter, before, limit));
  // Among the newest also what no index leads to: texts of a mirrored record that are neither its name nor its number.
  const seen = sql`select table_name, id, created_at from crm_record
    where (table_name, id) in (select * from unnest(${texts(soon.map((one) => one.table))}, ${uuids(soon.map((one) => one.id))}))`;
  return readPage(tx, sql.join([seen, ...streams], sql` union `), limit);
}

const readPage = async (tx: Tx, keys: Sql, limit: number): Promise<ListedRecord[]> => {
  const first = sql`(select table_name, id from (${keys}) found order by created_at desc, id desc limit ${limit}) found
    join crm_record r on r.table_name = found.table_name and r.id = found.id`;
  const { rows } =
    await sql<ListedRecord>`${listedFrom(first)} order by r.created_at desc, r.id desc`.execute(tx);
  return rows;
};

/** The newest of these tables together: one walk each, merged. */
const newest = (tables: readonly string[], before: RecordPlace | null, limit: number): Sql =>
  sql`select n.table_name, n.id, n.created_at from unnest(${texts(tables)}) as t(name)
      cross join lateral (select k.table_name, k.id, k.created_at from crm_record k
        where k.table_name = t.name and ${older(before)} order by k.created_at desc, k.id desc limit ${limit}) n
      order by n.created_at desc, n.id desc limit ${limit}`;

const older = (before: RecordPlace | null): Sql =>
  before === null ? sql`true` : sql`(k.created_at, k.id) < (${time(before.at)}, ${before.id}::uuid)`;

/** A table whose records take their number from another one. */
interface Lookup {
  table: string;
  column: string;
}

async function lookupsOf(tx: Tx, tables: readonly string[]): Promise<Map<string, Lookup>> {
  const { rows } = await sql<Lookup & { of: string }>`
    select table_name as of, config ->> 'relatedTable' as "table", config ->> 'relatedColumn' as "column" from record_type
     where table_name = any(${texts(tables)}) and config ->> 'relatedColumn' is not null`.execute(tx);
  return new Map(rows.map(({ of, table, column }) => [of, { table, column }]));
}

const anyOf = (parts: readonly Sql[]): Sql =>
  parts.length === 0 ? sql`false` : sql`(${sql.join(parts, sql` or `)})`;

/** Whose number counts for the row `k`: as its id in `record_phone`. */
const carrier = (lookup: Lookup | undefined): Sql =>
  lookup === undefined ? sql`k.id::text` : sql`k.data ->> ${lookup.column}::text`;

/** What a row `k` of the table must be, looked at by itself. */
function among(table: string, lookup: Lookup | undefined, filter: RecordFilter): Sql {
  const ofCarrier = sql`p.record_type = ${lookup?.table ?? table} and p.record_id = ${carrier(lookup)}`;
  const parts = [sql`k.table_name = ${table}`];
  const found = searchOf(filter);
  if (found !== null)
    parts.push(
      sql`(k.search like ${found.text} or exists (select 1 from record_phone p where ${ofCarrier} and ${found.called}))`,
    );
  if (hasState(filter))
    parts.push(sql`exists (select 1 from (select 1) one
      left join record_phone p on ${ofCarrier} and p.messaging
      left join contact_point_alias a on a.kind = 'phone' and a.value = p.match_key
      left join consent_state s on s.contact_point_id = a.contact_point_id and s.purpose = 'service'
      left join consent_state m on m.contact_point_id = a.contact_point_id and m.purpose = 'marketing'
      where ${stateOf(filter)})`);
  return sql`(${and(parts)})`;
}

/** The same by an index, as keys of the first `limit` of them. */
function indexed(
  table: string,
  lookup: Lookup | undefined,
  filter: RecordFilter,
  before: RecordPlace | null,
  limit: number,
): Sql {
  const parts = [sql`k.table_name = ${table}`, older(before)];
  const found = searchOf(filter);
  if (found !== null) {
    const called = sql`select p.record_id from record_phone p where p.record_type = ${lookup?.table ?? table} and ${found.called}`;
    parts.push(sql`k.id in (select c.id from crm_record c where c.walk = 0 and c.table_name = ${table} and c.search like ${found.text}
      union ${
        lookup === undefined
          ? sql`select f.record_id::uuid from (${called}) f`
          : sql`select c.id from crm_record c where c.table_name = ${table} and c.data ->> ${lookup.column}::text in (${called})`
      })`);
  }
  return sql`(select k.table_name, k.id, k.created_at from crm_record k ${hasState(filter) ? statesOf(table, lookup, filter) : sql``}
    where ${and(hasState(filter) ? [...parts, stateOf(filter)] : parts)} order by k.created_at desc, k.id desc limit ${limit})`;
}

/** Joins that lead from the state to the record where a state is asked for, and else from the record to its state. */
function statesOf(table: string, lookup: Lookup | undefined, filter: RecordFilter): Sql {
  const held = filter.consent === 'on-hold';
  const ofCarrier = sql`p.record_type = ${lookup?.table ?? table} and p.record_id = ${carrier(lookup)} and p.messaging`;
  const decided = isDecided(filter);
  const join = decided || held ? sql`join` : sql`left join`;
  // Said both ways round: each side has its index.
  const back = lookup === undefined && (decided || held) ? sql`and k.id = p.record_id::uuid` : sql``;
  return sql`${join} record_phone p on ${ofCarrier} ${back}
    ${join} contact_point_alias a on a.kind = 'phone' and a.value = p.match_key
      ${held ? sql`and a.contact_point_id in (select contact_point_id from consent_state where on_hold_at is not null)` : sql``}
    ${decided ? sql`join` : sql`left join`} consent_state s on s.contact_point_id = a.contact_point_id and s.purpose = 'service'
    left join consent_state m on m.contact_point_id = a.contact_point_id and m.purpose = 'marketing'`;
}

const hasState = ({ consent, decidedSince, decidedUntil }: RecordFilter): boolean =>
  consent !== null || decidedSince !== null || decidedUntil !== null;

/** Asks for a state that only a customer with a row of `consent_state` has. */
const isDecided = ({ consent, decidedSince, decidedUntil }: RecordFilter): boolean =>
  decidedSince !== null ||
  decidedUntil !== null ||
  (consent !== null && consent !== 'not-asked' && consent !== 'on-hold');

function stateOf(filter: RecordFilter): Sql {
  const { consent, decidedSince, decidedUntil } = filter;
  const parts: Sql[] = [];
  if (consent === 'on-hold') parts.push(sql`(s.on_hold_at is not null or m.on_hold_at is not null)`);
  else if (consent === 'not-asked') parts.push(sql`coalesce(s.state, 'not-asked') = 'not-asked'`);
  else if (consent !== null) parts.push(sql`s.state = ${consent}`);
  if (decidedSince !== null) parts.push(sql`s.decided_at >= ${time(decidedSince)}`);
  if (decidedUntil !== null) parts.push(sql`s.decided_at < ${time(decidedUntil)}`);
  return and(parts);
}

/** The texts of a record hold it as it was typed; names and numbers are compared in one form (core/search-text.ts). */
function searchOf({ search, searchDigits }: RecordFilter): { text: string; called: Sql } | null {
  if (search === null) return null;
  const found: ContactSearch = contactSearch(search) ?? { names: null, number: null };
  const digits = found.number ?? (searchDigits === null ? null : `%${searchDigits}%`);
  return {
    text: `%${search.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`,
    called: matchesSearch('p.search', { ...found, number: digits }),
  };
}
