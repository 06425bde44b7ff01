import type { Call } from './call.ts';
import { columnNamed, isLookup, lookupOf, wireName } from './catalogue.ts';
import { badQuery } from './errors.ts';
import { literal } from './filter.ts';
import type { Column, Row, Table, Value } from './model.ts';
import { readArgs } from './path.ts';
import { rowNamed, rowsOf } from './rows.ts';
import { UNVERIFIED } from './unverified.ts';

/** What stands in the parentheses after a set: the id, or the values of an alternate key, and the row if it is there. */
export type Key = { id: string | null; values: Map<Column, Value>; row: Row | undefined };

const guid = /^\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?$/i;
/** Values with these cannot be addressed. https://learn.microsoft.com/power-apps/developer/data-platform/define-alternate-keys-entity */
const unaddressable = /[/<>*%&:\\?+]/;

export function asGuid(text: string): string | null {
  const bare = UNVERIFIED.quotedIds ? text.replace(/^'|'$/g, '') : text;
  return guid.exec(bare)?.[1]?.toLowerCase() ?? null;
}

/** @throws DataverseError 400 for what is no key of the table */
export function resolveKey(call: Call, table: Table, text: string): Key {
  const { store } = call.world;
  const args = readArgs(text);
  const alone = args.get('') ?? (args.size === 1 ? args.get(table.primaryId) : undefined);
  if (alone !== undefined && args.size === 1) {
    const id = asGuid(alone);
    if (id === null) throw badKey(table);
    return { id, values: new Map(), row: rowNamed(store, table, id) };
  }
  const values = new Map<Column, Value>();
  for (const [name, raw] of args) {
    const column = table.columns.find((one) => wireName(one) === name);
    if (!column) throw badKey(table);
    const given = literal(raw.startsWith('@') ? (call.query.get(raw) ?? '') : raw);
    const value = given.kind === 'null' ? null : given.value;
    if (typeof value === 'string' && column.type === 'string' && unaddressable.test(value))
      throw badQuery('Bad Request - Error in query syntax.');
    values.set(column, value);
  }
  const names = [...values.keys()].map((column) => column.name).sort();
  const isKey = table.keys.some((key) => [...key.columns].sort().join() === names.join());
  const isLookupAlone = values.size === 1 && [...values.keys()].every(isLookup);
  if (!isKey && !isLookupAlone) throw badKey(table);
  for (const row of rowsOf(store, table)) {
    const fits = [...values].every(([column, value]) => same(column, row.values[column.name] ?? null, value));
    if (fits) return { id: row.id, values, row };
  }
  return { id: null, values, row: undefined };
}

/** The alternate key of which another row has the same values, if one of its columns is among those written. */
export function keyTaken(
  call: Call,
  table: Table,
  id: string,
  values: Record<string, Value>,
  written: ReadonlyMap<Column, Value>,
): string | null {
  for (const key of table.keys) {
    const columns = key.columns.flatMap((name) => columnNamed(table, name) ?? []);
    // It is a walk over the table, so not for writes that leave the key alone.
    if (!columns.some((column) => written.has(column))) continue;
    if (columns.some((column) => (values[column.name] ?? null) === null)) continue;
    for (const row of rowsOf(call.world.store, table))
      if (
        row.id !== id &&
        columns.every((column) => same(column, row.values[column.name] ?? null, values[column.name] ?? null))
      )
        return key.name;
  }
  return null;
}

function same(column: Column, kept: Value, given: Value): boolean {
  if (kept === null || given === null) return false;
  const plain = isLookup(column) ? (lookupOf(kept)?.id ?? kept) : kept;
  const wanted = isLookup(column) ? (lookupOf(given)?.id ?? given) : given;
  return String(plain).toLowerCase() === String(wanted).toLowerCase();
}

function badKey(table: Table): Error {
  return badQuery(
    `The key in the request URI is not valid for resource 'Microsoft.Dynamics.CRM.${table.name}'. Ensure that the names and number of key properties match the declared or alternate key properties for the resource 'Microsoft.Dynamics.CRM.${table.name}'.`,
  );
}
