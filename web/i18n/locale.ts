/**
 * How the reader writes numbers and times: a locale and a time zone. The locale is the chosen language as the browser
 * has it (`en-GB` for somebody with British settings who reads English), always with the Gregorian calendar and with
 * Latin digits, as phone numbers and codes have them too.
 */
let locale = forIntl('en', browserLanguages());
/** Undefined: the browser's own. */
let timeZone: string | undefined;

/** Languages of the browser, most wanted first; Node's tests have none worth asking for. */
export function browserLanguages(): readonly string[] {
  return typeof document === 'undefined' ? [] : navigator.languages;
}

/** The browser's regional form of a language, else the language itself. */
function forIntl(language: string, wanted: readonly string[]): string {
  const regional = wanted.find(
    (tag) => baseOf(tag) === baseOf(language) && Intl.NumberFormat.supportedLocalesOf(tag).length > 0,
  );
  // A region decides between Brazilian and European Portuguese; a browser in the latter does not.
  const tag = regional === undefined || language.includes('-') ? language : regional;
  return new Intl.Locale(tag, { calendar: 'gregory', numberingSystem: 'latn' }).toString();
}

export function baseOf(tag: string): string {
  return tag.split('-', 1)[0]?.toLowerCase() ?? '';
}

export function keepLocale(language: string, wanted = browserLanguages()): void {
  locale = forIntl(language, wanted);
}

/** Null, or a zone this browser does not know: the browser's own. */
export function keepTimeZone(zone: string | null): void {
  timeZone = zone !== null && isTimeZone(zone) ? zone : undefined;
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

export const currentLocale = (): string => locale;

/** Intl's formatters are slow to make and asked for in every row of a list. */
function keeping<Formatter>() {
  const made = new Map<string, Formatter>();
  return (key: string, make: () => Formatter): Formatter => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const formatter = make();
    made.set(key, formatter);
    return formatter;
  };
}
const dates = keeping<Intl.DateTimeFormat>();
const numbers = keeping<Intl.NumberFormat>();
const relatives = keeping<Intl.RelativeTimeFormat>();
const lists = keeping<Intl.ListFormat>();
const names = keeping<Intl.DisplayNames>();
const collators = keeping<Intl.Collator>();

export function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return dates(`${locale} ${timeZone ?? ''} ${JSON.stringify(options)}`, () => {
    return new Intl.DateTimeFormat(locale, { timeZone, ...options });
  });
}

/** The calendar day of a time where the reader is, as a key: `2026-05-12`, as Swedish writes days. */
export function localDay(at: string | Date): string {
  return dates(`day ${timeZone ?? ''}`, () => new Intl.DateTimeFormat('sv', { timeZone })).format(
    new Date(at),
  );
}

/** When a calendar day (`2026-05-12`) begins where the reader is. */
export function startOfDay(day: string): Date {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  // What the zone is ahead of UTC at a moment; asked twice, as summer time may begin or end in between.
  const ahead = (at: number) => {
    const parts = zoneParts().formatToParts(at);
    const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
    return (
      Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')) -
      Math.floor(at / 1000) * 1000
    );
  };
  return new Date(midnight - ahead(midnight - ahead(midnight)));
}

const zoneParts = () =>
  dates(`parts ${timeZone ?? ''}`, () => {
    return new Intl.DateTimeFormat('en', {
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      hourCycle: 'h23',
      calendar: 'gregory',
      numberingSystem: 'latn',
      timeZone,
    });
  });

export function numberFormat(options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  return numbers(`${locale} ${JSON.stringify(options)}`, () => new Intl.NumberFormat(locale, options));
}

export function relativeFormat(style: Intl.RelativeTimeFormatStyle): Intl.RelativeTimeFormat {
  return relatives(`${locale} ${style}`, () => {
    return new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style });
  });
}

export function formatNumber(value: number): string {
  return numberFormat().format(value);
}

/** A size of a file: "1.2 MB"; bytes in full, as their short form has no plural. */
export function formatBytes(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return numberFormat({
    style: 'unit',
    unit: units[step] ?? 'byte',
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: step < 2 ? 0 : 1,
  }).format(bytes / 1000 ** step);
}

/** "Ana, Luis and Marie". */
export function listOf(items: readonly string[]): string {
  return lists(locale, () => new Intl.ListFormat(locale, { type: 'conjunction', style: 'long' })).format(
    items,
  );
}

/** A language code, Meta's (`pt_BR`) or a tag, in words. A code nobody knows stays as it is. */
export function languageName(code: string): string {
  return nameOf('language', code.replaceAll('_', '-')) ?? code;
}

/** `DE` in words. */
export function countryName(code: string): string {
  return nameOf('region', code) ?? code;
}

function nameOf(type: 'language' | 'region', code: string): string | undefined {
  try {
    return names(`${type} ${locale}`, () => new Intl.DisplayNames([locale], { type, fallback: 'code' })).of(
      code,
    );
  } catch {
    return undefined;
  }
}

/** The order of the reader's alphabet. */
export function compareText(a: string, b: string): number {
  return collators(locale, () => new Intl.Collator(locale)).compare(a, b);
}
