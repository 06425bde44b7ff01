import { type RawBuilder, sql } from 'kysely';
import type { Tx } from './engine.ts';
import { isUuid, uuids } from './rows.ts';

/** Who looks: a person or a key. `teams` are the ids of the teams whose conversations they see; null sees all. */
export interface Viewer {
  id: string;
  teams: readonly string[] | null;
}

/**
 * The one rule of who sees a conversation, as a condition on the row `v` of `conversation`: those of one's teams, and
 * those one answers, is offered, or was asked into.
 */
export function visibleTo(viewer: Viewer): RawBuilder<boolean> {
  if (viewer.teams === null) return sql<boolean>`true`;
  const ofTeams = sql<boolean>`v.team_id = any(${uuids(viewer.teams)})`;
  return isUuid(viewer.id) ? sql<boolean>`(${ofTeams} or ${personallyOf(viewer.id)})` : ofTeams;
}

/** Conversations a person has to do with by name: the list's view "mine". */
export function personallyOf(personId: string): RawBuilder<boolean> {
  return sql<boolean>`(v.owner_id = ${personId}::uuid
    or v.id in (select conversation_id from assignment where to_id = ${personId}::uuid and outcome is null)
    or v.id in (select conversation_id from discussion where person_id = ${personId}::uuid and ended_at is null))`;
}

/** The contact point of a conversation the viewer may see; null where there is none or they may not. */
export async function conversationSeen(
  tx: Tx,
  id: string,
  viewer: Viewer,
): Promise<{ id: string; contactPointId: string } | null> {
  const { rows } = await sql<{ id: string; contactPointId: string }>`
    select v.id, v.contact_point_id as "contactPointId" from conversation v
     where v.id = ${id}::uuid and ${visibleTo(viewer)}`.execute(tx);
  return rows[0] ?? null;
}

/**
 * Of a customer's conversations, the newest that the viewer may see; `another` where there are some and they see none. A
 * customer without a conversation is nobody's secret.
 */
export async function conversationWith(
  tx: Tx,
  contactPointId: string,
  viewer: Viewer,
): Promise<{ id: string | null; another: boolean }> {
  const { rows } = await sql<{ id: string; seen: boolean }>`
    select v.id, ${visibleTo(viewer)} as seen from conversation v where v.contact_point_id = ${contactPointId}::uuid
     order by seen desc, v.last_message_at desc nulls last limit 1`.execute(tx);
  const first = rows[0];
  return { id: first?.seen === true ? first.id : null, another: first !== undefined && !first.seen };
}

/** The same as a condition on a contact point: it has no conversation, or one that the viewer sees. */
export const customerOpenTo = (viewer: Viewer, contactPointId: RawBuilder<unknown>): RawBuilder<boolean> =>
  viewer.teams === null
    ? sql<boolean>`true`
    : sql<boolean>`(not exists (select 1 from conversation where contact_point_id = ${contactPointId})
        or exists (select 1 from conversation v where v.contact_point_id = ${contactPointId} and ${visibleTo(viewer)}))`;

/** Which of these conversations the viewer may see. */
export async function seenAmong(
  tx: Tx,
  ids: readonly (string | null)[],
  viewer: Viewer,
): Promise<ReadonlySet<string>> {
  const named = ids.filter((id) => id !== null);
  if (viewer.teams === null || named.length === 0) return new Set(named);
  const { rows } = await sql<{ id: string }>`
    select v.id from conversation v where v.id = any(${uuids(named)}) and ${visibleTo(viewer)}`.execute(tx);
  return new Set(rows.map((row) => row.id));
}

/** The conversation of a message the viewer may see. */
export async function conversationOfMessageSeen(
  tx: Tx,
  messageId: string,
  viewer: Viewer,
): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    select v.id from message m join conversation v on v.id = m.conversation_id
     where m.id = ${messageId}::uuid and ${visibleTo(viewer)}`.execute(tx);
  return rows[0]?.id ?? null;
}

/** Who may see a conversation, seen from it: the teams' rule and the personal one of `visibleTo`. */
export interface Audience {
  id: string;
  contactPointId: string;
  teamId: string;
  /** Who answers it, is offered it, or was asked into it. */
  people: string[];
}

/** The audience of each of these conversations, and of those of these contact points, as it stands. */
export async function audiencesOf(
  tx: Tx,
  { conversationIds, contactPointIds }: Record<'conversationIds' | 'contactPointIds', readonly string[]>,
): Promise<Audience[]> {
  const { rows } = await sql<Audience>`/* keyed */
    select v.id, v.contact_point_id as "contactPointId", v.team_id as "teamId",
           array(select v.owner_id::text where v.owner_id is not null
                 union select to_id::text from assignment where conversation_id = v.id and outcome is null
                 union select person_id::text from discussion where conversation_id = v.id and ended_at is null) as people
      from conversation v
     where v.id in (select unnest(${uuids(conversationIds.filter(isUuid))})
                    union select id from conversation where contact_point_id = any(${uuids(contactPointIds.filter(isUuid))}))`.execute(
    tx,
  );
  return rows;
}
