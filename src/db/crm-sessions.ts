import { sql } from 'kysely';
import type { Tx } from './engine.ts';
import { time, uuids } from './rows.ts';

/** Sessions of chats, as the timeline of a remote CRM tells them: one stretch of messages, one entry per record. */

export interface SessionTimes {
  now: number;
  /** An open session without a message since then is over. */
  idleSince: number;
  /** One that began before then is, too. */
  startedSince: number;
  /** It is told so long after its last message, and at the latest so long after the first that was not told, ms. */
  quietMs: number;
  lateMs: number;
}

/** Puts messages that were just stored into the session of their conversation, or into a new one. */
export async function addToSessions(
  tx: Tx,
  messageIds: readonly string[],
  authorId: string | null,
  { now, idleSince, startedSince, quietMs, lateMs }: SessionTimes,
): Promise<void> {
  if (messageIds.length === 0) return;
  const conversations = sql`select conversation_id, contact_point_id, min(position) as first_position
    from message where id = any(${uuids(messageIds)}) group by conversation_id, contact_point_id`;
  await sql`update crm_session s set ended_at = s.last_at, due_at = ${time(now)} from (${conversations}) m
    where s.conversation_id = m.conversation_id and s.ended_at is null
      and (s.last_at < ${time(idleSince)} or s.started_at < ${time(startedSince)} or s.contact_point_id <> m.contact_point_id)`.execute(
    tx,
  );
  await sql`insert into crm_session (id, conversation_id, contact_point_id, started_at, last_at, first_position, author_id, dirty_since, due_at)
    select gen_random_uuid(), conversation_id, contact_point_id, ${time(now)}, ${time(now)}, first_position, ${authorId}::uuid,
           ${time(now)}, ${time(now + quietMs)}
      from (${conversations}) m
    on conflict (contact_point_id, conversation_id) where ended_at is null do update set
      last_at = excluded.last_at, author_id = coalesce(excluded.author_id, crm_session.author_id),
      dirty_since = coalesce(crm_session.dirty_since, excluded.dirty_since),
      due_at = least(excluded.due_at,
        coalesce(crm_session.dirty_since, excluded.dirty_since) + ${lateMs}::float8 * interval '1 millisecond')`.execute(
    tx,
  );
}

/** The conversation was closed: its session is over and told at once. */
export async function endSession(tx: Tx, conversationId: string, now: number): Promise<void> {
  await sql`update crm_session set ended_at = ${time(now)}, due_at = ${time(now)}
    where conversation_id = ${conversationId}::uuid and ended_at is null`.execute(tx);
}

/** Nobody wrote for long: over, although nobody closed the conversation. */
export async function endIdleSessions(tx: Tx, idleSince: number, now: number): Promise<void> {
  await sql`update crm_session set ended_at = last_at, due_at = ${time(now)}
    where ended_at is null and last_at < ${time(idleSince)}`.execute(tx);
}

/** Messages `m` of the session `s`. */
const MESSAGES_OF = sql`m.conversation_id = s.conversation_id and m.position >= s.first_position
  and m.position < coalesce((select min(n.first_position) from crm_session n
        where n.conversation_id = s.conversation_id and n.first_position > s.first_position), 9223372036854775807)`;
const WAITS = sql`m.status in ('queued', 'handing-over')`;
/** Which of them were said, as far as anybody knows. */
const TOLD = sql`m.status not in ('queued', 'handing-over', 'cancelled', 'failed')`;

export interface SessionRow {
  id: string;
  conversationId: string;
  /** Of the conversation now: identities may have become one since. */
  contactPointId: string;
  authorId: string | null;
  /** Two people share the number. */
  shared: boolean;
  /** There is something to tell now. */
  tells: boolean;
}

/** A session in which something waits to leave is looked at again after so long, ms. */
const AGAIN_MS = 3 * 60_000;

/**
 * Takes the sessions that are due; in the same transaction their entries are queued. What waits to leave was not said yet, and may
 * never be: the session comes again, and one that is over tells nothing before.
 */
export async function takeDueSessions(tx: Tx, now: number, most: number): Promise<SessionRow[]> {
  await sql`delete from crm_session s where s.due_at <= ${time(now)}
    and not exists (select 1 from conversation v where v.id = s.conversation_id)`.execute(tx);
  const { rows } = await sql<SessionRow>`
    with due as (select id from crm_session where due_at <= ${time(now)} order by due_at limit ${most} for update skip locked),
    held as (
      select s.id, exists (select 1 from message m where ${MESSAGES_OF} and ${WAITS}) as waits,
             exists (select 1 from message m where ${MESSAGES_OF} and ${TOLD}) as said
        from due join crm_session s on s.id = due.id)
    update crm_session s set due_at = case when h.waits then ${time(now + AGAIN_MS)} end, dirty_since = null
      from held h, conversation v join contact_point c on c.id = v.contact_point_id
     where s.id = h.id and v.id = s.conversation_id
    returning s.id, s.conversation_id as "conversationId", c.id as "contactPointId", s.author_id as "authorId", c.shared,
      h.said and not (h.waits and s.ended_at is not null) as tells`.execute(tx);
  return rows;
}

export interface ToldSession {
  conversationId: string;
  name: string | null;
  phone: string | null;
  userId: string | null;
  firstAt: number | null;
  lastAt: number | null;
  messages: number;
  ended: boolean;
}

export async function readSession(tx: Tx, id: string): Promise<ToldSession | null> {
  const { rows } = await sql<ToldSession>`
    select s.conversation_id as "conversationId", c.name, c.phone, c.user_id as "userId", s.ended_at is not null as ended,
           t.first as "firstAt", t.last as "lastAt", t.count::integer as messages
      from crm_session s join conversation v on v.id = s.conversation_id join contact_point c on c.id = v.contact_point_id
      cross join lateral (select min(m.at) as first, max(m.at) as last, count(*) as count from message m where ${MESSAGES_OF} and ${TOLD}) t
     where s.id = ${id}::uuid`.execute(tx);
  return rows[0] ?? null;
}

/** The records that our own messages of a session were addressed to. */
export async function recordsAddressed(tx: Tx, sessionId: string): Promise<Set<string>> {
  const { rows } = await sql<{ record: string }>`
    select distinct m.record_type || '/' || m.record_id as record from crm_session s join message m on ${MESSAGES_OF} and ${TOLD}
     where s.id = ${sessionId}::uuid and m.record_id is not null`.execute(tx);
  return new Set(rows.map((row) => row.record));
}

export interface ToldMessage {
  direction: 'in' | 'out';
  kind: string;
  text: string | null;
  fileName: string | null;
  emoji: string | null;
  actor: string | null;
  automatic: boolean;
  /** Its writer deleted it. */
  revoked: boolean;
  at: number;
}

/**
 * The newest messages of a session, in their order. Which of them were deleted is asked with the condition of the index
 * `message_event_target` beside the kind, or PostgreSQL does not take it.
 */
export async function messagesOfSession(tx: Tx, id: string, most: number): Promise<ToldMessage[]> {
  const { rows } = await sql<ToldMessage>`
    select * from (
      select m.direction, m.kind, m.text, m.actor, m.automatic, m.at, m.position, m.content ->> 'emoji' as emoji,
             exists (select 1 from message e where e.kind in ('reaction', 'edit', 'revoke') and e.kind = 'revoke'
                       and e.content ->> 'target' = m.whatsapp_id and e.conversation_id = m.conversation_id) as revoked,
             (select d.file_name from media d where d.message_id = m.id limit 1) as "fileName"
        from crm_session s join message m on ${MESSAGES_OF} and ${TOLD}
       where s.id = ${id}::uuid order by m.position desc limit ${most}) newest order by position`.execute(tx);
  return rows;
}

/** Sessions that ended before, and have nothing left to tell. */
export async function forgetSessions(tx: Tx, before: number): Promise<void> {
  await sql`delete from crm_session s where s.ended_at < ${time(before)} and s.due_at is null
    and not exists (select 1 from crm_entry e where e.session_id = s.id and e.state = 'pending')
    and exists (select 1 from crm_session n where n.conversation_id = s.conversation_id and n.first_position > s.first_position)`.execute(
    tx,
  );
}
