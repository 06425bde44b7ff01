import { type RawBuilder, sql } from 'kysely';
import { cut } from '../core/clip.ts';
import type { Tx } from './engine.ts';
import { nameOrder, nameOrderJoins } from './record-order.ts';
import { integers, iso, texts, times, uuids } from './rows.ts';
import { EVERYONE } from './teams.ts';

/** Conversations: one per contact point and channel, and the list of them. Their messages are in `messages.ts`. */

/** What a conversation copies of its contact point's consent, for the list: service_state, on_hold, awaits_consent. */
const consentOf = (contactPoint: RawBuilder<unknown>): RawBuilder<unknown> => sql`
    coalesce((select s.state from consent_state s where s.contact_point_id = ${contactPoint} and s.purpose = 'service'), 'not-asked'),
    exists (select 1 from consent_state s where s.contact_point_id = ${contactPoint} and s.on_hold_at is not null),
    coalesce((select s.request_open and s.state <> 'granted' from consent_state s
               where s.contact_point_id = ${contactPoint} and s.purpose = 'service'), false)`;

/** Makes the copies true again; part of whatever changes `consent_state`, under the locks of the contact points. */
export async function copyConsent(tx: Tx, contactPointIds: readonly string[]): Promise<void> {
  await sql`/* keyed */ update conversation v
       set service_state = n.service_state, on_hold = n.on_hold, awaits_consent = n.awaits_consent
      from unnest(${uuids(contactPointIds)}) as k(id)
     cross join lateral (select ${consentOf(sql`k.id`)}) as n(service_state, on_hold, awaits_consent)
     where v.contact_point_id = k.id
       and (v.service_state, v.on_hold, v.awaits_consent) is distinct from (n.service_state, n.on_hold, n.awaits_consent)`.execute(
    tx,
  );
}

/** Makes the chat of this contact point and number where there is none, for the number's team; answers its id. */
export async function ensureConversations(
  tx: Tx,
  wanted: readonly { id: string; contactPointId: string; channelId: string; at: number }[],
): Promise<Map<string, string>> {
  if (wanted.length === 0) return new Map();
  const rows = wanted.map((one) => ({ ...one, at: iso(one.at) }));
  await sql`/* keyed */ insert into conversation (id, contact_point_id, channel_id, created_at, team_id, service_state, on_hold, awaits_consent)
    select r.id, r."contactPointId", r."channelId", r.at, coalesce(n.team_id, ${EVERYONE}::uuid), ${consentOf(sql`r."contactPointId"`)} from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as r(id uuid, "contactPointId" uuid, "channelId" text, at timestamptz)
      left join channel n on n.id = r."channelId"
    on conflict (contact_point_id, channel_id) do nothing`.execute(tx);
  const { rows: found } = await sql<{ id: string; contactPointId: string; channelId: string }>`/* keyed */
    select id, contact_point_id as "contactPointId", channel_id as "channelId" from conversation
     where contact_point_id = any(${uuids(wanted.map((one) => one.contactPointId))})`.execute(tx);
  return new Map(found.map((row) => [`${row.contactPointId}/${row.channelId}`, row.id]));
}

/** The chats of these contact points on one number, by contact point; those who have none are absent. */
export async function conversationsOf(
  tx: Tx,
  channelId: string,
  contactPointIds: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; contactPointId: string }>`/* keyed */
    select id, contact_point_id as "contactPointId" from conversation
     where contact_point_id = any(${uuids(contactPointIds)}) and channel_id = ${channelId}`.execute(tx);
  return new Map(rows.map((row) => [row.contactPointId, row.id]));
}

export interface Touch {
  id: string;
  at: number;
  text: string;
  direction: 'in' | 'out';
  status: string;
  unread: number;
  /** Since when the customer waits for a person, where they did not wait already. */
  waitsSince?: number;
}

/** What a conversation's row shows; `unread` is added. Times only move forward. How ours stand later, their messages say (`STANDS`). */
export async function touchConversations(tx: Tx, touches: readonly Touch[]): Promise<void> {
  if (touches.length > 0) await sql`/* prepared */ ${touching(touches)}`.execute(tx);
}

/** The same as a part of a larger statement. */
export function touching(touches: readonly Touch[]): RawBuilder<unknown> {
  const rows = oneEach(touches);
  return sql`update conversation c
       set last_text = case when c.last_message_at is null or t.at >= c.last_message_at then t.text else c.last_text end,
           last_direction = case when c.last_message_at is null or t.at >= c.last_message_at then t.direction else c.last_direction end,
           last_status = case when c.last_message_at is null or t.at >= c.last_message_at then t.status else c.last_status end,
           last_message_at = greatest(c.last_message_at, t.at), unread = c.unread + t.unread,
           waiting_since = coalesce(c.waiting_since, t.waits_since)
      from unnest(${uuids(rows.map((one) => one.id))}, ${times(rows.map((one) => one.at))},
             ${texts(rows.map((one) => cut(one.text, 300)))}, ${texts(rows.map((one) => one.direction))},
             ${texts(rows.map((one) => one.status))}, ${integers(rows.map((one) => one.unread))},
             ${times(rows.map((one) => one.waitsSince ?? null))})
        as t(id, at, text, direction, status, unread, waits_since)
     where c.id = t.id`;
}

/** An update takes one row per conversation: what happened to it in this transaction, added up. */
function oneEach(touches: readonly Touch[]): Touch[] {
  const byId = new Map<string, Touch>();
  for (const next of touches) {
    const before = byId.get(next.id);
    if (before === undefined) {
      byId.set(next.id, next);
      continue;
    }
    const waitsSince = before.waitsSince ?? next.waitsSince;
    byId.set(next.id, {
      ...(next.at >= before.at ? next : before),
      unread: before.unread + next.unread,
      ...(waitsSince === undefined ? {} : { waitsSince }),
    });
  }
  return [...byId.values()];
}

export interface ConversationRow {
  id: string;
  contactPointId: string;
  channelId: string;
  name: string | null;
  phone: string | null;
  userId: string | null;
  shared: boolean;
  lastMessageAt: number | null;
  lastText: string | null;
  lastDirection: 'in' | 'out' | null;
  lastStatus: string | null;
  unread: number;
  status: 'open' | 'closed';
  service: string | null;
  marketing: string | null;
  onHold: boolean;
  team: { id: string; name: string };
  owner: { id: string; name: string } | null;
  ownerActiveAt: number | null;
  assignment: {
    id: string;
    from: { id: string; name: string } | null;
    to: { id: string; name: string };
    reason: string | null;
    at: string;
    expiresAt: string | null;
  } | null;
  discussing: { id: string; name: string }[] | null;
  blocked: boolean;
  /** Ids of the people who dismissed it. */
  dismissedBy: string[];
  waitingSince: number | null;
  lastInboundAt: number | null;
  records: { recordType: string; id: string; name: string }[] | null;
}

/**
 * How the newest message of `v` stands: of ours, as that message says when it is read, so that nobody who changes one has its
 * conversation to lock and to write as well. What a campaign sent is no news of the conversation (actions/enqueue-campaign.ts).
 */
const STANDS = sql`case when v.last_direction = 'out' then (
    select m.status from message m
     where m.conversation_id = v.id and m.direction = 'out' and m.path is distinct from 'campaign' and m.at >= v.last_message_at
     order by m.position desc limit 1) else v.last_status end`;

const CONVERSATION = sql`select v.id, v.contact_point_id as "contactPointId", v.channel_id as "channelId", c.name, c.phone,
    c.user_id as "userId", c.shared, v.last_message_at as "lastMessageAt", v.last_text as "lastText",
    v.last_direction as "lastDirection", ${STANDS} as "lastStatus", v.unread, v.status,
    s.service, s.marketing, coalesce(s.held, false) as "onHold",
    jsonb_build_object('id', t.id, 'name', t.name) as team,
    (select jsonb_build_object('id', p.id, 'name', p.name) from person p where p.id = v.owner_id) as owner,
    v.owner_active_at as "ownerActiveAt",
    (select jsonb_build_object('id', a.id, 'reason', a.reason, 'at', a.created_at, 'expiresAt', a.expires_at,
              'to', jsonb_build_object('id', b.id, 'name', b.name),
              'from', (select jsonb_build_object('id', f.id, 'name', f.name) from person f where f.id = a.from_id))
       from assignment a join person b on b.id = a.to_id where a.conversation_id = v.id and a.outcome is null) as assignment,
    (select jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name) order by d.started_at)
       from discussion d join person p on p.id = d.person_id where d.conversation_id = v.id and d.ended_at is null) as discussing,
    c.blocked, v.waiting_since as "waitingSince", c.last_inbound_at as "lastInboundAt",
    array(select person_id::text from dismissal where conversation_id = v.id) as "dismissedBy",
    (select jsonb_agg(jsonb_build_object('recordType', p.record_type, 'id', p.record_id, 'name', p.name)
              order by ${nameOrder})
       from (select distinct p.record_type, p.record_id, p.name from contact_point_alias a join record_phone p on p.match_key = a.value
              where a.contact_point_id = c.id and a.kind = 'phone') p
       ${nameOrderJoins}) as records
  from conversation v join contact_point c on c.id = v.contact_point_id join team t on t.id = v.team_id
  -- one look-up per row; as an "exists" the planner reads every hold there is
  left join lateral (select max(state) filter (where purpose = 'service') as service, max(state) filter (where purpose = 'marketing') as marketing,
                            bool_or(on_hold_at is not null) as held
                       from consent_state where contact_point_id = c.id) s on true`;

export async function readConversation(tx: Tx, id: string): Promise<ConversationRow | null> {
  const { rows } = await sql<ConversationRow>`${CONVERSATION} where v.id = ${id}::uuid`.execute(tx);
  return rows[0] ?? null;
}

/** In no order; those that are gone are absent. */
export async function readConversations(tx: Tx, ids: readonly string[]): Promise<ConversationRow[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<ConversationRow>`${CONVERSATION} where v.id = any(${uuids(ids)})`.execute(tx);
  return rows;
}

/** Whether anybody ever wrote. */
export async function anyConversation(tx: Tx): Promise<boolean> {
  const { rows } = await sql`select 1 from conversation where last_message_at is not null limit 1`.execute(
    tx,
  );
  return rows.length > 0;
}

export async function markConversationRead(tx: Tx, id: string): Promise<void> {
  await sql`update conversation set unread = 0 where id = ${id}::uuid and unread > 0`.execute(tx);
}

/** The chat of a contact point, newest first where there are several numbers. */
export async function conversationOf(tx: Tx, contactPointId: string): Promise<string | null> {
  const { rows } = await sql<{
    id: string;
  }>`select id from conversation where contact_point_id = ${contactPointId}::uuid
     order by last_message_at desc nulls last limit 1`.execute(tx);
  return rows[0]?.id ?? null;
}
