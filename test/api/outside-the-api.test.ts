import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmulator, type Emulator, SANDBOX } from '../../emulators/whatsapp-cloud/emulator.ts';
import { ApiKeyMadeOut } from '../../src/http/schemas/people.ts';
import { createTestApp, type TestApp } from '../app.ts';

/**
 * What the server answers beside the API, which the OpenAPI document does not list: each by hand, with how it is guarded.
 * A route that is not here fails the first test.
 */

/**
 * - `open`: for anybody, and gives nothing away.
 * - `secret`: whoever calls shows a secret of Meta's with each request.
 * - `figures`: for this machine, the key, or whoever manages settings.
 */
const GUARDS: Record<string, 'open' | 'secret' | 'figures'> = {
  'GET /sign-in': 'open',
  'GET /healthz': 'open',
  'GET /readyz': 'open',
  'GET /favicon.ico': 'open',
  // Files of the built pages, under /assets.
  'GET *': 'open',
  'GET /metrics': 'figures',
  'GET /webhooks/whatsapp': 'secret',
  'POST /webhooks/whatsapp': 'secret',
  // Says that it comes with a later version.
  'POST /webhooks/dataverse': 'open',
};

let test: TestApp;
let emulator: Emulator;
beforeAll(async () => {
  emulator = createEmulator({ ...SANDBOX });
  test = await createTestApp({ routes: 'api', emulator: emulator.plugin });
  await test.app.ready();
});
afterAll(async () => {
  await test.close();
  await emulator.close();
});

/** Every route there is, as `METHOD /path`; HEAD goes with GET, OPTIONS and TRACE lead nowhere. */
function routes(): string[] {
  const found: string[] = [];
  const parts: string[] = [];
  for (const line of test.app.printRoutes({ commonPrefix: false }).split('\n')) {
    const [, indent = '', part = '', methods = ''] =
      /^([│ ]*)[├└]── (.*?)(?: \(([A-Z, ]+)\))?$/.exec(line) ?? [];
    if (part === '') continue;
    parts.length = indent.length / 4;
    parts.push(part);
    for (const method of methods.split(', '))
      if (['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].includes(method))
        found.push(`${method} ${parts.join('')}`);
  }
  return [...new Set(found)];
}

const outside = (): string[] => routes().filter((route) => !/^[A-Z]+ \/api(\/|$)/.test(route));
const call = (route: string, headers: Record<string, string>, remoteAddress = '203.0.113.7') => {
  const [method = 'GET', path = '/'] = route.split(' ');
  const url = path
    .replace(':version(^v\\d+\\.\\d+$)', 'v26.0')
    .replace(/:phone/, encodeURIComponent('+12025550147'))
    .replace(/:\w+/g, 'something');
  return test.app.inject({
    method: method as 'GET',
    url,
    headers: { 'sec-fetch-site': 'same-origin', ...headers },
    remoteAddress,
    ...(method === 'GET' ? {} : { payload: {} }),
  });
};
const isEmulator = (route: string): boolean => / \/emulator(\/|$)/.test(route);
const isGraph = (route: string): boolean => / \/:version\(/.test(route);

describe('a route outside the API', () => {
  it('is known, with its guard', () => {
    const unknown = outside().filter((route) => !isEmulator(route) && !isGraph(route));
    expect(unknown.sort()).toEqual(Object.keys(GUARDS).sort());
    expect(outside().filter(isEmulator).length).toBeGreaterThan(10);
    expect(outside().filter(isGraph).length).toBeGreaterThan(5);
  });

  it('that plays a customer is the administrator’s alone', async () => {
    const people = {
      nobody: {},
      agent: { cookie: await test.signIn('agent') },
      auditor: { cookie: await test.signIn('auditor') },
      key: await keyWith(['see-chats', 'chat', 'manage-settings', 'manage-people']),
    };
    for (const route of outside().filter(isEmulator))
      for (const [who, headers] of Object.entries(people)) {
        const answer = await call(route, headers);
        const expected = who === 'nobody' ? [401, 'signed-out'] : [403, 'not-allowed'];
        expect([route, who, answer.statusCode, answer.json().code]).toEqual([route, who, ...expected]);
      }
    const administrator = await call('GET /emulator/customers', {
      cookie: await test.signIn('administrator'),
    });
    expect(administrator.statusCode).toBe(200);
  });

  it('that plays WhatsApp takes WhatsApp’s token, and no session or key of ours', async () => {
    const ours = [{}, test.key, { cookie: await test.signIn('administrator') }];
    for (const route of outside().filter(isGraph))
      for (const headers of ours) {
        const answer = await call(route, headers);
        expect([route, answer.statusCode]).toEqual([route, 401]);
        expect(answer.json()).toMatchObject({ error: { code: 190 } });
      }
  });

  it('that takes webhooks takes only signed ones, whoever is signed in', async () => {
    for (const headers of [{}, test.key, { cookie: await test.signIn('administrator') }]) {
      const posted = await call('POST /webhooks/whatsapp', headers);
      expect([posted.statusCode, posted.json().code]).toEqual([401, 'bad-signature']);
      const asked = await call(
        'GET /webhooks/whatsapp?hub.mode=subscribe&hub.verify_token=x&hub.challenge=1',
        headers,
      );
      expect([asked.statusCode, asked.json().code]).toEqual([403, 'wrong-verify-token']);
    }
  });

  it('that counts is for this machine, and from elsewhere for who manages settings', async () => {
    const from = async (headers: Record<string, string>, address = '203.0.113.7') =>
      (await call('GET /metrics', headers, address)).statusCode;
    expect(await from({})).toBe(401);
    expect(await from({ cookie: await test.signIn('agent') })).toBe(403);
    expect(await from({ cookie: await test.signIn('auditor') })).toBe(403);
    expect(await from(await keyWith(['see-chats', 'see-audit', 'manage-people']))).toBe(403);
    expect(await from(await keyWith(['manage-settings']))).toBe(200);
    expect(await from({ cookie: await test.signIn('administrator') })).toBe(200);
    expect(await from({}, '127.0.0.1')).toBe(200);
    expect(await from({ 'x-forwarded-for': '203.0.113.7' }, '127.0.0.1')).toBe(401);
  });

  it('that says how the server is says nothing about people', async () => {
    for (const route of ['GET /healthz', 'GET /readyz'])
      expect(Object.keys((await call(route, {})).json()).sort()).toEqual(
        route === 'GET /healthz' ? ['status', 'version'] : ['detail', 'status'],
      );
  });
});

async function keyWith(scopes: string[]): Promise<{ authorization: string }> {
  const answer = await test.app.inject({
    method: 'POST',
    url: '/api/api-keys',
    headers: test.key,
    payload: { name: 'A test', scopes },
  });
  return { authorization: `Bearer ${ApiKeyMadeOut.parse(answer.json()).key}` };
}
