import type { MessageOut } from '../../src/http/schemas/chat.ts';

/**
 * The part of a conversation that the page holds: messages without a gap, newest first, and the cursors with which it
 * goes on. `newer` is null where the part reaches the newest message.
 */
export interface ThreadWindow {
  items: readonly MessageOut[];
  older: string | null;
  newer: string | null;
}

/** A page as the API answers it, newest first. */
export interface ThreadPage {
  items: readonly MessageOut[];
  nextCursor: string | null;
  prevCursor?: string | null | undefined;
}

export function windowOf(page: ThreadPage): ThreadWindow {
  return { items: page.items, older: page.nextCursor, newer: page.prevCursor ?? null };
}

/**
 * Takes in the newest page, which replaces what it covers. Null where it does not reach back to what is held: then
 * messages in between are not known, and the caller asks for the page before.
 */
export function withNewest(held: ThreadWindow, page: ThreadPage): ThreadWindow | null {
  const last = page.items.at(-1);
  if (page.nextCursor === null || last === undefined) return { ...windowOf(page), newer: null };
  const end = held.items.findIndex(({ id }) => id === last.id);
  if (end !== -1)
    return { items: [...page.items, ...held.items.slice(end + 1)], older: held.older, newer: null };
  const known = new Set(held.items.map(({ id }) => id));
  return page.items.some(({ id }) => known.has(id)) ? { ...windowOf(page), newer: null } : null;
}

/** Adds the page that follows at the old end. A page asked for with another cursor than the present one is dropped. */
export function withOlder(held: ThreadWindow, cursor: string, page: ThreadPage): ThreadWindow {
  if (held.older !== cursor) return held;
  return { ...held, items: [...held.items, ...unknownOf(held, page)], older: page.nextCursor };
}

/** Adds the page that follows at the new end. */
export function withNewer(held: ThreadWindow, cursor: string, page: ThreadPage): ThreadWindow {
  if (held.newer !== cursor) return held;
  return { ...held, items: [...unknownOf(held, page), ...held.items], newer: page.prevCursor ?? null };
}

function unknownOf(held: ThreadWindow, page: ThreadPage): MessageOut[] {
  const known = new Set(held.items.map(({ id }) => id));
  return page.items.filter(({ id }) => !known.has(id));
}

/** Puts fresher copies of messages in the place of those held; none is added. */
export function withFresh(held: ThreadWindow, fresh: readonly MessageOut[]): ThreadWindow {
  const byId = new Map(fresh.map((message) => [message.id, message]));
  if (!held.items.some(({ id }) => byId.has(id))) return held;
  return { ...held, items: held.items.map((message) => byId.get(message.id) ?? message) };
}

/** Two parts that share a message as one; null where they do not touch. `newer` is the one nearer to the end. */
export function joined(newer: ThreadWindow, older: ThreadWindow): ThreadWindow | null {
  const places = new Map(older.items.map(({ id }, index) => [id, index]));
  const last = newer.items.findLast(({ id }) => places.has(id));
  if (last === undefined) return null;
  const shared = places.get(last.id) ?? 0;
  const end = newer.items.indexOf(last);
  // What `newer` holds beyond the shared message is older still; it has more there, or `older` has.
  const tail = older.items.slice(shared + 1);
  return tail.length === 0
    ? newer
    : { items: [...newer.items.slice(0, end + 1), ...tail], older: older.older, newer: newer.newer };
}
