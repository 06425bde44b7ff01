import type { ConsentView } from '../core/consent.ts';
import { PURPOSES, type Purpose } from '../core/purpose.ts';
import { fieldOf, type RecordType, valueToHold } from '../core/record-type.ts';
import type { ContactPoint } from '../db/contact-points.ts';
import type { Tx } from '../db/engine.ts';
import { type LinkedRecord, recordsOfContactPoints, saveFieldsSeen } from '../db/records.ts';
import type { FieldWrite } from '../ports.ts';
import type { Context } from './context.ts';
import type { Views, ViewsOf } from './gate-contact.ts';

/**
 * Makes the fields of every record that carries the number as its messaging number say what the ledger says
 * (product.md §3.2): granted → Yes, denied → No, expired → empty, not asked and requested → untouched.
 */
export async function projectDecision(
  tx: Tx,
  ctx: Context,
  contact: ContactPoint,
  before: ViewsOf | null,
  after: ViewsOf,
  recordTypes: Map<string, RecordType>,
): Promise<void> {
  const records = (await recordsOfContactPoints(tx, [contact.id])).filter((record) => record.messaging);
  const values = records.flatMap((record) => {
    const key = `${record.recordType}/${record.recordId}`;
    const [was, is] = [before?.(key) ?? null, after(key)];
    return PURPOSES.filter(
      (purpose) => was === null || decisionOf(was, purpose) !== decisionOf(is, purpose),
    ).map((purpose) => ({ record, purpose, value: desired(is[purpose], was?.[purpose] ?? null, key) }));
  });
  await writeValues(tx, ctx, values, recordTypes);
}

/** Lets the fields of records say these values, in the words of consent; undefined leaves a field alone, as does a type without one. */
export async function writeValues(
  tx: Tx,
  ctx: Context,
  values: readonly {
    record: Pick<LinkedRecord, 'recordType' | 'recordId'>;
    purpose: Purpose;
    value: boolean | null | undefined;
  }[],
  recordTypes: Map<string, RecordType>,
): Promise<void> {
  const now = ctx.clock();
  const writes: FieldWrite[] = [];
  for (const { record, purpose, value } of values) {
    const { recordType: table, recordId } = record;
    const type = recordTypes.get(table);
    const column = type === undefined ? null : fieldOf(type, purpose);
    if (type === undefined || column === null || value === undefined) continue;
    writes.push({ table, recordId, column, value: valueToHold(type, purpose, value) });
    await saveFieldsSeen(tx, table, [{ recordId, purpose, value }], now);
  }
  if (writes.length > 0) await ctx.crm.writeFields(tx, writes, now);
}

/** What must be projected again when it changes. */
export const decisionOf = (views: Views, purpose: Purpose): string =>
  `${views[purpose].state}/${views[purpose].decidedBy ?? ''}/${views[purpose].projects}`;

/**
 * The value the field of a record shall hold in the words of consent; undefined leaves it alone. A stop word that was taken back
 * leaves no decision: the No that we wrote for it goes, and what was found there before it stands again.
 */
export function desired(
  view: ConsentView,
  before: ConsentView | null,
  record: string,
): boolean | null | undefined {
  if (view.projects) return view.state === 'granted' ? true : view.state === 'denied' ? false : null;
  if (before?.projects === true) return view.found.get(record) ?? null;
  return undefined;
}
