import { calledOffBy, countWithdrawn, lockCampaign, lockInOrder } from '../db/campaigns.ts';
import { COLLISION } from '../db/contact-points.ts';
import type { Tx } from '../db/engine.ts';
import { type QueuedMessage, requeue, withdrawQueued } from '../db/outbox.ts';
import type { Context } from './context.ts';
import { loadFreshOf } from './gate-contact.ts';
import { recordFactsOf } from './record-facts.ts';
import { neverAsked } from './rejudge-queued.ts';

/** What a campaign that is called off had queued is taken back, also where it comes back from a hand-over. */

const WITHDRAWN = 'campaign-cancelled';

/** Takes back those that have not left; a question that was withdrawn was never asked. The contact points are locked. Answers how many. */
export async function withdraw(tx: Tx, ctx: Context, messageIds: readonly string[]): Promise<number> {
  const now = ctx.clock();
  const reason = { code: WITHDRAWN, text: 'The campaign was cancelled before this message left.' };
  const withdrawn = await withdrawQueued(tx, messageIds, reason, now);
  const asked = withdrawn.filter(({ request }) => request !== null);
  const fresh = await loadFreshOf(tx, ctx, [...new Set(asked.map(({ contactPointId }) => contactPointId))]);
  if (fresh !== null)
    await recordFactsOf(
      tx,
      ctx,
      [...fresh.loaded.values()].map(({ contact }) => ({
        contact,
        lines: neverAsked(
          asked
            .filter(({ contactPointId }) => contactPointId === contact.id)
            .map((message) => ({ message, code: WITHDRAWN })),
          now,
        ),
      })),
      fresh.configuration,
    );
  return withdrawn.length;
}

/**
 * A message that was not handed over after all (past its deadline, throttled) waits again, unless its campaign was called off
 * meanwhile. Whoever walks what is called off waits for a return that is under way (`withdrawQueued`); one that begins after it has
 * passed finds here that it is. Locked in the order of that walk: campaign, contact point, message.
 */
export async function returnToQueue(
  tx: Tx,
  ctx: Context,
  message: QueuedMessage,
  nextAttemptAt: number,
): Promise<void> {
  const off = message.path === 'campaign' ? await calledOffBy(tx, message) : null;
  if (off !== null) {
    await lockCampaign(tx, off);
    await lockInOrder(tx, [message.contactPointId]);
  }
  await requeue(tx, message.id, nextAttemptAt);
  if (off !== null) await countWithdrawn(tx, off, await withdraw(tx, ctx, [message.id]));
  else if (message.path === 'campaign' && (await calledOffBy(tx, message)) !== null)
    throw Object.assign(new Error('a campaign was called off meanwhile'), { code: COLLISION });
}
