import { sql } from 'kysely';
import type { Purpose } from '../core/purpose.ts';
import type { Tx } from './engine.ts';
import type { Cells } from './records.ts';
import { json, texts, time, uuids } from './rows.ts';

/** How far the compare of each table is, which records looked different, and what was found of late. */

export interface CompareRow {
  table: string;
  phase: 'idle' | 'listing' | 'confirming';
  requestedAt: number | null;
  startedAt: number;
  finishedAt: number | null;
  columns: string[];
  link: string | null;
  listedAt: number | null;
  compared: number;
  found: Record<string, number>;
  mended: number;
  problemCode: string | null;
  problemText: string | null;
  problemSince: number | null;
}

const ROW = sql`table_name as "table", phase, requested_at as "requestedAt", started_at as "startedAt", finished_at as "finishedAt", columns,
  link, listed_at as "listedAt", compared, found, mended, problem_code as "problemCode", problem_text as "problemText",
  problem_since as "problemSince"`;

export async function compareRows(tx: Tx): Promise<CompareRow[]> {
  const { rows } = await sql<CompareRow>`select ${ROW} from crm_compare order by table_name`.execute(tx);
  return rows;
}

/** Tables that are new here: their first night is the next one. */
export async function addCompares(tx: Tx, tables: readonly string[], now: number): Promise<void> {
  await sql`insert into crm_compare (table_name, started_at) select name, ${time(now)} from unnest(${texts(tables)}) as t(name)
    on conflict do nothing`.execute(tx);
}

/** Of these tables, those not under way are compared as soon as there is time. */
export async function requestCompares(tx: Tx, tables: readonly string[], now: number): Promise<void> {
  await sql`update crm_compare set requested_at = ${time(now)}, next_at = null where table_name = any(${texts(tables)})
    and phase = 'idle'`.execute(tx);
}

/** Takes one of these tables that is under way, wanted, or was begun before `since`; nobody else compares it meanwhile. */
export async function claimCompare(
  tx: Tx,
  tables: readonly string[],
  since: number | null,
  lease: string,
  now: number,
  leaseUntil: number,
): Promise<CompareRow | null> {
  const { rows } = await sql<CompareRow>`
    update crm_compare set lease = ${lease}::uuid, lease_until = ${time(leaseUntil)}
     where table_name = (select c.table_name from crm_compare c
       join crm_table t on t.table_name = c.table_name and t.phase = 'following'
       where c.table_name = any(${texts(tables)}) and (c.next_at is null or c.next_at <= ${time(now)})
         and (c.lease_until is null or c.lease_until <= ${time(now)})
         and (c.phase <> 'idle' or c.requested_at is not null or c.started_at < ${time(since)})
       order by c.phase = 'idle', c.started_at limit 1 for update of c skip locked)
     returning ${ROW}`.execute(tx);
  return rows[0] ?? null;
}

/** Whether the compare is still ours, which then stays so until the transaction ends. */
export async function holdsCompare(tx: Tx, table: string, lease: string): Promise<boolean> {
  const { rows } =
    await sql`select 1 from crm_compare where table_name = ${table} and lease = ${lease}::uuid for share`.execute(
      tx,
    );
  return rows.length === 1;
}

/** Begins from the first record, and forgets what an earlier walk left. */
export async function beginCompare(
  tx: Tx,
  table: string,
  lease: string,
  columns: readonly string[],
  now: number,
): Promise<void> {
  await sql`update crm_compare set phase = 'listing', requested_at = null, started_at = ${time(now)}, columns = ${json(columns)}, link = null,
      listed_at = null, compared = 0, found = '{}', mended = 0, next_at = null, lease = null, lease_until = null,
      problem_code = null, problem_text = null, problem_since = null
    where table_name = ${table} and lease = ${lease}::uuid`.execute(tx);
  await forgetWalk(tx, table);
}

async function forgetWalk(tx: Tx, table: string): Promise<void> {
  await sql`delete from crm_compare_seen where table_name = ${table}`.execute(tx);
  await sql`delete from crm_suspect where table_name = ${table}`.execute(tx);
}

/** Ends the lease; what is not given stays. */
export async function saveCompare(
  tx: Tx,
  table: string,
  lease: string,
  step: { link: string | null; compared: number; listedAt: number | null; nextAt: number | null },
): Promise<void> {
  await sql`update crm_compare set link = ${step.link}, compared = compared + ${step.compared}, listed_at = ${time(step.listedAt)},
      phase = case when ${time(step.listedAt)} is null then phase else 'confirming' end, next_at = ${time(step.nextAt)},
      lease = null, lease_until = null
    where table_name = ${table} and lease = ${lease}::uuid`.execute(tx);
}

/** Done, or stopped by a problem, also before it began; the next one begins when it is wanted, or in the next night. */
export async function endCompare(
  tx: Tx,
  table: string,
  lease: string,
  problem: { code: string; text: string } | null,
  compared: number,
  now: number,
): Promise<void> {
  await sql`update crm_compare set phase = 'idle', started_at = case when phase = 'idle' then ${time(now)} else started_at end,
      compared = compared + ${compared}, link = null, listed_at = null, finished_at = ${time(now)}, requested_at = null,
      next_at = null, lease = null, lease_until = null, problem_code = ${problem?.code ?? null}, problem_text = ${problem?.text ?? null},
      problem_since = ${problem === null ? sql`null` : time(now)}
    where table_name = ${table} and lease = ${lease}::uuid`.execute(tx);
  await forgetWalk(tx, table);
}

export interface HeldRecord {
  id: string;
  data: Cells;
  fetchedAt: number | null;
  /** The copies of the ledger's decisions for its messaging number that fields show. */
  decided: { purpose: Purpose; state: string; shared: boolean }[];
  /** Columns that wait to be written, or were written since `since`. */
  writing: string[];
}

/** What the mirror and the ledger hold of these records. Locks nothing. */
export async function heldRecords(
  tx: Tx,
  table: string,
  ids: readonly string[],
  since: number,
): Promise<HeldRecord[]> {
  const { rows } = await sql<HeldRecord>`
    select r.id, r.data, r.fetched_at as "fetchedAt",
           coalesce((select jsonb_agg(jsonb_build_object('purpose', s.purpose, 'state', s.state, 'shared', c.shared))
             from record_phone p
             join contact_point_alias a on a.kind = 'phone' and a.value = p.match_key
             join contact_point c on c.id = a.contact_point_id
             join consent_state s on s.contact_point_id = a.contact_point_id and s.projects
            where p.record_type = r.table_name and p.record_id = r.id::text and p.messaging), '[]') as decided,
           coalesce((select jsonb_agg(w.column_name) from crm_write w
            where w.table_name = r.table_name and w.record_id = r.id
              and (w.state = 'pending' or w.written_at >= ${time(since)})), '[]') as writing
      from crm_record r where r.table_name = ${table} and r.id = any(${uuids(ids)})`.execute(tx);
  return rows;
}

export async function markListed(tx: Tx, table: string, ids: readonly string[]): Promise<void> {
  await sql`insert into crm_compare_seen (table_name, record_id) select ${table}, id from unnest(${uuids(ids)}) as t(id)
    on conflict do nothing`.execute(tx);
}

export interface Suspect {
  id: string;
  kind: string;
  /** What the CRM held in the columns that differ. */
  shown: Cells;
  tries: number;
}

export async function addSuspects(
  tx: Tx,
  table: string,
  suspects: readonly Omit<Suspect, 'tries'>[],
): Promise<void> {
  if (suspects.length === 0) return;
  await sql`insert into crm_suspect (table_name, record_id, kind, shown)
    select ${table}, id, kind, shown from jsonb_to_recordset(${JSON.stringify(suspects)}::jsonb) as s(id uuid, kind text, shown jsonb)
    on conflict (table_name, record_id) do update set kind = excluded.kind, shown = excluded.shown`.execute(
    tx,
  );
}

/** Records of the mirror that were read before the walk began and that it did not list. */
export async function suspectUnlisted(tx: Tx, table: string, startedAt: number): Promise<void> {
  await sql`insert into crm_suspect (table_name, record_id, kind)
    select r.table_name, r.id, 'not-in-crm' from crm_record r
     where r.table_name = ${table} and (r.fetched_at is null or r.fetched_at < ${time(startedAt)})
       and not exists (select 1 from crm_compare_seen s where s.table_name = r.table_name and s.record_id = r.id)
    on conflict do nothing`.execute(tx);
  await sql`delete from crm_compare_seen where table_name = ${table}`.execute(tx);
}

export async function countSuspects(tx: Tx, table: string): Promise<number> {
  const { rows } = await sql<{
    count: number;
  }>`select count(*) as count from crm_suspect where table_name = ${table}`.execute(tx);
  return rows[0]?.count ?? 0;
}

export async function someSuspects(tx: Tx, table: string, most: number): Promise<Suspect[]> {
  const { rows } = await sql<Suspect>`select record_id as id, kind, shown, tries from crm_suspect
    where table_name = ${table} order by tries, record_id limit ${most}`.execute(tx);
  return rows;
}

export async function trySuspectAgain(tx: Tx, table: string, id: string): Promise<void> {
  await sql`update crm_suspect set tries = tries + 1 where table_name = ${table} and record_id = ${id}::uuid`.execute(
    tx,
  );
}

/** Settled; answers whether nobody else did that before. */
export async function clearSuspect(tx: Tx, table: string, id: string): Promise<boolean> {
  const { rows } =
    await sql`delete from crm_suspect where table_name = ${table} and record_id = ${id}::uuid returning 1`.execute(
      tx,
    );
  return rows.length === 1;
}

/** So many are kept to be looked at. */
const KEPT_DRIFT = 500;

/** A difference that was real, and what of it was mended. */
export async function addDrift(
  tx: Tx,
  drift: { table: string; id: string; kind: string; columns: readonly string[]; name: string | null },
  mended: boolean,
  now: number,
): Promise<void> {
  await sql`insert into crm_drift (table_name, record_id, kind, columns, name, found_at)
    values (${drift.table}, ${drift.id}::uuid, ${drift.kind}, ${json(drift.columns)}, ${drift.name}, ${time(now)})`.execute(
    tx,
  );
  await sql`delete from crm_drift where id <= (select max(id) from crm_drift) - ${KEPT_DRIFT}`.execute(tx);
  await sql`update crm_compare set mended = mended + ${mended ? 1 : 0},
      found = jsonb_set(found, array[${drift.kind}::text], to_jsonb(coalesce((found ->> ${drift.kind}::text)::bigint, 0) + 1))
    where table_name = ${drift.table}`.execute(tx);
}

export interface DriftRow {
  table: string;
  recordId: string;
  kind: string;
  columns: string[];
  name: string | null;
  foundAt: number;
}

/** The newest first. */
export async function listDrift(tx: Tx, limit: number): Promise<DriftRow[]> {
  const { rows } = await sql<DriftRow>`
    select table_name as "table", record_id as "recordId", kind, columns, name, found_at as "foundAt"
      from crm_drift order by id desc limit ${limit}`.execute(tx);
  return rows;
}
