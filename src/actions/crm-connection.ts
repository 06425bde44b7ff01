import { connectionFails, connectionWorks, readConnection } from '../db/crm-connection.ts';
import { CrmFailure } from '../ports.ts';
import type { Context } from './context.ts';
import { inTransaction } from './transaction.ts';

/** What the nodes know together of the way to a remote CRM. */

/** The first failure waits so long, each further one twice as long, up to the last. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** Nobody asks for a while, longer each time. What somebody waits for already (`paused`) is no further failure. */
export async function noteFailure(ctx: Context, failure: CrmFailure): Promise<void> {
  if (failure.kind === 'paused') return;
  await inTransaction(ctx, async (tx) => {
    const now = ctx.clock();
    const { failures } = await readConnection(tx);
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures, 10));
    const until = now + Math.max(pause, failure.retryAfterMs ?? 0);
    await connectionFails(tx, { code: failure.kind, text: failure.message }, until, now);
  });
  ctx.log.warn({ kind: failure.kind, detail: failure.message }, 'the CRM could not be asked');
}

export async function noteSuccess(ctx: Context, by: 'reading' | 'writing'): Promise<void> {
  await inTransaction(ctx, (tx) => connectionWorks(tx, by, ctx.clock()));
}

/** How long nobody may ask yet, ms. */
export async function pausedFor(ctx: Context): Promise<number> {
  const { pausedUntil } = await readConnection(ctx.database.db);
  return Math.max(0, (pausedUntil ?? 0) - ctx.clock());
}

/** Rethrows what is no failure of the CRM's. */
export function asFailure(error: unknown): CrmFailure {
  if (error instanceof CrmFailure) return error;
  throw error;
}
