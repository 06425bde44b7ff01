import type { Tx } from '../db/engine.ts';
import type { Context } from './context.ts';
import { inTransaction } from './transaction.ts';

/** Rounds of one turn: other upkeep has its turn in between. */
const MOST_ROUNDS = 50;

/**
 * Work that time makes due, so much at once, each round in a transaction of its own. A round answers how much it found, 0
 * where it could do nothing; less than `full` is the last. True where there may be more.
 */
export async function inRounds(
  ctx: Context,
  full: number,
  round: (tx: Tx) => Promise<number>,
): Promise<boolean> {
  for (let done = 0; done < MOST_ROUNDS; done += 1)
    if ((await inTransaction(ctx, round)) < full) return false;
  return true;
}
