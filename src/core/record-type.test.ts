import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type CrmColumn,
  complianceToField,
  fieldToCompliance,
  messagingNumber,
  numbersOf,
  observedCompliance,
  RECORD_TYPE_DEFAULTS,
  type RecordType,
  recordTypeProblems,
  valueFound,
  valueToHold,
} from './record-type.ts';

const CONTACT: RecordType = {
  ...RECORD_TYPE_DEFAULTS,
  table: 'contact',
  displayName: 'Contact',
  phoneColumns: ['mobilephone', 'telephone1', 'telephone2'],
  nameColumn: 'fullname',
  complianceField: 'allowwhatsapp',
  defaultCountry: 'BR',
};
const COLUMNS: CrmColumn[] = [
  { name: 'fullname', label: 'Full Name', kind: 'text' },
  { name: 'mobilephone', label: 'Mobile Phone', kind: 'phone' },
  { name: 'telephone1', label: 'Business Phone', kind: 'phone' },
  { name: 'telephone2', label: 'Home Phone', kind: 'text' },
  { name: 'allowwhatsapp', label: 'Allow WhatsApp', kind: 'boolean' },
  { name: 'birthdate', label: 'Birthday', kind: 'date' },
];
const LEADS: RecordType = { ...CONTACT, table: 'lead', displayName: 'Lead' };
const TABLES = [
  {
    name: 'contact',
    lookups: [
      { name: 'originatingleadid', targets: ['lead'] },
      { name: 'parentcustomerid', targets: ['account', 'contact'] },
    ],
  },
  { name: 'lead', lookups: [] },
  { name: 'account', lookups: [] },
];
const codes = (
  change: Partial<RecordType>,
  columns: CrmColumn[] | null = COLUMNS,
  others: RecordType[] = [CONTACT, LEADS],
) =>
  recordTypeProblems({ ...CONTACT, ...change }, columns, TABLES, others).map(
    ({ code, path }) => `${path}: ${code}`,
  );
/** Numbers of its own it has none. */
const RELATED: Partial<RecordType> = {
  complianceField: null,
  phoneColumns: [],
  relatedTable: 'lead',
  relatedColumn: 'originatingleadid',
};

describe('what a column means', () => {
  test.each([
    [true, 'allows', true],
    [false, 'allows', false],
    [null, 'allows', null],
    [true, 'forbids', false],
    [false, 'forbids', true],
    [null, 'forbids', null],
  ] as const)('%s under %s is written %s', (allowed, polarity, field) => {
    expect(complianceToField(allowed, polarity)).toBe(field);
  });

  test('what was written is read back', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(true, false, null),
        fc.constantFrom('allows', 'forbids'),
        (allowed, polarity) => {
          expect(fieldToCompliance(complianceToField(allowed, polarity), polarity)).toBe(allowed);
        },
      ),
    );
  });

  test.each([
    // A fresh "Do not contact" column says No for everybody: nobody was asked.
    [false, 'forbids', false, null],
    [false, 'forbids', true, true],
    [true, 'forbids', false, false],
    [true, 'forbids', true, false],
    [true, 'allows', false, true],
    [false, 'allows', false, false],
    [null, 'allows', true, null],
  ] as const)(
    '%s found under %s, granted in the ledger %s, counts as %s',
    (value, polarity, granted, counts) => {
      expect(observedCompliance(value, polarity, granted)).toBe(counts);
    },
  );

  test('polarity is the Compliance Field’s: in a marketing field Yes permits', () => {
    const type = { polarity: 'forbids' } as const;
    expect(valueToHold(type, 'service', true)).toBe(false);
    expect(valueToHold(type, 'marketing', true)).toBe(true);
    expect(valueFound(type, 'service', true, false)).toBe(false);
    expect(valueFound(type, 'marketing', true, false)).toBe(true);
    expect(valueFound(type, 'service', 'Yes', false)).toBeNull();
  });
});

describe('the numbers of a record', () => {
  test('the first column that parses is the messaging number, the rest recognise who writes', () => {
    const values = { mobilephone: 'ask her', telephone1: '(11) 98765-4321', telephone2: '+49 170 1234567' };
    expect(messagingNumber(CONTACT, values)).toEqual({ column: 'telephone1', e164: '+5511987654321' });
    expect(numbersOf(CONTACT, values).slice(1)).toEqual([{ column: 'telephone2', e164: '+491701234567' }]);
  });

  test('one number written twice is one', () => {
    const values = { mobilephone: '+55 11 8765-4321', telephone1: '(11) 98765-4321', telephone2: null };
    expect(messagingNumber(CONTACT, values)?.column).toBe('mobilephone');
    expect(numbersOf(CONTACT, values)).toHaveLength(1);
  });

  test('a number that a spreadsheet made a number of', () => {
    expect(messagingNumber(CONTACT, { mobilephone: 5511987654321 })?.e164).toBe('+5511987654321');
  });

  test('a record without a number has none', () => {
    expect(messagingNumber(CONTACT, { mobilephone: '', telephone1: null })).toBeNull();
    expect(numbersOf(CONTACT, {})).toEqual([]);
  });
});

describe('a set-up that cannot work is refused', () => {
  test('and one that can is not', () => {
    expect(codes({})).toEqual([]);
    expect(codes(RELATED)).toEqual([]);
  });

  test.each<[what: string, change: Partial<RecordType>, problem: string]>([
    ['a field that is gone', { complianceField: 'gone' }, 'complianceField: column-missing'],
    ['a field that is no Boolean', { complianceField: 'fullname' }, 'complianceField: not-boolean'],
    ['a marketing field that is no Boolean', { marketingField: 'birthdate' }, 'marketingField: not-boolean'],
    ['one field for both', { marketingField: 'allowwhatsapp' }, 'marketingField: same-field'],
    ['a phone column that is gone', { phoneColumns: ['mobilephone', 'fax'] }, 'phoneColumns: column-missing'],
    ['a phone column of Yes and No', { phoneColumns: ['allowwhatsapp'] }, 'phoneColumns: not-text'],
    ['no phone column', { phoneColumns: [] }, 'phoneColumns: no-phone-column'],
    ['a country that is none', { defaultCountry: 'XX' }, 'defaultCountry: bad-country'],
    ['a related table that is gone', { ...RELATED, relatedTable: 'gone' }, 'relatedTable: table-missing'],
    ['a related table without a column', { ...RELATED, relatedColumn: null }, 'relatedColumn: not-a-lookup'],
    [
      'a column that leads elsewhere',
      { ...RELATED, relatedColumn: 'parentcustomerid' },
      'relatedColumn: not-a-lookup',
    ],
    [
      'a related table that is not set up',
      { ...RELATED, relatedTable: 'account', relatedColumn: 'parentcustomerid' },
      'relatedTable: related-not-set-up',
    ],
    [
      'itself as the related table',
      { ...RELATED, relatedTable: 'contact', relatedColumn: 'parentcustomerid' },
      'relatedTable: related-not-set-up',
    ],
    [
      'numbers of its own besides',
      { ...RELATED, phoneColumns: ['mobilephone'] },
      'phoneColumns: related-has-own',
    ],
    [
      'a field of its own besides',
      { ...RELATED, complianceField: 'allowwhatsapp' },
      'complianceField: related-has-own',
    ],
    ['a language column that is gone', { languageColumn: 'lang' }, 'languageColumn: column-missing'],
  ])('%s', (_, change, problem) => {
    expect(codes(change)).toEqual([problem]);
  });

  test('a type that takes its numbers from one that takes its own from elsewhere', () => {
    const opportunity = { ...CONTACT, ...RELATED, table: 'opportunity', relatedTable: 'contact' };
    expect(codes(RELATED, COLUMNS, [CONTACT, LEADS, opportunity])).toEqual(['relatedTable: related-in-use']);
    expect(codes({}, COLUMNS, [CONTACT, LEADS, opportunity])).toEqual([]);
    const leads = { ...LEADS, phoneColumns: [], relatedTable: 'account', relatedColumn: 'x' };
    expect(codes(RELATED, COLUMNS, [leads])).toEqual(['relatedTable: related-not-set-up']);
  });

  test.each([
    ['unreadable', 'complianceField: column-unreadable'],
    ['not-writable', 'complianceField: column-not-writable'],
  ] as const)('a field that is %s', (access, problem) => {
    const columns = COLUMNS.map((column) => ({ ...column, access }));
    expect(codes({}, columns)).toEqual([problem]);
    expect(codes({ complianceField: null }, columns)).toEqual([]);
  });

  test('a field that the CRM keeps itself takes no answer', () => {
    const kept = { create: false, update: false };
    const columns = COLUMNS.map((column) => ({ ...column, takes: kept }));
    expect(codes({}, columns)).toEqual(['complianceField: column-read-only']);
    expect(codes({ complianceField: null }, columns)).toEqual([]);
  });

  test('all at once', () => {
    expect(codes({ nameColumn: 'x', complianceField: 'y', defaultCountry: 'Z' })).toHaveLength(3);
    expect(codes({ defaultCountry: 'Z' }, null)).toEqual([
      'defaultCountry: bad-country',
      'table: table-missing',
    ]);
  });
});
