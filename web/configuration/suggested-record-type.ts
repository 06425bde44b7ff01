import type { RecordTypeOut, RecordTypeValues, TableOut } from '../../src/http/schemas/records.ts';
import type { Column } from './queries.ts';
import { relatedChoices } from './related-choices.ts';

/**
 * What a new record type starts with: the table's phone columns, mobile first, and its name; without phone columns the
 * related record that its number may be taken from. The Compliance Field is for the administrator to pick.
 */
export function suggestedRecordType(
  label: string,
  columns: Column[],
  lookups: TableOut['lookups'],
  types: RecordTypeOut[],
): RecordTypeValues {
  const phones = columns.filter(({ kind }) => kind === 'phone').map(({ name }) => name);
  const name =
    columns.find((column) => column.name === 'fullname' || column.name === 'name') ??
    columns.find(({ kind }) => kind === 'text');
  const related =
    phones.length > 0 ? undefined : relatedChoices(lookups, types).find((choice) => choice.isSetUp);
  return {
    displayName: label,
    phoneColumns: phones.toSorted((a, b) => Number(b.includes('mobile')) - Number(a.includes('mobile'))),
    nameColumn: name?.name ?? '',
    complianceField: null,
    polarity: 'allows',
    unset: 'ask-first',
    defaultCountry: null,
    priority: 100,
    marketingField: null,
    relatedTable: related?.table ?? null,
    relatedColumn: related?.column ?? null,
    languageColumn: columns.find(({ kind }) => kind === 'language')?.name ?? null,
    allowReplyAfterRefusal: false,
    askingBasis: 'existing-customer',
    chatMapping: null,
  };
}
