import { type RawBuilder, sql } from 'kysely';
import type { Update } from '../core/update.ts';
import type { Tx } from './engine.ts';
import { jsonColumn, texts, time, times, uuids } from './rows.ts';

/** Webhooks as they were acknowledged: one row per update, stored before the 200. */

export interface NewInboxRow {
  /** Keys of the person as the payload has them (`user:`, `parent:`, `phone:`), or '-': the same for every redelivery. */
  subject: string;
  eventKey: string;
  kind: string;
  contactPointId: string | null;
  phoneNumberId: string | null;
  update: Update | null;
  raw: string | null;
  bodySha256: string;
  receivedAt: number;
  /** `applied`: what it says is made true in the same transaction, and `update` is not kept a second time. */
  status: 'pending' | 'applied' | 'unknown' | 'invalid';
}

export interface InboxRow {
  id: number;
  subject: string;
  eventKey: string;
  contactPointId: string | null;
  update: Update;
  bodySha256: string;
  receivedAt: number;
  attempts: number;
}

/** Stores what is new; a redelivery is passed over by the unique key. Answers the ids of the new rows by their key. */
export async function insertInbox(
  tx: Tx,
  rows: readonly NewInboxRow[],
  now: number,
): Promise<Map<string, number>> {
  if (rows.length === 0) return new Map();
  const { rows: added } = await sql<{
    id: number;
    subject: string;
    eventKey: string;
  }>`with added as (${storingInbox(rows, now)}) select id, subject, event_key as "eventKey" from added`.execute(
    tx,
  );
  return new Map(added.map((row) => [inboxKey(row), row.id]));
}

/** The same as a part of a larger statement; gives id, subject and event_key of the new rows. */
export function storingInbox(rows: readonly NewInboxRow[], now: number): RawBuilder<unknown> {
  return sql`insert into inbox (subject, event_key, kind, contact_point_id, phone_number_id, update, raw, body_sha256, received_at, status,
        next_attempt_at, applied_at)
    select subject, event_key, kind, contact_point_id, phone_number_id, update::jsonb, raw, body_sha256, received_at, status,
           case when status = 'pending' then received_at end, case when status = 'applied' then ${time(now)} end
      from rows from (
        unnest(${texts(rows.map((row) => row.subject))}, ${texts(rows.map((row) => row.eventKey))},
          ${texts(rows.map((row) => row.kind))}, ${uuids(rows.map((row) => row.contactPointId))},
          ${texts(rows.map((row) => row.phoneNumberId))}, ${texts(rows.map((row) => row.bodySha256))},
          ${times(rows.map((row) => row.receivedAt))}, ${texts(rows.map((row) => row.status))}),
        ${jsonColumn(rows.map(({ status, update }) => (status === 'applied' ? null : update)))}, ${jsonColumn(rows.map((row) => row.raw))})
        as r(subject, event_key, kind, contact_point_id, phone_number_id, body_sha256, received_at, status, update, raw)
    on conflict (subject, event_key) do nothing
    returning id, subject, event_key`;
}

/** What an update is stored once by. */
export const inboxKey = (row: { subject: string; eventKey: string }): string =>
  `${row.subject}\n${row.eventKey}`;

/** Done: what they told is in other tables now, so the update itself goes. */
export async function markApplied(tx: Tx, ids: readonly number[], at: number): Promise<void> {
  if (ids.length === 0) return;
  await sql`update inbox set status = 'applied', update = null, applied_at = ${time(at)}, error = null, next_attempt_at = null
     where id = any(${ids as number[]}::bigint[])`.execute(tx);
}

/** Back to the queue, or terminal: then it blocks nothing, is counted and shown. `update` where it was stored as applied. */
export async function markUnapplied(
  tx: Tx,
  id: number,
  outcome: {
    status: 'pending' | 'failed' | 'unknown';
    error: string;
    nextAttemptAt: number | null;
    update?: Update;
  },
): Promise<void> {
  const { update } = outcome;
  await sql`update inbox set status = ${outcome.status}, error = ${outcome.error.slice(0, 2000)}, attempts = attempts + 1,
      next_attempt_at = ${time(outcome.nextAttemptAt)}, update = coalesce(${update === undefined ? null : JSON.stringify(update)}::jsonb, update)
     where id = ${id}`.execute(tx);
}

/** Takes due rows for the worker; skips what another worker holds. */
export async function takeDueInbox(tx: Tx, now: number, limit: number): Promise<InboxRow[]> {
  const { rows } = await sql<InboxRow>`
    select id, subject, event_key as "eventKey", contact_point_id as "contactPointId", update, body_sha256 as "bodySha256",
           received_at as "receivedAt", attempts
      from inbox where status = 'pending' and next_attempt_at <= ${time(now)}
     order by next_attempt_at, id limit ${limit} for update skip locked`.execute(tx);
  return rows;
}

/** Outcomes of sends are stored: statuses that came before them may be applied now. */
export async function wakeStatusesOf(tx: Tx, whatsappIds: readonly string[], now: number): Promise<boolean> {
  if (whatsappIds.length === 0) return false;
  const { rows } = await sql`/* keyed */ update inbox set next_attempt_at = ${time(now)}
     where status = 'pending' and kind = 'status' and update ->> 'whatsappId' = any(${texts(whatsappIds)}) returning id`.execute(
    tx,
  );
  return rows.length > 0;
}

/** Figures for /metrics and the banner. */
export async function inboxFigures(
  tx: Tx,
  now: number,
): Promise<{ pending: number; oldestSeconds: number; unapplied: number }> {
  const { rows } = await sql<{ pending: number; oldest: number | null; unapplied: number }>`
    select (select count(*) from inbox where status = 'pending') as pending,
           (select min(received_at) from inbox where status = 'pending') as oldest,
           (select count(*) from inbox where status in ('failed', 'unknown', 'invalid')) as unapplied`.execute(
    tx,
  );
  const row = rows[0];
  return {
    pending: row?.pending ?? 0,
    oldestSeconds: row?.oldest == null ? 0 : Math.max(0, (now - row.oldest) / 1000),
    unapplied: row?.unapplied ?? 0,
  };
}

/**
 * Webhooks that served their purpose after N days: raw texts go, and statuses that were applied go whole. A status means the
 * same however often it comes (core/delivery.ts), so nobody has to remember that it was there; Meta repeats for seven days.
 * Answers how many it found.
 */
export async function forgetOld(tx: Tx, before: number, limit: number): Promise<number> {
  const { rows } = await sql<{ found: number }>`
    with due as (select id, kind = 'status' and status = 'applied' as whole from inbox
                  where raw is not null and received_at < ${time(before)} limit ${limit}),
    gone as (delete from inbox using due where inbox.id = due.id and whole),
    bare as (update inbox set raw = null from due where inbox.id = due.id and not whole)
    select count(*)::int as found from due`.execute(tx);
  return rows[0]?.found ?? 0;
}

/** Rows that ended badly, for `webhook replay`. */
export async function requeueUnapplied(tx: Tx, now: number): Promise<number> {
  const { rows } = await sql`update inbox set status = 'pending', attempts = 0, next_attempt_at = ${time(now)}
     where status = 'failed' and update is not null returning id`.execute(tx);
  return rows.length;
}
