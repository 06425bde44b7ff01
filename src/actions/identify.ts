import { matchKey, parsePhone } from '../core/phone.ts';
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
} from '../db/contact-points.ts';
import type { Tx } from '../db/engine.ts';
import { anyErased, ownersOfMarks } from '../db/erasure.ts';
import type { LockedPerson } from '../db/lock-people.ts';
import type { Context } from './context.ts';

/**
 * From the keys WhatsApp gives a person (phone, business-scoped user id, parent id) to one contact point, made where
 * nobody is known by them. Keys that come together belong together: where they lead to two contact points, the caller
 * merges them. Whoever comes back after their data was erased is the contact point they were: a refusal stands.
 */

/** Somebody named by one update; `also` are further keys of the same person (who they are from now on). */
export interface Person {
  identity: Identity;
  also?: Identity[];
  name: string | null;
}

export function aliasesOf(identity: Identity): Alias[] {
  const aliases: Alias[] = [];
  if (identity.userId !== undefined) aliases.push({ kind: 'user', value: identity.userId });
  if (identity.parentUserId !== undefined) aliases.push({ kind: 'parent', value: identity.parentUserId });
  if (identity.phone !== undefined) aliases.push({ kind: 'phone', value: matchKey(identity.phone) });
  return aliases;
}

const keyOf = (alias: { kind: string; value: string }): string => `${alias.kind}:${alias.value}`;

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
 * after their data was erased, locked.
 */
export async function identifyLocked(
  tx: Tx,
  ctx: Context,
  people: readonly Person[],
  locked: readonly LockedPerson[],
): Promise<Identified & { more: ContactPoint[] }> {
  const wanted = withAliases(people);
  const known = new Map<string, string>();
  for (const { id, keys } of locked) for (const key of keys) known.set(keyOf(key), id);
  const unknown = wanted.flatMap((person) => person.aliases).filter((alias) => !known.has(keyOf(alias)));
  const returned = await findErased(tx, ctx, unknown);
  learn(known, returned);
  const { rows, additions: others } = strangers(ctx, wanted, known);
  const additions = [...others, ...returned];
  if (additions.length === 0) return { ...identified(wanted, known, [], []), more: [] };
  await insertContactPoints(tx, rows);
  await nameAgain(tx, wanted, returned);
  const added = await insertAliases(tx, additions);
  if (added.length < additions.length)
    throw Object.assign(new Error('another transaction was first with a key'), { code: COLLISION });
  learn(known, added);
  const again = new Set(returned.map((alias) => alias.contactPointId));
  for (const { id } of locked) again.delete(id);
  return {
    ...identified(wanted, known, added, rows),
    more: [...rows.map(strangerAt), ...(await lockContactPoints(tx, [...again]))],
  };
}

type Wanted = Person & { aliases: Alias[] };

function withAliases(people: readonly Person[]): Wanted[] {
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

function newContactPoint(id: string, identity: Identity, name: string | null): NewContactPoint {
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
