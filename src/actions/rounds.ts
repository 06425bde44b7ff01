import type { Tx } from '../db/engine.ts';
import type { Context } from './context.ts';
import { inTransaction } from './transaction.ts';

/** Rounds of one turn: other upkeep has its turn in between. */
const MOST_ROUNDS = 50;

/**
 * Work that time makes due, so many at once, each round in a transaction of its own. A round answers how many it found; fewer
 * than `atOnce` are the last. True where there may be more.
 */
export async function inRounds(
  ctx: Context,
  atOnce: number,
  round: (tx: Tx) => Promise<number>,
): Promise<boolean> {
  for (let done = 0; done < MOST_ROUNDS; done += 1)
    if ((await inTransaction(ctx, round)) < atOnce) return false;
  return true;
}
