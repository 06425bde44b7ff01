import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signatureOf } from '../../emulators/whatsapp-cloud/signature.ts';
import { APP_SECRET, createTestApp, type TestApp } from '../app.ts';

/** Who may ask how often: a ceiling for valid callers, few tries for whoever fails, none for who signs well. */

let test: TestApp;
let cookie: string;
beforeAll(async () => {
  test = await createTestApp({
    routes: 'api',
    env: {
      PERSON_WRITES_PER_MINUTE: '5',
      PERSON_READS_PER_MINUTE: '20',
      KEY_REQUESTS_PER_MINUTE: '30',
      UPLOAD_MB_PER_HOUR: '1',
    },
  });
  cookie = await test.signIn('agent');
});
afterAll(() => test.close());

type Method = 'GET' | 'POST' | 'PATCH';
const call = async (
  method: Method,
  url: string,
  headers: Record<string, string>,
  payload?: object | string,
) => {
  const answer = await test.app.inject({
    method,
    url,
    headers: { origin: test.config.publicUrl, ...headers },
    ...(payload === undefined ? {} : { payload }),
  });
  const code = answer.statusCode >= 400 ? answer.json().code : null;
  return { status: answer.statusCode, code, retryAfter: answer.headers['retry-after'] };
};
/** Statuses of so many calls, in a row. */
async function times(count: number, work: () => Promise<{ status: number }>): Promise<number[]> {
  const statuses: number[] = [];
  for (let turn = 0; turn < count; turn += 1) statuses.push((await work()).status);
  return statuses;
}
const repeat = (status: number, count: number): number[] => Array(count).fill(status);

describe('a person', () => {
  it('writes so often a minute, and reads on', async () => {
    const write = () => call('PATCH', '/api/me/preferences', { cookie }, { sound: true });
    expect(await times(5, write)).toEqual(repeat(200, 5));
    expect(await write()).toEqual({
      status: 429,
      code: 'too-many-requests',
      retryAfter: expect.stringMatching(/^\d+$/),
    });
    expect((await call('GET', '/api/me', { cookie })).status).toBe(200);
  });

  it('holds up nobody else, from the same address', async () => {
    const other = await test.signIn('administrator');
    expect((await call('PATCH', '/api/me/preferences', { cookie: other }, { sound: true })).status).toBe(200);
  });

  it('is the same in another session', async () => {
    const again = await test.signIn('agent');
    expect((await call('PATCH', '/api/me/preferences', { cookie: again }, { sound: true })).status).toBe(429);
  });

  it('sends so many bytes an hour', async () => {
    const person = await test.signIn('administrator');
    const file = (size: number) =>
      [
        '--b',
        'content-disposition: form-data; name="file"; filename="a.txt"',
        'content-type: text/plain',
        '',
        'a'.repeat(size),
        '--b--',
        '',
      ].join('\r\n');
    const send = (size: number) =>
      call(
        'POST',
        '/api/media',
        { cookie: person, 'content-type': 'multipart/form-data; boundary=b' },
        file(size),
      );
    expect((await send(700_000)).status).toBe(201);
    expect((await send(600_000)).status).toBe(201);
    expect(await send(10)).toEqual({ status: 429, code: 'upload-limit-reached', retryAfter: '3600' });
    test.setNow(test.ctx.clock() + 3_601_000);
    expect((await send(10)).status).toBe(201);
  });
});

describe('an API key', () => {
  it('asks so often a minute, reading or writing', async () => {
    const ask = () => call('GET', '/api/settings', test.key);
    expect(await times(30, ask)).toEqual(repeat(200, 30));
    expect(await ask()).toMatchObject({ status: 429, code: 'too-many-requests' });
  });
});

describe('whoever signs well', () => {
  it('is never held up, however many failed from the same address', async () => {
    const body = JSON.stringify({ object: 'whatsapp_business_account', entry: [] });
    const good = { 'x-hub-signature-256': signatureOf(body, APP_SECRET) };
    const bad = { 'x-hub-signature-256': signatureOf(body, 'another secret') };
    expect(await times(60, () => call('POST', '/webhooks/whatsapp', bad, body))).toEqual(repeat(401, 60));
    expect(await call('POST', '/webhooks/whatsapp', bad, body)).toMatchObject({ status: 429 });
    expect(
      await times(300, async () => {
        const { statusCode: status } = await test.app.inject({
          method: 'POST',
          url: '/webhooks/whatsapp',
          headers: good,
          payload: body,
        });
        return { status };
      }),
    ).toEqual(repeat(200, 300));
  });
});

/** What each address may get wrong in a minute before it has to wait. */
describe('whoever fails', () => {
  it.each([
    ['a wrong key', 60, () => call('GET', '/api/me', { authorization: 'Bearer assent_nobodys' }), 401],
    ['a dead session', 60, () => call('GET', '/api/me', { cookie: 'assent_session=nobodys' }), 401],
    [
      'a wrong verify token',
      60,
      () => call('GET', '/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=1&hub.verify_token=x', {}),
      403,
    ],
    ['a used-up link', 10, () => call('GET', '/api/sign-in/link?token=nobodys', {}), 410],
    [
      'a wrong password',
      10,
      () =>
        call(
          'POST',
          '/api/sign-in/password',
          {},
          { email: 'nobody@contoso.example', password: 'not a password' },
        ),
      401,
    ],
  ])('with %s waits', async (_what, count, work, status) => {
    // Each is counted by itself, and by address.
    const fresh = await createTestApp({ routes: 'api' });
    const before = test;
    test = fresh;
    try {
      const statuses = await times(count + 1, work);
      expect(statuses.slice(0, 5)).toEqual(repeat(status, 5));
      expect(statuses.at(-1)).toBe(429);
      expect((await work()).retryAfter).toMatch(/^\d+$/);
    } finally {
      test = before;
      await fresh.close();
    }
  });
});
