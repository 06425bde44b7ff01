import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatPhone, matchKey, parsePhone } from './phone.ts';

describe('a number is found as people write it', () => {
  test.each<[written: string, country: string | undefined, e164: string, of: string | null]>([
    ['+1 202 555 0143', undefined, '+12025550143', 'US'],
    ['(202) 555-0143', 'US', '+12025550143', 'US'],
    ['(202) 555-0143', ' us ', '+12025550143', 'US'],
    ['202.555.0143 x123', 'US', '+12025550143', 'US'],
    ['+1 202 555 0143 ext. 55', undefined, '+12025550143', 'US'],
    ['12025550143', 'US', '+12025550143', 'US'],
    ['+1 555 0100', undefined, '+15550100', 'US'],
    ['0049 30 901820', undefined, '+4930901820', 'DE'],
    ['00 49 30 901820', 'US', '+4930901820', 'DE'],
    ['(0049) 30 901820', 'DE', '+4930901820', 'DE'],
    ['011 49 30 901820', 'US', '+4930901820', 'DE'],
    ['+49 (0)30 901820', undefined, '+4930901820', 'DE'],
    ['+49 0170 1234567', undefined, '+491701234567', 'DE'],
    ['+98 000 912 345 6789', undefined, '+989123456789', 'IR'],
    ['(+49) 30 901820', undefined, '+4930901820', 'DE'],
    ['0170/1234567', 'DE', '+491701234567', 'DE'],
    ['491701234567', 'DE', '+491701234567', 'DE'],
    ['0491 701234', 'DE', '+49491701234', 'DE'],
    ['+49 170 1234567 / +49 30 901820', undefined, '+491701234567', 'DE'],
    ['0170 1234567 oder 030 901820', 'DE', '+491701234567', 'DE'],
    ['Mobile: +49 170 1234567', undefined, '+491701234567', 'DE'],
    ['391 234 5678', 'IT', '+393912345678', 'IT'],
    ['06 1234567', 'IT', '+39061234567', 'IT'],
    ['8 916 123 45 67', 'RU', '+79161234567', 'RU'],
    ['+7 701 234 56 78', undefined, '+77012345678', 'KZ'],
    ['07700 900123', 'GB', '+447700900123', 'GB'],
    ['٠١٠٠١٢٣٤٥٦٧', 'EG', '+201001234567', 'EG'],
    ['+۹۸ ۹۱۲ ۳۴۵ ۶۷۸۹', undefined, '+989123456789', 'IR'],
    ['+९१ ९८७६५ ४३२१०', undefined, '+919876543210', 'IN'],
    ['＋４９\u3000３０\u3000９０１８２０', undefined, '+4930901820', 'DE'],
    ['\u202A+1\u00A0202\u2011555\u20110143\u202C', undefined, '+12025550143', 'US'],
    ['tel:+1-202-555-0143', undefined, '+12025550143', 'US'],
    ['tel:2025550143;phone-context=+1', undefined, '+12025550143', 'US'],
    ['TEL:+4930901820;ext=12', undefined, '+4930901820', 'DE'],
    ['(11) 98765-4321', 'BR', '+5511987654321', 'BR'],
    ['(11) 8765-4321', 'BR', '+551187654321', 'BR'],
    ['0 15 11 98765-4321', 'BR', '+5511987654321', 'BR'],
    ['55 1234 5678', 'MX', '+525512345678', 'MX'],
    ['044 55 1234 5678', 'MX', '+525512345678', 'MX'],
    ['1 55 1234 5678', 'MX', '+5215512345678', 'MX'],
    ['5215512345678', 'MX', '+5215512345678', 'MX'],
    ['011 15 2345-6789', 'AR', '+5491123456789', 'AR'],
    ['+999 123 456 789', undefined, '+999123456789', null],
  ])('%s (%s) is %s', (written, country, e164, of) => {
    expect(parsePhone(written, country)).toEqual({ e164, country: of });
  });

  test.each<[written: string, country?: string]>([
    ['abc'],
    ['abc', 'US'],
    [''],
    ['  ', 'US'],
    ['123'],
    ['123', 'US'],
    ['110', 'DE'],
    ['+'],
    ['+49'],
    ['+123'],
    ['+0049301234'],
    ['+1234567890123456'],
    ['1-800-FLOWERS', 'US'],
    ['12/05/2024', 'US'],
    ['ana4930901820@example.com', 'DE'],
    // National, and nobody said of which country.
    ['2025550143'],
    ['2025550143', 'Atlantis'],
    ['491701234567'],
  ])('%s (%s) is no number', (written, country) => {
    expect(parsePhone(written, country)).toBeNull();
  });

  test('whatever is written, the answer is E.164 and reading it again changes nothing', () => {
    const letters = fc.constantFrom(...'0123456789+() -./x;,٣９a');
    const written = fc.oneof(fc.string({ unit: letters, maxLength: 24 }), fc.string());
    fc.assert(
      fc.property(
        written,
        fc.constantFrom(undefined, 'DE', 'US', 'BR', 'MX', 'AR', 'IT'),
        (text, country) => {
          const phone = parsePhone(text, country);
          if (phone === null) return;
          expect(phone.e164).toMatch(/^\+[1-9]\d{6,14}$/);
          expect(parsePhone(phone.e164)).toEqual(phone);
          expect(parsePhone(phone.e164, country)).toEqual(phone);
        },
      ),
    );
  });

  test('what a screen shows can be typed back', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\+[1-9][0-9]{9,12}$/), (text) => {
        const phone = parsePhone(text);
        if (phone === null) return;
        expect(parsePhone(formatPhone(phone.e164))).toEqual(phone);
      }),
    );
  });
});

test('a number is shown in its international format, and what is none as it is', () => {
  expect(formatPhone('+12025550143')).toBe('+1 202 555 0143');
  expect(formatPhone('+442079460958')).toBe('+44 20 7946 0958');
  expect(formatPhone('US.7391046628105547')).toBe('US.7391046628105547');
});

describe('numbers of the same person have one key', () => {
  const eight = fc.stringMatching(/^[6-9][0-9]{7}$/);
  const ten = fc.stringMatching(/^[2-9][0-9]{9}$/);
  const area = fc.stringMatching(/^[1-9][1-9]$/);

  test('Brazil: with and without the ninth digit', () => {
    fc.assert(
      fc.property(area, eight, (dd, local) => {
        expect(matchKey(`+55${dd}9${local}`)).toBe(matchKey(`+55${dd}${local}`));
      }),
    );
  });

  test('Mexico: 521 and 52; Argentina: 549 and 54', () => {
    fc.assert(
      fc.property(ten, (local) => {
        expect(matchKey(`+521${local}`)).toBe(matchKey(`+52${local}`));
        expect(matchKey(`+549${local}`)).toBe(matchKey(`+54${local}`));
      }),
    );
  });

  test('a landline of Brazil is not a mobile whose ninth digit fell off', () => {
    expect(matchKey('+551133334444')).toBe('551133334444');
    expect(matchKey('+5511933334444')).toBe('5511933334444');
  });

  test('the key of a key is itself, and no other country is touched', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\+[1-9][0-9]{6,14}$/), (e164) => {
        expect(matchKey(matchKey(e164))).toBe(matchKey(e164));
        if (!/^\+5[245]/.test(e164)) expect(matchKey(e164)).toBe(e164.slice(1));
      }),
    );
  });
});
