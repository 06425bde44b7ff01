import { markNotificationsRead } from '../db/notifications.ts';
import { isUuid } from '../db/rows.ts';
import type { Context } from './context.ts';
import { createHints } from './live.ts';
import { inTransaction } from './transaction.ts';

/** The person has seen these of their notifications, or all of them. */
export async function readNotifications(
  ctx: Context,
  personId: string,
  ids: readonly string[] | undefined,
): Promise<void> {
  // A key has none.
  if (!isUuid(personId)) return;
  await inTransaction(ctx, async (tx) => {
    const known = ids === undefined ? null : ids.filter(isUuid);
    if ((await markNotificationsRead(tx, personId, known, ctx.clock())) === 0) return;
    const hints = createHints();
    hints.person(personId);
    await hints.send(tx);
  });
}
