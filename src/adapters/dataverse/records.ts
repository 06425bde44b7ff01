import { z } from 'zod';
import {
  CrmFailure,
  type RemoteCrm,
  type RemotePage,
  type RemoteRow,
  type RemoteWrite,
  type RemoteWriteOutcome,
} from '../../ports.ts';
import { type BatchAnswer, sendBatch } from './batch.ts';
import { type Client, jsonOf, looseObject } from './client.ts';
import { failureOfStatus } from './failures.ts';

/** Records: pages and changes, one record, and writes that only ever change what is there. */

type TableAddress = Parameters<RemoteCrm['page']>[0];

const FORMATTED = 'OData.Community.Display.V1.FormattedValue';
const MODIFIED_BY = '_modifiedby_value';
const ETAG = '@odata.etag';
/** The most that the Web API gives: a million records are 200 requests. */
const PAGE_SIZE = 5_000;
const ANNOTATED = `odata.include-annotations="${FORMATTED}"`;

const Page = z.looseObject({
  value: z.array(looseObject),
  '@odata.nextLink': z.string().optional(),
  '@odata.deltaLink': z.string().optional(),
});
const Deleted = z.looseObject({ id: z.string(), reason: z.literal('deleted') });
const Guid = z.guid();

/** A lookup is read as the id of the record that it names. */
const propertyOf = (table: TableAddress, column: string): string =>
  table.lookups.some((lookup) => lookup.name === column) ? `_${column}_value` : column;

const selectOf = (table: TableAddress, columns: readonly string[]): string =>
  [
    ...new Set([
      table.idColumn,
      ...columns.map((column) => propertyOf(table, column)),
      'createdon',
      MODIFIED_BY,
      ...(table.canBeMerged ? ['merged'] : []),
    ]),
  ]
    .map(encodeURIComponent)
    .join(',');

export async function readPage(
  client: Client,
  table: TableAddress,
  columns: readonly string[],
  link: string | null,
  us = '',
): Promise<RemotePage> {
  refuseMoved(client, link);
  const track = link === null || !link.includes('deltatoken') ? 'odata.track-changes,' : '';
  const page = await client
    .json(Page, link ?? `${table.entitySet}?$select=${selectOf(table, columns)}`, {
      headers: { prefer: `${track}odata.maxpagesize=${PAGE_SIZE},${ANNOTATED}` },
    })
    .catch((error: unknown) => {
      // Whatever it says against a link of its own: only asking from the beginning helps.
      if (link !== null && error instanceof CrmFailure && OUTLIVED.has(error.kind))
        throw new CrmFailure('link-expired', error.message);
      throw error;
    });
  const next = page['@odata.nextLink'];
  const delta = page['@odata.deltaLink'];
  const goesOn = next ?? delta;
  if (goesOn === undefined)
    throw new CrmFailure('unreadable', 'The organisation’s list ends without saying where it goes on.');
  refuseForeign(client, goesOn);
  const rows: RemoteRow[] = [];
  const deleted: string[] = [];
  for (const one of page.value) {
    const gone = one.reason === undefined ? null : Deleted.safeParse(one);
    if (gone?.success) deleted.push(gone.data.id.toLowerCase());
    else rows.push(rowOf(table, columns, one, us));
  }
  return { rows, deleted, link: goesOn, complete: next === undefined };
}

/** A compare takes more at a time, and nobody waits for it: when it takes long it has to make way. */
const LIST_SIZE = 1_000;
const LIST_TIMEOUT_MS = 30_000;

/** All records in the order of their ids, without change tracking: links that others follow stay as they are. */
export async function listPage(
  client: Client,
  table: TableAddress,
  columns: readonly string[],
  link: string | null,
  us = '',
): ReturnType<RemoteCrm['list']> {
  refuseMoved(client, link);
  const first = `${table.entitySet}?$select=${selectOf(table, columns)}&$orderby=${encodeURIComponent(table.idColumn)}`;
  const page = await client
    .json(Page, link ?? first, {
      headers: { prefer: `odata.maxpagesize=${LIST_SIZE},${ANNOTATED}` },
      timeoutMs: LIST_TIMEOUT_MS,
    })
    .catch((error: unknown) => {
      if (link !== null && error instanceof CrmFailure && OUTLIVED.has(error.kind))
        throw new CrmFailure('link-expired', error.message);
      throw error;
    });
  const next = page['@odata.nextLink'] ?? null;
  if (next !== null) refuseForeign(client, next);
  return { rows: page.value.map((one) => rowOf(table, columns, one, us)), link: next };
}

/** A link that was kept from before the organisation's address was another one: its place is lost, and nothing else. */
function refuseMoved(client: Client, link: string | null): void {
  if (link !== null && !client.leadsToUs(link))
    throw new CrmFailure('link-expired', 'The link is of an address that the organisation had before.');
}

/** Said when it comes: kept, it would pass for one of before, and the table would be read from its beginning for ever. */
function refuseForeign(client: Client, link: string): void {
  if (!client.leadsToUs(link))
    throw new CrmFailure('unreadable', 'The organisation gave a link to another address.');
}

const OUTLIVED: ReadonlySet<string> = new Set(['refused', 'not-found', 'conflict']);

export async function readOne(
  client: Client,
  table: TableAddress,
  recordId: string,
  columns: readonly string[],
  timeoutMs?: number,
  us = '',
): Promise<RemoteRow | null> {
  try {
    const found = await client.json(
      looseObject,
      `${table.entitySet}(${Guid.parse(recordId)})?$select=${selectOf(table, columns)}`,
      {
        headers: { prefer: ANNOTATED },
        ...(timeoutMs === undefined ? {} : { timeoutMs, once: true }),
      },
    );
    return rowOf(table, columns, found, us);
  } catch (error) {
    if (error instanceof CrmFailure && error.kind === 'not-found') return null;
    throw error;
  }
}

function rowOf(
  table: TableAddress,
  columns: readonly string[],
  found: Record<string, unknown>,
  us: string,
): RemoteRow {
  const id = Guid.safeParse(found[table.idColumn]);
  if (!id.success) throw new CrmFailure('unreadable', 'The organisation gave a record without its id.');
  const created = Date.parse(String(found.createdon ?? ''));
  const actor = found[`${MODIFIED_BY}@${FORMATTED}`];
  return {
    id: id.data.toLowerCase(),
    values: Object.fromEntries(columns.map((name) => [name, cellOf(found[propertyOf(table, name)])])),
    createdAt: Number.isNaN(created) ? null : created,
    actor: typeof actor === 'string' ? actor : null,
    byUs: String(found[MODIFIED_BY] ?? '').toLowerCase() === us,
    etag: etagOf(found),
    merged: found.merged === true,
  };
}

const etagOf = (found: Record<string, unknown>): string | null => {
  const etag = found[ETAG];
  return typeof etag === 'string' && etag !== '' ? etag : null;
};

function cellOf(value: unknown): string | number | boolean | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

/** Comes back in webhooks, and tells an administrator who looks where a change is from. */
const TAG = 'assent-consent';

function requestOf({ table, recordId, column, value, ifMatch }: RemoteWrite) {
  return {
    method: 'PATCH' as const,
    path: `${table.entitySet}(${Guid.parse(recordId)})?$select=${encodeURIComponent(column)}&tag=${TAG}`,
    headers: {
      // Without it a PATCH of a deleted record makes it again. With the record's own it does nothing to one that
      // somebody changed meanwhile, however late it arrives.
      'if-match': ifMatch ?? '*',
      prefer: 'return=representation',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ [column]: value }),
  };
}

/** A table of which versions cannot be asked for. */
const CONCURRENCY_OFF = '0x8006088d';

/** One by itself, several in a batch where each stands alone. */
export async function writeRecords(
  client: Client,
  writes: readonly RemoteWrite[],
): Promise<RemoteWriteOutcome[]> {
  const outcomes = await writeOnce(client, writes);
  const unversioned = writes.flatMap((write, position) => {
    const outcome = outcomes[position];
    return outcome?.kind === 'refused' && outcome.failure.code === CONCURRENCY_OFF && write.ifMatch != null
      ? [{ position, write: { ...write, ifMatch: null } }]
      : [];
  });
  if (unversioned.length === 0) return outcomes;
  const again = await writeOnce(
    client,
    unversioned.map(({ write }) => write),
  );
  for (const [n, { position }] of unversioned.entries()) {
    const outcome = again[n];
    if (outcome !== undefined) outcomes[position] = outcome;
  }
  return outcomes;
}

async function writeOnce(client: Client, writes: readonly RemoteWrite[]): Promise<RemoteWriteOutcome[]> {
  const [only] = writes;
  if (only === undefined) return [];
  if (writes.length === 1) {
    try {
      const { path, ...rest } = requestOf(only);
      return [await settle(client, only, await client.send(path, { ...rest, once: true }))];
    } catch (error) {
      return [outcomeOf(error, only)];
    }
  }
  const requests = writes.map((write) => {
    const { path, ...rest } = requestOf(write);
    return { ...rest, path: `/api/data/v9.2/${path}` };
  });
  let answers: BatchAnswer[];
  try {
    answers = await sendBatch(client, requests);
  } catch (error) {
    return writes.map((write) => outcomeOf(error, write));
  }
  const outcomes: RemoteWriteOutcome[] = [];
  for (const [position, write] of writes.entries()) {
    const answer = answers[position];
    if (answer === undefined)
      outcomes.push({
        kind: 'unknown',
        failure: new CrmFailure('cut', 'The organisation’s answer to the batch ends in the middle.'),
      });
    else if (answer.status >= 200 && answer.status < 300)
      outcomes.push(await settle(client, write, answer).catch((error) => outcomeOf(error, write)));
    else {
      if (answer.status === 401) client.renewToken();
      outcomes.push(outcomeOf(failureOfStatus(answer.status, answer.headers, answer.text), write));
    }
  }
  return outcomes;
}

/** A write counts once the organisation shows the value: column security and custom logic may say otherwise. */
async function settle(
  client: Client,
  write: RemoteWrite,
  answer: { status: number; headers: Headers; text: string },
): Promise<RemoteWriteOutcome> {
  const shown =
    answer.status === 204
      ? await client.json(
          looseObject,
          `${write.table.entitySet}(${Guid.parse(write.recordId)})?$select=${encodeURIComponent(write.column)}`,
        )
      : shownIn(answer);
  if ((shown[write.column] ?? null) === write.value)
    // Read by itself it may be newer than the write, with something of somebody's in it that nobody read yet.
    return { kind: 'written', etag: answer.status === 204 ? (write.ifMatch ?? null) : etagOf(shown) };
  return {
    kind: 'refused',
    failure: new CrmFailure(
      'not-accepted',
      'The organisation took the value and shows another one: column security, a workflow or a plug-in is in the way.',
    ),
  };
}

function shownIn(answer: { headers: Headers; text: string }): Record<string, unknown> {
  const parsed = /^application\/json\b/i.test(answer.headers.get('content-type') ?? '')
    ? looseObject.safeParse(jsonOf(answer.text))
    : null;
  if (parsed?.success) return parsed.data;
  throw new CrmFailure('unreadable', 'The organisation answered a write with something that is no record.');
}

function outcomeOf(error: unknown, write: RemoteWrite): RemoteWriteOutcome {
  if (!(error instanceof CrmFailure)) throw error;
  if (error.kind === 'not-found') return { kind: 'gone' };
  if (error.kind === 'conflict' && write.ifMatch != null) return { kind: 'changed' };
  return { kind: error.passing ? 'unknown' : 'refused', failure: error };
}

export async function removeOne(
  client: Client,
  table: { entitySet: string },
  recordId: string,
): Promise<boolean> {
  try {
    await client.send(`${table.entitySet}(${Guid.parse(recordId)})`, { method: 'DELETE', timeoutMs: 20_000 });
    return true;
  } catch (error) {
    if (error instanceof CrmFailure && error.kind === 'not-found') return false;
    throw error;
  }
}

/** Makes a record under an id of ours, so that a second try makes no second one; or changes one that is there. */
export async function saveOne(
  client: Client,
  table: { entitySet: string },
  recordId: string,
  values: Record<string, string | number | boolean | null>,
  create: boolean,
  ifMatch: string | null = null,
): Promise<string | null> {
  try {
    const { status } = await client.send(`${table.entitySet}(${Guid.parse(recordId)})`, {
      method: 'PATCH',
      headers: create ? { 'if-none-match': '*' } : { 'if-match': ifMatch ?? '*' },
      body: JSON.stringify(withNameParts(values)),
      timeoutMs: 20_000,
    });
    // A page of a proxy has another success.
    if (status !== 204)
      throw new CrmFailure('unreadable', `The organisation answered ${status} where it should say nothing.`);
    return recordId;
  } catch (error) {
    if (!(error instanceof CrmFailure)) throw error;
    // The try before it arrived after all: ids are ours, so it can be no other record. A rule for duplicates and an alternate key
    // are answered alike, with codes that differ by version: only the record itself tells.
    if (create && error.kind === 'conflict' && (await isThere(client, table, recordId))) return recordId;
    if (!create && error.kind === 'not-found') return null;
    if (!create && ifMatch !== null && error.code === CONCURRENCY_OFF)
      return saveOne(client, table, recordId, values, create);
    throw error;
  }
}

async function isThere(client: Client, table: { entitySet: string }, recordId: string): Promise<boolean> {
  try {
    await client.json(looseObject, `${table.entitySet}(${recordId})`);
    return true;
  } catch (error) {
    if (error instanceof CrmFailure && error.kind === 'not-found') return false;
    throw error;
  }
}

/** A full name is made of its parts there and cannot be set. */
function withNameParts(values: RemoteRow['values']): RemoteRow['values'] {
  const { fullname, ...rest } = values;
  if (typeof fullname !== 'string' || 'lastname' in values || 'firstname' in values) return rest;
  const [, firstname = '', lastname = ''] = /^(?:(.*)\s+)?(\S+)$/s.exec(fullname.trim()) ?? [];
  return { ...rest, firstname, lastname };
}
