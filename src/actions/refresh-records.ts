import { matchKey } from '../core/phone.ts';
import { recordsOfNumber } from '../db/records.ts';
import { isUuid } from '../db/rows.ts';
import { CrmFailure, type RemoteCrm } from '../ports.ts';
import type { Context } from './context.ts';
import { noteFailure, pausedFor } from './crm-connection.ts';
import { rereadRecord } from './mirror-records.ts';
import { findTarget, type Target, type To } from './target.ts';

/** Somebody waits for their message to be taken; past this the bound on staleness decides. */
const TIMEOUT_MS = 5_000;
/** A number in more records is somebody's switchboard. */
const MOST_RECORDS = 5;

/**
 * Before one message is judged, the records of its customer are read as they are now, where the CRM is behind a network.
 * Where it cannot be asked the gate goes by what was read last, as long as that is not too old.
 */
export async function refreshRecords(ctx: Context, to: To): Promise<void> {
  const { remote } = ctx.crm;
  if (remote === null || (await pausedFor(ctx)) > 0) return;
  // Its lookup says whose number counts, so it is read before that number is looked for.
  const { opened } = await findTarget(ctx.database.db, ctx, to);
  try {
    if (opened !== null)
      await rereadRecord(
        ctx,
        remote,
        { table: opened.recordType, id: opened.recordId },
        { timeoutMs: TIMEOUT_MS },
      );
    await refreshNumber(ctx, remote, await findTarget(ctx.database.db, ctx, to));
  } catch (error) {
    if (!(error instanceof CrmFailure)) throw error;
    if (error.passing) await noteFailure(ctx, error);
  }
}

async function refreshNumber(ctx: Context, remote: RemoteCrm, { phone, addressed }: Target): Promise<void> {
  const linked = phone === null ? [] : await recordsOfNumber(ctx.database.db, matchKey(phone));
  const records = new Map<string, { table: string; id: string }>();
  for (const { recordType, recordId } of [...(addressed === null ? [] : [addressed]), ...linked])
    if (isUuid(recordId)) records.set(`${recordType}/${recordId}`, { table: recordType, id: recordId });
  await Promise.all(
    [...records.values()]
      .slice(0, MOST_RECORDS)
      .map((record) => rereadRecord(ctx, remote, record, { timeoutMs: TIMEOUT_MS })),
  );
}
