import { forgetOldWords } from '../db/message-search.ts';
import { formNames, indexOlderWords } from '../db/search-upkeep.ts';
import type { Context } from './context.ts';
import { loadSettings } from './organisation.ts';
import { inRounds } from './rounds.ts';

const DAY = 86_400_000;
const AT_ONCE = 1_000;

/**
 * Keeps the search as the settings want it: words of messages as far back as may be searched and no further, a form for
 * every name. After an upgrade, or once more days may be searched, what is missing is filled in here.
 */
export async function keepSearchable(ctx: Context): Promise<void> {
  const { messageSearchDays } = await loadSettings(ctx.database.db);
  const since = ctx.clock() - messageSearchDays * DAY;
  // A full round may leave some out, so only one that finds nothing is the last.
  await inRounds(ctx, 1, (tx) => formNames(tx, AT_ONCE));
  await inRounds(ctx, 1, (tx) => forgetOldWords(tx, since, AT_ONCE));
  await inRounds(ctx, 1, (tx) => indexOlderWords(tx, since, AT_ONCE));
}
