import type { ConsentView } from '../core/consent.ts';
import { PURPOSES, type Purpose } from '../core/purpose.ts';
import { complianceToField, type RecordType } from '../core/record-type.ts';
import { requestsOf } from '../db/consent.ts';
import type { ContactPoint } from '../db/contact-points.ts';
import type { Tx } from '../db/engine.ts';
import { type LinkedRecord, recordsOfContactPoints, saveFieldsSeen } from '../db/records.ts';
import type { FieldWrite } from '../ports.ts';
import type { Context } from './context.ts';
import type { Views } from './gate-contact.ts';

/**
 * Makes the fields of every record that carries the number as its messaging number say what the ledger says
 * (product.md §3.2): granted → Yes, denied → No, expired → empty, not asked and requested → untouched.
 */
export async function projectDecision(
  tx: Tx,
  ctx: Context,
  contact: ContactPoint,
  before: Views | null,
  after: Views,
  recordTypes: Map<string, RecordType>,
): Promise<void> {
  const records = (await recordsOfContactPoints(tx, [contact.id])).filter((record) => record.messaging);
  if (records.length === 0) return;
  const asked = contact.shared ? await askedRecords(tx, contact, after) : null;
  const writes: FieldWrite[] = [];
  for (const record of records)
    for (const purpose of PURPOSES) {
      const type = recordTypes.get(record.recordType);
      const column = type === undefined ? null : fieldOf(type, purpose);
      if (type === undefined || column === null) continue;
      const view = after[purpose];
      const value = desired(view, before?.[purpose] ?? null, keyOf(record));
      if (value === undefined) continue;
      // A grant, and its end, belong to who was asked; a No found or decided stands for itself.
      const ofOne = view.state === 'granted' || view.state === 'expired';
      if (view.projects && ofOne && asked !== null && asked[purpose] !== keyOf(record)) continue;
      writes.push({
        table: record.recordType,
        recordId: record.recordId,
        column,
        value: purpose === 'service' ? complianceToField(value, type.polarity) : value,
      });
      await saveFieldsSeen(
        tx,
        record.recordType,
        [{ recordId: record.recordId, purpose, value }],
        ctx.clock(),
      );
    }
  await ctx.crm.writeFields(tx, writes, ctx.clock());
}

export const fieldOf = (type: RecordType, purpose: Purpose): string | null =>
  (purpose === 'service' ? type.complianceField : type.marketingField) ?? null;

const keyOf = (record: Pick<LinkedRecord, 'recordType' | 'recordId'>): string =>
  `${record.recordType}/${record.recordId}`;

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

/** Whether a grant may be written to this record: on a shared number only where it is the one that was asked. */
export async function grantsTo(
  tx: Tx,
  contact: ContactPoint,
  views: Views | null,
  record: string,
): Promise<(purpose: Purpose) => boolean> {
  if (!contact.shared || views === null) return () => true;
  const asked = await askedRecords(tx, contact, views);
  return (purpose) => asked[purpose] === record;
}

/** On a shared number a grant belongs to the record that was asked. */
async function askedRecords(
  tx: Tx,
  contact: ContactPoint,
  views: Views,
): Promise<Record<Purpose, string | null>> {
  const requests = await requestsOf(tx, [contact.id], 0);
  const recordOf = (purpose: Purpose): string | null => {
    const request = requests.find((one) => one.id === views[purpose].decidedOn);
    return request?.recordType == null || request.recordId === null
      ? null
      : `${request.recordType}/${request.recordId}`;
  };
  return { service: recordOf('service'), marketing: recordOf('marketing') };
}
