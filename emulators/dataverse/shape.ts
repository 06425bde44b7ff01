import { apiUrl, type Call } from './call.ts';
import { columnOnWire, type Navigation, navigationNamed } from './catalogue.ts';
import { unknownProperty } from './errors.ts';
import type { Column, Table } from './model.ts';
import { splitOutside } from './path.ts';

export type Expansion = { navigation: Navigation; options: ReadonlyMap<string, string> };
export type Shape = { columns: Column[] | null; names: string[] | null; expansions: Expansion[] };

/** `$select` and `$expand`. @throws DataverseError 400 for names that are not there */
export function readShape(call: Call, table: Table, query: ReadonlyMap<string, string>): Shape {
  const select = query.get('$select');
  const names =
    select === undefined
      ? null
      : select
          .split(',')
          .map((name) => name.trim())
          .filter((name) => name !== '' && name !== '*');
  const expansions = splitOutside(query.get('$expand') ?? '', ',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const open = part.indexOf('(');
      const name = open < 0 ? part : part.slice(0, open);
      const navigation = navigationNamed(call.world.store, table, name);
      if (!navigation) throw unknownProperty(name, table.name);
      const inside = open < 0 ? '' : part.slice(open + 1, -1);
      const options = new Map(
        splitOutside(inside, ';').flatMap((option) => {
          const [key = '', value = ''] = option.split(/=(.*)/s);
          return key.trim() === '' ? [] : [[key.trim(), value] as const];
        }),
      );
      return { navigation, options };
    });
  const columns = names?.map((name) => columnOnWire(table, name)) ?? null;
  return {
    columns: columns?.length === 0 ? null : columns,
    names: names?.length === 0 ? null : names,
    expansions,
  };
}

export function shapeNames(shape: Shape): string[] | null {
  const expanded = shape.expansions.map(({ navigation, options }) => {
    const inner = options.get('$select');
    return `${navigation.name}(${inner ?? ''})`;
  });
  return shape.names === null && expanded.length === 0 ? null : [...(shape.names ?? []), ...expanded];
}

/** The same query with the paging cookie, as opaque as the real one. */
export function nextLink(call: Call, cookie: string, drop: readonly string[] = []): string {
  const kept = call.rawQuery
    .split('&')
    .filter((part) => part !== '' && !/^(?:\$|%24)skiptoken=/i.test(part))
    .filter((part) => !drop.some((name) => decodeURIComponent(part).startsWith(`${name}=`)));
  return apiUrl(call, `${call.path}?${[...kept, `$skiptoken=${cookie}`].join('&')}`);
}
