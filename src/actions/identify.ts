import { matchKey, parsePhone } from '../core/phone.ts';
import {
  type Keys,
  keyOf,
  keysOf,
  movesOn,
  noteNumber,
  standsAt,
  type TakenOver,
  tellApart,
} from '../core/tell-apart.ts';
import type { Identity } from '../core/update.ts';
import {
  type Alias,
  COLLISION,
  type ContactPoint,
  deleteContactPoints,
  erasedMeanwhile,
  findAliases,
  insertAliases,
  insertContactPoints,
  lockContactPoints,
  type NewContactPoint,
  nameErased,
  type PassedNumber,
  passNumbers,
} from '../db/contact-points.ts';
import type { Tx } from '../db/engine.ts';
import { anyErased, ownersOfMarks } from '../db/erasure.ts';
import type { LockedPerson } from '../db/lock-people.ts';
import type { Context } from './context.ts';

/**
 * From the keys WhatsApp gives a person (phone, business-scoped user id, parent id) to one contact point, made where
 * nobody is known by them. Keys that come together belong together: where they lead to two contact points, the caller
 * merges them. Whoever comes back after their data was erased is the contact point they were: a refusal stands. A number leads
 * to nobody who gave it up before: with who writes from it then, it is somebody else's.
 */

/** Somebody named by one update; `also` are further keys of the same person (who they are from now on). */
export interface Person {
  identity: Identity;
  also?: Identity[];
  name: string | null;
}

type Wanted = Person & { aliases: Alias[] };

/** The same in the order of what happened. */
export interface Dated extends Person {
  /** When they did what the update tells, ms by WhatsApp's clock. */
  at: number;
  /** The number they are at from then on; null where the update does not say. */
  number: string | null;
}

/** The keys that an identity is found by, the surest first. */
export function aliasesOf(identity: Identity): Alias[] {
  const aliases: Alias[] = [];
  if (identity.userId !== undefined) aliases.push({ kind: 'user', value: identity.userId });
  if (identity.parentUserId !== undefined) aliases.push({ kind: 'parent', value: identity.parentUserId });
  if (identity.phone !== undefined) aliases.push({ kind: 'phone', value: matchKey(identity.phone) });
  return aliases;
}

/** What stays of a key when the data of its person is erased. */
export const markOf = (ctx: Pick<Context, 'keys'>, { kind, value }: Alias): string =>
  ctx.keys.numberHash(kind === 'phone' ? value : `${kind}:${value}`);

/** The country of a number; null where there is none, or no country's plan holds it. */
export const countryOf = (phone: string | null): string | null =>
  phone === null ? null : (parsePhone(phone)?.country ?? null);

type Owned = Alias & { contactPointId: string };

/** Whose these keys were before their data was erased. */
export async function findErased(tx: Tx, ctx: Context, aliases: readonly Alias[]): Promise<Owned[]> {
  if (aliases.length === 0 || !(await anyErased(tx))) return [];
  const byMark = new Map(aliases.map((alias) => [markOf(ctx, alias), alias]));
  return (await ownersOfMarks(tx, [...byMark.keys()])).flatMap(({ mark, contactPointId }) => {
    const alias = byMark.get(mark);
    return alias === undefined ? [] : [{ ...alias, contactPointId }];
  });
}

/** Which contact points these keys lead to, or led to before they were erased; nothing is made or changed. */
export async function findOwners(tx: Tx, ctx: Context, aliases: readonly Alias[]): Promise<Owned[]> {
  const known = await findAliases(tx, aliases);
  const keys = new Set(known.map(keyOf));
  return [
    ...known,
    ...(await findErased(
      tx,
      ctx,
      aliases.filter((alias) => !keys.has(keyOf(alias))),
    )),
  ];
}

/** Whoever comes back is named again; what was erased stays so. */
async function nameAgain(tx: Tx, people: readonly Wanted[], returned: readonly Owned[]): Promise<void> {
  const ids = new Map(returned.map((alias) => [keyOf(alias), alias.contactPointId]));
  for (const { aliases, identity, name } of people) {
    const id = aliases.map((alias) => ids.get(keyOf(alias))).find((found) => found !== undefined);
    if (id === undefined) continue;
    const phone = identity.phone ?? null;
    await nameErased(tx, id, { phone, country: countryOf(phone), userId: identity.userId ?? null, name });
  }
}

export interface Identified {
  /** For each person the contact points their keys lead to, at least one. */
  found: string[][];
  /** Contact points that were known and now have one more number: its records take over their decision. */
  gainedNumber: string[];
}

/**
 * Finds the contact points of people by all their keys, and makes one for whoever is known by none; keys that are new
 * go to who has the others. Two that turn out to be one person are both answered, for the caller to merge. Nothing is
 * locked; what is answered may be merged meanwhile.
 */
export async function identify(tx: Tx, ctx: Context, people: readonly Person[]): Promise<Identified> {
  const wanted = withAliases(people);
  const known = new Map<string, string>();
  const keys = wanted.flatMap((person) => person.aliases);
  learn(known, await findAliases(tx, keys));
  const returned = await findErased(
    tx,
    ctx,
    keys.filter((alias) => !known.has(keyOf(alias))),
  );
  learn(known, returned);
  const { rows, additions: others } = strangers(ctx, wanted, known);
  const additions = [...others, ...returned];
  await insertContactPoints(tx, rows);
  await nameAgain(tx, wanted, returned);
  const added = await insertAliases(tx, additions);
  learn(known, added);
  if (added.length < additions.length) {
    // Another transaction was first with some keys: theirs stand.
    learn(known, await findAliases(tx, additions));
    const used = new Set(known.values());
    await deleteContactPoints(
      tx,
      rows.map((row) => row.id).filter((id) => !used.has(id)),
    );
  }
  return identified(wanted, known, added, rows);
}

/**
 * The same where whoever is known is locked already, and found by `lockPeople`. New contact points are this transaction's
 * own until it commits; who loses a race for a key begins again and finds the other's. `more`: the new ones, and who came back
 * after their data was erased, locked. `passed`: numbers that are somebody else's from now on.
 */
export async function identifyLocked(
  tx: Tx,
  ctx: Context,
  people: readonly Dated[],
  locked: readonly LockedPerson[],
): Promise<Identified & { more: ContactPoint[]; passed: PassedNumber[] }> {
  const keys = keysOf(locked);
  const all = { found: [] as string[][], gainedNumber: [] as string[] };
  const more: ContactPoint[] = [];
  const passed: PassedNumber[] = [];
  let together: (Dated & Wanted)[] = [];
  const identifyThem = async (theirs: readonly TakenOver[] = []): Promise<void> => {
    const one = await identifyTogether(tx, ctx, together, keys, theirs);
    all.found.push(...one.found);
    all.gainedNumber.push(...one.gainedNumber);
    more.push(...one.more);
    passed.push(...one.passed);
    together = [];
  };
  for (const person of withAliases(people)) {
    const moves = movesOn(person, keys);
    // Whoever is at another number than before is told apart by what came before them, and those after them by it.
    if (moves) await identifyThem();
    const theirs = moves ? tellApart(person, keys) : null;
    together.push({ ...person, aliases: theirs?.aliases ?? person.aliases });
    if (theirs === null) continue;
    await identifyThem(theirs.taken);
    noteNumber(person, all.found.at(-1) ?? [], keys);
  }
  await identifyThem();
  return { ...all, more, passed };
}

/** Of people who have no number that another one gave up, but for `taken`. */
async function identifyTogether(
  tx: Tx,
  ctx: Context,
  wanted: readonly Wanted[],
  keys: Keys,
  taken: readonly TakenOver[],
): Promise<Identified & { more: ContactPoint[]; passed: PassedNumber[] }> {
  const { known } = keys;
  for (const { key } of taken) known.delete(key);
  const passing = new Map(taken.map((one) => [one.key, one]));
  const unknown = wanted
    .flatMap((person) => person.aliases)
    .filter((alias) => !known.has(keyOf(alias)) && !passing.has(keyOf(alias)));
  const returned = await findErased(tx, ctx, unknown);
  learn(known, returned);
  const { rows, additions: others } = strangers(ctx, wanted, known);
  const additions = [...others, ...returned];
  if (additions.length === 0) return { ...identified(wanted, known, [], []), more: [], passed: [] };
  await insertContactPoints(tx, rows);
  await nameAgain(tx, wanted, returned);
  const passed = others.flatMap(({ value, contactPointId, ...alias }): PassedNumber[] => {
    const left = passing.get(keyOf({ ...alias, value }));
    return left === undefined ? [] : [{ value, contactPointId, from: left.from, since: left.since }];
  });
  await passNumbers(tx, passed);
  const fresh = additions.filter((alias) => !passing.has(keyOf(alias)));
  const added = await insertAliases(tx, fresh);
  if (added.length < fresh.length)
    throw Object.assign(new Error('another transaction was first with a key'), { code: COLLISION });
  for (const row of rows) standsAt(keys, strangerAt(row));
  for (const { value, since } of passed)
    if (since !== null) keys.since.set(keyOf({ kind: 'phone', value }), since);
  const all = [...added, ...others.filter((alias) => passing.has(keyOf(alias)))];
  learn(known, all);
  const again = new Set(returned.map((alias) => alias.contactPointId));
  for (const id of keys.at.keys()) again.delete(id);
  const back = await lockContactPoints(tx, [...again]);
  for (const contact of back) standsAt(keys, contact);
  return { ...identified(wanted, known, all, rows), more: [...rows.map(strangerAt), ...back], passed };
}

function withAliases<T extends Person>(people: readonly T[]): (T & Wanted)[] {
  return people.map((person) => ({
    ...person,
    aliases: [person.identity, ...(person.also ?? [])].flatMap(aliasesOf),
  }));
}

function learn(known: Map<string, string>, rows: readonly (Alias & { contactPointId: string })[]): void {
  for (const row of rows) known.set(keyOf(row), row.contactPointId);
}

/** Whom nobody knows, and the keys that have to be added for them and for whoever is known by others. */
function strangers(
  ctx: Context,
  wanted: readonly Wanted[],
  known: ReadonlyMap<string, string>,
): { rows: NewContactPoint[]; additions: (Alias & { contactPointId: string })[] } {
  // People none of whose keys are known get a contact point each; people of one batch who share a key get one together.
  const created = new Map<string, string>();
  const additions: (Alias & { contactPointId: string })[] = [];
  const rows: NewContactPoint[] = [];
  for (const person of wanted) {
    if (person.aliases.some((alias) => known.has(keyOf(alias)))) continue;
    const shared = person.aliases.map((alias) => created.get(keyOf(alias))).find((id) => id !== undefined);
    const id = shared ?? ctx.make.id();
    if (shared === undefined) rows.push(newContactPoint(id, person.identity, person.name));
    for (const alias of person.aliases) {
      if (created.has(keyOf(alias))) continue;
      created.set(keyOf(alias), id);
      additions.push({ ...alias, contactPointId: id });
    }
  }
  // Keys learnt beside known ones.
  for (const person of wanted) {
    const owner = person.aliases.map((alias) => known.get(keyOf(alias))).find((id) => id !== undefined);
    if (owner === undefined) continue;
    for (const alias of person.aliases)
      if (!known.has(keyOf(alias)) && !additions.some((one) => keyOf(one) === keyOf(alias)))
        additions.push({ ...alias, contactPointId: owner });
  }
  return { rows, additions };
}

function identified(
  wanted: readonly Wanted[],
  known: ReadonlyMap<string, string>,
  added: readonly (Alias & { contactPointId: string })[],
  rows: readonly NewContactPoint[],
): Identified {
  const made = new Set(rows.map((row) => row.id));
  return {
    found: wanted.map((person) => [
      ...new Set(
        person.aliases.map((alias) => known.get(keyOf(alias))).filter((id): id is string => id !== undefined),
      ),
    ]),
    gainedNumber: added
      .filter((alias) => alias.kind === 'phone' && !made.has(alias.contactPointId))
      .map((alias) => alias.contactPointId),
  };
}

/** A contact point as it was just inserted. */
function strangerAt({ id, phone, userId, name, country }: NewContactPoint): ContactPoint {
  return {
    id,
    phone,
    renumberedAt: null,
    userId,
    name,
    country,
    shared: false,
    blocked: false,
    language: null,
    lastInboundAt: null,
    lastWordAt: null,
    lastInboundWhatsappId: null,
    ledgerSeq: 0,
    ledgerHead: null,
    erased: false,
  };
}

export function newContactPoint(id: string, identity: Identity, name: string | null): NewContactPoint {
  const phone = identity.phone ?? null;
  return {
    id,
    phone,
    userId: identity.userId ?? null,
    name,
    country: countryOf(phone) ?? identity.userId?.slice(0, 2) ?? null,
  };
}

/** The contact point of one number, locked; made where there is none. */
export async function contactPointOfPhone(tx: Tx, ctx: Context, e164: string): Promise<ContactPoint> {
  const { found } = await identify(tx, ctx, [{ identity: { phone: e164 }, name: null }]);
  const [contact] = await lockContactPoints(tx, found[0] ?? []);
  if (contact === undefined) throw new Error('a contact point that was just found is gone');
  if (contact.erased) throw erasedMeanwhile();
  return contact;
}
