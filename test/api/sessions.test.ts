import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hashPassword, verifyPassword } from '../../src/actions/password-hash.ts';
import { createSignInLink, SANDBOX_PEOPLE } from '../../src/actions/sign-in.ts';
import { ApiKeyMadeOut, RoleRightsOut, SessionsOut } from '../../src/http/schemas/people.ts';
import { NOON } from '../context.ts';
import { type Browser, openBrowser } from './browser.ts';
import { codeOf, DAY, type Office, OTHER, openOffice, PASSWORD, signInWith, tokenOf } from './office.ts';

/** Sessions that were copied, planted, kept or guessed at. */

const COOKIE = 'assent_session';

let test: Office;
let address: string;
beforeAll(async () => {
  test = await openOffice();
  address = await test.app.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(() => test.setNow(NOON));
afterAll(() => test.close());

/** Without being told, a stream looks after its session every 20 s only. */
const AT_ONCE = 10_000;

/** The live page of whoever sends these headers; `over` resolves when the server ends it, at once. */
async function openPage(headers: Record<string, string>): Promise<{ over: Promise<unknown>; close(): void }> {
  const abort = new AbortController();
  const response = await fetch(`${address}/api/events`, { headers, signal: abort.signal });
  expect(response.status).toBe(200);
  const reader = response.body?.getReader();
  await reader?.read();
  const begun = performance.now();
  const end = async (): Promise<void> => {
    while ((await reader?.read())?.done === false);
    expect(performance.now() - begun).toBeLessThan(AT_ONCE);
  };
  return { over: end(), close: () => abort.abort() };
}
const cookieOf = (browser: Browser) => ({ cookie: `${COOKIE}=${browser.cookies.get(COOKIE)}` });

/** Another hand with the cookie of this browser. */
function thiefOf(browser: Browser): Browser {
  const thief = openBrowser(test);
  thief.cookies.set(COOKIE, browser.cookies.get(COOKIE) ?? '');
  return thief;
}

type Member = Awaited<ReturnType<Office['member']>>;
const person = (member: Member, change: object) =>
  test.admin.call('PATCH', `/api/people/${member.person.id}`, change);
async function elsewhere({ email }: Member): Promise<Browser> {
  const browser = openBrowser(test);
  expect((await signInWith(browser, email, PASSWORD)).status).toBe(204);
  return browser;
}

describe('a session cookie that somebody copied', () => {
  it.each<[string, (member: Member) => Promise<unknown>]>([
    ['its person signed out', ({ browser }) => browser.call('POST', '/api/sign-out')],
    [
      'its person ended it from another browser',
      async (member) => {
        const other = await elsewhere(member);
        const { items } = SessionsOut.parse((await other.call('GET', '/api/me/sessions')).body);
        const stolen = items.find((session) => !session.current);
        return other.call('DELETE', `/api/me/sessions/${stolen?.id}`);
      },
    ],
    [
      'its person ended all others',
      async (member) => (await elsewhere(member)).call('DELETE', '/api/me/sessions'),
    ],
    [
      'its person chose another password',
      async (member) =>
        (await elsewhere(member)).call('POST', '/api/me/password', { current: PASSWORD, next: OTHER }),
    ],
    [
      'an administrator signed them out',
      ({ person: { id } }) => test.admin.call('DELETE', `/api/people/${id}/sessions`),
    ],
    [
      'an administrator reset them',
      ({ person: { id } }) => test.admin.call('POST', `/api/people/${id}/reset`),
    ],
    ['their account was disabled', (member) => person(member, { disabled: true })],
  ])('opens nothing after %s, and the page that was open with it ends', async (_what, end) => {
    const member = await test.member();
    const thief = thiefOf(member.browser);
    expect((await thief.call('GET', '/api/me')).status).toBe(200);
    const page = await openPage(cookieOf(member.browser));
    const done = (await end(member)) as { status: number };
    expect(done.status).toBeLessThan(300);
    await page.over;
    for (const call of [
      thief.call('GET', '/api/me'),
      thief.call('GET', '/api/conversations'),
      thief.call('PATCH', '/api/me/preferences', { sound: false }),
    ])
      expect(codeOf(await call)).toBe('signed-out');
    const again = await test.app.inject({ url: '/api/events', headers: cookieOf(thief) });
    expect(again.statusCode).toBe(401);
  });

  it('is no API key, and a key is no session', async () => {
    const member = await test.member();
    const token = member.browser.cookies.get(COOKIE) ?? '';
    const asKey = await openBrowser(test).call('GET', '/api/me', undefined, {
      authorization: `Bearer ${token}`,
    });
    expect([asKey.status, codeOf(asKey)]).toEqual([401, 'wrong-api-key']);
    const made = await test.admin.call('POST', '/api/api-keys', { name: 'A key', scopes: ['see-chats'] });
    const { key } = ApiKeyMadeOut.parse(made.body);
    const asCookie = openBrowser(test);
    asCookie.cookies.set(COOKIE, key);
    expect((await asCookie.call('GET', '/api/me')).status).toBe(401);
    for (const query of [`key=${key}`, `access_token=${key}`, `authorization=Bearer%20${key}`])
      expect((await openBrowser(test).call('GET', `/api/me?${query}`)).status).toBe(401);
  });
});

describe('rights', () => {
  it.each<[string, (member: Member) => Promise<unknown>]>([
    ['with another role', (member) => person(member, { role: 'auditor' })],
    ['with a change of the role', () => test.admin.call('PUT', '/api/roles', { agent: [] })],
  ])('change at once %s, and the page begins anew', async (_what, change) => {
    const roles = RoleRightsOut.parse((await test.admin.call('GET', '/api/roles')).body);
    const member = await test.member();
    const edit = () => member.browser.call('POST', '/api/records/contact', { values: { fullname: 'X' } });
    expect((await edit()).status).toBe(201);
    const page = await openPage(cookieOf(member.browser));
    await change(member);
    await page.over;
    expect(codeOf(await edit())).toBe('not-allowed');
    // The session itself stands, with the rights it has now.
    const next = await openPage(cookieOf(member.browser));
    next.close();
    await next.over.catch(() => {});
    await test.admin.call('PUT', '/api/roles', { agent: roles.agent });
  });

  it('of a team change at once: the page begins anew and hears of its own conversations alone', async () => {
    const member = await test.member();
    const page = await openPage(cookieOf(member.browser));
    await person(member, { teams: [] });
    await page.over;
    expect((await member.browser.call('GET', '/api/me')).status).toBe(200);
  });

  it('of a key end with it, and so do its pages', async () => {
    const made = await test.admin.call('POST', '/api/api-keys', { name: 'A key', scopes: ['see-chats'] });
    const { key, apiKey } = ApiKeyMadeOut.parse(made.body);
    const headers = { authorization: `Bearer ${key}` };
    const page = await openPage(headers);
    await test.admin.call('DELETE', `/api/api-keys/${apiKey.id}`);
    await page.over;
    expect(codeOf(await openBrowser(test).call('GET', '/api/me', undefined, headers))).toBe('wrong-api-key');
  });
});

describe('a session that somebody planted before the sign-in', () => {
  it.each<[string, (browser: Browser) => Promise<unknown>]>([
    ['with a password', async (browser) => signInWith(browser, (await test.member()).email, PASSWORD)],
    [
      'by an invitation',
      async (browser) => {
        const token = tokenOf((await test.invite()).invitation);
        return browser.call('POST', '/api/sign-in/link', { token, password: PASSWORD });
      },
    ],
    ['by a link', async (browser) => browser.call('GET', await test.link('agent'))],
  ])('is never the one that %s begins, and is over', async (_how, signIn) => {
    const attacker = await test.member();
    const planted = attacker.browser.cookies.get(COOKIE) ?? '';
    for (const before of [planted, 'x'.repeat(64)]) {
      const victim = openBrowser(test);
      victim.cookies.set(COOKIE, before);
      await signIn(victim);
      expect((await victim.call('GET', '/api/me')).status).toBe(200);
      expect(victim.cookies.get(COOKIE)).not.toBe(before);
      const again = openBrowser(test);
      again.cookies.set(COOKIE, before);
      expect((await again.call('GET', '/api/me')).status).toBe(401);
    }
  });
});

describe('a sign-in link', () => {
  const open = (link: string) => openBrowser(test).call('GET', link);
  const linkOf = (id: string) => createSignInLink(test.ctx, id, '');

  it('opens once, and not after a day', async () => {
    const { person: known } = await test.member();
    const [used, late] = [await linkOf(known.id), await linkOf(known.id)];
    expect([(await open(used)).status, (await open(used)).status]).toEqual([303, 410]);
    test.setNow(NOON + DAY);
    expect((await open(late)).status).toBe(410);
  });

  it('of somebody who is disabled opens nothing, nor one from before once they are back', async () => {
    const member = await test.member();
    const before = await linkOf(member.person.id);
    await person(member, { disabled: true });
    const meanwhile = await linkOf(member.person.id);
    expect([(await open(before)).status, (await open(meanwhile)).status]).toEqual([410, 410]);
    await person(member, { disabled: false });
    expect((await open(before)).status).toBe(410);
  });

  it('is void once an administrator signs its person out', async () => {
    const member = await test.member();
    const link = await linkOf(member.person.id);
    await test.admin.call('DELETE', `/api/people/${member.person.id}/sessions`);
    expect((await open(link)).status).toBe(410);
  });

  it('that signs in sets no password', async () => {
    const token = new URL(await linkOf(SANDBOX_PEOPLE[1].id), 'http://here').searchParams.get('token');
    const reply = await openBrowser(test).call('POST', '/api/sign-in/link', { token, password: PASSWORD });
    expect([reply.status, codeOf(reply)]).toEqual([410, 'link-not-good']);
  });
});

describe('a guess at a password', () => {
  it('is answered alike for everybody who could have one, or not', async () => {
    const [known, disabled, invited] = [await test.member(), await test.member(), await test.invite()];
    await person(disabled, { disabled: true });
    const replies = [];
    for (const [email, password] of [
      [known.email, OTHER],
      [disabled.email, PASSWORD],
      [disabled.email, OTHER],
      [invited.email, PASSWORD],
      ['nobody@nowhere.example', PASSWORD],
      ["' or 1=1 --@contoso.example", PASSWORD],
    ] as const)
      replies.push(await signInWith(openBrowser(test), email, password));
    for (const { status, body, headers } of replies) {
      expect([status, body]).toEqual([401, replies[0]?.body]);
      expect(headers['set-cookie']).toBeUndefined();
    }
  });

  it('takes as much work where there is no password', async () => {
    const stored = await hashPassword(PASSWORD);
    const timed = async (hash: string | null): Promise<number> => {
      const begun = performance.now();
      expect(await verifyPassword(hash, OTHER)).toBe(false);
      return performance.now() - begun;
    };
    const [known, nobody]: [number[], number[]] = [[], []];
    for (let n = 0; n < 5; n += 1) {
      known.push(await timed(stored));
      nobody.push(await timed(null));
    }
    // Of five, the fastest of each is what the machine can do.
    expect(Math.min(...nobody)).toBeGreaterThan(Math.min(...known) / 3);
  });
});
