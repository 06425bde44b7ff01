import { sql } from 'kysely';
import { type Viewer, visibleTo } from './access.ts';
import type { Tx } from './engine.ts';
import { nameInCrm } from './record-order.ts';
import { iso, time, uuids } from './rows.ts';

/** What wants one person's attention. */

export interface NewNotification {
  id: string;
  personId: string;
  kind: string;
  conversationId: string;
  at: number;
  actorName: string | null;
  text: string | null;
  /** What makes it one: the same reason never notifies twice. */
  reasonKey: string;
}

/** Adds what is new; answers whose they are. */
export async function insertNotifications(
  tx: Tx,
  notifications: readonly NewNotification[],
): Promise<string[]> {
  if (notifications.length === 0) return [];
  const rows = notifications.map((one) => ({ ...one, at: iso(one.at) }));
  const { rows: added } = await sql<{ personId: string }>`
    insert into notification (id, person_id, kind, conversation_id, at, actor_name, text, reason_key)
    select id, "personId", kind, "conversationId", at, "actorName", text, "reasonKey"
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as r(id uuid, "personId" uuid, kind text, "conversationId" uuid, at timestamptz, "actorName" text, text text, "reasonKey" text)
    on conflict (person_id, reason_key) do nothing
    returning person_id as "personId"`.execute(tx);
  return [...new Set(added.map((row) => row.personId))];
}

export interface NotificationRow {
  id: string;
  position: number;
  kind: string;
  at: number;
  readAt: number | null;
  /** Null, with `text`, where the person may not see the conversation any more. */
  conversation: { id: string; name: string } | null;
  actorName: string | null;
  text: string | null;
}

/** Newest first; `before` is the position of the last row of the page before. */
export async function notificationPage(
  tx: Tx,
  viewer: Viewer,
  before: number | null,
  limit: number,
): Promise<NotificationRow[]> {
  const { rows } = await sql<NotificationRow>`
    select n.id, n.position, n.kind, n.at, n.read_at as "readAt", n.actor_name as "actorName",
           case when v.id is not null then n.text end as text,
           case when v.id is not null then jsonb_build_object('id', v.id, 'name', coalesce(
             ${nameInCrm(sql`c.id`)},
             c.name, c.phone, c.user_id, '')) end as conversation
      from notification n
      left join conversation v on v.id = n.conversation_id and ${visibleTo(viewer)}
      left join contact_point c on c.id = v.contact_point_id
     where n.person_id = ${viewer.id}::uuid and (${before}::bigint is null or n.position < ${before}::bigint)
     order by n.position desc limit ${limit}`.execute(tx);
  return rows;
}

/** At most 100: "99+" says as much. */
export async function unreadNotifications(tx: Tx, personId: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from (
    select 1 from notification where person_id = ${personId}::uuid and read_at is null limit 100) u`.execute(
    tx,
  );
  return rows[0]?.n ?? 0;
}

/** These of the person's own, or all of them (null). */
export async function markNotificationsRead(
  tx: Tx,
  personId: string,
  ids: readonly string[] | null,
  now: number,
): Promise<number> {
  const { rows } = await sql`update notification set read_at = ${time(now)}
     where person_id = ${personId}::uuid and read_at is null
       and ${ids === null ? sql`true` : sql`id = any(${uuids(ids)})`} returning id`.execute(tx);
  return rows.length;
}

/** What it told of is over: an offer that was decided, withdrawn or ran out. Answers whose it was. */
export async function settleNotification(
  tx: Tx,
  personId: string,
  reasonKey: string,
  now: number,
): Promise<string[]> {
  const { rows } = await sql<{ personId: string }>`update notification set read_at = ${time(now)}
     where person_id = ${personId}::uuid and reason_key = ${reasonKey} and read_at is null returning person_id as "personId"`.execute(
    tx,
  );
  return rows.map((row) => row.personId);
}

/** Reminders of customers who waited in these conversations. Answers whose they were. */
export async function settleReminders(
  tx: Tx,
  conversationIds: readonly string[],
  now: number,
): Promise<string[]> {
  if (conversationIds.length === 0) return [];
  const { rows } = await sql<{ personId: string }>`update notification set read_at = ${time(now)}
     where conversation_id = any(${uuids(conversationIds)}) and read_at is null and kind in ('waiting', 'window-closing')
    returning person_id as "personId"`.execute(tx);
  return [...new Set(rows.map((row) => row.personId))];
}

export async function pruneNotifications(tx: Tx, before: number, limit: number): Promise<void> {
  await sql`delete from notification where id in (
    select id from notification where at < ${time(before)} order by at limit ${limit})`.execute(tx);
}
