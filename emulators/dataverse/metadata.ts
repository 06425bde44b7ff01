import { z } from 'zod';
import { type Answer, apiUrl, type Call } from './call.ts';
import { columnNamed } from './catalogue.ts';
import { badPayload, badQuery, DataverseError, noMethod, noSuchSegment } from './errors.ts';
import { compileFilter } from './evaluate.ts';
import { parseFilter } from './filter.ts';
import {
  castOf,
  columnView,
  type Definition,
  keyViews,
  optionSetView,
  relationshipViews,
  tableView,
} from './metadata-views.ts';
import { type Column, columnSchema, type Table } from './model.ts';
import { readArgs, type Segment, splitOutside } from './path.ts';
import { addColumn, dropColumn } from './schema-changes.ts';
import { depthOf, languageOf } from './security.ts';
import { UNVERIFIED } from './unverified.ts';

const PREFIX = 'Microsoft.Dynamics.CRM.';
/** What only shows after a cast to the column's type. */
const TYPED = [
  'DefaultValue',
  'MaxLength',
  'Format',
  'FormatName',
  'DatabaseLength',
  'Targets',
  'DefaultFormValue',
];

/** `EntityDefinitions…`. All rows come at once. */
export function metadataAnswer(call: Call, segments: readonly Segment[]): Answer {
  const [first, second, third, fourth] = segments;
  if (!first) throw noSuchSegment('');
  const language = languageOf(call.world, call.caller);
  const { store } = call.world;
  if (first.args === null) {
    if (call.method !== 'GET') throw noMethod(call.method);
    const all = [...store.tables.values()].map((table) =>
      shaped(call, tableView(table, language), call.query, table, null),
    );
    return list(
      call,
      'EntityDefinitions',
      keep(
        call,
        all,
        [...store.tables.values()].map((table) => tableView(table, language)),
      ),
    );
  }
  const table = tableOf(call, first.args);
  if (!second) {
    if (call.method !== 'GET') throw noMethod(call.method);
    return single(
      call,
      'EntityDefinitions',
      shaped(call, tableView(table, language), call.query, table, null),
    );
  }
  if (second.name === 'Attributes') return attributes(call, table, second, third, fourth);
  if (call.method !== 'GET') throw noMethod(call.method);
  const collection = collectionOf(call, table, second.name);
  if (!collection) throw noSuchSegment(second.name);
  return list(
    call,
    second.name,
    keep(
      call,
      collection.map((one) => selected(one, call.query)),
      collection,
    ),
  );
}

function attributes(
  call: Call,
  table: Table,
  step: Segment,
  next: Segment | undefined,
  last: Segment | undefined,
): Answer {
  const language = languageOf(call.world, call.caller);
  if (step.args === null) {
    if (call.method === 'POST') return createColumn(call, table);
    if (call.method !== 'GET') throw noMethod(call.method);
    const cast = next?.name.startsWith(PREFIX) ? next.name.slice(PREFIX.length) : null;
    if (next && cast === null) throw noSuchSegment(next.name);
    const columns = table.columns.filter((column) => cast === null || castOf(column) === cast);
    const whole = columns.map((column) => columnView(table, column, language));
    return list(
      call,
      `EntityDefinitions('${table.name}')/Attributes`,
      keep(
        call,
        columns.map((column, n) => shaped(call, whole[n] ?? {}, call.query, table, column, cast === null)),
        whole,
      ),
    );
  }
  const name = readArgs(step.args).get('LogicalName')?.replace(/^'|'$/g, '') ?? '';
  const id = readArgs(step.args).get('') ?? readArgs(step.args).get('MetadataId');
  const column =
    columnNamed(table, name) ??
    table.columns.find((one) => id !== undefined && columnView(table, one, language).MetadataId === id);
  const cast = next?.name.startsWith(PREFIX) ? next.name.slice(PREFIX.length) : null;
  if (!column || (cast !== null && castOf(column) !== cast)) {
    const { status, code, message } = UNVERIFIED.unknownColumn;
    throw new DataverseError(status, code, message(name || String(id), table.name));
  }
  if (call.method === 'DELETE') {
    mayCustomise(call, table, 'prvDeleteAttribute');
    dropColumn(call.world, table, column.name);
    return { status: 204, headers: {} };
  }
  if (call.method !== 'GET') throw noMethod(call.method);
  const below = cast === null ? next : last;
  if (below?.name === 'OptionSet') {
    const options = optionSetView(table, column, language);
    if (!options) throw noSuchSegment('OptionSet');
    return single(call, 'OptionSet', selected(options, call.query));
  }
  if (below) throw noSuchSegment(below.name);
  const view = columnView(table, column, language);
  return single(call, 'Attributes', shaped(call, view, call.query, table, column, cast === null));
}

function tableOf(call: Call, args: string): Table {
  const given = readArgs(args);
  const name = given.get('LogicalName')?.replace(/^'|'$/g, '');
  const id = given.get('') ?? given.get('MetadataId');
  for (const table of call.world.store.tables.values())
    if (table.name === name || (id !== undefined && tableView(table, 1033).MetadataId === id)) return table;
  const { status, code, message } = UNVERIFIED.unknownTable;
  throw new DataverseError(status, code, message(name ?? String(id)));
}

function collectionOf(call: Call, table: Table, name: string): Definition[] | null {
  const language = languageOf(call.world, call.caller);
  switch (name) {
    case 'Keys':
      return keyViews(table, language);
    case 'Attributes':
      return table.columns.map((column) => columnView(table, column, language));
    case 'ManyToOneRelationships':
    case 'OneToManyRelationships':
    case 'ManyToManyRelationships':
      return relationshipViews(call.world.store, table, name);
    default:
      return null;
  }
}

/** `$select` and `$expand` of one definition. */
function shaped(
  call: Call,
  whole: Definition,
  query: ReadonlyMap<string, string>,
  table: Table,
  column: Column | null,
  uncast = false,
): Definition {
  const shown = selected(whole, query, uncast);
  for (const part of splitOutside(query.get('$expand') ?? '', ',')) {
    if (part.trim() === '') continue;
    const open = part.indexOf('(');
    const name = (open < 0 ? part : part.slice(0, open)).trim();
    const inside = new Map(
      splitOutside(open < 0 ? '' : part.trim().slice(open + 1, -1), ';').flatMap((option) => {
        const [key = '', value = ''] = option.split(/=(.*)/s);
        return key.trim() === '' ? [] : [[key.trim(), value] as const];
      }),
    );
    if (column) {
      if (name !== 'OptionSet' && name !== 'GlobalOptionSet') throw unknown(name, castOf(column));
      const options =
        name === 'OptionSet' ? optionSetView(table, column, languageOf(call.world, call.caller)) : null;
      shown[name] = options && selected(options, inside);
    } else {
      const collection = collectionOf(call, table, name);
      if (!collection) throw unknown(name, 'EntityMetadata');
      const wanted = inside.get('$filter');
      const kept = wanted === undefined ? collection : collection.filter(filterOf(call, wanted));
      shown[name] = kept.map((one) => selected(one, inside, name === 'Attributes'));
    }
  }
  return shown;
}

/** `MetadataId` always comes along. */
function selected(whole: Definition, query: ReadonlyMap<string, string>, uncast = false): Definition {
  const select = query.get('$select');
  const hidden = (name: string): boolean => uncast && TYPED.includes(name);
  if (select === undefined)
    return Object.fromEntries(Object.entries(whole).filter(([name]) => !hidden(name)));
  const names = select.split(',').map((name) => name.trim());
  for (const name of names)
    if (!(name in whole) || hidden(name))
      throw unknown(name, String(whole['@odata.type'] ?? 'EntityMetadata').replace(/^.*\./, ''));
  return Object.fromEntries(
    Object.entries(whole).filter(
      ([name]) => names.includes(name) || name === 'MetadataId' || name === '@odata.type',
    ),
  );
}

function unknown(name: string, type: string): DataverseError {
  return badQuery(`Could not find a property named '${name}' on type '${PREFIX}${type}'.`);
}

function keep(call: Call, shown: readonly Definition[], whole: readonly Definition[]): Definition[] {
  const text = call.query.get('$filter');
  const test = text === undefined ? () => true : filterOf(call, text);
  return shown.filter((_one, n) => test(whole[n] ?? {}));
}

/** Only primitive and enum values can be filtered; managed properties by their `Value`. */
function filterOf(call: Call, text: string): (one: Definition) => boolean {
  const read = (one: unknown, path: readonly string[]): unknown =>
    path.reduce<unknown>(
      (value, step) => (typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined),
      one,
    );
  return compileFilter<Definition>(
    parseFilter(text, call.query),
    {
      find: (path) => {
        if (path.some((step) => step === 'DisplayName' || step === 'Description' || step === 'Label'))
          throw badQuery('Labels cannot be filtered.');
        return { kind: 'any', read: (one) => read(one, path) ?? null };
      },
    },
    { ...call.world.settings(), wildcardsInEq: false },
  );
}

function list(call: Call, name: string, value: readonly Definition[]): Answer {
  return { status: 200, headers: {}, body: { '@odata.context': apiUrl(call, `$metadata#${name}`), value } };
}

function single(call: Call, name: string, one: Definition): Answer {
  return {
    status: 200,
    headers: {},
    body: { '@odata.context': apiUrl(call, `$metadata#${name}/$entity`), ...one },
  };
}

const labelSchema = z.looseObject({
  LocalizedLabels: z.array(z.looseObject({ Label: z.string(), LanguageCode: z.number().int() })),
});
const newColumnSchema = z.looseObject({
  '@odata.type': z.string(),
  SchemaName: z.string().regex(/^[A-Za-z]\w*_\w+$/, 'a custom column has its publisher’s prefix'),
  DisplayName: labelSchema,
  DefaultValue: z.boolean().optional(),
  MaxLength: z.number().int().positive().optional(),
  FormatName: z.looseObject({ Value: z.string() }).optional(),
  OptionSet: z
    .looseObject({
      TrueOption: z.looseObject({ Label: labelSchema }),
      FalseOption: z.looseObject({ Label: labelSchema }),
    })
    .optional(),
});

/** https://learn.microsoft.com/power-apps/developer/data-platform/webapi/create-update-column-definitions-using-web-api */
function createColumn(call: Call, table: Table): Answer {
  mayCustomise(call, table, 'prvCreateAttribute');
  const parsed = newColumnSchema.safeParse(call.body);
  if (!parsed.success) throw badPayload('Attributes', z.prettifyError(parsed.error));
  const given = parsed.data;
  const cast = given['@odata.type'].replace(/^.*\./, '');
  const type = { BooleanAttributeMetadata: 'boolean', StringAttributeMetadata: 'string' }[cast];
  if (type !== 'boolean' && type !== 'string')
    throw new DataverseError(501, '0x80060888', `The emulator creates no ${cast}.`);
  const labels = (label: z.infer<typeof labelSchema>): Record<string, string> =>
    Object.fromEntries(label.LocalizedLabels.map((one) => [String(one.LanguageCode), one.Label]));
  const name = given.SchemaName.toLowerCase();
  if (columnNamed(table, name))
    throw new DataverseError(
      400,
      '0x80044153',
      `An attribute with the specified name ${name} already exists for entity ${table.name}`,
    );
  if (type === 'boolean' && !given.OptionSet) throw badPayload('Attributes', 'OptionSet is missing.');
  const column = columnSchema.parse({
    name,
    schemaName: given.SchemaName,
    type,
    labels: labels(given.DisplayName),
    custom: true,
    ...(given.FormatName ? { format: given.FormatName.Value } : {}),
    ...(given.MaxLength ? { maxLength: given.MaxLength } : {}),
    ...(given.OptionSet
      ? {
          defaultValue: given.DefaultValue ?? false,
          booleans: {
            true: labels(given.OptionSet.TrueOption.Label),
            false: labels(given.OptionSet.FalseOption.Label),
          },
        }
      : {}),
  });
  addColumn(call.world, table, column);
  const id = columnView(table, column, 1033).MetadataId;
  const url = apiUrl(call, `EntityDefinitions(LogicalName='${table.name}')/Attributes(${String(id)})`);
  return { status: 204, headers: { 'odata-entityid': url, location: url } };
}

function mayCustomise(call: Call, table: Table, privilege: string): void {
  if (depthOf(call.world, call.caller, privilege) !== 'None') return;
  throw new DataverseError(
    403,
    '0x80040220',
    `Principal user (Id=${call.caller.user}, type=8) is missing ${privilege} privilege on OTC=${table.objectTypeCode} for entity '${table.name}'.`,
  );
}
