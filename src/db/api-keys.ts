import { sql } from 'kysely';
import type { Right } from '../core/rights.ts';
import type { Tx } from './engine.ts';
import { isUuid, texts, time } from './rows.ts';

/** Keys of integrations. Only a hash is stored; `hint` is the key's end, to tell keys apart. */
export interface ApiKeyRow {
  id: string;
  name: string;
  hint: string;
  scopes: Right[];
  createdBy: string;
  createdAt: number;
  expiresAt: number | null;
  lastUsedAt: number | null;
  revokedAt: number | null;
}

const columns = sql`id, name, hint, scopes, created_by as "createdBy", created_at as "createdAt", expires_at as "expiresAt",
  last_used_at as "lastUsedAt", revoked_at as "revokedAt"`;

export async function listApiKeys(tx: Tx): Promise<ApiKeyRow[]> {
  const { rows } =
    await sql<ApiKeyRow>`select ${columns} from api_key order by revoked_at is not null, created_at desc`.execute(
      tx,
    );
  return rows;
}

export async function insertApiKey(
  tx: Tx,
  key: Pick<ApiKeyRow, 'id' | 'name' | 'hint' | 'scopes' | 'createdBy' | 'createdAt' | 'expiresAt'> & {
    tokenHash: string;
    /** The person or key that made it. */
    createdById: string;
  },
): Promise<void> {
  await sql`insert into api_key (id, name, token_hash, hint, scopes, created_by, created_by_id, created_at, expires_at)
    values (${key.id}::uuid, ${key.name}, ${key.tokenHash}, ${key.hint}, ${texts(key.scopes)}, ${key.createdBy},
      ${key.createdById}, ${time(key.createdAt)}, ${time(key.expiresAt)})`.execute(tx);
}

/** A key that is good now. */
export async function readApiKey(tx: Tx, tokenHash: string, now: number): Promise<ApiKeyRow | null> {
  const { rows } = await sql<ApiKeyRow>`select ${columns} from api_key where token_hash = ${tokenHash}
    and revoked_at is null and (expires_at is null or expires_at > ${time(now)})`.execute(tx);
  return rows[0] ?? null;
}

/** The same by its id: long-lived connections ask again. */
export async function isApiKeyGood(tx: Tx, id: string, now: number): Promise<boolean> {
  if (!isUuid(id)) return false;
  const { rows } = await sql`select id from api_key where id = ${id}::uuid
    and revoked_at is null and (expires_at is null or expires_at > ${time(now)})`.execute(tx);
  return rows.length === 1;
}

export async function markApiKeyUsed(tx: Tx, id: string, now: number): Promise<void> {
  await sql`update api_key set last_used_at = ${time(now)} where id = ${id}::uuid`.execute(tx);
}

/** The key as it was, where it was not revoked before. */
export async function revokeApiKey(tx: Tx, id: string, now: number): Promise<ApiKeyRow | null> {
  if (!isUuid(id)) return null;
  const { rows } = await sql<ApiKeyRow>`update api_key set revoked_at = ${time(now)}
    where id = ${id}::uuid and revoked_at is null returning ${columns}`.execute(tx);
  return rows[0] ?? null;
}
