import { describe, expect, test } from 'vitest';
import { supportedCountry } from '../../src/core/phone.ts';
import { languageName } from '../i18n/locale.ts';
import { listCountries } from './countries.ts';

describe('countries to choose from', () => {
  const codes = listCountries().map(({ code }) => code);

  test('every country of the demo and of the ask rules is there, once', () => {
    for (const code of ['BR', 'DE', 'GB', 'IN', 'MX', 'AR', 'US', 'TR', 'ID', 'XK'])
      expect(codes).toContain(code);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.length).toBeGreaterThan(230);
  });

  test('unions, made-up and replaced codes are not', () => {
    for (const code of ['EU', 'UN', 'ZZ', 'XA', 'DD', 'SU', 'YU']) expect(codes).not.toContain(code);
  });
});

test('Meta’s spelling of a language has a name, and what no browser knows keeps its code', () => {
  expect(languageName('pt_BR')).toContain('Portuguese');
  expect(languageName('not a language')).toBe('not a language');
});

test('offers no place whose telephones have another country’s numbers: the server would not take it', () => {
  expect(listCountries().filter(({ code }) => supportedCountry(code) === undefined)).toEqual([]);
});
