import type { Context } from '../actions/context.ts';
import { stepCampaign } from '../actions/enqueue-campaign.ts';
import { FIRST_SET, nextSetSize, restAfter } from '../core/campaign.ts';
import { type Loop, startLoop } from './loop.ts';

/** Webhooks that came so long ago, ms, are none that come in. */
const HEARD_MS = 1_000;

/**
 * Queues what campaigns send, one set after the other, and leaves the machine to others in between. Whichever node is free
 * takes the next set. `heardAt`: when this process was last sent a webhook, by `performance.now()`.
 */
export function startCampaigns(ctx: Context, heardAt: () => number): Loop {
  let size = FIRST_SET;
  return startLoop({
    name: 'campaigns',
    log: ctx.log,
    idleMs: 2_000,
    async turn() {
      const began = performance.now();
      const { looked, againInMs } = await stepCampaign(ctx, size);
      if (looked === 0) return againInMs === null ? null : Math.min(2_000, againInMs);
      const now = performance.now();
      size = nextSetSize(size, now - began);
      // Within the turn: what a set queued wakes all loops, and this one is to rest.
      await new Promise((resolve) => setTimeout(resolve, restAfter(now - began, now - heardAt() < HEARD_MS)));
      return 0;
    },
  });
}
