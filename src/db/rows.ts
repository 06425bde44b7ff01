import { type RawBuilder, sql } from 'kysely';

/** How values travel into SQL on both engines: JSON as text with a cast, times as Date, lists of rows as one JSON value or, where it is hot, as columns. */

/** A jsonb parameter. */
export function json(value: unknown): RawBuilder<unknown> {
  return sql`${JSON.stringify(value)}::jsonb`;
}

/** A timestamptz parameter from ms since 1970, or null. */
export function time(ms: number | null): RawBuilder<unknown> {
  return sql`${ms === null ? null : new Date(ms)}::timestamptz`;
}

/** A text[] parameter. */
export function texts(values: readonly (string | null)[]): RawBuilder<unknown> {
  return sql`${values as string[]}::text[]`;
}

/** A uuid[] parameter. */
export function uuids(values: readonly (string | null)[]): RawBuilder<unknown> {
  return sql`${values as string[]}::uuid[]`;
}

/** A timestamptz[] parameter from ms since 1970. */
export function times(values: readonly (number | null)[]): RawBuilder<unknown> {
  return sql`${values.map(iso)}::timestamptz[]`;
}

/** An integer[] parameter. */
export function integers(values: readonly number[]): RawBuilder<unknown> {
  return sql`${values as number[]}::integer[]`;
}

/**
 * Values of any shape as a column of texts, each its JSON (a string itself), null where it is null. Beside `unnest` in
 * `rows from`: rows of the inbox that travel as columns cost PostgreSQL less than half of what they cost as JSON objects.
 */
export function jsonColumn(values: readonly unknown[]): RawBuilder<unknown> {
  return sql`json_array_elements_text(${JSON.stringify(values)}::json)`;
}

/** ISO text of a time for rows that travel inside one JSON value (`jsonb_to_recordset`). */
export function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Ids come from outside as opaque strings; only these are sent to a uuid column. */
export const isUuid = (text: string): boolean => UUID.test(text);
