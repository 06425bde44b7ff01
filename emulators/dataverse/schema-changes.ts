import type { Column, Table, Value } from './model.ts';
import type { World } from './world.ts';

/** A new column: older records hold null, whatever the default. */
export function addColumn(world: World, table: Table, column: Column): void {
  change(world, { ...table, columns: [...table.columns, column] });
}

/** The column and what it held are gone. */
export function dropColumn(world: World, table: Table, name: string): void {
  world.store.atomically(() => {
    change(world, {
      ...table,
      columns: table.columns.filter((column) => column.name !== name),
      keys: table.keys.filter((key) => !key.columns.includes(name)),
    });
    rewrite(world, table, name, () => ({}));
  });
}

/** As an administrator does it who makes a column of another name, moves the values, and deletes the old one. */
export function renameColumn(world: World, table: Table, name: string, to: string): void {
  world.store.atomically(() => {
    change(world, {
      ...table,
      columns: table.columns.map((column) =>
        column.name === name ? { ...column, name: to, schemaName: to } : column,
      ),
      keys: table.keys.filter((key) => !key.columns.includes(name)),
    });
    rewrite(world, table, name, (value) => ({ [to]: value }));
  });
}

/** Changes what a column or table is, in place. */
export function changeColumn(world: World, table: Table, name: string, to: Partial<Column>): void {
  change(world, {
    ...table,
    columns: table.columns.map((column) => (column.name === name ? { ...column, ...to } : column)),
  });
}

export function change(world: World, table: Table): void {
  const meta = world.store.meta();
  world.store.put({ t: 'table', v: table });
  world.store.put({ t: 'meta', v: { ...meta, metadataVersion: meta.metadataVersion + 1 } });
}

function rewrite(
  world: World,
  table: Table,
  name: string,
  moved: (value: Value) => Record<string, Value>,
): void {
  for (const row of world.store.rows(table.name).inIdOrder()) {
    const { [name]: value, ...values } = row.values;
    if (value === undefined) continue;
    world.store.put({
      t: 'row',
      table: table.name,
      v: { ...row, version: world.store.nextVersion(), values: { ...values, ...moved(value) } },
    });
  }
}
