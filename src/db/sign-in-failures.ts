import { sql } from 'kysely';
import type { Tx } from './engine.ts';
import { texts, time } from './rows.ts';

/** Tries without a right password in a row per e-mail address, known or not, under a keyed hash of it. */

export interface Failures {
  /** Tries since the last right password; each is counted before its password is looked at. */
  failed: number;
  /** Of the last one; where there was none, of the first look, ms. */
  lastAt: number;
}

/**
 * What failed so far, and holds the row until the transaction ends: tries that come together are looked at one by one, each
 * with what `countFailure` added for the one before.
 */
export async function lockFailures(tx: Tx, emailHash: string, now: number): Promise<Failures> {
  const { rows } =
    await sql<Failures>`insert into sign_in_failure (email_hash, failed, last_at) values (${emailHash}, 0, ${time(now)})
    on conflict (email_hash) do update set email_hash = excluded.email_hash
    returning failed, last_at as "lastAt"`.execute(tx);
  return rows[0] ?? { failed: 0, lastAt: now };
}

/** One try more. The row is held (`lockFailures`). */
export async function countFailure(tx: Tx, emailHash: string, now: number): Promise<void> {
  await sql`update sign_in_failure set failed = failed + 1, last_at = ${time(now)} where email_hash = ${emailHash}`.execute(
    tx,
  );
}

/** A right password, a new one, or an administrator who unlocks. */
export async function clearFailures(tx: Tx, emailHash: string): Promise<void> {
  await sql`delete from sign_in_failure where email_hash = ${emailHash}`.execute(tx);
}

/** By hash; an address that nobody tried is not in it. */
export async function readFailures(tx: Tx, emailHashes: readonly string[]): Promise<Map<string, Failures>> {
  const { rows } = await sql<Failures & { emailHash: string }>`
    select email_hash as "emailHash", failed, last_at as "lastAt" from sign_in_failure
     where email_hash = any(${texts(emailHashes)})`.execute(tx);
  return new Map(rows.map((row) => [row.emailHash, row]));
}

/** Addresses that nobody tried for long and that are not closed for good. */
export async function deleteOldFailures(tx: Tx, before: number, most: number): Promise<void> {
  await sql`delete from sign_in_failure where last_at < ${time(before)} and failed < ${most}`.execute(tx);
}
