import { sql } from 'kysely';
import type { Tx } from './engine.ts';
import { time } from './rows.ts';

/** Sign-ins by OpenID Connect that a browser began and has not come back from. */
export interface OidcSignIn {
  nonce: string;
  codeVerifier: string;
  next: string | null;
}

export async function insertOidcSignIn(
  tx: Tx,
  row: OidcSignIn & { stateHash: string; browserHash: string; expiresAt: number },
): Promise<void> {
  await sql`insert into oidc_sign_in (state_hash, browser_hash, nonce, code_verifier, next, expires_at)
    values (${row.stateHash}, ${row.browserHash}, ${row.nonce}, ${row.codeVerifier}, ${row.next}, ${time(row.expiresAt)})`.execute(
    tx,
  );
}

/** Takes it away, so that a state counts once; null for another browser, or too late. */
export async function takeOidcSignIn(
  tx: Tx,
  stateHash: string,
  browserHash: string,
  now: number,
): Promise<OidcSignIn | null> {
  const { rows } = await sql<OidcSignIn>`delete from oidc_sign_in
    where state_hash = ${stateHash} and browser_hash = ${browserHash} and expires_at > ${time(now)}
    returning nonce, code_verifier as "codeVerifier", next`.execute(tx);
  return rows[0] ?? null;
}

export async function deleteOldOidcSignIns(tx: Tx, now: number): Promise<void> {
  await sql`delete from oidc_sign_in where expires_at < ${time(now)}`.execute(tx);
}
