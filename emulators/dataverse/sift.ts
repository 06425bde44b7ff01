import type { Call } from './call.ts';
import { badQuery } from './errors.ts';
import { compileFilter, order } from './evaluate.ts';
import { parseFilter } from './filter.ts';
import type { Row, Table } from './model.ts';
import { namesOf } from './names.ts';
import { need, reaches } from './security.ts';

/** Rows that the caller reaches and `$filter` keeps, as `$orderby` has them. */
export function sift(
  call: Call,
  table: Table,
  rows: Iterable<Row>,
  query: ReadonlyMap<string, string>,
): Row[] {
  const keep = sieve(call, table, query);
  const found: Row[] = [];
  for (const row of rows) if (keep(row)) found.push(row);
  const compare = comparator(call, table, query.get('$orderby'));
  return compare ? found.sort(compare) : found;
}

export function sieve(call: Call, table: Table, query: ReadonlyMap<string, string>): (row: Row) => boolean {
  const depth = need(call.world, call.caller, 'Read', table);
  const text = query.get('$filter');
  const filter =
    text === undefined
      ? null
      : compileFilter(parseFilter(text, call.query), namesOf(call, table), call.world.settings());
  return (row) => reaches(depth, call.caller, table, row) && (filter === null || filter(row));
}

/** Ties go by id, so that pages neither repeat nor lose a row. */
export function comparator(
  call: Call,
  table: Table,
  text: string | undefined,
): ((one: Row, two: Row) => number) | null {
  if (text === undefined || text.trim() === '') return null;
  const names = namesOf(call, table);
  const keys = text.split(',').map((part) => {
    const [name = '', direction = 'asc', ...more] = part.trim().split(/\s+/);
    if (more.length > 0 || (direction !== 'asc' && direction !== 'desc'))
      throw badQuery(`Syntax error in $orderby '${text}'.`);
    const { kind, read } = names.find(name.split('/'));
    return { kind, read, sign: direction === 'desc' ? -1 : 1 };
  });
  return (one, two) => {
    for (const { kind, read, sign } of keys) {
      const [left, right] = [read(one), read(two)];
      // Null sorts first, as in SQL Server.
      if (left === null || right === null) {
        if (left !== right) return left === null ? -sign : sign;
        continue;
      }
      const difference = order(kind, left, right);
      if (difference !== 0) return difference * sign;
    }
    return one.id < two.id ? -1 : one.id > two.id ? 1 : 0;
  };
}
