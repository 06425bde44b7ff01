import type { Context } from '../actions/context.ts';
import { mirroredColumns } from '../actions/mirror-records.ts';
import { loadRecordTypes } from '../actions/organisation.ts';
import { columnAccess } from '../core/column-access.ts';
import { labelIn } from '../core/labels.ts';
import { proposedPolarity } from '../core/polarity.ts';
import { type ColumnCheck, columnChecks } from '../db/crm-column-checks.ts';
import type { ColumnRow } from '../db/records.ts';
import type { ColumnCheckOut, ColumnOut } from './schemas/records.ts';
import { isoTime } from './views.ts';

/** Columns of the CRM as the API shows them: in the caller's language, with what setting them up needs. */

/** `check` undefined: of a CRM whose columns need no test. */
export function columnOut(
  column: ColumnRow,
  languages: readonly string[],
  check: ColumnCheck | null | undefined,
): ColumnOut {
  const { name, kind, custom, labels, options, takes } = column;
  const shown: ColumnOut = {
    name,
    kind,
    custom,
    label: labelIn(labels?.label, languages, column.label),
    default: column.defaultValue,
    ...(takes == null ? {} : { takes }),
  };
  if (kind !== 'boolean') return shown;
  const security = column.security ?? null;
  return {
    ...shown,
    ...(options == null
      ? {}
      : {
          options: {
            yes: labelIn(labels?.yes, languages, options.yes),
            no: labelIn(labels?.no, languages, options.no),
          },
        }),
    polarity: proposedPolarity({
      name,
      labels: [column.label, ...Object.values(labels?.label ?? {})],
      yes: options == null ? [] : [options.yes, ...Object.values(labels?.yes ?? {})],
      no: options == null ? [] : [options.no, ...Object.values(labels?.no ?? {})],
    }),
    security,
    obstacle: columnAccess(security, check ?? null),
    ...(check === undefined ? {} : { check: check === null ? null : checkOut(check) }),
  };
}

/** All columns of a table; empty where there is none of that name. */
export async function columnsOut(
  ctx: Context,
  table: string,
  languages: readonly string[],
): Promise<ColumnOut[]> {
  const { db } = ctx.database;
  const columns = await ctx.crm.columns(db, table);
  const checks = await columnChecks(db, table);
  if (ctx.crm.remote === null)
    return columns.map((column) => columnOut(column, languages, checks.get(column.name)));
  const type = (await loadRecordTypes(db)).get(table);
  const read = new Set(type === undefined ? [] : await mirroredColumns(db, type));
  // A Yes/No column that takes no answer is no choice for anything; one that was chosen once stays to be seen.
  const offered = columns.filter(
    ({ name, kind, takes }) => kind !== 'boolean' || takes?.update !== false || read.has(name),
  );
  return offered.map((column) => ({
    ...columnOut(column, languages, checks.get(column.name) ?? null),
    read: read.has(column.name),
  }));
}

export function checkOut({ at, actor, verdict, steps }: ColumnCheck): ColumnCheckOut {
  return { at: isoTime(at), actor, verdict, steps };
}
