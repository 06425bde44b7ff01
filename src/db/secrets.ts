import { sql } from 'kysely';
import type { Tx } from './engine.ts';
import { isUuid, time } from './rows.ts';

/** Values that must stay secret, each under a name: one table, so that nothing is forgotten when keys change. */

export interface SecretRow {
  name: string;
  /** Sealed, or in clear where there is no key (actions/seal.ts). */
  value: string;
}

/** A value made once: whoever comes first makes it, everybody reads the same. */
export async function secretOnce(tx: Tx, name: string, candidate: string): Promise<string> {
  await sql`insert into secret (name, value) values (${name}, ${candidate}) on conflict (name) do nothing`.execute(
    tx,
  );
  const { rows } = await sql<{ value: string }>`select value from secret where name = ${name}`.execute(tx);
  return rows[0]?.value ?? candidate;
}

export async function insertSecret(tx: Tx, { name, value }: SecretRow): Promise<void> {
  await sql`insert into secret (name, value) values (${name}, ${value})`.execute(tx);
}

export async function deleteSecrets(tx: Tx, names: readonly string[]): Promise<void> {
  await sql`delete from secret where name = any(${names as string[]}::text[])`.execute(tx);
}

export async function listSecrets(tx: Tx): Promise<SecretRow[]> {
  const { rows } = await sql<SecretRow>`select name, value from secret order by name`.execute(tx);
  return rows;
}

/** Puts another seal on a value; false where it is not the value it was any more. */
export async function replaceSecret(tx: Tx, name: string, before: string, after: string): Promise<boolean> {
  const { rows } =
    await sql`update secret set value = ${after} where name = ${name} and value = ${before} returning name`.execute(
      tx,
    );
  return rows.length === 1;
}

export type WhatsAppSecretKind = 'access-token' | 'app-secret';

/** A secret of the number as it may be shown; `value` as it is stored. */
export interface WhatsAppSecretRow {
  id: string;
  kind: WhatsAppSecretKind;
  hint: string;
  createdBy: string;
  createdAt: number;
  value: string;
}

export const whatsAppSecretName = (id: string): string => `whatsapp/${id}`;

export async function listWhatsAppSecrets(tx: Tx): Promise<WhatsAppSecretRow[]> {
  const { rows } = await sql<WhatsAppSecretRow>`
    select w.id, w.kind, w.hint, w.created_by as "createdBy", w.created_at as "createdAt", s.value
      from whatsapp_secret w join secret s on s.name = 'whatsapp/' || w.id order by w.created_at, w.id`.execute(
    tx,
  );
  return rows;
}

export async function insertWhatsAppSecret(tx: Tx, row: WhatsAppSecretRow): Promise<void> {
  await sql`insert into whatsapp_secret (id, kind, hint, created_by, created_at)
    values (${row.id}::uuid, ${row.kind}, ${row.hint}, ${row.createdBy}, ${time(row.createdAt)})`.execute(tx);
  await insertSecret(tx, { name: whatsAppSecretName(row.id), value: row.value });
}

/** Takes one away; null where there is none of this kind. */
export async function deleteWhatsAppSecret(
  tx: Tx,
  kind: WhatsAppSecretKind,
  id: string,
): Promise<{ hint: string } | null> {
  if (!isUuid(id)) return null;
  const { rows } = await sql<{
    hint: string;
  }>`delete from whatsapp_secret where kind = ${kind} and id = ${id}::uuid
    returning hint`.execute(tx);
  const [row] = rows;
  if (row === undefined) return null;
  await deleteSecrets(tx, [whatsAppSecretName(id)]);
  return row;
}

/** Changes of the number's secrets wait for each other: two at once could take away the last one. */
export async function lockWhatsAppSecrets(tx: Tx): Promise<void> {
  await sql`lock table whatsapp_secret in share row exclusive mode`.execute(tx);
}

/** That a webhook signed with this secret came. */
export async function markAppSecretUsed(tx: Tx, fingerprint: string, now: number): Promise<void> {
  await sql`insert into app_secret_use (fingerprint, last_used_at) values (${fingerprint}, ${time(now)})
    on conflict (fingerprint) do update set last_used_at = greatest(app_secret_use.last_used_at, excluded.last_used_at)`.execute(
    tx,
  );
}

export async function appSecretUses(tx: Tx): Promise<Map<string, number>> {
  const { rows } = await sql<{ fingerprint: string; lastUsedAt: number }>`
    select fingerprint, last_used_at as "lastUsedAt" from app_secret_use`.execute(tx);
  return new Map(rows.map((row) => [row.fingerprint, row.lastUsedAt]));
}
