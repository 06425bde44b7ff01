import { type Answer, apiUrl, type Call } from './call.ts';
import { readCookie, writeCookie } from './cookie.ts';
import { badQuery, DataverseError } from './errors.ts';
import type { Row, Table } from './model.ts';
import { contextOf, representRow } from './represent.ts';
import { rowsOf } from './rows.ts';
import { missing, need, privilegeName } from './security.ts';
import { nextLink, readShape, shapeNames } from './shape.ts';
import { UNVERIFIED } from './unverified.ts';
import type { World } from './world.ts';

const refused = ['$filter', '$orderby', '$expand', '$top'];

/** What is asked for, within what the organisation gives. */
const pageSize = (call: Call): number => {
  const most = call.world.settings().maxPageSize;
  return Math.min(call.prefer.maxPageSize ?? most, most);
};

/**
 * The first walk of a tracked table: all rows by pages, and on the last page the link that tells what changed since the
 * walk began. https://learn.microsoft.com/power-apps/developer/data-platform/use-change-tracking-synchronize-data-external-systems
 */
export function trackedPage(call: Call, table: Table): Answer {
  check(call, table);
  const { store } = call.world;
  const shape = readShape(call, table, call.query);
  const cookie = readCookie(call.query.get('$skiptoken'), 'track');
  const version = cookie?.version ?? store.version();
  const size = pageSize(call);
  const page: Row[] = [];
  let more = false;
  for (const row of rowsOf(store, table, cookie?.after)) {
    if (page.length === size) {
      more = true;
      break;
    }
    page.push(row);
  }
  const body: Record<string, unknown> = { '@odata.context': contextOf(call, table, shapeNames(shape)) };
  body.value = page.map((row) => representRow(call, table, row, shape.columns));
  if (more) {
    const next = {
      kind: 'track',
      page: (cookie?.page ?? 1) + 1,
      after: page.at(-1)?.id ?? '',
      version,
    } as const;
    body['@odata.nextLink'] = nextLink(call, writeCookie(next));
  } else body['@odata.deltaLink'] = deltaLink(call, table, version);
  return { status: 200, headers: {}, body };
}

/** What changed since a token: rows by version, then deletions, by pages; or how many there are. */
export function deltaPage(call: Call, table: Table, countOnly = false): Answer {
  check(call, table);
  const { store } = call.world;
  const token = call.query.get('$deltatoken') ?? '';
  const cookie = readCookie(call.query.get('$skiptoken'), 'delta');
  const since = cookie?.since ?? readToken(call, token);
  const until = cookie?.until ?? store.version();
  const rows = store.rows(table.name);
  const deleted = rows.deletedSince(since).filter((one) => one.version <= until);
  if (countOnly) {
    const changed = [...rows.changedSince(since)].length;
    return { status: 200, headers: { 'content-type': 'text/plain' }, body: String(changed + deleted.length) };
  }
  const shape = readShape(call, table, call.query);
  const size = pageSize(call);
  const value: object[] = [];
  let after = cookie?.after ?? since;
  let told = cookie?.deleted ?? 0;
  let more = false;
  for (const row of rows.changedSince(after)) {
    if (row.version > until) break;
    if (value.length === size) {
      more = true;
      break;
    }
    value.push(representRow(call, table, row, shape.columns));
    after = row.version;
  }
  for (const one of more ? [] : deleted.slice(told)) {
    if (value.length === size) {
      more = true;
      break;
    }
    value.push({
      '@odata.context': apiUrl(call, `$metadata#${table.set}/$deletedEntity`),
      id: one.id,
      reason: 'deleted',
    });
    told += 1;
  }
  const body: Record<string, unknown> = {
    '@odata.context': contextOf(call, table, shapeNames(shape), '/$delta'),
  };
  if (more) {
    const next = {
      kind: 'delta',
      page: (cookie?.page ?? 1) + 1,
      after,
      until,
      deleted: told,
      since,
    } as const;
    body['@odata.nextLink'] = nextLink(call, writeCookie(next));
  } else body['@odata.deltaLink'] = deltaLink(call, table, until);
  body.value = value;
  return { status: 200, headers: {}, body };
}

function check(call: Call, table: Table): void {
  const option = refused.find((name) => call.query.has(name));
  if (option !== undefined) {
    const { status, code, message } = UNVERIFIED.deltaOption;
    throw new DataverseError(status, code, message(option.slice(1)));
  }
  if (!table.changeTracking) {
    const { status, code, message } = UNVERIFIED.trackingOff;
    throw new DataverseError(status, code, message(table.name));
  }
  // It asks for the whole table, so for Read on the whole organisation.
  if (need(call.world, call.caller, 'Read', table) !== 'Global')
    throw missing(call.caller, privilegeName('Read', table), table);
}

function deltaLink(call: Call, table: Table, version: number): string {
  const at = new Date(call.world.now());
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${two(at.getUTCMonth() + 1)}/${two(at.getUTCDate())}/${at.getUTCFullYear()}`;
  const time = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
  const select = call.query.get('$select');
  const token = encodeURIComponent(`${version}!${day} ${time}`).replaceAll('!', '%21');
  return apiUrl(call, `${table.set}?${select === undefined ? '' : `$select=${select}&`}$deltatoken=${token}`);
}

function readToken(call: Call, token: string): number {
  const parts = /^(\d+)!(\d\d)\/(\d\d)\/(\d{4}) (\d\d):(\d\d):(\d\d)$/.exec(token);
  if (!parts) throw badQuery('The delta token is malformed.');
  const [, version, month, day, year, hour, minute, second] = parts.map(Number);
  const at = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
  const oldest = call.world.now() - call.world.settings().changeTrackingDays * 86_400_000;
  if (at < oldest || (version ?? 0) < call.world.store.meta().deltaNotBefore)
    throw new DataverseError(
      UNVERIFIED.deltaExpired.status,
      UNVERIFIED.deltaExpired.code,
      'Version stamp associated with the client has expired. Please perform a full sync.',
    );
  return version ?? 0;
}

/** Every delta link given until now is refused. */
export function expireDelta(world: World): void {
  const deltaNotBefore = world.store.nextVersion();
  world.store.put({ t: 'meta', v: { ...world.store.meta(), deltaNotBefore } });
}
