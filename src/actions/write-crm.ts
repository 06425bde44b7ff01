import { dropRecords } from '../db/crm-mirror.ts';
import { type ClaimedWrite, claimWrites, writeFails, writeIsDone } from '../db/crm-writes.ts';
import type { RemoteCrm, RemoteWriteOutcome } from '../ports.ts';
import type { Context } from './context.ts';
import { noteFailure, noteSuccess } from './crm-connection.ts';
import { createHints } from './live.ts';
import { inTransaction } from './transaction.ts';

/** Writing back to a remote CRM what the mirror holds: the longest waiting first, each only where it differs. */

const MOST_AT_ONCE = 50;
/** Longer than the longest request. */
const LEASE_MS = 3 * 60_000;
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 3_600_000;

/** Makes one batch of waiting writes. False where none is due. */
export async function writeBack(ctx: Context, remote: RemoteCrm): Promise<boolean> {
  const lease = ctx.make.id();
  const claimed = await inTransaction(ctx, (tx) => {
    const now = ctx.clock();
    return claimWrites(tx, lease, now, now + LEASE_MS, MOST_AT_ONCE);
  });
  if (claimed.length === 0) return false;
  const same = claimed.filter((write) => write.same);
  const differing = claimed.filter((write) => !write.same);
  const outcomes =
    differing.length === 0 ? [] : await remote.write(differing.map((write) => ({ ...write, table: write })));
  await inTransaction(ctx, async (tx) => {
    for (const write of same) await writeIsDone(tx, write, lease, ctx.clock());
    for (const [position, write] of differing.entries()) {
      const outcome = outcomes[position];
      if (outcome === undefined) continue;
      if (outcome.kind === 'written') await writeIsDone(tx, write, lease, ctx.clock());
      else if (outcome.kind === 'gone') await dropRecords(tx, write.table, [write.recordId]);
      else await writeFails(tx, write, lease, endOf(ctx, write, outcome));
    }
    const hints = createHints();
    hints.topic('record');
    await hints.send(tx);
  });
  const failed = outcomes.find((one) => one.kind === 'unknown');
  if (failed?.kind === 'unknown') {
    await noteFailure(ctx, failed.failure);
    return false;
  }
  if (differing.length > 0) await noteSuccess(ctx);
  return true;
}

/** A refusal is about this record and for a person to see; what got lost on the way is tried again with all others. */
function endOf(
  ctx: Context,
  write: ClaimedWrite,
  outcome: Extract<RemoteWriteOutcome, { kind: 'refused' | 'unknown' }>,
): Parameters<typeof writeFails>[3] {
  const now = ctx.clock();
  if (outcome.kind === 'unknown') return { mayHaveArrived: true, problem: null, nextAt: now, now };
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(write.attempts - 1, 10));
  const { kind, message } = outcome.failure;
  return {
    mayHaveArrived: kind === 'not-accepted',
    problem: { code: kind, text: message },
    nextAt: now + pause,
    now,
  };
}
