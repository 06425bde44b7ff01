import type { CellValue } from './csv-import.ts';
import { saysWhose } from './new-record.ts';
import { parsePhone } from './phone.ts';
import type { CrmColumn, RecordType } from './record-type.ts';

/** What a record's values may be, of the embedded CRM and before they are sent to a remote one. */

export interface ValueProblem {
  /** Stable; the API answers the first. */
  code: string;
  message: string;
  /** Where in the request: `values.<column>`. */
  path: string;
}

/** As Dataverse does: the full name is made of its parts where only those are given. */
export function withFullName(
  table: string,
  values: Readonly<Record<string, CellValue>>,
): Record<string, CellValue> {
  if (table === 'account' || String(values.fullname ?? '').trim() !== '') return { ...values };
  const fullname = [values.firstname, values.lastname]
    .filter((part) => typeof part === 'string' && part !== '')
    .join(' ');
  return fullname === '' ? { ...values } : { ...values, fullname };
}

/** A new record of the embedded CRM says whose it is; a remote CRM has rules of its own for it. */
export function emptyProblem(
  table: string,
  values: Readonly<Record<string, CellValue>>,
  type: RecordType | null,
): ValueProblem[] {
  if (saysWhose(type, withFullName(table, values))) return [];
  const message = 'Give the record a name or a phone number.';
  return [{ code: 'record-empty', message, path: `values.${type?.nameColumn ?? ''}` }];
}

/** As loose as a form may be: something, an at sign, something. Whether anybody reads there shows when it is used. */
const EMAIL = /^[^\s@]+@[^\s@]+$/;

/** What is wrong with these values, one problem for each at most; null empties any column. */
export function valueProblems(
  values: Readonly<Record<string, CellValue>>,
  columns: readonly Pick<CrmColumn, 'name' | 'label' | 'kind' | 'takes'>[],
  type: RecordType | null,
  doing: 'create' | 'update',
): ValueProblem[] {
  return Object.entries(values).flatMap(([name, value]): ValueProblem[] => {
    const column = columns.find((one) => one.name === name);
    const problem = (code: string, message: string): ValueProblem[] => [
      { code, message, path: `values.${name}` },
    ];
    if (column === undefined) return problem('column-missing', `There is no column “${name}” in this table.`);
    // A new record that brings nothing there brings nothing: a form sends all its columns.
    if (column.takes?.[doing] === false && (value !== null || doing === 'update'))
      return problem('column-read-only', `The CRM keeps “${column.label}” itself: leave it empty.`);
    if (value === null) return [];
    if (column.kind === 'boolean')
      return typeof value === 'boolean'
        ? []
        : problem('not-boolean', `“${column.label}” takes yes, no or nothing.`);
    if (column.kind === 'number')
      return typeof value === 'number' ? [] : problem('not-a-number', `“${column.label}” takes a number.`);
    if (typeof value !== 'string') return problem('not-text', `“${column.label}” takes text.`);
    if (value.includes('\u0000'))
      return problem('not-text', `“${column.label}” holds a character that cannot be stored.`);
    if (column.kind === 'email' && value.trim() !== '' && !EMAIL.test(value.trim()))
      return problem('email-invalid', `“${value}” is not an e-mail address.`);
    if (
      column.kind === 'phone' &&
      value.trim() !== '' &&
      parsePhone(value, type?.defaultCountry ?? undefined) === null
    )
      return problem(
        'phone-invalid',
        `“${value}” is not a phone number. Write it with its country code, like +44 20 7946 0958, or set a default country for this record type.`,
      );
    return [];
  });
}
