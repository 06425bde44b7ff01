import { type Answer, apiUrl, type Call } from './call.ts';
import { columnOnWire, isLookup, lookupOf, navigationNamed } from './catalogue.ts';
import {
  alreadyThere,
  badPayload,
  DataverseError,
  noMethod,
  noSuchRecord,
  noSuchSegment,
  versionMismatch,
} from './errors.ts';
import { type Key, resolveKey } from './keys.ts';
import type { Row, Table } from './model.ts';
import { behindLookup, relatedRows } from './names.ts';
import type { Segment } from './path.ts';
import { countRows, listRows, shapeRow } from './query.ts';
import { namedRecord } from './reference.ts';
import { contextOf, etagOf, readColumn } from './represent.ts';
import { readShape, shapeNames } from './shape.ts';
import { UNVERIFIED } from './unverified.ts';
import { createRow, deleteRow, refuseUnreachable, updateRow } from './write.ts';

/** `set`, `set(key)` and what lies below. */
export function recordAnswer(call: Call, table: Table, segments: readonly Segment[]): Answer {
  const [first, second, third, ...more] = segments;
  if (!first || more.length > 0) throw noSuchSegment(more[0]?.name ?? '');
  if (first.args === null) {
    if (second?.name === '$count' && call.method === 'GET') return countRows(call, table);
    if (second) throw noSuchSegment(second.name);
    if (call.method === 'GET') return listRows(call, table);
    if (call.method === 'POST') return create(call, table);
    throw noMethod(call.method);
  }
  const key = resolveKey(call, table, first.args);
  if (!second) {
    switch (call.method) {
      case 'GET':
        return read(call, table, key);
      case 'PATCH':
        return patch(call, table, key);
      case 'DELETE':
        return remove(call, table, key);
      default:
        throw noMethod(call.method);
    }
  }
  const row = present(table, key, first.args);
  const navigation = navigationNamed(call.world.store, table, second.name);
  if (navigation) return throughNavigation(call, table, row, second, third);
  return column(call, table, row, second.name, third?.name);
}

function present(table: Table, key: Key, args: string): Row {
  if (!key.row) throw noSuchRecord(table.name, key.id ?? args);
  return key.row;
}

function read(call: Call, table: Table, key: Key): Answer {
  const found = present(table, key, key.id ?? '');
  refuseUnreachable(call, table, found);
  const shape = readShape(call, table, call.query);
  const row = call.world.faults.takeStale(table.set)
    ? (call.world.store.rows(table.name).before(found.id) ?? found)
    : found;
  const known = call.headers['if-none-match'];
  const comparable =
    table.optimisticConcurrency &&
    shape.expansions.length === 0 &&
    !call.prefer.annotates('OData.Community.Display.V1.FormattedValue');
  if (known !== undefined && comparable && known === etagOf(row))
    return { status: 304, headers: { etag: etagOf(row) } };
  const body = {
    '@odata.context': contextOf(call, table, shapeNames(shape), '/$entity'),
    ...shapeRow(call, table, row, shape),
  };
  return { status: 200, headers: { etag: etagOf(row) }, body };
}

function create(call: Call, table: Table): Answer {
  return written(call, table, createRow(call, table, call.body), 201);
}

/** `PATCH` is an upsert, unless a condition says otherwise. */
function patch(call: Call, table: Table, key: Key): Answer {
  const { row } = key;
  if (!row) {
    if (call.headers['if-match'] !== undefined) throw noSuchRecord(table.name, key.id ?? 'of this key');
    const given = { ...(key.id === null ? {} : { id: key.id }), values: key.values };
    return written(call, table, createRow(call, table, call.body, given), 201);
  }
  if (call.headers['if-none-match'] === '*') throw alreadyThere();
  requireVersion(call, table, row);
  return written(call, table, updateRow(call, table, row, call.body), 200);
}

function remove(call: Call, table: Table, key: Key): Answer {
  const row = present(table, key, key.id ?? '');
  requireVersion(call, table, row);
  deleteRow(call, table, row);
  return { status: 204, headers: {} };
}

function requireVersion(call: Call, table: Table, row: Row): void {
  const wanted = call.headers['if-match'];
  if (wanted === undefined || wanted === '*') return;
  if (!table.optimisticConcurrency)
    throw new DataverseError(
      UNVERIFIED.concurrencyOff.status,
      UNVERIFIED.concurrencyOff.code,
      `Optimistic concurrency isn't enabled for entity type ${table.name}. The IfVersionMatches property can't be used.`,
    );
  if (wanted !== etagOf(row)) throw versionMismatch();
}

/** 204 with the record's address, or the record where it was asked for. */
function written(call: Call, table: Table, row: Row, status: 200 | 201): Answer {
  if (!call.prefer.representation || call.world.faults.takeIgnoredPreference(table.set)) {
    const url = apiUrl(call, `${table.set}(${row.id})`);
    return { status: 204, headers: { 'odata-entityid': url, location: url } };
  }
  const shape = readShape(call, table, new Map([...call.query].filter(([name]) => name === '$select')));
  return {
    status,
    headers: { 'preference-applied': 'return=representation', etag: etagOf(row) },
    body: {
      '@odata.context': contextOf(call, table, shapeNames(shape), '/$entity'),
      ...shapeRow(call, table, row, shape),
    },
  };
}

/** `set(key)/column`, also with `/$value`. */
function column(call: Call, table: Table, row: Row, name: string, tail: string | undefined): Answer {
  const found = columnOnWire(table, name);
  if (call.method === 'GET') {
    refuseUnreachable(call, table, row);
    const value = readColumn(call, table, found, row);
    if (value === null) return { status: 204, headers: {} };
    if (tail === '$value')
      return { status: 200, headers: { 'content-type': 'text/plain' }, body: String(value) };
    const context = apiUrl(call, `$metadata#${table.set}(${row.id})/${name}`);
    return { status: 200, headers: {}, body: { '@odata.context': context, value } };
  }
  if (isLookup(found)) throw noMethod(call.method);
  if (call.method === 'DELETE') updateRow(call, table, row, { [name]: null });
  else if (call.method === 'PUT') {
    if (typeof call.body !== 'object' || call.body === null || !('value' in call.body))
      throw badPayload(table.set, "A property 'value' was expected.");
    updateRow(call, table, row, { [name]: call.body.value });
  } else throw noMethod(call.method);
  return { status: 204, headers: {} };
}

/** `set(key)/nav`, `…/nav/$ref`, `…/nav/$count`, `…/nav(key)/$ref`. */
function throughNavigation(
  call: Call,
  table: Table,
  row: Row,
  step: Segment,
  tail: Segment | undefined,
): Answer {
  const navigation = navigationNamed(call.world.store, table, step.name);
  if (!navigation) throw noSuchSegment(step.name);
  const { target } = navigation;
  if (tail?.name === '$ref') {
    if (call.method === 'GET') return references(call, table, row, step.name);
    return associate(call, table, row, step);
  }
  if (call.method !== 'GET') throw noMethod(call.method);
  refuseUnreachable(call, table, row);
  if (navigation.kind === 'one') {
    const found = behindLookup(call, navigation, row);
    if (!found) return { status: 204, headers: {} };
    if (tail) return column(call, target, found, tail.name, undefined);
    return read(call, target, { id: found.id, values: new Map(), row: found });
  }
  const related = relatedRows(call, navigation, row.id);
  return tail?.name === '$count' ? countRows(call, target, related) : listRows(call, target, related);
}

function references(call: Call, table: Table, row: Row, name: string): Answer {
  const navigation = navigationNamed(call.world.store, table, name);
  if (!navigation) throw noSuchSegment(name);
  const url = (one: Row): object => ({ '@odata.id': apiUrl(call, `${navigation.target.set}(${one.id})`) });
  if (navigation.kind === 'one') {
    const found = behindLookup(call, navigation, row);
    return found ? { status: 200, headers: {}, body: url(found) } : { status: 204, headers: {} };
  }
  const value = relatedRows(call, navigation, row.id).map(url);
  return {
    status: 200,
    headers: {},
    body: { '@odata.context': apiUrl(call, '$metadata#Collection($ref)'), value },
  };
}

/** https://learn.microsoft.com/power-apps/developer/data-platform/webapi/associate-disassociate-entities-using-web-api */
function associate(call: Call, table: Table, row: Row, step: Segment): Answer {
  const navigation = navigationNamed(call.world.store, table, step.name);
  if (!navigation) throw noSuchSegment(step.name);
  const removing = call.method === 'DELETE';
  const reference = (): { table: Table; id: string } => {
    const given = removing
      ? (call.query.get('$id') ?? (step.args === null ? '' : `${navigation.target.set}(${step.args})`))
      : typeof call.body === 'object' && call.body !== null && '@odata.id' in call.body
        ? String(call.body['@odata.id'])
        : '';
    return namedRecord(call, given);
  };
  if (navigation.kind === 'one') {
    if (call.method !== 'PUT' && !removing) throw noMethod(call.method);
    const set = removing ? null : reference();
    const url = set && apiUrl(call, `${set.table.set}(${set.id})`);
    updateRow(call, table, row, { [`${navigation.name}@odata.bind`]: url });
    return { status: 204, headers: {} };
  }
  if (call.method !== 'POST' && call.method !== 'PUT' && !removing) throw noMethod(call.method);
  const other = reference();
  if (other.table.name !== navigation.target.name)
    throw badPayload(table.set, `The record is no ${navigation.target.name}.`);
  if (navigation.kind === 'linked') {
    const link = navigation.side === 'one' ? { one: row.id, two: other.id } : { one: other.id, two: row.id };
    const { store } = call.world;
    if (!removing) store.put({ t: 'link', relation: navigation.relation.name, ...link });
    else store.put({ t: 'link-gone', relation: navigation.relation.name, ...link });
    return { status: 204, headers: {} };
  }
  const child = call.world.store.rows(other.table.name).get(other.id);
  if (!child) throw noSuchRecord(other.table.name, other.id);
  const back = navigation.column.targets.find((one) => one.table === table.name)?.navigation ?? '';
  if (removing && lookupOf(child.values[navigation.column.name])?.id !== row.id)
    throw noSuchRecord(other.table.name, other.id);
  const bound = removing ? null : apiUrl(call, `${table.set}(${row.id})`);
  updateRow(call, other.table, child, { [`${back}@odata.bind`]: bound });
  return { status: 204, headers: {} };
}
