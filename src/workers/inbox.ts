import type { Context } from '../actions/context.ts';
import { retryInbox } from '../actions/retry-inbox.ts';
import { type Loop, startLoop } from './loop.ts';

/** Applies what could not be applied when it was stored. */
export function startInbox(ctx: Context): Loop {
  return startLoop({
    name: 'inbox',
    log: ctx.log,
    idleMs: 1_000,
    turn: async () => ((await retryInbox(ctx)) > 0 ? 0 : null),
  });
}
