import type { Context } from '../actions/context.ts';
import { syncTemplates } from '../actions/edit-templates.ts';
import { keepUp } from '../actions/upkeep.ts';
import { type Loop, startLoop } from './loop.ts';

const SYNC_EVERY_MS = 6 * 3_600_000;

/** What time decides, every minute; the templates of WhatsApp every six hours and whenever a webhook says so. */
export function startUpkeep(ctx: Context): Loop & { syncSoon: () => void } {
  let syncAt = 0;
  const loop = startLoop({
    name: 'upkeep',
    log: ctx.log,
    idleMs: 60_000,
    async turn() {
      const more = await keepUp(ctx);
      if (performance.now() >= syncAt) {
        syncAt = performance.now() + SYNC_EVERY_MS;
        await syncTemplates(ctx).catch((error: unknown) => {
          syncAt = performance.now() + 60_000;
          ctx.log.warn({ err: error }, 'the templates could not be synced');
        });
      }
      return more ? 1_000 : null;
    },
  });
  return {
    ...loop,
    syncSoon() {
      syncAt = 0;
      loop.wake();
    },
  };
}
