import { expect, test } from 'vitest';
import { differenceOf, keysIn, pluralOf } from '../../test/languages/missing.ts';
import { usedKeys } from '../../test/languages/used-keys.ts';
import arabic from './ar/words.ts';
import { DYNAMIC_KEYS } from './dynamic-keys.ts';
import english from './en/words.ts';
import spanish from './es/words.ts';
import portuguese from './pt-BR/words.ts';

/**
 * Every language has what English has, and the pages use what there is. `npm run i18n:missing` prints what a translator
 * still has to do.
 */
const languages: Record<string, Record<string, object>> = { es: spanish, 'pt-BR': portuguese, ar: arabic };
const namespaces = Object.entries(english);
const each = Object.entries(languages).flatMap(([language, words]) =>
  namespaces.map(([namespace, model]) => ({
    language,
    namespace,
    model,
    words: words[namespace] ?? {},
  })),
);

test.each(each)('$language/$namespace has every key, and no other', ({ language, model, words }) => {
  const { missing, superfluous } = differenceOf(model, words, language);
  expect({ missing, superfluous }).toEqual({ missing: [], superfluous: [] });
});

test.each(each)(
  '$language/$namespace has the values and elements of English',
  ({ language, model, words }) => {
    expect(differenceOf(model, words, language).parts).toEqual([]);
  },
);

test('English has the plural forms that it needs', () => {
  for (const [, words] of namespaces)
    expect(differenceOf(words, words, 'en')).toEqual({ missing: [], superfluous: [], parts: [] });
});

// Whoever speaks to their computer says the number they see.
test.each(Object.entries({ en: english, ...languages }))(
  'the bell is called by the number that stands on it, in %s',
  (_language, words) => {
    const names = Object.entries(words.notifications ?? {}).filter(([key]) => key.startsWith('bellUnread'));
    expect(names.length).toBeGreaterThan(1);
    for (const [key, name] of names) if (key !== 'bellUnread_zero') expect(name).toContain('{{count}}');
  },
);

const keys = namespaces.flatMap(([namespace, words]) => keysIn(words).map((key) => `${namespace}:${key}`));
const known = new Set(keys);
const named = keys.map((key) => pluralOf(key, known) ?? key);
const isNamed = new Set(named);
const used = usedKeys((key) => isNamed.has(key));

test('every key that a page names is there', () => {
  expect(used.length).toBeGreaterThan(900);
  const there = (key: string) => named.some((one) => fits(key).test(one));
  expect(used.filter(({ key }) => !there(key)).map(({ key, where }) => `${where} ${key}`)).toEqual([]);
});

test('every key that is there is used', () => {
  const patterns = [...new Set(used.map(({ key }) => key)), ...Object.keys(DYNAMIC_KEYS)].map(fits);
  expect(named.filter((key) => !patterns.some((pattern) => pattern.test(key)))).toEqual([]);
});

test('every folder that is declared as made from data has keys', () => {
  const empty = Object.keys(DYNAMIC_KEYS).filter((key) => !named.some((one) => fits(key).test(one)));
  expect(empty).toEqual([]);
});

const made = new Map<string, RegExp>();

/** A key as a source names it; `*` for what data decides, within a step, and at the end of a declared folder for all. */
function fits(key: string): RegExp {
  const before = made.get(key);
  if (before !== undefined) return before;
  const rest = key in DYNAMIC_KEYS ? '.*' : '[^.]*';
  const source = key.split('*').map((part) => part.replace(/[^\w:-]/g, '\\$&'));
  const pattern = new RegExp(`^${source.join(rest)}$`);
  made.set(key, pattern);
  return pattern;
}
