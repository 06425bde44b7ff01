import { expect, test } from 'vitest';
import { SERVICE_WINDOW_MS, windowClosesAt, windowOpen, windowOpensAt } from './session.ts';

const WROTE = Date.UTC(2026, 4, 12, 9, 30);
const CLOSES = Date.UTC(2026, 4, 13, 9, 30);

test('a day is 24 hours, whatever the clocks of a country do', () => {
  expect(SERVICE_WINDOW_MS).toBe(86_400_000);
  expect(windowClosesAt(WROTE)).toBe(CLOSES);
  expect(windowClosesAt(null)).toBeNull();
});

test.each<[what: string, lastInboundAt: number | null, now: number, open: boolean]>([
  ['never wrote', null, WROTE, false],
  ['wrote this moment', WROTE, WROTE, true],
  ['last millisecond', WROTE, CLOSES - 1, true],
  ['the moment it shuts', WROTE, CLOSES, false],
  ['a message dated ahead of our clock', WROTE, WROTE - 2_000, true],
])('window, %s', (_, lastInboundAt, now, open) => {
  expect(windowOpen(lastInboundAt, now)).toBe(open);
});

test.each<[what: string, at: number, receivedAt: number, opensAt: number]>([
  ['at once', WROTE, WROTE + 900, WROTE],
  ['delivered late', WROTE, WROTE + 3_600_000, WROTE],
  ['dated ahead', WROTE + 3_600_000, WROTE, WROTE],
])('a message %s', (_, at, receivedAt, opensAt) => {
  expect(windowOpensAt(at, receivedAt)).toBe(opensAt);
});
