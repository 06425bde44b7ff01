import { matchKey, parsePhone } from '../core/phone.ts';
import type { Identity } from '../core/update.ts';
import {
  type Alias,
  type ContactPoint,
  deleteContactPoints,
  findAliases,
  insertAliases,
  insertContactPoints,
  lockContactPoints,
} from '../db/contact-points.ts';
import type { Tx } from '../db/engine.ts';
import type { Context } from './context.ts';

/**
 * From the keys WhatsApp gives a person (phone, business-scoped user id, parent id) to one contact point, made where
 * nobody is known by them. Keys that come together belong together: where they lead to two contact points, the caller
 * merges them.
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

const keyOf = (alias: Alias): string => `${alias.kind}:${alias.value}`;

export interface Identified {
  /** For each person the contact points their keys lead to, at least one. */
  found: string[][];
  /** Contact points that were known and now have one more number: its records take over their decision. */
  gainedNumber: string[];
}

export async function identify(tx: Tx, ctx: Context, people: readonly Person[]): Promise<Identified> {
  const wanted = people.map((person) => ({
    ...person,
    aliases: [person.identity, ...(person.also ?? [])].flatMap(aliasesOf),
  }));
  const known = new Map<string, string>();
  const learn = (rows: (Alias & { contactPointId: string })[]): void => {
    for (const row of rows) known.set(keyOf(row), row.contactPointId);
  };
  learn(
    await findAliases(
      tx,
      wanted.flatMap((person) => person.aliases),
    ),
  );

  // People none of whose keys are known get a contact point each; people of one batch who share a key get one together.
  const created = new Map<string, string>();
  const additions: (Alias & { contactPointId: string })[] = [];
  const rows = [];
  for (const person of wanted) {
    if (person.aliases.some((alias) => known.has(keyOf(alias)))) continue;
    const shared = person.aliases.map((alias) => created.get(keyOf(alias))).find((id) => id !== undefined);
    const id = shared ?? ctx.make.id();
    if (shared === undefined) rows.push(newContactPoint(ctx, id, person.identity, person.name));
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
  await insertContactPoints(tx, rows);
  const added = await insertAliases(tx, additions);
  learn(added);
  if (added.length < additions.length) {
    // Another transaction was first with some keys: theirs stand.
    learn(await findAliases(tx, additions));
    const used = new Set(known.values());
    await deleteContactPoints(
      tx,
      rows.map((row) => row.id).filter((id) => !used.has(id)),
    );
  }
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

function newContactPoint(ctx: Context, id: string, identity: Identity, name: string | null) {
  const phone = identity.phone === undefined ? null : parsePhone(identity.phone);
  return {
    id,
    phone: identity.phone ?? null,
    userId: identity.userId ?? null,
    name,
    country: phone?.country ?? identity.userId?.slice(0, 2) ?? null,
    keyHash: identity.phone === undefined ? null : ctx.keys.numberHash(matchKey(identity.phone)),
  };
}

/** The contact point of one number, locked; made where there is none. */
export async function contactPointOfPhone(tx: Tx, ctx: Context, e164: string): Promise<ContactPoint> {
  const { found } = await identify(tx, ctx, [{ identity: { phone: e164 }, name: null }]);
  const [contact] = await lockContactPoints(tx, found[0] ?? []);
  if (contact === undefined) throw new Error('a contact point that was just found is gone');
  return contact;
}
