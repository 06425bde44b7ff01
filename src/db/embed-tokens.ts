import { sql } from 'kysely';
import type { Tx } from './engine.ts';
import type { PersonRow } from './people.ts';
import { time } from './rows.ts';

/** Tokens of chats inside other applications. Each stands on a sign-in (db/sessions.ts) and is worth nothing without it. */

export interface EmbedTokenRow {
  /** What the tokens of one frame share, as each replaces the one before. */
  family: string;
  signInId: string;
  /** Whose page holds the frame. */
  origin: string;
  expiresAt: number;
  replacedAt: number | null;
  person: PersonRow;
  /** The setting `role-rights` as it is stored. */
  roleRights: unknown;
}

export async function insertEmbedToken(
  tx: Tx,
  token: {
    tokenHash: string;
    family: string;
    signInId: string;
    personId: string;
    origin: string;
    now: number;
    expiresAt: number;
  },
): Promise<void> {
  await sql`insert into embed_token (token_hash, family, sign_in_id, person_id, origin, created_at, expires_at)
    values (${token.tokenHash}, ${token.family}::uuid, ${token.signInId}::uuid, ${token.personId}::uuid, ${token.origin},
      ${time(token.now)}, ${time(token.expiresAt)})`.execute(tx);
}

/** Whatever its age, while its sign-in has a session that stands. Nothing for a person who is disabled. */
export async function readEmbedToken(tx: Tx, tokenHash: string, now: number): Promise<EmbedTokenRow | null> {
  const { rows } = await sql<Omit<EmbedTokenRow, 'person'> & PersonRow>`
    select e.family, e.sign_in_id as "signInId", e.origin, e.expires_at as "expiresAt", e.replaced_at as "replacedAt",
           p.id, p.name, p.role, array(select team_id::text from team_member where person_id = p.id) as teams,
           (select value from setting where name = 'role-rights') as "roleRights"
      from embed_token e join person p on p.id = e.person_id and p.disabled_at is null
     where e.token_hash = ${tokenHash} and exists (select 1 from session s
       where s.sign_in_id = e.sign_in_id and s.person_id = e.person_id and s.expires_at > ${time(now)})`.execute(
    tx,
  );
  const row = rows[0];
  if (row === undefined) return null;
  const { id, name, role, teams, ...token } = row;
  return { ...token, person: { id, name, role, teams } };
}

/** Whether a frame still holds a token that is good. */
export async function embedFamilyStands(tx: Tx, family: string, now: number): Promise<boolean> {
  const { rows } = await sql`select 1 from embed_token e
     where e.family = ${family}::uuid and e.expires_at > ${time(now)} and exists (select 1 from session s
       where s.sign_in_id = e.sign_in_id and s.person_id = e.person_id and s.expires_at > ${time(now)}) limit 1`.execute(
    tx,
  );
  return rows.length > 0;
}

/** Marks a token as replaced by the next of its frame; whatever replaced it before stays. */
export async function replaceEmbedToken(
  tx: Tx,
  tokenHash: string,
  now: number,
  graceUntil: number,
): Promise<void> {
  await sql`update embed_token set replaced_at = ${time(now)}, expires_at = least(expires_at, ${time(graceUntil)})
    where token_hash = ${tokenHash} and replaced_at is null`.execute(tx);
}

export async function deleteEmbedFamily(tx: Tx, family: string): Promise<void> {
  await sql`delete from embed_token where family = ${family}::uuid`.execute(tx);
}

/** Replaced ones are kept for a while: one that comes back was stolen (actions/embed-tokens.ts). */
export async function deleteOldEmbedTokens(tx: Tx, now: number, keepReplaced: number): Promise<void> {
  await sql`delete from embed_token where expires_at < ${time(now)}
    and (replaced_at is null or expires_at < ${time(now - keepReplaced)})`.execute(tx);
}
