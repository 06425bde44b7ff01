import { formatPhone } from './phone.ts';
import type { CrmColumn, RecordType } from './record-type.ts';

/** What a chat knows of a customer; null where it does not. */
export interface Known {
  /** The profile name of WhatsApp, as the customer wrote it. */
  name: string | null;
  /** E.164. */
  phone: string | null;
  /** As WhatsApp writes it: `es`, `pt_BR`. */
  language: string | null;
  /** ISO 3166-1 alpha-2, from the number. */
  country: string | null;
}

/** Where a column of a new record takes its value from. */
export const CHAT_SOURCES = ['name', 'firstName', 'lastName', 'phone', 'language', 'country'] as const;
export type ChatSource = (typeof CHAT_SOURCES)[number];
/** Column → source; what W4D calls mappings. */
export type ChatMapping = Record<string, ChatSource>;

/** The columns a new record of this type fills where an administrator mapped none. */
export function defaultMapping(type: RecordType, columns: readonly Pick<CrmColumn, 'name'>[]): ChatMapping {
  const has = (name: string): boolean => columns.some((column) => column.name === name);
  const [phone] = type.phoneColumns;
  return {
    [type.nameColumn]: 'name',
    // Dataverse makes the full name of its parts; a person's record needs them.
    ...(has('firstname') && has('lastname') ? { firstname: 'firstName', lastname: 'lastName' } : {}),
    ...(phone === undefined ? {} : { [phone]: 'phone' }),
    ...(type.languageColumn === null ? {} : { [type.languageColumn]: 'language' }),
  };
}

/**
 * Whether a new record says whose it is: by its name, or by a number. One of neither is found by nobody, and of a table that is
 * no record type any value does. `values` are by column.
 */
export function saysWhose(type: RecordType | null, values: Readonly<Record<string, unknown>>): boolean {
  const columns = type === null ? Object.keys(values) : [type.nameColumn, ...type.phoneColumns];
  return columns.some((column) => String(values[column] ?? '').trim() !== '');
}

/** The values a form for a new record begins with: only columns that exist, and only what is known. */
export function proposeValues(
  type: RecordType,
  columns: readonly Pick<CrmColumn, 'name'>[],
  known: Known,
): Record<string, string> {
  const mapping = type.chatMapping ?? defaultMapping(type, columns);
  const values: Record<string, string> = {};
  for (const [column, source] of Object.entries(mapping)) {
    const value = valueFrom(source, known);
    if (value !== null && columns.some((one) => one.name === column)) values[column] = value;
  }
  return values;
}

function valueFrom(source: ChatSource, known: Known): string | null {
  switch (source) {
    case 'name':
      return known.name;
    case 'firstName':
      return partsOf(known.name).first;
    case 'lastName':
      return partsOf(known.name).last;
    case 'phone':
      return known.phone === null ? null : formatPhone(known.phone);
    case 'language':
      return known.language;
    case 'country':
      return known.country;
  }
}

/** The first word and the rest: a proposal for a form that a person checks, no claim about names. */
function partsOf(name: string | null): { first: string | null; last: string | null } {
  const [first, ...rest] = (name ?? '').trim().split(/\s+/u);
  return { first: first || null, last: rest.join(' ') || null };
}

/** Where a number goes in an existing record. */
export type PhonePlace =
  | { kind: 'there'; column: string }
  | { kind: 'empty'; column: string }
  | { kind: 'full'; columns: string[] };

/**
 * The column of a record that shall hold the number: where it is already, else the first empty phone column in the
 * type's order. With none empty a person chooses which one to replace.
 */
export function placeForPhone(
  type: RecordType,
  values: Record<string, unknown>,
  holdsNumber: (written: string) => boolean,
): PhonePlace {
  const written = (column: string): string => String(values[column] ?? '').trim();
  const there = type.phoneColumns.find((column) => holdsNumber(written(column)));
  if (there !== undefined) return { kind: 'there', column: there };
  const empty = type.phoneColumns.find((column) => written(column) === '');
  return empty === undefined
    ? { kind: 'full', columns: type.phoneColumns }
    : { kind: 'empty', column: empty };
}
