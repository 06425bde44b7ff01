import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planImport } from './csv-import.ts';
import type { CrmColumn } from './record-type.ts';

const COLUMNS: CrmColumn[] = [
  { name: 'fullname', label: 'Full Name', kind: 'text' },
  { name: 'mobilephone', label: 'Mobile Phone', kind: 'phone' },
  { name: 'telephone1', label: 'Business Phone', kind: 'text' },
  { name: 'allowwhatsapp', label: 'Allow WhatsApp', kind: 'boolean' },
  { name: 'visits', label: 'Visits', kind: 'number' },
  { name: 'constructor', label: 'Constructor', kind: 'text' },
];

describe('good rows come in, bad ones are named by their line', () => {
  test('in one file', () => {
    const rows = [
      { fullname: 'Ana', mobilephone: '(202) 555-0143', allowwhatsapp: 'yes', visits: '3' },
      { fullname: 'Ben', mobilephone: 'ask him', allowwhatsapp: 'maybe', visits: 'many' },
      { fullname: '', mobilephone: '', allowwhatsapp: '', visits: '' },
      { fullname: ' Cem ', mobilephone: '', allowwhatsapp: '', visits: '' },
    ];
    const { good, bad } = planImport(rows, COLUMNS, { defaultCountry: 'US' });
    expect(good).toEqual([
      { line: 2, values: { fullname: 'Ana', mobilephone: '(202) 555-0143', allowwhatsapp: true, visits: 3 } },
      { line: 5, values: { fullname: 'Cem', mobilephone: null, allowwhatsapp: null, visits: null } },
    ]);
    expect(bad.map(({ line, code }) => `${line} ${code}`)).toEqual([
      '3 phone-invalid',
      '3 boolean-invalid',
      '3 number-invalid',
    ]);
    expect(bad[0]?.message).toContain('“ask him”');
  });

  test('a national number needs the country of the record type', () => {
    const rows = [{ mobilephone: '(202) 555-0143' }];
    expect(planImport(rows, COLUMNS).bad).toMatchObject([{ line: 2, code: 'phone-invalid' }]);
    expect(planImport(rows, COLUMNS, { defaultCountry: null }).good).toEqual([]);
  });

  test("the record type's phone columns are checked whatever the CRM calls their kind", () => {
    const rows = [{ telephone1: 'none' }];
    expect(planImport(rows, COLUMNS).bad).toEqual([]);
    expect(planImport(rows, COLUMNS, { phoneColumns: ['telephone1'] }).bad).toMatchObject([
      { code: 'phone-invalid' },
    ]);
  });

  test('lines are those of the file where cells hold line breaks', () => {
    const rows = [{ fullname: 'Ana\nRuiz' }, { visits: 'x' }];
    const { good, bad } = planImport(rows, COLUMNS, { lines: [2, 4] });
    expect(good).toMatchObject([{ line: 2, values: { fullname: 'Ana\nRuiz' } }]);
    expect(bad).toMatchObject([{ line: 4 }]);
  });

  test('a value that is too long for a form is too long for a file', () => {
    expect(planImport([{ fullname: 'x'.repeat(10_001) }], COLUMNS).bad).toMatchObject([
      { code: 'value-too-long' },
    ]);
  });
});

describe('headers', () => {
  test('are names or labels in any case, with or without a byte order mark', () => {
    const { good, bad } = planImport([{ '\uFEFFFull Name': 'Ana', VISITS: '1', '': '' }], COLUMNS);
    expect(good).toEqual([{ line: 2, values: { fullname: 'Ana', visits: 1 } }]);
    expect(bad).toEqual([]);
  });

  test('a row that lacks a column leaves it empty, whatever the column is called', () => {
    const { good } = planImport([{ constructor: 'Ana', fullname: 'x' }, { fullname: 'Ben' }], COLUMNS);
    expect(good[1]?.values).toEqual({ constructor: null, fullname: 'Ben' });
  });

  test('what is unknown or doubled is reported once and the rest comes in', () => {
    const rows = [
      { fullname: 'Ana', nickname: 'A', 'Full Name': 'Other' },
      { fullname: 'Ben', nickname: 'B', 'Full Name': 'Other' },
    ];
    const { good, bad } = planImport(rows, COLUMNS);
    expect(good.map(({ values }) => values)).toEqual([{ fullname: 'Ana' }, { fullname: 'Ben' }]);
    expect(bad.map(({ line, code }) => `${line} ${code}`)).toEqual(['1 column-unknown', '1 column-twice']);
  });
});

describe('headers of the first line', () => {
  test('one that stands there twice is reported, and so is a column that no row has', () => {
    const headers = ['fullname', 'fullname', 'nickname', 'nickname'];
    const { good, bad } = planImport([{ fullname: 'Ana' }], COLUMNS, { headers });
    expect(good).toEqual([{ line: 2, values: { fullname: 'Ana' } }]);
    expect(bad.map(({ line, code }) => `${line} ${code}`)).toEqual(['1 column-twice', '1 column-unknown']);
  });
});

describe('Yes and No', () => {
  const read = (text: string) =>
    planImport([{ fullname: 'x', allowwhatsapp: text }], COLUMNS).good[0]?.values.allowwhatsapp;

  test.each([
    'true',
    'TRUE',
    ' Yes ',
    'y',
    '1',
    'x',
    'ja',
    'WAHR',
    'Sí',
    'si',
    'oui',
    'VRAI',
    'sim',
    'VERDADEIRO',
    'VERO',
  ])('%s is Yes', (text) => {
    expect(read(text)).toBe(true);
  });
  test.each([
    'false',
    'FALSE',
    'No',
    'n',
    '0',
    'nein',
    'FALSCH',
    'non',
    'FAUX',
    'não',
    'NÃO',
    'falso',
    'nee',
  ])('%s is No', (text) => {
    expect(read(text)).toBe(false);
  });
  test.each(['maybe', '2', 'yes please', 'null', '-1'])('%s is neither', (text) => {
    expect(read(text)).toBeUndefined();
  });
  test('empty is empty', () => {
    expect(read('  ')).toBeNull();
  });
});

test('every row is taken or explained, never both', () => {
  const cell = fc.oneof(fc.string(), fc.constantFrom('', 'yes', '+12025550143', '7'));
  const row = fc.record(
    { fullname: cell, mobilephone: cell, allowwhatsapp: cell, visits: cell },
    { requiredKeys: ['fullname'] },
  );
  fc.assert(
    fc.property(fc.array(row), (rows) => {
      const { good, bad } = planImport(rows, COLUMNS);
      const goodLines = good.map(({ line }) => line);
      const badLines = new Set(bad.map(({ line }) => line));
      rows.forEach((cells, index) => {
        const blank = Object.values(cells).every((text) => text.trim() === '');
        expect(goodLines.includes(index + 2)).toBe(!blank && !badLines.has(index + 2));
      });
    }),
  );
});
