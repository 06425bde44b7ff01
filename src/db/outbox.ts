import { sql } from 'kysely';
import type { Tx } from './engine.ts';
import { time, uuids } from './rows.ts';

/** The sending side of `message`: what is due, what is claimed, and how each claim ends. */

export interface QueuedMessage {
  id: string;
  position: number;
  conversationId: string;
  contactPointId: string;
  channelId: string;
  kind: string;
  content: Record<string, unknown>;
  replyTo: string | null;
  path: string;
  automatic: boolean;
  messageTemplateId: string | null;
  templateType: string | null;
  templatePurpose: string | null;
  templateName: string | null;
  templateLanguage: string | null;
  recordType: string | null;
  recordId: string | null;
  answersLine: string | null;
  attempts: number;
  at: number;
}

const COLUMNS = sql`m.id, m.position, m.conversation_id as "conversationId", m.contact_point_id as "contactPointId",
  m.channel_id as "channelId", m.kind, m.content, m.reply_to as "replyTo", m.path, m.automatic,
  m.message_template_id as "messageTemplateId", m.template_type as "templateType", m.template_purpose as "templatePurpose",
  m.template_name as "templateName", m.template_language as "templateLanguage", m.record_type as "recordType",
  m.record_id as "recordId", m.answers_line as "answersLine", m.attempts, m.at`;

/** Contact points with something due, oldest first; a hint only, read without locks. */
export async function dueContactPoints(tx: Tx, now: number, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct contact_point_id as id from (
      select contact_point_id from message where status = 'queued' and not waits_for_media and next_attempt_at <= ${time(now)}
       order by next_attempt_at, position limit ${limit}) m`.execute(tx);
  return rows.map((row) => row.id);
}

export interface ClaimableContactPoint {
  id: string;
  pairTokens: number;
  pairAt: number;
}

/**
 * First statement of a claim: the contact points nobody holds. Ingest holds one until it commits, so a message is never
 * judged beside a refusal that is being stored; what is read next (second statement) sees everything committed.
 */
export async function lockForClaim(tx: Tx, ids: readonly string[]): Promise<ClaimableContactPoint[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<ClaimableContactPoint>`
    select id, pair_tokens as "pairTokens", pair_at as "pairAt" from contact_point
     where id = any(${uuids(ids)}) order by id for update skip locked`.execute(tx);
  return rows;
}

/**
 * Second statement: the oldest due message of each, unless one of theirs is being handed over. One whose file WhatsApp
 * does not hold yet keeps its place: what was written after it goes after it.
 */
export async function nextQueued(tx: Tx, ids: readonly string[], now: number): Promise<QueuedMessage[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<QueuedMessage>`
    select ${COLUMNS} from unnest(${uuids(ids)}) as c(id)
      join lateral (select * from message q where q.contact_point_id = c.id and q.status = 'queued' order by q.position limit 1) m on true
     where m.next_attempt_at <= ${time(now)} and not m.waits_for_media
       and not exists (select 1 from message f where f.contact_point_id = c.id and f.status = 'handing-over')
     order by m.position`.execute(tx);
  return rows;
}

/** All that is queued for one contact point, to be judged again after a decision changed. */
export async function queuedOf(tx: Tx, contactPointId: string): Promise<QueuedMessage[]> {
  const { rows } = await sql<QueuedMessage>`
    select ${COLUMNS} from message m where m.contact_point_id = ${contactPointId}::uuid and m.status = 'queued' order by m.position`.execute(
    tx,
  );
  return rows;
}

/** Which of these contact points have something queued. */
export async function withQueued(tx: Tx, contactPointIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select distinct m.contact_point_id as id from message m
     where m.contact_point_id = any(${uuids(contactPointIds)}) and m.status = 'queued'`.execute(tx);
  return new Set(rows.map((row) => row.id));
}

/** The lease runs by the database's clock: a node whose own is ahead would call a fresh one over (docs/model.md). */
export async function markHandingOver(
  tx: Tx,
  rows: readonly { id: string; decision: unknown }[],
  now: number,
  leaseMs: number,
): Promise<void> {
  if (rows.length === 0) return;
  await sql`update message m set status = 'handing-over', handed_at = ${time(now)}, marked_at = clock_timestamp(),
        lease_until = clock_timestamp() + ${leaseMs}::float8 * interval '1 millisecond', attempts = m.attempts + 1, decision = r.decision
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(id uuid, decision jsonb) where m.id = r.id`.execute(
    tx,
  );
}

export async function savePair(
  tx: Tx,
  rows: readonly { id: string; tokens: number }[],
  now: number,
): Promise<void> {
  if (rows.length === 0) return;
  await sql`update contact_point c set pair_tokens = r.tokens, pair_at = ${time(now)}
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(id uuid, tokens double precision) where c.id = r.id`.execute(
    tx,
  );
}

/** Not handed over after all (deadline passed, throttled): back to the queue, only where it is still ours to give back. */
export async function requeue(tx: Tx, id: string, nextAttemptAt: number): Promise<void> {
  await sql`update message set status = 'queued', next_attempt_at = ${time(nextAttemptAt)}, lease_until = null, handed_at = null
     where id = ${id}::uuid and status = 'handing-over'`.execute(tx);
}

export async function postpone(tx: Tx, id: string, nextAttemptAt: number): Promise<void> {
  await sql`update message set next_attempt_at = ${time(nextAttemptAt)} where id = ${id}::uuid and status = 'queued'`.execute(
    tx,
  );
}

export async function cancel(tx: Tx, id: string, code: string, text: string, now: number): Promise<void> {
  await sql`update message set status = 'cancelled', reason_code = ${code}, reason_text = ${text}, status_at = ${time(now)}
     where id = ${id}::uuid and status = 'queued'`.execute(tx);
}

/** How a hand-over ended. A status webhook may have been faster: then only the WhatsApp id is filled in. */
export async function settleHandover(
  tx: Tx,
  id: string,
  outcome: {
    status: 'sent' | 'failed' | 'unconfirmed';
    whatsappId: string | null;
    reasonCode: string | null;
    reasonText: string | null;
  },
  now: number,
): Promise<boolean> {
  const { rows } = await sql`update message set
        status = case when status = 'handing-over' then ${outcome.status} else status end,
        reason_code = case when status = 'handing-over' then ${outcome.reasonCode} else reason_code end,
        reason_text = case when status = 'handing-over' then ${outcome.reasonText} else reason_text end,
        status_at = case when status = 'handing-over' then ${time(now)} else status_at end,
        whatsapp_id = coalesce(whatsapp_id, ${outcome.whatsappId}), lease_until = null
     where id = ${id}::uuid and status in ('handing-over', 'sent', 'delivered', 'read', 'failed', 'unconfirmed') returning id`.execute(
    tx,
  );
  return rows.length === 1;
}

/** Leases that ran out (a crash between mark and outcome): unknown outcome, never a second send. */
export async function expireLeases(
  tx: Tx,
  now: number,
  text: string,
): Promise<{ id: string; contactPointId: string; conversationId: string }[]> {
  const { rows } = await sql<{ id: string; contactPointId: string; conversationId: string }>`
    update message set status = 'unconfirmed', reason_code = 'unconfirmed', reason_text = ${text}, status_at = ${time(now)}, lease_until = null
     where status = 'handing-over' and lease_until < clock_timestamp()
     returning id, contact_point_id as "contactPointId", conversation_id as "conversationId"`.execute(tx);
  return rows;
}

/** When the next queued message becomes due, ms; null where nothing waits. */
export async function nextDueAt(tx: Tx): Promise<number | null> {
  const { rows } = await sql<{
    at: number | null;
  }>`select min(next_attempt_at) as at from message where status = 'queued' and not waits_for_media`.execute(
    tx,
  );
  return rows[0]?.at ?? null;
}

export async function outboxFigures(tx: Tx, now: number): Promise<OutboxFigures> {
  const { rows } = await sql<{
    pending: number;
    unconfirmed: number;
    oldest: number | null;
    unconfirmedOldest: number | null;
  }>`
    select (select count(*) from message where status in ('queued', 'handing-over')) as pending,
           (select count(*) from message where status = 'unconfirmed') as unconfirmed,
           (select min(case when status = 'queued' then next_attempt_at else handed_at end) from message
             where status in ('queued', 'handing-over')) as oldest,
           (select min(at) from message where status = 'unconfirmed') as "unconfirmedOldest"`.execute(tx);
  const row = rows[0];
  const age = (at: number | null | undefined): number => (at == null ? 0 : Math.max(0, (now - at) / 1000));
  return {
    pending: row?.pending ?? 0,
    unconfirmed: row?.unconfirmed ?? 0,
    oldestSeconds: age(row?.oldest),
    unconfirmedOldestSeconds: age(row?.unconfirmedOldest),
  };
}

export interface OutboxFigures {
  /** Queued or being handed over. */
  pending: number;
  unconfirmed: number;
  /** Since the longest overdue one was due; one that is due later has no age. */
  oldestSeconds: number;
  unconfirmedOldestSeconds: number;
}

/**
 * Reserves up to `wanted` messages of a number's allowance, in the database's clock, so that several nodes share one
 * limit. The row holds the moment from which the next message may go; a block never reaches further than `blockMs`
 * into the future. Answers how many may go now, and when to ask again.
 */
export async function reserveAllowance(
  tx: Tx,
  channelId: string,
  perSecond: number,
  wanted: number,
  blockMs: number,
): Promise<{ granted: number; waitMs: number }> {
  const { rows } = await sql<{ granted: number; waitMs: number }>`
    with now_ as (select clock_timestamp() as t),
    row_ as (select id, greatest(next_free_at, (select t from now_)) as start from channel where id = ${channelId} for update),
    grant_ as (
      select id, start, least(${wanted}::int, greatest(0, floor((${blockMs}::float8 - extract(epoch from start - (select t from now_)) * 1000)
        * ${perSecond}::float8 / 1000))::int) as granted from row_)
    update channel c set next_free_at = g.start + make_interval(secs => g.granted / ${perSecond}::float8)
      from grant_ g where c.id = g.id
    returning g.granted, greatest(0, extract(epoch from g.start - (select t from now_)) * 1000)::float8 as "waitMs"`.execute(
    tx,
  );
  return rows[0] ?? { granted: 0, waitMs: blockMs };
}

/** Hand-overs of these contact points that were marked and whose outcome is not stored, with the age of each mark, ms. */
export async function handoversUnderWay(
  tx: Tx,
  contactPointIds: readonly string[],
): Promise<{ id: string; ageMs: number }[]> {
  if (contactPointIds.length === 0) return [];
  const { rows } = await sql<{ id: string; ageMs: number }>`
    select id, (extract(epoch from clock_timestamp() - marked_at) * 1000)::float8 as "ageMs" from message
     where contact_point_id = any(${uuids(contactPointIds)}) and status = 'handing-over'`.execute(tx);
  return rows;
}

/** WhatsApp holds the file of this message now: its content names it, and it may be claimed. */
export async function releaseMedia(tx: Tx, id: string, mediaId: string, now: number): Promise<void> {
  await sql`update message set waits_for_media = false, content = jsonb_set(content, '{mediaId}', to_jsonb(${mediaId}::text)),
      next_attempt_at = ${time(now)} where id = ${id}::uuid and status = 'queued' and waits_for_media`.execute(
    tx,
  );
}

/** WhatsApp will not get the file of this message: nothing of it was sent. */
export async function failWaiting(
  tx: Tx,
  id: string,
  reason: { code: string; text: string },
  now: number,
): Promise<void> {
  await sql`update message set status = 'failed', reason_code = ${reason.code}, reason_text = ${reason.text}, status_at = ${time(now)}
     where id = ${id}::uuid and status = 'queued' and waits_for_media`.execute(tx);
}

/** A claimed message whose file WhatsApp lost: back to the queue, until the file is there again. */
export async function awaitMedia(tx: Tx, id: string): Promise<boolean> {
  const { rows } =
    await sql`update message set status = 'queued', waits_for_media = true, lease_until = null, handed_at = null
     where id = ${id}::uuid and status = 'handing-over' returning id`.execute(tx);
  return rows.length === 1;
}

/** Whether the message still waits for its file: it may have been cancelled meanwhile. */
export async function waitsForMedia(tx: Tx, id: string): Promise<boolean> {
  const { rows } = await sql`select id from message
     where id = ${id}::uuid and status = 'queued' and waits_for_media`.execute(tx);
  return rows.length === 1;
}
