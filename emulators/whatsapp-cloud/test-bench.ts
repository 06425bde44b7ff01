import { createHmac, timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import { z } from 'zod';
import { createEmulator, type Emulator, type EmulatorOptions, SANDBOX } from './emulator.ts';

export const SANDBOX_TOKEN = SANDBOX.accessToken;

/** A change as a webhook carries it, loosely typed: tests say what they expect of it. */
export type Change = { field: string; value: Record<string, unknown> };

const payloadSchema = z.looseObject({
  object: z.literal('whatsapp_business_account'),
  entry: z.array(
    z.looseObject({
      id: z.string(),
      changes: z.array(z.object({ field: z.string(), value: z.record(z.string(), z.unknown()) })),
    }),
  ),
});
const listSchema = z.array(z.record(z.string(), z.unknown()));

/** An emulator on a port of its own and a business that keeps every webhook it gets. */
export type Bench = {
  emulator: Emulator;
  url: string;
  /** Raw bodies, in order of arrival, also of refused ones. */
  bodies: string[];
  changes: () => Change[];
  statuses: () => Record<string, unknown>[];
  inbound: () => Record<string, unknown>[];
  /** Makes the business answer this to the next webhooks. */
  answers: number[];
  badSignatures: () => number;
  graph: (
    path: string,
    init?: { method?: string; body?: unknown; token?: string; headers?: Record<string, string> },
  ) => Promise<{ status: number; headers: Headers; body: Record<string, unknown> }>;
  send: (body: object) => Promise<{ status: number; headers: Headers; body: Record<string, unknown> }>;
  control: (method: string, path: string, body?: unknown) => Promise<{ status: number; body: unknown }>;
  close: () => Promise<void>;
};

export async function openBench(options: Partial<EmulatorOptions> = {}): Promise<Bench> {
  const bodies: string[] = [];
  const answers: number[] = [];
  let bad = 0;
  const business = fastify();
  business.removeAllContentTypeParsers();
  business.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  business.post('/webhooks/whatsapp', async (request, reply) => {
    const raw = z.instanceof(Buffer).parse(request.body);
    const expected = createHmac('sha256', SANDBOX.appSecret).update(raw).digest('hex');
    const given = Buffer.from(String(request.headers['x-hub-signature-256']));
    const right = Buffer.from(`sha256=${expected}`);
    if (given.length !== right.length || !timingSafeEqual(given, right)) {
      bad += 1;
      return reply.code(401).send();
    }
    bodies.push(raw.toString());
    return reply.code(answers.shift() ?? 200).send();
  });
  business.get('/webhooks/whatsapp', async (request, reply) => {
    const query = z.record(z.string(), z.string()).parse(request.query);
    if (query['hub.verify_token'] !== SANDBOX.verifyToken) return reply.code(403).send();
    return reply.type('text/plain').send(query['hub.challenge']);
  });
  await business.listen({ port: 0, host: '127.0.0.1' });
  const hookUrl = `http://127.0.0.1:${portOf(business.server.address())}/webhooks/whatsapp`;

  const emulator = createEmulator({
    ...SANDBOX,
    webhookUrl: hookUrl,
    statusDelayMs: 0,
    retry: { firstMs: 2, maxMs: 20, giveUpMs: 60_000 },
    ...options,
  });
  const app = fastify();
  await app.register(emulator.plugin);
  await app.listen({ port: 0, host: '127.0.0.1' });
  const url = `http://127.0.0.1:${portOf(app.server.address())}`;

  const changes = (): Change[] =>
    bodies.flatMap((body) => payloadSchema.parse(JSON.parse(body)).entry.flatMap((entry) => entry.changes));
  const items = (list: string) =>
    changes().flatMap(({ value }) => (value[list] === undefined ? [] : listSchema.parse(value[list])));
  const graph: Bench['graph'] = async (path, init = {}) => {
    const response = await fetch(`${url}${path}`, {
      method: init.method ?? 'GET',
      headers: {
        authorization: `Bearer ${init.token ?? SANDBOX.accessToken}`,
        ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...init.headers,
      },
      ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json');
    const body = json ? z.record(z.string(), z.unknown()).parse(JSON.parse(text)) : { text };
    return { status: response.status, headers: response.headers, body };
  };
  return {
    emulator,
    url,
    bodies,
    answers,
    changes,
    statuses: () => items('statuses'),
    inbound: () => items('messages'),
    badSignatures: () => bad,
    graph,
    send: (body) =>
      graph(`/v26.0/${SANDBOX.phoneNumberId}/messages`, {
        method: 'POST',
        body: { messaging_product: 'whatsapp', ...body },
      }),
    control: async (method, path, body) => {
      const response = await fetch(`${url}/emulator${path}`, {
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
      await business.close();
    },
  };
}

/** Code and subcode of a refused Graph call. */
export function errorOf(answer: { body: Record<string, unknown> }): {
  code: number;
  subcode: number | undefined;
} {
  const { error } = z
    .looseObject({
      error: z.looseObject({
        code: z.number(),
        error_subcode: z.number().optional(),
        fbtrace_id: z.string().min(1),
      }),
    })
    .parse(answer.body);
  return { code: error.code, subcode: error.error_subcode };
}

/** The WhatsApp id an accepted send was given. */
export function idOf(answer: { body: Record<string, unknown> }): string {
  const { messages } = z
    .looseObject({ messages: z.array(z.looseObject({ id: z.string() })) })
    .parse(answer.body);
  const [message] = messages;
  if (!message) throw new Error('no message in the answer');
  return message.id;
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return address.port;
}
