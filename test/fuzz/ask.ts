import { Agent, request } from 'node:http';

/** One request as it goes over the wire: nothing in between mends it. */
export interface Wire {
  method: string;
  /** Path and query, as they are sent. */
  target: string;
  headers: Record<string, string>;
  body?: string | Buffer | undefined;
}

export interface Answered {
  status: number;
  type: string;
  text: string;
  ms: number;
}

/** Node takes 16 KB of headers; what it says of more has a test of its own (client-errors.test.ts). */
export const LONGEST_TARGET = 12_000;

/** An answer that takes longer is a hang. */
export const LONGEST_MS = 5_000;

const agent = new Agent({ keepAlive: true, maxSockets: 4 });

/** Streams of events are left once they have begun. Rejects where there is no answer in `LONGEST_MS`. */
export function ask(url: string, { method, target, headers, body }: Wire): Promise<Answered> {
  const { hostname, port } = new URL(url);
  const began = performance.now();
  return new Promise((resolve, reject) => {
    // Node frames no body of a DELETE by itself.
    const framed =
      body === undefined ? headers : { ...headers, 'content-length': String(Buffer.byteLength(body)) };
    const sent = request({ agent, host: hostname, port, method, path: target, headers: framed }, (answer) => {
      const parts: Buffer[] = [];
      const type = answer.headers['content-type'] ?? '';
      const done = (): void => {
        clearTimeout(limit);
        resolve({
          status: answer.statusCode ?? 0,
          type,
          text: Buffer.concat(parts).toString(),
          ms: performance.now() - began,
        });
      };
      if (type === 'text/event-stream') {
        done();
        sent.destroy();
        return;
      }
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', done);
      answer.on('error', reject);
    });
    const limit = setTimeout(() => sent.destroy(new Error(`no answer in ${LONGEST_MS} ms`)), LONGEST_MS);
    sent.on('error', (error) => {
      clearTimeout(limit);
      reject(error);
    });
    sent.end(body);
  });
}
