/** Compares the texts of a language with the English ones: for the test and for `npm run i18n:missing`. */

export interface Difference {
  missing: string[];
  superfluous: string[];
  /** Keys whose values or elements are not those of the English text. */
  parts: string[];
}

/** Every key of a tree of texts, with its text. */
export function textsIn(words: object, before = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, inner] of Object.entries(words)) {
    const key = before === '' ? name : `${before}.${name}`;
    if (typeof inner === 'string') found.set(key, inner);
    else for (const [one, text] of textsIn(inner, key)) found.set(one, text);
  }
  return found;
}

export const keysIn = (words: object): string[] => [...textsIn(words).keys()];

const FORM = /_(zero|one|two|few|many|other)$/;

/** A key without its plural form; null where it has none. */
export function pluralOf(key: string, keys: { has(key: string): boolean }): string | null {
  const base = key.replace(FORM, '');
  return base !== key && keys.has(`${base}_other`) ? base : null;
}

/** The keys a language needs: the English ones, with the plural forms of that language. */
export function wantedKeys(english: Map<string, string>, language: string): Map<string, string> {
  const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  const wanted = new Map<string, string>();
  for (const [key, text] of english) {
    const base = pluralOf(key, english);
    if (base === null) wanted.set(key, text);
    else for (const form of forms) wanted.set(`${base}_${form}`, english.get(`${base}_other`) ?? text);
  }
  return wanted;
}

export function differenceOf(english: object, words: object, language: string): Difference {
  const wanted = wantedKeys(textsIn(english), language);
  const there = textsIn(words);
  return {
    missing: [...wanted.keys()].filter((key) => !there.has(key) || there.get(key) === ''),
    superfluous: [...there.keys()].filter((key) => !wanted.has(key)),
    parts: [...there].flatMap(([key, text]) => {
      const model = wanted.get(key);
      if (model === undefined || text === '') return [];
      // A form for one, two or none may say the number in words.
      const free = /_(zero|one|two)$/.test(key) && FORM.test(key) ? ['{{count}}'] : [];
      const [expected, given] = [partsOf(model), partsOf(text)];
      const same = [...new Set([...expected, ...given])].every(
        (part) => free.includes(part) || count(expected, part) === count(given, part),
      );
      return same ? [] : [`${key}: ${expected.join(' ') || 'no parts'}, not ${given.join(' ') || 'none'}`];
    }),
  };
}

/** `{{values}}` and `<elements>` of a text. */
function partsOf(text: string): string[] {
  return (text.match(/\{\{[^}]*\}\}|<\/?\w+\s*\/?>/g) ?? []).map((part) => part.replaceAll(' ', '')).sort();
}

const count = (parts: string[], part: string): number => parts.filter((one) => one === part).length;
