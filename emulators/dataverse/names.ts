import type { Call } from './call.ts';
import { columnOnWire, isLookup, lookupOf, type Navigation, navigationNamed } from './catalogue.ts';
import { badQuery, unknownProperty } from './errors.ts';
import type { Kind, Names } from './evaluate.ts';
import type { Column, Row, Table } from './model.ts';
import { readColumn } from './represent.ts';
import { rowNamed, rowsOf } from './rows.ts';

/** The names a `$filter` or `$orderby` on a table may use: columns, paths through lookups, and collections in lambdas. */
export function namesOf(call: Call, table: Table): Names<Row> {
  return {
    find: (path) => {
      const [first = '', ...rest] = path;
      if (rest.length === 0) {
        const column = columnOnWire(table, first);
        return { kind: kindOf(column), read: (row) => readColumn(call, table, column, row) };
      }
      const navigation = navigationNamed(call.world.store, table, first);
      if (navigation?.kind !== 'one') throw unknownProperty(first, table.name);
      const inner = namesOf(call, navigation.target).find(rest);
      return {
        kind: inner.kind,
        read: (row) => {
          const target = behindLookup(call, navigation, row);
          return target ? inner.read(target) : null;
        },
      };
    },
    each: (path) => {
      const navigation = navigationNamed(call.world.store, table, path.join('/'));
      if (!navigation || navigation.kind === 'one') throw badQuery(`'${path.join('/')}' is no collection.`);
      return {
        names: namesOf(call, navigation.target),
        items: (row) => relatedRows(call, navigation, row.id),
      };
    },
  };
}

/** The record a lookup points at, if it is of that navigation's table and there. */
export function behindLookup(call: Call, navigation: Navigation, row: Row): Row | undefined {
  if (navigation.kind !== 'one') return undefined;
  const target = lookupOf(row.values[navigation.column.name]);
  return target?.table === navigation.target.name
    ? rowNamed(call.world.store, navigation.target, target.id)
    : undefined;
}

/** The records of a collection-valued navigation property. */
export function relatedRows(call: Call, navigation: Navigation, id: string): Row[] {
  const { store } = call.world;
  if (navigation.kind === 'one') return [];
  if (navigation.kind === 'linked') {
    const { relation, side } = navigation;
    const other = side === 'one' ? 'two' : 'one';
    return store
      .links(relation.name)
      .filter((link) => link[side] === id)
      .flatMap((link) => rowNamed(store, navigation.target, link[other]) ?? []);
  }
  const { column } = navigation;
  return [...rowsOf(store, navigation.target)].filter((row) => lookupOf(row.values[column.name])?.id === id);
}

function kindOf(column: Column): Kind {
  if (isLookup(column)) return 'guid';
  switch (column.type) {
    case 'boolean':
      return 'boolean';
    case 'uniqueidentifier':
      return 'guid';
    case 'datetime':
      return 'date';
    case 'integer':
    case 'bigint':
    case 'decimal':
    case 'picklist':
    case 'state':
    case 'status':
      return 'number';
    default:
      return 'text';
  }
}
