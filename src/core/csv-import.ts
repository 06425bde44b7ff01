import { parsePhone } from './phone.ts';
import type { CrmColumn } from './record-type.ts';

/** A column's value as the embedded CRM keeps it; null is empty. */
export type CellValue = string | number | boolean | null;

export const CSV_ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
export type CsvEncoding = (typeof CSV_ENCODINGS)[number];

/** A CSV file as it was read: rows by header, and the lines that were left out for their shape. */
export interface CsvFile {
  encoding: CsvEncoding;
  header: string[];
  rows: { line: number; values: Record<string, string> }[];
  bad: { line: number; code: string; message: string }[];
}

export interface ImportPlan {
  /** Names of the columns that the header fills. */
  columns: string[];
  /** In the file's order; `line` is where the record starts in the file. */
  good: { line: number; values: Record<string, CellValue> }[];
  /** Everything that was left out, and why: a whole row for one bad cell, a column (line 1) that is not known. */
  bad: { line: number; code: ImportCode; message: string }[];
}

export type ImportCode =
  | 'column-unknown'
  | 'column-twice'
  | 'boolean-invalid'
  | 'number-invalid'
  | 'phone-invalid'
  | 'value-too-long'
  | 'row-only-id';

export interface ImportOptions {
  /** Of the record type, for numbers written without a country code. */
  defaultCountry?: string | null;
  /** Read as phone numbers whatever the CRM calls their kind. */
  phoneColumns?: readonly string[];
  /** Of the file's first line, in its order, twice where it names one twice; without it, those of the rows. */
  headers?: readonly string[];
  /** The line of each row, where a quoted cell holds line breaks; without it rows are one line each, from line 2. */
  lines?: readonly number[];
  /** Of each row: the record that it changes, null where it makes one. */
  ids?: readonly (string | null)[];
}

/**
 * What a CSV file would change: the good rows, and every bad one with its line (bad rows never keep good ones out). `rows` are cells by header, as a CSV parser gives them; a header is a column's name or its label, in any case.
 * An empty cell is null, a row of empty cells is passed over; with an id it is a bad one, as it may be meant to empty a record or to
 * leave it. Phones are checked and kept as they were written.
 */
export function planImport(
  rows: readonly Record<string, string>[],
  columns: readonly CrmColumn[],
  { defaultCountry, phoneColumns = [], headers, lines = [], ids = [] }: ImportOptions = {},
): ImportPlan {
  const { byHeader, bad } = readHeaders(headers ?? [...new Set(rows.flatMap(Object.keys))], columns);
  const good: ImportPlan['good'] = [];
  rows.forEach((row, index) => {
    const line = lines[index] ?? index + 2;
    const values: Record<string, CellValue> = {};
    const problems: ImportPlan['bad'] = [];
    for (const [header, column] of byHeader) {
      const kind = phoneColumns.includes(column.name) ? 'phone' : column.kind;
      const cell = readCell(cellOf(row, header), kind, defaultCountry ?? undefined);
      if ('code' in cell)
        problems.push({ line, code: cell.code, message: `${column.label}: ${cell.message}` });
      else values[column.name] = cell.value;
    }
    bad.push(...problems);
    const filled = Object.values(values).some((value) => value !== null);
    if (problems.length === 0 && filled) good.push({ line, values });
    else if (problems.length === 0 && (ids[index] ?? null) !== null)
      bad.push({
        line,
        code: 'row-only-id',
        message: 'Only the id is filled in: nothing was changed.',
      });
  });
  return { columns: [...byHeader.values()].map((column) => column.name), good, bad };
}

/**
 * Yes and No as people and spreadsheets write them: English, and what Excel and people write in the languages that
 * the word lists know with Latin letters. Compared in small letters.
 */
const TRUE = words(
  'true yes y 1 x ja wahr sí si verdadero oui vrai sim verdadeiro sì vero waar ya evet doğru',
);
const FALSE = words('false no n 0 nein falsch falso non faux não nao nee onwaar tidak hayır yanlış');

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(' '));
}

type Cell = { value: CellValue } | { code: ImportCode; message: string };

/** As long as a value may be that is typed into a form. */
const LONGEST = 10_000;

function readCell(text: string, kind: CrmColumn['kind'], country: string | undefined): Cell {
  if (text === '') return { value: null };
  if (text.length > LONGEST)
    return { code: 'value-too-long', message: `${text.length} characters, where ${LONGEST} are allowed.` };
  if (kind === 'boolean') {
    const word = text.toLowerCase().normalize('NFC');
    if (TRUE.has(word)) return { value: true };
    if (FALSE.has(word)) return { value: false };
    return {
      code: 'boolean-invalid',
      message: `“${text}” is neither Yes nor No. Write true, false or nothing.`,
    };
  }
  if (kind === 'number') {
    const value = Number(text);
    if (Number.isFinite(value)) return { value };
    return { code: 'number-invalid', message: `“${text}” is no number. Write it like 1234.5.` };
  }
  if (kind === 'phone' && parsePhone(text, country) === null)
    return {
      code: 'phone-invalid',
      message: `“${text}” is no phone number. Write it with its country code, +49 ….`,
    };
  return { value: text };
}

function cellOf(row: Record<string, string>, header: string): string {
  return (Object.hasOwn(row, header) ? (row[header] ?? '') : '').trim();
}

/** Which column each header fills; unknown ones and those that fill a column a second time are reported once. */
function readHeaders(
  headers: readonly string[],
  columns: readonly CrmColumn[],
): { byHeader: Map<string, CrmColumn>; bad: ImportPlan['bad'] } {
  const byHeader = new Map<string, CrmColumn>();
  const unknown = new Set<string>();
  const bad: ImportPlan['bad'] = [];
  for (const header of headers) {
    // A comma at the end of each line makes a column without a name.
    if (header.trim() === '') continue;
    const column = columnOf(header, columns);
    if (column === undefined) {
      if (unknown.has(header)) continue;
      unknown.add(header);
      bad.push({
        line: 1,
        code: 'column-unknown',
        message: `There is no column “${header}”: it was left out.`,
      });
    } else if ([...byHeader.values()].includes(column)) {
      bad.push({
        line: 1,
        code: 'column-twice',
        message: `“${header}” fills ${column.label} a second time: it was left out.`,
      });
    } else byHeader.set(header, column);
  }
  return { byHeader, bad };
}

/** Excel puts a byte order mark before the first header. A name goes before a label. */
function columnOf(header: string, columns: readonly CrmColumn[]): CrmColumn | undefined {
  const wanted = header
    .replace(/^\uFEFF/, '')
    .trim()
    .toLowerCase();
  return (
    columns.find(({ name }) => name.toLowerCase() === wanted) ??
    columns.find(({ label }) => label.toLowerCase() === wanted)
  );
}
