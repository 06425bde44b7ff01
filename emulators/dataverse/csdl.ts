import { isLookup, navigationsOf, wireName } from './catalogue.ts';
import type { Column } from './model.ts';
import type { Store } from './store.ts';

const edm: Record<Column['type'], string> = {
  string: 'Edm.String',
  memo: 'Edm.String',
  boolean: 'Edm.Boolean',
  uniqueidentifier: 'Edm.Guid',
  lookup: 'Edm.Guid',
  owner: 'Edm.Guid',
  datetime: 'Edm.DateTimeOffset',
  integer: 'Edm.Int32',
  bigint: 'Edm.Int64',
  decimal: 'Edm.Decimal',
  picklist: 'Edm.Int32',
  state: 'Edm.Int32',
  status: 'Edm.Int32',
};

/** `$metadata`: the service as CSDL, without functions and actions. */
export function csdl(store: Store): string {
  const types: string[] = [];
  const sets: string[] = [];
  for (const table of store.tables.values()) {
    const properties = table.columns.map((column) => {
      const type = column.format === 'DateOnly' ? 'Edm.Date' : edm[column.type];
      const extra = isLookup(column) ? '' : ' Unicode="false"';
      return `<Property Name="${wireName(column)}" Type="${type}"${type === 'Edm.String' ? extra : ''} />`;
    });
    const navigations = navigationsOf(store, table).map(({ kind, name, target }) => {
      const type = kind === 'one' ? `mscrm.${target.name}` : `Collection(mscrm.${target.name})`;
      return `<NavigationProperty Name="${name}" Type="${type}" />`;
    });
    types.push(
      `<EntityType Name="${table.name}" BaseType="mscrm.crmbaseentity"><Key><PropertyRef Name="${table.primaryId}" /></Key>${properties.join('')}${navigations.join('')}</EntityType>`,
    );
    sets.push(`<EntitySet Name="${table.set}" EntityType="Microsoft.Dynamics.CRM.${table.name}" />`);
  }
  return `<?xml version="1.0" encoding="utf-8"?><edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices><Schema Namespace="Microsoft.Dynamics.CRM" Alias="mscrm" xmlns="http://docs.oasis-open.org/odata/ns/edm"><EntityType Name="crmbaseentity" Abstract="true" />${types.join('')}<EntityContainer Name="System">${sets.join('')}</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>`;
}
