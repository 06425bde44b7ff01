import type { Tx } from '../db/engine.ts';
import { limitTime } from '../db/message-search.ts';
import type { Context } from './context.ts';
import { inTransaction } from './transaction.ts';

/** Longer than this nobody waits for numbers beside a list, ms. */
const LONGEST = 10_000;
/** What was counted faster is counted anew each time. */
const FAST = 1_000;
/** Slow counts are kept for so many times as long as they took. */
const KEPT = 30;

/**
 * Numbers that take a reading of all rows, which every open page asks for again with every change: each subject (a table, a
 * campaign) is counted once at a time, and one that takes long is counted for no more than a thirtieth of the time.
 */
export function countedOnce<Counts>(
  ctx: Context,
  count: (tx: Tx, subject: string) => Promise<Counts>,
): (subject: string) => Promise<Counts> {
  const running = new Map<string, Promise<Counts>>();
  const kept = new Map<string, { counts: Counts; until: number }>();
  const countNow = async (subject: string): Promise<Counts> => {
    const start = performance.now();
    const counts = await inTransaction(ctx, async (tx: Tx) => {
      await limitTime(tx, LONGEST);
      return count(tx, subject);
    });
    const took = performance.now() - start;
    if (took > FAST) kept.set(subject, { counts, until: performance.now() + took * KEPT });
    return counts;
  };
  return async (subject) => {
    const known = kept.get(subject);
    if (known !== undefined && performance.now() < known.until) return known.counts;
    kept.delete(subject);
    const begun = running.get(subject);
    // One that began before the question may have missed what the asker just did: the next one is theirs.
    if (begun !== undefined) await begun.catch(() => undefined);
    const joined = running.get(subject);
    if (joined !== undefined) return joined;
    const mine = countNow(subject).finally(() => running.delete(subject));
    running.set(subject, mine);
    return mine;
  };
}
