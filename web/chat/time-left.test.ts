import { describe, expect, it } from 'vitest';
import { timeLeft } from './time-left.ts';

const now = Date.parse('2026-05-12T10:00:00.000Z');

describe('timeLeft', () => {
  it.each([
    ['2026-05-12T10:00:40.000Z', '40 s'],
    ['2026-05-12T10:04:59.000Z', '4 min'],
    ['2026-05-12T12:00:00.000Z', '2 h'],
    ['2026-05-13T08:29:59.000Z', '22 h 29 min'],
    ['2026-05-14T13:30:00.000Z', '2 d 3 h'],
    ['2026-05-12T10:00:00.000Z', ''],
    ['2026-05-12T09:00:00.000Z', ''],
    ['not a time', ''],
  ])('until %s it says %s', (until, words) => {
    expect(timeLeft(until, now)).toBe(words);
  });
});
