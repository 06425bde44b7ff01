import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import { z } from 'zod';
import { DEMO } from './demo.ts';
import { createEmulator, type Emulator, type EmulatorOptions } from './emulator.ts';

export type Reply = { status: number; headers: Headers; text: string; body: Record<string, unknown> };
type Init = {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
  token?: string | null;
};

/** An emulator on a port of its own, somebody who hears its webhooks, and a token to call it with. */
export type Bench = {
  emulator: Emulator;
  url: string;
  token: string;
  /** A new token. */
  signIn: () => Promise<string>;
  /** `path` is below `/api/data/v9.2/`, or a whole URL. */
  api: (path: string, init?: Init) => Promise<Reply>;
  control: (method: string, path: string, body?: unknown) => Promise<{ status: number; body: unknown }>;
  /** What the receiver got: URL with its query, headers and body. */
  heard: { url: string; headers: Record<string, unknown>; body: Record<string, unknown> }[];
  hookUrl: string;
  /** What the receiver answers next, 200 when empty. */
  answers: number[];
  close: () => Promise<void>;
};

const jsonSchema = z.record(z.string(), z.unknown());

export async function openBench(options: EmulatorOptions = {}): Promise<Bench> {
  const heard: Bench['heard'] = [];
  const answers: number[] = [];
  const receiver = fastify();
  receiver.post('/hook', async (request, reply) => {
    heard.push({ url: request.url, headers: request.headers, body: jsonSchema.parse(request.body) });
    return reply.code(answers.shift() ?? 200).send();
  });
  await receiver.listen({ port: 0, host: '127.0.0.1' });

  const emulator = createEmulator(options);
  const app = fastify({ bodyLimit: 64 * 1024 * 1024, forceCloseConnections: true });
  await app.register(emulator.plugin);
  await app.listen({ port: 0, host: '127.0.0.1' });
  const url = `http://127.0.0.1:${portOf(app.server.address())}`;

  const signIn = async (): Promise<string> => {
    const response = await fetch(`${url}/${DEMO.tenant}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: DEMO.clientId,
        client_secret: DEMO.clientSecret,
        scope: `${url}/.default`,
      }),
    });
    return z.object({ access_token: z.string() }).parse(await response.json()).access_token;
  };
  const token = await signIn();
  return {
    emulator,
    url,
    token,
    signIn,
    heard,
    hookUrl: `http://127.0.0.1:${portOf(receiver.server.address())}/hook`,
    answers,
    api: async (path, init = {}) => {
      const response = await fetch(path.startsWith('http') ? path : `${url}/api/data/v9.2/${path}`, {
        method: init.method ?? 'GET',
        headers: {
          accept: 'application/json',
          'odata-version': '4.0',
          'odata-maxversion': '4.0',
          ...(init.token === null ? {} : { authorization: `Bearer ${init.token ?? token}` }),
          ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...init.headers,
        },
        redirect: 'manual',
        ...(init.body === undefined
          ? {}
          : { body: typeof init.body === 'string' ? init.body : JSON.stringify(init.body) }),
      });
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('json') && text !== '';
      return {
        status: response.status,
        headers: response.headers,
        text,
        body: isJson ? jsonSchema.parse(JSON.parse(text)) : {},
      };
    },
    control: async (method, path, body) => {
      const response = await fetch(`${url}/emulator/dataverse${path}`, {
        method,
        ...(body === undefined
          ? {}
          : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? null : JSON.parse(text) };
    },
    close: async () => {
      await app.close();
      await emulator.close();
      await receiver.close();
    },
  };
}

/** Status and code of a refusal. */
export function errorOf(reply: Reply): [number, string] {
  const { error } = z
    .object({ error: z.looseObject({ code: z.string(), message: z.string().min(1) }) })
    .parse(reply.body);
  return [reply.status, error.code];
}

export function messageOf(reply: Reply): string {
  return z.object({ error: z.looseObject({ message: z.string() }) }).parse(reply.body).error.message;
}

/** The rows of a list. */
export function rowsIn(reply: Reply): Record<string, unknown>[] {
  return z.object({ value: z.array(jsonSchema) }).parse(reply.body).value;
}

export function linkIn(reply: Reply, kind: 'nextLink' | 'deltaLink'): string {
  return z.string().parse(reply.body[`@odata.${kind}`]);
}

/** The id a write without representation made. */
export function idOf(reply: Reply): string {
  const found = /\(([0-9a-f-]{36})\)$/.exec(reply.headers.get('odata-entityid') ?? '')?.[1];
  if (found === undefined) throw new Error(`no OData-EntityId: ${reply.status} ${reply.text}`);
  return found;
}

export function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return address.port;
}
