import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type ProblemInput, problemText } from './problem.ts';

/**
 * Answers what Node could not read as HTTP, so that no request was ever made of it: a problem like any other, and the
 * connection is closed. https://nodejs.org/api/http.html#event-clienterror
 */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const problem = problemOfClient(error.code);
  const body = problemText(problem);
  if (!socket.writable) {
    socket.destroy(error);
    return;
  }
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
      'content-type: application/problem+json; charset=utf-8',
      'cache-control: no-store',
      'connection: close',
      `content-length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
    () => socket.destroy(),
  );
}

function problemOfClient(code: string | undefined): ProblemInput {
  if (code === 'HPE_HEADER_OVERFLOW')
    return { status: 431, code: 'too-large', detail: 'The request is larger than this call takes.' };
  const status = code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  return { status, code: 'invalid-request', detail: 'The request cannot be read.' };
}
