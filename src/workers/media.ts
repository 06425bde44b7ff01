import type { Context } from '../actions/context.ts';
import { fetchMedia } from '../actions/fetch-media.ts';
import { claimMediaWork, sweepMedia } from '../actions/media-work.ts';
import { uploadMedia } from '../actions/upload-media.ts';
import { nextWorkAt } from '../db/media.ts';
import { type Loop, startLoop } from './loop.ts';

/** Files under way at once; each holds a part of 256 kB, and one picture at most. */
const MOST_IN_FLIGHT = 4;
const SWEEP_EVERY_MS = 3_600_000;

/** Fetches what customers sent, and gives WhatsApp what waits to be sent. */
export function startMedia(ctx: Context): Loop {
  const underWay = new Set<Promise<void>>();
  const stopping = new AbortController();
  let sweptAt = Number.NEGATIVE_INFINITY;
  const loop = startLoop({
    name: 'media',
    log: ctx.log,
    idleMs: 2_000,
    async turn() {
      if (performance.now() - sweptAt > SWEEP_EVERY_MS) {
        sweptAt = performance.now();
        await sweepMedia(ctx);
      }
      const free = MOST_IN_FLIGHT - underWay.size;
      if (free <= 0) return null;
      const claimed = await claimMediaWork(ctx, free);
      for (const work of claimed) {
        const doing = (work.work === 'fetch' ? fetchMedia : uploadMedia)(ctx, work, stopping.signal)
          .catch((error: unknown) => {
            // Its lease runs out, and it comes up again.
            if (!stopping.signal.aborted)
              ctx.log.error({ err: error, mediaId: work.id }, 'work on a file failed');
          })
          .finally(() => {
            underWay.delete(doing);
            loop.wake();
          });
        underWay.add(doing);
      }
      if (claimed.length > 0) return 0;
      const next = await nextWorkAt(ctx.database.db);
      return next === null ? null : Math.min(2_000, Math.max(5, next - ctx.clock()));
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
