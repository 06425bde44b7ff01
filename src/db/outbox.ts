import { type RawBuilder, sql } from 'kysely';
import type { Purpose } from '../core/purpose.ts';
import type { Tx } from './engine.ts';
import { time, uuids } from './rows.ts';

/**
 * The sending side of `message`: what is due, what is claimed, and how each claim ends.
 *
 * There are two lanes, so that nobody's answer waits behind a campaign: what campaigns queue becomes due a thousand years
 * later than it says, and is claimed where nothing else is due. In one order of one index that costs no column and no index
 * of a large table. What a customer is written otherwise goes before what a campaign queued for them earlier. Where a lane is
 * asked for beside a customer it says `is true`, which no index answers: a plan made while little was queued would go by the
 * index of all that is queued in place of the customer's.
 */
const CAMPAIGN_LANE_MS = 31_557_600_000_000;
/** Before it what people, programs and automatic answers send is due, after it what campaigns do. */
const CAMPAIGN_LANE = time(Date.UTC(2500, 0, 1));

/** When a message that may leave at `at` (ms) is due, in its lane. */
export const dueInLane = (path: string, at: number): number =>
  path === 'campaign' ? at + CAMPAIGN_LANE_MS : at;

/** Of `message`: in the lane of all but campaigns. */
export const BEFORE_CAMPAIGNS = sql`next_attempt_at < ${CAMPAIGN_LANE}`;

const laneOf = (path: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`case when ${path} = 'campaign' then ${CAMPAIGN_LANE_MS}::float8 else 0 end * interval '1 millisecond'`;

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
  /** The last line of the contact point's ledger that was known when it was accepted; null where that was not kept. */
  knowsSeq: number | null;
  attempts: number;
  at: number;
  /** The request that it is, where it asks for consent. */
  request: { id: string; purpose: Purpose } | null;
}

const REQUEST = sql`case when m.template_type = 'consent' then
    (select json_build_object('id', r.id, 'purpose', r.purpose) from consent_request r where r.message_id = m.id) end`;

const COLUMNS = sql`m.id, m.position, m.conversation_id as "conversationId", m.contact_point_id as "contactPointId",
  m.channel_id as "channelId", m.kind, m.content, m.reply_to as "replyTo", m.path, m.automatic,
  m.message_template_id as "messageTemplateId", m.template_type as "templateType", m.template_purpose as "templatePurpose",
  m.template_name as "templateName", m.template_language as "templateLanguage", m.record_type as "recordType",
  m.record_id as "recordId", m.answers_line as "answersLine",
  (m.decision ->> 'ledgerSeq')::int as "knowsSeq", m.attempts, m.at,
  ${REQUEST} as request`;

export interface ClaimableContactPoint {
  id: string;
  pairTokens: number;
  pairAt: number;
}

/**
 * First statement of a claim: locks contact points whose next message is due and may leave, oldest first, passing over those
 * that somebody holds. Ingest holds one until it commits, so a message is never judged beside a refusal that is being
 * stored; what is read next (`readClaimable`) sees everything committed. What is read here is a hint, so that a customer
 * with much to say behind one message that may not leave takes nobody's place.
 */
export async function lockDue(tx: Tx, now: number, limit: number): Promise<ClaimableContactPoint[]> {
  const { rows } = await sql<ClaimableContactPoint>`/* keyed */
    select id, pair_tokens as "pairTokens", pair_at as "pairAt" from contact_point
     where id = any(array(
       select d.id from ((
         select m.contact_point_id as id from message m
          where m.status = 'queued' and not m.waits_for_media and m.next_attempt_at <= ${time(now)}
            and not exists (select 1 from message b where b.contact_point_id = m.contact_point_id
                             and b.status in ('queued', 'handing-over') and b.position < m.position
                             and (b.status = 'handing-over' or b.next_attempt_at < ${CAMPAIGN_LANE}) is true)
            and not exists (select 1 from inbox i where i.contact_point_id = m.contact_point_id and ${HOLDS_BACK})
          order by m.next_attempt_at, m.position limit ${limit})
         union all (${dueOfCampaigns(now, limit)})) d limit ${limit}))
     order by id for update skip locked`.execute(tx);
  return rows;
}

/** The other lane; as the second part of a union with a limit it is looked at only where the first leaves room. */
const dueOfCampaigns = (now: number, limit: number): RawBuilder<unknown> => sql`
  select m.contact_point_id as id from message m
   where m.status = 'queued' and not m.waits_for_media and m.next_attempt_at >= ${CAMPAIGN_LANE}
     and m.next_attempt_at <= ${time(now + CAMPAIGN_LANE_MS)}
     and not exists (select 1 from message b where b.contact_point_id = m.contact_point_id
                      and b.status in ('queued', 'handing-over') and b.id <> m.id
                      and (b.position < m.position or b.status = 'handing-over' or b.next_attempt_at < ${CAMPAIGN_LANE}) is true)
     and not exists (select 1 from inbox i where i.contact_point_id = m.contact_point_id and ${HOLDS_BACK})
   order by m.next_attempt_at, m.position limit ${limit}`;

/** An inbound message or preference that is stored and not applied yet: nothing may overtake it. Of `inbox i`. */
const HOLDS_BACK = sql`i.status = 'pending' and i.kind <> 'status'`;

/** Locks these contact points, passing over those that somebody holds. */
export async function lockFree(tx: Tx, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<{ id: string }>`
    select id from contact_point where id = any(${uuids(ids)}) order by id for update skip locked`.execute(
    tx,
  );
  return rows.map((row) => row.id);
}

/** The oldest queued message of `c` in one lane. */
const firstOf = (lane: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`(select * from message q where q.contact_point_id = c.id and q.status = 'queued' and ${lane} order by q.position limit 1)`;

/**
 * Second statement: the oldest due message of each (one of a campaign after all others), unless one of theirs is being
 * handed over or something that they said is not applied yet. One whose file WhatsApp does not hold yet keeps its place: what
 * was written after it goes after it.
 */
export async function readClaimable(tx: Tx, ids: readonly string[], now: number): Promise<QueuedMessage[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<QueuedMessage>`/* keyed */
    select ${COLUMNS} from unnest(${uuids(ids)}) as c(id)
      join lateral (${firstOf(sql`(q.next_attempt_at < ${CAMPAIGN_LANE}) is true`)}
                    union all ${firstOf(sql`(q.next_attempt_at >= ${CAMPAIGN_LANE}) is true`)} limit 1) m on true
     where (m.next_attempt_at <= ${time(now)} or m.next_attempt_at between ${CAMPAIGN_LANE} and ${time(now + CAMPAIGN_LANE_MS)})
       and not m.waits_for_media
       and not exists (select 1 from message f where f.contact_point_id = c.id and f.status = 'handing-over')
       and not exists (select 1 from inbox i where i.contact_point_id = c.id and ${HOLDS_BACK})
     order by m.next_attempt_at >= ${CAMPAIGN_LANE}, m.position`.execute(tx);
  return rows;
}

/** All that is queued for one contact point, to be judged again after a decision changed. */
export async function queuedOf(tx: Tx, contactPointId: string): Promise<QueuedMessage[]> {
  const { rows } = await sql<QueuedMessage>`/* keyed */
    select ${COLUMNS} from message m where m.contact_point_id = ${contactPointId}::uuid and m.status = 'queued' order by m.position`.execute(
    tx,
  );
  return rows;
}

/** Which of these contact points have something queued. */
export async function withQueued(tx: Tx, contactPointIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`/* keyed */
    select distinct m.contact_point_id as id from message m
     where m.contact_point_id = any(${uuids(contactPointIds)}) and m.status = 'queued'`.execute(tx);
  return new Set(rows.map((row) => row.id));
}

export interface Mark {
  id: string;
  decision: unknown;
  contactPointId: string;
  /** What is left of the pair's allowance. */
  tokens: number;
}

/**
 * Marks messages as being handed over and takes them off their pairs' allowances. The lease runs by the database's clock: a
 * node whose own is ahead would call a fresh one over (docs/model.md).
 */
export async function markHandingOver(
  tx: Tx,
  marks: readonly Mark[],
  now: number,
  leaseMs: number,
): Promise<void> {
  if (marks.length === 0) return;
  await sql`/* keyed */ with r as (
      select * from json_to_recordset(${JSON.stringify(marks)}::json)
        as r(id uuid, decision jsonb, "contactPointId" uuid, tokens double precision)),
    marked as (
      update message m set status = 'handing-over', handed_at = ${time(now)}, marked_at = clock_timestamp(),
          lease_until = clock_timestamp() + ${leaseMs}::float8 * interval '1 millisecond', attempts = m.attempts + 1, decision = r.decision
        from r where m.id = r.id)
    update contact_point c set pair_tokens = r.tokens, pair_at = ${time(now)} from r where c.id = r."contactPointId"`.execute(
    tx,
  );
}

/** Not handed over after all (deadline passed, throttled): back to the queue, only where it is still ours to give back. */
export async function requeue(tx: Tx, id: string, nextAttemptAt: number): Promise<void> {
  await sql`/* keyed */ update message set status = 'queued', next_attempt_at = ${time(nextAttemptAt)} + ${laneOf(sql`path`)},
       lease_until = null, handed_at = null
     where id = ${id}::uuid and status = 'handing-over'`.execute(tx);
}

/** Not before then (ms), behind what its lane lets pass first. */
export async function postpone(tx: Tx, id: string, nextAttemptAt: number): Promise<void> {
  await sql`/* keyed */ update message set next_attempt_at = ${time(nextAttemptAt)} + ${laneOf(sql`path`)}
     where id = ${id}::uuid and status = 'queued'`.execute(tx);
}

export async function cancel(tx: Tx, id: string, code: string, text: string, now: number): Promise<void> {
  await sql`/* keyed */ update message set status = 'cancelled', reason_code = ${code}, reason_text = ${text}, status_at = ${time(now)}
     where id = ${id}::uuid and status = 'queued'`.execute(tx);
}

/**
 * Cancels those of these messages that are still queued; answers them, with the request that each is. One that is just going back
 * to the queue is waited for.
 */
export async function withdrawQueued(
  tx: Tx,
  ids: readonly string[],
  reason: { code: string; text: string },
  now: number,
): Promise<{ id: string; contactPointId: string; request: QueuedMessage['request'] }[]> {
  await sql`/* keyed */ select id from message where id = any(${uuids(ids)}) and status = 'handing-over' order by id for update`.execute(
    tx,
  );
  const { rows } = await sql<{
    id: string;
    contactPointId: string;
    request: QueuedMessage['request'];
  }>`/* keyed */
    update message m set status = 'cancelled', reason_code = ${reason.code}, reason_text = ${reason.text}, status_at = ${time(now)}
     where id = any(${uuids(ids)}) and status = 'queued'
    returning id, contact_point_id as "contactPointId", ${REQUEST} as request`.execute(tx);
  return rows;
}

/** How a hand-over ended, for good. */
export interface Settled {
  id: string;
  status: 'sent' | 'failed' | 'unconfirmed';
  whatsappId: string | null;
  reasonCode: string | null;
  reasonText: string | null;
}

/**
 * Stores how hand-overs ended. A status webhook may have been faster: then only the WhatsApp id is filled in. Several pass
 * over those that somebody else holds, as two who wait for each other's messages would wait for ever. Answers the ids of
 * those that are stored.
 */
export async function settleHandovers(
  tx: Tx,
  settled: readonly Settled[],
  now: number,
  held: 'wait' | 'pass-over' = 'wait',
): Promise<Set<string>> {
  if (settled.length === 0) return new Set();
  const values = JSON.stringify(settled);
  const { rows } =
    held === 'wait'
      ? await sql<{ id: string }>`/* keyed */ with r as (${outcomes(values)}) ${settling(now)}`.execute(tx)
      : await sql<{ id: string }>`/* keyed */ with given as (${outcomes(values)}),
          free as materialized (select id from message where id in (select id from given) for update skip locked),
          r as (select given.* from given join free using (id)) ${settling(now)}`.execute(tx);
  return new Set(rows.map((row) => row.id));
}

const outcomes = (values: string): RawBuilder<unknown> => sql`
  select * from json_to_recordset(${values}::json)
    as r(id uuid, status text, "whatsappId" text, "reasonCode" text, "reasonText" text)`;

const settling = (now: number): RawBuilder<unknown> => sql`
  update message m set
        status = case when m.status = 'handing-over' then r.status else m.status end,
        reason_code = case when m.status = 'handing-over' then r."reasonCode" else m.reason_code end,
        reason_text = case when m.status = 'handing-over' then r."reasonText" else m.reason_text end,
        status_at = case when m.status = 'handing-over' then ${time(now)} else m.status_at end,
        whatsapp_id = coalesce(m.whatsapp_id, r."whatsappId"), lease_until = null
    from r where m.id = r.id and m.status in ('handing-over', 'sent', 'delivered', 'read', 'failed', 'unconfirmed')
  returning m.id`;

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

/** What a process was handing over that is gone for certain needs to wait no longer. */
export async function endLeases(tx: Tx): Promise<void> {
  await sql`update message set lease_until = '-infinity' where status = 'handing-over'`.execute(tx);
}

/** When the next queued message becomes due, ms; null where nothing waits. */
export async function nextDueAt(tx: Tx): Promise<number | null> {
  const { rows } = await sql<{ at: number | null }>`/* keyed */ select least(
      (select min(next_attempt_at) from message
        where status = 'queued' and not waits_for_media and next_attempt_at < ${CAMPAIGN_LANE}),
      (select min(next_attempt_at) from message
        where status = 'queued' and not waits_for_media and next_attempt_at >= ${CAMPAIGN_LANE}) - ${laneOf(sql`'campaign'`)}) as at`.execute(
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
           least((select min(next_attempt_at) from message where status = 'queued'),
                 (select min(handed_at) from message where status = 'handing-over')) as oldest,
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
  /** Since the longest overdue one was due; one that is due later has no age, nor has what a campaign queued. */
  oldestSeconds: number;
  unconfirmedOldestSeconds: number;
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
