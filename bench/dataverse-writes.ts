import type { Context } from '../src/actions/context.ts';
import { afterFailure, readTable } from '../src/actions/read-crm.ts';
import { inTransaction } from '../src/actions/transaction.ts';
import { writeBack } from '../src/actions/write-crm.ts';
import { mirrorTable } from '../src/db/crm-mirror.ts';
import { pendingWrites } from '../src/db/crm-writes.ts';
import { recordsAfter } from '../src/db/records.ts';
import type { RemoteCrm } from '../src/ports.ts';
import { requests } from './dataverse-load.ts';
import { control, FIELD } from './dataverse-world.ts';

/**
 * Writing back, and reading what changed, by the product's own loop. Its waits are not sat through: the clocks of the
 * product and of the organisation are moved over them together, so that "under the limits" is what both clocks say.
 */
export interface MovedClock {
  now(): number;
  move(ms: number): Promise<void>;
}

export function movedClock(): MovedClock {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    async move(ms) {
      ahead += ms;
      await control('POST', '/clock', { advanceMs: ms });
    },
  };
}

/** Another value into the field of so many records of the mirror, each with the job that makes the organisation agree. */
async function queueWrites(ctx: Context, count: number): Promise<void> {
  let after: string | null = null;
  for (let left = count; left > 0; ) {
    const records = await recordsAfter(ctx.database.db, 'contact', after, Math.min(left, 500));
    if (records.length === 0) throw new Error('there are not so many records');
    await inTransaction(ctx, (tx) =>
      ctx.crm.writeFields(
        tx,
        records.map(({ id, data }) => ({
          table: 'contact',
          recordId: id,
          column: FIELD,
          value: data[FIELD] !== true,
        })),
        ctx.clock(),
      ),
    );
    left -= records.length;
    after = records.at(-1)?.id ?? null;
  }
}

export interface Written {
  writes: number;
  /** By the clocks of product and organisation. */
  seconds: number;
  /** Of these really worked. */
  workedSeconds: number;
  requests: number;
  operations: number;
  peak: { requests: number; concurrent: number; refused: number };
}

export async function writeMany(
  ctx: Context,
  remote: RemoteCrm,
  clock: MovedClock,
  count: number,
): Promise<Written> {
  await queueWrites(ctx, count);
  await control('DELETE', '/requests');
  const startedAt = clock.now();
  const worked = performance.now();
  for (let turn = 0; ; turn += 1) {
    const wrote = await writeBack(ctx, remote).catch(async (error: unknown) => {
      await afterFailure(ctx, error);
      return false;
    });
    if (wrote) continue;
    const left = (await pendingWrites(ctx.database.db)).get('contact') ?? 0;
    if (left === 0) break;
    if (turn % 50 === 0) console.error(`writes: ${left} left`);
    // As long as the loop sleeps between its turns (workers/crm-sync.ts).
    await clock.move(1_000);
  }
  const { total, peak } = await requests();
  return {
    writes: count,
    seconds: (clock.now() - startedAt) / 1_000,
    workedSeconds: (performance.now() - worked) / 1_000,
    requests: total,
    operations: count,
    peak,
  };
}

/** Reads what changed until nothing more waits. */
export async function readChanges(
  ctx: Context,
  remote: RemoteCrm,
  clock: MovedClock,
): Promise<{ seconds: number; requests: number }> {
  await clock.move(31_000);
  await control('DELETE', '/requests');
  const from = clock.now();
  const started = performance.now();
  while (((await mirrorTable(ctx.database.db, 'contact'))?.readAt ?? 0) < from) await readTable(ctx, remote);
  return { seconds: (performance.now() - started) / 1_000, requests: (await requests()).total };
}
