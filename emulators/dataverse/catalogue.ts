import { createHash } from 'node:crypto';
import { noSuchSegment, unknownProperty } from './errors.ts';
import type { Column, Relation, Table } from './model.ts';
import type { Store } from './store.ts';

/** A navigation property of a table, and how its records are found. */
export type Navigation = {
  name: string;
  /** The table at the other end. */
  target: Table;
} & (
  | { kind: 'one'; column: Column }
  | { kind: 'many'; column: Column }
  | { kind: 'linked'; relation: Relation; side: 'one' | 'two' }
);

export function tableOfSet(store: Store, set: string): Table {
  for (const table of store.tables.values()) if (table.set === set) return table;
  throw noSuchSegment(set);
}

export function tableNamed(store: Store, name: string): Table {
  const table = store.tables.get(name);
  if (!table) throw new Error(`no table ${name}`);
  return table;
}

/** What a column is called in JSON, filters and `$select`: lookups hide behind `_x_value`. */
export function wireName(column: Column): string {
  return isLookup(column) ? `_${column.name}_value` : column.name;
}

export function isLookup(column: Column): boolean {
  return column.type === 'lookup' || column.type === 'owner';
}

export function columnNamed(table: Table, name: string): Column | undefined {
  return table.columns.find((column) => column.name === name);
}

/** @throws DataverseError 400 for a name that the table does not have */
export function columnOnWire(table: Table, name: string): Column {
  const found = table.columns.find((column) => wireName(column) === name);
  if (!found) throw unknownProperty(name, table.name);
  return found;
}

export function navigationsOf(store: Store, table: Table): Navigation[] {
  const found: Navigation[] = [];
  for (const column of table.columns)
    for (const target of column.targets) {
      const other = store.tables.get(target.table);
      if (other) found.push({ kind: 'one', name: target.navigation, target: other, column });
    }
  for (const other of store.tables.values())
    for (const column of other.columns)
      for (const target of column.targets)
        if (target.table === table.name)
          found.push({ kind: 'many', name: target.collection, target: other, column });
  for (const relation of store.relations.values())
    for (const side of ['one', 'two'] as const) {
      if (relation[side].table !== table.name) continue;
      const target = store.tables.get(relation[side === 'one' ? 'two' : 'one'].table);
      if (target) found.push({ kind: 'linked', name: relation[side].navigation, target, relation, side });
    }
  return found;
}

export function navigationNamed(store: Store, table: Table, name: string): Navigation | undefined {
  return navigationsOf(store, table).find((navigation) => navigation.name === name);
}

/** The id that a lookup value (`table/guid`) points at, and its table. */
export function lookupOf(value: unknown): { table: string; id: string } | null {
  if (typeof value !== 'string') return null;
  const slash = value.indexOf('/');
  return slash < 0 ? null : { table: value.slice(0, slash), id: value.slice(slash + 1) };
}

/** A GUID that is always the same for the same name: metadata ids, privileges, messages. */
export function guidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
