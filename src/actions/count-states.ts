import type { Tx } from '../db/engine.ts';
import { limitTime } from '../db/message-search.ts';
import { stateCounts } from '../db/records.ts';
import type { Context } from './context.ts';
import { inTransaction } from './transaction.ts';

type Counts = Awaited<ReturnType<typeof stateCounts>>;

/** Longer than this nobody waits for numbers beside a filter, ms. */
const LONGEST = 10_000;
/** What was counted faster is counted anew each time. */
const FAST = 1_000;
/** Slow counts are kept for so many times as long as they took. */
const KEPT = 30;

/**
 * How many records are in each state. Counting reads the whole table, and every open list asks again with every change:
 * so each table is counted once at a time, and one that takes long is counted for no more than a thirtieth of the time.
 */
export function createStateCounts(ctx: Context): (table: string) => Promise<Counts> {
  const running = new Map<string, Promise<Counts>>();
  const kept = new Map<string, { counts: Counts; until: number }>();
  const count = async (table: string): Promise<Counts> => {
    const start = performance.now();
    const counts = await inTransaction(ctx, async (tx: Tx) => {
      await limitTime(tx, LONGEST);
      return stateCounts(tx, table);
    });
    const took = performance.now() - start;
    if (took > FAST) kept.set(table, { counts, until: performance.now() + took * KEPT });
    return counts;
  };
  return async (table) => {
    const known = kept.get(table);
    if (known !== undefined && performance.now() < known.until) return known.counts;
    kept.delete(table);
    const begun = running.get(table);
    // One that began before the question may have missed what the asker just did: the next one is theirs.
    if (begun !== undefined) await begun.catch(() => undefined);
    const joined = running.get(table);
    if (joined !== undefined) return joined;
    const mine = count(table).finally(() => running.delete(table));
    running.set(table, mine);
    return mine;
  };
}
