import { randomUUID } from 'node:crypto';
import { CrmFailure } from '../../ports.ts';
import type { Client } from './client.ts';

/** Writes and reads `multipart/mixed` of `$batch`: https://learn.microsoft.com/power-apps/developer/data-platform/webapi/execute-batch-operations-using-web-api */

export interface BatchRequest {
  method: string;
  /** Rooted. */
  path: string;
  headers: Record<string, string>;
  body: string;
}

export interface BatchAnswer {
  status: number;
  headers: Headers;
  text: string;
}

/**
 * Asks all of them in one request, each for itself: one that fails stops no other. As the organisation counts, each is a
 * request. The answers in their order; fewer where the answer ends early.
 */
export async function sendBatch(client: Client, requests: readonly BatchRequest[]): Promise<BatchAnswer[]> {
  const { contentType, body } = writeBatch(requests);
  const answer = await client.send('$batch', {
    method: 'POST',
    headers: { 'content-type': contentType, prefer: 'odata.continue-on-error' },
    body,
    weight: requests.length,
    once: true,
  });
  return readBatch(answer.headers.get('content-type'), answer.text);
}

function writeBatch(requests: readonly BatchRequest[]): { contentType: string; body: string } {
  const boundary = `batch_${randomUUID()}`;
  const parts = requests.map(
    ({ method, path, headers, body }) =>
      `--${boundary}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n${method} ${path} HTTP/1.1\r\n${Object.entries(
        headers,
      )
        .map(([name, value]) => `${name}: ${value}\r\n`)
        .join('')}\r\n${body}\r\n`,
  );
  return {
    contentType: `multipart/mixed; boundary="${boundary}"`,
    body: `${parts.join('')}--${boundary}--\r\n`,
  };
}

/** The answers in the order of the requests; fewer where it ends early. */
function readBatch(contentType: string | null, text: string): BatchAnswer[] {
  const found = /^multipart\/mixed\b.*\bboundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType ?? '');
  const boundary = found?.[1] ?? found?.[2];
  if (boundary === undefined)
    throw new CrmFailure('unreadable', 'The organisation answered a batch with something else.');
  const answers: BatchAnswer[] = [];
  const pieces = `\n${text}`.split(`\n--${boundary}`).slice(1);
  for (const [position, piece] of pieces.entries()) {
    if (piece.startsWith('--')) break;
    // Without a boundary behind it, the last part may have been cut.
    if (position === pieces.length - 1) break;
    const [, inner = ''] = splitHead(piece.replace(/^[ \t]*\r?\n/, ''));
    const line = /^HTTP\/\d\.\d (\d{3})[^\r\n]*\r?\n/.exec(inner);
    if (line === null) break;
    const [head, body] = splitHead(inner.slice(line[0].length));
    answers.push({ status: Number(line[1]), headers: head, text: body.replace(/\r?\n?$/, '') });
  }
  return answers;
}

function splitHead(text: string): [Headers, string] {
  const end = /^\r?\n|\r?\n\r?\n/.exec(text);
  const head = end === null ? text : text.slice(0, end.index);
  const headers = new Headers();
  for (const line of head.split(/\r?\n/)) {
    const [, name, value] = /^([\w-]+):[ \t]*(.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) headers.append(name, value);
  }
  return [headers, end === null ? '' : text.slice(end.index + end[0].length)];
}
