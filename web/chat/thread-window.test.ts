import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { MessageOut } from '../../src/http/schemas/chat.ts';
import {
  joined,
  type ThreadPage,
  type ThreadWindow,
  windowOf,
  withFresh,
  withNewer,
  withNewest,
  withOlder,
} from './thread-window.ts';

const message = (position: number, text = ''): MessageOut => ({
  id: `m${position}`,
  conversationId: 'c',
  direction: 'in',
  kind: 'text',
  text,
  status: 'delivered',
  automatic: false,
  actor: null,
  at: new Date(1_800_000_000_000 + position * 1000).toISOString(),
  statusAt: null,
});

/** A server's thread of messages 1…count: pages of `size`, newest first; a cursor is a position. */
const thread = (count: number, size: number) => {
  const between = (from: number, to: number): ThreadPage => ({
    items: Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => message(to - index)),
    nextCursor: from > 1 ? String(from) : null,
    prevCursor: to < count ? String(to) : null,
  });
  return {
    newest: () => between(Math.max(1, count - size + 1), count),
    before: (cursor: string) => between(Math.max(1, Number(cursor) - size), Number(cursor) - 1),
    after: (cursor: string) => between(Number(cursor) + 1, Math.min(count, Number(cursor) + size)),
    around: (position: number) =>
      between(Math.max(1, position - Math.floor(size / 2)), Math.min(count, position + Math.floor(size / 2))),
  };
};
const ids = (held: ThreadWindow | null) => held?.items.map(({ id }) => Number(id.slice(1)));
const down = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, index) => from - index);

it('keeps what was paged back to when new messages come, and renews what the page covers', () => {
  const before = thread(20, 5);
  let held = windowOf(before.newest());
  held = withOlder(held, held.older ?? '', before.before(held.older ?? ''));
  expect(ids(held)).toEqual(down(20, 11));
  const after = withNewest(held, thread(22, 5).newest());
  expect(ids(after)).toEqual(down(22, 11));
  expect(after?.older).toBe('11');
  const renewed = withNewest(held, { items: [message(20, 'edited'), message(19)], nextCursor: '19' });
  expect(renewed?.items[0]?.text).toBe('edited');
});

it('says that a page does not reach back, instead of leaving a gap', () => {
  const held = windowOf(thread(20, 5).newest());
  const page = thread(40, 5).newest();
  expect(withNewest(held, page)).toBeNull();
  expect(ids(withNewest(held, { items: down(40, 14).map((one) => message(one)), nextCursor: '14' }))).toEqual(
    down(40, 14),
  );
});

it('takes a whole thread in one page as the whole thread', () => {
  const held = windowOf(thread(2, 5).newest());
  expect(withNewest(held, thread(3, 5).newest())).toEqual({
    items: down(3, 1).map((one) => message(one)),
    older: null,
    newer: null,
  });
});

it('drops a page that was asked for before the end moved', () => {
  const server = thread(30, 5);
  const held = windowOf(server.newest());
  const moved = withOlder(held, '26', server.before('26'));
  expect(withOlder(moved, '26', server.before('26'))).toBe(moved);
  expect(withNewer(held, '30', server.after('30'))).toBe(held);
});

it('puts fresher copies in their places and adds none', () => {
  const held = windowOf(thread(5, 5).newest());
  const fresh = withFresh(held, [message(3, 'new'), message(9, 'not held')]);
  expect(ids(fresh)).toEqual(down(5, 1));
  expect(fresh.items[2]?.text).toBe('new');
  expect(withFresh(held, [message(9)])).toBe(held);
});

it('reaches the newest message from anywhere, and is then one part without a gap', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 120 }),
      fc.integer({ min: 2, max: 20 }),
      fc.nat(),
      (count, size, seed) => {
        const server = thread(count, size);
        const live = windowOf(server.newest());
        let held = windowOf(server.around(1 + (seed % count)));
        let whole = joined(live, held);
        while (whole === null) {
          const { newer } = held;
          expect(newer).not.toBeNull();
          held = withNewer(held, newer ?? '', server.after(newer ?? ''));
          whole = joined(live, held);
        }
        const shown = ids(whole) ?? [];
        expect(shown[0]).toBe(count);
        expect(shown).toEqual(down(count, shown.at(-1) ?? 0));
        expect(whole.older).toBe((shown.at(-1) ?? 0) > 1 ? String(shown.at(-1)) : null);
      },
    ),
  );
});
