import type { Tx } from '../db/engine.ts';
import { recordsAfter } from '../db/records.ts';
import { endTakingIn, lockTakingIn, moveTakingIn } from '../db/taking-in.ts';
import type { Context } from './context.ts';
import { createHints } from './live.ts';
import { observeRecord } from './observe-record.ts';
import { loadRecordTypes, loadSettings } from './organisation.ts';
import { inTransaction } from './transaction.ts';

/**
 * The records of our own CRM are read after a change of their record type: their numbers into the phone index, the values of
 * a newly chosen field as found at first sight. How far that is stands in the database with every hundred, so whoever
 * comes next goes on there: the request that changed it, upkeep of any node, a process after this one died.
 */
const AT_ONCE = 100;
/** So long a request goes on with it, ms; the rest is upkeep's. */
const MOST_IN_REQUEST = 20_000;
/** Sets of one turn of upkeep: other upkeep has its turn in between. */
const MOST_SETS = 50;

/** What a request can do of it. */
export async function takeInAtOnce(ctx: Context, table: string): Promise<void> {
  const until = performance.now() + MOST_IN_REQUEST;
  while ((await takeInSome(ctx, table)) && performance.now() < until);
}

/** What a change left, of any record type. True where more may be left. */
export async function takeInRest(ctx: Context): Promise<boolean> {
  // Records of a remote CRM are read by its mirror.
  if (ctx.crm.remote !== null) return false;
  for (let done = 0; done < MOST_SETS; done += 1) if (!(await takeInSome(ctx, null))) return false;
  return true;
}

/** The next hundred. False where nothing is left, or another reads them right now. */
async function takeInSome(ctx: Context, table: string | null): Promise<boolean> {
  return inTransaction(ctx, async (tx: Tx) => {
    const place = await lockTakingIn(tx, table);
    if (place === null) return false;
    // Read after the lock: whoever changes the record type again waits for it, and begins anew.
    const rules = { settings: await loadSettings(tx), recordTypes: await loadRecordTypes(tx) };
    const records = await recordsAfter(tx, place.table, place.walkedTo, AT_ONCE);
    for (const record of records)
      await observeRecord(
        tx,
        ctx,
        {
          table: place.table,
          id: record.id,
          values: record.data,
          actor: null,
          source: 'crm',
          edited: null,
          shownAt: null,
        },
        rules,
      );
    const last = records.at(-1);
    if (last !== undefined && records.length === AT_ONCE) {
      await moveTakingIn(tx, place.table, last.id, records.length);
      return true;
    }
    await endTakingIn(tx, place.table);
    const hints = createHints();
    hints.topic('record');
    await hints.send(tx);
    return table === null;
  });
}
