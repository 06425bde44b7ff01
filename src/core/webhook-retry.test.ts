import { describe, expect, it } from 'vitest';
import { endingOf, pauseAfter, retryAfterMs } from './webhook-retry.ts';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-05-12T12:00:00Z');

describe('a webhook that did not arrive', () => {
  it('is tried ten times, over three days and a bit, each pause longer than the one before', () => {
    const pauses = Array.from({ length: 12 }, (_, index) => pauseAfter(index + 1, null, 0.5));
    const real = pauses.filter((pause) => pause !== null);
    expect(real).toHaveLength(9);
    expect(real).toEqual([...real].sort((a, b) => a - b));
    const days = real.reduce((sum, pause) => sum + pause, 0) / (24 * HOUR);
    expect(days).toBeGreaterThan(3);
    expect(days).toBeLessThan(4);
  });

  it('comes back spread by a tenth to either side', () => {
    expect(pauseAfter(2, null, 0)).toBe(270_000);
    expect(pauseAfter(2, null, 1)).toBe(330_000);
  });

  it('waits as long as it is asked to, up to a day', () => {
    expect(pauseAfter(1, 60_000, 0.5)).toBe(60_000);
    expect(pauseAfter(9, 1_000, 0.5)).toBe(24 * HOUR);
    expect(pauseAfter(1, 365 * 24 * HOUR, 0.5)).toBe(24 * HOUR);
    expect(pauseAfter(10, 60_000, 0.5)).toBeNull();
  });
});

describe('Retry-After', () => {
  it.each([
    [null, null],
    ['120', 120_000],
    ['Tue, 12 May 2026 12:01:00 GMT', 60_000],
    ['Tue, 12 May 2026 11:00:00 GMT', 0],
    ['soon', null],
  ])('%s', (header, expected) => {
    expect(retryAfterMs(header, NOW)).toEqual(expected);
  });
});

describe('an answer', () => {
  it.each([
    [200, 'delivered'],
    [204, 'delivered'],
    [299, 'delivered'],
    [302, 'failed'],
    [400, 'failed'],
    [410, 'gone'],
    [429, 'failed'],
    [500, 'failed'],
    [null, 'failed'],
  ])('%s is %s', (status, ending) => {
    expect(endingOf(status)).toBe(ending);
  });
});
