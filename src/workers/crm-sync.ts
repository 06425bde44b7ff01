import type { Context } from '../actions/context.ts';
import { pausedFor } from '../actions/crm-connection.ts';
import { afterFailure, describeCrm, followHints, nextReadAt, readTable } from '../actions/read-crm.ts';
import { writeBack } from '../actions/write-crm.ts';
import { nextWriteAt } from '../db/crm-writes.ts';
import type { RemoteCrm } from '../ports.ts';
import { type Loop, startLoop } from './loop.ts';

/**
 * Keeps the mirror of a remote CRM and the CRM alike: customers' answers go out first, then what others hinted at, then a
 * page of what changed. While the CRM cannot be asked it waits, and nothing is lost.
 */
export function startCrmSync(ctx: Context, remote: RemoteCrm): Loop {
  const loop = startLoop({
    name: 'crm-sync',
    log: ctx.log,
    idleMs: 1_000,
    turn: () => syncOnce(ctx, remote),
  });
  return {
    ...loop,
    async stop() {
      remote.close();
      await loop.stop();
    },
  };
}

/** One turn. Answers how long to sleep, ms. */
export async function syncOnce(ctx: Context, remote: RemoteCrm): Promise<number> {
  const paused = await pausedFor(ctx);
  if (paused > 0) return Math.min(1_000, paused);
  try {
    await describeCrm(ctx, remote);
    const wrote = await writeBack(ctx, remote);
    const hinted = await followHints(ctx, remote);
    const read = await readTable(ctx, remote);
    if (wrote || hinted || read) return 0;
  } catch (error) {
    await afterFailure(ctx, error);
    return Math.min(1_000, Math.max(50, await pausedFor(ctx)));
  }
  const due = Math.min(
    (await nextReadAt(ctx)) ?? Number.POSITIVE_INFINITY,
    (await nextWriteAt(ctx.database.db)) ?? Number.POSITIVE_INFINITY,
  );
  return Math.min(1_000, Math.max(20, due - ctx.clock()));
}
