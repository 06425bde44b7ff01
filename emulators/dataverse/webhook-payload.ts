import type { Call } from './call.ts';
import { guidOf, isLookup, lookupOf } from './catalogue.ts';
import { DEMO } from './demo.ts';
import type { Column, Row, Settings, Table, Value } from './model.ts';

const CONTRACTS = 'http://schemas.microsoft.com/xrm/2011/Contracts';
type Message = 'Create' | 'Update' | 'Delete' | 'Merge';

export type Change = {
  message: Message;
  table: Table;
  row: Row;
  changed: ReadonlyMap<Column, Value>;
  user: string;
  initiatingUser: string;
  tag: string | null;
  tagIn: Settings['tagIn'];
  at: number;
  operationId: string;
  correlationId: string;
};

export function changeOf(
  call: Call,
  message: Message,
  table: Table,
  row: Row,
  changed: ReadonlyMap<Column, Value>,
  ids: { operationId: string; correlationId: string },
): Change {
  return {
    message,
    table,
    row,
    changed,
    user: call.caller.user,
    initiatingUser: call.caller.real,
    tag: call.query.get('tag') ?? null,
    tagIn: call.world.settings().tagIn,
    at: call.world.now(),
    ...ids,
  };
}

/** The execution context as JSON. https://learn.microsoft.com/power-apps/developer/data-platform/use-webhooks */
export function payloadOf(change: Change, stepId: string, withImages: boolean): string {
  const { table, row, message, tag } = change;
  const shared = tag === null ? [] : [{ key: 'tag', value: tag }];
  const where = change.tagIn;
  const context = {
    BusinessUnitId: DEMO.businessUnitId,
    CorrelationId: change.correlationId,
    Depth: 1,
    InitiatingUserAzureActiveDirectoryObjectId: '00000000-0000-0000-0000-000000000000',
    InitiatingUserId: change.initiatingUser,
    IsExecutingOffline: false,
    IsInTransaction: false,
    IsOfflinePlayback: false,
    IsolationMode: 1,
    MessageName: message,
    Mode: 1,
    OperationCreatedOn: `/Date(${change.at}-0000)/`,
    OperationId: change.operationId,
    OrganizationId: DEMO.organizationId,
    OrganizationName: DEMO.organizationName,
    OutputParameters: [],
    OwningExtension: {
      Id: stepId,
      KeyAttributes: [],
      LogicalName: 'sdkmessageprocessingstep',
      Name: null,
      RowVersion: null,
    },
    PrimaryEntityId: row.id,
    PrimaryEntityName: table.name,
    RequestId: null,
    SecondaryEntityName: 'none',
    Stage: 40,
    UserId: change.user,
  };
  const images = {
    InputParameters: [{ key: 'Target', value: targetOf(change) }],
    ParentContext:
      where === 'top' || tag === null
        ? null
        : { ...context, Stage: 30, InputParameters: [], SharedVariables: shared, ParentContext: null },
    PostEntityImages:
      message === 'Delete'
        ? []
        : [{ key: 'AsynchronousStepPrimaryName', value: entity(table, row.id, nameOf(table, row)) }],
    PreEntityImages: [],
  };
  const body = {
    ...context,
    SharedVariables: where === 'parent' ? [] : shared,
    ...(withImages ? images : {}),
  };
  // On the wire slashes are escaped.
  return JSON.stringify(body).replaceAll('/', '\\/');
}

function targetOf({ message, table, row, changed, user }: Change): object {
  if (message === 'Delete') return reference(table.name, row.id);
  const attributes: { key: string; value: unknown }[] = [];
  for (const [column, value] of changed)
    attributes.push({ key: column.name, value: contractValue(column, value) });
  attributes.push(
    { key: table.primaryId, value: row.id },
    { key: 'modifiedon', value: dateValue(String(row.values.modifiedon)) },
    { key: 'modifiedby', value: reference('systemuser', user) },
  );
  const touchesName = [...changed.keys()].some(({ name }) => name === 'firstname' || name === 'lastname');
  if (touchesName && row.values.fullname !== undefined)
    attributes.push({ key: 'fullname', value: row.values.fullname });
  return entity(table, row.id, attributes);
}

function nameOf(table: Table, row: Row): { key: string; value: unknown }[] {
  return [
    { key: table.primaryName, value: row.values[table.primaryName] ?? null },
    { key: table.primaryId, value: row.id },
  ];
}

function entity(table: Table, id: string, attributes: { key: string; value: unknown }[]): object {
  return {
    __type: `Entity:${CONTRACTS}`,
    Attributes: attributes,
    EntityState: null,
    FormattedValues: [],
    Id: id,
    KeyAttributes: [],
    LogicalName: table.name,
    RelatedEntities: [],
    RowVersion: null,
  };
}

function contractValue(column: Column, value: Value): unknown {
  if (value === null) return null;
  if (isLookup(column)) {
    const target = lookupOf(value);
    return target ? reference(target.table, target.id) : null;
  }
  switch (column.type) {
    case 'datetime':
      return dateValue(String(value));
    case 'picklist':
    case 'state':
    case 'status':
      return { __type: `OptionSetValue:${CONTRACTS}`, Value: value };
    case 'decimal':
      return { __type: `Money:${CONTRACTS}`, Value: value };
    default:
      return value;
  }
}

function reference(table: string, id: string): object {
  return {
    __type: `EntityReference:${CONTRACTS}`,
    Id: id,
    KeyAttributes: [],
    LogicalName: table,
    Name: null,
    RowVersion: null,
  };
}

function dateValue(text: string): string {
  return `/Date(${Date.parse(text)})/`;
}

/** Ids of the messages that steps are registered for. */
export function messageId(name: string): string {
  return guidOf(`message ${name}`);
}
