import { describe, expect, it } from 'vitest';
import { defaultMapping, type Known, placeForPhone, proposeValues } from './new-record.ts';
import { RECORD_TYPE_DEFAULTS, type RecordType } from './record-type.ts';

const contact: RecordType = {
  ...RECORD_TYPE_DEFAULTS,
  table: 'contact',
  displayName: 'Contact',
  phoneColumns: ['mobilephone', 'telephone1'],
  nameColumn: 'fullname',
  languageColumn: 'preferredlanguage',
};
const columns = ['fullname', 'firstname', 'lastname', 'mobilephone', 'telephone1', 'preferredlanguage'].map(
  (name) => ({ name }),
);
const known: Known = { name: 'Ana Maria Souza', phone: '+5511987654321', language: 'pt_BR', country: 'BR' };

describe('a record made from a chat', () => {
  it('begins with name, number and language where nothing else is mapped', () => {
    expect(proposeValues(contact, columns, known)).toEqual({
      fullname: 'Ana Maria Souza',
      firstname: 'Ana',
      lastname: 'Maria Souza',
      mobilephone: '+55 11 98765 4321',
      preferredlanguage: 'pt_BR',
    });
  });

  it('leaves out what is not known', () => {
    const nobody: Known = { name: null, phone: '+12025550143', language: null, country: 'US' };
    expect(proposeValues(contact, columns, nobody)).toEqual({ mobilephone: '+1 202 555 0143' });
    expect(proposeValues(contact, columns, { ...nobody, name: ' Cher ' })).toMatchObject({
      firstname: 'Cher',
    });
  });

  it('follows the mapping of an administrator, and drops columns that are gone', () => {
    const mapped = {
      ...contact,
      chatMapping: { description: 'name', address1_country: 'country', old: 'phone' } as const,
    };
    const there = [{ name: 'description' }, { name: 'address1_country' }];
    expect(proposeValues(mapped, there, known)).toEqual({
      description: 'Ana Maria Souza',
      address1_country: 'BR',
    });
  });

  it('does not split the name where the table has no parts', () => {
    expect(defaultMapping({ ...contact, nameColumn: 'name' }, [{ name: 'name' }])).toEqual({
      name: 'name',
      mobilephone: 'phone',
      preferredlanguage: 'language',
    });
  });
});

describe('a number that goes into an existing record', () => {
  const holds = (written: string): boolean => written === 'ours';
  it.each([
    [{ mobilephone: 'ours' }, { kind: 'there', column: 'mobilephone' }],
    [
      { mobilephone: 'other', telephone1: 'ours' },
      { kind: 'there', column: 'telephone1' },
    ],
    [{}, { kind: 'empty', column: 'mobilephone' }],
    [{ mobilephone: '  ' }, { kind: 'empty', column: 'mobilephone' }],
    [{ mobilephone: 'other' }, { kind: 'empty', column: 'telephone1' }],
    [
      { mobilephone: 'other', telephone1: 'another' },
      { kind: 'full', columns: ['mobilephone', 'telephone1'] },
    ],
  ])('%j → %j', (values, place) => {
    expect(placeForPhone(contact, values, holds)).toEqual(place);
  });
});
