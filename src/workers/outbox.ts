import { createAllowance } from '../actions/allowance.ts';
import type { Context } from '../actions/context.ts';
import { claimSends, handOver, sweepLeases } from '../actions/hand-over.ts';
import { createSettlement } from '../actions/settle-sends.ts';
import { nextDueAt } from '../db/outbox.ts';
import { type Loop, startLoop } from './loop.ts';

/** WhatsApp takes up to half a second for a call: as many are under way at once as the allowance takes for that. */
const SLOW_CALL_S = 0.5;
const LEAST_IN_FLIGHT = 32;
const MOST_IN_FLIGHT = 500;
/** More in one claim would use up their deadline before the last of them begins. */
const MOST_PER_CLAIM = 64;
const SWEEP_EVERY_MS = 5_000;
/** While more than half of them are under way, claims stand so far apart: one for each that ends would cost most. */
const CLAIM_EVERY_MS = 10;
/** While all permits are with others, or out. */
const LOOK_AGAIN_MS = 100;

/**
 * Drains the outbox: claims what may leave now, hands over in parallel, takes over what a dead process left. All nodes
 * together begin no more than `perSecond` calls in any second (core/permits.ts).
 */
export function startOutbox(ctx: Context, options: { perSecond: number }): Loop {
  const { perSecond } = options;
  const allowance = createAllowance(ctx, perSecond);
  const { permits } = allowance;
  const most = Math.min(MOST_IN_FLIGHT, Math.max(LEAST_IN_FLIGHT, Math.ceil(perSecond * SLOW_CALL_S)));
  let inFlight = 0;
  let sweptAt = 0;
  let claimedAt = 0;
  /** Nothing was due when we looked last: no part of the allowance is asked for. */
  let idle = true;
  const settle = createSettlement(ctx);
  const underWay = new Set<Promise<void>>();
  const loop = startLoop({
    name: 'outbox',
    log: ctx.log,
    idleMs: 2_000,
    async turn() {
      if (performance.now() - sweptAt > SWEEP_EVERY_MS) {
        sweptAt = performance.now();
        await sweepLeases(ctx);
      }
      if (idle) {
        const next = await nextDueAt(ctx.database.db);
        const wait = next === null ? null : next - ctx.clock();
        if (wait === null || wait > 0) return wait === null ? null : Math.min(2_000, Math.max(5, wait));
        idle = false;
      }
      const free = Math.min(MOST_PER_CLAIM, most - inFlight);
      if (free <= 0) return null;
      const rest = claimedAt + CLAIM_EVERY_MS - performance.now();
      if (inFlight > most / 2 && rest > 0) return Math.ceil(rest);
      await allowance.keep();
      const ready = permits.readyIn(performance.now());
      if (ready > 0) return Math.min(LOOK_AGAIN_MS, Math.ceil(ready));
      claimedAt = performance.now();
      const { claims, againInMs } = await claimSends(ctx, permits.take(claimedAt, free));
      for (const claim of claims) {
        inFlight += 1;
        const sending = handOver(ctx, claim, settle)
          .catch((error: unknown) =>
            ctx.log.error(
              { err: error, messageId: claim.message.id, contactPointId: claim.message.contactPointId },
              'a hand-over could not be stored',
            ),
          )
          .finally(() => {
            inFlight -= 1;
            underWay.delete(sending);
            loop.wake();
          });
        underWay.add(sending);
      }
      if (claims.length > 0) return 0;
      if (againInMs !== null) return Math.max(5, againInMs);
      idle = true;
      return 0;
    },
  });
  return {
    ...loop,
    async stop() {
      await loop.stop();
      await Promise.allSettled([...underWay]);
      await allowance
        .end()
        .catch((error: unknown) => ctx.log.warn({ err: error }, 'its lease runs out instead'));
    },
  };
}
