import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmulator, type Emulator, SANDBOX } from '../../emulators/whatsapp-cloud/emulator.ts';
import { createTestApp, type TestApp } from '../../test/app.ts';

let test: TestApp;
let emulator: Emulator;
beforeAll(async () => {
  emulator = createEmulator({ ...SANDBOX });
  test = await createTestApp({ emulator: emulator.plugin });
});
afterAll(async () => {
  await test.close();
  await emulator.close();
});

const CUSTOMER = '/emulator/customers/+12025550147/messages';
const BROWSER = { accept: 'text/html' };
const say = (headers: Record<string, string>) =>
  test.app.inject({ method: 'POST', url: CUSTOMER, headers, payload: { text: 'hello' } });

describe('playing the customer', () => {
  it.each([
    '/emulator/phone',
    '/emulator/phone/phone.js',
    '/emulator/events',
    '/emulator/customers',
    '/%65mulator/customers',
    '/emulator/business',
  ])('%s is not for strangers', async (url) => {
    const answer = await test.app.inject({ url });
    expect([answer.statusCode, answer.json().code]).toEqual([401, 'signed-out']);
  });

  it('is not for strangers, agents or auditors', async () => {
    expect((await say({})).statusCode).toBe(401);
    for (const role of ['agent', 'auditor'] as const) {
      const cookie = await test.signIn(role);
      const answer = await say({ cookie, 'sec-fetch-site': 'same-origin' });
      expect([answer.statusCode, answer.json().code]).toEqual([403, 'not-allowed']);
    }
    expect(emulator.messagesOf('+12025550147')).toEqual([]);
  });

  it('is the administrator’s, by session from the phone page or by key', async () => {
    const cookie = await test.signIn('administrator');
    expect((await say({ cookie, 'sec-fetch-site': 'cross-site' })).json().code).toBe('cross-site-request');
    expect((await say({ cookie, 'sec-fetch-site': 'same-origin' })).statusCode).toBeLessThan(300);
    expect((await say(test.key)).statusCode).toBeLessThan(300);
    expect(emulator.messagesOf('+12025550147')).toHaveLength(2);
  });

  it('leads a browser that is not signed in to where links are explained', async () => {
    const answer = await test.app.inject({ url: '/emulator/phone', headers: BROWSER });
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/sign-in']);
    const agent = { ...BROWSER, cookie: await test.signIn('agent') };
    const refused = await test.app.inject({ url: '/emulator/phone', headers: agent });
    expect(refused.statusCode).toBe(403);
    expect(refused.body).toContain('administrator’s sign-in link');
  });

  it('shows the phone page under the policy of all pages', async () => {
    const cookie = await test.signIn('administrator');
    const page = await test.app.inject({ url: '/emulator/phone', headers: { ...BROWSER, cookie } });
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
  });
});

it('the Graph API asks for WhatsApp’s token instead', async () => {
  const url = `/v26.0/${SANDBOX.phoneNumberId}`;
  const ask = (token: string) => test.app.inject({ url, headers: { authorization: `Bearer ${token}` } });
  expect((await ask('wrong')).json()).toMatchObject({ error: { code: 190 } });
  expect((await ask(SANDBOX.accessToken)).json()).toMatchObject({ id: SANDBOX.phoneNumberId });
});

it('there is no emulator outside the sandbox', async () => {
  const bare = await createTestApp({ context: test });
  const answer = await bare.app.inject({ url: '/emulator/customers', headers: bare.key });
  expect(answer.statusCode).toBe(404);
  await bare.close();
});

it('is no part of the API’s description', async () => {
  const { paths } = (await test.app.inject({ url: '/api/openapi.json' })).json();
  expect(Object.keys(paths)).toContain('/api/sign-out');
  expect(Object.keys(paths).filter((path) => !path.startsWith('/api/'))).toEqual([]);
});
