import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseLanguage, languageOfCountry, sameLanguage } from './language.ts';

const MANY = ['en_US', 'en_GB', 'es', 'es_MX', 'pt_PT', 'de', 'zh_CN', 'zh_TW', 'nb'];

describe('the language of a message', () => {
  test.each<[what: string, wishes: Parameters<typeof chooseLanguage>[0], chosen: string | null]>([
    [
      'last answered in goes first',
      { available: MANY, lastAnswered: 'es', recordLanguage: 'de', country: 'US', fallback: 'en' },
      'es',
    ],
    ['then the record', { available: MANY, recordLanguage: 'de', country: 'US', fallback: 'en' }, 'de'],
    ['then the country', { available: MANY, country: 'AT', fallback: 'en' }, 'de'],
    ['then the default', { available: MANY, country: 'FI', fallback: 'es' }, 'es'],
    ['then what there is', { available: ['tr', 'de'], country: 'FI', fallback: 'en' }, 'tr'],
    ['nothing is approved', { available: [], lastAnswered: 'en', fallback: 'en' }, null],
    ['en-us is en_US', { available: MANY, recordLanguage: 'en-us', fallback: 'de' }, 'en_US'],
    ['a dialect before the next wish', { available: MANY, recordLanguage: 'pt_BR', fallback: 'en' }, 'pt_PT'],
    ['es_AR is es before es_MX', { available: MANY, recordLanguage: 'es_AR', fallback: 'en' }, 'es'],
    [
      'bare en takes the dialect of the country',
      { available: MANY, recordLanguage: 'en', country: 'GB', fallback: 'de' },
      'en_GB',
    ],
    ['a country takes its own dialect', { available: MANY, country: 'MX', fallback: 'en' }, 'es_MX'],
    [
      'Hong Kong reads traditional script',
      { available: MANY, recordLanguage: 'zh_HK', fallback: 'en' },
      'zh_TW',
    ],
    [
      'the region that was named, where the tag says more',
      { available: ['zh_TW', 'zh_HK'], recordLanguage: 'zh-Hant-HK', fallback: 'en' },
      'zh_HK',
    ],
    [
      'no dialect before a strange one',
      { available: ['es_MX', 'es'], recordLanguage: 'es_AR', fallback: 'en' },
      'es',
    ],
    ['Norwegian', { available: MANY, recordLanguage: 'no', fallback: 'en' }, 'nb'],
    [
      'a column that holds no language',
      { available: MANY, recordLanguage: 'English (1033)', fallback: 'de' },
      'de',
    ],
    [
      'empty wishes',
      { available: MANY, lastAnswered: null, recordLanguage: '', country: null, fallback: 'de' },
      'de',
    ],
  ])('%s', (_, wishes, chosen) => {
    expect(chooseLanguage(wishes)).toBe(chosen);
  });

  test('is always one that is approved', () => {
    const anything = fc.option(fc.oneof(fc.string(), fc.constantFrom(...MANY, 'fr', 'en-AU')));
    const available = fc.subarray(MANY, { minLength: 1 });
    fc.assert(
      fc.property(
        available,
        anything,
        anything,
        anything,
        fc.string(),
        (known, last, own, country, fallback) => {
          const wishes = { available: known, lastAnswered: last, recordLanguage: own, country, fallback };
          expect(known).toContain(chooseLanguage(wishes));
          if (last !== null && known.includes(last)) expect(chooseLanguage(wishes)).toBe(last);
        },
      ),
    );
  });
});

test.each([
  ['BR', 'pt'],
  ['mx', 'es'],
  ['IN', 'hi'],
  ['EG', 'ar'],
  ['ID', 'id'],
  ['TR', 'tr'],
  ['ZZ', null],
  ['Brazil', null],
  ['', null],
])('in %s people read %s', (country, language) => {
  expect(languageOfCountry(country)).toBe(language);
});

test.each([
  ['en', 'en_US', true],
  ['es-MX', 'es_AR', true],
  ['EN', 'en', true],
  ['no', 'nb', true],
  ['en', 'es', false],
  ['?', '?', true],
  ['?', 'en', false],
])('%s and %s are one language: %s', (one, other, same) => {
  expect(sameLanguage(one, other)).toBe(same);
});
