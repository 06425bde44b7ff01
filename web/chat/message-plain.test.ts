import fc from 'fast-check';
import { expect, it } from 'vitest';
import { beginningOf, emojiAlone, flattened, oneLine, plainText } from './message-plain.ts';

it('takes away what turns text round, and keeps words of both directions', () => {
  expect(plainText('invoice\u202Efdp.exe')).toBe('invoicefdp.exe');
  expect(plainText('a\u2066b\u2069c\u0007\r\nd\te')).toBe('abc\nd\te');
  expect(plainText('مرحبا \u200Fabc')).toBe('مرحبا \u200Fabc');
  expect(plainText('👩‍👩‍👧')).toBe('👩‍👩‍👧');
});

it('shows the beginning of a long text and says how much is left, and short ones whole', () => {
  expect(beginningOf('hello\nthere')).toBeNull();
  const long = beginningOf('x'.repeat(65_000));
  expect(long?.beginning.length).toBe(1_200);
  expect(long?.left).toBe(63_800);
  const lines = beginningOf('line\n'.repeat(400));
  expect(lines?.beginning.split('\n')).toHaveLength(24);
});

it('cuts no letter in two', () => {
  const unit = fc.constantFrom('a', 'é', '😀', 'e\u0301', '\n', 'ب');
  fc.assert(
    fc.property(fc.array(unit, { minLength: 1_700, maxLength: 2_600 }), (letters) => {
      const text = letters.join('');
      const part = beginningOf(text);
      if (part === null) return;
      expect(text.startsWith(part.beginning)).toBe(true);
      expect(part.beginning.length + part.left).toBe(text.length);
      expect(part.beginning.isWellFormed()).toBe(true);
      expect(/^\p{M}/u.test(text.slice(part.beginning.length))).toBe(false);
    }),
    { numRuns: 30 },
  );
});

it('names a message in one line, whatever it holds', () => {
  expect(oneLine('  two\n\nlines ', 60)).toBe('two lines');
  expect(oneLine(`Z${'\u0335'.repeat(500)}algo`, 60)).toBe(`Z${'\u0335'.repeat(4)}algo`);
  expect(oneLine('👩‍👩‍👧'.repeat(100), 3)).toBe(`${'👩‍👩‍👧'.repeat(3)}…`);
  expect(flattened('Việt שָׁלוֹם')).toBe('Việt שָׁלוֹם');
});

it.each([
  ['👍', 1],
  ['❤️ 👩‍👩‍👧', 2],
  ['🇪🇸', 1],
  ['1️⃣', 1],
  ['👍👍👍👍', 0],
  ['1', 0],
  ['ok 👍', 0],
  ['', 0],
])('counts the emoji of %j that stand alone', (text, count) => {
  expect(emojiAlone(text)).toBe(count);
});
