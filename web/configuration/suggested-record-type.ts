import type { RecordTypeValues } from '../../src/http/schemas/records.ts';
import type { Column } from './queries.ts';

/**
 * What a new record type starts with: the table's phone columns, mobile first, and its name. The Compliance Field is
 * for the administrator to pick.
 */
export function suggestedRecordType(label: string, columns: Column[]): RecordTypeValues {
  const phones = columns.filter(({ kind }) => kind === 'phone').map(({ name }) => name);
  const name =
    columns.find((column) => column.name === 'fullname' || column.name === 'name') ??
    columns.find(({ kind }) => kind === 'text');
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
    languageColumn: columns.find(({ kind }) => kind === 'language')?.name ?? null,
    allowReplyAfterRefusal: false,
    askingBasis: 'existing-customer',
    chatMapping: null,
  };
}
