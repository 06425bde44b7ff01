import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConversationOut } from '../../src/http/schemas/chat.ts';
import {
  type Ask,
  extend,
  inShownOrder,
  type ListPage,
  PAGE,
  refresh,
  rowsOf,
  shiftOf,
  withSingles,
} from './view-pages.ts';

/** A server's list: conversations by their place, newest first; a cursor is the place after which a page begins. */
class List {
  readonly places = new Map<string, number>();
  #top = 1_000_000;
  asked = 0;
  constructor(count: number) {
    for (let index = count; index > 0; index -= 1) this.touch(`c${index}`);
  }
  touch(id: string): void {
    this.#top += 1;
    this.places.set(id, this.#top);
  }
  ids(): string[] {
    return [...this.places].sort((a, b) => b[1] - a[1]).map(([id]) => id);
  }
  ask: Ask = async (cursor, limit) => {
    this.asked += 1;
    const below = this.ids().filter((id) => cursor === null || (this.places.get(id) ?? 0) < Number(cursor));
    const ids = below.slice(0, limit);
    const last = ids.at(-1);
    return {
      items: ids.map((id) => conversation(id, this.places.get(id))),
      nextCursor: below.length > limit && last !== undefined ? String(this.places.get(last)) : null,
    };
  };
}

/** Only the id and the place matter here. */
const conversation = (id: string, place = 0): ConversationOut => ({
  id,
  contactPoint: { id: `p-${id}`, name: id, shared: false },
  records: [],
  channel: 'one',
  lastMessageAt: new Date(place).toISOString(),
  lastMessage: null,
  unread: 0,
  consent: { service: 'not-asked', marketing: 'not-asked' },
  onHold: false,
  status: 'open',
  team: { id: 't', name: 'Everyone' },
  owner: null,
  assignment: null,
  discussing: [],
  blocked: false,
  dismissed: false,
  waitingSince: null,
  takeOverFrom: null,
  serviceWindowClosesAt: null,
});

const idsOf = (pages: readonly ListPage[]) => rowsOf(pages).map((row) => row.conversation.id);
const atTop = { first: 0, last: 10 };

async function loaded(list: List, pages: number): Promise<ListPage[]> {
  let all = await refresh([], atTop, 1, list.ask);
  for (let page = 1; page < pages; page += 1) all = await extend(all, 1, list.ask);
  return all;
}

describe('the loaded part of the list', () => {
  it('grows page by page until the end', async () => {
    const list = new List(120);
    expect(idsOf(await loaded(list, 2))).toEqual(list.ids().slice(0, 2 * PAGE));
    const all = await loaded(list, 3);
    expect(idsOf(all)).toEqual(list.ids());
    expect(await extend(all, 1, list.ask)).toEqual(all);
  });

  it('asks for what is in view alone, however much is loaded', async () => {
    const list = new List(2_000);
    const pages = await loaded(list, 40);
    list.touch('c900');
    list.asked = 0;
    const fresh = await refresh(pages, atTop, 2, list.ask);
    expect(list.asked).toBe(1);
    expect(idsOf(fresh)).toEqual(list.ids());
  });

  it('keeps what is above as it was and reads the place in view', async () => {
    const list = new List(1_000);
    const pages = await loaded(list, 10);
    list.touch('c400');
    const fresh = await refresh(pages, { first: 395, last: 405 }, 2, list.ask);
    const shown = idsOf(fresh);
    expect(shown).not.toContain('c400');
    expect(shown.slice(0, 399)).toEqual(Array.from({ length: 399 }, (_, index) => `c${index + 1}`));
    expect(idsOf(await refresh(fresh, atTop, 3, list.ask))[0]).toBe('c400');
  });

  it('lets go of what is below when more came in than the overlap holds, rather than leave a gap', async () => {
    const list = new List(400);
    const pages = await loaded(list, 4);
    for (let index = 0; index < 30; index += 1) list.touch(`new${index}`);
    const fresh = await refresh(pages, atTop, 2, list.ask);
    expect(idsOf(fresh)).toEqual(list.ids().slice(0, fresh[0]?.items.length));
  });

  it('never shows one twice and never leaves one out in view, whatever changes and wherever one looks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            touched: fc.array(fc.integer({ min: 1, max: 350 }), { maxLength: 40 }),
            first: fc.integer({ min: 0, max: 300 }),
            more: fc.boolean(),
          }),
          { minLength: 1, maxLength: 8 },
        ),
        async (steps) => {
          const list = new List(300);
          let pages = await loaded(list, 3);
          let round = 1;
          for (const { touched, first, more } of steps) {
            for (const one of touched) list.touch(`c${one}`);
            if (more) pages = await extend(pages, round, list.ask);
            round += 1;
            const count = rowsOf(pages).length;
            const at = Math.min(first, count - 1);
            pages = await refresh(pages, { first: at, last: at + 10 }, round, list.ask);
            const ids = idsOf(pages);
            expect(new Set(ids).size).toBe(ids.length);
            // What was just read is a whole stretch of the list.
            const read = pages
              .filter((page) => page.round === round)
              .flatMap((page) => page.items.map(({ id }) => id));
            const all = list.ids();
            const start = all.indexOf(read[0] ?? '');
            expect(read).toEqual(all.slice(start, start + read.length));
          }
          expect(idsOf(await refresh(pages, atTop, round + 1, list.ask)).slice(0, PAGE)).toEqual(
            list.ids().slice(0, PAGE),
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('what stays where it is', () => {
  const rows = (...ids: string[]) => ids.map((id) => ({ conversation: conversation(id), page: 0 }));
  const order = (of: ReturnType<typeof rows>) => of.map((row) => row.conversation.id);

  it('the order under the pointer; further rows only below', () => {
    expect(order(inShownOrder(rows('a', 'b', 'c'), rows('n', 'c', 'a', 'd', 'e')))).toEqual([
      'a',
      'b',
      'c',
      'd',
      'e',
    ]);
    const [first] = inShownOrder(rows('a'), [{ conversation: { ...conversation('a'), unread: 3 }, page: 0 }]);
    expect(first?.conversation.unread).toBe(3);
  });

  it.each([
    { before: 'abcdef', after: 'xyabcdef', at: 2, shift: 2 },
    { before: 'abcdef', after: 'bcdef', at: 2, shift: -1 },
    { before: 'abcdef', after: 'cabdef', at: 2, shift: -2 },
    { before: 'abcdef', after: 'abdef', at: 2, shift: -1 },
    { before: 'abc', after: 'xyz', at: 1, shift: 0 },
    { before: 'abc', after: '', at: 0, shift: 0 },
  ])('from $before to $after, seen from row $at: $shift', ({ before, after, at, shift }) => {
    expect(shiftOf(rows(...before), rows(...after), at)).toBe(shift);
  });
});

describe('a conversation that was read by itself', () => {
  const open = { ...conversation('c7'), unread: 3 };
  const shown = (pages: readonly ListPage[], round: number) =>
    withSingles(rowsOf(pages), pages, new Map([['c7', { conversation: open, round }]]));

  it('stands where the list had it, until its page is read again', async () => {
    const list = new List(20);
    const pages = await refresh([], atTop, 4, list.ask);
    const rows = shown(pages, 4);
    expect(rows.map((row) => row.conversation.id)).toEqual(list.ids());
    expect(rows.filter((row) => row.conversation.unread === 3)).toHaveLength(1);
    const again = await refresh(pages, atTop, 5, list.ask);
    expect(shown(again, 4)).toEqual(rowsOf(again));
  });

  it('keeps what a search found in it, and leaves the other rows the same', async () => {
    const match = { text: 'found', at: '2026-05-12T12:00:00.000Z', messageId: 'm1' };
    const items = [conversation('c6'), { ...conversation('c7'), match }];
    const pages = [{ cursor: null, nextCursor: null, round: 1, items }];
    const [other, found] = shown(pages, 1);
    expect(other?.conversation).toBe(items[0]);
    expect(found?.conversation).toEqual({ ...open, match });
  });

  it('comes into no list that does not hold it', async () => {
    const pages = await refresh([], atTop, 1, new List(5).ask);
    expect(shown(pages, 1)).toEqual(rowsOf(pages));
  });
});
