import { type RawBuilder, sql } from 'kysely';
import type { Candidate, Named, Ownership } from '../core/ownership.ts';
import type { Tx } from './engine.ts';
import { iso, time, uuids } from './rows.ts';

/** Who answers a conversation: the row itself, offers to colleagues, who was asked in, who dismissed it. */

export interface OwnershipRow extends Ownership {
  id: string;
  contactPointId: string;
  /** People who were asked in, ids. */
  discussing: string[];
}

/**
 * Locks the conversation and reads who answers it; null where there is none. Two statements: the second sees what was
 * committed while the first waited. `no key update` lets rows that merely refer to the conversation be written meanwhile.
 */
export async function lockOwnership(tx: Tx, id: string): Promise<OwnershipRow | null> {
  const { rows } = await sql`select id from conversation where id = ${id}::uuid for no key update`.execute(
    tx,
  );
  return rows.length === 0 ? null : readOwnership(tx, id);
}

/** Takes the lock only where nobody holds it. */
export async function tryLockOwnership(tx: Tx, id: string): Promise<OwnershipRow | null> {
  const { rows } =
    await sql`select id from conversation where id = ${id}::uuid for no key update skip locked`.execute(tx);
  return rows.length === 0 ? null : readOwnership(tx, id);
}

/** As core/ownership.ts judges it; not locked. */
export async function readOwnership(tx: Tx, id: string): Promise<OwnershipRow | null> {
  interface Row extends Omit<OwnershipRow, 'offer'> {
    offer: (Omit<NonNullable<Ownership['offer']>, 'expiresAt'> & { expiresAt: string | null }) | null;
  }
  const { rows } = await sql<Row>`
    select v.id, v.contact_point_id as "contactPointId", v.status, v.owner_active_at as "ownerActiveAt", c.blocked,
           jsonb_build_object('id', t.id, 'name', t.name) as team,
           (select jsonb_build_object('id', p.id, 'name', p.name, 'active', p.disabled_at is null and p.role <> 'auditor')
              from person p where p.id = v.owner_id) as owner,
           (select jsonb_build_object('id', a.id, 'expiresAt', a.expires_at, 'to', jsonb_build_object('id', b.id, 'name', b.name),
                     'from', (select jsonb_build_object('id', f.id, 'name', f.name) from person f where f.id = a.from_id))
              from assignment a join person b on b.id = a.to_id where a.conversation_id = v.id and a.outcome is null) as offer,
           array(select person_id::text from discussion where conversation_id = v.id and ended_at is null) as discussing
      from conversation v join contact_point c on c.id = v.contact_point_id join team t on t.id = v.team_id
     where v.id = ${id}::uuid`.execute(tx);
  const row = rows[0];
  if (row === undefined) return null;
  const { offer } = row;
  if (offer === null) return { ...row, offer };
  return {
    ...row,
    offer: { ...offer, expiresAt: offer.expiresAt === null ? null : Date.parse(offer.expiresAt) },
  };
}

/** The conversation of a contact point and channel, where there is one. */
export async function conversationIdOf(
  tx: Tx,
  contactPointId: string,
  channelId: string,
): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    select id from conversation where contact_point_id = ${contactPointId}::uuid and channel_id = ${channelId}`.execute(
    tx,
  );
  return rows[0]?.id ?? null;
}

/** A new owner, or the team (null). */
export async function setOwner(tx: Tx, id: string, ownerId: string | null, now: number): Promise<void> {
  const since = time(ownerId === null ? null : now);
  await sql`update conversation set owner_id = ${ownerId}::uuid, owner_since = ${since}, owner_active_at = ${since}
     where id = ${id}::uuid`.execute(tx);
  if (ownerId !== null)
    await sql`delete from dismissal where conversation_id = ${id}::uuid and person_id = ${ownerId}::uuid`.execute(
      tx,
    );
}

/** The owner did something here. */
export async function markOwnerActive(tx: Tx, id: string, personId: string, now: number): Promise<void> {
  await sql`update conversation set owner_active_at = ${time(now)}
     where id = ${id}::uuid and owner_id = ${personId}::uuid and owner_active_at < ${time(now)}`.execute(tx);
}

/** Remembers who owned it last, for the customer's next message. Nobody waits any more and nothing is unread. */
export async function setClosed(
  tx: Tx,
  id: string,
  previousOwnerId: string | null,
  now: number,
): Promise<void> {
  await sql`update conversation set status = 'closed', closed_at = ${time(now)}, previous_owner_id = ${previousOwnerId}::uuid,
        owner_id = null, owner_since = null, owner_active_at = null, waiting_since = null, waiting_reminded = false, unread = 0
     where id = ${id}::uuid`.execute(tx);
  await sql`update discussion set ended_at = ${time(now)} where conversation_id = ${id}::uuid and ended_at is null`.execute(
    tx,
  );
}

export async function setOpen(tx: Tx, id: string): Promise<void> {
  await sql`update conversation set status = 'open', closed_at = null where id = ${id}::uuid`.execute(tx);
}

export async function setTeam(tx: Tx, id: string, teamId: string): Promise<void> {
  await sql`update conversation set team_id = ${teamId}::uuid where id = ${id}::uuid`.execute(tx);
}

/** Somebody answered: nobody waits. */
export async function setAnswered(tx: Tx, ids: readonly string[]): Promise<void> {
  await sql`update conversation set waiting_since = null, waiting_reminded = false
     where id = any(${uuids(ids)}) and waiting_since is not null`.execute(tx);
}

/** A blocked customer waits for nobody and makes nothing unread, in any of their conversations. Answers those. */
export async function setBlocked(tx: Tx, contactPointId: string, blocked: boolean): Promise<string[]> {
  await sql`update contact_point set blocked = ${blocked} where id = ${contactPointId}::uuid`.execute(tx);
  const { rows } = await sql<{ id: string }>`
    update conversation set waiting_since = null, waiting_reminded = false, unread = 0
     where contact_point_id = ${contactPointId}::uuid returning id`.execute(tx);
  return rows.map((row) => row.id);
}

export async function insertOffer(
  tx: Tx,
  offer: {
    id: string;
    conversationId: string;
    fromId: string | null;
    toId: string;
    reason: string | null;
    at: number;
    expiresAt: number | null;
  },
): Promise<void> {
  await sql`insert into assignment (id, conversation_id, from_id, to_id, reason, created_at, expires_at)
    values (${offer.id}::uuid, ${offer.conversationId}::uuid, ${offer.fromId}::uuid, ${offer.toId}::uuid, ${offer.reason},
      ${time(offer.at)}, ${time(offer.expiresAt)})`.execute(tx);
}

export async function settleOffer(
  tx: Tx,
  id: string,
  outcome: 'accepted' | 'rejected' | 'withdrawn' | 'timed-out',
  reason: string | null,
  now: number,
): Promise<void> {
  await sql`update assignment set outcome = ${outcome}, outcome_reason = ${reason}, decided_at = ${time(now)}
     where id = ${id}::uuid and outcome is null`.execute(tx);
}

/** Hides a conversation from a person; false where it is hidden already. */
export async function insertDismissal(tx: Tx, id: string, personId: string, now: number): Promise<boolean> {
  const { rows } = await sql`insert into dismissal (conversation_id, person_id, at)
    values (${id}::uuid, ${personId}::uuid, ${time(now)}) on conflict do nothing returning person_id`.execute(
    tx,
  );
  return rows.length === 1;
}

/** Asks a colleague in; false where they are in already. */
export async function startDiscussion(
  tx: Tx,
  id: string,
  personId: string,
  invitedBy: string | null,
  now: number,
): Promise<boolean> {
  const { rows } = await sql`insert into discussion (conversation_id, person_id, invited_by, started_at)
    select ${id}::uuid, ${personId}::uuid, ${invitedBy}::uuid, ${time(now)}
     where not exists (select 1 from discussion
            where conversation_id = ${id}::uuid and person_id = ${personId}::uuid and ended_at is null)
    on conflict do nothing returning person_id`.execute(tx);
  return rows.length === 1;
}

/** Who asked this colleague in; undefined where they are not in. */
export async function discussionOf(
  tx: Tx,
  id: string,
  personId: string,
): Promise<{ person: Named; invitedBy: string | null } | undefined> {
  const { rows } = await sql<{ person: Named; invitedBy: string | null }>`
    select jsonb_build_object('id', p.id, 'name', p.name) as person, d.invited_by as "invitedBy"
      from discussion d join person p on p.id = d.person_id
     where d.conversation_id = ${id}::uuid and d.person_id = ${personId}::uuid and d.ended_at is null`.execute(
    tx,
  );
  return rows[0];
}

export async function endDiscussion(tx: Tx, id: string, personId: string, now: number): Promise<void> {
  await sql`update discussion set ended_at = ${time(now)}
     where conversation_id = ${id}::uuid and person_id = ${personId}::uuid and ended_at is null`.execute(tx);
}

export interface Colleague extends Candidate {
  role: 'administrator' | 'agent' | 'auditor';
  lastSeenAt: number | null;
  teams: string[];
}

/** These people, or all who may sign in; `answering` are the roles that hold the right to chat. */
export async function colleagues(
  tx: Tx,
  answering: readonly string[],
  ids: readonly string[] | null,
): Promise<Colleague[]> {
  const { rows } = await sql<Colleague>`
    select p.id, p.name, p.role, p.disabled_at is null as active, p.role = any(${answering as string[]}::text[]) as "mayAnswer",
           p.last_seen_at as "lastSeenAt", array(select team_id::text from team_member where person_id = p.id) as teams
      from person p
     where ${ids === null ? sql`p.disabled_at is null` : sql`p.id = any(${uuids(ids)})`}
     order by lower(p.name), p.id limit 1000`.execute(tx);
  return rows;
}

/** They are here; noted at most once a minute. */
export async function touchSeen(tx: Tx, ids: readonly string[], now: number): Promise<void> {
  if (ids.length === 0) return;
  await sql`update person set last_seen_at = ${time(now)}
     where id = any(${uuids(ids)}) and (last_seen_at is null or last_seen_at <= ${time(now - 60_000)})`.execute(
    tx,
  );
}

export interface Reopened {
  id: string;
  teamId: string;
  /** Who owned it when it was closed. */
  previousOwnerId: string | null;
}

/** Opens those of these conversations that are closed, and answers them. */
export async function reopen(tx: Tx, ids: readonly string[]): Promise<Reopened[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<Reopened>`update conversation set status = 'open', closed_at = null
     where id = any(${uuids(ids)}) and status = 'closed'
    returning id, team_id as "teamId", previous_owner_id as "previousOwnerId"`.execute(tx);
  return rows;
}

/** Conversations of two customers in one channel: `o` is the one that stays. */
const mergedPair = (fromContact: string, intoContact: string): RawBuilder<unknown> => sql`
  from conversation old join conversation o on o.contact_point_id = ${intoContact}::uuid and o.channel_id = old.channel_id
   where old.contact_point_id = ${fromContact}::uuid`;

/** Offers of conversations that become part of another one; answers them. Before `mergeOwnership`. */
export async function withdrawMergedOffers(
  tx: Tx,
  fromContact: string,
  intoContact: string,
  now: number,
): Promise<{ id: string; toId: string }[]> {
  const { rows } = await sql<{ id: string; toId: string }>`
    update assignment a set outcome = 'withdrawn', decided_at = ${time(now)}
     where a.outcome is null and a.conversation_id in (select old.id ${mergedPair(fromContact, intoContact)})
    returning a.id, a.to_id as "toId"`.execute(tx);
  return rows;
}

/** Two conversations become one (their customers turned out to be one person): nothing about the old one is lost. */
export async function mergeOwnership(tx: Tx, fromContact: string, intoContact: string): Promise<void> {
  const pair = mergedPair(fromContact, intoContact);
  await sql`update conversation o
       set waiting_since = least(o.waiting_since, old.waiting_since), owner_id = coalesce(o.owner_id, old.owner_id),
           owner_since = case when o.owner_id is null then old.owner_since else o.owner_since end,
           owner_active_at = case when o.owner_id is null then old.owner_active_at else o.owner_active_at end,
           status = case when old.status = 'open' then 'open' else o.status end
      from conversation old
     where old.contact_point_id = ${fromContact}::uuid and o.contact_point_id = ${intoContact}::uuid and o.channel_id = old.channel_id`.execute(
    tx,
  );
  for (const table of ['assignment', 'trace', 'notification', 'discussion'] as const)
    await sql`update ${sql.table(table)} x set conversation_id = p.into_id
        from (select old.id as from_id, o.id as into_id ${pair}) p where x.conversation_id = p.from_id`.execute(
      tx,
    );
  await sql`delete from dismissal where conversation_id in (select old.id ${pair})`.execute(tx);
}

/** Offers that ran out. */
export async function expiredOffers(tx: Tx, now: number, limit: number): Promise<string[]> {
  return idsOf(
    tx,
    sql`select conversation_id as id from assignment where outcome is null and expires_at <= ${time(now)}
     order by expires_at limit ${limit}`,
  );
}

/** Open conversations without a message since `before` in which no customer waits, locked as they are found. */
export async function quietSince(tx: Tx, before: number, limit: number): Promise<string[]> {
  return idsOf(
    tx,
    sql`select id from conversation where status = 'open' and waiting_since is null and last_message_at < ${time(before)}
     order by last_message_at limit ${limit} for no key update skip locked`,
  );
}

/** Conversations whose owner cannot answer any more: disabled, or without the right. */
export async function ownedByAbsent(tx: Tx, answering: readonly string[], limit: number): Promise<string[]> {
  return idsOf(
    tx,
    sql`select v.id from person p join conversation v on v.owner_id = p.id
     where p.disabled_at is not null or not (p.role = any(${answering as string[]}::text[])) limit ${limit}`,
  );
}

async function idsOf(tx: Tx, query: ReturnType<typeof sql>): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`${query}`.execute(tx);
  return rows.map((row) => row.id);
}

/** Whom a waiting customer concerns: the owner, or whom it is offered to, or those of the team who may answer. */
const concerned = (
  answering: readonly string[],
) => sql`case when v.owner_id is not null then array[v.owner_id::text]
        else coalesce(
          (select array[a.to_id::text] from assignment a where a.conversation_id = v.id and a.outcome is null),
          array(select p.id::text from team_member m join person p on p.id = m.person_id and p.disabled_at is null
             where m.team_id = v.team_id and p.role = any(${answering as string[]}::text[])
               and not exists (select 1 from dismissal d where d.conversation_id = v.id and d.person_id = p.id)))
      end`;

/** Waits that nobody was reminded of, marked as reminded: who waits since before `before`, and whom that concerns. */
export async function takeOverdueWaits(
  tx: Tx,
  before: number,
  answering: readonly string[],
  limit: number,
): Promise<{ id: string; contactPointId: string; since: number; people: string[] }[]> {
  const { rows } = await sql<{ id: string; contactPointId: string; since: number; people: string[] }>`
    with due as (select id from conversation where waiting_since is not null and not waiting_reminded and waiting_since <= ${time(before)}
       order by waiting_since limit ${limit} for no key update skip locked)
    update conversation v set waiting_reminded = true from due where v.id = due.id
    returning v.id, v.contact_point_id as "contactPointId", v.waiting_since as since, ${concerned(answering)} as people`.execute(
    tx,
  );
  return rows;
}

/**
 * Conversations whose customer waits and whose last message came between two moments (WhatsApp's clock), with those whom
 * that concerns and who have not heard of it.
 */
export async function closingWindows(
  tx: Tx,
  from: number,
  to: number,
  answering: readonly string[],
  limit: number,
): Promise<{ id: string; lastInboundAt: number; people: string[] }[]> {
  const { rows } = await sql<{ id: string; lastInboundAt: number; people: string[] }>`
    select id, "lastInboundAt", people from (
      select v.id, c.last_inbound_at as "lastInboundAt", array(select person from unnest(${concerned(answering)}) person
          where not exists (select 1 from notification n where n.person_id = person::uuid
             and n.reason_key = 'window-closing:' || v.id || ':' || (extract(epoch from c.last_inbound_at) * 1000)::bigint)) as people
        from conversation v join contact_point c on c.id = v.contact_point_id
       where v.waiting_since is not null and c.last_inbound_at > ${time(from)} and c.last_inbound_at <= ${time(to)}) w
     where cardinality(people) > 0 limit ${limit}`.execute(tx);
  return rows;
}

/** Which of these had no automatic answer since the closed period began. */
export async function notAwayAnswered(
  tx: Tx,
  ids: readonly string[],
  since: number | null,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select id from conversation where id = any(${uuids(ids)})
     and (away_answered_at is null or away_answered_at < ${time(since)})`.execute(tx);
  return rows.map((row) => row.id);
}

export async function setAwayAnswered(tx: Tx, id: string, now: number): Promise<void> {
  await sql`update conversation set away_answered_at = ${iso(now)}::timestamptz where id = ${id}::uuid`.execute(
    tx,
  );
}
