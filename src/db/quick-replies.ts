import { sql } from 'kysely';
import type { Tx } from './engine.ts';
import { time, uuids } from './rows.ts';

/** Texts that agents insert with `/`: everybody's, a team's, and each person's own. */

export interface QuickReplyRow {
  id: string;
  shortcut: string;
  text: string;
  team: { id: string; name: string } | null;
  /** Whose own it is; null for everybody's and a team's. */
  personId: string | null;
}

const SELECT = sql`select r.id, r.shortcut, r.text, r.person_id as "personId",
    case when t.id is not null then jsonb_build_object('id', t.id, 'name', t.name) end as team
  from quick_reply r left join team t on t.id = r.team_id`;

/** What this person may use: everybody's, their teams' (all teams' where `teams` is null), their own. */
export async function listQuickReplies(
  tx: Tx,
  viewer: { personId: string | null; teams: readonly string[] | null },
): Promise<QuickReplyRow[]> {
  const { rows } = await sql<QuickReplyRow>`${SELECT}
     where (r.person_id is null and (r.team_id is null or ${viewer.teams === null} or r.team_id = any(${uuids(viewer.teams ?? [])})))
        or r.person_id = ${viewer.personId}::uuid
     order by lower(r.shortcut), r.id limit 1000`.execute(tx);
  return rows;
}

export async function readQuickReply(tx: Tx, id: string): Promise<QuickReplyRow | null> {
  const { rows } = await sql<QuickReplyRow>`${SELECT} where r.id = ${id}::uuid`.execute(tx);
  return rows[0] ?? null;
}

export interface SavedQuickReply {
  id: string;
  shortcut: string;
  text: string;
  teamId: string | null;
  personId: string | null;
  at: number;
}

/** Makes or changes one. False: the shortcut is taken where this one would be used. */
export async function saveQuickReply(tx: Tx, row: SavedQuickReply): Promise<boolean> {
  const { rows: taken } = await sql`select id from quick_reply
     where lower(shortcut) = lower(${row.shortcut}) and team_id is not distinct from ${row.teamId}::uuid
       and person_id is not distinct from ${row.personId}::uuid and id <> ${row.id}::uuid`.execute(tx);
  if (taken.length > 0) return false;
  await sql`insert into quick_reply (id, shortcut, text, team_id, person_id, updated_at)
    values (${row.id}::uuid, ${row.shortcut}, ${row.text}, ${row.teamId}::uuid, ${row.personId}::uuid, ${time(row.at)})
    on conflict (id) do update set shortcut = excluded.shortcut, text = excluded.text, team_id = excluded.team_id,
      person_id = excluded.person_id, updated_at = excluded.updated_at`.execute(tx);
  return true;
}

/** Waits for whoever else changes quick replies: two of one shortcut never meet at the index. */
export async function lockQuickReplies(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('quick_reply'))`.execute(tx);
}

export async function deleteQuickReply(tx: Tx, id: string): Promise<void> {
  await sql`delete from quick_reply where id = ${id}::uuid`.execute(tx);
}
