import type { ChatMapping } from './new-record.ts';
import { matchKey, parseNumber, supportedCountry } from './phone.ts';
import type { Purpose } from './purpose.ts';

/** A CRM table Assent works with (product.md §1), as an administrator set it up. */
export interface RecordType {
  table: string;
  displayName: string;
  /** In their order: the first that parses is the record's messaging number, the others recognise who writes. */
  phoneColumns: string[];
  nameColumn: string;
  /** The Boolean column that says whether the customer may be messaged; null: none yet, nothing is projected. */
  complianceField: string | null;
  /** What a set column means. */
  polarity: Polarity;
  /** What may be sent where nothing was decided. */
  unset: 'ask-first' | 'allow';
  /** ISO 3166-1 alpha-2, for numbers written without a country code. */
  defaultCountry: string | null;
  /** Which record type names a customer who is in several: the lowest. Equal ones are allowed. */
  priority: number;
  marketingField: string | null;
  /** The record type that supplies number, field and consent where this one has no phone column: Opportunity → Contact. */
  relatedTable: string | null;
  /** The lookup that leads there. */
  relatedColumn: string | null;
  languageColumn: string | null;
  /** A denied customer who writes may be answered inside that window (product.md §3.1). */
  allowReplyAfterRefusal: boolean;
  /** Kept with each consent request as its basis, unless the sender says another. */
  askingBasis: AskingBasis;
  /** What a record made from a chat is filled with, column by column; null: name, number and language. */
  chatMapping: ChatMapping | null;
}

/** `allows`: Yes in the column is consent. `forbids`: Yes in the column is a refusal ("Do not contact"). */
export type Polarity = 'allows' | 'forbids';
export type AskingBasis = 'customer-wrote' | 'existing-customer' | 'other';

/** What holds where an administrator said nothing. */
export const RECORD_TYPE_DEFAULTS = {
  complianceField: null,
  polarity: 'allows',
  unset: 'ask-first',
  defaultCountry: null,
  priority: 100,
  marketingField: null,
  relatedTable: null,
  relatedColumn: null,
  languageColumn: null,
  allowReplyAfterRefusal: false,
  askingBasis: 'existing-customer',
  chatMapping: null,
} as const satisfies Partial<RecordType>;

/** A column as the CRM describes it. */
export interface CrmColumn {
  name: string;
  label: string;
  kind: 'text' | 'phone' | 'email' | 'boolean' | 'number' | 'date' | 'language';
  /** What is known to stand in Assent's way there. */
  access?: 'unreadable' | 'not-writable' | null;
  /** Where the CRM keeps it itself: what a new record and a change may bring. */
  takes?: { create: boolean; update: boolean } | null;
}

export interface RecordTypeProblem {
  code:
    | 'table-missing'
    | 'column-missing'
    | 'not-boolean'
    | 'not-text'
    | 'same-field'
    | 'no-phone-column'
    | 'bad-country'
    | 'not-a-lookup'
    | 'related-not-set-up'
    | 'related-has-own'
    | 'related-in-use'
    | 'column-unreadable'
    | 'column-not-writable'
    | 'column-read-only';
  /** The setting it is about. */
  path: keyof RecordType;
  message: string;
}

/** The columns that say what was decided. */
export const fieldsOf = ({ complianceField, marketingField }: RecordType): string[] =>
  [complianceField, marketingField].filter((field) => field !== null);

/** The column that says what was decided about a purpose; null where the record type has none. */
export const fieldOf = (
  { complianceField, marketingField }: Pick<RecordType, 'complianceField' | 'marketingField'>,
  purpose: Purpose,
): string | null => (purpose === 'service' ? complianceField : marketingField);

/** What the column holds for a decision: `allowed` true for granted, false for denied, null for empty. */
export function complianceToField(allowed: boolean | null, polarity: Polarity): boolean | null {
  return allowed === null || polarity === 'allows' ? allowed : !allowed;
}

/**
 * What a column's value says of the customer, the inverse of `complianceToField`. Under `forbids` an `allowed` read
 * from a CRM is mere absence of a refusal: see `observedCompliance`.
 */
export function fieldToCompliance(value: boolean | null, polarity: Polarity): boolean | null {
  return complianceToField(value, polarity);
}

/**
 * What a value found in the CRM counts as (product.md §3.2): under `forbids`, "allowed" without a grant in the ledger
 * is unset, because a fresh "Do not contact" column says No for everybody and nobody was asked.
 */
export function observedCompliance(
  value: boolean | null,
  polarity: Polarity,
  grantedInLedger: boolean,
): boolean | null {
  const allowed = fieldToCompliance(value, polarity);
  return polarity === 'forbids' && allowed === true && !grantedInLedger ? null : allowed;
}

/** What the column of a purpose (`fieldOf`) holds for a decision. Polarity is the Compliance Field's: a marketing field's Yes permits. */
export const valueToHold = (
  { polarity }: Pick<RecordType, 'polarity'>,
  purpose: Purpose,
  allowed: boolean | null,
): boolean | null => (purpose === 'service' ? complianceToField(allowed, polarity) : allowed);

/** What a value found in that column counts as (`observedCompliance`); null also for what is neither Yes nor No. */
export function valueFound(
  { polarity }: Pick<RecordType, 'polarity'>,
  purpose: Purpose,
  raw: unknown,
  grantedInLedger: boolean,
): boolean | null {
  if (typeof raw !== 'boolean') return null;
  return purpose === 'service' ? observedCompliance(raw, polarity, grantedInLedger) : raw;
}

export interface ColumnNumber {
  column: string;
  e164: string;
}

/** The number messages go to and the Compliance Field mirrors: the first phone column that parses. */
export function messagingNumber(
  recordType: RecordType,
  values: Record<string, unknown>,
): ColumnNumber | null {
  return numbersOf(recordType, values)[0] ?? null;
}

/** A table of the CRM as far as a set-up is checked against it. */
export interface CrmTable {
  name: string;
  lookups: readonly { name: string; targets: readonly string[] }[];
}

/** The record type that this one takes number and consent from, and the column that leads there; null for most. */
export function relationOf(recordType: RecordType): { table: string; column: string } | null {
  const { relatedTable, relatedColumn } = recordType;
  return relatedTable === null || relatedColumn === null
    ? null
    : { table: relatedTable, column: relatedColumn };
}

/**
 * All problems of a set-up at once. `columns` is null where the CRM has no such table; `tables` are its tables, `others`
 * the record types that are set up.
 */
export function recordTypeProblems(
  recordType: RecordType,
  columns: readonly CrmColumn[] | null,
  tables: readonly CrmTable[],
  others: readonly RecordType[],
): RecordTypeProblem[] {
  const problems: RecordTypeProblem[] = relationProblems(recordType, tables, others);
  const add = (code: RecordTypeProblem['code'], path: keyof RecordType, message: string) =>
    problems.push({ code, path, message });
  const { table, phoneColumns, complianceField, marketingField, relatedTable, defaultCountry } = recordType;

  if (phoneColumns.length === 0 && relatedTable === null)
    add(
      'no-phone-column',
      'phoneColumns',
      'Choose at least one phone column: without one nobody can be messaged.',
    );
  if (defaultCountry !== null && supportedCountry(defaultCountry) === undefined)
    add(
      'bad-country',
      'defaultCountry',
      `“${defaultCountry}” is no country code. Use two letters, such as DE.`,
    );
  if (complianceField !== null && complianceField === marketingField)
    add(
      'same-field',
      'marketingField',
      'Choose another column for marketing: it would overwrite the Compliance Field.',
    );
  if (columns === null) {
    add('table-missing', 'table', `The CRM has no table “${table}”.`);
    return problems;
  }
  const chosen = columns.find(({ name }) => name === complianceField);
  if (chosen?.access === 'unreadable')
    add(
      'column-unreadable',
      'complianceField',
      `Assent may not read “${chosen.label}”: a refusal there would look like an empty column. Give the application user a column security profile with Read and Update, then test the column again.`,
    );
  if (chosen?.access === 'not-writable')
    add(
      'column-not-writable',
      'complianceField',
      `Assent may not write “${chosen.label}”: no answer of a customer’s would arrive there. Give the application user Write on the table and Update on the column, then test the column again.`,
    );

  for (const path of ['complianceField', 'marketingField'] as const) {
    const column = columns.find(({ name }) => name === recordType[path]);
    if (column?.takes?.update === false)
      add('column-read-only', path, `The CRM keeps “${column.label}” itself. Choose another column.`);
  }
  for (const [field, name] of namedColumns(recordType)) {
    const column = columns.find((candidate) => candidate.name === name);
    const wantsBoolean = field === 'complianceField' || field === 'marketingField';
    if (column === undefined) add('column-missing', field, `The table “${table}” has no column “${name}”.`);
    else if (wantsBoolean && column.kind !== 'boolean')
      add('not-boolean', field, `“${column.label}” is not a Yes/No column. Choose one that is.`);
    else if (!wantsBoolean && column.kind === 'boolean')
      add('not-text', field, `“${column.label}” is a Yes/No column. Choose one that holds text.`);
  }
  return problems;
}

/** What takes its number from elsewhere has no number and no field of its own, and is led there by one step. */
function relationProblems(
  recordType: RecordType,
  tables: readonly CrmTable[],
  others: readonly RecordType[],
): RecordTypeProblem[] {
  const { table, displayName, relatedTable, relatedColumn } = recordType;
  const problems: RecordTypeProblem[] = [];
  const add = (code: RecordTypeProblem['code'], path: keyof RecordType, message: string) =>
    problems.push({ code, path, message });
  if (relatedTable === null && relatedColumn === null) return problems;
  const lookup = tables
    .find(({ name }) => name === table)
    ?.lookups.find(({ name }) => name === relatedColumn);
  if (relatedTable === null || !tables.some(({ name }) => name === relatedTable)) {
    add('table-missing', 'relatedTable', `The CRM has no table “${relatedTable ?? ''}”.`);
    return problems;
  }
  if (lookup === undefined || !lookup.targets.includes(relatedTable))
    add(
      'not-a-lookup',
      'relatedColumn',
      `“${relatedColumn ?? ''}” is no column that leads from “${table}” to “${relatedTable}”. Choose a lookup that does.`,
    );
  const related = others.find((other) => other.table === relatedTable);
  if (relatedTable === table || related === undefined || related.phoneColumns.length === 0)
    add(
      'related-not-set-up',
      'relatedTable',
      `Set up the record type “${relatedTable}” with its phone columns first: number and consent are taken from there.`,
    );
  for (const path of ['phoneColumns', 'complianceField', 'marketingField'] as const)
    if (recordType[path] !== null && recordType[path].length > 0)
      add(
        'related-has-own',
        path,
        'Number and consent are taken from the related record: leave phone columns and fields of its own empty.',
      );
  const user = others.find((other) => other.relatedTable === table && other.table !== table);
  if (user !== undefined)
    add(
      'related-in-use',
      'relatedTable',
      `${user.displayName} takes its numbers from ${displayName}, which therefore needs phone columns of its own.`,
    );
  return problems;
}

function namedColumns(recordType: RecordType): [field: keyof RecordType, name: string][] {
  const { phoneColumns, nameColumn, complianceField, marketingField, languageColumn } = recordType;
  const mapped = Object.keys(recordType.chatMapping ?? {});
  const all: [keyof RecordType, string | null][] = [
    ...mapped.map((name): [keyof RecordType, string] => ['chatMapping', name]),
    ...phoneColumns.map((name): [keyof RecordType, string] => ['phoneColumns', name]),
    ['nameColumn', nameColumn],
    ['complianceField', complianceField],
    ['marketingField', marketingField],
    ['languageColumn', languageColumn],
  ];
  return all.flatMap(([field, name]) => (name === null ? [] : [[field, name]]));
}

/** The messaging number first, then the others, each once: they recognise who writes and nothing more. */
export function numbersOf(recordType: RecordType, values: Record<string, unknown>): ColumnNumber[] {
  const found = new Map<string, ColumnNumber>();
  for (const column of recordType.phoneColumns) {
    const written = Object.hasOwn(values, column) ? values[column] : null;
    // A spreadsheet makes a number of 4915112345678, and some CRMs keep it so.
    const text = typeof written === 'string' || typeof written === 'number' ? String(written) : '';
    const e164 = parseNumber(text, recordType.defaultCountry ?? undefined);
    if (e164 !== null && !found.has(matchKey(e164))) found.set(matchKey(e164), { column, e164 });
  }
  return [...found.values()];
}
