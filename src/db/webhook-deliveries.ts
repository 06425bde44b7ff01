import { sql } from 'kysely';
import type { Tx } from './engine.ts';
import { iso, isUuid, json, time } from './rows.ts';

/** Consent events on their way out: made with the ledger line they tell of, sent at least once. */

/** The contact point of an event that is about nobody. */
export const NOBODY = '00000000-0000-0000-0000-000000000000';

export interface NewEvent {
  id: string;
  contactPointId: string;
  type: string;
  at: number;
  /** Names nobody: the number is read when the event is sent. */
  data: Record<string, unknown>;
}

/** Stores what some endpoint wants, with one delivery each; answers how many there are. One statement, as ingest waits. */
export async function insertEvents(tx: Tx, events: readonly NewEvent[]): Promise<number> {
  if (events.length === 0) return 0;
  const values = JSON.stringify(events.map((event) => ({ ...event, at: iso(event.at) })));
  const { rows } = await sql<{ count: number }>`/* keyed */
    with event as (
      select * from jsonb_to_recordset(${values}::jsonb)
        as r(id uuid, "contactPointId" uuid, type text, at timestamptz, data jsonb)),
    wanted as (
      select event.*, e.id as endpoint_id from event join webhook_endpoint e
        on e.disabled_at is null and event.type = any(e.types)),
    stored as (
      insert into webhook_event (contact_point_id, id, type, at, data)
      select distinct "contactPointId", id, type, at, data from wanted),
    queued as (
      insert into webhook_delivery (contact_point_id, event_id, endpoint_id, state, next_at, created_at)
      select "contactPointId", id, endpoint_id, 'pending', at, at from wanted returning 1)
    select count(*) as count from queued`.execute(tx);
  return rows[0]?.count ?? 0;
}

/** One event for one endpoint, whatever it wants. */
export async function insertEventFor(tx: Tx, endpointId: string, event: NewEvent): Promise<void> {
  await sql`insert into webhook_event (contact_point_id, id, type, at, data)
    values (${event.contactPointId}::uuid, ${event.id}::uuid, ${event.type}, ${time(event.at)}, ${json(event.data)})`.execute(
    tx,
  );
  await sql`insert into webhook_delivery (contact_point_id, event_id, endpoint_id, state, next_at, created_at)
    values (${event.contactPointId}::uuid, ${event.id}::uuid, ${endpointId}::uuid, 'pending', ${time(event.at)}, ${time(event.at)})`.execute(
    tx,
  );
}

export interface ClaimedDelivery {
  contactPointId: string;
  eventId: string;
  endpointId: string;
  url: string;
  type: string;
  at: number;
  data: Record<string, unknown>;
  /** With this one. */
  attempts: number;
  /** Who it is about, as known now; both null where it was erased, or is about nobody. */
  phone: string | null;
  userId: string | null;
}

/**
 * Takes what is due, oldest first, and of each endpoint only so much that is not under way: one that hangs holds up no
 * other. A claim moves `next_at` on by the lease.
 */
export async function claimDeliveries(
  tx: Tx,
  lease: string,
  now: number,
  leaseUntil: number,
  most: { all: number; each: number },
): Promise<ClaimedDelivery[]> {
  const { rows } = await sql<ClaimedDelivery>`
    with due as (
      select d.contact_point_id, d.event_id, d.endpoint_id, e.url
        from webhook_endpoint e
        cross join lateral (
          select contact_point_id, event_id, endpoint_id, next_at from webhook_delivery
           where endpoint_id = e.id and state = 'pending' and next_at <= ${time(now)}
           order by next_at, event_id
           limit greatest(0, ${most.each}::int - (
             select count(*) from webhook_delivery w where w.endpoint_id = e.id and w.state = 'pending' and w.lease is not null
               and w.next_at > ${time(now)}))
           for update skip locked) d
       where e.disabled_at is null
       order by d.next_at limit ${most.all})
    update webhook_delivery d set lease = ${lease}::uuid, next_at = ${time(leaseUntil)}, attempts = d.attempts + 1
      from due join webhook_event v on v.contact_point_id = due.contact_point_id and v.id = due.event_id
      left join contact_point c on c.id = due.contact_point_id
     where d.contact_point_id = due.contact_point_id and d.event_id = due.event_id and d.endpoint_id = due.endpoint_id
    returning d.contact_point_id as "contactPointId", d.event_id as "eventId", d.endpoint_id as "endpointId", due.url,
      v.type, v.at, v.data, d.attempts, c.phone, c.user_id as "userId"`.execute(tx);
  return rows;
}

/** When the next one is due, ms; null where nothing waits. */
export async function nextDeliveryAt(tx: Tx): Promise<number | null> {
  const { rows } = await sql<{ at: number | null }>`select min(d.next_at) as at from webhook_delivery d
    join webhook_endpoint e on e.id = d.endpoint_id and e.disabled_at is null where d.state = 'pending'`.execute(
    tx,
  );
  return rows[0]?.at ?? null;
}

/** Why a try failed; `status` and `redirect` by what was answered. */
export type DeliveryProblem = 'status' | 'redirect' | 'address-refused' | 'unreachable' | 'timeout' | 'tls';

export interface DeliveryEnd {
  state: 'pending' | 'delivered' | 'failed';
  /** `pending`: when it is tried again. */
  nextAt: number;
  status: number | null;
  problem: DeliveryProblem | null;
  now: number;
}

/** How a try ended; false where the lease was lost to somebody else. */
export async function endDelivery(
  tx: Tx,
  delivery: Pick<ClaimedDelivery, 'contactPointId' | 'eventId' | 'endpointId'>,
  lease: string,
  end: DeliveryEnd,
): Promise<boolean> {
  const { rows } =
    await sql`update webhook_delivery set state = ${end.state}, lease = null, next_at = ${time(end.nextAt)},
      last_status = ${end.status}, last_problem = ${end.problem}, tried_at = ${time(end.now)},
      delivered_at = case when ${end.state} = 'delivered' then ${time(end.now)} end
    where contact_point_id = ${delivery.contactPointId}::uuid and event_id = ${delivery.eventId}::uuid
      and endpoint_id = ${delivery.endpointId}::uuid and lease = ${lease}::uuid returning 1`.execute(tx);
  return rows.length === 1;
}

/** Sends one again, as if for the first time; false where there is no such delivery. */
export async function requeueDelivery(
  tx: Tx,
  endpointId: string,
  eventId: string,
  now: number,
): Promise<boolean> {
  if (!isUuid(eventId)) return false;
  const { rows } =
    await sql`update webhook_delivery set state = 'pending', attempts = 0, lease = null, next_at = ${time(now)},
      delivered_at = null where endpoint_id = ${endpointId}::uuid and event_id = ${eventId}::uuid returning 1`.execute(
      tx,
    );
  return rows.length === 1;
}

export interface DeliveryRow {
  eventId: string;
  type: string;
  state: 'pending' | 'delivered' | 'failed';
  attempts: number;
  nextAt: number;
  lastStatus: number | null;
  lastProblem: DeliveryProblem | null;
  createdAt: number;
  triedAt: number | null;
}

/** An endpoint's deliveries, the newest first, after `before` (moment and event id). */
export async function deliveriesOf(
  tx: Tx,
  endpointId: string,
  before: { at: number; id: string } | null,
  limit: number,
): Promise<DeliveryRow[]> {
  const { rows } = await sql<DeliveryRow>`
    select d.event_id as "eventId", v.type, d.state, d.attempts, d.next_at as "nextAt", d.last_status as "lastStatus",
           d.last_problem as "lastProblem", d.created_at as "createdAt", d.tried_at as "triedAt"
      from webhook_delivery d join webhook_event v on v.contact_point_id = d.contact_point_id and v.id = d.event_id
     where d.endpoint_id = ${endpointId}::uuid
       and (${time(before?.at ?? null)} is null or (d.created_at, d.event_id) < (${time(before?.at ?? null)}, ${before?.id ?? null}::uuid))
     order by d.created_at desc, d.event_id desc limit ${limit}`.execute(tx);
  return rows;
}

/** What is over for long, with the events that nobody waits for any more. */
export async function purgeDeliveries(tx: Tx, before: number, limit: number): Promise<number> {
  const { rows } = await sql`delete from webhook_delivery where (contact_point_id, event_id, endpoint_id) in (
      select contact_point_id, event_id, endpoint_id from webhook_delivery
       where state <> 'pending' and created_at < ${time(before)} order by created_at limit ${limit}) returning 1`.execute(
    tx,
  );
  await sql`delete from webhook_event v where v.at < ${time(before)} and not exists (
      select 1 from webhook_delivery d where d.contact_point_id = v.contact_point_id and d.event_id = v.id)`.execute(
    tx,
  );
  return rows.length;
}
