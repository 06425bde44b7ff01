import { describe, expect, it } from 'vitest';
import { waitingOf } from './waiting.ts';

const now = Date.parse('2026-03-01T12:00:00.000Z');
const ago = (minutes: number) => new Date(now - minutes * 60_000).toISOString();

describe('how long a customer waits', () => {
  it.each([
    { since: null, remind: 10, waiting: null },
    { since: ago(0.5), remind: 10, waiting: null },
    { since: ago(1), remind: 10, waiting: { minutes: 1, late: false } },
    { since: ago(9.9), remind: 10, waiting: { minutes: 9, late: false } },
    { since: ago(10), remind: 10, waiting: { minutes: 10, late: true } },
    { since: ago(3000), remind: null, waiting: { minutes: 3000, late: false } },
    // A server whose clock runs ahead of this page's.
    { since: ago(-2), remind: 1, waiting: null },
  ])('since $since, reminded after $remind: $waiting', ({ since, remind, waiting }) => {
    expect(waitingOf(since, remind, now)).toEqual(waiting);
  });
});
