import { randomUUID } from 'node:crypto';
import type { Call } from './call.ts';
import { columnNamed, lookupOf, navigationsOf } from './catalogue.ts';
import { DataverseError } from './errors.ts';
import { keyTaken } from './keys.ts';
import type { Column, Row, Table, Value } from './model.ts';
import { relatedRows } from './names.ts';
import { type Payload, readPayload } from './payload.ts';
import { rowNamed } from './rows.ts';
import { need, needColumn, reaches } from './security.ts';
import { UNVERIFIED } from './unverified.ts';
import { stamp, type World } from './world.ts';

/** Puts a row in as an import does: no rights asked, no column defaults, no webhooks. */
export function insertRow(world: World, table: string, id: string, values: Record<string, Value>): Row {
  const at = stamp(world.now());
  const known = world.store.tables.get(table);
  const defaults: Record<string, Value> = {};
  for (const column of known?.columns ?? []) {
    if (column.type === 'state' || column.type === 'status') defaults[column.name] = column.defaultValue;
    if (column.type === 'owner') defaults[column.name] = `systemuser/${world.tokens.applicationUser}`;
  }
  const row: Row = {
    id,
    version: world.store.nextVersion(),
    values: computed(table, { createdon: at, modifiedon: at, ...defaults, ...values }),
  };
  world.store.put({ t: 'row', table, v: row });
  return row;
}

/**
 * Creates a record as the caller.
 * @param id chosen by the caller's URL; otherwise the body may name one
 */
export function createRow(
  call: Call,
  table: Table,
  body: unknown,
  given: { id?: string; values?: Map<Column, Value> } = {},
): Row {
  const { world, caller } = call;
  need(world, caller, 'Create', table);
  const payload = readPayload(call, table, body);
  for (const [column, value] of given.values ?? []) payload.values.set(column, value);
  needAppend(call, table, payload);
  const id = given.id ?? payload.id ?? randomUUID();
  if (rowNamed(world.store, table, id))
    throw new DataverseError(412, '0x80040237', 'Operation failed due to a SQL integrity violation.');
  for (const column of payload.values.keys()) needColumn(world, caller, table, column, 'create');
  const values: Record<string, Value> = {};
  for (const column of table.columns) {
    const value = payload.values.get(column) ?? (payload.values.has(column) ? null : column.defaultValue);
    if (value !== null) values[column.name] = value;
  }
  values.ownerid ??= `systemuser/${caller.user}`;
  if (!table.owned) delete values.ownerid;
  if (table.activity) values.activitytypecode = table.name;
  const at = stamp(world.now());
  values.createdon = at;
  values.createdby = `systemuser/${caller.user}`;
  if (caller.real !== caller.user) values.createdonbehalfby = `systemuser/${caller.real}`;
  const row = finish(call, table, id, values, payload);
  call.afterCommit.push(() => world.webhooks.tell(call, 'Create', table, row, payload.values));
  for (const { navigation, bodies } of payload.children) {
    if (navigation.kind !== 'many') continue;
    const childTable = navigation.target;
    for (const child of bodies) {
      const made = createRow(call, childTable, child);
      world.store.put({
        t: 'row',
        table: childTable.name,
        v: { ...made, values: { ...made.values, [navigation.column.name]: `${table.name}/${id}` } },
      });
    }
  }
  return row;
}

/** A note or an activity is appended to the record it is about. Other lookups are not asked for here. */
function needAppend(call: Call, table: Table, { values }: Payload): void {
  for (const [column, value] of values) {
    if (column.name !== 'regardingobjectid' && column.name !== 'objectid') continue;
    const target = call.world.store.tables.get(lookupOf(value)?.table ?? '');
    if (target === undefined) continue;
    need(call.world, call.caller, 'Append', table);
    need(call.world, call.caller, 'AppendTo', target);
  }
}

/** Changes the columns of the body, each of which counts as updated. */
export function updateRow(call: Call, table: Table, row: Row, body: unknown): Row {
  const payload = readPayload(call, table, body);
  return changeColumns(call, table, row, payload);
}

export function changeColumns(call: Call, table: Table, row: Row, payload: Payload): Row {
  const { world, caller } = call;
  const depth = need(world, caller, 'Write', table);
  if (!reaches(depth, caller, table, row)) throw noAccess(call, table, row, 'WriteAccess');
  const values = { ...row.values };
  for (const [column, value] of payload.values) {
    if (!column.updatable) continue;
    needColumn(world, caller, table, column, 'update');
    if (value === null) {
      if (column.required === 'SystemRequired')
        throw new DataverseError(
          UNVERIFIED.required.status,
          UNVERIFIED.required.code,
          `The property '${column.name}' is required and cannot be null.`,
        );
      delete values[column.name];
    } else values[column.name] = value;
  }
  if (columnNamed(table, 'statecode') && payload.stateChanged && !payload.statusGiven)
    values.statuscode = Number(values.statecode) + 1;
  const changed = finish(call, table, row.id, values, payload);
  call.afterCommit.push(() => world.webhooks.tell(call, 'Update', table, changed, payload.values));
  return changed;
}

/** Notes and activities go with it; other lookups at it are emptied. */
export function deleteRow(call: Call, table: Table, row: Row): void {
  const { world, caller } = call;
  const depth = need(world, caller, 'Delete', table);
  if (!reaches(depth, caller, table, row)) throw noAccess(call, table, row, 'DeleteAccess');
  world.store.put({ t: 'row-gone', table: table.name, id: row.id, version: world.store.nextVersion() });
  for (const relation of world.store.relations.values())
    for (const { one, two } of world.store.links(relation.name))
      if (
        (relation.one.table === table.name && one === row.id) ||
        (relation.two.table === table.name && two === row.id)
      )
        world.store.put({ t: 'link-gone', relation: relation.name, one, two });
  for (const navigation of navigationsOf(world.store, table)) {
    if (navigation.kind !== 'many') continue;
    const { target, column } = navigation;
    const parental = target.activity || target.name === 'annotation' || target.name === 'activityparty';
    for (const child of relatedRows(call, navigation, row.id)) {
      const version = world.store.nextVersion();
      const { [column.name]: _gone, ...values } = child.values;
      if (parental && target.name !== 'activitypointer')
        world.store.put({ t: 'row-gone', table: target.name, id: child.id, version });
      else if (!parental) world.store.put({ t: 'row', table: target.name, v: { ...child, version, values } });
    }
  }
  call.afterCommit.push(() => world.webhooks.tell(call, 'Delete', table, row, new Map()));
}

/** Unique keys, duplicate rules, who and when, and a new version. */
function finish(call: Call, table: Table, id: string, values: Record<string, Value>, payload: Payload): Row {
  const { world, caller } = call;
  const taken = keyTaken(call, table, id, values, payload.values);
  if (taken !== null)
    throw new DataverseError(
      412,
      '0x80060892',
      `Entity Key ${taken} violated. A record with the same value for ${taken} already exists. A duplicate record cannot be created. Select one or more unique values and try again.`,
    );
  refuseDuplicates(call, table, id, values, payload);
  values.modifiedon = stamp(world.now());
  values.modifiedby = `systemuser/${caller.user}`;
  if (caller.real !== caller.user) values.modifiedonbehalfby = `systemuser/${caller.real}`;
  else delete values.modifiedonbehalfby;
  const row: Row = { id, version: world.store.nextVersion(), values: computed(table.name, values) };
  world.store.put({ t: 'row', table: table.name, v: row });
  return row;
}

/** Detection is off unless the request turns it on. */
function refuseDuplicates(
  call: Call,
  table: Table,
  id: string,
  values: Record<string, Value>,
  payload: Payload,
): void {
  if (call.headers['mscrm.suppressduplicatedetection'] !== 'false') return;
  const rule = call.world.settings().duplicateRules[table.name] ?? [];
  const compared = rule.filter((name) => [...payload.values.keys()].some((column) => column.name === name));
  if (compared.length === 0) return;
  for (const other of call.world.store.rows(table.name).inIdOrder())
    if (
      other.id !== id &&
      rule.every((name) => values[name] !== undefined && other.values[name] === values[name])
    )
      throw new DataverseError(
        412,
        '0x80040333',
        'A record was not created or updated because a duplicate of the current record already exists.',
      );
}

function computed(table: string, values: Record<string, Value>): Record<string, Value> {
  if (table !== 'contact' && table !== 'lead') return values;
  const fullname = [values.firstname, values.lastname].filter((part) => part).join(' ');
  const { fullname: _old, ...rest } = values;
  return fullname === '' ? rest : { ...rest, fullname };
}

function noAccess(call: Call, table: Table, row: Row, right: string): DataverseError {
  return new DataverseError(
    403,
    '0x80040220',
    `SecLib::AccessCheckEx failed. Returned hr = -2147187962, ObjectID: ${row.id}, OwnerId: ${lookupOf(row.values.ownerid)?.id ?? ''}, OwnerIdType: 8 and CallingUser: ${call.caller.user}. ObjectTypeCode: ${table.objectTypeCode}, objectBusinessUnitId: , AccessRights: ${right}`,
  );
}

export function refuseUnreachable(call: Call, table: Table, row: Row): void {
  const depth = need(call.world, call.caller, 'Read', table);
  if (!reaches(depth, call.caller, table, row)) throw noAccess(call, table, row, 'ReadAccess');
}
