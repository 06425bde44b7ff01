import { describe, expect, it } from 'vitest';
import { coresOf, endsOf, stripEnds } from './ends.ts';
import { patternReader } from './pattern.ts';
import { fitting, fittingWithin, ruleSet } from './rule-set.ts';
import { isSlip } from './slips.ts';

const read = patternReader({ me: 'me|us', who: '{me}|them all' });
const fits = (pattern: string, text: string) => fitting(ruleSet([[read(pattern), true]]), text) === true;

describe('a pattern', () => {
  it.each([
    ['stop', 'stop', true],
    ['stop', 'stops', false],
    ["don't text {me}", 'don t text us', true],
    ['leave {who} alone', 'leave them all alone', true],
    ['leave {who} alone', 'leave him alone', false],
    ['no [more|further] (texts|sms [please])', 'no texts', true],
    ['no [more|further] (texts|sms [please])', 'no more sms please', true],
    ['no [more|further] (texts|sms [please])', 'no more texts please', false],
    ['no ... texts', 'no a b c d texts', true],
    ['no ... texts', 'no a b c d e texts', false],
    ['No MÁS', 'no mas', true],
  ])('%j, given %j: %s', (pattern, text, expected) => expect(fits(pattern, text)).toBe(expected));

  it.each(['(a', 'a)', '[a|b', '{nobody}', '(a]', '…'])('%j is refused', (pattern) => {
    expect(() => read(pattern)).toThrow();
  });

  it.each(['[a] [b|c]', '... a', '[a|] ...', '(a|)'])(
    '%j, which needs no word or begins anywhere, is refused',
    (pattern) => {
      expect(() => ruleSet([[read(pattern), true]])).toThrow();
    },
  );

  it('is found within, and the first in order wins wherever it stands', () => {
    const rules = ruleSet([
      [read('late [or never]'), 'first'],
      [read('early ... bird'), 'second'],
      [read('early'), 'third'],
    ]);
    expect(fittingWithin(rules, 'too early or too late'.split(' '))).toBe('first');
    expect(fittingWithin(rules, 'the early and hungry bird'.split(' '))).toBe('second');
    expect(fittingWithin(rules, 'so early a b c d e bird'.split(' '))).toBe('third');
    expect(fittingWithin(rules, 'earlier'.split(' '))).toBeUndefined();
    expect(fitting(rules, 'late or never')).toBe('first');
    expect(fitting(rules, 'late or')).toBeUndefined();
  });
});

describe('the ends of a text', () => {
  const ends = endsOf(['please', 'thank you', 'thank', 'por favor']);
  it.each([
    ['please stop thank you', 'stop'],
    ['stop', 'stop'],
    ['please please', ''],
    ['stop please now', 'stop please now'],
    ['you stop', 'you stop'],
    ['por favor stop por', 'stop por'],
    ['', ''],
  ])('%j without courtesies is %j', (text, expected) => expect(stripEnds(text, ends)).toBe(expected));

  it('come off in every way there is', () => {
    expect(coresOf('please stop please', ends, 3)).toEqual([
      'please stop please',
      'please stop',
      'stop please',
      'stop',
    ]);
    expect(coresOf('please stop please', ends, 1)).toEqual(['stop']);
    expect(coresOf('a b c', ends, 2)).toEqual([]);
  });
});

describe('a slip of the finger', () => {
  it.each(['stpo', 'sotp', 'sto', 'stopo', 'stip', 'top', 'sttop', 'xstop'])(
    'turns stop into %s',
    (typed) => {
      expect(isSlip(typed, 'stop')).toBe(true);
    },
  );
  it.each(['stop', 'post', 'so', 'stoops', 'spto x', '', 'pots'])('does not turn stop into %j', (typed) => {
    expect(isSlip(typed, 'stop')).toBe(false);
  });
});
