import { sql } from 'kysely';
import type { Tx } from './engine.ts';
import type { PersonRow } from './people.ts';
import { isUuid, time } from './rows.ts';

/**
 * Sessions. One sign-in has one session after the other, as its token is replaced by rotation; `signInId` is what they
 * share, and what a person sees and revokes.
 */

export type SignInMethod = 'link' | 'password' | 'oidc';

/** How a sign-in came about, as the person is shown it. */
export interface SignInOrigin {
  method: SignInMethod;
  userAgent: string | null;
  address: string | null;
  /** OpenID Connect: what the issuer is told at sign-out. */
  idToken: string | null;
}

export interface SessionRow extends SignInOrigin {
  tokenHash: string;
  signInId: string;
  createdAt: number;
  seenAt: number;
  usedAt: number;
  expiresAt: number;
  replacedAt: number | null;
  person: PersonRow;
  /** The setting `role-rights` as it is stored, read with the session so that a right taken away acts at once. */
  roleRights: unknown;
}

/** A session under a new token keeps the moment of its sign-in (`signedInAt`), which bounds it for good. */
export async function insertSession(
  tx: Tx,
  session: SignInOrigin & {
    tokenHash: string;
    signInId: string;
    personId: string;
    signedInAt: number;
    now: number;
    expiresAt: number;
  },
): Promise<void> {
  await sql`insert into session (token_hash, sign_in_id, person_id, created_at, seen_at, used_at, expires_at, method, user_agent, address, id_token)
    values (${session.tokenHash}, ${session.signInId}::uuid, ${session.personId}::uuid, ${time(session.signedInAt)}, ${time(session.now)},
      ${time(session.now)}, ${time(session.expiresAt)}, ${session.method}, ${session.userAgent}, ${session.address}, ${session.idToken})`.execute(
    tx,
  );
  await markSeen(tx, session.personId, session.now);
}

/** The session of this token, whatever its age. Nothing for a person who is disabled. */
export async function readSession(tx: Tx, tokenHash: string): Promise<SessionRow | null> {
  const { rows } = await sql<Omit<SessionRow, 'person'> & PersonRow>`
    select s.token_hash as "tokenHash", s.sign_in_id as "signInId", s.created_at as "createdAt", s.seen_at as "seenAt",
           s.used_at as "usedAt", s.expires_at as "expiresAt", s.replaced_at as "replacedAt", s.method,
           s.user_agent as "userAgent", s.address, s.id_token as "idToken", p.id, p.name, p.role,
           array(select team_id::text from team_member where person_id = p.id) as teams,
           (select value from setting where name = 'role-rights') as "roleRights"
      from session s join person p on p.id = s.person_id and p.disabled_at is null where s.token_hash = ${tokenHash}`.execute(
    tx,
  );
  const row = rows[0];
  if (row === undefined) return null;
  const { id, name, role, teams, ...session } = row;
  return { ...session, person: { id, name, role, teams } };
}

/** Marks a session as replaced by a newer token; false where another request did it first. */
export async function replaceSession(
  tx: Tx,
  tokenHash: string,
  now: number,
  graceUntil: number,
): Promise<boolean> {
  const { rows } =
    await sql`update session set replaced_at = ${time(now)}, expires_at = ${time(graceUntil)}, id_token = null
     where token_hash = ${tokenHash} and replaced_at is null returning token_hash`.execute(tx);
  return rows.length === 1;
}

/** The sessions of a person get a new token with their next request. */
export async function makeRotationDue(tx: Tx, personId: string): Promise<void> {
  await sql`update session set seen_at = created_at - interval '7 days'
    where person_id = ${personId}::uuid and replaced_at is null`.execute(tx);
}

/** That a session and its person were there just now. */
export async function touchSession(tx: Tx, tokenHash: string, personId: string, now: number): Promise<void> {
  await sql`update session set used_at = ${time(now)} where token_hash = ${tokenHash}`.execute(tx);
  await markSeen(tx, personId, now);
}

async function markSeen(tx: Tx, personId: string, now: number): Promise<void> {
  await sql`update person set last_seen_at = ${time(now)} where id = ${personId}::uuid`.execute(tx);
}

/** Ends a sign-in under every token it had. */
export async function deleteSignIn(tx: Tx, signInId: string): Promise<string[]> {
  const { rows } = await sql<{ tokenHash: string }>`
    delete from session where sign_in_id = ${signInId}::uuid returning token_hash as "tokenHash"`.execute(tx);
  return rows.map((row) => row.tokenHash);
}

/** Ends a person's sign-ins: one, all, or all but one. Answers how many sign-ins ended. */
export async function deleteSignInsOf(
  tx: Tx,
  personId: string,
  which: { only?: string; except?: string } = {},
): Promise<number> {
  const { only = null, except = null } = which;
  if (only !== null && !isUuid(only)) return 0;
  const { rows } = await sql<{ signInId: string }>`delete from session where person_id = ${personId}::uuid
    and (${only}::uuid is null or sign_in_id = ${only}::uuid) and (${except}::uuid is null or sign_in_id <> ${except}::uuid)
    returning sign_in_id as "signInId"`.execute(tx);
  return new Set(rows.map((row) => row.signInId)).size;
}

export interface ListedSession {
  id: string;
  method: SignInMethod;
  userAgent: string | null;
  address: string | null;
  signedInAt: number;
  seenAt: number;
}

/** A person's sign-ins that stand, the newest first. */
export async function sessionsOf(tx: Tx, personId: string, now: number): Promise<ListedSession[]> {
  const { rows } =
    await sql<ListedSession>`select distinct on (created_at, sign_in_id) sign_in_id as id, method,
      user_agent as "userAgent", address, created_at as "signedInAt", used_at as "seenAt"
    from session where person_id = ${personId}::uuid and expires_at > ${time(now)}
    order by created_at desc, sign_in_id, used_at desc limit 100`.execute(tx);
  return rows;
}

/** Replaced tokens are kept as long as their sign-in can last: one that comes back was stolen (actions/sessions.ts). */
export async function deleteOldSessions(tx: Tx, now: number, keepReplaced: number): Promise<void> {
  await sql`delete from session where expires_at < ${time(now)}
    and (replaced_at is null or created_at < ${time(now - keepReplaced)})`.execute(tx);
}
