import type { Context } from '../actions/context.ts';
import { fetchMedia } from '../actions/fetch-media.ts';
import { claimMediaWork, sweepMedia } from '../actions/media-work.ts';
import { uploadMedia } from '../actions/upload-media.ts';
import { nextWorkAt } from '../db/media.ts';
import { startClaimedWork } from './claimed-work.ts';
import type { Loop } from './loop.ts';

/** Fetches what customers sent, and gives WhatsApp what waits to be sent. */
export function startMedia(ctx: Context): Loop {
  return startClaimedWork(ctx, {
    name: 'media',
    // Each holds a part of 256 kB, and one picture at most.
    most: 4,
    idleMs: 2_000,
    leastMs: 5,
    claim: (free) => claimMediaWork(ctx, free),
    work: (work, signal) => (work.work === 'fetch' ? fetchMedia : uploadMedia)(ctx, work, signal),
    nextAt: () => nextWorkAt(ctx.database.db),
    sweep: () => sweepMedia(ctx),
    failed: ({ id, contactPointId }) => ({ message: 'work on a file failed', mediaId: id, contactPointId }),
  });
}
