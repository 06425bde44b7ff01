import { z } from 'zod';
import {
  type ColumnSecurity,
  type CrmColumn,
  CrmFailure,
  type CrmLookup,
  type RemoteTable,
  type TableRight,
} from '../../ports.ts';
import type { Client } from './client.ts';
import { type ColumnPermissions, readColumnPermissions, securityOf } from './column-security.ts';
import { Label, wordsOf } from './labels.ts';

/** Tables and columns as the organisation describes them, and what our application user may do there. */

const Entity = z.looseObject({
  LogicalName: z.string(),
  SchemaName: z.string(),
  EntitySetName: z.string().nullish(),
  DisplayName: Label.nullish(),
  PrimaryIdAttribute: z.string().nullish(),
  PrimaryNameAttribute: z.string().nullish(),
  ChangeTrackingEnabled: z.boolean().nullish(),
  IsCustomEntity: z.boolean().nullish(),
  IsActivity: z.boolean().nullish(),
});
const Attribute = z.looseObject({
  LogicalName: z.string(),
  AttributeType: z.string().nullish(),
  DisplayName: Label.nullish(),
  IsValidForRead: z.boolean().nullish(),
  IsValidForCreate: z.boolean().nullish(),
  IsValidForUpdate: z.boolean().nullish(),
  IsCustomAttribute: z.boolean().nullish(),
  MetadataId: z.string().nullish(),
  IsSecured: z.boolean().nullish(),
  CanBeSecuredForRead: z.boolean().nullish(),
  CanBeSecuredForUpdate: z.boolean().nullish(),
});
const Lookup = z.looseObject({ LogicalName: z.string(), Targets: z.array(z.string()).nullish() });
const Organizations = z.looseObject({
  value: z.array(z.looseObject({ languagecode: z.number().nullish() })),
});
const Text = z.looseObject({
  LogicalName: z.string(),
  FormatName: z.looseObject({ Value: z.string() }).nullish(),
});
const Option = z.looseObject({ Label: Label.nullish() });
const Flag = z.looseObject({
  LogicalName: z.string(),
  DefaultValue: z.boolean().nullish(),
  OptionSet: z.looseObject({ TrueOption: Option.nullish(), FalseOption: Option.nullish() }).nullish(),
});
const list = <T extends z.ZodType>(item: T) => z.looseObject({ value: z.array(item) });

const STANDARD = ['contact', 'lead', 'account'];
/** Without a phone column of their own, and about a contact, lead or account. */
const RELATED = ['opportunity', 'incident', 'quote', 'salesorder', 'invoice'];
const CAST = 'Microsoft.Dynamics.CRM.';
/** Asked one by one, so only so many. */
const MOST_CUSTOM_TABLES = 200;

type Entity = z.infer<typeof Entity>;

/** What holds for every table: LCID of the base language, and the columns that a security profile opens. */
interface Organisation {
  base: number | null;
  permissions(): Promise<ColumnPermissions>;
}

/**
 * Contact, lead, account, each table of the organisation's own that has a phone column, and those that have none and a
 * lookup to one of these.
 */
export async function readTables(client: Client, userId: () => Promise<string>): Promise<RemoteTable[]> {
  const { value } = await client.json(
    list(Entity),
    'EntityDefinitions?$select=LogicalName,SchemaName,EntitySetName,DisplayName,PrimaryIdAttribute,PrimaryNameAttribute,ChangeTrackingEnabled,IsCustomEntity,IsActivity',
  );
  const named = (names: readonly string[]): Entity[] =>
    names.flatMap((name) => value.filter((one) => one.LogicalName === name));
  const custom = value
    .filter((one) => one.IsCustomEntity === true && one.IsActivity !== true)
    .sort((a, b) => a.LogicalName.localeCompare(b.LogicalName))
    .slice(0, MOST_CUSTOM_TABLES);
  let permissions: Promise<ColumnPermissions> | null = null;
  const organisation: Organisation = {
    base: await baseLanguage(client),
    // Most organisations secure no Yes/No column: then nobody is asked.
    permissions() {
      permissions ??= userId().then((id) => readColumnPermissions(client, id));
      return permissions;
    },
  };
  const found = await Promise.all(
    [...named(STANDARD), ...named(RELATED), ...custom].map((one) => readTable(client, one, organisation)),
  );
  const all = found.filter((table) => table !== null);
  const reached = new Set(
    all
      .filter(
        ({ name, columns }) => STANDARD.includes(name) || columns.some((column) => column.kind === 'phone'),
      )
      .map((table) => table.name),
  );
  return all
    .map((table) => ({ ...table, lookups: table.lookups.flatMap((lookup) => leadingTo(reached, lookup)) }))
    .filter((table) => reached.has(table.name) || table.lookups.length > 0);
}

function leadingTo(tables: ReadonlySet<string>, lookup: CrmLookup): CrmLookup[] {
  const targets = lookup.targets.filter((target) => tables.has(target));
  return targets.length === 0 ? [] : [{ ...lookup, targets }];
}

async function baseLanguage(client: Client): Promise<number | null> {
  try {
    const { value } = await client.json(Organizations, 'organizations?$select=languagecode');
    return value[0]?.languagecode ?? null;
  } catch (error) {
    if (error instanceof CrmFailure && !error.passing) return null;
    throw error;
  }
}

async function readTable(
  client: Client,
  entity: Entity,
  { base, permissions }: Organisation,
): Promise<RemoteTable | null> {
  const { LogicalName: name, EntitySetName: set, PrimaryIdAttribute: id } = entity;
  if (set == null || id == null) return null;
  const of = `EntityDefinitions(LogicalName='${name}')/Attributes`;
  const [all, texts, flags, references] = await Promise.all([
    client.json(
      list(Attribute),
      `${of}?$select=LogicalName,AttributeType,DisplayName,IsValidForRead,IsValidForCreate,IsValidForUpdate,IsCustomAttribute,IsSecured,CanBeSecuredForRead,CanBeSecuredForUpdate`,
    ),
    client.json(list(Text), `${of}/${CAST}StringAttributeMetadata?$select=LogicalName,FormatName`),
    client.json(
      list(Flag),
      `${of}/${CAST}BooleanAttributeMetadata?$select=LogicalName,DefaultValue&$expand=OptionSet`,
    ),
    client.json(list(Lookup), `${of}/${CAST}LookupAttributeMetadata?$select=LogicalName,Targets`),
  ]);
  const readable = all.value.filter((one) => one.IsValidForRead !== false);
  const formats = new Map(texts.value.map((one) => [one.LogicalName, one.FormatName?.Value ?? '']));
  const booleans = new Map(flags.value.map((one) => [one.LogicalName, one]));
  const secured = readable.some((one) => one.AttributeType === 'Boolean' && one.IsSecured === true);
  const mine = secured ? await permissions() : null;
  const columns = readable.flatMap((one): CrmColumn[] => {
    const kind = kindOf(one.AttributeType ?? '', formats.get(one.LogicalName) ?? '');
    if (kind === null) return [];
    const flag = booleans.get(one.LogicalName);
    const words = wordsOf(one.DisplayName, base, one.LogicalName);
    const yes = wordsOf(flag?.OptionSet?.TrueOption?.Label, base, 'Yes');
    const no = wordsOf(flag?.OptionSet?.FalseOption?.Label, base, 'No');
    const isBoolean = kind === 'boolean';
    return [
      {
        name: one.LogicalName,
        label: words.text,
        kind,
        defaultValue: isBoolean ? (flag?.DefaultValue ?? null) : null,
        custom: one.IsCustomAttribute ?? false,
        options: isBoolean ? { yes: yes.text, no: no.text } : null,
        labels: { label: words.labels, ...(isBoolean ? { yes: yes.labels, no: no.labels } : {}) },
        security: isBoolean ? securityOf(one, mine) : null,
        takes: takesOf(one),
      },
    ];
  });
  const primary = entity.PrimaryNameAttribute ?? '';
  columns.sort((a, b) => rankOf(a, primary) - rankOf(b, primary));
  const { text: label, labels } = wordsOf(entity.DisplayName, base, name);
  return {
    name,
    label,
    labels,
    entitySet: set,
    idColumn: id,
    changeTracking: entity.ChangeTrackingEnabled ?? false,
    canBeMerged: columns.some((column) => column.name === 'merged' && column.kind === 'boolean'),
    stateColumn:
      readable.find((one) => one.LogicalName === 'statecode' && one.AttributeType === 'State')?.LogicalName ??
      null,
    lookups: references.value.flatMap(({ LogicalName, Targets }): CrmLookup[] => {
      const column = readable.find((one) => one.LogicalName === LogicalName);
      if (column === undefined) return [];
      const words = wordsOf(column.DisplayName, base, LogicalName);
      return [{ name: LogicalName, label: words.text, labels: words.labels, targets: Targets ?? [] }];
    }),
    columns,
  };
}

function takesOf(one: z.infer<typeof Attribute>): { create: boolean; update: boolean } | null {
  const [create, update] = [one.IsValidForCreate !== false, one.IsValidForUpdate !== false];
  return create && update ? null : { create, update };
}

/** The name first, then what people look for. */
function rankOf(column: CrmColumn, primary: string): number {
  if (column.name === primary) return 0;
  return 1 + ['phone', 'email', 'text', 'language', 'boolean', 'number', 'date'].indexOf(column.kind);
}

/** Null for what no screen of ours can show: lookups, choices, files. */
function kindOf(type: string, format: string): CrmColumn['kind'] | null {
  switch (type) {
    case 'String':
      return format === 'Phone' ? 'phone' : format === 'Email' ? 'email' : 'text';
    case 'Memo':
      return 'text';
    case 'Boolean':
      return 'boolean';
    case 'Integer':
    case 'BigInt':
    case 'Decimal':
    case 'Double':
    case 'Money':
      return 'number';
    case 'DateTime':
      return 'date';
    default:
      return null;
  }
}

const Privileges = z.looseObject({ RolePrivileges: z.array(z.looseObject({ Depth: z.string() })) });

/** Each right Assent needs on these tables, with what to grant where it is missing. */
export async function readRights(
  client: Client,
  userId: string,
  tables: readonly { name: string; fields: readonly string[]; writes: boolean }[],
): Promise<TableRight[]> {
  const found: TableRight[] = [];
  let permissions: ColumnPermissions | undefined;
  for (const table of tables) {
    const of = `EntityDefinitions(LogicalName='${encodeURIComponent(table.name)}')`;
    const entity = await client
      .json(Entity, `${of}?$select=LogicalName,SchemaName,ChangeTrackingEnabled`)
      .catch((error: unknown) => {
        if (error instanceof CrmFailure && !error.passing) return null;
        throw error;
      });
    if (entity === null) {
      found.push({
        code: 'table-missing',
        subject: table.name,
        what: `table ${table.name}`,
        ok: false,
        advice: 'The organisation has no such table. Remove its record type, or restore the table.',
      });
      continue;
    }
    for (const right of table.writes ? (['Read', 'Write'] as const) : (['Read'] as const)) {
      const depth = await depthOf(client, userId, `prv${right}${entity.SchemaName}`);
      found.push({
        code: right === 'Read' ? 'read' : 'write',
        subject: table.name,
        what: `${right} on ${table.name}`,
        ok: depth === 'Global',
        advice: `Give the security role of the application user ${right} on ${table.name} for the whole organisation${depth === null ? '' : ` (now: ${depth})`}.`,
      });
    }
    found.push({
      code: 'change-tracking',
      subject: table.name,
      what: `change tracking of ${table.name}`,
      ok: entity.ChangeTrackingEnabled ?? false,
      advice: `Switch on “Track changes” of the table ${table.name} (Power Apps, Tables, Properties, Advanced options).`,
    });
    const columns = await client.json(
      list(Attribute),
      `${of}/Attributes?$select=LogicalName,IsSecured,CanBeSecuredForRead,CanBeSecuredForUpdate`,
    );
    for (const field of table.fields) {
      const column = columns.value.find((one) => one.LogicalName === field);
      if (column === undefined)
        found.push({
          code: 'column-missing',
          subject: field,
          what: `column ${table.name}.${field}`,
          ok: false,
          advice: 'There is no such column. Restore it, or choose another under Configuration, Record types.',
        });
      else if (column.IsSecured === true) {
        permissions ??= await readColumnPermissions(client, userId);
        const security = securityOf(column, permissions);
        found.push({
          code: 'column-security',
          subject: field,
          what: `column security of ${table.name}.${field}`,
          ok: bothOf(security),
          advice:
            'The column is secured. Give the application user a column security profile with Read and Update on it, then test the column under Configuration, Record types.',
        });
      }
    }
  }
  return found;
}

/** Null where one is not known. */
function bothOf(security: ColumnSecurity | null): boolean | null {
  if (security === null) return true;
  return security.read === null || security.update === null ? null : security.read && security.update;
}

/** Which of these rights the user does not have on the whole table. */
export async function readMissingRights<R extends string>(
  client: Client,
  userId: string,
  table: string,
  rights: readonly R[],
): Promise<R[]> {
  const of = `EntityDefinitions(LogicalName='${encodeURIComponent(table)}')`;
  const { SchemaName } = await client.json(Entity, `${of}?$select=LogicalName,SchemaName`);
  const missing: R[] = [];
  for (const right of rights)
    if ((await depthOf(client, userId, `prv${right}${SchemaName}`)) !== 'Global') missing.push(right);
  return missing;
}

/** The widest; null where the user has none. */
export async function depthOf(client: Client, userId: string, privilege: string): Promise<string | null> {
  const { RolePrivileges } = await client.json(
    Privileges,
    `systemusers(${userId})/${CAST}RetrieveUserPrivilegeByPrivilegeName(PrivilegeName='${encodeURIComponent(privilege)}')`,
  );
  const depths = RolePrivileges.map((one) => one.Depth);
  return ['Global', 'Deep', 'Local', 'Basic'].find((depth) => depths.includes(depth)) ?? null;
}
