import { hasLeft, type Whereabouts } from './left-number.ts';
import { matchKey } from './phone.ts';

/**
 * Who is meant by a number that has had more than one customer, told from what WhatsApp said of them until then. The people of a
 * batch are taken in its order: what one update says of a number holds for the next ones.
 */

interface Key {
  kind: string;
  value: string;
}

/** Somebody named by one update. */
interface Named<K extends Key> {
  /** All keys that the update gives them. */
  aliases: readonly K[];
  /** Further keys that they have from now on: there where the update says that they changed. */
  also?: unknown;
  /** When they did what it tells, ms by WhatsApp's clock. */
  at: number;
  /** The number they are at from then on; null where the update does not say. */
  number: string | null;
}

interface Standing extends Whereabouts {
  id: string;
  /** Of their last message, ms by WhatsApp's clock. */
  lastInboundAt: number | null;
}

/** One text for a key, to find it in a map by. */
export const keyOf = ({ kind, value }: Key): string => `${kind}:${value}`;

/** What the keys of a batch lead to, as it goes on from one update to the next. */
export interface Keys {
  known: Map<string, string>;
  /** Contact points that turn out to be one: each but the first leads to that. */
  joined: Map<string, string>;
  /** Of numbers that somebody else had before: when those had left them. */
  since: Map<string, number>;
  /** Where each contact point is, as far as WhatsApp told by now; `key` is the `matchKey` of the number. */
  at: Map<string, Standing & { key: string | null }>;
}

/** A number that its customer gave up, and somebody else uses. */
export interface TakenOver {
  /** `keyOf` it. */
  key: string;
  /** Who left it, and when, ms. */
  from: string;
  since: number | null;
}

/** What the keys of these contact points, which are locked, lead to before the batch. */
export function keysOf(
  locked: readonly (Standing & { keys: readonly (Key & { since: number | null })[] })[],
): Keys {
  const keys: Keys = { known: new Map(), joined: new Map(), since: new Map(), at: new Map() };
  for (const contact of locked) {
    for (const key of contact.keys) {
      keys.known.set(keyOf(key), contact.id);
      if (key.since !== null) keys.since.set(keyOf(key), key.since);
    }
    standsAt(keys, contact);
  }
  return keys;
}

/** Notes where a contact point is from this update on. */
export function standsAt(keys: Keys, { id, phone, renumberedAt, lastInboundAt }: Standing): void {
  keys.at.set(id, { id, phone, renumberedAt, lastInboundAt, key: phone === null ? null : matchKey(phone) });
}

function ownerOf(alias: Key, { known, joined }: Keys): string | null {
  const id = known.get(keyOf(alias)) ?? null;
  return id === null ? null : (joined.get(id) ?? id);
}

/** Whether a key of theirs is another number than the one at which somebody is whom their keys lead to. */
export function movesOn({ aliases, also }: Named<Key>, keys: Keys): boolean {
  if (also !== undefined) return true;
  const owners = aliases.flatMap((alias) => keys.at.get(ownerOf(alias, keys) ?? '') ?? []);
  return aliases.some(({ kind, value }) => kind === 'phone' && owners.some(({ key }) => key !== value));
}

/**
 * The keys that are this person's, and those of them that somebody else gave up. A number says nothing of who left it before,
 * nor of who came to it after, unless another key says that it is them.
 */
export function tellApart<K extends Key>(
  { aliases, at: when }: Named<K>,
  keys: Keys,
): { aliases: K[]; taken: TakenOver[] } {
  const standing = (alias: Key): Standing | undefined => keys.at.get(ownerOf(alias, keys) ?? '');
  const isLeft = (alias: Key): boolean => {
    const owner = standing(alias);
    return alias.kind === 'phone' && owner !== undefined && hasLeft(owner, alias.value, when);
  };
  const isEarlier = (alias: Key): boolean => {
    const since = keys.since.get(keyOf(alias));
    return since !== undefined && when <= since;
  };
  const doubtful = new Set(aliases.filter((alias) => isLeft(alias) || isEarlier(alias)));
  const sure = new Set(aliases.flatMap((alias) => (doubtful.has(alias) ? [] : (ownerOf(alias, keys) ?? []))));
  const strange = [...doubtful].filter((alias) => !sure.has(ownerOf(alias, keys) ?? ''));
  const before = new Set(sure.size === 0 ? [] : strange.filter((alias) => isEarlier(alias)));
  return {
    aliases: aliases.filter((alias) => !before.has(alias)),
    taken: strange.flatMap((alias) => {
      const from = keys.known.get(keyOf(alias));
      if (from === undefined || before.has(alias) || !isLeft(alias)) return [];
      return [{ key: keyOf(alias), from, since: standing(alias)?.renumberedAt ?? null }];
    }),
  };
}

/** Whom an update is about is one, and where it says; what it changes is stored later (`setIdentity`, `storeArrivals`). */
export function noteNumber(
  { also, number, at: when }: Named<Key>,
  found: readonly string[],
  { joined, at }: Keys,
): void {
  const ids = new Set(found.map((id) => joined.get(id) ?? id));
  const [one] = ids;
  if (one === undefined) return;
  for (const [id, first] of joined) if (ids.has(first)) joined.set(id, one);
  for (const id of ids) if (id !== one) joined.set(id, one);
  const present = at.get(one);
  if (present === undefined || number === null) return;
  const { renumberedAt, lastInboundAt } = present;
  const newest = Math.max(renumberedAt ?? 0, also === undefined ? (lastInboundAt ?? 0) - 1 : 0);
  const key = matchKey(number);
  if (when > newest && key !== present.key)
    at.set(one, { ...present, phone: number, key, renumberedAt: when });
}
