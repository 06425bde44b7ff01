import type { z } from 'zod';
import type { Context } from '../actions/context.ts';
import { loadRecordTypes, loadSettings } from '../actions/organisation.ts';
import { loadWorkingHours } from '../actions/working-hours.ts';
import { DRIFT_KINDS, nextHour } from '../core/crm-compare.ts';
import { compareRows, listDrift } from '../db/crm-compare.ts';
import type { CrmSyncOut } from './schemas/crm-sync.ts';
import { isoOrNull, isoTime } from './views.ts';

type CompareOut = NonNullable<z.infer<typeof CrmSyncOut>['compare']>;

/** What the nightly compare with a remote CRM found, and when it runs next. */
export async function compareView(ctx: Context): Promise<CompareOut> {
  const { db } = ctx.database;
  const types = await loadRecordTypes(db);
  const { crmCompareHour: hour } = await loadSettings(db);
  const { timeZone } = await loadWorkingHours(db);
  const rows = (await compareRows(db)).filter((row) => types.has(row.table));
  return {
    hour,
    timeZone,
    nextAt: hour === null ? null : isoTime(nextHour(timeZone, hour, ctx.clock())),
    tables: rows.map((row) => {
      const begun = row.phase !== 'idle' || row.finishedAt !== null;
      return {
        table: row.table,
        label: types.get(row.table)?.displayName ?? row.table,
        phase: row.phase === 'idle' && row.requestedAt !== null ? 'waiting' : row.phase,
        startedAt: begun ? isoTime(row.startedAt) : null,
        finishedAt: row.phase === 'idle' ? isoOrNull(row.finishedAt) : null,
        compared: row.compared,
        differed: {
          'not-in-mirror': row.found['not-in-mirror'] ?? 0,
          'not-in-crm': row.found['not-in-crm'] ?? 0,
          field: row.found.field ?? 0,
          values: row.found.values ?? 0,
        },
        mended: row.mended,
        problem: troubleOf(row),
      };
    }),
    drift: (await listDrift(db, 100)).flatMap(({ kind, foundAt, ...row }) => {
      const known = DRIFT_KINDS.find((one) => one === kind);
      return known === undefined ? [] : [{ ...row, kind: known, foundAt: isoTime(foundAt) }];
    }),
  };
}

/** A problem with the CRM as it is shown; null where there is none. */
export function troubleOf(of: {
  problemCode: string | null;
  problemText: string | null;
  problemSince: number | null;
}): { code: string; text: string; since: string } | null {
  const { problemCode, problemText, problemSince } = of;
  if (problemCode === null || problemSince === null) return null;
  return { code: problemCode, text: problemText ?? '', since: isoTime(problemSince) };
}
