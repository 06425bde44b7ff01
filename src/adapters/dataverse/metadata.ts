import { z } from 'zod';
import { type CrmColumn, CrmFailure, type RemoteTable, type RightFound } from '../../ports.ts';
import type { Client } from './client.ts';

/** Tables and columns as the organisation describes them, and what our application user may do there. */

const Label = z.looseObject({
  UserLocalizedLabel: z.looseObject({ Label: z.string() }).nullish(),
  LocalizedLabels: z.array(z.looseObject({ Label: z.string() })).nullish(),
});
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
  IsCustomAttribute: z.boolean().nullish(),
  IsSecured: z.boolean().nullish(),
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
const CAST = 'Microsoft.Dynamics.CRM.';
/** Asked one by one, so only so many. */
const MOST_CUSTOM_TABLES = 200;

type Entity = z.infer<typeof Entity>;

/** Contact, lead, account, and each table of the organisation's own that has a phone column. */
export async function readTables(client: Client): Promise<RemoteTable[]> {
  const { value } = await client.json(
    list(Entity),
    'EntityDefinitions?$select=LogicalName,SchemaName,EntitySetName,DisplayName,PrimaryIdAttribute,PrimaryNameAttribute,ChangeTrackingEnabled,IsCustomEntity,IsActivity',
  );
  const standard = STANDARD.flatMap((name) => value.filter((one) => one.LogicalName === name));
  const custom = value
    .filter((one) => one.IsCustomEntity === true && one.IsActivity !== true)
    .sort((a, b) => a.LogicalName.localeCompare(b.LogicalName))
    .slice(0, MOST_CUSTOM_TABLES);
  const tables = await Promise.all([...standard, ...custom].map((one) => readTable(client, one)));
  return tables.filter(
    (table): table is RemoteTable =>
      table !== null &&
      (STANDARD.includes(table.name) || table.columns.some((column) => column.kind === 'phone')),
  );
}

async function readTable(client: Client, entity: Entity): Promise<RemoteTable | null> {
  const { LogicalName: name, EntitySetName: set, PrimaryIdAttribute: id } = entity;
  if (set == null || id == null) return null;
  const of = `EntityDefinitions(LogicalName='${name}')/Attributes`;
  const [all, texts, flags] = await Promise.all([
    client.json(
      list(Attribute),
      `${of}?$select=LogicalName,AttributeType,DisplayName,IsValidForRead,IsCustomAttribute`,
    ),
    client.json(list(Text), `${of}/${CAST}StringAttributeMetadata?$select=LogicalName,FormatName`),
    client.json(
      list(Flag),
      `${of}/${CAST}BooleanAttributeMetadata?$select=LogicalName,DefaultValue&$expand=OptionSet`,
    ),
  ]);
  const formats = new Map(texts.value.map((one) => [one.LogicalName, one.FormatName?.Value ?? '']));
  const booleans = new Map(flags.value.map((one) => [one.LogicalName, one]));
  const columns = all.value.flatMap((one): CrmColumn[] => {
    const kind = kindOf(one.AttributeType ?? '', formats.get(one.LogicalName) ?? '');
    if (kind === null || one.IsValidForRead === false) return [];
    const flag = booleans.get(one.LogicalName);
    return [
      {
        name: one.LogicalName,
        label: labelOf(one.DisplayName) ?? one.LogicalName,
        kind,
        defaultValue: kind === 'boolean' ? (flag?.DefaultValue ?? null) : null,
        custom: one.IsCustomAttribute ?? false,
        options:
          kind === 'boolean'
            ? {
                yes: labelOf(flag?.OptionSet?.TrueOption?.Label) ?? 'Yes',
                no: labelOf(flag?.OptionSet?.FalseOption?.Label) ?? 'No',
              }
            : null,
      },
    ];
  });
  const primary = entity.PrimaryNameAttribute ?? '';
  columns.sort((a, b) => rankOf(a, primary) - rankOf(b, primary));
  return {
    name,
    label: labelOf(entity.DisplayName) ?? name,
    entitySet: set,
    idColumn: id,
    changeTracking: entity.ChangeTrackingEnabled ?? false,
    canBeMerged: columns.some((column) => column.name === 'merged' && column.kind === 'boolean'),
    columns,
  };
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

function labelOf(label: z.infer<typeof Label> | null | undefined): string | null {
  return label?.UserLocalizedLabel?.Label ?? label?.LocalizedLabels?.[0]?.Label ?? null;
}

const Privileges = z.looseObject({ RolePrivileges: z.array(z.looseObject({ Depth: z.string() })) });

/** Each right Assent needs on these tables, with what to grant where it is missing. */
export async function readRights(
  client: Client,
  userId: string,
  tables: readonly { name: string; fields: readonly string[] }[],
): Promise<RightFound[]> {
  const found: RightFound[] = [];
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
        what: `table ${table.name}`,
        ok: false,
        advice: 'The organisation has no such table. Remove its record type, or restore the table.',
      });
      continue;
    }
    for (const right of ['Read', 'Write'] as const) {
      const depth = await depthOf(client, userId, `prv${right}${entity.SchemaName}`);
      found.push({
        what: `${right} on ${table.name}`,
        ok: depth === 'Global',
        advice: `Give the security role of the application user ${right} on ${table.name} for the whole organisation${depth === null ? '' : ` (now: ${depth})`}.`,
      });
    }
    found.push({
      what: `change tracking of ${table.name}`,
      ok: entity.ChangeTrackingEnabled ?? false,
      advice: `Switch on “Track changes” of the table ${table.name} (Power Apps, Tables, Properties, Advanced options).`,
    });
    const columns = await client.json(list(Attribute), `${of}/Attributes?$select=LogicalName,IsSecured`);
    for (const field of table.fields) {
      const column = columns.value.find((one) => one.LogicalName === field);
      if (column === undefined)
        found.push({
          what: `column ${table.name}.${field}`,
          ok: false,
          advice: 'There is no such column. Restore it, or choose another under Configuration, Record types.',
        });
      else if (column.IsSecured === true)
        found.push({
          what: `column security of ${table.name}.${field}`,
          ok: null,
          advice:
            'The column is secured. Give the application user a column security profile with Read and Update on it.',
        });
    }
  }
  return found;
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
