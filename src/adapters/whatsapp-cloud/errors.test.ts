import { describe, expect, it } from 'vitest';
import type { ErrorAdvice } from '../../ports.ts';
import { adviceFor, ERRORS, explain, leavesOpen, throttleFor } from './errors.ts';

/** Meta's codes by what is to be done, written down apart from the table. */
const expected: Record<ErrorAdvice, number[]> = {
  'stop-channel': [
    0, 190, 3, 10, 200, 230, 299, 131005, 131048, 131064, 131042, 131031, 368, 130497, 131037, 131045, 133010,
    33, 133005, 133006, 133008, 133009, 133015, 133016,
  ],
  retry: [1, 2, 131000, 131016, 133004, 4, 80007, 130429, 131056, 131057, 131052, 131053],
  never: [
    100, 131008, 131009, 135000, 131021, 131026, 131030, 130403, 131050, 130472, 131051, 131060, 131062,
    131063, 132000, 132001, 132005, 132007, 132012, 132018, 132068, 132069, 2388024, 2388039, 2388040,
    2388293, 2388299, 2388019,
  ],
  'use-template': [131047],
  'wait-24h': [131049],
  'stop-template': [132015, 132016],
  // By what was sent, not by a code: see client.test.ts.
  'upload-again': [],
};
const all = Object.entries(expected).flatMap(([advice, codes]) =>
  codes.map((code) => [code, advice] as const),
);

describe('the error table', () => {
  it.each(all)('%i: %s, whatever the HTTP status', (code, advice) => {
    expect(adviceFor({ code, title: '' })).toBe(advice);
    expect(adviceFor({ code, title: '' }, 400)).toBe(advice);
    expect(adviceFor({ code, title: '' }, 503, true)).toBe(advice);
  });

  it('has no code twice, and none that is not checked here', () => {
    const codes = ERRORS.flatMap((row) => row.codes).filter((code) => typeof code === 'number');
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.filter((code) => !all.some(([checked]) => checked === code))).toEqual([]);
  });

  it('stops the channel when the number itself is not found', () => {
    expect(adviceFor({ code: 100, subcode: 33, title: '' })).toBe('stop-channel');
    expect(adviceFor({ code: 100, subcode: 2388024, title: '' })).toBe('never');
  });

  it.each([
    [undefined, false, 'never'],
    [400, false, 'never'],
    [429, false, 'never'],
    [400, true, 'retry'],
    [500, false, 'retry'],
    [503, false, 'retry'],
  ] as const)('an unknown code with HTTP %s, transient %s: %s', (httpStatus, transient, advice) => {
    expect(adviceFor({ code: 199999, title: '' }, httpStatus, transient)).toBe(advice);
    // Not a permission: the range ends at 299.
    expect(adviceFor({ code: 300, title: '' }, httpStatus, transient)).toBe(advice);
  });

  it('lets only those codes be sent again by themselves that say nothing was taken', () => {
    const waiting = all.map(([code]) => [code, throttleFor(code)?.scope] as const);
    expect(waiting.filter(([, scope]) => scope !== undefined)).toEqual([
      [4, 'connection'],
      [80007, 'connection'],
      [130429, 'number'],
      [131056, 'pair'],
      [131057, 'number'],
    ]);
  });

  it('knows which answers leave the outcome open', () => {
    expect(all.map(([code]) => code).filter((code) => leavesOpen(code, 400))).toEqual([1, 131000]);
    expect(leavesOpen(131016, 503)).toBe(true);
    expect(leavesOpen(199999, 500)).toBe(true);
    expect(leavesOpen(199999, 400)).toBe(false);
    // A refusal stays one whatever HTTP status it came with: code 3 comes with 500.
    expect(leavesOpen(3, 500)).toBe(false);
    expect(leavesOpen(131026, 500)).toBe(false);
  });

  it('says every code in a sentence, and an unknown one by its number', () => {
    for (const [code] of all) expect(explain(code)).toMatch(/^[A-Z][^\n]{10,110}\.$/);
    expect(explain(131047)).toContain('template');
    expect(explain(199999)).toContain('199999');
  });
});
