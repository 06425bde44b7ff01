import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { portOf } from '../../emulators/dataverse/test-bench.ts';

/**
 * The network between Assent and the organisation: real HTTP, passed on as it is, where a test may act before a request
 * arrives and before its answer comes back, cut either way, or have a request arrive long after its sender gave up.
 */
export type Fate = 'pass' | 'cut-before' | 'cut-after' | 'late';

export interface Passing {
  method: string;
  path: string;
  body: string;
}

export interface Road {
  url: string;
  /** Requests that are still on their way although nobody waits for them. */
  late(): number;
  /** The oldest of them arrives. */
  arrive(): Promise<void>;
  close(): Promise<void>;
}

export interface RoadHooks {
  before(passing: Passing): Promise<Fate>;
  /** The work is done; `status` null where it was cut or refused on the way. */
  after(passing: Passing, status: number, answered: boolean): Promise<void>;
}

export async function openRoad(target: string, hooks: RoadHooks): Promise<Road> {
  const waiting: (() => Promise<void>)[] = [];
  const server = createServer((incoming, outgoing) => {
    void pass(incoming, outgoing).catch(() => outgoing.destroy());
  });
  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await bodyOf(incoming);
    const passing = { method: incoming.method ?? 'GET', path: incoming.url ?? '/', body: body.toString() };
    const fate = passing.path.includes('/oauth2/') ? 'pass' : await hooks.before(passing);
    if (fate === 'cut-before') return void outgoing.destroy();
    const arrive = async (answered: boolean) => {
      const answer = await forward(target, incoming, body);
      if (!passing.path.includes('/oauth2/')) await hooks.after(passing, answer.status, answered);
      return answer;
    };
    if (fate === 'late') {
      waiting.push(async () => void (await arrive(false).catch(() => null)));
      return void outgoing.destroy();
    }
    const answer = await arrive(fate === 'pass');
    if (fate === 'cut-after') return void outgoing.destroy();
    outgoing.writeHead(answer.status, answer.headers);
    outgoing.end(answer.body);
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    late: () => waiting.length,
    async arrive() {
      await waiting.shift()?.();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer;
}

function forward(target: string, incoming: IncomingMessage, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      new URL(incoming.url ?? '/', target),
      { method: incoming.method, headers: incoming.headers },
      (response) => {
        bodyOf(response).then((answer) => {
          const { connection: _c, 'transfer-encoding': _t, ...headers } = response.headers;
          const given = Object.entries(headers).flatMap(([name, value]) =>
            value === undefined ? [] : [[name, value] as const],
          );
          resolve({ status: response.statusCode ?? 502, headers: Object.fromEntries(given), body: answer });
        }, reject);
      },
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

async function bodyOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
