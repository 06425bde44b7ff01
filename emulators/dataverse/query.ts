import type { Answer, Call } from './call.ts';
import { readCookie, writeCookie } from './cookie.ts';
import { deltaPage, trackedPage } from './delta.ts';
import { badQuery } from './errors.ts';
import type { Row, Table } from './model.ts';
import { behindLookup, relatedRows } from './names.ts';
import { contextOf, representRow } from './represent.ts';
import { rowsOf } from './rows.ts';
import { need } from './security.ts';
import { nextLink, readShape, type Shape, shapeNames } from './shape.ts';
import { comparator, sieve, sift } from './sift.ts';

/** Rows of a page at most, and where counts stop. */
const MAX_PAGE = 5000;

export function shapeRow(call: Call, table: Table, row: Row, shape: Shape): Record<string, unknown> {
  const shown = representRow(call, table, row, shape.columns);
  for (const { navigation, options } of shape.expansions) {
    const { target } = navigation;
    need(call.world, call.caller, 'Read', target);
    const inner = readShape(call, target, options);
    if (navigation.kind === 'one') {
      const found = behindLookup(call, navigation, row);
      shown[navigation.name] = found ? shapeRow(call, target, found, inner) : null;
    } else {
      const found = sift(call, target, relatedRows(call, navigation, row.id), options);
      const top = Number(options.get('$top') ?? MAX_PAGE);
      shown[navigation.name] = found.slice(0, top).map((one) => shapeRow(call, target, one, inner));
    }
  }
  return shown;
}

/**
 * `GET set?…`, also of a collection-valued navigation property, whose rows are given then.
 * https://learn.microsoft.com/power-apps/developer/data-platform/webapi/query/overview
 */
export function listRows(call: Call, table: Table, given?: readonly Row[]): Answer {
  const { query, prefer, world } = call;
  if (query.has('$skip')) throw badQuery('Skip Clause is not supported in CRM');
  if (query.has('fetchXml')) throw badQuery('The emulator does not run FetchXML.');
  if (query.has('$apply')) throw badQuery('The emulator does not aggregate.');
  if (query.has('$deltatoken')) return deltaPage(call, table);
  if (prefer.trackChanges) return trackedPage(call, table);
  const shape = readShape(call, table, query);
  const keep = sieve(call, table, query);
  const compare = comparator(call, table, query.get('$orderby'));
  const cookie = readCookie(query.get('$skiptoken'), 'page');
  const top = query.has('$top') ? positive(query.get('$top')) : null;
  const most = world.settings().maxPageSize;
  const size = Math.min(most, prefer.maxPageSize ?? top ?? most);

  const page: Row[] = [];
  let more = false;
  if (compare || given) {
    const all = [...(given ?? rowsOf(world.store, table))].filter(keep);
    if (compare) all.sort(compare);
    const start = cookie ? Number(cookie.after) : 0;
    page.push(...all.slice(start, start + size));
    more = all.length > start + size;
  } else
    for (const row of rowsOf(world.store, table, cookie?.after)) {
      if (!keep(row)) continue;
      if (page.length === size) {
        more = true;
        break;
      }
      page.push(row);
    }

  const body: Record<string, unknown> = { '@odata.context': contextOf(call, table, shapeNames(shape)) };
  if (query.get('$count') === 'true') {
    const count = countUpTo(given ?? rowsOf(world.store, table), keep);
    body['@odata.count'] = Math.min(count, MAX_PAGE);
    if (prefer.annotates('Microsoft.Dynamics.CRM.totalrecordcount'))
      body['@Microsoft.Dynamics.CRM.totalrecordcount'] = Math.min(count, MAX_PAGE);
    if (prefer.annotates('Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded'))
      body['@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded'] = count > MAX_PAGE;
  } else if (prefer.annotates('Microsoft.Dynamics.CRM.totalrecordcount')) {
    body['@Microsoft.Dynamics.CRM.totalrecordcount'] = -1;
    body['@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded'] = false;
  }
  if (prefer.annotates('Microsoft.Dynamics.CRM.globalmetadataversion'))
    body['@Microsoft.Dynamics.CRM.globalmetadataversion'] = String(world.store.meta().metadataVersion);
  body.value = page.map((row) => shapeRow(call, table, row, shape));
  // `$top` ends the list; without the page size it is the only page.
  const goesOn = more && (prefer.maxPageSize !== null || top === null || top > most);
  if (goesOn) {
    const after =
      compare || given ? String((cookie ? Number(cookie.after) : 0) + size) : (page.at(-1)?.id ?? '');
    const number = (cookie?.page ?? 1) + 1;
    body['@odata.nextLink'] = nextLink(call, writeCookie({ kind: 'page', page: number, after }));
  }
  return { status: 200, headers: {}, body };
}

/** `GET set/$count`: a plain number. */
export function countRows(call: Call, table: Table, given?: readonly Row[]): Answer {
  if (call.query.has('$deltatoken')) return deltaPage(call, table, true);
  const count = countUpTo(given ?? rowsOf(call.world.store, table), sieve(call, table, call.query));
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: String(Math.min(count, MAX_PAGE)) };
}

function positive(text: string | undefined): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0)
    throw badQuery(
      `Invalid value '${text}' for $top query option found. A non-negative integer is expected.`,
    );
  return value;
}

/** One past the limit says that there are more. */
function countUpTo(rows: Iterable<Row>, keep: (row: Row) => boolean): number {
  let count = 0;
  for (const row of rows) {
    if (!keep(row)) continue;
    count += 1;
    if (count > MAX_PAGE) break;
  }
  return count;
}
