import { sql } from 'kysely';
import type { Tx } from './engine.ts';

/** Where the records of a record type are being read from, after its configuration changed. */

/** From the first record, whatever was read before; waits for whoever reads some right now. */
export async function beginTakingIn(tx: Tx, table: string): Promise<void> {
  await sql`insert into taking_in (table_name) values (${table})
    on conflict (table_name) do update set walked_to = null, done = 0`.execute(tx);
}

/** Locks the place where one goes on, of this table or of any; null where nothing is left, or another is at it. */
export async function lockTakingIn(
  tx: Tx,
  table: string | null,
): Promise<{ table: string; walkedTo: string | null } | null> {
  const { rows } = await sql<{ table: string; walkedTo: string | null }>`
    select table_name as "table", walked_to as "walkedTo" from taking_in
     where ${table}::text is null or table_name = ${table} order by table_name limit 1 for update skip locked`.execute(
    tx,
  );
  return rows[0] ?? null;
}

export async function moveTakingIn(tx: Tx, table: string, walkedTo: string, taken: number): Promise<void> {
  await sql`update taking_in set walked_to = ${walkedTo}::uuid, done = done + ${taken}::bigint
     where table_name = ${table}`.execute(tx);
}

export async function endTakingIn(tx: Tx, table: string): Promise<void> {
  await sql`delete from taking_in where table_name = ${table}`.execute(tx);
}

export interface TakingIn {
  done: number;
  /** Records of the table as they are now. */
  total: number;
}

export async function takingIn(tx: Tx): Promise<Map<string, TakingIn>> {
  const { rows } = await sql<TakingIn & { table: string }>`
    select t.table_name as "table", t.done, (select count(*) from crm_record r where r.table_name = t.table_name) as total
      from taking_in t`.execute(tx);
  return new Map(rows.map(({ table, ...progress }) => [table, progress]));
}
