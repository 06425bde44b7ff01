import fc from 'fast-check';

/** Values that programs stumble over, by what they are. All that is made comes from fast-check's seed. */

/** A name no line of the log may hold. */
export const PERSON = 'Zaphodine Quillfeather';

const ODD_TEXTS = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'x\udfff',
  '\u202eevil\u202c',
  'e\u0301'.repeat(40),
  '👩‍👩‍👧‍👦'.repeat(20),
  '\ufeff\u200b',
  'İıſK',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  "' or 1=1 --",
  '%',
  '%00',
  '\\',
  '{{1}}',
  '$(x)',
  '../../etc/passwd',
  'null',
  'NaN',
  '-0',
  '1e999',
  '99999999999999999999',
  '0000-00-00T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '+275760-09-13T00:00:00.000Z',
  '00000000-0000-0000-0000-000000000000',
  '+1'.repeat(30),
  PERSON,
];

const NUMBERS = [
  0,
  -0,
  -1,
  1,
  0.5,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 63,
  -(2 ** 63),
  8.64e15,
  8.64e15 + 1,
  1e21,
  1e308,
  5e-324,
];

const long = fc
  .tuple(fc.constantFrom('a', ' ', 'ä', '0', '(', '\ud83d\ude00', 'no '), fc.constantFrom(300, 5_000, 70_000))
  .map(([unit, times]) => unit.repeat(times));

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...ODD_TEXTS) },
  { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: long },
);

/** Levels of one array in another; a text, for no stack of ours is to build it. */
const deepJson = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

export const hostileNumber: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(...NUMBERS),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

/** Any JSON value, seldom one that was expected. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: hostileText },
  { weight: 3, arbitrary: hostileNumber },
  { weight: 2, arbitrary: fc.constantFrom(null, true, false) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(40, 3_000).map(deepJson) },
  {
    weight: 1,
    arbitrary: fc.constant(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${i}`, i]))),
  },
  { weight: 1, arbitrary: fc.constant(Array.from({ length: 2_000 }, () => 'x')) },
  {
    weight: 1,
    arbitrary: fc.constant(JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{}}}')),
  },
);

/** The value with one place of it replaced, left out or joined by a key nobody asked for. */
export function mutate(value: unknown, at: number, how: number, by: unknown): unknown {
  if (typeof value !== 'object' || value === null) return by;
  const keys = Object.keys(value);
  const key = keys[at % (keys.length + 1)];
  const copy: Record<string, unknown> = Object.fromEntries(Object.entries(value));
  const deeper = Math.floor(at / (keys.length + 1));
  if (key === undefined) copy.extra = by;
  else if (how % 5 === 0) delete copy[key];
  else if (how % 5 === 1) copy[key] = by;
  else copy[key] = mutate(copy[key], deeper, Math.floor(how / 5), by);
  return Array.isArray(value) ? Object.values(copy) : copy;
}

/** What a broken client does to the text of a body. */
export const damage: fc.Arbitrary<(text: string) => string> = fc
  .tuple(fc.nat(7), fc.nat(100_000))
  .map(([how, at]) => (text: string) => {
    const place = text.length === 0 ? 0 : at % text.length;
    const before = text.slice(0, place);
    const after = text.slice(place);
    switch (how) {
      case 0:
        return before;
      case 1:
        return `${before}\u0000${after}`;
      case 2:
        return text.replace('{', '{"__proto__":{"a":1},');
      case 3:
        return text.replace(/\{("[^"]*":)/, '{$1null,$1');
      case 4:
        return text.replace(/:(?:-?\d+|"[^"]*"|true|false|null)/, ':1e999');
      case 5:
        return text + text;
      case 6:
        return `${before}${'['.repeat(20_000)}${after}`;
      default:
        return text.replace(/"([^"]*)"(?=[,}\]])/, '"\\ud800\\u0000$1"');
    }
  });
