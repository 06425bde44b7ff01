import { apiUrl, type Call } from './call.ts';
import { isLookup, lookupOf, tableNamed, wireName } from './catalogue.ts';
import type { Column, Labels, Row, Table, Value } from './model.ts';
import { columnOpen, languageOf } from './security.ts';

const FORMATTED = 'OData.Community.Display.V1.FormattedValue';
const LOOKUP_NAME = 'Microsoft.Dynamics.CRM.lookuplogicalname';
const NAVIGATION = 'Microsoft.Dynamics.CRM.associatednavigationproperty';

/** A row as JSON: ETag, primary key, the columns asked for (null: all), and their annotations where wanted. */
export function representRow(
  call: Call,
  table: Table,
  row: Row,
  columns: readonly Column[] | null,
): Record<string, unknown> {
  const shown: Record<string, unknown> = { '@odata.etag': etagOf(row) };
  const wanted = columns ?? table.columns.filter((column) => column.readable);
  const primary = table.columns.filter(
    (column) => column.name === table.primaryId && !wanted.includes(column),
  );
  for (const column of [...wanted, ...primary]) {
    const value = readColumn(call, table, column, row);
    const name = wireName(column);
    if (value !== null) annotate(call, column, name, row.values[column.name] ?? value, shown);
    shown[name] = value;
  }
  return shown;
}

export function etagOf(row: Row): string {
  return `W/"${row.version}"`;
}

/** What this caller reads: a secured column that is closed to them looks like one without data. */
export function readColumn(call: Call, table: Table, column: Column, row: Row): Value {
  if (column.name === table.primaryId) return row.id;
  if (column.name === 'versionnumber') return row.version;
  if (!column.readable || !columnOpen(call.world, call.caller, table, column, 'read')) return null;
  const value = row.values[column.name] ?? null;
  return isLookup(column) ? (lookupOf(value)?.id ?? null) : value;
}

function annotate(
  call: Call,
  column: Column,
  name: string,
  value: Value,
  shown: Record<string, unknown>,
): void {
  const { annotates } = call.prefer;
  if (annotates(FORMATTED)) {
    const text = formatted(call, column, value);
    if (text !== null) shown[`${name}@${FORMATTED}`] = text;
  }
  if (!isLookup(column)) return;
  const target = lookupOf(value);
  if (!target) return;
  const navigation = column.targets.find((one) => one.table === target.table)?.navigation;
  if (navigation !== undefined && annotates(NAVIGATION)) shown[`${name}@${NAVIGATION}`] = navigation;
  if (annotates(LOOKUP_NAME)) shown[`${name}@${LOOKUP_NAME}`] = target.table;
}

/** As the user sees it on a form, in their language. Null where the value is its own text. */
function formatted(call: Call, column: Column, value: Value): string | null {
  const language = languageOf(call.world, call.caller);
  switch (column.type) {
    case 'boolean':
      return labelIn(column.booleans?.[value === true ? 'true' : 'false'] ?? {}, language);
    case 'picklist':
    case 'state':
    case 'status':
      return labelIn(column.choices?.[String(value)] ?? {}, language);
    case 'integer':
    case 'bigint':
    case 'decimal':
      return Number(value).toLocaleString('en-US');
    case 'datetime': {
      const at = new Date(String(value));
      const day = at.toLocaleDateString('en-US', { timeZone: 'UTC' });
      if (column.format === 'DateOnly') return day;
      return `${day} ${at.toLocaleTimeString('en-US', { timeZone: 'UTC', hour: 'numeric', minute: '2-digit' })}`;
    }
    case 'lookup':
    case 'owner': {
      const target = lookupOf(value);
      if (!target || !call.world.store.tables.has(target.table)) return null;
      const table = tableNamed(call.world.store, target.table);
      const name = call.world.store.rows(target.table).get(target.id)?.values[table.primaryName];
      return name === undefined ? null : String(name);
    }
    default:
      return null;
  }
}

export function labelIn(labels: Labels, language: number): string | null {
  return labels[language] ?? labels[1033] ?? null;
}

export function contextOf(call: Call, table: Table, selected: readonly string[] | null, suffix = ''): string {
  const list = selected && selected.length > 0 ? `(${selected.join(',')})` : '';
  return apiUrl(call, `$metadata#${table.set}${list}${suffix}`);
}
