import parse, { type CountryCode, isSupportedCountry, type PhoneNumber } from 'libphonenumber-js/max';
import metadata from 'libphonenumber-js/metadata.max';

/**
 * Phone numbers as people write them, and the one form by which numbers of the same person compare.
 *
 * The `max` metadata (156 kB instead of 83) because only it knows which numbers are mobile: that is how
 * `491701234567`, written without its `+` in a German column, is told from the landline 0491 701234567.
 */
export interface Phone {
  /** `+` and 7 to 15 digits (ITU-T E.164), as written: not yet folded by `matchKey`. */
  e164: string;
  /** ISO 3166-1 alpha-2; null where no country's plan holds the number. */
  country: string | null;
}

/**
 * Reads one number from what a person or another system wrote: spaces, dashes, parentheses, `00`, `tel:`, digits
 * of other scripts, an extension (dropped), text around it, several numbers (the first that is one).
 * With a country code any number of plausible length is taken, because numbering plans change faster than
 * metadata and a refused number is a customer lost; a national one must have a length its country uses.
 * Null is also the answer for a national number without `defaultCountry`: guessing a country would give one
 * person's consent to another.
 */
export function parsePhone(written: string, defaultCountry?: string): Phone | null {
  const e164 = parseNumber(written, defaultCountry);
  return e164 === null ? null : { e164, country: countryOf(e164) };
}

/** The same without the country, which costs as much again: for a million records at once. */
export function parseNumber(written: string, defaultCountry?: string): string | null {
  // An e-mail address in the column is no number, though it may hold digits.
  if (/@(?!c\.us$|s\.whatsapp\.net$)/.test(written)) return null;
  const country = supportedCountry(defaultCountry);
  for (const part of oneNumberEach(plain(written))) {
    const e164 = part.includes('+')
      ? international(part)
      : country === undefined
        ? null
        : national(part, country);
    if (e164 !== null) return e164;
  }
  return null;
}

/**
 * The digits by which two numbers are the same person's. WhatsApp may know a number of Brazil with or without its
 * ninth digit, of Mexico with or without the 1 after 52, of Argentina with or without the 9 after 54, whatever the
 * customer dials (chatwoot/chatwoot #5840, #14048, #11053). For comparing only: never send to it, never show it.
 */
export function matchKey(e164: string): string {
  const digits = e164.replace(/\D/g, '');
  return digits
    .replace(/^(55[1-9][1-9])9([6-9]\d{7})$/, '$1$2')
    .replace(/^521(\d{10})$/, '52$1')
    .replace(/^549(\d{10})$/, '54$1');
}

/** As screens show it, `+44 20 7946 0958`. What is no phone number comes back as it was. */
export function formatPhone(e164: string): string {
  const number = parse(e164);
  return number?.number === e164 ? number.formatInternational() : e164;
}

/** The ISO code when a plan is known for it, in any case; undefined also for nonsense, which then counts as absent. */
export function supportedCountry(written: string | undefined): CountryCode | undefined {
  const code = written?.trim().toUpperCase();
  return code !== undefined && isSupportedCountry(code) ? code : undefined;
}

/** Zero of the scripts whose digits turn up in CRM columns: Arabic-Indic, Persian, Devanagari. NFKC does full-width. */
const ZEROS = [0x660, 0x6f0, 0x966];

function plain(written: string): string {
  let text = written.normalize('NFKC').replace(/[\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/g, '');
  for (const zero of ZEROS) {
    const digits = new RegExp(`[${String.fromCodePoint(zero)}-${String.fromCodePoint(zero + 9)}]`, 'gu');
    text = text.replace(digits, (digit) => String((digit.codePointAt(0) ?? zero) - zero));
  }
  return withoutUri(text.trim());
}

/** `tel:2025550143;phone-context=+1` (RFC 3966): the parameters are no part of the number, but for that one. */
function withoutUri(text: string): string {
  if (!/^tel:/i.test(text)) return text;
  const [number = '', ...parameters] = text.slice(4).split(';');
  const context = parameters
    .map((parameter) => /^phone-context=(\+\d+)$/i.exec(parameter)?.[1])
    .find(Boolean);
  return context === undefined || number.startsWith('+') ? number : `${context} ${number}`;
}

/** A slash without spaces is how Germans write an area code; with spaces it stands between two numbers. */
function oneNumberEach(text: string): string[] {
  return text.split(/[,;|\n]|\s\/\s|\s(?:or|oder|ou|o|of|y|und|and)\s/i).map(internationalPrefix);
}

/** 00 dials abroad from most countries, and people elsewhere write it too; no national number begins with it. */
function internationalPrefix(part: string): string {
  return part.trim().replace(/^(\(?)\s*00[\s\-.]*(?=[1-9])/, '$1+');
}

function international(part: string): string | null {
  const number = parse(part);
  // It reads as itself, as most columns hold it: no need to look again.
  if (number?.number === part) return plausible(part) ? part : null;
  return settled(number?.number ?? part.replace(/[\s()\-.]/g, ''));
}

/**
 * What reads as itself. The library takes a trunk prefix written after the country code away (`+49 0170 …`), one
 * each time it looks, so that a number of many zeros would be another one at the next reading.
 */
function settled(e164: string): string | null {
  if (!plausible(e164)) return null;
  const again = parse(e164)?.number ?? e164;
  return again.length < e164.length ? settled(again) : again;
}

function national(part: string, country: CountryCode): string | null {
  const callingCode = metadata.countries[country]?.[0];
  const digits = part.replace(/\D/g, '');
  if (typeof callingCode === 'string' && digits.startsWith(callingCode)) {
    const bare = parse(`+${digits}`);
    if (bare !== undefined && isMobile(bare)) return settled(bare.number);
  }
  const number = parse(country === 'MX' ? withoutMexicanPrefix(part) : part, country);
  const e164 = number === undefined ? null : settled(number.number);
  if (e164 === null) return null;
  return parse(e164)?.isPossible() || parse(`+${matchKey(e164)}`)?.isPossible() ? e164 : null;
}

/** 01, 044 and 045 were dialled before ten digits until August 2019 and still stand in old records. */
function withoutMexicanPrefix(part: string): string {
  const digits = part.replace(/\D/g, '');
  return digits.replace(/^(?:01|044|045)(\d{10})$/, '$1');
}

function isMobile(number: PhoneNumber): boolean {
  const type = number.getType();
  return type === 'MOBILE' || type === 'FIXED_LINE_OR_MOBILE';
}

/** 15 digits is the limit of E.164; the shortest numbers in use with their country code have seven (Niue). */
function plausible(e164: string): boolean {
  return /^\+[1-9]\d{6,14}$/.test(e164);
}

/** Of the countries that share a calling code, the main one where the number itself does not tell. */
function countryOf(e164: string): string | null {
  const number = parse(e164);
  if (number === undefined) return null;
  return number.country ?? metadata.country_calling_codes[number.countryCallingCode]?.[0] ?? null;
}
