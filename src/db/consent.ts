import { sql } from 'kysely';
import { type ConsentView, grantsCountFrom } from '../core/consent.ts';
import { PURPOSES, type Purpose } from '../core/purpose.ts';
import { customerOpenTo, type Viewer, visibleTo } from './access.ts';
import { copyConsent } from './conversations.ts';
import type { Tx } from './engine.ts';
import { iso, json, time, uuids } from './rows.ts';

/** Consent requests with the wording served, the tokens of their buttons, and what the fold last said. */

export interface StateRow {
  contactPointId: string;
  purpose: Purpose;
  state: ConsentView['state'];
  decidedAt: number | null;
  source: string | null;
  projects: boolean;
  onHoldAt: number | null;
  requestOpen: boolean;
  platformStopped: boolean;
}

/** Rewrites the copies of the fold's result for these contact points: their states, and what conversations show of them. */
export async function saveStates(
  tx: Tx,
  states: readonly { contactPointId: string; views: Record<Purpose, ConsentView> }[],
): Promise<void> {
  if (states.length === 0) return;
  const rows = states.flatMap(({ contactPointId, views }) =>
    PURPOSES.map((purpose) => {
      const view = views[purpose];
      return {
        contactPointId,
        purpose,
        state: view.state,
        decidedAt: iso(view.decidedAt),
        source: view.source,
        projects: view.projects,
        onHoldAt: iso(view.onHold?.since ?? null),
        onHoldSeq: view.onHold?.seq ?? null,
        onHoldChain: view.onHold?.chain ?? null,
        requestOpen: view.openRequest !== null,
        requestAt: iso(view.openRequest?.at ?? null),
        platformStopped: view.platformStopped,
      };
    }),
  );
  await sql`/* keyed */ insert into consent_state (contact_point_id, purpose, state, decided_at, source, projects, on_hold_at, on_hold_seq,
        on_hold_chain, request_open, request_at, platform_stopped)
    select "contactPointId", purpose, state, "decidedAt", source, projects, "onHoldAt", "onHoldSeq", "onHoldChain", "requestOpen",
           "requestAt", "platformStopped"
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as r("contactPointId" uuid, purpose text, state text, "decidedAt" timestamptz, source text, projects boolean,
             "onHoldAt" timestamptz, "onHoldSeq" integer, "onHoldChain" uuid, "requestOpen" boolean, "requestAt" timestamptz,
             "platformStopped" boolean)
    on conflict (contact_point_id, purpose) do update set state = excluded.state, decided_at = excluded.decided_at,
      source = excluded.source, projects = excluded.projects, on_hold_at = excluded.on_hold_at, on_hold_seq = excluded.on_hold_seq,
      on_hold_chain = excluded.on_hold_chain, request_open = excluded.request_open,
      request_at = excluded.request_at, platform_stopped = excluded.platform_stopped`.execute(tx);
  await copyConsent(
    tx,
    states.map((one) => one.contactPointId),
  );
}

/** The copies of what the ledger says, both purposes in no order; the gate folds the ledger itself. */
export async function statesOf(tx: Tx, ids: readonly string[]): Promise<StateRow[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<StateRow>`
    select contact_point_id as "contactPointId", purpose, state, decided_at as "decidedAt", source, projects,
           on_hold_at as "onHoldAt", request_open as "requestOpen", platform_stopped as "platformStopped"
      from consent_state where contact_point_id = any(${uuids(ids)})`.execute(tx);
  return rows;
}

export interface NewRequest {
  id: string;
  contactPointId: string;
  messageId: string;
  purpose: Purpose;
  requestedAt: number;
  messageTemplateId: string;
  messageTemplateVersion: number;
  templateName: string;
  language: string;
  category: string;
  /** The exact wording served: header, body, footer, buttons. */
  wording: unknown;
  wordingHash: string;
  basis: string;
  basisText: string | null;
  recordType: string | null;
  recordId: string | null;
  actor: string | null;
  /** The person who asked; null for what is no person. */
  actorId: string | null;
  tokens: { token: string; button: number; label: string; meaning: 'yes' | 'no' }[];
}

/** Stores consent requests with their wording, and the tokens of their buttons. */
export async function insertRequests(tx: Tx, requests: readonly NewRequest[]): Promise<void> {
  if (requests.length === 0) return;
  const rows = requests.map(({ tokens: _tokens, ...one }) => ({ ...one, requestedAt: iso(one.requestedAt) }));
  await sql`/* keyed */ insert into consent_request (id, contact_point_id, message_id, purpose, requested_at, message_template_id,
      message_template_version, template_name, language, category, wording, wording_hash, basis, basis_text, record_type, record_id, actor, actor_id)
    select id, "contactPointId", "messageId", purpose, "requestedAt", "messageTemplateId", "messageTemplateVersion", "templateName",
           language, category, wording, "wordingHash", basis, "basisText", "recordType", "recordId", actor, "actorId"
      from json_to_recordset(${JSON.stringify(rows)}::json)
        as r(id uuid, "contactPointId" uuid, "messageId" uuid, purpose text, "requestedAt" timestamptz, "messageTemplateId" uuid,
             "messageTemplateVersion" integer, "templateName" text, language text, category text, wording jsonb, "wordingHash" text,
             basis text, "basisText" text, "recordType" text, "recordId" text, actor text, "actorId" uuid)`.execute(
    tx,
  );
  const tokens = requests.flatMap(({ id: requestId, contactPointId, tokens: own }) =>
    own.map((token) => ({ ...token, contactPointId, requestId })),
  );
  await sql`/* keyed */ insert into consent_token (token, contact_point_id, request_id, button, label, meaning)
    select token, "contactPointId", "requestId", button, label, meaning
      from json_to_recordset(${JSON.stringify(tokens)}::json)
        as r(token text, "contactPointId" uuid, "requestId" uuid, button integer, label text, meaning text)`.execute(
    tx,
  );
}

export interface RequestRow {
  id: string;
  /** As the contact point is called today. */
  contactPointId: string;
  messageId: string;
  whatsappId: string | null;
  purpose: Purpose;
  at: number;
  language: string;
  recordType: string | null;
  recordId: string | null;
  messageTemplateId: string | null;
  /** The person who asked. */
  actorId: string | null;
  buttons: { label: string; meaning: 'yes' | 'no' }[];
}

/** What a history line shows of its request: wording, language, delivery times. */
export interface RequestEvidence {
  id: string;
  wording: unknown;
  wordingHash: string;
  templateName: string;
  language: string;
  category: string;
  basis: string;
  basisText: string | null;
  messageId: string;
  whatsappId: string | null;
  status: string | null;
  statusAt: number | null;
  handedAt: number | null;
  /** When WhatsApp says that it arrived and was read, by its clock; both are kept, whatever came last. */
  deliveredAt: number | null;
  readAt: number | null;
}

/** By id, the requests of these contact points, with what became of their messages. */
export async function requestEvidence(
  tx: Tx,
  contactPointIds: readonly string[],
): Promise<Map<string, RequestEvidence>> {
  if (contactPointIds.length === 0) return new Map();
  const { rows } = await sql<RequestEvidence>`
    select r.id, r.wording, r.wording_hash as "wordingHash", r.template_name as "templateName", r.language, r.category, r.basis,
           r.basis_text as "basisText", r.message_id as "messageId", m.whatsapp_id as "whatsappId", m.status,
           m.status_at as "statusAt", m.handed_at as "handedAt",
           coalesce(r.delivered_at, case when m.status = 'delivered' then m.status_at end) as "deliveredAt",
           coalesce(r.read_at, case when m.status = 'read' then m.status_at end) as "readAt"
      from consent_request r left join message m on m.id = r.message_id
     where r.contact_point_id = any(${uuids(contactPointIds)})`.execute(tx);
  return new Map(rows.map((row) => [row.id, row]));
}

/** Keeps when requests arrived and were read: of what is told twice, the first time. */
export async function noteDelivery(
  tx: Tx,
  told: readonly { messageId: string; status: 'delivered' | 'read'; at: number }[],
): Promise<void> {
  if (told.length === 0) return;
  const rows = told.map((one) => ({ ...one, at: iso(one.at) }));
  await sql`/* keyed */ update consent_request r set delivered_at = least(r.delivered_at, s.delivered), read_at = least(r.read_at, s.read)
      from (select "messageId", min(at) filter (where status = 'delivered') as delivered, min(at) filter (where status = 'read') as read
              from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as t("messageId" uuid, status text, at timestamptz)
             group by 1) s
     where r.message_id = s."messageId"`.execute(tx);
}

/** The request that a message is; null where it is none. */
export async function requestOfMessage(
  tx: Tx,
  messageId: string,
): Promise<{ id: string; contactPointId: string; purpose: Purpose } | null> {
  const { rows } = await sql<{ id: string; contactPointId: string; purpose: Purpose }>`/* keyed */
    select id, contact_point_id as "contactPointId", purpose from consent_request where message_id = ${messageId}::uuid`.execute(
    tx,
  );
  return rows[0] ?? null;
}

/**
 * Contact points whose grant is older than so many days, for expiry. Of a number that several people use the copy shows the newest
 * grant alone: those where somebody said Yes so long ago and no expiry took that in.
 */
export async function grantsOlderThan(
  tx: Tx,
  purpose: Purpose,
  { days, now, limit }: { days: number; now: number; limit: number },
): Promise<string[]> {
  const before = time(grantsCountFrom(now, days));
  const { rows } = await sql<{ id: string }>`
    (select contact_point_id as id from consent_state
      where purpose = ${purpose} and state = 'granted' and decided_at < ${before} order by decided_at limit ${limit})
    union
    (select c.id from contact_point c join consent_state s on s.contact_point_id = c.id and s.purpose = ${purpose}
      where c.shared and s.state = 'granted' and exists (
        select 1 from ledger l
         where l.contact_point_id = c.id and l.at < ${before} and ${purpose} = any(l.purposes)
           and (l.detail ->> 'meaning' = 'yes' or l.act = 'crm' and l.detail ->> 'value' = 'true')
           and not exists (select 1 from ledger e where e.contact_point_id = c.id and e.act = 'expired'
             and ${purpose} = any(e.purposes) and e.at >= l.at + make_interval(days => ${days}::integer)))
      limit ${limit})`.execute(tx);
  return rows.map((row) => row.id);
}

/** Contact points whose request waits since before that, ms: those past the days of the setting. */
export async function requestsWaitingSince(tx: Tx, before: number, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    (select contact_point_id as id from consent_state where request_open and request_at <= ${time(before)}
      order by request_at limit ${limit})
    union
    (select contact_point_id as id from consent_state where request_open and request_at is null limit ${limit})`.execute(
    tx,
  );
  return rows.map((row) => row.id);
}

export interface HeldRow {
  contactPointId: string;
  purpose: Purpose;
  at: number;
  seq: number;
  chain: string;
  name: string | null;
  phone: string | null;
  conversationId: string | null;
  text: string | null;
}

/** Where a page of those on hold ended: one message may be held for both purposes. */
export interface HeldPlace {
  at: number;
  id: string;
  purpose: Purpose;
}

/** Of `consent_state s`: the viewer sees a conversation of theirs. */
const heldBefore = (viewer: Viewer) =>
  sql`exists (select 1 from conversation v where v.contact_point_id = s.contact_point_id and ${visibleTo(viewer)})`;

/** Everybody on hold whose conversation the viewer sees, longest first. */
export async function heldRows(
  tx: Tx,
  which: { before?: number; after?: HeldPlace | null; viewer?: Viewer },
  limit: number,
): Promise<HeldRow[]> {
  const { before = null, after = null, viewer } = which;
  const seen = viewer === undefined ? sql`true` : heldBefore(viewer);
  const { rows } = await sql<HeldRow>`
    select s.contact_point_id as "contactPointId", s.purpose, s.on_hold_at as at, s.on_hold_seq as seq, s.on_hold_chain as chain,
           c.name, c.phone, v.id as "conversationId", p.content ->> 'text' as text
      from consent_state s
      join contact_point c on c.id = s.contact_point_id
      left join ledger_personal p on p.contact_point_id = s.on_hold_chain and p.seq = s.on_hold_seq
      left join lateral (select id from conversation where contact_point_id = s.contact_point_id order by last_message_at desc nulls last limit 1) v on true
     where s.on_hold_at is not null and (${time(before)} is null or s.on_hold_at < ${time(before)})
       and (${time(after?.at ?? null)} is null or (s.on_hold_at, s.contact_point_id, s.purpose)
            > (${time(after?.at ?? null)}, ${after?.id ?? null}::uuid, ${after?.purpose ?? null}::text)) and ${seen}
     order by s.on_hold_at, s.contact_point_id, s.purpose limit ${limit}`.execute(tx);
  return rows;
}

export interface PendingGrant {
  id: string;
  contactPointId: string;
  purpose: Purpose;
  /** The contact point it was recorded for was merged into this one since. */
  merged: boolean;
  /** Without the file, which may be large. */
  evidence: Record<string, unknown>;
  fileName: string | null;
  requestedBy: string;
  /** Null where an older version recorded it. */
  requestedById: string | null;
  requestedAt: number;
  phone: string | null;
  name: string | null;
}

/** Whose second person is looked for: names decide where an older version kept no id. */
export type Approver = Viewer & { name: string };

/** As one who may approve it, or may not, sees it. */
export interface GrantToApprove extends PendingGrant {
  /** The viewer recorded it, or a key did that is theirs; null: somebody else. */
  own: 'person' | 'key' | null;
}

export async function insertPendingGrant(
  tx: Tx,
  grant: {
    id: string;
    contactPointId: string;
    purpose: Purpose;
    evidence: unknown;
    requestedBy: string;
    requestedById: string;
    requestedAt: number;
  },
): Promise<void> {
  await sql`insert into pending_grant (id, contact_point_id, purpose, evidence, requested_by, requested_by_id, requested_at)
    values (${grant.id}::uuid, ${grant.contactPointId}::uuid, ${grant.purpose}, ${json(grant.evidence)}, ${grant.requestedBy},
      ${grant.requestedById}, ${time(grant.requestedAt)})`.execute(tx);
}

const GRANT_COLUMNS = sql`g.id, coalesce(c.merged_into, c.id) as "contactPointId", c.merged_into is not null as merged, g.purpose,
           g.evidence - 'file' as evidence, g.evidence #>> '{file,name}' as "fileName",
           g.requested_by as "requestedBy", g.requested_by_id as "requestedById", g.requested_at as "requestedAt", c.phone, c.name`;

const WAITING_GRANTS = sql`
      from pending_grant g join contact_point c on c.id = g.contact_point_id
     where g.decided_at is null`;

/** Of `pending_grant g`: this person recorded it. */
const recordedBy = ({ id, name }: Approver) =>
  sql<boolean>`coalesce(g.requested_by_id = ${id}, g.requested_by = ${name})`;

/** Of `pending_grant g`: a key recorded it that this person made, or made the key of that made it, and so on. */
const recordedByKeyOf = ({ id, name }: Approver) => sql<boolean>`exists (
    with recursive maker as (
      select k.created_by, k.created_by_id from api_key k where k.id::text = g.requested_by_id
       union
      select k.created_by, k.created_by_id from maker m join api_key k on k.id::text = m.created_by_id)
    select 1 from maker where coalesce(created_by_id = ${id}, created_by = ${name}))`;

const toApprove = (viewer: Approver) => sql`
    select ${GRANT_COLUMNS}, case when ${recordedBy(viewer)} then 'person' when ${recordedByKeyOf(viewer)} then 'key' end as own
    ${WAITING_GRANTS}`;

/** Of customers, `contact_point c`, whose conversation the viewer sees, or who have none. */
export const openTo = (viewer: Viewer) => customerOpenTo(viewer, sql`coalesce(c.merged_into, c.id)`);

/** A grant that waits, where this approver may see its customer. */
export async function readPendingGrant(tx: Tx, id: string, viewer: Approver): Promise<GrantToApprove | null> {
  const { rows } =
    await sql<GrantToApprove>`${toApprove(viewer)} and g.id = ${id}::uuid and ${openTo(viewer)}`.execute(tx);
  return rows[0] ?? null;
}

/** Those of one customer for one purpose, the oldest first. */
export async function waitingGrantsOf(
  tx: Tx,
  contactPointId: string,
  purpose: Purpose,
): Promise<PendingGrant[]> {
  const { rows } =
    await sql<PendingGrant>`select ${GRANT_COLUMNS} ${WAITING_GRANTS} and g.purpose = ${purpose}
       and (c.id = ${contactPointId}::uuid or c.merged_into = ${contactPointId}::uuid) order by g.requested_at, g.id`.execute(
      tx,
    );
  return rows;
}

/** Those that wait for a second person, the oldest first. */
export async function pendingGrants(
  tx: Tx,
  which: { after: { at: number; id: string } | null; viewer: Approver },
  limit: number,
): Promise<GrantToApprove[]> {
  const { after, viewer } = which;
  const { rows } = await sql<GrantToApprove>`${toApprove(viewer)} and ${openTo(viewer)}
       and (${time(after?.at ?? null)} is null or (g.requested_at, g.id) > (${time(after?.at ?? null)}, ${after?.id ?? null}::uuid))
     order by g.requested_at, g.id limit ${limit}`.execute(tx);
  return rows;
}

/** How many messages on hold and how many grants wait for this person that are not their own, each counted up to `most`. */
export async function countWaiting(
  tx: Tx,
  person: Approver,
  most: number,
): Promise<{ held: number; grants: number }> {
  const { rows } = await sql<{ held: number; grants: number }>`
    select (select count(*)::int from (
              select distinct s.contact_point_id, s.on_hold_chain, s.on_hold_seq from consent_state s
               where s.on_hold_at is not null and ${heldBefore(person)} limit ${most}) h) as held,
           (select count(*)::int from (
              select 1 from pending_grant g join contact_point c on c.id = g.contact_point_id
               where g.decided_at is null and ${openTo(person)}
                 and not ${recordedBy(person)} and not ${recordedByKeyOf(person)} limit ${most}) w) as grants`.execute(
    tx,
  );
  return rows[0] ?? { held: 0, grants: 0 };
}

/** False where somebody decided it before. */
export async function decidePendingGrant(
  tx: Tx,
  id: string,
  decision: 'approved' | 'rejected',
  by: string,
  at: number,
): Promise<boolean> {
  const { rows } =
    await sql`update pending_grant set decision = ${decision}, decided_by = ${by}, decided_at = ${time(at)}
     where id = ${id}::uuid and decided_at is null returning id`.execute(tx);
  return rows.length === 1;
}
