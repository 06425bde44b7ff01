import { matchKey } from '../core/phone.ts';
import { recordsOfNumber } from '../db/records.ts';
import { isUuid } from '../db/rows.ts';
import { CrmFailure } from '../ports.ts';
import type { Context } from './context.ts';
import { noteFailure, pausedFor } from './crm-connection.ts';
import { rereadRecord } from './mirror-records.ts';
import { findTarget, type To } from './target.ts';

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
  const { phone, addressed } = await findTarget(ctx.database.db, to);
  const linked = phone === null ? [] : await recordsOfNumber(ctx.database.db, matchKey(phone));
  const records = new Map<string, { table: string; id: string }>();
  for (const { recordType, recordId } of [...(addressed === null ? [] : [addressed]), ...linked])
    if (isUuid(recordId)) records.set(`${recordType}/${recordId}`, { table: recordType, id: recordId });
  try {
    await Promise.all(
      [...records.values()]
        .slice(0, MOST_RECORDS)
        .map((record) => rereadRecord(ctx, remote, record, { timeoutMs: TIMEOUT_MS })),
    );
  } catch (error) {
    if (!(error instanceof CrmFailure)) throw error;
    if (error.passing) await noteFailure(ctx, error);
  }
}
