import { matchKey } from '../core/phone.ts';
import { PURPOSES, type Purpose } from '../core/purpose.ts';
import {
  complianceToField,
  messagingNumber,
  observedCompliance,
  otherNumbers,
  type RecordType,
} from '../core/record-type.ts';
import { type ContactPoint, findAliases, lockContactPoints } from '../db/contact-points.ts';
import type { Tx } from '../db/engine.ts';
import { factsOf, knownUntil } from '../db/ledger.ts';
import {
  linksOfRecord,
  type PhoneLink,
  readFieldSeen,
  saveFieldSeen,
  savePhoneLinks,
} from '../db/records.ts';
import type { Context } from './context.ts';
import { fold, type Views } from './gate-contact.ts';
import { contactPointOfPhone } from './identify.ts';
import { desired, fieldOf, grantsTo } from './project-decision.ts';
import { type NewLine, type Rules, recordFacts } from './record-facts.ts';

/**
 * What a CRM record says is taken in (product.md §3.2): its numbers into the phone index, and the values of its fields
 * beside the ledger. A value found at first sight is no edit; a later change is one. Whatever is found, afterwards the
 * fields say what the ledger says.
 */

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
}

/** Locks the contact points of these records' old and new numbers, in id order: before a record itself is locked. */
export async function lockNumbersOf(
  tx: Tx,
  type: RecordType | null,
  records: readonly Pick<Sighted, 'table' | 'id' | 'values'>[],
): Promise<void> {
  if (type === null) return;
  const keys: string[] = [];
  for (const record of records) {
    const links = await linksOfRecord(tx, record.table, record.id);
    const next = messagingNumber(type, record.values);
    keys.push(...links.filter((link) => link.messaging).map((link) => link.matchKey));
    if (next !== null) keys.push(matchKey(next.e164));
  }
  const aliases = await findAliases(
    tx,
    [...new Set(keys)].map((value) => ({ kind: 'phone' as const, value })),
  );
  await lockContactPoints(tx, [...new Set(aliases.map((alias) => alias.contactPointId))]);
}

export async function observeRecord(tx: Tx, ctx: Context, record: Sighted, rules: Rules): Promise<void> {
  const type = rules.recordTypes.get(record.table);
  if (type === undefined) return;
  const before = (await linksOfRecord(tx, record.table, record.id)).find((link) => link.messaging) ?? null;
  const links = linksOf(type, record);
  const after = links.find((link) => link.messaging) ?? null;
  await savePhoneLinks(tx, record.table, record.id, links);
  const seen = await readFieldSeen(tx, record.table, record.id);
  const numberChanged = before !== null && before.matchKey !== (after?.matchKey ?? '');
  const contact = await contactOf(tx, ctx, after, type, record);
  const isNew = seen.size === 0 && before === null;
  const lines: NewLine[] = [];
  if (contact !== null && contact.ledgerSeq > 0 && (isNew || numberChanged))
    lines.push(linkedLine(ctx, record));
  const found = contact === null ? null : await viewsOf(tx, ctx, contact, rules);
  for (const purpose of PURPOSES) {
    const column = fieldOf(type, purpose);
    if (column === null || contact === null) continue;
    const value = valueIn(type, purpose, record.values[column] ?? null, grants(found));
    const known = seen.get(purpose);
    const byHand = record.edited?.includes(column) ?? false;
    const firstSight = known === undefined || before === null || (numberChanged && byHand);
    if (numberChanged && !byHand) continue;
    if (!firstSight && known.value === value) continue;
    if (firstSight && (value === null || found?.[purpose].projects === true)) continue;
    lines.push(await observedLine(tx, ctx, record, { contact, purpose, value, firstSight }));
  }
  const views =
    contact === null
      ? null
      : lines.length > 0
        ? (await recordFacts(tx, ctx, contact, lines, rules)).after
        : found;
  const mayTake =
    contact === null ? () => true : await grantsTo(tx, contact, views, `${record.table}/${record.id}`);
  await settleFields(tx, ctx, type, record, views, numberChanged, mayTake);
}

/** The phone index of one record: its messaging number first, the others only recognise who writes. */
function linksOf(type: RecordType, record: Sighted): PhoneLink[] {
  const name = String(record.values[type.nameColumn] ?? '').trim();
  const messaging = messagingNumber(type, record.values);
  if (messaging === null) return [];
  const link = (e164: string, isMessaging: boolean): PhoneLink => ({
    recordType: record.table,
    recordId: record.id,
    matchKey: matchKey(e164),
    e164,
    messaging: isMessaging,
    name: name === '' ? e164 : name,
  });
  const first = link(messaging.e164, true);
  const others = otherNumbers(type, record.values)
    .map((number) => link(number.e164, false))
    .filter((other) => other.matchKey !== first.matchKey);
  return [first, ...new Map(others.map((other) => [other.matchKey, other])).values()];
}

/** A contact point is made only where there is something to remember of the number: a value in a field. */
async function contactOf(
  tx: Tx,
  ctx: Context,
  link: PhoneLink | null,
  type: RecordType,
  record: Sighted,
): Promise<ContactPoint | null> {
  if (link === null) return null;
  const [alias] = await findAliases(tx, [{ kind: 'phone', value: link.matchKey }]);
  if (alias !== undefined) return (await lockContactPoints(tx, [alias.contactPointId]))[0] ?? null;
  const holdsValue = PURPOSES.some((purpose) => {
    const column = fieldOf(type, purpose);
    return column !== null && valueIn(type, purpose, record.values[column] ?? null, false) !== null;
  });
  return holdsValue ? contactPointOfPhone(tx, ctx, link.e164) : null;
}

/**
 * A field's value in the words of consent. Under polarity `forbids` an "allowed" without a grant in the ledger is unset.
 */
function valueIn(
  type: RecordType,
  purpose: Purpose,
  raw: string | number | boolean | null,
  granted: boolean,
): boolean | null {
  if (typeof raw !== 'boolean') return null;
  return purpose === 'service' ? observedCompliance(raw, type.polarity, granted) : raw;
}

async function viewsOf(tx: Tx, ctx: Context, contact: ContactPoint, rules: Rules): Promise<Views> {
  return fold((await factsOf(tx, [contact.id])).get(contact.id) ?? [], ctx.clock(), rules.settings);
}

function linkedLine(ctx: Context, record: Sighted): NewLine {
  return {
    act: { act: 'linked' },
    purposes: [...PURPOSES],
    at: ctx.clock(),
    receivedAt: ctx.clock(),
    source: record.source,
    actor: record.actor,
    detail: { recordType: record.table, recordId: record.id },
    personal: {},
  };
}

/**
 * An observed No takes effect when it is seen. A Yes is dated at the last read that showed the old value: whoever set it
 * knew what was decided until then, and what was refused since stands against it (product.md §3.2).
 */
async function observedLine(
  tx: Tx,
  ctx: Context,
  record: Sighted,
  seen: { contact: ContactPoint; purpose: Purpose; value: boolean | null; firstSight: boolean },
): Promise<NewLine> {
  const { contact, purpose, value, firstSight } = seen;
  const now = ctx.clock();
  const name = `${record.table}/${record.id}`;
  const line: NewLine = {
    act: { act: 'crm', purpose, value, firstSight, record: name, knowsSeq: 0 },
    purposes: [purpose],
    at: now,
    receivedAt: now,
    source: firstSight ? 'crm-unproven' : record.source,
    actor: record.actor,
    detail: {},
    personal: {},
  };
  if (value !== true || firstSight || record.shownAt === null) return line;
  const known = await knownUntil(tx, contact.id, record.shownAt, name);
  return { ...line, at: Math.min(now, Math.max(record.shownAt, known.at ?? 0)), knowsSeq: known.seq };
}

/** Afterwards the fields of this record say what the ledger says; where it says nothing, what is there stays. */
async function settleFields(
  tx: Tx,
  ctx: Context,
  type: RecordType,
  record: Sighted,
  views: Views | null,
  numberChanged: boolean,
  mayTake: (purpose: Purpose) => boolean,
): Promise<void> {
  const now = ctx.clock();
  for (const purpose of PURPOSES) {
    const column = fieldOf(type, purpose);
    if (column === null) continue;
    const raw = record.values[column] ?? null;
    const present = valueIn(type, purpose, raw, grants(views));
    const decided = views === null ? undefined : desired(views[purpose], null);
    const wanted = decided === true && !mayTake(purpose) ? undefined : decided;
    const byHand = record.edited?.includes(column) ?? false;
    const value = wanted === undefined ? (numberChanged && !byHand ? null : present) : wanted;
    if (value !== present)
      await ctx.crm.writeFields(
        tx,
        [
          {
            table: record.table,
            recordId: record.id,
            column,
            value: purpose === 'service' ? complianceToField(value, type.polarity) : value,
          },
        ],
        now,
      );
    await saveFieldSeen(tx, record.table, record.id, purpose, value, now);
  }
}

const grants = (views: Views | null): boolean =>
  views?.service.projects === true && views.service.state === 'granted';
