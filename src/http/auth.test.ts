import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp } from '../../test/app.ts';
import { NOON } from '../../test/context.ts';
import { readSession } from '../db/sessions.ts';

const routes: FastifyPluginAsyncZod = async (app) => {
  app.get('/me', { config: { right: 'signed-in' } }, async (request) => request.caller);
  app.post('/change', { config: { right: 'chat' } }, async (request) => ({ by: request.caller.id }));
  app.post('/administer', { config: { right: 'manage-people' } }, async () => ({ done: true }));
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const OWN = { 'sec-fetch-site': 'same-origin' };

let test: TestApp;
beforeAll(async () => {
  test = await createTestApp({ routes });
});
afterEach(() => test.setNow(NOON));
afterAll(() => test.close());

/** Each test has an address of its own, because failures are counted per address. */
let lastAddress = 0;
function from(): { remoteAddress: string } {
  lastAddress += 1;
  return { remoteAddress: `10.0.0.${lastAddress}` };
}

async function me(cookie: string) {
  return test.app.inject({ url: '/api/me', headers: { cookie }, ...from() });
}

function cookieOf(answer: { headers: Record<string, unknown> }): string {
  return String(answer.headers['set-cookie']).split(';')[0] ?? '';
}

describe('a sign-in link', () => {
  it('signs in once, goes on to the page, and holds a session that scripts cannot read', async () => {
    const url = await test.link('agent');
    const answer = await test.app.inject({ url });
    expect(answer.statusCode).toBe(303);
    expect(answer.headers.location).toBe('/');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['set-cookie']).toMatch(
      /^assent_session=[\w-]{43,}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    expect((await me(cookieOf(answer))).json()).toMatchObject({
      kind: 'person',
      name: 'Alex Agent',
      role: 'agent',
    });

    const again = await test.app.inject({ url, ...from() });
    expect(again.statusCode).toBe(410);
    expect(again.headers['content-type']).toContain('text/html');
    expect(again.headers['set-cookie']).toBeUndefined();
    expect(again.body).toContain('Start it again for new ones');
  });

  it('lets two requests with one link sign in just once', async () => {
    const url = await test.link('agent');
    const answers = await Promise.all([1, 2, 3].map(() => test.app.inject({ url, ...from() })));
    expect(answers.map((answer) => answer.statusCode).sort()).toEqual([303, 410, 410]);
  });

  it('is good for 24 hours', async () => {
    const [early, late] = [await test.link('agent'), await test.link('agent')];
    test.setNow(NOON + 24 * HOUR - 1);
    expect((await test.app.inject({ url: early })).statusCode).toBe(303);
    test.setNow(NOON + 24 * HOUR);
    expect((await test.app.inject({ url: late, ...from() })).statusCode).toBe(410);
  });

  it.each([
    ['HEAD, as mail scanners ask', { method: 'HEAD' as const }],
    ['a prefetch', { headers: { 'sec-purpose': 'prefetch;prerender' } }],
    ['an older prefetch', { headers: { purpose: 'prefetch' } }],
  ])('is not used up by %s', async (_what, request) => {
    const url = await test.link('agent');
    expect((await test.app.inject({ url, ...request })).headers['set-cookie']).toBeUndefined();
    expect((await test.app.inject({ url })).statusCode).toBe(303);
  });

  it('lets in the one who used it and still holds the session, and nobody else', async () => {
    const url = await test.link('agent');
    const cookie = cookieOf(await test.app.inject({ url }));
    const other = await test.signIn('administrator');
    expect((await test.app.inject({ url, headers: { cookie }, ...from() })).statusCode).toBe(303);
    expect((await test.app.inject({ url, headers: { cookie: other }, ...from() })).statusCode).toBe(410);
  });

  it('ends the session that the browser held before', async () => {
    const before = await test.signIn('administrator');
    await test.app.inject({ url: await test.link('agent'), headers: { cookie: before } });
    expect((await me(before)).statusCode).toBe(401);
  });

  it.each([
    ['/records/contact/1?tab=chat', '/records/contact/1?tab=chat'],
    ['/emulator/phone', '/emulator/phone'],
    ['https://evil.example', '/'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['/\t/evil.example', '/'],
    ['/.//evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['', '/'],
  ])('goes on to %j by way of %j', async (next, location) => {
    const url = `${await test.link('agent')}&next=${encodeURIComponent(next)}`;
    expect((await test.app.inject({ url })).headers.location).toBe(location);
  });

  it('cannot be guessed at for long: the tenth wrong one closes the address, even for a right one', async () => {
    const address = from();
    const guess = (n: number) => test.app.inject({ url: `/sign-in?token=guess-${n}`, ...address });
    for (let n = 1; n <= 10; n += 1) expect((await guess(n)).statusCode).toBe(410);
    const refused = await guess(11);
    expect(refused.statusCode).toBe(429);
    expect(refused.json()).toMatchObject({ code: 'too-many-requests', status: 429 });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    const url = await test.link('agent');
    expect((await test.app.inject({ url, ...address })).statusCode).toBe(429);
    expect((await test.app.inject({ url, ...from() })).statusCode).toBe(303);
  });

  it('without a token explains where links come from', async () => {
    const page = await test.app.inject({ url: '/sign-in' });
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('prints a link for each role');
  });
});

describe('a session', () => {
  it('is stored as a hash: what the database holds opens nothing', async () => {
    const cookie = await test.signIn('agent');
    const token = cookie.split('=')[1] ?? '';
    const stored = (id: string) => readSession(test.ctx.database.db, id);
    expect(await stored(test.ctx.keys.sha256(token))).toMatchObject({ person: { name: 'Alex Agent' } });
    expect(await stored(token)).toBeNull();
    expect((await me(`assent_session=${test.ctx.keys.sha256(token)}`)).statusCode).toBe(401);
  });

  it('ends after 12 hours without use', async () => {
    const cookie = await test.signIn('agent');
    test.setNow(NOON + 12 * HOUR - 1);
    const other = await test.signIn('agent');
    expect((await me(cookie)).statusCode).toBe(200);
    test.setNow(NOON + 24 * HOUR);
    expect((await me(other)).statusCode).toBe(401);
  });

  it('gets a new token every hour of use; the old one stays good for a minute', async () => {
    const first = await test.signIn('agent');
    test.setNow(NOON + HOUR - 1);
    expect((await me(first)).headers['set-cookie']).toBeUndefined();
    test.setNow(NOON + HOUR);
    const second = cookieOf(await me(first));
    expect(second).not.toBe(first);
    const underWay = await me(first);
    expect([underWay.statusCode, underWay.headers['set-cookie']]).toEqual([200, undefined]);
    test.setNow(NOON + HOUR + MINUTE);
    expect((await me(second)).statusCode).toBe(200);
    expect((await me(first)).json()).toMatchObject({ code: 'signed-out' });
  });

  it('ends for both who hold it when a replaced token comes back: one of them stole it', async () => {
    const first = await test.signIn('agent');
    test.setNow(NOON + HOUR);
    const second = cookieOf(await me(first));
    const bystander = await test.signIn('agent');
    test.setNow(NOON + HOUR + MINUTE);
    expect((await me(second)).statusCode).toBe(200);
    expect((await me(first)).statusCode).toBe(401);
    expect((await me(second)).json()).toMatchObject({ code: 'signed-out' });
    expect((await me(bystander)).statusCode).toBe(200);
  });

  it('gives one new token to requests that start together', async () => {
    const cookie = await test.signIn('agent');
    test.setNow(NOON + HOUR);
    const answers = await Promise.all([1, 2, 3, 4].map(() => me(cookie)));
    expect(answers.map((answer) => answer.statusCode)).toEqual([200, 200, 200, 200]);
    expect(answers.filter((answer) => answer.headers['set-cookie'] !== undefined)).toHaveLength(1);
  });

  it('survives an answer that never arrived: the old token gets another one within the minute', async () => {
    const cookie = await test.signIn('agent');
    test.setNow(NOON + HOUR);
    await me(cookie);
    test.setNow(NOON + HOUR + 10_000);
    const reloaded = cookieOf(await me(cookie));
    test.setNow(NOON + 2 * HOUR - 1);
    expect((await me(reloaded)).statusCode).toBe(200);
  });

  it('ends seven days after the sign-in, however busy', async () => {
    let cookie = await test.signIn('agent');
    for (let hour = 6; hour < 168; hour += 6) {
      test.setNow(NOON + hour * HOUR);
      const answer = await me(cookie);
      expect(answer.statusCode).toBe(200);
      cookie = cookieOf(answer);
    }
    test.setNow(NOON + 168 * HOUR - 1);
    expect((await me(cookie)).statusCode).toBe(200);
    test.setNow(NOON + 168 * HOUR);
    expect((await me(cookie)).statusCode).toBe(401);
  });

  it('signs out under every token it had, and its cookie goes', async () => {
    const first = await test.signIn('agent');
    test.setNow(NOON + HOUR);
    const second = cookieOf(await me(first));
    const answer = await test.app.inject({
      method: 'POST',
      url: '/api/sign-out',
      headers: { cookie: second, ...OWN },
    });
    expect(answer.statusCode).toBe(204);
    expect(answer.headers['set-cookie']).toMatch(/^assent_session=; .*Expires=Thu, 01 Jan 1970/);
    expect((await me(second)).statusCode).toBe(401);
    expect((await me(first)).statusCode).toBe(401);
  });

  it('is sent over TLS only where the public address has it', async () => {
    const secure = await createTestApp({
      env: { PUBLIC_URL: 'https://assent.example.com' },
      context: test,
    });
    const answer = await secure.app.inject({ url: await secure.link('agent') });
    expect(answer.headers['set-cookie']).toMatch(/; Secure/);
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000');
    await secure.close();
  });
});

describe('the API', () => {
  it('answers nobody who is not signed in', async () => {
    const answer = await test.app.inject({ url: '/api/me' });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json()).toMatchObject({ status: 401, code: 'signed-out' });
  });

  it('takes the administrator’s key', async () => {
    const answer = await test.app.inject({ url: '/api/me', headers: test.key });
    expect(answer.json()).toMatchObject({
      kind: 'key',
      id: 'admin-api-key',
      name: 'API key',
      role: 'administrator',
    });
  });

  it.each(['Bearer wrong', 'Bearer ', 'Basic a-key-for-tests-that-is-long-enough', ''])(
    'refuses %j, also beside a good session',
    async (authorization) => {
      const cookie = await test.signIn('agent');
      const answer = await test.app.inject({ url: '/api/me', headers: { authorization, cookie }, ...from() });
      expect([answer.statusCode, answer.json().code]).toEqual([401, 'wrong-api-key']);
    },
  );

  it('takes no key where there is none', async () => {
    const none = await createTestApp({
      env: { ADMIN_API_KEY: '' },
      routes,
      context: test,
    });
    for (const authorization of ['Bearer null', 'Bearer undefined', 'Bearer ', 'Bearer'])
      expect((await none.app.inject({ url: '/api/me', headers: { authorization } })).statusCode).toBe(401);
    await none.close();
  });

  it('refuses an address that keeps showing wrong keys, and never holds up the right one', async () => {
    const address = from();
    const ask = (headers: Record<string, string>) => test.app.inject({ url: '/api/me', headers, ...address });
    for (let n = 0; n < 60; n += 1)
      expect((await ask({ authorization: `Bearer guess-${n}` })).statusCode).toBe(401);
    const refused = await ask({ cookie: 'assent_session=guess' });
    expect([refused.statusCode, refused.json().code]).toEqual([429, 'too-many-requests']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await ask(test.key)).statusCode).toBe(200);
    expect((await ask({ cookie: await test.signIn('agent') })).statusCode).toBe(200);
  });

  it('never holds up a valid key, however often it comes', async () => {
    const address = from();
    const answers = await Promise.all(
      Array.from({ length: 300 }, () => test.app.inject({ url: '/api/me', headers: test.key, ...address })),
    );
    expect(new Set(answers.map((answer) => answer.statusCode))).toEqual(new Set([200]));
  });

  it('is read by auditors, and changed by others', async () => {
    const [auditor, agent] = [await test.signIn('auditor'), await test.signIn('agent')];
    const change = (cookie: string) =>
      test.app.inject({ method: 'POST', url: '/api/change', headers: { cookie, ...OWN } });
    expect((await me(auditor)).statusCode).toBe(200);
    const refused = await change(auditor);
    expect([refused.statusCode, refused.json().code]).toEqual([403, 'not-allowed']);
    expect((await change(agent)).statusCode).toBe(200);
  });

  it('keeps what is the administrator’s from agents, with the reason', async () => {
    const administer = (headers: Record<string, string>) =>
      test.app.inject({ method: 'POST', url: '/api/administer', headers: { ...headers, ...OWN } });
    const refused = await administer({ cookie: await test.signIn('agent') });
    expect(refused.statusCode).toBe(403);
    expect(refused.json()).toMatchObject({
      code: 'not-allowed',
      detail:
        'You are signed in as agent; this needs the right “manage-people”. An administrator can grant it.',
    });
    expect((await administer({ cookie: await test.signIn('administrator') })).statusCode).toBe(200);
    expect((await administer(test.key)).statusCode).toBe(200);
  });

  it('keeps its answers out of caches', async () => {
    expect((await me(await test.signIn('agent'))).headers['cache-control']).toBe('no-store');
  });
});

describe('a change asked for with a cookie', () => {
  it.each<[string, Record<string, string>, number]>([
    ['our page', { 'sec-fetch-site': 'same-origin' }, 200],
    ['the person', { 'sec-fetch-site': 'none' }, 200],
    ['another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['another port or subdomain', { 'sec-fetch-site': 'same-site' }, 403],
    [
      'another site that names our origin',
      { 'sec-fetch-site': 'cross-site', origin: 'http://127.0.0.1:3000' },
      403,
    ],
    ['another port', { origin: 'http://assent.test:4000', host: 'assent.test:3000' }, 403],
    ['our host', { origin: 'http://assent.test:3000', host: 'assent.test:3000' }, 200],
    ['our public address behind a proxy', { origin: 'http://127.0.0.1:3000', host: 'inside:8080' }, 200],
    ['our host over another scheme', { origin: 'https://assent.test:3000', host: 'assent.test:3000' }, 403],
    ['another origin', { origin: 'https://evil.example' }, 403],
    ['a sandboxed frame', { origin: 'null' }, 403],
    ['nobody who says so', {}, 403],
  ])('by %s', async (_who, headers, status) => {
    const cookie = await test.signIn('agent');
    const answer = await test.app.inject({
      method: 'POST',
      url: '/api/change',
      headers: { cookie, ...headers },
    });
    expect(answer.statusCode).toBe(status);
    if (status === 403) expect(answer.json().code).toBe('cross-site-request');
  });

  it('is not needed to prove its origin with the key', async () => {
    const headers = { ...test.key, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    expect((await test.app.inject({ method: 'POST', url: '/api/change', headers })).statusCode).toBe(200);
  });
});
