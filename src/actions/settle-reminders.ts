import type { Tx } from '../db/engine.ts';
import { settleReminders } from '../db/notifications.ts';
import type { Context } from './context.ts';
import type { Hints } from './live.ts';

/** Nobody waits in these conversations any more, so nobody is to be reminded of them. */
export async function nobodyWaits(
  tx: Tx,
  ctx: Context,
  conversationIds: readonly string[],
  hints: Hints,
): Promise<void> {
  for (const person of await settleReminders(tx, conversationIds, ctx.clock())) hints.person(person);
}
