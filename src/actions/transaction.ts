import type { Db, Tx } from '../db/engine.ts';

/** PostgreSQL's ways of saying "you two collided, try again": the transaction did nothing. */
const COLLISIONS = new Set(['40001', '40P01']);
const TRIES = 6;

/**
 * Runs an action's one transaction. Everything in it happens or nothing does; a deadlock or serialization failure is
 * run again, as PostgreSQL asks (https://www.postgresql.org/docs/15/mvcc-serialization-failure-handling.html).
 */
export async function inTransaction<T>(
  ctx: { database: { db: Db } },
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  return untilItStands(ctx.database.db, work);
}

/** The same on a connection for what runs all the time and goes by keys (`Database.keyed`). */
export async function inKeyedTransaction<T>(
  ctx: { database: { keyed: Db } },
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  return untilItStands(ctx.database.keyed, work);
}

async function untilItStands<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction().execute(work);
    } catch (error) {
      if (attempt >= TRIES || !isCollision(error)) throw error;
    }
  }
}

export function isCollision(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && COLLISIONS.has(String(error.code));
}

/** Live pages listen here; one notice per transaction, ids only. */
export const LIVE = 'assent_live';
/** Nodes tell each other about new work for the loops. */
export const WORK = 'assent_work';
