import { z } from 'zod';
import type { Call } from './call.ts';
import {
  columnNamed,
  isLookup,
  type Navigation,
  navigationNamed,
  navigationsOf,
  wireName,
} from './catalogue.ts';
import { badPayload, DataverseError } from './errors.ts';
import { asGuid } from './keys.ts';
import type { Column, Table, Value } from './model.ts';
import { namedRecord } from './reference.ts';
import { UNVERIFIED } from './unverified.ts';

/** A body, checked against the table. */
export type Payload = {
  /** Each column sent, with null for what is cleared. */
  values: Map<Column, Value>;
  id: string | null;
  /** Records to create with this one, through a collection. */
  children: { navigation: Navigation; bodies: unknown[] }[];
  stateChanged: boolean;
  statusGiven: boolean;
};

const bodySchema = z.record(z.string(), z.unknown());

/** @throws DataverseError 400 for what the table does not have or the column does not take */
export function readPayload(call: Call, table: Table, body: unknown): Payload {
  const parsed = bodySchema.safeParse(body);
  if (!parsed.success) throw badPayload(table.set, 'A JSON object was expected.');
  const payload: Payload = {
    values: new Map(),
    id: null,
    children: [],
    stateChanged: false,
    statusGiven: false,
  };
  for (const [name, value] of Object.entries(parsed.data)) {
    const [property = '', annotation] = name.split('@');
    if (annotation === 'odata.bind') bind(call, table, property, value, payload);
    else if (annotation === undefined) setProperty(call, table, property, value, payload);
    // Other annotations, as a body read before carries them, say nothing to the server.
  }
  return payload;
}

function bind(call: Call, table: Table, property: string, value: unknown, payload: Payload): void {
  const navigation = navigationNamed(call.world.store, table, property);
  if (navigation?.kind !== 'one') throw undeclared(table, property);
  if (value === null) {
    payload.values.set(navigation.column, null);
    return;
  }
  const target = namedRecord(call, String(value));
  if (target.table.name !== navigation.target.name)
    throw badPayload(table.set, `'${String(value)}' is no ${navigation.target.name}.`);
  payload.values.set(navigation.column, `${target.table.name}/${target.id}`);
}

function setProperty(call: Call, table: Table, property: string, value: unknown, payload: Payload): void {
  const column = columnNamed(table, property);
  if (column && !isLookup(column)) {
    if (column.name === table.primaryId) {
      payload.id = asGuid(String(value));
      return;
    }
    const checked = checkValue(table, column, value);
    // What only the server sets is ignored, not refused.
    if (!column.creatable && !column.updatable) return;
    payload.values.set(column, checked);
    if (column.type === 'state') payload.stateChanged = true;
    if (column.type === 'status') payload.statusGiven = true;
    return;
  }
  if (table.columns.some((one) => isLookup(one) && wireName(one) === property)) return;
  const navigation = navigationsOf(call.world.store, table).find((one) => one.name === property);
  if (navigation?.kind === 'one' && value === null) {
    payload.values.set(navigation.column, null);
    return;
  }
  if (navigation?.kind === 'many' && Array.isArray(value)) {
    payload.children.push({ navigation, bodies: value });
    return;
  }
  throw undeclared(table, property);
}

function undeclared(table: Table, property: string): DataverseError {
  return badPayload(
    table.set,
    `Invalid property '${property}' was found in entity 'Microsoft.Dynamics.CRM.${table.name}'.`,
  );
}

function checkValue(table: Table, column: Column, value: unknown): Value {
  if (value === null || value === undefined) return null;
  const refuse = (edm: string): DataverseError =>
    badPayload(
      table.set,
      `Cannot convert the literal '${String(value)}' of property '${column.name}' to the expected type '${edm}'.`,
    );
  switch (column.type) {
    case 'boolean':
      if (typeof value !== 'boolean') throw refuse('Edm.Boolean');
      return value;
    case 'integer':
    case 'bigint':
      if (typeof value !== 'number' || !Number.isInteger(value)) throw refuse('Edm.Int32');
      return value;
    case 'decimal':
      if (typeof value !== 'number') throw refuse('Edm.Decimal');
      return value;
    case 'picklist':
    case 'state':
    case 'status':
      if (typeof value !== 'number') throw refuse('Edm.Int32');
      if (column.choices && !(String(value) in column.choices))
        throw new DataverseError(
          UNVERIFIED.outOfRange.status,
          UNVERIFIED.outOfRange.code,
          `A validation error occurred.  The value ${value} of '${column.name}' on record of type '${table.name}' is outside the valid range. Accepted Values: ${Object.keys(column.choices).join(',')}`,
        );
      return value;
    case 'datetime':
      if (typeof value !== 'string' || Number.isNaN(Date.parse(value))) throw refuse('Edm.DateTimeOffset');
      return column.format === 'DateOnly'
        ? value.slice(0, 10)
        : new Date(value).toISOString().replace(/\.\d+Z$/, 'Z');
    case 'uniqueidentifier': {
      const id = typeof value === 'string' ? asGuid(value) : null;
      if (id === null) throw refuse('Edm.Guid');
      return id;
    }
    default:
      if (typeof value !== 'string') throw refuse('Edm.String');
      if (value.length > column.maxLength)
        throw new DataverseError(
          400,
          '0x80044331',
          `A validation error occurred.  The length of the '${column.name}' attribute of the '${table.name}' entity exceeded the maximum allowed length of '${column.maxLength}'.`,
        );
      return value;
  }
}
