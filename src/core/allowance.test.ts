import { expect, test } from 'vitest';
import { divideAllowance, type Share } from './allowance.ts';
import { REST_MS } from './permits.ts';

const held = (holder: string, permits: number, leftMs = 1_000): Share => ({ holder, permits, leftMs });

test.each<
  [name: string, shares: Share[], keeps: number, becomes: { permits: number; fair: number; resting: number }]
>([
  ['alone, all of it', [], 0, { permits: 100, fair: 100, resting: 0 }],
  ['beside one who has all of it, nothing yet', [held('b', 100)], 0, { permits: 0, fair: 50, resting: 0 }],
  ['beside one who has half, the other half', [held('b', 50)], 0, { permits: 50, fair: 50, resting: 0 }],
  [
    'what somebody gave up is theirs while it rests',
    [held('b', 50), held('lot', 50, -REST_MS + 1)],
    0,
    { permits: 0, fair: 50, resting: 0 },
  ],
  [
    'and free when it has rested',
    [held('b', 50), held('lot', 50, -REST_MS)],
    0,
    { permits: 50, fair: 50, resting: 0 },
  ],
  [
    'who is dead has no part any more, and what they had',
    [held('a', 50), held('b', 50, -1)],
    50,
    { permits: 50, fair: 100, resting: 0 },
  ],
  [
    'one who has too much keeps it in this answer, and hears its part',
    [held('a', 100), held('b', 0)],
    100,
    { permits: 100, fair: 50, resting: 0 },
  ],
  ['and gives it up in the next', [held('a', 100), held('b', 0)], 50, { permits: 50, fair: 50, resting: 20 }],
  [
    'what one gave up and rests it does not get back at once either',
    [held('a', 100)],
    50,
    { permits: 80, fair: 100, resting: 20 },
  ],
  ['no more rests than was given up', [held('a', 60)], 50, { permits: 90, fair: 100, resting: 10 }],
  ['a remainder goes to who asks first', [held('b', 33)], 0, { permits: 50, fair: 50, resting: 0 }],
  ['and is no more than there is', [held('b', 34), held('c', 34)], 0, { permits: 32, fair: 34, resting: 0 }],
  [
    'nobody has more than they had',
    [held('a', 10), held('b', 90)],
    40,
    { permits: 10, fair: 50, resting: 0 },
  ],
  ['one who was forgotten begins anew', [], 100, { permits: 100, fair: 100, resting: 0 }],
  [
    'nodes that believe in a larger allowance leave nothing',
    [held('b', 500)],
    0,
    { permits: 0, fair: 50, resting: 0 },
  ],
])('%s', (_, shares, keeps, becomes) => {
  expect(divideAllowance(100, shares, { holder: 'a', keeps, resting: 20 })).toMatchObject(becomes);
});

test.each<[name: string, shares: Share[], more: boolean]>([
  ['the smallest part is all there is', [held('a', 32), held('b', 34), held('c', 34)], false],
  ['somebody holds too much', [held('a', 0), held('b', 60), held('c', 40)], true],
  ['somebody is gone', [held('a', 40), held('b', 40), held('c', 20, -1)], true],
  ['it has its part', [held('a', 50), held('b', 50)], false],
])('whether to ask again soon: %s', (_, shares, more) => {
  expect(divideAllowance(100, shares, { holder: 'a', keeps: 100, resting: 0 }).more).toBe(more);
});
