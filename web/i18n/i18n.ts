import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type english from './en/words.ts';
import { shownValue } from './shown-value.ts';

/**
 * The languages of the pages. Words load by language and namespace (`words.ts`, `language.ts`). Keys are typed from the
 * English files, so a key that is not there does not compile; `i18n.test.ts` holds the other languages, and
 * what the sources use, to the same keys. Words: `glossary.md`.
 *
 * How to
 * - In a component: `const { t } = useTranslation('chat')`, `t('composer.send')`. In a function that a component calls
 *   while it renders: `translate('chat:composer.send')`; never in a constant of the module, the language may change.
 * - One key is one whole sentence or label. No sentence is made by joining keys, and no key is reused because the English
 *   happens to be the same: a verb on a button and a noun in a heading are two keys.
 * - Values: `t('send.to', { name })`. Numbers come out as the reader writes them, texts are kept apart where they run the
 *   other way; so pass numbers as numbers. A number that decides the form is `count`: `t('hits', { count })` with
 *   `hits_one` and `hits_other` in English.
 * - Elements inside a sentence: `<Trans t={t} i18nKey="held.since" components={{ when: <Time at={at} form="since" /> }} />`
 *   with "Held since <when/>.", or "<link>Choose one</link>" around words. What people wrote goes in as a component
 *   (`name: <bdi>{name}</bdi>`), not as `values`, as `Trans` would read its angle brackets.
 * - A key made from data: t(`roles.${role}`) with a typed `role`. Where a key is found in another way than by `t`, its
 *   folder must be declared in `dynamic-keys.ts`.
 * - Sentences of the server (refusals, banners, problems, ledger lines): `server-text.ts`, by their stable codes.
 * - Times, relative times, durations: `ui/time.tsx`; numbers, sizes, lists, names of languages and countries: `locale.ts`.
 * - Phone numbers and codes: `<bdi dir="ltr">`; what people wrote: `dir="auto"`. CSS by logical properties only.
 */
export const LANGUAGES = {
  en: { name: 'English', direction: 'ltr' },
  es: { name: 'Español', direction: 'ltr' },
  'pt-BR': { name: 'Português (Brasil)', direction: 'ltr' },
  ar: { name: 'العربية', direction: 'rtl' },
} as const;
export type Language = keyof typeof LANGUAGES;

export function isLanguage(name: string): name is Language {
  return Object.hasOwn(LANGUAGES, name);
}

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'ui';
    resources: typeof english;
  }
}

/** The language that is spoken now. */
export function currentLanguage(): Language {
  return isLanguage(i18next.language) ? i18next.language : 'en';
}

await i18next.use(initReactI18next).init({
  lng: 'en',
  fallbackLng: 'en',
  defaultNS: 'ui',
  resources: {},
  interpolation: {
    // React escapes; this is the place where every value passes.
    escape: (value: unknown) => shownValue(value, LANGUAGES[currentLanguage()].direction),
    escapeValue: true,
    useRawValueToEscape: true,
  },
  // Words may come after a page that says them was drawn.
  react: { useSuspense: false, bindI18nStore: 'added' },
});

/** Between the items of a list whose items are no plain texts; `listOf` joins texts. */
export const listSeparator = (): string => (currentLanguage() === 'ar' ? '، ' : ', ');

export const translate = i18next.t;
