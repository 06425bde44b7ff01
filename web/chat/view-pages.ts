import type { ConversationOut } from '../../src/http/schemas/chat.ts';

/**
 * The loaded part of the list of conversations, page after page. When something changes, only the pages in view are
 * asked for again, each from the place where it begins; those above and below wait until they are scrolled to. So a
 * list of ten thousand loaded rows costs as much to keep live as one of twenty.
 */
export interface ListPage {
  /** Where it begins; null is the top of the list. */
  cursor: string | null;
  items: ConversationOut[];
  nextCursor: string | null;
  /** The round in which it was read. A later page knows better where a conversation now stands. */
  round: number;
}

export interface Row {
  conversation: ConversationOut;
  page: number;
}

type Answer = { items: ConversationOut[]; nextCursor: string | null };
export type Ask = (cursor: string | null, limit: number) => Promise<Answer>;

export const PAGE = 50;
const MOST = 100;
/** Rows read beyond those in view, so that a few that came in above do not part them from what stands below. */
const OVERLAP = 20;

/** Every conversation once, where the page that was read last has it. */
export function rowsOf(pages: readonly ListPage[]): Row[] {
  const home = new Map<string, number>();
  pages.forEach((page, index) => {
    for (const { id } of page.items) {
      const known = home.get(id);
      if (known === undefined || (pages[known]?.round ?? 0) < page.round) home.set(id, index);
    }
  });
  return pages.flatMap(({ items }, page) =>
    items.filter(({ id }) => home.get(id) === page).map((conversation) => ({ conversation, page })),
  );
}

/** A conversation that was read by itself, and the round of the list in which that was. */
export interface Single {
  conversation: ConversationOut;
  round: number;
}

/**
 * The rows with what is newer of them: a conversation read by itself stands where the list last had it, until its page is
 * read again. What a search found in it stays.
 */
export function withSingles(
  rows: readonly Row[],
  pages: readonly ListPage[],
  singles: ReadonlyMap<string, Single>,
): readonly Row[] {
  if (singles.size === 0) return rows;
  return rows.map((row) => {
    const { match } = row.conversation;
    const single = singles.get(row.conversation.id);
    if (single === undefined || (pages[row.page]?.round ?? 0) > single.round) return row;
    const { conversation } = single;
    return { ...row, conversation: match === undefined ? conversation : { ...conversation, match } };
  });
}

/** Reads again what is in view: the rows from `first` to `last`, or the top of a list not read yet. */
export async function refresh(
  pages: readonly ListPage[],
  view: { first: number; last: number },
  round: number,
  ask: Ask,
): Promise<ListPage[]> {
  const rows = rowsOf(pages);
  const from = rows[Math.min(view.first, rows.length - 1)]?.page ?? 0;
  const to = rows[Math.min(view.last, rows.length - 1)]?.page ?? from;
  const begin = rows.findIndex(({ page }) => page >= from);
  const inView = Math.max(PAGE, view.last - Math.max(begin, 0) + 1);
  const needed = pages.length === 0 ? PAGE : inView + OVERLAP;

  const fresh: ListPage[] = [];
  let read = 0;
  let cursor = pages[from]?.cursor ?? null;
  do {
    const limit = Math.min(MOST, needed - read);
    const { items, nextCursor } = await ask(cursor, limit);
    fresh.push({ cursor, items, nextCursor, round });
    read += items.length;
    cursor = nextCursor;
  } while (cursor !== null && read < needed);

  const below = pages.slice(to + 1);
  return [...pages.slice(0, from), ...fresh, ...(joins(fresh.at(-1), below[0]) ? below : [])];
}

/** Whether no conversation can be missing between the two: they share one that did not move. */
function joins(above: ListPage | undefined, below: ListPage | undefined): boolean {
  if (above === undefined || below === undefined || above.nextCursor === null) return false;
  if (above.nextCursor === below.cursor) return true;
  const known = new Map(below.items.map((item) => [item.id, placeOf(item)]));
  return above.items.some((item) => known.get(item.id) === placeOf(item));
}

/** What decides where a conversation stands in the list, in either order. */
const placeOf = ({ lastMessageAt, waitingSince, unread, onHold, owner }: ConversationOut): string =>
  JSON.stringify([lastMessageAt, waitingSince, unread, onHold, owner?.id]);

/** The list with its next page, or as it is where there is none. */
export async function extend(pages: readonly ListPage[], round: number, ask: Ask): Promise<ListPage[]> {
  const cursor = pages.at(-1)?.nextCursor ?? null;
  if (cursor === null) return [...pages];
  const { items, nextCursor } = await ask(cursor, PAGE);
  return [...pages, { cursor, items, nextCursor, round }];
}

/**
 * The rows as they are shown while a person aims at one: in the order they had, with what is new in each; further ones
 * only below. Nothing moves under the pointer.
 */
export function inShownOrder(shown: readonly Row[], fresh: readonly Row[]): Row[] {
  const now = new Map(fresh.map((row) => [row.conversation.id, row]));
  const kept = shown.map((row) => now.get(row.conversation.id) ?? row);
  const known = new Set(shown.map((row) => row.conversation.id));
  const end = fresh.findLastIndex((row) => known.has(row.conversation.id));
  return [...kept, ...fresh.slice(end + 1)];
}

/** By how many rows the first row in view moved, or the first after it that is still there. */
export function shiftOf(before: readonly Row[], after: readonly Row[], firstInView: number): number {
  const places = new Map(after.map((row, index) => [row.conversation.id, index]));
  for (let index = firstInView; index < before.length; index += 1) {
    const place = places.get(before[index]?.conversation.id ?? '');
    if (place !== undefined) return place - index;
  }
  return 0;
}
