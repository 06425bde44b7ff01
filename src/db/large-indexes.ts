import { sql } from 'kysely';
import type { Db } from './engine.ts';

/**
 * Indexes on tables that are large by the time an upgrade brings them. A migration would keep writers waiting while it
 * builds one; these are built beside them, after the migrations, and what they are for is slow until then.
 *
 * Trigrams of every text of our own CRM's records, by which the list is searched. Records that mirror a remote CRM (its
 * walks count from 1) are found by name and number, which `record_phone_search` holds: over their texts too, a first load
 * would take half as long again, and every walk would write the index anew.
 *
 * Numbers that several people use are few, and their grants are looked through for expiry; requests that wait, for their end.
 */
const LARGE: Record<string, string> = {
  crm_record_search: 'on crm_record using gin (search gin_trgm_ops) where walk = 0',
  contact_point_shared: 'on contact_point (id) where shared',
  consent_state_waiting: 'on consent_state (request_at) where request_open',
};

/** Any number: who holds it builds. */
const LOCK = 20_241_129;

/** Builds what is missing, or what a process that died left half built; leaves it to another node that is at it. */
export async function buildLargeIndexes(db: Db): Promise<void> {
  if ((await missing(db)).length === 0) return;
  await db.connection().execute(async (own) => {
    const { rows } = await sql<{ mine: boolean }>`select pg_try_advisory_lock(${LOCK}) as mine`.execute(own);
    if (rows[0]?.mine !== true) return;
    try {
      for (const name of await missing(own)) {
        await sql`drop index if exists ${sql.id(name)}`.execute(own);
        await sql`create index concurrently ${sql.id(name)} ${sql.raw(LARGE[name] ?? '')}`.execute(own);
      }
    } finally {
      await sql`select pg_advisory_unlock(${LOCK})`.execute(own);
    }
  });
}

async function missing(db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid
      join pg_namespace n on n.oid = c.relnamespace
     where i.indisvalid and n.nspname = 'public' and c.relname = any(${Object.keys(LARGE)}::text[])`.execute(
    db,
  );
  const there = new Set(rows.map((row) => row.name));
  return Object.keys(LARGE).filter((name) => !there.has(name));
}
