import { sql } from 'kysely';
import type { Tx } from './engine.ts';
import type { Cells, ColumnRow } from './records.ts';
import { json, texts, time, uuids } from './rows.ts';

/** The mirror of a remote CRM: its tables and how far each was read, and its records as they were read. */

/** A column that names a record of one of these tables. */
export interface LookupRow {
  name: string;
  label: string;
  labels?: Record<string, string> | null;
  targets: string[];
}

export interface MirrorTable {
  name: string;
  label: string;
  entitySet: string;
  idColumn: string;
  changeTracking: boolean;
  canBeMerged: boolean;
  labels: Record<string, string> | null;
  /** Says with 0 that a record is in use. */
  stateColumn: string | null;
  lookups: LookupRow[];
  phase: 'waiting' | 'loading' | 'following';
  walk: number;
  columns: string[];
  link: string | null;
  loaded: number;
  total: number | null;
  rate: number | null;
  readAt: number | null;
  runStartedAt: number | null;
  problemCode: string | null;
  problemText: string | null;
  problemSince: number | null;
}

const TABLE = sql`table_name as name, label, entity_set as "entitySet", id_column as "idColumn", change_tracking as "changeTracking",
  can_be_merged as "canBeMerged", labels, state_column as "stateColumn",
  coalesce((select jsonb_agg(jsonb_build_object('name', l.name, 'label', l.label, 'labels', l.labels, 'targets', l.targets) order by l.name)
              from crm_lookup l where l.table_name = crm_table.table_name), '[]') as lookups, phase, walk, columns, link, loaded, total, rate, read_at as "readAt",
  run_started_at as "runStartedAt", problem_code as "problemCode", problem_text as "problemText", problem_since as "problemSince"`;

export async function mirrorTables(tx: Tx): Promise<MirrorTable[]> {
  const { rows } =
    await sql<MirrorTable>`select ${TABLE} from crm_table order by array_position(array['contact', 'lead', 'account'], table_name), label`.execute(
      tx,
    );
  return rows;
}

export async function mirrorTable(tx: Tx, name: string): Promise<MirrorTable | null> {
  const { rows } = await sql<MirrorTable>`select ${TABLE} from crm_table where table_name = ${name}`.execute(
    tx,
  );
  return rows[0] ?? null;
}

export interface DescribedTable {
  name: string;
  label: string;
  entitySet: string;
  idColumn: string;
  changeTracking: boolean;
  canBeMerged: boolean;
  labels?: Record<string, string> | null;
  stateColumn: string | null;
  lookups: readonly LookupRow[];
  columns: readonly ColumnRow[];
}

/** Makes tables and columns what the organisation says they are. */
export async function saveDescription(tx: Tx, tables: readonly DescribedTable[]): Promise<void> {
  const names = tables.map((table) => table.name);
  await sql`delete from crm_table where not (table_name = any(${texts(names)}))`.execute(tx);
  await sql`delete from crm_column where not (table_name = any(${texts(names)}))`.execute(tx);
  await sql`delete from crm_lookup where not (table_name = any(${texts(names)}))`.execute(tx);
  for (const table of tables) {
    await sql`insert into crm_table (table_name, label, entity_set, id_column, change_tracking, can_be_merged, labels, state_column)
      values (${table.name}, ${table.label}, ${table.entitySet}, ${table.idColumn}, ${table.changeTracking}, ${table.canBeMerged},
        ${json(table.labels ?? null)}, ${table.stateColumn})
      on conflict (table_name) do update set label = excluded.label, entity_set = excluded.entity_set, id_column = excluded.id_column,
        change_tracking = excluded.change_tracking, can_be_merged = excluded.can_be_merged,
        labels = excluded.labels, state_column = excluded.state_column`.execute(tx);
    const columns = table.columns.map((column, position) => ({
      ...column,
      position,
      yes: column.options?.yes ?? null,
      no: column.options?.no ?? null,
    }));
    await sql`delete from crm_column where table_name = ${table.name}
      and not (name = any(${texts(columns.map((column) => column.name))}))`.execute(tx);
    await sql`insert into crm_column (table_name, name, label, kind, default_value, custom, position, yes_label, no_label, labels, security, takes)
      select ${table.name}, name, label, kind, nullif("defaultValue", 'null'::jsonb), custom, position, yes, no, labels,
             nullif(security, 'null'::jsonb), nullif(takes, 'null'::jsonb)
        from jsonb_to_recordset(${JSON.stringify(columns)}::jsonb)
          as c(name text, label text, kind text, "defaultValue" jsonb, custom boolean, position integer, yes text, no text,
               labels jsonb, security jsonb, takes jsonb)
      on conflict (table_name, name) do update set label = excluded.label, kind = excluded.kind, default_value = excluded.default_value,
        custom = excluded.custom, position = excluded.position, yes_label = excluded.yes_label, no_label = excluded.no_label,
        labels = excluded.labels, security = excluded.security, takes = excluded.takes`.execute(tx);
    await sql`delete from crm_lookup where table_name = ${table.name}`.execute(tx);
    await sql`insert into crm_lookup (table_name, name, label, labels, targets)
      select ${table.name}, name, label, labels, targets
        from jsonb_to_recordset(${JSON.stringify(table.lookups)}::jsonb) as l(name text, label text, labels jsonb, targets jsonb)`.execute(
      tx,
    );
  }
}

/** Takes one of these tables that is due, for a while; nobody else reads it meanwhile. */
export async function claimTable(
  tx: Tx,
  names: readonly string[],
  lease: string,
  now: number,
  leaseUntil: number,
): Promise<MirrorTable | null> {
  const { rows } = await sql<MirrorTable>`
    update crm_table set lease = ${lease}::uuid, lease_until = ${time(leaseUntil)}
     where table_name = (select table_name from crm_table
       where table_name = any(${texts(names)}) and (next_at is null or next_at <= ${time(now)})
         and (lease_until is null or lease_until <= ${time(now)})
       order by next_at nulls first limit 1 for update skip locked)
     returning ${TABLE}`.execute(tx);
  return rows[0] ?? null;
}

/** Whether the table is still ours, which then stays so until the transaction ends; and for a while after it. */
export async function holdsTable(tx: Tx, name: string, lease: string, leaseUntil: number): Promise<boolean> {
  const { rows } = await sql`update crm_table set lease_until = ${time(leaseUntil)}
    where table_name = ${name} and lease = ${lease}::uuid returning 1`.execute(tx);
  return rows.length === 1;
}

export interface Progress {
  phase: MirrorTable['phase'];
  walk: number;
  columns: readonly string[];
  link: string | null;
  loaded: number;
  total: number | null;
  rate: number | null;
  readAt: number | null;
  runStartedAt: number | null;
}

/** Where the reading goes on, and when; ends the lease. */
export async function saveProgress(
  tx: Tx,
  name: string,
  lease: string,
  progress: Progress,
  nextAt: number,
): Promise<void> {
  await sql`update crm_table set phase = ${progress.phase}, walk = ${progress.walk}, columns = ${json(progress.columns)},
      link = ${progress.link}, loaded = ${progress.loaded}, total = ${progress.total}, rate = ${progress.rate},
      read_at = ${time(progress.readAt)}, run_started_at = ${time(progress.runStartedAt)}, next_at = ${time(nextAt)},
      lease = null, lease_until = null, problem_code = null, problem_text = null, problem_since = null
    where table_name = ${name} and lease = ${lease}::uuid`.execute(tx);
}

/** Ends the lease without having read; `problem` null keeps what is known of it. */
export async function releaseTable(
  tx: Tx,
  name: string,
  lease: string,
  problem: { code: string; text: string } | null,
  nextAt: number,
  now: number,
): Promise<void> {
  await sql`update crm_table set next_at = ${time(nextAt)}, lease = null, lease_until = null,
      problem_code = coalesce(${problem?.code ?? null}, problem_code), problem_text = coalesce(${problem?.text ?? null}, problem_text),
      problem_since = case when ${problem?.code ?? null}::text is null then problem_since else coalesce(problem_since, ${time(now)}) end
    where table_name = ${name} and lease = ${lease}::uuid`.execute(tx);
}

/** The table is read from its beginning, at once. Whoever reads it now loses it. */
export async function readFromBeginning(tx: Tx, name: string): Promise<boolean> {
  const { rows } =
    await sql`update crm_table set phase = 'waiting', link = null, next_at = null, lease = null, lease_until = null
    where table_name = ${name} returning 1`.execute(tx);
  return rows.length === 1;
}

/** What changed is asked for at once, and not when it would be due. */
export async function readSoon(tx: Tx, name: string): Promise<void> {
  await sql`update crm_table set next_at = null where table_name = ${name} and problem_code is null`.execute(
    tx,
  );
}

/** When one of these tables is due next. */
export async function nextTableAt(tx: Tx, names: readonly string[]): Promise<number | null> {
  const { rows } = await sql<{ at: number | null }>`
    select min(greatest(coalesce(next_at, lease_until, to_timestamp(0)), coalesce(lease_until, to_timestamp(0)))) as at
      from crm_table where table_name = any(${texts(names)})`.execute(tx);
  return rows[0]?.at ?? null;
}

export interface MirrorRecord {
  data: Cells;
  createdAt: number;
  /** When the reading began that this is from; null: never read from the organisation. */
  fetchedAt: number | null;
  /** What it was there when it was read or written last; null where nobody knows. */
  etag: string | null;
}

/** Locks it. */
export async function mirrorRecord(tx: Tx, table: string, id: string): Promise<MirrorRecord | null> {
  const { rows } =
    await sql<MirrorRecord>`select data, created_at as "createdAt", fetched_at as "fetchedAt", etag from crm_record
     where table_name = ${table} and id = ${id}::uuid for update`.execute(tx);
  return rows[0] ?? null;
}

export async function saveMirrorRecord(
  tx: Tx,
  record: {
    table: string;
    id: string;
    data: Cells;
    search: string;
    createdAt: number;
    fetchedAt: number;
    etag: string | null;
    at: number;
  },
): Promise<void> {
  await sql`insert into crm_record (table_name, id, data, search, created_at, updated_at, fetched_at, etag, walk)
    values (${record.table}, ${record.id}::uuid, ${json(record.data)}, ${record.search}, ${time(record.createdAt)}, ${time(record.at)},
      ${time(record.fetchedAt)}, ${record.etag}, coalesce((select walk from crm_table where table_name = ${record.table}), 0))
    on conflict (table_name, id) do update set data = excluded.data, search = excluded.search, created_at = excluded.created_at,
      updated_at = excluded.updated_at, fetched_at = excluded.fetched_at, etag = excluded.etag, walk = excluded.walk`.execute(
    tx,
  );
}

/** Nothing was different. */
export async function stillThere(
  tx: Tx,
  table: string,
  id: string,
  fetchedAt: number | null,
  etag: string | null,
): Promise<void> {
  await sql`update crm_record set fetched_at = ${time(fetchedAt)}, etag = ${etag},
      walk = coalesce((select walk from crm_table where table_name = ${table}), 0)
    where table_name = ${table} and id = ${id}::uuid`.execute(tx);
}

/** What the record is after a write of ours, unless it was read anew meanwhile. */
export async function wroteRecord(
  tx: Tx,
  table: string,
  id: string,
  etag: { before: string | null; after: string | null },
): Promise<void> {
  await sql`update crm_record set etag = ${etag.after}
    where table_name = ${table} and id = ${id}::uuid and etag is not distinct from ${etag.before}`.execute(
    tx,
  );
}

/** Records that are gone from the organisation: from the mirror and the phone index. What was decided stays with the number. */
export async function dropRecords(tx: Tx, table: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`delete from crm_record where table_name = ${table} and id = any(${uuids(ids)})`.execute(tx);
  await sql`delete from record_phone where record_type = ${table} and record_id = any(${texts(ids)})`.execute(
    tx,
  );
  await sql`delete from record_field where record_type = ${table} and record_id = any(${texts(ids)})`.execute(
    tx,
  );
  await sql`delete from crm_write where table_name = ${table} and record_id = any(${uuids(ids)})`.execute(tx);
}

/** Records that the walk which just ended did not list. */
export async function recordsBeforeWalk(
  tx: Tx,
  table: string,
  walk: number,
  limit: number,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select id from crm_record
    where table_name = ${table} and walk < ${walk} limit ${limit}`.execute(tx);
  return rows.map((row) => row.id);
}

/** What the mirror says of these records is no older than this; records of a CRM of our own are not among them. */
export async function freshness(
  tx: Tx,
  records: readonly { recordType: string; recordId: string }[],
): Promise<Map<string, number>> {
  if (records.length === 0) return new Map();
  const { rows } = await sql<{ recordType: string; recordId: string; at: number }>`
    select k."recordType", k."recordId",
           greatest(coalesce(t.read_at, to_timestamp(0)), coalesce(r.fetched_at, to_timestamp(0))) as at
      from jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as k("recordType" text, "recordId" text)
      join crm_table t on t.table_name = k."recordType"
      left join crm_record r on r.table_name = k."recordType" and r.id::text = k."recordId"`.execute(tx);
  return new Map(rows.map((row) => [`${row.recordType}/${row.recordId}`, row.at]));
}

/** Somebody said that a record changed. */
export async function saveHint(tx: Tx, table: string, id: string, now: number): Promise<void> {
  await sql`insert into crm_hint (table_name, record_id, hinted_at) values (${table}, ${id}::uuid, ${time(now)})
    on conflict do nothing`.execute(tx);
}

export async function takeHints(tx: Tx, most: number): Promise<{ table: string; id: string }[]> {
  const { rows } = await sql<{ table: string; id: string }>`
    delete from crm_hint h using (select table_name, record_id from crm_hint order by hinted_at limit ${most} for update skip locked) d
     where h.table_name = d.table_name and h.record_id = d.record_id returning h.table_name as "table", h.record_id as id`.execute(
    tx,
  );
  return rows;
}

/** The CRM is ours again: nothing is read or written elsewhere. */
export async function forgetRemote(tx: Tx): Promise<void> {
  await sql`delete from crm_table`.execute(tx);
  await sql`delete from crm_write`.execute(tx);
  await sql`delete from crm_hint`.execute(tx);
  await sql`delete from crm_entry`.execute(tx);
  await sql`delete from crm_session`.execute(tx);
  for (const table of ['crm_compare', 'crm_compare_seen', 'crm_suspect', 'crm_drift'])
    await sql`delete from ${sql.table(table)}`.execute(tx);
  await sql`delete from crm_lookup`.execute(tx);
  await sql`delete from crm_column_check`.execute(tx);
}
