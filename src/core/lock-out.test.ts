import { expect, it } from 'vitest';
import { lockedUntil } from './lock-out.ts';

const MINUTE = 60_000;

it.each([
  [0, null],
  [4, null],
  [5, MINUTE],
  [6, 2 * MINUTE],
  [10, 32 * MINUTE],
  [11, 60 * MINUTE],
  [99, 60 * MINUTE],
  [100, Number.POSITIVE_INFINITY],
  [5000, Number.POSITIVE_INFINITY],
])('after %i wrong passwords closes for %s ms', (failed, wait) => {
  expect(lockedUntil(failed, 1000, 1000)).toBe(wait === null ? null : 1000 + wait);
});

it('opens when the wait is over', () => {
  expect(lockedUntil(5, 0, MINUTE - 1)).toBe(MINUTE);
  expect(lockedUntil(5, 0, MINUTE)).toBeNull();
});
