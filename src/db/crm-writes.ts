import { sql } from 'kysely';
import type { Tx } from './engine.ts';
import { readRecord, writeCell } from './records.ts';
import { json, texts, time } from './rows.ts';

/**
 * Values that a remote CRM shall hold: one row per record and column. What it shall hold stands in the mirror and is read
 * when the write is made, so a row never carries an old answer.
 */

/** Sets the mirror's cell and leaves the job behind; false where it holds the value already. */
export async function queueWrite(
  tx: Tx,
  write: { table: string; recordId: string; column: string; value: boolean | null },
  now: number,
): Promise<boolean> {
  const { table, recordId, column, value } = write;
  const record = await readRecord(tx, table, recordId, true);
  if (record === null || !(await writeCell(tx, table, recordId, column, value, now))) return false;
  const known = Object.hasOwn(record.data, column);
  const remote = known ? json(record.data[column] ?? null) : sql`null`;
  await sql`insert into crm_write (table_name, record_id, column_name, remote, queued_at, next_at)
    values (${table}, ${recordId}::uuid, ${column}, ${remote}, ${time(now)}, ${time(now)})
    on conflict (table_name, record_id, column_name) do update set state = 'pending', version = crm_write.version + 1,
      queued_at = case when crm_write.state = 'pending' then crm_write.queued_at else excluded.queued_at end,
      -- what is on its way is waited for: two writes of one cell may not overtake each other
      next_at = case when crm_write.lease is null and crm_write.problem_code is null then excluded.next_at else crm_write.next_at end`.execute(
    tx,
  );
  return true;
}

export interface WriteOfRecord {
  column: string;
  state: 'pending' | 'done';
  remote: boolean | null;
  remoteKnown: boolean;
  sent: boolean | null;
  sentAny: boolean;
  /** Somebody waits for the answer at this moment. */
  underWay: boolean;
  writtenAt: number | null;
}

export async function writesOfRecord(
  tx: Tx,
  table: string,
  id: string,
  now: number,
): Promise<WriteOfRecord[]> {
  const { rows } =
    await sql<WriteOfRecord>`select column_name as "column", state, remote, remote is not null as "remoteKnown",
      sent, sent is not null as "sentAny", lease is not null and next_at > ${time(now)} as "underWay",
      written_at as "writtenAt" from crm_write
     where table_name = ${table} and record_id = ${id}::uuid for update`.execute(tx);
  return rows;
}

/**
 * What the organisation was seen to hold. Where the record `moved` on since it was read last, nothing that was sent before
 * can arrive any more.
 */
export async function sawRemote(
  tx: Tx,
  table: string,
  id: string,
  column: string,
  value: unknown,
  moved: boolean,
): Promise<void> {
  await sql`update crm_write set remote = ${json(value ?? null)},
      sent = case when ${moved} or sent = ${json(value ?? null)} then null else sent end
    where table_name = ${table} and record_id = ${id}::uuid and column_name = ${column}`.execute(tx);
}

/** Something else came to stand there that nobody else wrote: what the mirror holds is written again. */
export async function writeAgain(
  tx: Tx,
  table: string,
  id: string,
  column: string,
  now: number,
): Promise<void> {
  await sql`update crm_write set state = 'pending', version = version + 1, queued_at = ${time(now)}, next_at = ${time(now)}
    where table_name = ${table} and record_id = ${id}::uuid and column_name = ${column} and state = 'done'`.execute(
    tx,
  );
}

export interface ClaimedWrite {
  table: string;
  recordId: string;
  column: string;
  version: number;
  attempts: number;
  entitySet: string;
  idColumn: string;
  /** The record as it was read last: the write is made on nothing newer. */
  ifMatch: string | null;
  /** Something that was sent before may arrive yet. */
  underWay: boolean;
  /** What the mirror wants now. */
  value: boolean | null;
  /** Nothing to do: the organisation holds it, and nothing else is on its way. */
  same: boolean;
}

/** A column that says what was decided, as the record types are set up now. */
export interface FieldColumn {
  table: string;
  column: string;
}

const among = (fields: readonly FieldColumn[]) =>
  sql`(select * from unnest(${texts(fields.map((field) => field.table))}, ${texts(fields.map((field) => field.column))}))`;

/**
 * Takes what is due, the longest waiting first; `sent` says that something may arrive from now on. Chosen by themselves
 * before anything is joined: after an outage of days a hundred thousand wait, and only the first are read. Each has its
 * record and its table: whoever drops these drops it too. A write to what is none of `fields` any more, or of which the
 * mirror has no cell, is dropped in its turn: nobody wants a value there, and what stands there is somebody else's.
 */
export async function claimWrites(
  tx: Tx,
  lease: string,
  now: number,
  leaseUntil: number,
  most: number,
  fields: readonly FieldColumn[],
): Promise<ClaimedWrite[]> {
  const { rows } = await sql<ClaimedWrite & { queuedAt: number }>`
    with next as materialized (
      select table_name, record_id, column_name, sent, remote from crm_write
       where state = 'pending' and next_at <= ${time(now)}
       order by queued_at limit ${most} for update skip locked),
    seen as materialized (
      select w.*, r.data -> w.column_name as value, r.etag,
             (w.table_name, w.column_name) in ${among(fields)} and r.data -> w.column_name is not null as wanted
        from next w join crm_record r on r.table_name = w.table_name and r.id = w.record_id),
    due as (
      select w.table_name, w.record_id, w.column_name, w.value, t.entity_set, t.id_column, w.etag,
             w.sent is not null as under_way, w.sent is null and w.remote is not null and w.remote = w.value as same
        from seen w join crm_table t on t.table_name = w.table_name where w.wanted),
    stray as (
      delete from crm_write w using seen where not seen.wanted and w.table_name = seen.table_name
         and w.record_id = seen.record_id and w.column_name = seen.column_name)
    update crm_write w set lease = ${lease}::uuid, next_at = ${time(leaseUntil)}, attempts = w.attempts + 1,
           sent = case when due.same then w.sent else due.value end
      from due where w.table_name = due.table_name and w.record_id = due.record_id and w.column_name = due.column_name
    returning w.table_name as "table", w.record_id as "recordId", w.column_name as "column", w.version, w.attempts,
      due.entity_set as "entitySet", due.id_column as "idColumn", due.etag as "ifMatch", due.under_way as "underWay", due.value, due.same, w.queued_at as "queuedAt"`.execute(
    tx,
  );
  return rows.sort((a, b) => a.queuedAt - b.queuedAt);
}

/** The organisation holds it. What was wanted anew meanwhile is pending still. */
export async function writeIsDone(tx: Tx, write: ClaimedWrite, lease: string, now: number): Promise<void> {
  await sql`update crm_write set remote = ${json(write.value)}, sent = null, written_at = ${time(now)}, lease = null, attempts = 0,
      state = case when version = ${write.version} then 'done' else 'pending' end, next_at = ${time(now)},
      problem_code = null, problem_text = null, problem_since = null
    where table_name = ${write.table} and record_id = ${write.recordId}::uuid and column_name = ${write.column}
      and lease = ${lease}::uuid`.execute(tx);
}

/** Not this time. `mayHaveArrived` keeps in mind what was sent; `problem` is for a person to see. */
export async function writeFails(
  tx: Tx,
  write: ClaimedWrite,
  /** Null where it was given back already. */
  lease: string | null,
  end: {
    mayHaveArrived: boolean;
    problem: { code: string; text: string } | null;
    nextAt: number;
    now: number;
  },
): Promise<void> {
  const { problem } = end;
  await sql`update crm_write set lease = null, next_at = ${time(end.nextAt)},
      sent = case when ${end.mayHaveArrived} then sent end,
      attempts = case when ${problem === null} then greatest(0, attempts - 1) else attempts end,
      problem_code = coalesce(${problem?.code ?? null}, problem_code), problem_text = coalesce(${problem?.text ?? null}, problem_text),
      problem_since = case when ${problem?.code ?? null}::text is null then problem_since else coalesce(problem_since, ${time(end.now)}) end
    where table_name = ${write.table} and record_id = ${write.recordId}::uuid and column_name = ${write.column}
      and lease is not distinct from ${lease}::uuid`.execute(tx);
}

export async function nextWriteAt(tx: Tx): Promise<number | null> {
  const { rows } = await sql<{
    at: number | null;
  }>`select min(next_at) as at from crm_write where state = 'pending'`.execute(tx);
  return rows[0]?.at ?? null;
}

/** Pages asked for before these writes have arrived long since. */
export async function forgetDone(tx: Tx, before: number): Promise<void> {
  await sql`delete from crm_write where state = 'done' and written_at < ${time(before)}`.execute(tx);
}

/** Writes to what is none of the fields any more, with their problems: a column that is chosen again is judged anew. */
export async function forgetStrayWrites(tx: Tx, fields: readonly FieldColumn[]): Promise<void> {
  await sql`delete from crm_write where (table_name, column_name) not in ${among(fields)}`.execute(tx);
}

/** What waits because of a problem is tried again now. */
export async function tryAgain(tx: Tx, table: string, now: number): Promise<void> {
  await sql`update crm_write set next_at = ${time(now)}
    where table_name = ${table} and problem_code is not null and lease is null`.execute(tx);
}

export async function pendingWrites(tx: Tx): Promise<Map<string, number>> {
  const { rows } = await sql<{ table: string; count: number }>`
    select table_name as "table", count(*) as count from crm_write where state = 'pending' group by table_name`.execute(
    tx,
  );
  return new Map(rows.map((row) => [row.table, row.count]));
}

export interface WriteProblem {
  table: string;
  recordId: string;
  column: string;
  name: string | null;
  code: string;
  text: string;
  since: number;
  attempts: number;
  nextAt: number;
}

export async function writeProblems(tx: Tx, limit: number): Promise<WriteProblem[]> {
  const { rows } = await sql<WriteProblem>`
    select w.table_name as "table", w.record_id as "recordId", w.column_name as "column",
           (select name from record_phone p where p.record_type = w.table_name and p.record_id = w.record_id::text
             order by p.messaging desc limit 1) as name,
           w.problem_code as code, w.problem_text as text, w.problem_since as since, w.attempts, w.next_at as "nextAt"
      from crm_write w where w.problem_code is not null and w.state = 'pending' order by w.problem_since limit ${limit}`.execute(
    tx,
  );
  return rows;
}
