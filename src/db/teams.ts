import { sql } from 'kysely';
import type { Tx } from './engine.ts';
import { isUuid, time, uuids } from './rows.ts';

/** The team that every installation begins with. */
export const EVERYONE = '00000000-0000-4000-8000-0000000000aa';

export interface TeamRow {
  id: string;
  name: string;
  members: { id: string; name: string }[];
}

const team = sql`t.id, t.name, coalesce((select jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name) order by lower(p.name))
  from team_member m join person p on p.id = m.person_id and p.disabled_at is null where m.team_id = t.id), '[]'::jsonb) as members`;

export async function listTeams(tx: Tx): Promise<TeamRow[]> {
  const { rows } = await sql<TeamRow>`select ${team} from team t order by lower(t.name)`.execute(tx);
  return rows;
}

export async function readTeam(tx: Tx, id: string): Promise<TeamRow | null> {
  if (!isUuid(id)) return null;
  const { rows } = await sql<TeamRow>`select ${team} from team t where t.id = ${id}::uuid`.execute(tx);
  return rows[0] ?? null;
}

/** Of these ids, the ones that are teams. */
export async function knownTeams(tx: Tx, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from team where id = any(${uuids(ids.filter(isUuid))}) for key share`.execute(tx);
  return rows.map((row) => row.id);
}

/** False where another team has the name. */
export async function insertTeam(tx: Tx, id: string, name: string, now: number): Promise<boolean> {
  const { rows } =
    await sql`insert into team (id, name, created_at) values (${id}::uuid, ${name}, ${time(now)})
    on conflict (lower(name)) do nothing returning id`.execute(tx);
  return rows.length === 1;
}

export async function isTeamNameTaken(tx: Tx, name: string, id: string): Promise<boolean> {
  const { rows } =
    await sql`select id from team where lower(name) = lower(${name}) and id <> ${id}::uuid`.execute(tx);
  return rows.length > 0;
}

export async function renameTeam(tx: Tx, id: string, name: string): Promise<void> {
  await sql`update team set name = ${name} where id = ${id}::uuid`.execute(tx);
}

/** Ids that are nobody's are passed over. */
export async function setMembers(tx: Tx, teamId: string, personIds: readonly string[]): Promise<void> {
  const ids = uuids(personIds.filter(isUuid));
  await sql`delete from team_member where team_id = ${teamId}::uuid and person_id <> all(${ids})`.execute(tx);
  await sql`insert into team_member (team_id, person_id)
    select ${teamId}::uuid, id from person where id = any(${ids}) on conflict do nothing`.execute(tx);
}

/** Whether a number's new conversations, or any conversation, belong to the team. */
export async function isTeamInUse(tx: Tx, id: string): Promise<boolean> {
  const { rows } = await sql<{ used: boolean }>`
    select exists (select 1 from channel where team_id = ${id}::uuid)
        or exists (select 1 from conversation where team_id = ${id}::uuid) as used`.execute(tx);
  return rows[0]?.used ?? false;
}

export async function deleteTeam(tx: Tx, id: string): Promise<void> {
  await sql`delete from team where id = ${id}::uuid`.execute(tx);
}

/** The team that new conversations of a number go to; null is everybody. */
export async function readChannelTeam(
  tx: Tx,
  channelId: string,
): Promise<{ id: string; name: string } | null> {
  const { rows } = await sql<{ id: string; name: string }>`
    select t.id, t.name from channel c join team t on t.id = c.team_id where c.id = ${channelId}`.execute(tx);
  return rows[0] ?? null;
}

export async function setChannelTeam(tx: Tx, channelId: string, teamId: string | null): Promise<void> {
  await sql`update channel set team_id = ${teamId}::uuid where id = ${channelId}`.execute(tx);
}
