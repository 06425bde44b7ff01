import { sql } from 'kysely';
import type { Tx } from './engine.ts';
import { time } from './rows.ts';

/** A session under a new token: it keeps the moment the person signed in, which bounds it for good. */
export async function continueSession(
  tx: Tx,
  session: { tokenHash: string; personId: string; signedInAt: number; now: number; expiresAt: number },
): Promise<void> {
  await sql`insert into session (token_hash, person_id, created_at, seen_at, expires_at)
    values (${session.tokenHash}, ${session.personId}::uuid, ${time(session.signedInAt)}, ${time(session.now)}, ${time(session.expiresAt)})`.execute(
    tx,
  );
}

/** Whose link this is or was. */
export async function personOfLink(tx: Tx, tokenHash: string): Promise<string | null> {
  const { rows } = await sql<{ personId: string }>`
    select person_id as "personId" from sign_in_link where token_hash = ${tokenHash}`.execute(tx);
  return rows[0]?.personId ?? null;
}

/** Ends the session of this token and every token that came before or after it: all of one sign-in. */
export async function deleteSignIn(tx: Tx, tokenHash: string): Promise<string[]> {
  const { rows } = await sql<{ tokenHash: string }>`
    delete from session where (person_id, created_at) in (select person_id, created_at from session where token_hash = ${tokenHash})
    returning token_hash as "tokenHash"`.execute(tx);
  return rows.map((row) => row.tokenHash);
}
