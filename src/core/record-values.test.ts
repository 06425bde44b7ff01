import { describe, expect, test } from 'vitest';
import type { CellValue } from './csv-import.ts';
import { type CrmColumn, RECORD_TYPE_DEFAULTS, type RecordType } from './record-type.ts';
import { emptyProblem, valueProblems, withFullName } from './record-values.ts';

const column = (name: string, kind: CrmColumn['kind']) => ({ name, label: name.toUpperCase(), kind });
const COLUMNS = [
  column('lastname', 'text'),
  column('emailaddress1', 'email'),
  column('mobilephone', 'phone'),
  column('donotphone', 'boolean'),
  column('numberofchildren', 'number'),
];
const type = (change: Partial<RecordType> = {}): RecordType => ({
  ...RECORD_TYPE_DEFAULTS,
  table: 'contact',
  displayName: 'Contact',
  nameColumn: 'fullname',
  phoneColumns: ['mobilephone'],
  complianceField: 'donotphone',
  marketingField: null,
  relatedTable: null,
  relatedColumn: null,
  languageColumn: null,
  ...change,
});

describe('a value is what its column takes', () => {
  test.each<[string, CellValue, string | null]>([
    ['lastname', 'Muster', null],
    ['lastname', 7, 'not-text'],
    ['lastname', 'Mus\u0000ter', 'not-text'],
    ['emailaddress1', 'anna@example.com', null],
    ['emailaddress1', '  ', null],
    ['emailaddress1', 'anna example.com', 'email-invalid'],
    ['mobilephone', '+44 20 7946 0958', null],
    ['mobilephone', '020 7946 0958', 'phone-invalid'],
    ['mobilephone', 'none', 'phone-invalid'],
    ['donotphone', true, null],
    ['donotphone', 'yes', 'not-boolean'],
    ['numberofchildren', 2, null],
    ['numberofchildren', '2', 'not-a-number'],
    ['nothing', 'here', 'column-missing'],
  ])('%s: %j is %s', (name, value, code) => {
    const problems = valueProblems({ [name]: value }, COLUMNS, type(), 'create');
    expect(problems.map((one) => [one.code, one.path])).toEqual(
      code === null ? [] : [[code, `values.${name}`]],
    );
  });

  test('what the CRM keeps itself takes nothing, and a new record may leave it empty', () => {
    const columns = COLUMNS.map((column) => ({ ...column, takes: { create: false, update: false } }));
    const codes = (value: string | null, doing: 'create' | 'update') =>
      valueProblems({ lastname: value }, columns, type(), doing).map(({ code }) => code);
    expect([codes('Muster', 'create'), codes('Muster', 'update'), codes(null, 'update')]).toEqual([
      ['column-read-only'],
      ['column-read-only'],
      ['column-read-only'],
    ]);
    expect(codes(null, 'create')).toEqual([]);
  });

  test('nothing empties any column, and each wrong value is told', () => {
    const nothing = Object.fromEntries(COLUMNS.map(({ name }) => [name, null]));
    expect(valueProblems(nothing, COLUMNS, type(), 'create')).toEqual([]);
    const wrong = valueProblems(
      { donotphone: 1, mobilephone: 'x', lastname: 'Muster' },
      COLUMNS,
      type(),
      'create',
    );
    expect(wrong.map(({ code }) => code)).toEqual(['not-boolean', 'phone-invalid']);
  });

  test('a number without its country code is one of the record type’s country', () => {
    const british = type({ defaultCountry: 'GB' });
    expect(valueProblems({ mobilephone: '020 7946 0958' }, COLUMNS, british, 'create')).toEqual([]);
  });
});

describe('the full name is made of its parts', () => {
  test.each<[string, Record<string, CellValue>, CellValue | undefined]>([
    ['contact', { firstname: 'Anna', lastname: 'Muster' }, 'Anna Muster'],
    ['contact', { firstname: 'Anna' }, 'Anna'],
    ['contact', { firstname: 'Anna', fullname: 'Dr. Anna Muster' }, 'Dr. Anna Muster'],
    ['contact', { mobilephone: '+442079460958' }, undefined],
    ['account', { firstname: 'Anna', lastname: 'Muster' }, undefined],
  ])('%s %j: %s', (table, values, fullname) => {
    expect(withFullName(table, values).fullname).toBe(fullname);
  });
});

describe('a new record says whose it is', () => {
  test.each<[Record<string, CellValue>, boolean]>([
    [{ firstname: 'Anna' }, true],
    [{ mobilephone: '+442079460958' }, true],
    [{ emailaddress1: 'anna@example.com' }, false],
    [{ fullname: '  ' }, false],
    [{}, false],
  ])('%j: %s', (values, says) => {
    const problems = emptyProblem('contact', values, type());
    expect(problems.map(({ code }) => code)).toEqual(says ? [] : ['record-empty']);
  });
});
