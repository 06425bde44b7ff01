import { claimWork, type MediaWork, postponeWork } from '../db/media.ts';
import { sweepFiles } from '../db/media-files.ts';
import type { Context } from './context.ts';
import { inTransaction } from './transaction.ts';

/** Work on files between nodes: a claim is a lease, so that what a dead process began is taken up again. */

/** Longer than WhatsApp may be silent in the middle of a file; renewed while bytes come. */
export const LEASE_MS = 45_000;
const RENEW_EVERY_MS = 10_000;
/** An upload nobody sent, and bytes that stopped coming, are thrown away after this. */
const UNUSED_MS = 24 * 3_600_000;

/** Files to fetch or give to WhatsApp that are due, `most` at most, leased to this process. */
export async function claimMediaWork(ctx: Context, most: number): Promise<MediaWork[]> {
  return inTransaction(ctx, (tx) => claimWork(tx, ctx.clock(), ctx.clock() + LEASE_MS, most));
}

/** Called as often as one likes while the work goes on; renews the lease now and then. */
export function leaseKeeper(ctx: Context, id: string): () => Promise<void> {
  let renewedAt = ctx.clock();
  return async () => {
    const now = ctx.clock();
    if (now - renewedAt < RENEW_EVERY_MS) return;
    renewedAt = now;
    await inTransaction(ctx, (tx) => postponeWork(tx, id, now + LEASE_MS));
  };
}

/** When to try again after this many tries; null after the last. */
export function retryAt(now: number, seconds: readonly number[], attempts: number): number | null {
  const wait = seconds[attempts - 1];
  return wait === undefined ? null : now + wait * 1000;
}

/** Throws away what nobody will use; answers how much there was. */
export async function sweepMedia(ctx: Context): Promise<number> {
  return inTransaction(ctx, (tx) => sweepFiles(tx, ctx.clock() - UNUSED_MS, 100));
}
