import { once } from 'node:events';
import { connect } from 'node:net';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ADMIN_API_KEY, createTestApp, type TestApp, VERIFY_TOKEN } from '../../test/app.ts';
import { ConversationPage, ConversationQuery, SendMessage } from './schemas/chat.ts';

const routes: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '/conversations',
    {
      config: { right: 'signed-in' },
      schema: { querystring: ConversationQuery, response: { 200: ConversationPage } },
    },
    async () => ({ items: [], nextCursor: null }),
  );
  app.post(
    '/messages',
    { config: { right: 'signed-in' }, schema: { body: SendMessage } },
    async (request) => request.body,
  );
  app.get(
    '/long/:id',
    { config: { right: 'signed-in' }, schema: { params: z.object({ id: z.string() }) } },
    async (request) => request.params,
  );
};

let test: TestApp;
beforeAll(async () => {
  test = await createTestApp({ routes });
});
afterAll(() => test.close());

describe('the description of the API', () => {
  it('is OpenAPI 3.1, open to read, and made from the schemas that check the calls', async () => {
    const answer = await test.app.inject({ url: '/api/openapi.json' });
    expect(answer.statusCode).toBe(200);
    const description = answer.json();
    expect(description.openapi).toBe('3.1.0');
    expect(Object.keys(description.paths)).toEqual(
      expect.arrayContaining(['/api/sign-out', '/api/conversations', '/api/messages', '/api/long/{id}']),
    );
    const { get } = description.paths['/api/conversations'];
    expect(get.parameters).toContainEqual(expect.objectContaining({ name: 'limit', in: 'query' }));
    expect(get.responses['200'].content['application/json'].schema.properties).toHaveProperty('nextCursor');
  });

  it('says of every call how its problems look', async () => {
    const { paths } = (await test.app.inject({ url: '/api/openapi.json' })).json();
    for (const path of ['/api/conversations', '/api/messages', '/api/sign-out']) {
      const [call] = Object.values<{ responses: Record<string, unknown> }>(paths[path]);
      expect(call?.responses.default).toMatchObject({
        content: { 'application/problem+json': { schema: { properties: { code: { type: 'string' } } } } },
      });
    }
  });
});

it('gives every answer an id of its own, never one from outside', async () => {
  const ask = () =>
    test.app.inject({ url: '/healthz', headers: { 'x-request-id': 'forged', 'request-id': 'forged' } });
  const ids = [(await ask()).headers['x-request-id'], (await ask()).headers['x-request-id']];
  expect(new Set([...ids, 'forged']).size).toBe(3);
});

it('does not believe who says to be forwarded', async () => {
  const forged = { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': 'evil.example' };
  const answer = await test.app.inject({ url: '/metrics', headers: forged, remoteAddress: '192.0.2.7' });
  expect(answer.statusCode).toBe(401);
});

it('takes ids as long as the API allows them', async () => {
  const id = 'x'.repeat(200);
  expect((await test.app.inject({ url: `/api/long/${id}`, headers: test.key })).json()).toEqual({ id });
});

it('writes no token, key or text of a customer into its log', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) });
  const logged = await createTestApp({ context: { ...test, ctx: { ...test.ctx, log } }, routes });
  const link = await logged.link('agent');
  const cookie = await logged.signIn('agent');
  await logged.app.inject({ url: link });
  await logged.app.inject({ url: '/webhooks/whatsapp', query: { 'hub.verify_token': VERIFY_TOKEN } });
  await logged.app.inject({ url: '/api/conversations?search=%2B12025550147', headers: { cookie } });
  await logged.app.inject({
    method: 'POST',
    url: '/api/messages',
    headers: logged.key,
    payload: { text: 'dear Ann' },
  });
  await logged.app.inject({ url: '/nothing/12025550147', headers: logged.key });
  await logged.close();
  const text = lines.join('');
  for (const route of ['/sign-in', '/webhooks/whatsapp', '/api/conversations', '/api/messages'])
    expect(text).toContain(`"route":"${route}"`);
  const [, token = ''] = link.split('token=');
  const [, session = ''] = cookie.split('=');
  for (const secret of [token, session, ADMIN_API_KEY, VERIFY_TOKEN, '12025550147', 'dear Ann'])
    expect(text).not.toContain(secret);
});

it('closes although somebody is connected who never asked for anything', async () => {
  const own = await createTestApp({ context: test });
  const { port } = new URL(await own.app.listen({ port: 0, host: '127.0.0.1' }));
  const heard = once(own.app.server, 'connection');
  const socket = connect(Number(port), '127.0.0.1');
  await heard;
  const ended = once(socket, 'close');
  socket.resume();
  // Without help it takes a minute.
  await own.close();
  await ended;
});
