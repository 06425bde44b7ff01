import { inSavepoint, type Tx } from '../db/engine.ts';
import {
  type InboxRow,
  inboxFigures,
  insertInbox,
  markApplied,
  markUnapplied,
  requeueUnapplied,
  takeDueInbox,
} from '../db/inbox.ts';
import { applyUpdates } from './apply-updates.ts';
import { configurationAt } from './configuration.ts';
import type { Context } from './context.ts';
import { createHints, type Hints } from './live.ts';
import { readKnowledge } from './read-knowledge.ts';
import { inKeyedTransaction, inTransaction } from './transaction.ts';
import { lockOwners } from './update-owners.ts';

/** Tries before an update that cannot be applied becomes terminal and blocks nothing any more. */
const MOST_TRIES = 8;
const retryDelay = (attempts: number): number => Math.min(60_000, 500 * 2 ** attempts);
/** A status of a message we never sent waits for days, for a send whose outcome is still to be stored. */
const STATUS_TRIES = 12;

export async function keepForLater(
  tx: Tx,
  ctx: Context,
  row: Pick<InboxRow, 'id' | 'attempts' | 'contactPointId'>,
  error: unknown,
): Promise<void> {
  const terminal = row.attempts + 1 >= MOST_TRIES;
  await markUnapplied(tx, row.id, {
    status: terminal ? 'failed' : 'pending',
    error: error instanceof Error ? error.message : String(error),
    nextAttemptAt: terminal ? null : ctx.clock() + retryDelay(row.attempts),
  });
  const { id: inboxId, contactPointId } = row;
  ctx.log.error({ err: error, inboxId, contactPointId, terminal }, 'an update could not be applied');
}

/** The transaction is gone, not just one update. */
export function isConnectionLoss(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return (
    code.startsWith('08') ||
    code.startsWith('57P') ||
    code === '40P01' ||
    code === '40001' ||
    code === '25P02' ||
    code === '25P03' ||
    // A socket's; a value that Node itself takes for none is the update's fault.
    (code.startsWith('E') && !code.startsWith('ERR_INVALID_'))
  );
}

/** The worker's side: rows that could not be applied at once. Answers how many it took. */
export async function retryInbox(ctx: Context): Promise<number> {
  const { taken, queued } = await inKeyedTransaction(ctx, async (tx) => {
    const due = await takeDueInbox(tx, ctx.clock(), 20);
    const hints = createHints();
    let some = false;
    for (const row of due) some = (await retryOne(tx, ctx, row, hints)) || some;
    await hints.send(tx);
    return { taken: due.length, queued: some };
  });
  if (queued) ctx.wake.outbox();
  return taken;
}

/** Answers whether it queued something. */
async function retryOne(tx: Tx, ctx: Context, row: InboxRow, hints: Hints): Promise<boolean> {
  try {
    const result = await inSavepoint(tx, async () => {
      const { owners, contacts } = await lockOwners(tx, ctx, [
        { update: row.update, receivedAt: row.receivedAt },
      ]);
      const one = { ...row, inboxId: row.id, contactPointId: owners[0] ?? null };
      const known = await readKnowledge(tx, ctx, { contacts }, [], [one]);
      const configuration = await configurationAt(tx, ctx, known.configurationVersion);
      return applyUpdates(tx, ctx, [one], { contacts, known, configuration, hints });
    });
    await markApplied(tx, result.applied, ctx.clock());
    for (const id of [...result.waiting, ...result.unknown]) {
      const over = row.attempts + 1 >= STATUS_TRIES || result.unknown.length > 0;
      await markUnapplied(tx, id, {
        status: over ? 'unknown' : 'pending',
        error: 'its message is not known',
        nextAttemptAt: over ? null : ctx.clock() + 30_000 * 2 ** row.attempts,
      });
    }
    return result.queued;
  } catch (error) {
    if (isConnectionLoss(error)) throw error;
    await keepForLater(tx, ctx, row, error);
    return false;
  }
}

/** A signed body that is no JSON: kept as it came, for a person to look at. */
export async function storeInvalid(ctx: Context, body: string, bodySha256: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await insertInbox(
      tx,
      [
        {
          subject: '-',
          eventKey: `invalid:${bodySha256}`,
          kind: 'invalid',
          contactPointId: null,
          phoneNumberId: null,
          update: null,
          raw: body,
          bodySha256,
          receivedAt: ctx.clock(),
          status: 'invalid',
        },
      ],
      ctx.clock(),
    );
  });
}

/** Tries again what ended badly (`webhook replay`), until nothing is due. */
export async function replayInbox(ctx: Context): Promise<{ requeued: number; left: number }> {
  const requeued = await inTransaction(ctx, (tx) => requeueUnapplied(tx, ctx.clock()));
  while ((await retryInbox(ctx)) > 0);
  const { unapplied } = await inboxFigures(ctx.database.db, ctx.clock());
  return { requeued, left: unapplied };
}
