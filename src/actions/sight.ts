import { matchKey } from '../core/phone.ts';
import { PURPOSES, type Purpose } from '../core/purpose.ts';
import { fieldOf, numbersOf, type RecordType, valueFound } from '../core/record-type.ts';
import type { ContactPoint } from '../db/contact-points.ts';
import type { PhoneLink } from '../db/records.ts';
import type { Views } from './gate-contact.ts';
import { desired } from './project-decision.ts';
import type { NewLine } from './record-facts.ts';

/** A record as it was just seen, beside what was known of it, and what follows (product.md §3.2). Nothing is read or stored here. */

export interface Sighted {
  table: string;
  id: string;
  values: Record<string, string | number | boolean | null>;
  /** Who changed it, as far as the CRM tells. */
  actor: string | null;
  /** `crm` (an edit or first load) or `import`. */
  source: string;
  /** Columns that this very change set by hand; null at a first load. */
  edited: readonly string[] | null;
  /** When the CRM last showed what was there before the change; null: the change is made at this moment. */
  shownAt: number | null;
  /** Its numbers (`linksOf`), where somebody read them from the values already. */
  links?: readonly PhoneLink[];
}

export interface Sight {
  record: Sighted;
  /** The messaging number as the index had it, and as it is now. */
  before: PhoneLink | null;
  after: PhoneLink | null;
  /** What its fields were last seen to hold. */
  seen: ReadonlyMap<Purpose, boolean | null>;
  /** Whose number `after` is; null where nothing is known of it. */
  contact: ContactPoint | null;
}

type Values = Sighted['values'];

/** Whether a record that was known by a number is known by another one now, or by none. */
export const numberChanged = ({ before, after }: Pick<Sight, 'before' | 'after'>): boolean =>
  before !== null && before.matchKey !== (after?.matchKey ?? '');

/** The phone index of one record: its messaging number first, the others only recognise who writes. */
export function linksOf(type: RecordType, record: Pick<Sighted, 'table' | 'id' | 'values'>): PhoneLink[] {
  const name = String(record.values[type.nameColumn] ?? '').trim();
  const [messaging, ...others] = numbersOf(type, record.values);
  if (messaging === undefined) return [];
  const link = (e164: string, isMessaging: boolean): PhoneLink => ({
    recordType: record.table,
    recordId: record.id,
    matchKey: matchKey(e164),
    e164,
    messaging: isMessaging,
    name: name === '' ? e164 : name,
  });
  return [link(messaging.e164, true), ...others.map((number) => link(number.e164, false))];
}

/** Whether a field says something that is to be remembered of the number. */
export function holdsValue(type: RecordType, values: Values): boolean {
  return PURPOSES.some((purpose) => {
    const column = fieldOf(type, purpose);
    return column !== null && valueFound(type, purpose, values[column], false) !== null;
  });
}

const grants = (views: Views | null): boolean =>
  views?.service.projects === true && views.service.state === 'granted';

/** What the ledger is to hold of this sight. `views` are what is decided for the record before it. */
export function linesOf(type: RecordType, sight: Sight, views: Views | null, now: number): NewLine[] {
  const { record, before, seen, contact } = sight;
  if (contact === null) return [];
  const changed = numberChanged(sight);
  const lines: NewLine[] = [];
  const isNew = seen.size === 0 && before === null;
  if (contact.ledgerSeq > 0 && (isNew || changed)) lines.push(linkedLine(record, now));
  for (const purpose of PURPOSES) {
    const column = fieldOf(type, purpose);
    if (column === null) continue;
    const value = valueFound(type, purpose, record.values[column], grants(views));
    const known = seen.get(purpose);
    const byHand = record.edited?.includes(column) ?? false;
    const firstSight = known === undefined || before === null || (changed && byHand);
    if (changed && !byHand) continue;
    if (!firstSight && known === value) continue;
    if (firstSight && (value === null || views?.[purpose].projects === true)) continue;
    lines.push(observedLine(record, purpose, value, firstSight, now));
  }
  return lines;
}

function linkedLine(record: Sighted, now: number): NewLine {
  return {
    act: { act: 'linked' },
    purposes: [...PURPOSES],
    at: now,
    receivedAt: now,
    source: record.source,
    actor: record.actor,
    detail: { recordType: record.table, recordId: record.id },
    personal: {},
  };
}

function observedLine(
  record: Sighted,
  purpose: Purpose,
  value: boolean | null,
  firstSight: boolean,
  now: number,
): NewLine {
  return {
    act: { act: 'crm', purpose, value, firstSight, record: `${record.table}/${record.id}`, knowsSeq: 0 },
    purposes: [purpose],
    at: now,
    receivedAt: now,
    source: firstSight ? 'crm-unproven' : record.source,
    actor: record.actor,
    detail: {},
    personal: {},
  };
}

export interface FieldAfter {
  purpose: Purpose;
  column: string;
  /** What the field is to hold, in the words of consent. */
  value: boolean | null;
  /** It holds something else. */
  differs: boolean;
}

/** Afterwards the fields of this record say what the ledger says; where it says nothing, what is there stays. */
export function fieldsAfter(type: RecordType, sight: Sight, views: Views | null): FieldAfter[] {
  const { record } = sight;
  return PURPOSES.flatMap((purpose): FieldAfter[] => {
    const column = fieldOf(type, purpose);
    if (column === null) return [];
    const present = valueFound(type, purpose, record.values[column], grants(views));
    const wanted = views === null ? undefined : desired(views[purpose], null, `${record.table}/${record.id}`);
    const byHand = record.edited?.includes(column) ?? false;
    const value = wanted === undefined ? (numberChanged(sight) && !byHand ? null : present) : wanted;
    return [{ purpose, column, value, differs: value !== present }];
  });
}
