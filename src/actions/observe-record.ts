import { hasLeft } from '../core/left-number.ts';
import { matchKey } from '../core/phone.ts';
import type { Purpose } from '../core/purpose.ts';
import { messagingNumber, type RecordType, valueToHold } from '../core/record-type.ts';
import {
  type ContactPoint,
  findAliases,
  lockContactPoints,
  type PassedNumber,
} from '../db/contact-points.ts';
import type { Tx } from '../db/engine.ts';
import { factsOf, knownUntil } from '../db/ledger.ts';
import {
  type FieldSeen,
  linksOfRecords,
  type PhoneLink,
  readFieldsSeen,
  saveFieldsSeen,
  savePhoneLinks,
} from '../db/records.ts';
import type { FieldWrite } from '../ports.ts';
import type { Context } from './context.ts';
import { fold, type Views, type ViewsOf, viewsByRecord } from './gate-contact.ts';
import { findErased, findOwners, identify } from './identify.ts';
import { passToStranger } from './pass-number.ts';
import { type NewLine, type Rules, recordFactsOf } from './record-facts.ts';
import { fieldsAfter, holdsValue, linesOf, linksOf, type Sight, type Sighted } from './sight.ts';

/**
 * What a CRM record says is taken in (product.md §3.2): its numbers into the phone index, and the values of its fields
 * beside the ledger. A value found at first sight is no edit; a later change is one. Whatever is found, afterwards the
 * fields say what the ledger says.
 */

/** Locks the contact points of these records' old and new numbers, in id order: before a record itself is locked. */
export async function lockNumbersOf(
  tx: Tx,
  ctx: Context,
  type: RecordType | null,
  records: readonly Pick<Sighted, 'table' | 'id' | 'values' | 'links'>[],
): Promise<void> {
  if (type === null || records.length === 0) return;
  const old = await linksOfRecords(
    tx,
    type.table,
    records.map((record) => record.id),
  );
  const keys = old.filter((link) => link.messaging).map((link) => link.matchKey);
  for (const { links, values } of records) {
    const e164 = links?.find((link) => link.messaging)?.e164 ?? messagingNumber(type, values)?.e164;
    if (e164 !== undefined) keys.push(matchKey(e164));
  }
  const aliases = await findOwners(
    tx,
    ctx,
    [...new Set(keys)].map((value) => ({ kind: 'phone' as const, value })),
  );
  await lockContactPoints(tx, [...new Set(aliases.map((alias) => alias.contactPointId))]);
}

/** Takes in what a record shows: whose number it is, and what its Compliance Fields say beside what they said. */
export async function observeRecord(tx: Tx, ctx: Context, record: Sighted, rules: Rules): Promise<void> {
  await observeRecords(tx, ctx, record.table, [record], rules);
}

/**
 * The same for many records of one table in a handful of statements. They must have nothing to do with each other: no
 * record twice, and no two of one customer unless nothing is known or said of that customer (take-in-page.ts).
 */
export async function observeRecords(
  tx: Tx,
  ctx: Context,
  table: string,
  records: readonly Sighted[],
  rules: Rules,
): Promise<void> {
  const type = rules.recordTypes.get(table);
  if (type === undefined || records.length === 0) return;
  const now = ctx.clock();
  const sights = await loadSights(tx, ctx, type, records, rules.recordTypes);
  const ids = sights.flatMap(({ contact }) => (contact === null ? [] : [contact.id]));
  const facts = await factsOf(tx, ids);
  const views = new Map<string, ViewsOf>();
  for (const { contact } of sights) {
    const known = contact === null ? undefined : facts.get(contact.id);
    if (contact === null || known === undefined) continue;
    const { settings } = rules;
    views.set(contact.id, viewsByRecord(contact, fold(known, now, settings), known, now, settings));
  }
  const viewsOf = ({ contact, record }: Sight): Views | null =>
    contact === null ? null : (views.get(contact.id)?.(`${table}/${record.id}`) ?? null);

  // Somebody's two numbers became one customer meanwhile: a collision like any other, the transaction runs again.
  if (new Set(ids).size < ids.length)
    throw Object.assign(new Error('two records of one customer at once'), { code: '40001' });

  const news = sights.flatMap((sight) => {
    const lines = linesOf(type, sight, viewsOf(sight), now);
    return sight.contact === null || lines.length === 0 ? [] : [{ ...sight, contact: sight.contact, lines }];
  });
  for (const one of news) for (const line of one.lines) await dateYes(tx, one.contact, one.record, line);
  if (news.length > 0)
    for (const [id, { afterOf }] of await recordFactsOf(tx, ctx, news, rules)) views.set(id, afterOf);

  const writes: FieldWrite[] = [];
  const seen: FieldSeen[] = [];
  for (const sight of sights) {
    const { record } = sight;
    for (const { purpose, column, value, differs } of fieldsAfter(type, sight, viewsOf(sight))) {
      seen.push({ recordId: record.id, purpose, value });
      if (differs)
        writes.push({ table, recordId: record.id, column, value: valueToHold(type, purpose, value) });
    }
  }
  if (writes.length > 0) await ctx.crm.writeFields(tx, writes, now);
  await saveFieldsSeen(tx, table, seen, now);
}

/**
 * An observed No takes effect when it is seen. A Yes is dated at the last read that showed the old value: whoever set it
 * knew what was decided until then, and what was refused since stands against it (product.md §3.2).
 */
async function dateYes(tx: Tx, contact: ContactPoint, record: Sighted, line: NewLine): Promise<void> {
  const { act } = line;
  if (act.act !== 'crm' || act.value !== true || act.firstSight || record.shownAt === null) return;
  const known = await knownUntil(tx, contact.id, record.shownAt, act.record);
  line.at = Math.min(line.at, Math.max(record.shownAt, known.at ?? 0));
  line.knowsSeq = known.seq;
}

/** Brings the phone index up to date, and loads what is known of the records and of whom they are about. */
async function loadSights(
  tx: Tx,
  ctx: Context,
  type: RecordType,
  records: readonly Sighted[],
  recordTypes: Rules['recordTypes'],
): Promise<Sight[]> {
  const ids = records.map((record) => record.id);
  const old = new Map<string, PhoneLink[]>();
  for (const link of await linksOfRecords(tx, type.table, ids))
    old.set(link.recordId, [...(old.get(link.recordId) ?? []), link]);
  const links = records.map((record) => record.links ?? linksOf(type, record));
  const gone = records.flatMap((record, n) =>
    (old.get(record.id) ?? []).filter(
      (link) => !(links[n] ?? []).some((other) => other.matchKey === link.matchKey),
    ),
  );
  await savePhoneLinks(tx, type.table, gone, links.flat());
  const seen = new Map<string, Map<Purpose, boolean | null>>();
  for (const { recordId, purpose, value } of await readFieldsSeen(tx, type.table, ids))
    seen.set(recordId, (seen.get(recordId) ?? new Map<Purpose, boolean | null>()).set(purpose, value));
  const messaging = (found: readonly PhoneLink[] | undefined): PhoneLink | null =>
    found?.find((link) => link.messaging) ?? null;
  const sights = records.map((record, n) => ({
    record,
    before: messaging(old.get(record.id)),
    after: messaging(links[n]),
    seen: seen.get(record.id) ?? new Map<Purpose, boolean | null>(),
  }));
  const contacts = await contactsOf(tx, ctx, type, sights, recordTypes);
  return sights.map((sight) => ({ ...sight, contact: contacts.get(sight.after?.matchKey ?? '') ?? null }));
}

/**
 * By match key, locked. A contact point is made only where there is something to remember of the number: a value. One whose data
 * was erased is known again: what they refused stands for the new record too. A record that only now takes a number which its
 * customer gave up is about somebody else, and so is whatever held it all the while.
 */
async function contactsOf(
  tx: Tx,
  ctx: Context,
  type: RecordType,
  sights: readonly Omit<Sight, 'contact'>[],
  recordTypes: Rules['recordTypes'],
): Promise<Map<string, ContactPoint>> {
  const keys = [...new Set(sights.flatMap(({ after }) => (after === null ? [] : [after.matchKey])))];
  const ids = new Map<string, string>();
  const aliases = keys.map((value) => ({ kind: 'phone' as const, value }));
  const left = new Map<string, Pick<PassedNumber, 'from' | 'since'>>();
  for (const alias of await findAliases(tx, aliases)) {
    ids.set(alias.value, alias.contactPointId);
    if (hasLeft(alias, alias.value))
      left.set(alias.value, { from: alias.contactPointId, since: alias.renumberedAt });
  }
  for (const { record, before, after } of sights) {
    const passing = left.get(after?.matchKey ?? '');
    if (after === null || passing === undefined || before?.matchKey === after.matchKey) continue;
    ids.set(after.matchKey, await passToStranger(tx, ctx, { ...after, ...passing }, recordTypes, record));
  }
  const unknown = aliases.filter(({ value }) => !ids.has(value));
  const erased = new Set((await findErased(tx, ctx, unknown)).map(({ value }) => value));
  const strangers = sights.flatMap(({ record, after }) =>
    after !== null &&
    !ids.has(after.matchKey) &&
    (erased.has(after.matchKey) || holdsValue(type, record.values))
      ? [after]
      : [],
  );
  const { found } = await identify(
    tx,
    ctx,
    strangers.map(({ e164 }) => ({ identity: { phone: e164 }, name: null })),
  );
  for (const [n, { matchKey: key }] of strangers.entries()) {
    const id = found[n]?.[0];
    if (id !== undefined) ids.set(key, id);
  }
  const locked = new Map(
    (await lockContactPoints(tx, [...new Set(ids.values())])).map((contact) => [contact.id, contact]),
  );
  const contacts = new Map<string, ContactPoint>();
  for (const [key, id] of ids) {
    const contact = locked.get(id);
    if (contact === undefined) throw new Error('a contact point that was just found is gone');
    contacts.set(key, contact);
  }
  return contacts;
}
