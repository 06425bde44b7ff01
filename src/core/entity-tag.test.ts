import { describe, expect, it } from 'vitest';
import { IF_MATCH, madeOn, stillStands } from './entity-tag.ts';

describe('what a change was made on', () => {
  it.each([
    // header, what is there, whether the change may be made
    [undefined, '"a"', true],
    [undefined, null, true],
    ['"a"', '"a"', true],
    ['"a"', '"b"', false],
    ['"a"', null, false],
    ['"b", "a"', '"a"', true],
    ['"b","c"', '"a"', false],
    ['W/"a"', '"a"', true],
    ['*', '"a"', true],
    ['*', null, false],
  ] as const)('If-Match %s on %s: %s', (header, current, expected) => {
    expect(stillStands(madeOn(header), current)).toBe(expected);
  });

  it.each(['a', '', '"a', 'a"', '"a" "b"', '"a",', '*, "a"', 'W/a'])('%s is no If-Match', (header) => {
    expect(IF_MATCH.test(header)).toBe(false);
  });
  it.each(['*', '"a"', 'W/"a"', '"a","b"', '"a" , W/"b"', '""'])('%s is one', (header) => {
    expect(IF_MATCH.test(header)).toBe(true);
  });
});
