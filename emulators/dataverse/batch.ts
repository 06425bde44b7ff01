import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { dispatch, perform, refusal } from './api.ts';
import { type Answer, API_PATH, type Call, readPreferences, readQuery } from './call.ts';
import { badPayload, badQuery, DataverseError } from './errors.ts';
import { BadBatch, type Part, type PartRequest, readBatch, writeParts } from './multipart.ts';
import { withContentId } from './reference.ts';
import { UNVERIFIED } from './unverified.ts';

const MAX_REQUESTS = 1000;

/** `POST $batch`. https://learn.microsoft.com/power-apps/developer/data-platform/webapi/execute-batch-operations-using-web-api */
export function runBatch(call: Call, text: string): Answer {
  const parts = partsOf(call, text);
  const answers: string[] = [];
  let outer = 200;
  for (const part of parts) {
    const { status, text: answer } =
      part.kind === 'request' ? runRequest(call, part.request) : runChangeSet(call, part.requests);
    answers.push(answer);
    if (status < 400 || call.prefer.continueOnError) continue;
    outer = status;
    break;
  }
  const boundary = `batchresponse_${randomUUID()}`;
  return {
    status: outer,
    headers: { 'content-type': `multipart/mixed; boundary=${boundary}` },
    body: writeParts(boundary, answers),
  };
}

function partsOf(call: Call, text: string): Part[] {
  const tooMuch = (message: string): DataverseError =>
    new DataverseError(UNVERIFIED.batchTooLarge.status, UNVERIFIED.batchTooLarge.code, message);
  let parts: Part[];
  try {
    parts = readBatch(call.headers['content-type'], text);
  } catch (error) {
    throw error instanceof BadBatch ? tooMuch(error.message) : error;
  }
  if (parts.length === 0) throw tooMuch('The message must contain at least one operation.');
  const requests = countRequests(parts);
  if (requests > MAX_REQUESTS)
    throw tooMuch(
      `The number of operations (${requests}) in the batch exceeds the limit of ${MAX_REQUESTS}.`,
    );
  return parts;
}

export function countRequests(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + (part.kind === 'request' ? 1 : part.requests.length), 0);
}

function runRequest(batch: Call, request: PartRequest): { status: number; text: string } {
  const answer = attempt(batch, request, (call) => perform(call));
  noteContentId(batch, request, answer);
  return { status: answer.status, text: partText(answer, null) };
}

/** One transaction: all of it or nothing. */
function runChangeSet(batch: Call, requests: readonly PartRequest[]): { status: number; text: string } {
  const known = new Map(batch.contentIds);
  const afterCommit: (() => void)[] = [];
  try {
    const texts = batch.world.store.atomically(() =>
      requests.map((request) => {
        const answer = attempt(batch, request, (call) => {
          if (call.method === 'GET') throw badQuery('A GET is not allowed in a change set.');
          const done = dispatch(call);
          afterCommit.push(...call.afterCommit);
          return done;
        });
        if (answer.status >= 400) throw new RolledBack(answer, request.contentId);
        noteContentId(batch, request, answer);
        return partText(answer, request.contentId);
      }),
    );
    for (const task of afterCommit) task();
    return { status: 200, text: nested(texts) };
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error;
    batch.contentIds.clear();
    for (const [id, url] of known) batch.contentIds.set(id, url);
    const text = partText(error.answer, error.contentId);
    return { status: error.answer.status, text: UNVERIFIED.failedChangeSetIsOnePart ? text : nested([text]) };
  }
}

/** A member of a change set was refused. */
class RolledBack extends Error {
  readonly answer: Answer;
  readonly contentId: string | null;

  constructor(answer: Answer, contentId: string | null) {
    super('rolled back');
    this.answer = answer;
    this.contentId = contentId;
  }
}

function nested(parts: readonly string[]): string {
  const boundary = `changesetresponse_${randomUUID()}`;
  return `Content-Type: multipart/mixed; boundary=${boundary}\r\n\r\n${writeParts(boundary, parts)}`;
}

function attempt(batch: Call, request: PartRequest, work: (call: Call) => Answer): Answer {
  try {
    const call = memberCall(batch, request);
    const fault = batch.world.faults.take({ scope: 'part', method: call.method, url: request.url });
    if (fault) throw batch.world.faults.errorOf(fault);
    return work(call);
  } catch (error) {
    const answer = refusal(error, batch);
    return { ...answer, headers: { ...answer.headers, req_id: randomUUID() } };
  }
}

/** URLs in a batch are absolute, rooted, relative to the service, or begin with `$1`. */
function memberCall(batch: Call, request: PartRequest): Call {
  const resolved = withContentId(batch, request.url);
  const path = resolved
    .replace(/^https?:\/\/[^/]+/, '')
    .replace(/^\/?api\/data\/v\d+\.\d+\//, '')
    .replace(/^\//, '');
  const [below = '', rawQuery = ''] = path.split(/\?(.*)/s);
  if (below === '$batch') throw badQuery('A batch in a batch is not allowed.');
  const headers = { ...request.headers };
  if (headers['if-none-match'] === 'null') delete headers['if-none-match'];
  let body: unknown;
  if (request.body !== '')
    try {
      body = JSON.parse(request.body);
    } catch {
      throw badPayload(below, 'The body is not JSON.');
    }
  return {
    ...batch,
    method: request.method,
    path: below,
    rawQuery,
    query: readQuery(rawQuery),
    headers,
    prefer: readPreferences(headers.prefer),
    body,
    afterCommit: [],
  };
}

function noteContentId(batch: Call, request: PartRequest, answer: Answer): void {
  if (request.contentId === null || answer.status >= 400) return;
  const made = answer.headers['odata-entityid'] ?? idInBody(batch, request, answer);
  batch.contentIds.set(request.contentId, made);
}

/** With representation there is no OData-EntityId; the request's own address serves where it names a record. */
function idInBody(batch: Call, request: PartRequest, answer: Answer): string {
  const base = withContentId(batch, request.url).replace(/\?.*$/s, '');
  if (request.method !== 'POST' || typeof answer.body !== 'object') return base;
  const set = base.split('/').at(-1) ?? '';
  const table = [...batch.world.store.tables.values()].find((one) => one.set === set);
  const id = table ? Reflect.get(answer.body, table.primaryId) : undefined;
  return `${batch.origin}${API_PATH}${set}(${String(id)})`;
}

function partText(answer: Answer, contentId: string | null): string {
  const head = [
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    ...(contentId === null ? [] : [`Content-ID: ${contentId}`]),
  ];
  const lines = [`HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}`];
  const isText = typeof answer.body === 'string';
  const body = answer.body === undefined ? '' : isText ? answer.body : JSON.stringify(answer.body);
  if (body !== '' && !answer.headers['content-type'])
    lines.push('Content-Type: application/json; odata.metadata=minimal');
  for (const [name, value] of Object.entries(answer.headers))
    lines.push(`${headerNames[name] ?? name}: ${value}`);
  lines.push('OData-Version: 4.0');
  return `${head.join('\r\n')}\r\n\r\n${lines.join('\r\n')}\r\n\r\n${String(body)}`;
}

const headerNames: Record<string, string> = {
  'odata-entityid': 'OData-EntityId',
  location: 'Location',
  etag: 'ETag',
  req_id: 'REQ_ID',
  'content-type': 'Content-Type',
  'preference-applied': 'Preference-Applied',
  'retry-after': 'Retry-After',
};
