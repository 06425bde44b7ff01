import { expect, test } from 'vitest';
import { takeFromPair } from './pair-limit.ts';

const NOON = Date.UTC(2026, 4, 12, 12);

test('45 go at once, and then one every six seconds', () => {
  let tokens = 45;
  for (let sent = 0; sent < 45; sent += 1) {
    const taken = takeFromPair({ tokens, at: NOON }, NOON);
    expect(taken.wait).toBe(0);
    tokens = taken.tokens;
  }
  expect(takeFromPair({ tokens, at: NOON }, NOON)).toEqual({ tokens: 0, wait: 6_000 });
  expect(takeFromPair({ tokens, at: NOON }, NOON + 1_500).wait).toBe(4_500);
  expect(takeFromPair({ tokens, at: NOON }, NOON + 6_000)).toEqual({ tokens: 0, wait: 0 });
});

test('a pause gives back no more than the burst, and a clock that was set back nothing', () => {
  expect(takeFromPair({ tokens: 3, at: NOON }, NOON + 86_400_000)).toEqual({ tokens: 44, wait: 0 });
  expect(takeFromPair({ tokens: 0, at: NOON }, NOON - 60_000)).toEqual({ tokens: 0, wait: 6_000 });
});
