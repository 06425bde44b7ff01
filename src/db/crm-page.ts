import { sql } from 'kysely';
import type { MirrorRecord } from './crm-mirror.ts';
import type { Db, Tx } from './engine.ts';
import type { Cells } from './records.ts';
import { iso, texts, time, uuids } from './rows.ts';

/** Many records of a remote CRM at once: each of these is one statement, whatever a page holds. */

/** Locks those that are there, in id order. */
export async function mirrorRecords(
  tx: Tx,
  table: string,
  ids: readonly string[],
): Promise<Map<string, MirrorRecord>> {
  const { rows } = await sql<MirrorRecord & { id: string }>`
    select id, data, created_at as "createdAt", fetched_at as "fetchedAt", etag from crm_record
     where table_name = ${table} and id = any(${uuids(ids)}) order by id for update`.execute(tx);
  return new Map(rows.map(({ id, ...record }) => [id, record]));
}

/** Which of these records have a write of ours, waiting or just made. */
export async function recordsWithWrites(tx: Tx, table: string, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select distinct record_id as id from crm_write where table_name = ${table} and record_id = any(${uuids(ids)})`.execute(
    tx,
  );
  return new Set(rows.map((row) => row.id));
}

export interface Customers {
  /** Match keys by record. */
  before: ReadonlyMap<string, string>;
  /** Contact points by match key. */
  contactOf: Map<string, string>;
}

export interface MirrorRow {
  id: string;
  data: Cells;
  search: string;
  createdAt: number;
  etag: string | null;
}

/** As `saveMirrorRecord` does with one. */
export async function saveMirrorRecords(
  tx: Tx,
  table: string,
  records: readonly MirrorRow[],
  fetchedAt: number,
  at: number,
): Promise<void> {
  if (records.length === 0) return;
  // In the order of the key: neighbours of an index are written together.
  const rows = [...records]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((record) => ({ ...record, createdAt: iso(record.createdAt) }));
  await sql`insert into crm_record (table_name, id, data, search, created_at, updated_at, fetched_at, etag, walk)
    select ${table}, r.id, r.data, r.search, r."createdAt", ${time(at)}, ${time(fetchedAt)}, r.etag,
           coalesce((select walk from crm_table where table_name = ${table}), 0)
      from json_to_recordset(${JSON.stringify(rows)}::json) as r(id uuid, data jsonb, search text, "createdAt" timestamptz, etag text)
    on conflict (table_name, id) do update set data = excluded.data, search = excluded.search, created_at = excluded.created_at,
      updated_at = excluded.updated_at, fetched_at = excluded.fetched_at, etag = excluded.etag, walk = excluded.walk`.execute(
    tx,
  );
}

/** Nothing was different in any of them. */
export async function allStillThere(
  tx: Tx,
  table: string,
  records: readonly { id: string; etag: string | null }[],
  fetchedAt: number,
): Promise<void> {
  if (records.length === 0) return;
  await sql`update crm_record c set fetched_at = ${time(fetchedAt)}, etag = r.etag,
      walk = coalesce((select walk from crm_table where table_name = ${table}), 0)
    from json_to_recordset(${JSON.stringify(records)}::json) as r(id uuid, etag text)
    where c.table_name = ${table} and c.id = r.id`.execute(tx);
}

/**
 * The messaging numbers of these records as the index has them, by record; and whose they and these other numbers are, by
 * number.
 */
export async function customersOf(
  tx: Tx,
  table: string,
  ids: readonly string[],
  matchKeys: readonly string[],
): Promise<Customers> {
  const { rows: links } = await sql<{ id: string; key: string }>`
    select record_id as id, match_key as key from record_phone
     where record_type = ${table} and record_id = any(${texts(ids)}) and messaging`.execute(tx);
  const before = new Map(links.map((link) => [link.id, link.key]));
  const keys = [...new Set([...before.values(), ...matchKeys])];
  const { rows } = await sql<{ key: string; contact: string }>`
    select value as key, contact_point_id as contact from contact_point_alias
     where kind = 'phone' and value = any(${texts(keys)})`.execute(tx);
  return { before, contactOf: new Map(rows.map((row) => [row.key, row.contact])) };
}

/**
 * Tells the planner how many rows there are by now. Autovacuum does it a minute late, with PGlite nobody does, and a plan
 * made for an empty table reads all of a full one.
 */
export async function learnSizes(db: Db): Promise<void> {
  for (const table of GROWING) await sql`analyze ${sql.table(table)}`.execute(db);
}

const GROWING = [
  'crm_record',
  'record_phone',
  'record_field',
  'contact_point_alias',
  'contact_point',
  'ledger',
  'ledger_personal',
  'consent_state',
];
