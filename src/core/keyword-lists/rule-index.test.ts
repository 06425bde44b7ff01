import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalise } from '../normalise.ts';
import { en } from './en.ts';
import { patternReader } from './pattern.ts';
import { clausesOf } from './refusals.ts';
import { ruleIndex } from './rule-index.ts';
import { fitsWithin, ruleSet } from './rule-set.ts';
import { tr } from './tr.ts';

const sets = [en, tr].map(({ slots, refusals, holds }) =>
  ruleSet([...refusals, ...holds].map((pattern) => [patternReader(slots)(pattern), pattern] as const)),
);
const entries = sets.map(({ byFirstWord }) => [...new Set([...byFirstWord.values()].flat())]);
const index = ruleIndex([sets]);
const listed = [...new Set(entries.flat().flatMap(({ needs }) => needs.flat()))];

describe('the index of the rules', () => {
  it('leaves none out that fits, and names each that has all its words once', () => {
    let fitting = 0;
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...listed), { maxLength: 12 }), (words) => {
        const [found = []] = index(words);
        const expected = entries.flatMap((all, set) =>
          all
            .filter(({ needs }) => needs.every((one) => one.some((word) => words.includes(word))))
            .map(({ value }) => `${set}/${value}`),
        );
        expect(found.map(({ set, entry }) => `${set}/${entry.value}`).sort()).toEqual(expected.sort());
        for (const [set, all] of entries.entries())
          for (const entry of all.filter((one) => fitsWithin(one, words))) {
            fitting += 1;
            expect(expected).toContain(`${set}/${entry.value}`);
          }
      }),
      { numRuns: 400 },
    );
    expect(fitting).toBeGreaterThan(0);
  });

  it('is asked once for a text and all its clauses, whose words are the same', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(
        '.',
        '،',
        '؛',
        '。',
        '…',
        '⒈',
        '\u0301',
        '\u093f',
        '\u200b',
        '\u064b',
        'ſ',
        'İ',
        '㏂',
        ' ',
      ),
      fc.constantFrom(...listed),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const text = pieces.join('');
        const words = new Set(normalise(text).split(' '));
        for (const clause of clausesOf(text))
          for (const word of clause.split(' ')) expect(words).toContain(word);
      }),
      { numRuns: 1_000 },
    );
  });
});
