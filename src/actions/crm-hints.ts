import { describeNext, endOwnPause } from '../db/crm-connection.ts';
import { tryEntriesAgain } from '../db/crm-entries.ts';
import { readFromBeginning, saveHint } from '../db/crm-mirror.ts';
import { tryAgain } from '../db/crm-writes.ts';
import { insertAudit } from '../db/organisation.ts';
import type { Context } from './context.ts';
import { createHints } from './live.ts';
import { notFound, Refusal } from './refusal.ts';
import { inTransaction } from './transaction.ts';

/** What others tell us to look at in a remote CRM sooner than it is due. */

/** A webhook said that this record changed. */
export async function hintRecord(ctx: Context, table: string, id: string): Promise<void> {
  await inTransaction(ctx, (tx) => saveHint(tx, table, id.toLowerCase(), ctx.clock()));
  ctx.wake.crm();
}

const refusedHints = new WeakMap<Context, number>();

/**
 * Somebody called this process without our key. In memory alone: whoever has no key changes nothing. What the CRM changed is
 * read on schedule all the same.
 */
export function noteRefusedHint(ctx: Context): void {
  refusedHints.set(ctx, ctx.clock());
}

/** The last such call since the process started, or since `forgetRefusedHints`. */
export const refusedHintAt = (ctx: Context): number | null => refusedHints.get(ctx) ?? null;

/** The CRM shows the right key from now on, or calls no more. */
export function forgetRefusedHints(ctx: Context): void {
  refusedHints.delete(ctx);
}

/** A person wants all records of a table read again, and what waits because of a problem tried again. */
export async function loadAgain(ctx: Context, table: string, actor: string): Promise<void> {
  if (ctx.crm.remote === null)
    throw new Refusal(409, 'crm-is-embedded', 'The records are in Assent’s own database; nothing is loaded.');
  await inTransaction(ctx, async (tx) => {
    if (!(await readFromBeginning(tx, table))) throw notFound('table');
    await tryAgain(tx, table, ctx.clock());
    await tryEntriesAgain(tx, table, ctx.clock());
    await endOwnPause(tx);
    await describeNext(tx, null);
    await insertAudit(tx, {
      at: ctx.clock(),
      actor,
      action: 'crm.load-again',
      subject: table,
      before: null,
      after: null,
    });
    const hints = createHints();
    hints.topic('record');
    await hints.send(tx);
  });
  ctx.wake.crm();
}
