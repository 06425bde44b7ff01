import { sql } from 'kysely';
import type { Tx } from './engine.ts';
import { time, uuids } from './rows.ts';

/**
 * Entries that the timelines of a remote CRM shall have: one row per record and session of a chat, or line of the ledger.
 * What an entry says is read when it is written, so a row never carries an old text.
 */

export interface EntryRecord {
  table: string;
  recordId: string;
}

/** Queues what a session says, for each of these records; an entry that ended stays so. */
export async function queueChatEntries(
  tx: Tx,
  session: { id: string; contactPointId: string; authorId: string | null },
  records: readonly EntryRecord[],
  now: number,
): Promise<void> {
  if (records.length === 0) return;
  await sql`insert into crm_entry (id, kind, contact_point_id, session_id, table_name, record_id, author_id, queued_at, next_at)
    select gen_random_uuid(), 'chat', coalesce((select e.contact_point_id from crm_entry e where e.session_id = ${session.id}::uuid limit 1),
           ${session.contactPointId}::uuid), ${session.id}::uuid, r."table", r."recordId", ${session.authorId}::uuid, ${time(now)}, ${time(now)}
      from jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as r("table" text, "recordId" uuid)
    on conflict (contact_point_id, session_id, table_name, record_id) where kind = 'chat' do update set
      state = case when crm_entry.state = 'ended' then 'ended' else 'pending' end, version = crm_entry.version + 1,
      author_id = coalesce(excluded.author_id, crm_entry.author_id),
      queued_at = case when crm_entry.state = 'pending' then crm_entry.queued_at else excluded.queued_at end,
      -- what is on its way is waited for, and a problem keeps its pause
      next_at = case when crm_entry.lease is null and crm_entry.problem_code is null then excluded.next_at else crm_entry.next_at end`.execute(
    tx,
  );
}

export interface NewConsentEntry extends EntryRecord {
  contactPointId: string;
  seq: number;
  verdict: string;
  authorId: string | null;
}

/** Once per line of the ledger and record, however often it is asked. */
export async function queueConsentEntries(
  tx: Tx,
  entries: readonly NewConsentEntry[],
  now: number,
): Promise<void> {
  if (entries.length === 0) return;
  await sql`insert into crm_entry (id, kind, contact_point_id, chain, seq, verdict, table_name, record_id, author_id, queued_at, next_at)
    select gen_random_uuid(), 'consent', "contactPointId", "contactPointId", seq, verdict, "table", "recordId", "authorId",
           ${time(now)}, ${time(now)}
      from jsonb_to_recordset(${JSON.stringify(entries)}::jsonb)
        as r("contactPointId" uuid, seq integer, verdict text, "table" text, "recordId" uuid, "authorId" uuid)
    on conflict do nothing`.execute(tx);
}

export interface ClaimedEntry extends EntryRecord {
  id: string;
  kind: 'chat' | 'consent';
  sessionId: string | null;
  chain: string | null;
  seq: number | null;
  verdict: string | null;
  version: number;
  attempts: number;
  form: 'activity' | 'note' | null;
  made: boolean;
  /** How the record is named in addresses. */
  entitySet: string;
  recordName: string | null;
  author: { id: string; name: string; objectId: string | null } | null;
}

/** Of those that wait longest so many are asked at a time whether their record is still there. */
const LOOKED_THROUGH = 1_000;

/**
 * Takes what is due, the longest waiting first, and reads no more than these, however many wait. What is about a record that
 * left the mirror ends here.
 */
export async function claimEntries(
  tx: Tx,
  lease: string,
  now: number,
  leaseUntil: number,
  most: number,
): Promise<ClaimedEntry[]> {
  await sql`update crm_entry e set state = 'ended', lease = null, settled_at = ${time(now)}, problem_code = null, problem_text = null,
      problem_since = null
    where e.id in (select id from crm_entry where state = 'pending' and next_at <= ${time(now)}
                    order by queued_at, seq limit ${LOOKED_THROUGH})
      and not exists (select 1 from crm_record r where r.table_name = e.table_name and r.id = e.record_id)`.execute(
    tx,
  );
  const { rows } = await sql<ClaimedEntry & { queuedAt: number }>`
    with next as materialized (
      select id, table_name, record_id, author_id from crm_entry
       where state = 'pending' and next_at <= ${time(now)}
       order by queued_at, seq limit ${most} for update skip locked),
    due as (
      select e.id, t.entity_set,
             (select p.name from record_phone p where p.record_type = e.table_name and p.record_id = e.record_id::text
               order by p.messaging desc limit 1) as record_name,
             (select jsonb_build_object('id', a.id, 'name', a.name, 'objectId', a.entra_object_id) from person a where a.id = e.author_id) as author
        from next e join crm_table t on t.table_name = e.table_name)
    update crm_entry e set lease = ${lease}::uuid, next_at = ${time(leaseUntil)}, attempts = e.attempts + 1
      from due where e.id = due.id
    returning e.id, e.kind, e.session_id as "sessionId", e.chain, e.seq, e.verdict, e.table_name as "table", e.record_id as "recordId",
      e.version, e.attempts, e.form, e.made, due.entity_set as "entitySet", due.record_name as "recordName", due.author,
      e.queued_at as "queuedAt"`.execute(tx);
  return rows.sort((a, b) => a.queuedAt - b.queuedAt || (a.seq ?? 0) - (b.seq ?? 0));
}

/** Kept before the entry is sent for the first time. */
export async function chooseForm(tx: Tx, id: string, form: 'activity' | 'note'): Promise<void> {
  await sql`update crm_entry set form = ${form} where id = ${id}::uuid`.execute(tx);
}

/** The organisation holds it, or nothing of it is `made` yet. What was said anew meanwhile is pending still. */
export async function entryIsDone(
  tx: Tx,
  entry: ClaimedEntry,
  lease: string,
  now: number,
  made = true,
): Promise<void> {
  await sql`update crm_entry set made = ${made}, lease = null, attempts = 0, next_at = ${time(now)}, settled_at = ${time(now)},
      state = case when version = ${entry.version} then 'done' else 'pending' end,
      problem_code = null, problem_text = null, problem_since = null
    where id = ${entry.id}::uuid and lease = ${lease}::uuid`.execute(tx);
}

/** Nothing more is written of it. */
export async function entryEnds(tx: Tx, entry: ClaimedEntry, lease: string, now: number): Promise<void> {
  await sql`update crm_entry set state = 'ended', lease = null, settled_at = ${time(now)}, problem_code = null, problem_text = null,
      problem_since = null
    where id = ${entry.id}::uuid and lease = ${lease}::uuid`.execute(tx);
}

/** Not this time; `problem` is for a person to see. */
export async function entryFails(
  tx: Tx,
  entry: ClaimedEntry,
  lease: string,
  end: { made: boolean; problem: { code: string; text: string } | null; nextAt: number; now: number },
): Promise<void> {
  const { problem } = end;
  await sql`update crm_entry set lease = null, next_at = ${time(end.nextAt)}, made = made or ${end.made},
      problem_code = coalesce(${problem?.code ?? null}, problem_code), problem_text = coalesce(${problem?.text ?? null}, problem_text),
      problem_since = case when ${problem?.code ?? null}::text is null then problem_since else coalesce(problem_since, ${time(end.now)}) end
    where id = ${entry.id}::uuid and lease = ${lease}::uuid`.execute(tx);
}

/** Switched off: what waits is not written any more. */
export async function dropEntries(
  tx: Tx,
  kinds: readonly ('chat' | 'consent')[],
  now: number,
): Promise<void> {
  if (kinds.length === 0) return;
  await sql`update crm_entry set state = 'ended', lease = null, settled_at = ${time(now)}, problem_code = null, problem_text = null,
      problem_since = null where state = 'pending' and kind = any(${kinds as string[]}::text[])`.execute(tx);
}

/** What was settled long ago. An entry of a session that goes on is kept: it must not be made twice. */
export async function forgetEntries(tx: Tx, before: number): Promise<void> {
  await sql`delete from crm_entry e where e.state <> 'pending' and e.settled_at < ${time(before)}
    and not exists (select 1 from crm_session s where s.id = e.session_id and (s.ended_at is null or s.due_at is not null))`.execute(
    tx,
  );
}

/** What waits because of a problem is tried again now. */
export async function tryEntriesAgain(tx: Tx, table: string, now: number): Promise<void> {
  await sql`update crm_entry set next_at = ${time(now)}
    where table_name = ${table} and state = 'pending' and problem_code is not null and lease is null`.execute(
    tx,
  );
}

export async function pendingEntries(tx: Tx): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select ((select count(*) from crm_entry where state = 'pending')
          + (select count(*) from crm_session where due_at is not null))::integer as count`.execute(tx);
  return rows[0]?.count ?? 0;
}

export interface EntryProblem {
  kind: 'chat' | 'consent';
  id: string;
  table: string;
  recordId: string;
  name: string | null;
  code: string;
  text: string;
  since: number;
  attempts: number;
  nextAt: number;
}

export async function entryProblems(tx: Tx, limit: number): Promise<EntryProblem[]> {
  const { rows } = await sql<EntryProblem>`
    select e.kind, e.id, e.table_name as "table", e.record_id as "recordId",
           (select name from record_phone p where p.record_type = e.table_name and p.record_id = e.record_id::text
             order by p.messaging desc limit 1) as name,
           e.problem_code as code, e.problem_text as text, e.problem_since as since, e.attempts, e.next_at as "nextAt"
      from crm_entry e where e.problem_code is not null and e.state = 'pending' order by e.problem_since limit ${limit}`.execute(
    tx,
  );
  return rows;
}

export interface ImpersonationProblem {
  person: string | null;
  code: string;
  text: string;
  since: number;
}

/** Why the last entry that should have been made in somebody's name was not. */
export async function readImpersonation(tx: Tx): Promise<ImpersonationProblem | null> {
  const { rows } = await sql<ImpersonationProblem>`
    select p.name as person, c.impersonation_code as code, c.impersonation_text as text, c.impersonation_since as since
      from crm_connection c left join person p on p.id = c.impersonation_person where c.impersonation_code is not null`.execute(
    tx,
  );
  return rows[0] ?? null;
}

export async function impersonationFails(
  tx: Tx,
  personId: string,
  problem: { code: string; text: string },
  now: number,
): Promise<void> {
  await sql`update crm_connection set impersonation_person = ${personId}::uuid, impersonation_code = ${problem.code},
    impersonation_text = ${problem.text}, impersonation_since = coalesce(impersonation_since, ${time(now)})`.execute(
    tx,
  );
}

/** An entry was made in this person's name. */
export async function impersonationWorks(tx: Tx, personId: string): Promise<void> {
  await sql`update crm_connection set impersonation_person = null, impersonation_code = null, impersonation_text = null,
      impersonation_since = null
    where impersonation_person = ${personId}::uuid`.execute(tx);
}

/** People whose Entra object id is known, and all who may sign in. */
export async function peopleWithObjectId(tx: Tx): Promise<{ known: number; all: number }> {
  const { rows } = await sql<{ known: number; all: number }>`
    select count(entra_object_id)::integer as known, count(*)::integer as all from person where disabled_at is null`.execute(
    tx,
  );
  return rows[0] ?? { known: 0, all: 0 };
}

/** Who asked for consent, and on which record, by request. */
export async function askersOf(
  tx: Tx,
  contactPointId: string,
  requestIds: readonly string[],
): Promise<Map<string, { actorId: string | null; table: string | null; recordId: string | null }>> {
  if (requestIds.length === 0) return new Map();
  const { rows } = await sql<{
    id: string;
    actorId: string | null;
    table: string | null;
    recordId: string | null;
  }>`
    select id, actor_id as "actorId", record_type as "table", record_id as "recordId" from consent_request
     where id = any(${uuids(requestIds)})
       and contact_point_id in (select c.id from contact_point c where c.id = ${contactPointId}::uuid or c.merged_into = ${contactPointId}::uuid)`.execute(
    tx,
  );
  return new Map(rows.map((row) => [row.id, row]));
}
