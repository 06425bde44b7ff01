import i18next from 'i18next';
import type english from './en/words.ts';
import type { Language } from './i18n.ts';

/**
 * Words are loaded by namespace: a page names those it says (`routes.tsx`), so that nobody loads what they do not read.
 * `test/languages/page-words.test.ts` finds a page that says a word which it did not name.
 */
export type Namespace = keyof typeof english;

/** What every page says: the frame around it, and what a person may. */
const EVERYWHERE: readonly Namespace[] = ['ui', 'rights'];

const files = import.meta.glob<Record<string, unknown>>('./*/*.json', { import: 'default' });
const wanted = new Set<Namespace>(EVERYWHERE);
let spoken: Language = 'en';

/** What the server says is English already. Other languages recognise it by the English and say their own. */
const needs = (language: Language): [Language, Namespace][] => [
  ...[...wanted].map((namespace): [Language, Namespace] => [language, namespace]),
  ...(language === 'en'
    ? []
    : ([
        ['en', 'server'],
        [language, 'server'],
      ] satisfies [Language, Namespace][])),
];

/** Loads these words of the language that is spoken, and from now on of each that will be. Throws where it cannot. */
export async function needWords(...namespaces: readonly Namespace[]): Promise<void> {
  for (const namespace of namespaces) wanted.add(namespace);
  await loadWords(spoken);
}

/** Everything that was needed so far, in another language. */
export async function loadWords(language: Language): Promise<void> {
  await Promise.all(
    needs(language).map(async ([tongue, namespace]) => {
      if (i18next.hasResourceBundle(tongue, namespace)) return;
      const load = files[`./${tongue}/${namespace}.json`];
      if (load === undefined) throw new Error(`there are no words of ${namespace} in ${tongue}`);
      i18next.addResourceBundle(tongue, namespace, await load());
    }),
  );
}

/** Which language new words are loaded in. */
export function keepSpoken(language: Language): void {
  spoken = language;
}
