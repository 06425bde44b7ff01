import { describe, expect, test } from 'vitest';
import type { NotificationOut } from '../../src/http/schemas/desk.ts';
import { type NotificationPages, notificationsOf, unreadOf, withRead } from './pages.ts';

const NOW = '2026-05-12T09:00:00.000Z';
const one = (id: string, readAt: string | null = null): NotificationOut => ({
  id,
  kind: 'mentioned',
  at: NOW,
  readAt,
  conversation: { id: 'c', name: 'Ana' },
  actor: 'Maria',
  text: null,
});
const data: NotificationPages = {
  pages: [
    { items: [one('d'), one('c', NOW)], nextCursor: '1', unread: 9 },
    // One came in between: the end of the page before stands here again.
    { items: [one('c', NOW), one('b')], nextCursor: null, unread: 9 },
  ],
  pageParams: [null, '1'],
};

describe('notifications by pages', () => {
  test('each stands there once, and how many are unread says the newest page', () => {
    expect(notificationsOf(data).map(({ id }) => id)).toEqual(['d', 'c', 'b']);
    expect(unreadOf(data)).toBe(9);
    expect(unreadOf(undefined)).toBe(0);
  });

  test('those that are marked are read at once; one that was read already counts for nothing', () => {
    const after = withRead(data, ['c', 'b'], NOW);
    expect(notificationsOf(after).map(({ readAt }) => readAt)).toEqual([null, NOW, NOW]);
    expect(unreadOf(after)).toBe(8);
  });

  test('all of them are more than the page knows', () => {
    const after = withRead(data, null, NOW);
    expect(notificationsOf(after).every(({ readAt }) => readAt !== null)).toBe(true);
    expect(unreadOf(after)).toBe(0);
  });
});
