import type { Context } from '../actions/context.ts';
import { claimWebhooks, deliverWebhook, sweepWebhooks } from '../actions/deliver-webhooks.ts';
import { nextDeliveryAt } from '../db/webhook-deliveries.ts';
import { startClaimedWork } from './claimed-work.ts';
import type { Loop } from './loop.ts';

/** Sends consent events to the endpoints that want them. */
export function startWebhooks(ctx: Context): Loop {
  return startClaimedWork(ctx, {
    name: 'webhooks',
    most: 16,
    idleMs: 10_000,
    leastMs: 50,
    claim: (free) => claimWebhooks(ctx, free),
    work: (claim, signal) => deliverWebhook(ctx, claim, signal),
    nextAt: () => nextDeliveryAt(ctx.database.db),
    sweep: () => sweepWebhooks(ctx),
    failed: ({ delivery: { eventId, contactPointId } }) => ({
      message: 'a webhook could not be sent',
      eventId,
      contactPointId,
    }),
  });
}
