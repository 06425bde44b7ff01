import { readSetting, saveSetting } from '../db/organisation.ts';
import type { Context } from './context.ts';
import { inTransaction } from './transaction.ts';

/** Whether this data directory's demo is complete; one that was broken off goes on at the next start. */
export async function isDemoDone(ctx: Context): Promise<boolean> {
  return (await readSetting(ctx.database.db, 'demo')) === 'done';
}

export async function markDemoDone(ctx: Context): Promise<void> {
  await inTransaction(ctx, (tx) => saveSetting(tx, 'demo', 'done', ctx.clock()));
}
