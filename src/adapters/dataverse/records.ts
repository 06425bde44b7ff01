import { z } from 'zod';
import {
  CrmFailure,
  type RemoteCrm,
  type RemotePage,
  type RemoteRow,
  type RemoteWrite,
  type RemoteWriteOutcome,
} from '../../ports.ts';
import { readBatch, writeBatch } from './batch.ts';
import { type Client, jsonOf, looseObject } from './client.ts';
import { failureOfStatus } from './failures.ts';

/** Records: pages and changes, one record, and writes that only ever change what is there. */

type TableAddress = Parameters<RemoteCrm['page']>[0];

const FORMATTED = 'OData.Community.Display.V1.FormattedValue';
const MODIFIED_BY = '_modifiedby_value';
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

const selectOf = (table: TableAddress, columns: readonly string[]): string =>
  [
    ...new Set([
      table.idColumn,
      ...columns,
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
): Promise<RemotePage> {
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
  const rows: RemoteRow[] = [];
  const deleted: string[] = [];
  for (const one of page.value) {
    const gone = one.reason === undefined ? null : Deleted.safeParse(one);
    if (gone?.success) deleted.push(gone.data.id.toLowerCase());
    else rows.push(rowOf(table, columns, one));
  }
  return { rows, deleted, link: goesOn, complete: next === undefined };
}

const OUTLIVED: ReadonlySet<string> = new Set(['refused', 'not-found', 'conflict']);

export async function readOne(
  client: Client,
  table: TableAddress,
  recordId: string,
  columns: readonly string[],
  timeoutMs?: number,
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
    return rowOf(table, columns, found);
  } catch (error) {
    if (error instanceof CrmFailure && error.kind === 'not-found') return null;
    throw error;
  }
}

function rowOf(table: TableAddress, columns: readonly string[], found: Record<string, unknown>): RemoteRow {
  const id = Guid.safeParse(found[table.idColumn]);
  if (!id.success) throw new CrmFailure('unreadable', 'The organisation gave a record without its id.');
  const created = Date.parse(String(found.createdon ?? ''));
  const actor = found[`${MODIFIED_BY}@${FORMATTED}`];
  return {
    id: id.data.toLowerCase(),
    values: Object.fromEntries(columns.map((name) => [name, cellOf(found[name])])),
    createdAt: Number.isNaN(created) ? null : created,
    actor: typeof actor === 'string' ? actor : null,
    merged: found.merged === true,
  };
}

function cellOf(value: unknown): string | number | boolean | null {
  // A column that was cut in the middle of an emoji holds half of one, which no jsonb takes.
  if (typeof value === 'string') return value.replaceAll('\u0000', '').toWellFormed();
  return typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

/** Comes back in webhooks, and tells an administrator who looks where a change is from. */
const TAG = 'assent-consent';

function requestOf({ table, recordId, column, value }: RemoteWrite) {
  return {
    method: 'PATCH' as const,
    path: `${table.entitySet}(${Guid.parse(recordId)})?$select=${encodeURIComponent(column)}&tag=${TAG}`,
    headers: {
      // Without it a PATCH of a deleted record makes it again.
      'if-match': '*',
      prefer: 'return=representation',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ [column]: value }),
  };
}

/** One by itself, several in a batch where each stands alone. */
export async function writeRecords(
  client: Client,
  writes: readonly RemoteWrite[],
): Promise<RemoteWriteOutcome[]> {
  const [only] = writes;
  if (only === undefined) return [];
  if (writes.length === 1) {
    try {
      const { path, ...rest } = requestOf(only);
      return [await settle(client, only, await client.send(path, { ...rest, once: true }))];
    } catch (error) {
      return [outcomeOf(error)];
    }
  }
  const { contentType, body } = writeBatch(
    writes.map((write) => {
      const { path, ...rest } = requestOf(write);
      return { ...rest, path: `/api/data/v9.2/${path}` };
    }),
  );
  let answers: ReturnType<typeof readBatch>;
  try {
    const answer = await client.send('$batch', {
      method: 'POST',
      headers: { 'content-type': contentType, prefer: 'odata.continue-on-error' },
      body,
      weight: writes.length,
      once: true,
    });
    answers = readBatch(answer.headers.get('content-type'), answer.text);
  } catch (error) {
    return writes.map(() => outcomeOf(error));
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
      outcomes.push(await settle(client, write, answer).catch(outcomeOf));
    else {
      if (answer.status === 401) client.renewToken();
      outcomes.push(outcomeOf(failureOfStatus(answer.status, answer.headers, answer.text)));
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
  if ((shown[write.column] ?? null) === write.value) return { kind: 'written' };
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

function outcomeOf(error: unknown): RemoteWriteOutcome {
  if (!(error instanceof CrmFailure)) throw error;
  if (error.kind === 'not-found') return { kind: 'gone' };
  return { kind: error.passing ? 'unknown' : 'refused', failure: error };
}

/** Makes a record under an id of ours, so that a second try makes no second one; or changes one that is there. */
export async function saveOne(
  client: Client,
  table: { entitySet: string },
  recordId: string,
  values: Record<string, string | number | boolean | null>,
  create: boolean,
): Promise<string | null> {
  try {
    const { status } = await client.send(`${table.entitySet}(${Guid.parse(recordId)})`, {
      method: 'PATCH',
      headers: create ? { 'if-none-match': '*' } : { 'if-match': '*' },
      body: JSON.stringify(withNameParts(values)),
      timeoutMs: 20_000,
    });
    // A page of a proxy has another success.
    if (status !== 204)
      throw new CrmFailure('unreadable', `The organisation answered ${status} where it should say nothing.`);
    return recordId;
  } catch (error) {
    if (!(error instanceof CrmFailure)) throw error;
    // The try before it arrived after all: ids are ours, so it can be no other record.
    if (create && error.kind === 'conflict') return recordId;
    if (!create && error.kind === 'not-found') return null;
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
