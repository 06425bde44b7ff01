import { forgetOldWords } from '../db/message-search.ts';
import { formNames, indexOlderWords } from '../db/search-upkeep.ts';
import type { Context } from './context.ts';
import { loadSettings } from './organisation.ts';
import { inTransaction } from './transaction.ts';

const DAY = 86_400_000;
const AT_ONCE = 1_000;
/** Rounds of one upkeep: an upgrade of a large database is done in several, with other upkeep in between. */
const MOST_ROUNDS = 20;

/**
 * Keeps the search as the settings want it: words of messages as far back as may be searched and no further, a form for
 * every name. After an upgrade, or once more days may be searched, what is missing is filled in here.
 */
export async function keepSearchable(ctx: Context): Promise<void> {
  const { messageSearchDays } = await loadSettings(ctx.database.db);
  const since = ctx.clock() - messageSearchDays * DAY;
  await inRounds((tx) => formNames(tx, AT_ONCE));
  await inRounds((tx) => forgetOldWords(tx, since, AT_ONCE));
  await inRounds((tx) => indexOlderWords(tx, since, AT_ONCE));

  async function inRounds(round: (tx: Parameters<typeof formNames>[0]) => Promise<number>): Promise<void> {
    for (let rounds = 0; rounds < MOST_ROUNDS; rounds += 1)
      if ((await inTransaction(ctx, round)) === 0) return;
  }
}
