import { guidOf, navigationsOf } from './catalogue.ts';
import type { Column, Labels, Table } from './model.ts';
import { PRIVILEGES, privilegeName } from './security.ts';
import type { Store } from './store.ts';

/**
 * Tables and columns as `EntityDefinitions` shows them.
 * https://learn.microsoft.com/power-apps/developer/data-platform/webapi/query-metadata-web-api
 */
export type Definition = Record<string, unknown>;

const CRM = '#Microsoft.Dynamics.CRM.';
const kinds: Record<Column['type'], { cast: string; code: string }> = {
  string: { cast: 'StringAttributeMetadata', code: 'String' },
  memo: { cast: 'MemoAttributeMetadata', code: 'Memo' },
  boolean: { cast: 'BooleanAttributeMetadata', code: 'Boolean' },
  uniqueidentifier: { cast: 'UniqueIdentifierAttributeMetadata', code: 'Uniqueidentifier' },
  lookup: { cast: 'LookupAttributeMetadata', code: 'Lookup' },
  owner: { cast: 'LookupAttributeMetadata', code: 'Owner' },
  datetime: { cast: 'DateTimeAttributeMetadata', code: 'DateTime' },
  integer: { cast: 'IntegerAttributeMetadata', code: 'Integer' },
  bigint: { cast: 'BigIntAttributeMetadata', code: 'BigInt' },
  decimal: { cast: 'MoneyAttributeMetadata', code: 'Money' },
  picklist: { cast: 'PicklistAttributeMetadata', code: 'Picklist' },
  state: { cast: 'StateAttributeMetadata', code: 'State' },
  status: { cast: 'StatusAttributeMetadata', code: 'Status' },
};

export function castOf(column: Column): string {
  return kinds[column.type].cast;
}

export function labelView(labels: Labels, language: number, id: string): Definition {
  const one = (code: string, text: string): Definition => ({
    Label: text,
    LanguageCode: Number(code),
    IsManaged: false,
    MetadataId: guidOf(`label ${id} ${code}`),
    HasChanged: null,
  });
  const mine = labels[language] ?? labels[1033];
  return {
    LocalizedLabels: Object.entries(labels).map(([code, text]) => one(code, text)),
    UserLocalizedLabel:
      mine === undefined ? null : one(labels[language] === undefined ? '1033' : String(language), mine),
  };
}

export function tableView(table: Table, language: number): Definition {
  return {
    MetadataId: guidOf(`table ${table.name}`),
    LogicalName: table.name,
    SchemaName: table.schemaName,
    EntitySetName: table.set,
    LogicalCollectionName: table.set,
    CollectionSchemaName: table.set,
    ObjectTypeCode: table.objectTypeCode,
    PrimaryIdAttribute: table.primaryId,
    PrimaryNameAttribute: table.primaryName,
    DisplayName: labelView(table.labels, language, table.name),
    DisplayCollectionName: labelView(table.labels, language, `${table.name} s`),
    Description: labelView({}, language, `${table.name} d`),
    IsCustomEntity: table.custom,
    IsActivity: table.activity,
    IsManaged: false,
    IsIntersect: false,
    IsPrivate: false,
    OwnershipType: table.owned ? 'UserOwned' : 'OrganizationOwned',
    ChangeTrackingEnabled: table.changeTracking,
    CanChangeTrackingBeEnabled: managed(true, 'canchangetrackingbeenabled'),
    IsOptimisticConcurrencyEnabled: table.optimisticConcurrency,
    IsCustomizable: managed(true, 'iscustomizable'),
    IsValidForAdvancedFind: true,
    TableType: 'Standard',
    Privileges: PRIVILEGES.map((privilege) => ({
      CanBeBasic: table.owned,
      CanBeLocal: table.owned,
      CanBeDeep: table.owned,
      CanBeGlobal: true,
      Name: privilegeName(privilege, table),
      PrivilegeId: guidOf(privilegeName(privilege, table)),
      PrivilegeType: privilege,
    })),
  };
}

export function columnView(table: Table, column: Column, language: number): Definition {
  const id = `${table.name}.${column.name}`;
  const kind = kinds[column.type];
  return {
    '@odata.type': CRM + kind.cast,
    MetadataId: guidOf(`column ${id}`),
    LogicalName: column.name,
    SchemaName: column.schemaName,
    EntityLogicalName: table.name,
    AttributeType: isCustomer(column) ? 'Customer' : kind.code,
    AttributeTypeName: { Value: `${isCustomer(column) ? 'Customer' : kind.code}Type` },
    DisplayName: labelView(column.labels, language, id),
    Description: labelView({}, language, `${id} d`),
    IsCustomAttribute: column.custom,
    IsManaged: false,
    IsPrimaryId: column.name === table.primaryId,
    IsPrimaryName: column.name === table.primaryName,
    IsLogical: false,
    IsValidForRead: column.readable,
    IsValidForCreate: column.creatable,
    IsValidForUpdate: column.updatable,
    IsSecured: column.secured,
    CanBeSecuredForRead: column.securable.read,
    CanBeSecuredForCreate: column.securable.create,
    CanBeSecuredForUpdate: column.securable.update,
    IsValidForAdvancedFind: managed(true, 'canmodifysearchsettings'),
    RequiredLevel: managed(column.required, 'canmodifyrequirementlevelsettings'),
    ...typed(column),
  };
}

/** A lookup of either an account or a contact has a type of its own. */
function isCustomer({ type, targets }: Column): boolean {
  return (
    type === 'lookup' &&
    targets
      .map(({ table }) => table)
      .sort()
      .join() === 'account,contact'
  );
}

/** What only a cast to the column's type shows. */
function typed(column: Column): Definition {
  switch (column.type) {
    case 'boolean':
      return { DefaultValue: column.defaultValue === true };
    case 'string':
    case 'memo':
      return {
        MaxLength: column.maxLength,
        Format: column.format,
        FormatName: { Value: column.format },
        DatabaseLength: column.maxLength * 2,
      };
    case 'lookup':
    case 'owner':
      return { Targets: column.targets.map((target) => target.table) };
    case 'datetime':
      return { Format: column.format === 'DateOnly' ? 'DateOnly' : 'DateAndTime' };
    case 'picklist':
    case 'state':
    case 'status':
      return { DefaultFormValue: typeof column.defaultValue === 'number' ? column.defaultValue : -1 };
    default:
      return {};
  }
}

export function optionSetView(table: Table, column: Column, language: number): Definition | null {
  const id = `${table.name}.${column.name} options`;
  const option = (value: number, labels: Labels): Definition => ({
    Value: value,
    Color: null,
    IsManaged: false,
    ExternalValue: null,
    ParentValues: [],
    Tag: null,
    IsHidden: false,
    MetadataId: null,
    HasChanged: null,
    Label: labelView(labels, language, `${id} ${value}`),
    Description: labelView({}, language, `${id} ${value} d`),
  });
  const common = {
    MetadataId: guidOf(id),
    HasChanged: null,
    IsCustomOptionSet: column.custom,
    IsGlobal: false,
    IsManaged: false,
    Name: `${table.name}_${column.name}`,
    DisplayName: labelView(column.labels, language, id),
  };
  if (column.booleans)
    return {
      ...common,
      OptionSetType: 'Boolean',
      TrueOption: option(1, column.booleans.true),
      FalseOption: option(0, column.booleans.false),
    };
  if (!column.choices) return null;
  return {
    ...common,
    OptionSetType: kinds[column.type].code,
    Options: Object.entries(column.choices).map(([value, labels]) => option(Number(value), labels)),
  };
}

export function keyViews(table: Table, language: number): Definition[] {
  return table.keys.map((key) => ({
    MetadataId: guidOf(`key ${table.name} ${key.name}`),
    LogicalName: key.name,
    SchemaName: key.name,
    EntityLogicalName: table.name,
    KeyAttributes: key.columns,
    EntityKeyIndexStatus: 'Active',
    IsManaged: false,
    DisplayName: labelView({ 1033: key.name }, language, key.name),
  }));
}

export function relationshipViews(
  store: Store,
  table: Table,
  kind: 'ManyToOneRelationships' | 'OneToManyRelationships' | 'ManyToManyRelationships',
): Definition[] {
  return navigationsOf(store, table).flatMap((navigation): Definition[] => {
    if (navigation.kind === 'linked') {
      if (kind !== 'ManyToManyRelationships') return [];
      const { relation } = navigation;
      return [
        {
          MetadataId: guidOf(`relation ${relation.name}`),
          SchemaName: relation.name,
          RelationshipType: 'ManyToManyRelationship',
          Entity1LogicalName: relation.one.table,
          Entity2LogicalName: relation.two.table,
          Entity1NavigationPropertyName: relation.one.navigation,
          Entity2NavigationPropertyName: relation.two.navigation,
          IntersectEntityName: relation.name.replace('_association', ''),
        },
      ];
    }
    if ((navigation.kind === 'one') !== (kind === 'ManyToOneRelationships')) return [];
    if (kind === 'ManyToManyRelationships') return [];
    const [from, to] = navigation.kind === 'one' ? [table, navigation.target] : [navigation.target, table];
    const target = navigation.column.targets.find((one) => one.table === to.name);
    return [
      {
        MetadataId: guidOf(`relation ${from.name} ${target?.navigation}`),
        SchemaName: target?.collection,
        RelationshipType: 'OneToManyRelationship',
        ReferencingEntity: from.name,
        ReferencingAttribute: navigation.column.name,
        ReferencingEntityNavigationPropertyName: target?.navigation,
        ReferencedEntity: to.name,
        ReferencedAttribute: to.primaryId,
        ReferencedEntityNavigationPropertyName: target?.collection,
        IsCustomRelationship: navigation.column.custom || from.custom,
      },
    ];
  });
}

function managed(value: unknown, name: string): Definition {
  return { Value: value, CanBeChanged: true, ManagedPropertyLogicalName: name };
}
