import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp } from '../../test/app.ts';
import { createIngest } from '../actions/ingest.ts';
import { storeInvalid } from '../actions/retry-inbox.ts';
import { createServer } from './server.ts';

let test: TestApp;
let ready: () => Promise<{ ok: boolean; detail: string }>;
beforeAll(async () => {
  test = await createTestApp({ ready: () => ready() });
});
afterAll(() => test.close());

it('is alive while it answers, ready or not', async () => {
  ready = () => Promise.reject(new Error('no database'));
  const answer = await test.app.inject({ url: '/healthz' });
  expect([answer.statusCode, answer.json()]).toEqual([200, { status: 'ok', version: test.config.version }]);
});

describe('readiness', () => {
  it('is what the check says, with its reason', async () => {
    ready = async () => ({ ok: true, detail: 'database writable, loops alive' });
    const good = await test.app.inject({ url: '/readyz' });
    expect([good.statusCode, good.json()]).toEqual([
      200,
      { status: 'ready', detail: 'database writable, loops alive' },
    ]);
    ready = async () => ({ ok: false, detail: 'the outbox loop stopped' });
    const bad = await test.app.inject({ url: '/readyz' });
    expect([bad.statusCode, bad.json()]).toEqual([
      503,
      { status: 'not-ready', detail: 'the outbox loop stopped' },
    ]);
    expect(bad.headers['cache-control']).toBe('no-store');
  });

  it('is red when the check itself fails, without telling strangers how', async () => {
    ready = () => Promise.reject(new Error('connect ECONNREFUSED db.internal:5432'));
    const answer = await test.app.inject({ url: '/readyz' });
    expect(answer.statusCode).toBe(503);
    expect(answer.body).not.toContain('db.internal');
  });

  it('is checked once for all who ask at the same time, and again after that', async () => {
    let checks = 0;
    let finish = (_: { ok: boolean; detail: string }) => {};
    ready = () => {
      checks += 1;
      return new Promise((resolve) => {
        finish = resolve;
      });
    };
    const together = Promise.all([1, 2, 3].map(() => test.app.inject({ url: '/readyz' })));
    await expect.poll(() => checks).toBe(1);
    finish({ ok: true, detail: 'ready' });
    expect((await together).map((answer) => answer.statusCode)).toEqual([200, 200, 200]);
    expect(checks).toBe(1);
    ready = async () => ({ ok: false, detail: 'gone' });
    expect((await test.app.inject({ url: '/readyz' })).statusCode).toBe(503);
  });
});

describe('metrics', () => {
  const STRANGER = { remoteAddress: '192.0.2.7' };

  it('tell what waits as of now', async () => {
    await storeInvalid(test.ctx, 'no json', 'hash-of-it');
    const answer = await test.app.inject({ url: '/metrics' });
    expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    for (const name of [
      'assent_inbox_pending 0',
      'assent_inbox_oldest_seconds 0',
      'assent_outbox_pending 0',
      'assent_sends_unconfirmed 0',
      'assent_inbox_unapplied 1',
    ])
      expect(answer.body.split('\n')).toContain(name);
    expect(answer.body).toContain('# TYPE assent_gate_decisions_total counter');
  });

  it('tell how this process does', async () => {
    const lag = { half: 0.001, most: 0.02, longest: 0.3 };
    const app = await createServer({
      ctx: test.ctx,
      config: test.config,
      ingest: createIngest(test.ctx),
      ready: async () => ({ ok: true, detail: 'ready' }),
      routes: async () => {},
      vitals: () => ({ loops: [{ name: 'outbox', age: () => 1_500 }], lag }),
    });
    const { body } = await app.inject({ url: '/metrics' });
    await app.close();
    for (const line of [
      'assent_loop_age_seconds{loop="outbox"} 1.5',
      'assent_event_loop_lag_seconds{quantile="0.99"} 0.02',
      'assent_event_loop_lag_seconds{quantile="1"} 0.3',
    ])
      expect(body.split('\n')).toContain(line);
    if (test.ctx.database.engine === 'postgres')
      expect(body).toMatch(/^assent_pool_waiting\{pool="all"\} 0$/m);
  });

  it.each<[string, { remoteAddress?: string; headers?: Record<string, string> }, number]>([
    ['the same machine', {}, 200],
    ['a stranger', STRANGER, 401],
    ['a stranger through a proxy on this machine', { headers: { 'x-forwarded-for': '192.0.2.7' } }, 401],
    [
      'a scraper with the key',
      { ...STRANGER, headers: { authorization: 'Bearer a-key-for-tests-that-is-long-enough' } },
      200,
    ],
    ['a scraper with a wrong key', { ...STRANGER, headers: { authorization: 'Bearer wrong' } }, 401],
  ])('%s', async (_who, request, status) => {
    expect((await test.app.inject({ url: '/metrics', ...request })).statusCode).toBe(status);
  });

  it('are the administrator’s, not an agent’s', async () => {
    const ask = async (role: 'agent' | 'administrator') =>
      (await test.app.inject({ url: '/metrics', ...STRANGER, headers: { cookie: await test.signIn(role) } }))
        .statusCode;
    expect([await ask('agent'), await ask('administrator')]).toEqual([403, 200]);
  });
});
