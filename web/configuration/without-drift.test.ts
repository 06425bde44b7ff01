import { expect, it } from 'vitest';
import { withoutDrift } from './without-drift.ts';

const never = { phase: 'idle', finishedAt: null } as const;
const done = { phase: 'idle', finishedAt: '2026-11-30T03:00:00.000Z' } as const;

it.each([
  ['no record type', [], 'notYet'],
  ['none compared', [never, never], 'notYet'],
  ['asked for', [never, { ...never, phase: 'waiting' }], 'underWay'],
  ['the first under way', [{ ...never, phase: 'listing' }], 'underWay'],
  ['the next under way', [done, { ...never, phase: 'confirming' }], 'underWay'],
  ['one compared, and one set up since', [done, never], 'nothing'],
  ['all compared', [done, done], 'nothing'],
] as const)('no difference in the list, %s', (_, tables, says) => {
  expect(withoutDrift(tables)).toBe(says);
});
