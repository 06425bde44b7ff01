import { pausedFor } from '../../src/actions/crm-connection.ts';
import { afterFailure, describeCrm, followHints, readTable } from '../../src/actions/read-crm.ts';
import { writeBack } from '../../src/actions/write-crm.ts';
import type { RemoteWorld } from './worlds.ts';

/** Longer than the pause between two readings, and than the first pauses after failures. */
const PASS_MS = 61_000;

/** Turns of the loop of src/workers/crm-sync.ts, with the pauses between them skipped, until nothing is left to do. */
export async function settleRemote({ ctx, setNow }: Pick<RemoteWorld, 'ctx' | 'setNow'>): Promise<void> {
  const { remote } = ctx.crm;
  // Twice: what was read may have to be written, and is read again as our own echo.
  for (let round = 0; round < 2; round += 1) {
    setNow(ctx.clock() + PASS_MS);
    for (let busy = true; busy; ) {
      if ((await pausedFor(ctx)) > 0) setNow(ctx.clock() + PASS_MS);
      try {
        await describeCrm(ctx, remote);
        const wrote = await writeBack(ctx, remote);
        const hinted = await followHints(ctx, remote);
        const read = await readTable(ctx, remote);
        busy = wrote || hinted || read;
      } catch (error) {
        await afterFailure(ctx, error);
      }
    }
  }
}
