import type { Context } from '../actions/context.ts';
import { claimWebhooks, deliverWebhook, sweepWebhooks } from '../actions/deliver-webhooks.ts';
import { nextDeliveryAt } from '../db/webhook-deliveries.ts';
import { type Loop, startLoop } from './loop.ts';

/** Calls under way at once. */
const MOST_IN_FLIGHT = 16;
const SWEEP_EVERY_MS = 3_600_000;
/** Another node's work, and what is due by time alone, is seen this often, ms. */
const LOOK_EVERY_MS = 10_000;

/** Sends consent events to the endpoints that want them. */
export function startWebhooks(ctx: Context): Loop {
  const underWay = new Set<Promise<void>>();
  const stopping = new AbortController();
  let sweptAt = Number.NEGATIVE_INFINITY;
  const loop = startLoop({
    name: 'webhooks',
    log: ctx.log,
    idleMs: LOOK_EVERY_MS,
    async turn() {
      if (performance.now() - sweptAt > SWEEP_EVERY_MS) {
        sweptAt = performance.now();
        await sweepWebhooks(ctx);
      }
      const free = MOST_IN_FLIGHT - underWay.size;
      if (free <= 0) return null;
      const claims = await claimWebhooks(ctx, free);
      for (const claim of claims) {
        const doing = deliverWebhook(ctx, claim, stopping.signal)
          .catch((error: unknown) => {
            // Its lease runs out, and it comes up again.
            if (!stopping.signal.aborted)
              ctx.log.error({ err: error, eventId: claim.delivery.eventId }, 'a webhook could not be sent');
          })
          .finally(() => {
            underWay.delete(doing);
            loop.wake();
          });
        underWay.add(doing);
      }
      if (claims.length > 0) return 0;
      const next = await nextDeliveryAt(ctx.database.db);
      return next === null ? null : Math.min(LOOK_EVERY_MS, Math.max(50, next - ctx.clock()));
    },
  });
  return {
    ...loop,
    async stop() {
      stopping.abort();
      await loop.stop();
      await Promise.allSettled([...underWay]);
    },
  };
}
