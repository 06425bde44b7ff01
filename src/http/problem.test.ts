import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTestApp, type TestApp } from '../../test/app.ts';
import { Refusal } from '../actions/refusal.ts';
import { openPGlite } from '../db/engine.ts';
import { readSetting } from '../db/organisation.ts';
import { ProviderUnavailable } from '../ports.ts';
import { SendMessage } from './schemas/chat.ts';
import { PageQuery, Problem } from './schemas/common.ts';

const SECRET = 'postgres://assent:hunter2@db/assent';

const failing = async (code: string): Promise<never> => {
  throw Object.assign(new Error(`failed at ${SECRET}`), code === '' ? {} : { code });
};

const routes: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '/page',
    { config: { right: 'signed-in' }, schema: { querystring: PageQuery } },
    async (request) => request.query,
  );
  app.post(
    '/messages',
    { config: { right: 'signed-in' }, schema: { body: SendMessage } },
    async (request) => request.body,
  );
  app.get('/refused', { config: { right: 'signed-in' } }, async () => {
    throw new Refusal(409, 'consent-denied', 'The customer refused on 12 May.', {
      alsoBlockedBy: ['service-window-closed'],
      until: Date.parse('2026-05-13T12:00:00Z'),
    });
  });
  app.get('/broken/:code', { config: { right: 'signed-in' } }, async (request) =>
    failing(z.object({ code: z.string() }).parse(request.params).code),
  );
  app.get('/broken', { config: { right: 'signed-in' } }, async () => failing(''));
  app.get('/provider', { config: { right: 'signed-in' } }, async () => {
    throw new ProviderUnavailable('templates: WhatsApp answered HTTP 500');
  });
  app.get('/closed-database', { config: { right: 'signed-in' } }, async () => {
    const closed = await openPGlite(null);
    await closed.close();
    return readSetting(closed.db, 'organisation');
  });
  app.get(
    '/misshapen',
    { config: { right: 'signed-in' }, schema: { response: { 200: z.object({ n: z.number() }) } } },
    async () => JSON.parse(`{"n":"${SECRET}"}`),
  );
};

let test: TestApp;
beforeAll(async () => {
  test = await createTestApp({ routes });
});
afterAll(() => test.close());

async function ask(url: string, request: { payload?: string; type?: string } = {}) {
  const answer = await test.app.inject({
    method: request.payload === undefined ? 'GET' : 'POST',
    url,
    headers: { ...test.key, ...(request.type === undefined ? {} : { 'content-type': request.type }) },
    ...(request.payload === undefined ? {} : { payload: request.payload }),
  });
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(answer.body).not.toContain('hunter2');
  const problem = Problem.parse(answer.json());
  expect(problem.status).toBe(answer.statusCode);
  return { problem, answer, outcome: [problem.status, problem.code] };
}

describe('a refusal', () => {
  it('is told with its code, its sentence, what else stands in the way and until when', async () => {
    const { answer } = await ask('/api/refused');
    expect(answer.json()).toEqual({
      type: 'about:blank',
      title: 'Conflict',
      status: 409,
      detail: 'The customer refused on 12 May.',
      code: 'consent-denied',
      alsoBlockedBy: ['service-window-closed'],
      until: '2026-05-13T12:00:00.000Z',
    });
  });
});

describe('a request that does not fit', () => {
  it('hears everything that is wrong with it, with its place', async () => {
    const { problem, outcome } = await ask(`/api/page?limit=1000&cursor=${'x'.repeat(501)}`);
    expect(outcome).toEqual([422, 'invalid-request']);
    expect(problem.problems?.map(({ path, code }) => [path, code])).toEqual([
      ['query.limit', 'too-big'],
      ['query.cursor', 'too-big'],
    ]);
    expect(problem.detail).toMatch(/^query\.limit: .*\(and 1 more\)$/);
  });

  it('hears what the nearest shape lacks where several are possible', async () => {
    const payload = JSON.stringify({ to: { recordType: 'contact' }, text: 'hello' });
    const { problem } = await ask('/api/messages', { payload, type: 'application/json' });
    expect(problem.problems).toEqual([
      { code: 'invalid-type', path: 'body.to.recordId', message: expect.stringContaining('string') },
    ]);
  });

  it.each([
    ['{"to":', 'application/json', 400, 'invalid-json'],
    ['', 'application/json', 400, 'invalid-json'],
    ['{"__proto__":{"administrator":true}}', 'application/json', 400, 'invalid-json'],
    ['to=+12025550100', 'application/x-www-form-urlencoded', 415, 'unsupported-media-type'],
    ['hello', 'text/plain', 415, 'unsupported-media-type'],
    ['"'.padEnd(1024 * 1024 + 1, 'x'), 'application/json', 413, 'too-large'],
  ])('%.40j as %s', async (payload, type, status, code) => {
    expect((await ask('/api/messages', { payload, type })).outcome).toEqual([status, code]);
  });

  it('survives a body that nests a hundred thousand levels', async () => {
    const payload = `{"to":${'['.repeat(100_000)}${']'.repeat(100_000)},"text":"x"}`;
    expect((await ask('/api/messages', { payload, type: 'application/json' })).outcome[0]).toBe(422);
  });
});

describe('an address', () => {
  it.each(['/api/nothing', '/webhooks/nothing', '/assets/nothing.js', '/nothing'])(
    '%s is not there',
    async (url) => {
      expect((await ask(url)).outcome).toEqual([404, 'not-found']);
    },
  );

  it('that is no address is told so', async () => {
    expect((await ask('/api/%')).outcome).toEqual([400, 'invalid-url']);
  });
});

describe('what fails behind the API', () => {
  it.each(['ECONNREFUSED', '57P01', '57P03', '08006', '53100', '53300'])(
    'a database that answers %s is 503, to be tried again',
    async (code) => {
      const { outcome, answer } = await ask(`/api/broken/${code}`);
      expect(outcome).toEqual([503, 'database-unavailable']);
      expect(answer.headers['retry-after']).toBe('5');
    },
  );

  it('a closed database is 503', async () => {
    expect((await ask('/api/closed-database')).outcome).toEqual([503, 'database-unavailable']);
  });

  it('WhatsApp out of reach is 502', async () => {
    expect((await ask('/api/provider')).outcome).toEqual([502, 'whatsapp-unavailable']);
  });

  it.each(['/api/broken', '/api/broken/23505', '/api/misshapen'])(
    '%s is 500 without details, but with the id of the log line',
    async (url) => {
      const { outcome, problem, answer } = await ask(url);
      expect(outcome).toEqual([500, 'internal']);
      expect(problem.detail).toContain(String(answer.headers['x-request-id']));
    },
  );
});
