import { supportedCountry } from './phone.ts';

export interface LanguageWishes {
  /** The languages a WhatsApp template is approved in, as Meta writes them: `en`, `pt_BR`. */
  available: readonly string[];
  /** What the customer last answered in. */
  lastAnswered?: string | null;
  /** The record's language column. */
  recordLanguage?: string | null;
  /** Of the number, ISO 3166-1 alpha-2. */
  country?: string | null;
  /** The organisation's default. */
  fallback: string;
}

/**
 * The language to write to this customer in, one of `available` as it stands there: last answered in, the record's,
 * the number's country's, the default. Better another dialect of a wish (`pt_PT` for `pt_BR`) than the next wish,
 * and better any language than no message, so null only where nothing is available.
 */
export function chooseLanguage(wishes: LanguageWishes): string | null {
  const { available, country, lastAnswered, recordLanguage, fallback } = wishes;
  const language = languageOfCountry(country ?? '');
  const home = language === null ? null : `${language}-${country?.trim()}`;
  for (const wish of [lastAnswered, recordLanguage, home, fallback]) {
    const found = wish === null || wish === undefined ? null : closest(available, wish, country ?? '');
    if (found !== null) return found;
  }
  return available[0] ?? null;
}

/**
 * The language most people of the country read, such as `pt` for BR; null for what is no country. From the
 * likely subtags of Unicode's CLDR, https://unicode.org/reports/tr35/#Likely_Subtags. A guess: for Switzerland `de`.
 */
export function languageOfCountry(country: string): string | null {
  const code = supportedCountry(country);
  return code === undefined ? null : (locale(`und-${code}`)?.language ?? null);
}

/** Whether one is the other or its dialect: `en` and `en_US`, `es-MX` and `es_AR`, but not `en` and `es`. */
export function sameLanguage(one: string, other: string): boolean {
  const [a, b] = [locale(one), locale(other)];
  return a === null || b === null ? fold(one) === fold(other) : a.language === b.language;
}

/** `en_US`, `en-us` and `EN-US` are one. */
function fold(language: string): string {
  return language.trim().replaceAll('_', '-').toLowerCase();
}

/** The same region goes before the customer's own, that before the bare language, and the same script before all. */
function closest(available: readonly string[], wish: string, country: string): string | null {
  const exact = available.find((language) => fold(language) === fold(wish));
  if (exact !== undefined) return exact;
  const wanted = locale(wish);
  if (wanted === null) return null;
  const named = regionOf(wish);
  const rank = (language: string) => {
    const own = locale(language);
    const region = regionOf(language);
    return (
      (own?.script === wanted.script ? 8 : 0) +
      (named !== undefined && region === named ? 4 : 0) +
      (region !== undefined && region === supportedCountry(country) ? 2 : 0) +
      (region === undefined ? 1 : 0)
    );
  };
  const dialects = available.filter((language) => locale(language)?.language === wanted.language);
  return dialects.toSorted((a, b) => rank(b) - rank(a))[0] ?? null;
}

function regionOf(language: string): string | undefined {
  return parsed(language)?.region;
}

/** With the parts that were left out: `zh_TW` is Chinese, traditional script, Taiwan. */
function locale(language: string): { language: string; script: string | undefined } | null {
  const full = parsed(language)?.maximize();
  if (full === undefined) return null;
  // `no` is Norwegian without saying which; WhatsApp knows Bokmål alone.
  return { language: full.language === 'no' ? 'nb' : full.language, script: full.script };
}

/** Columns hold anything ("English", "1033"); what is no language tag is no wish. */
function parsed(language: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(fold(language));
  } catch {
    return undefined;
  }
}
