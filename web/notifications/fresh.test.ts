import { describe, expect, test } from 'vitest';
import type { NotificationOut } from '../../src/http/schemas/desk.ts';
import { freshChats, freshNotifications, knownOf, unreadById } from './fresh.ts';

const one = (id: string, minute: number, read = false): NotificationOut => {
  const at = new Date(Date.UTC(2026, 4, 12, 9, minute)).toISOString();
  return { id, kind: 'waiting', at, readAt: read ? at : null, conversation: null, actor: null, text: null };
};
const idsOf = (list: { id: string }[]) => list.map(({ id }) => id);

describe('which notifications are news', () => {
  const before = [one('b', 2), one('a', 1, true)];

  test('what came since, also at the same moment as the newest of before', () => {
    expect(idsOf(freshNotifications([one('d', 3), one('c', 2), ...before], knownOf(before)))).toEqual([
      'd',
      'c',
    ]);
    expect(idsOf(freshNotifications([one('c', 3)], knownOf([])))).toEqual(['c']);
  });

  test('not what was there before, not what another tab read meanwhile, not an older page that is read on to', () => {
    expect(freshNotifications(before, knownOf(before))).toEqual([]);
    expect(freshNotifications([one('c', 3, true), ...before], knownOf(before))).toEqual([]);
    expect(freshNotifications([...before, one('z', 0)], knownOf(before))).toEqual([]);
  });
});

test('a customer wrote where more is unread than before', () => {
  const before = unreadById([
    { id: 'a', unread: 1 },
    { id: 'b', unread: 2 },
  ]);
  const now = [
    { id: 'a', unread: 2 },
    { id: 'b', unread: 2 },
    { id: 'c', unread: 1 },
  ];
  expect(idsOf(freshChats(now, before))).toEqual(['a', 'c']);
  // Read in between, and written again.
  expect(idsOf(freshChats([{ id: 'b', unread: 1 }], unreadById([])))).toEqual(['b']);
});
