import { sql } from 'kysely';
import type { Tx } from './engine.ts';
import { time } from './rows.ts';

/** One-time links. Only their hash is stored, so a copy of the database opens nothing. */

export type LinkPurpose = 'sign-in' | 'invitation' | 'reset' | 'setup';

export interface LinkRow {
  /** Null for a setup link: it makes the first administrator. */
  personId: string | null;
  purpose: LinkPurpose;
  expiresAt: number;
}

export async function insertLink(
  tx: Tx,
  link: LinkRow & { tokenHash: string; now: number; createdBy: string | null },
): Promise<void> {
  await sql`insert into sign_in_link (token_hash, person_id, purpose, expires_at, created_at, created_by)
    values (${link.tokenHash}, ${link.personId}::uuid, ${link.purpose}, ${time(link.expiresAt)}, ${time(link.now)}, ${link.createdBy})`.execute(
    tx,
  );
}

/** A link that could be used now; it stays unused. */
export async function readLink(tx: Tx, tokenHash: string, now: number): Promise<LinkRow | null> {
  const { rows } =
    await sql<LinkRow>`select person_id as "personId", purpose, expires_at as "expiresAt" from sign_in_link l
    where token_hash = ${tokenHash} and used_at is null and expires_at > ${time(now)}
      and not exists (select 1 from person p where p.id = l.person_id and p.disabled_at is not null)`.execute(
      tx,
    );
  return rows[0] ?? null;
}

/** Uses a link up; false where somebody else just did. */
export async function useLink(tx: Tx, tokenHash: string, now: number): Promise<boolean> {
  const { rows } = await sql`update sign_in_link set used_at = ${time(now)}
    where token_hash = ${tokenHash} and used_at is null and expires_at > ${time(now)} returning token_hash`.execute(
    tx,
  );
  return rows.length === 1;
}

/** Whose link this is or was. */
export async function personOfLink(tx: Tx, tokenHash: string): Promise<string | null> {
  const { rows } = await sql<{ personId: string | null }>`
    select person_id as "personId" from sign_in_link where token_hash = ${tokenHash}`.execute(tx);
  return rows[0]?.personId ?? null;
}

/** Links of a person that nobody used yet are void. */
export async function deleteLinksOf(
  tx: Tx,
  personId: string,
  purposes: readonly LinkPurpose[],
): Promise<void> {
  await sql`delete from sign_in_link where person_id = ${personId}::uuid and used_at is null
    and purpose = any(${purposes as string[]}::text[])`.execute(tx);
}

export async function deleteOldLinks(tx: Tx, now: number): Promise<void> {
  await sql`delete from sign_in_link where expires_at < ${time(now)}`.execute(tx);
}
