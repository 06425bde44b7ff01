import { matchKey } from '../core/phone.ts';
import { PURPOSES } from '../core/purpose.ts';
import type { Identity, Update } from '../core/update.ts';
import { type ContactPoint, setIdentity } from '../db/contact-points.ts';
import type { Tx } from '../db/engine.ts';
import { lockPeople } from '../db/lock-people.ts';
import { isUuid } from '../db/rows.ts';
import { loadConfiguration } from './configuration.ts';
import type { Context } from './context.ts';
import { aliasesOf, countryOf, type Dated, identifyLocked } from './identify.ts';
import { createHints } from './live.ts';
import { mergeContactPoints, projectToRecords } from './merge-contact-points.ts';
import { emptyRecordsOf } from './pass-number.ts';
import { type NewLine, recordFacts } from './record-facts.ts';

/** Who an update concerns, as the payload names them: the same for every redelivery. */
export function subjectOf(update: Update): string {
  const person = personOf(update);
  if (update.kind === 'status') return '-';
  const [alias] = person === null ? [] : aliasesOf(person.identity);
  return alias === undefined ? '-' : `${alias.kind}:${alias.value}`;
}

/** The person of an update, where it may make one known. A status only ever concerns a message that is known (`recipientOf`). */
function personOf(update: Update): Dated | null {
  const named = (identity: Identity, more: Partial<Dated> = {}): Dated | null =>
    aliasesOf(identity).length === 0 && (more.also ?? []).flatMap(aliasesOf).length === 0
      ? null
      : { identity, name: null, at: update.at, number: null, ...more };
  switch (update.kind) {
    case 'message':
      return named(update.from, { name: update.profileName ?? null, number: update.from.phone ?? null });
    case 'preference':
      return named(update.from);
    case 'identity-change':
      return named(update.from, { also: [update.to], number: update.to.phone ?? null });
    case 'echo':
      return named(update.to);
    default:
      return null;
  }
}

/**
 * Whom a status names by an id beside the number that their message went to. What they write later may show the id alone, and a
 * refusal in it is theirs. Only while they have that number: one of an old message says nothing of who has it since. An id of
 * somebody who is at another number stays theirs.
 */
function recipientOf(update: Status, { byKey, contacts }: Locked): Dated | null {
  const { phone, userId, parentUserId } = update.recipient;
  const owner = ownerOfStatus(update, byKey);
  if (owner === null || phone === undefined || (userId ?? parentUserId) === undefined) return null;
  const numberOf = (id: string): string | null => contacts.get(id)?.phone ?? null;
  const key = matchKey(phone);
  const at = numberOf(owner);
  if (at === null || matchKey(at) !== key || byKey.get(`phone:${key}`) !== owner) return null;
  const known = aliasesOf(update.recipient).map((alias) => byKey.get(`${alias.kind}:${alias.value}`));
  // Nothing new, as in nearly all of them.
  if (known.every((id) => id === owner)) return null;
  if (known.some((id) => id !== undefined && id !== owner && numberOf(id) !== null)) return null;
  return { identity: update.recipient, name: null, at: update.at, number: null };
}

type Status = Extract<Update, { kind: 'status' }>;

/** Who is meant by keys and by messages, `kind:value`, before anybody is made known or joined. */
interface Locked {
  byKey: ReadonlyMap<string, string>;
  contacts: ReadonlyMap<string, ContactPoint>;
}

/** By whom somebody may be found. */
function identitiesOf(update: Update): Identity[] {
  if (update.kind === 'status') return [update.recipient];
  const person = personOf(update);
  return person === null ? [] : [person.identity, ...(person.also ?? [])];
}

/** What statuses name messages by: ours where they bring it, and WhatsApp's. */
export function statusIds(updates: readonly Update[]): { messageIds: string[]; whatsappIds: string[] } {
  const statuses = updates.filter((update) => update.kind === 'status');
  return {
    messageIds: statuses.flatMap(({ callbackData }) =>
      callbackData !== undefined && isUuid(callbackData) ? [callbackData] : [],
    ),
    whatsappIds: statuses.map((one) => one.whatsappId),
  };
}

export interface Owned {
  /** The contact point of each update; of a status its message's. Null where nobody is concerned or known. */
  owners: (string | null)[];
  /** All that are locked. */
  contacts: Map<string, ContactPoint>;
}

/** Finds or makes the contact point of each update, joins those that turn out to be one; all are locked, in id order. */
export async function lockOwners(
  tx: Tx,
  ctx: Context,
  items: readonly { update: Update; receivedAt: number }[],
): Promise<Owned> {
  const isOurs = ({ update }: (typeof items)[number]): boolean =>
    update.phoneNumberId === ctx.channel.phoneNumberId;
  const locked = await lockPeople(tx, {
    aliases: items.filter(isOurs).flatMap(({ update }) => identitiesOf(update).flatMap(aliasesOf)),
    ...statusIds(items.map((item) => item.update)),
  });
  const contacts = new Map(locked.map((contact) => [contact.id, contact as ContactPoint]));
  const byKey = new Map(
    locked.flatMap(({ id, keys }) => keys.map((key) => [`${key.kind}:${key.value}`, id] as const)),
  );
  const ours = items.map((item) => {
    if (!isOurs(item)) return null;
    return item.update.kind === 'status'
      ? recipientOf(item.update, { byKey, contacts })
      : personOf(item.update);
  });
  const people = ours.filter((person) => person !== null);
  const { found, gainedNumber, more, passed } = await identifyLocked(tx, ctx, people, locked);
  // Before what was decided of whoever has the number now is written to its records.
  if (passed.length > 0)
    await emptyRecordsOf(tx, ctx, passed, (await loadConfiguration(tx, ctx)).recordTypes);
  for (const contact of more) contacts.set(contact.id, contact);
  const standsFor = new Map<string, string>();
  const today = (id: string): string => {
    const next = standsFor.get(id);
    return next === undefined ? id : today(next);
  };
  let next = 0;
  const owners: (string | null)[] = [];
  for (const [index, item] of items.entries()) {
    if (ours[index] === null) {
      owners.push(item.update.kind === 'status' ? ownerOfStatus(item.update, byKey) : null);
      continue;
    }
    const ids = [...new Set((found[next] ?? []).map(today))];
    next += 1;
    const [keep, ...others] = ids.sort(
      (a, b) => (contacts.get(b)?.ledgerSeq ?? 0) - (contacts.get(a)?.ledgerSeq ?? 0),
    );
    const into = contacts.get(keep ?? '');
    for (const other of others) {
      const from = contacts.get(other);
      if (into === undefined || from === undefined) continue;
      await mergeContactPoints(tx, ctx, into, from, await loadConfiguration(tx, ctx), {
        at: item.update.at,
        receivedAt: item.receivedAt,
        source: item.update.kind,
      });
      standsFor.set(from.id, into.id);
      contacts.delete(from.id);
    }
    if (item.update.kind === 'identity-change' && into !== undefined)
      await changeIdentity(tx, ctx, into, item.update, item.receivedAt, others.length > 0);
    owners.push(keep ?? null);
  }
  // A conversation that is no more stands in lists of whoever saw it.
  if (standsFor.size > 0 || passed.length > 0) {
    const hints = createHints();
    hints.topic('conversation');
    if (passed.length > 0) hints.topic('record');
    await hints.send(tx);
  }
  for (const id of new Set(gainedNumber.map(today))) {
    const contact = contacts.get(id);
    if (contact !== undefined) await projectToRecords(tx, ctx, contact, await loadConfiguration(tx, ctx));
  }
  return { owners: owners.map((id) => (id === null ? null : today(id))), contacts };
}

/**
 * The newest keys of a customer. Another number is a line of their ledger, so that what is exported afterwards names it; so
 * is one that came between, where the change to it arrives after a later one and shows that two identities are one.
 */
async function changeIdentity(
  tx: Tx,
  ctx: Context,
  contact: ContactPoint,
  { from, to, at }: Extract<Update, { kind: 'identity-change' }>,
  receivedAt: number,
  joined: boolean,
): Promise<void> {
  const before = contact.phone;
  const phone = to.phone ?? null;
  const after = await setIdentity(tx, contact.id, {
    phone,
    country: countryOf(phone),
    userId: to.userId ?? null,
    at,
    fromPresent: before !== null && from.phone !== undefined && matchKey(from.phone) === matchKey(before),
  });
  Object.assign(contact, after);
  const between = joined && phone !== null && phone !== after.phone;
  if ((after.phone === before && !between) || contact.ledgerSeq === 0) return;
  const line: NewLine = {
    act: { act: 'renumbered' },
    purposes: [...PURPOSES],
    at,
    receivedAt,
    source: 'identity-change',
    actor: 'customer',
    detail: {},
    personal: between
      ? { phone, otherPhone: from.phone ?? null }
      : { phone: after.phone, otherPhone: before ?? from.phone ?? null },
  };
  await recordFacts(tx, ctx, contact, [line], await loadConfiguration(tx, ctx));
}

function ownerOfStatus({ callbackData, whatsappId }: Status, byKey: Locked['byKey']): string | null {
  return byKey.get(`message:${callbackData}`) ?? byKey.get(`whatsapp-message:${whatsappId}`) ?? null;
}
