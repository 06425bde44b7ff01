import { dropRecords, mirrorRecord, wroteRecord } from '../db/crm-mirror.ts';
import { type ClaimedWrite, claimWrites, writeFails, writeIsDone } from '../db/crm-writes.ts';
import { CrmFailure, type RemoteCrm, type RemoteWriteOutcome } from '../ports.ts';
import type { Context } from './context.ts';
import { asFailure, noteSuccess } from './crm-connection.ts';
import { createHints } from './live.ts';
import { rereadRecord } from './mirror-records.ts';
import { fieldColumns, loadRecordTypes } from './organisation.ts';
import { inTransaction } from './transaction.ts';

/**
 * Writing back to a remote CRM what the mirror holds: the longest waiting first, each only where it differs, and only on
 * the record as it was read. One that somebody changed meanwhile is read and judged before it is written.
 */

type WriteEnd = Parameters<typeof writeFails>[3];

const MOST_AT_ONCE = 50;
/** Longer than the longest request. */
const LEASE_MS = 3 * 60_000;
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 3_600_000;

/** Makes one batch of waiting writes. False where none is due; throws `CrmFailure` where the organisation cannot be asked. */
export async function writeBack(ctx: Context, remote: RemoteCrm): Promise<boolean> {
  const lease = ctx.make.id();
  const claimed = await inTransaction(ctx, async (tx) => {
    const now = ctx.clock();
    const fields = fieldColumns(await loadRecordTypes(tx));
    return claimWrites(tx, lease, now, now + LEASE_MS, MOST_AT_ONCE, fields);
  });
  if (claimed.length === 0) return false;
  await inTransaction(ctx, async (tx) => {
    for (const write of claimed) if (write.same) await writeIsDone(tx, write, lease, ctx.clock());
  });
  const [first = [], ...later] = rounds(claimed.filter((write) => !write.same));
  if (first.length === 0) return true;
  await writeRound(ctx, remote, lease, first);
  for (const round of later) await writeRound(ctx, remote, lease, await asTheyAreNow(ctx, round));
  await noteSuccess(ctx, 'writing');
  return true;
}

/** Each record once to a round: the second field of one is written on what the first made of it. */
function rounds(writes: readonly ClaimedWrite[]): ClaimedWrite[][] {
  const made: ClaimedWrite[][] = [];
  for (const write of writes) {
    const same = (one: ClaimedWrite): boolean => one.table === write.table && one.recordId === write.recordId;
    const free = made.find((round) => !round.some(same));
    if (free === undefined) made.push([write]);
    else free.push(write);
  }
  return made;
}

async function asTheyAreNow(ctx: Context, writes: readonly ClaimedWrite[]): Promise<ClaimedWrite[]> {
  return inTransaction(ctx, async (tx) => {
    const now: ClaimedWrite[] = [];
    for (const write of writes) {
      const record = await mirrorRecord(tx, write.table, write.recordId);
      if (record !== null) now.push({ ...write, ifMatch: record.etag });
    }
    return now;
  });
}

async function writeRound(
  ctx: Context,
  remote: RemoteCrm,
  lease: string,
  writes: readonly ClaimedWrite[],
): Promise<void> {
  const outcomes = await remote.write(writes.map((write) => ({ ...write, table: write })));
  const failed = outcomes.find((one) => one.kind === 'unknown');
  await inTransaction(ctx, async (tx) => {
    for (const [position, write] of writes.entries()) {
      const outcome = outcomes[position];
      if (outcome === undefined) continue;
      if (outcome.kind === 'written') {
        // The record before its writes, as readings lock them.
        const etag = { before: write.ifMatch, after: outcome.etag };
        await wroteRecord(tx, write.table, write.recordId, etag);
        await writeIsDone(tx, write, lease, ctx.clock());
      } else if (outcome.kind === 'gone') await dropRecords(tx, write.table, [write.recordId]);
      else if (outcome.kind === 'changed') await writeFails(tx, write, lease, notYet(ctx, write));
      else await writeFails(tx, write, lease, endOf(ctx, write, outcome));
    }
    const hints = createHints();
    hints.topic('record');
    await hints.send(tx);
  });
  if (failed?.kind === 'unknown') throw failed.failure;
  for (const [position, write] of writes.entries())
    if (outcomes[position]?.kind === 'changed') await readBeforeWriting(ctx, remote, write);
}

/** What somebody changed meanwhile is read and judged; then the write is tried again at once, where it is still wanted. */
async function readBeforeWriting(ctx: Context, remote: RemoteCrm, write: ClaimedWrite): Promise<void> {
  let failure: CrmFailure | null = null;
  try {
    await rereadRecord(ctx, remote, { table: write.table, id: write.recordId });
  } catch (error) {
    failure = asFailure(error);
  }
  if (failure?.passing) throw failure;
  await inTransaction(ctx, async (tx) => {
    const record = await mirrorRecord(tx, write.table, write.recordId);
    if (record === null) return;
    const problem = failure ?? (record.etag === write.ifMatch ? NOT_CHANGED : null);
    if (problem === null) return;
    await writeFails(tx, write, null, endOf(ctx, write, { kind: 'refused', failure: problem }));
  });
}

const notYet = (ctx: Context, write: ClaimedWrite): WriteEnd => {
  const now = ctx.clock();
  return { mayHaveArrived: write.underWay, problem: null, nextAt: now, now };
};

const NOT_CHANGED = new CrmFailure(
  'conflict',
  'The organisation says that the record changed, and shows it as it was.',
);

/** What ends like this was not done: it was never sent, or turned away before anything happened. */
const NOT_DONE: ReadonlySet<string> = new Set([
  'paused',
  'throttled',
  'sign-in',
  'not-a-member',
  'user-disabled',
]);

/** A refusal is about this record and for a person to see; what got lost on the way is tried again with all others. */
function endOf(
  ctx: Context,
  write: ClaimedWrite,
  outcome: Extract<RemoteWriteOutcome, { kind: 'refused' | 'unknown' }>,
): WriteEnd {
  const now = ctx.clock();
  if (outcome.kind === 'unknown') {
    const mayHaveArrived = write.underWay || !NOT_DONE.has(outcome.failure.kind);
    return { mayHaveArrived, problem: null, nextAt: now, now };
  }
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(write.attempts - 1, 10));
  const { kind, message } = outcome.failure;
  return {
    mayHaveArrived: kind === 'not-accepted' || write.underWay,
    problem: { code: kind, text: message },
    nextAt: now + pause,
    now,
  };
}
