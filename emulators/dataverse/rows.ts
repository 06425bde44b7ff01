import type { Row, Table } from './model.ts';
import type { Store } from './store.ts';

/** `activitypointers` shows the records of all activity tables, and has none of its own. */
const POINTER = 'activitypointer';

/** Ascending by id, those after `after` alone. */
export function rowsOf(store: Store, table: Table, after?: string): Iterable<Row> {
  if (table.name !== POINTER) return store.rows(table.name).inIdOrder(after);
  return activityTables(store)
    .flatMap((one) => [...store.rows(one.name).inIdOrder(after)])
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

export function rowNamed(store: Store, table: Table, id: string): Row | undefined {
  if (table.name !== POINTER) return store.rows(table.name).get(id);
  for (const one of activityTables(store)) {
    const row = store.rows(one.name).get(id);
    if (row) return row;
  }
  return undefined;
}

function activityTables(store: Store): Table[] {
  return [...store.tables.values()].filter((one) => one.activity && one.name !== POINTER);
}
