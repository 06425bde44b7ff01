import { createHash, randomBytes } from 'node:crypto';
import {
  type CountryCode,
  getCountries,
  getCountryCallingCode,
  parsePhoneNumberFromString,
} from 'libphonenumber-js';

/** Makes message ids that no other run of the emulator makes: a random prefix per start, then a counter. */
export function createMessageIds(): (digits: string, direction: 'in' | 'out') => string {
  const prefix = randomBytes(4).toString('hex').toUpperCase();
  let count = 0;
  return (digits, direction) => {
    count += 1;
    const text = prefix + count.toString(16).toUpperCase().padStart(12, '0');
    return wamid(digits, direction, text);
  };
}

/** The form seen in the wild: base64 of recipient, direction (0x11 outbound, 0x12 inbound) and a hex text. */
export function wamid(digits: string, direction: 'in' | 'out', text: string): string {
  const bytes = Buffer.concat([
    Buffer.from([0x1c, 0x18, digits.length]),
    Buffer.from(digits, 'latin1'),
    Buffer.from([0x15, 0x02, 0x00, direction === 'out' ? 0x11 : 0x12, 0x18, text.length]),
    Buffer.from(text, 'latin1'),
    Buffer.from([0x00]),
  ]);
  return `wamid.${bytes.toString('base64')}`;
}

/** Business-scoped user id: the country's two letters and 16 digits, always the same for the same input. */
export function userIdFor(account: string, digits: string, generation: number): string {
  const hash = createHash('sha256').update(`${account}/${digits}/${generation}`).digest();
  const number = (hash.readBigUInt64BE(0) % 9_000_000_000_000_000n) + 1_000_000_000_000_000n;
  return `${countryOf(digits)}.${number}`;
}

export const userIdPattern = /^[A-Z]{2}\.(ENT\.)?[0-9A-Za-z]{1,128}$/;

const countryByCode = new Map<string, CountryCode>();

function countryOf(digits: string): string {
  const parsed = parsePhoneNumberFromString(`+${digits}`);
  if (parsed?.country) return parsed.country;
  if (digits.startsWith('1')) return 'US';
  if (countryByCode.size === 0)
    for (const country of getCountries()) {
      const code = getCountryCallingCode(country);
      if (!countryByCode.has(code)) countryByCode.set(code, country);
    }
  for (const length of [1, 2, 3]) {
    const country = countryByCode.get(digits.slice(0, length));
    if (country) return country;
  }
  return 'US';
}
