import { compareSome } from '../actions/compare-crm.ts';
import type { Context } from '../actions/context.ts';
import { asFailure, pausedFor } from '../actions/crm-connection.ts';
import { type Hook, keepWebhook } from '../actions/crm-webhook.ts';
import { afterFailure, describeCrm, followHints, nextReadAt, readTable } from '../actions/read-crm.ts';
import { writeBack } from '../actions/write-crm.ts';
import { writeTimeline } from '../actions/write-timeline.ts';
import { nextWriteAt } from '../db/crm-writes.ts';
import { CrmFailure, type RemoteCrm } from '../ports.ts';
import { type Loop, startLoop } from './loop.ts';

/**
 * Keeps the mirror of a remote CRM and the CRM alike: customers' answers go out first, then what others hinted at, then a
 * page of what changed, then, once no answer waits, what timelines are told, and last a step of the nightly compare. While
 * the CRM cannot be asked it waits, and nothing is lost.
 */
export function startCrmSync(ctx: Context, remote: RemoteCrm, publicUrl: string, hook: Hook | null): Loop {
  const keep = hook === null ? async () => {} : webhookKeeper(ctx, remote, hook);
  const loop = startLoop({
    name: 'crm-sync',
    log: ctx.log,
    idleMs: 1_000,
    turn: () => syncOnce(ctx, remote, publicUrl, keep),
  });
  return {
    ...loop,
    async stop() {
      remote.close();
      await loop.stop();
    },
  };
}

/** One turn. Answers how long to sleep, ms. `keep` looks after what is not worth an answer's wait. */
export async function syncOnce(
  ctx: Context,
  remote: RemoteCrm,
  publicUrl: string,
  keep: () => Promise<void> = async () => {},
): Promise<number> {
  const paused = await pausedFor(ctx);
  if (paused > 0) return Math.min(1_000, paused);
  try {
    await describeCrm(ctx, remote);
    const wrote = await tryToWrite(ctx, remote);
    const hinted = await followHints(ctx, remote);
    const read = await readTable(ctx, remote);
    if (wrote instanceof CrmFailure) throw wrote;
    const told = !wrote && (await writeTimeline(ctx, remote, publicUrl));
    if (wrote || hinted || read || told) return 0;
    await keep();
    // Only where nothing else was to do.
    if (await compareSome(ctx, remote)) return 0;
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

/**
 * What stands in the way of writing need not stand in the way of reading (a firewall that lets no PATCH through): it is
 * answered, and counts once what others said was read. Where everybody has to wait it is thrown.
 */
async function tryToWrite(ctx: Context, remote: RemoteCrm): Promise<boolean | CrmFailure> {
  try {
    return await writeBack(ctx, remote);
  } catch (error) {
    const failure = asFailure(error);
    if (failure.retryAfterMs !== null) throw failure;
    return failure;
  }
}

const LOOK_EVERY_MS = 15_000;
/** A right to register that is missing comes when somebody grants it; the page shows it at once. */
const REFUSED_PAUSE_MS = 3_600_000;

/** Looks now and then whether what webhooks tell is still what we want to hear. */
function webhookKeeper(ctx: Context, remote: RemoteCrm, hook: Hook): () => Promise<void> {
  let lookAt = 0;
  return async () => {
    if (ctx.clock() < lookAt) return;
    lookAt = ctx.clock() + LOOK_EVERY_MS;
    try {
      await keepWebhook(ctx, remote, hook);
    } catch (error) {
      if (!(error instanceof CrmFailure) || error.passing) throw error;
      lookAt = ctx.clock() + REFUSED_PAUSE_MS;
      ctx.log.warn({ kind: error.kind, detail: error.message }, 'the webhook could not be registered anew');
    }
  };
}
