import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MeOut } from '../../src/http/schemas/administration.ts';
import { EmbedTokenOut } from '../../src/http/schemas/embed.ts';
import { SessionsOut } from '../../src/http/schemas/people.ts';
import { createTestApp } from '../app.ts';
import { NOON } from '../context.ts';
import { type Browser, openBrowser, type Reply } from './browser.ts';
import { codeOf, HOUR, MINUTE, type Office, OTHER, openOffice, PASSWORD, signInWith } from './office.ts';

/** Tokens of chats inside other applications: whose they are, what they open, and what ends them. */

const HOST = 'https://contoso.crm.dynamics.com';
const env = { EMBED_ORIGINS: `${HOST}, https://contoso.crm4.dynamics.com` };

let test: Office;
let address: string;
beforeAll(async () => {
  test = await openOffice({ env });
  address = await test.app.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(() => test.setNow(NOON));
afterAll(() => test.close());

/** A frame holds a token and no cookie. */
interface Frame {
  token: string;
  call(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    body?: unknown,
    headers?: object,
  ): Promise<Reply>;
}

function frameWith(token: string): Frame {
  const browser = openBrowser(test);
  return {
    token,
    call: (method, url, body, headers) =>
      browser.call(method, url, body, { authorization: `Bearer ${token}`, ...headers }),
  };
}

async function frameOf(browser: Browser, origin = HOST): Promise<Frame> {
  const reply = await browser.call('POST', '/api/embed-tokens', { origin });
  expect(reply.status).toBe(201);
  return frameWith(EmbedTokenOut.parse(reply.body).token);
}

async function renewed(frame: Frame): Promise<Frame> {
  const reply = await frame.call('POST', '/api/embed-tokens/renew');
  expect(reply.status).toBe(201);
  return frameWith(EmbedTokenOut.parse(reply.body).token);
}

const meOf = async (frame: Frame) => MeOut.parse((await frame.call('GET', '/api/me')).body);
const endOf = async (frame: Frame): Promise<unknown[]> => {
  const reply = await frame.call('GET', '/api/me');
  return [reply.status, reply.status < 400 ? null : codeOf(reply)];
};
const ENDED = [401, 'embed-token-ended'];

describe('a token for a frame', () => {
  it('is its person, with their rights and no more', async () => {
    const { browser, person } = await test.member('auditor');
    const frame = await frameOf(browser);
    const me = await meOf(frame);
    expect(me.id).toBe(person.id);
    expect(me).toEqual(MeOut.parse((await browser.call('GET', '/api/me')).body));
    expect(
      codeOf(await frame.call('POST', '/api/people', { name: 'M', email: 'm@x.example', role: 'agent' })),
    ).toBe('not-allowed');
  });

  it('follows a right that is taken away, and another role, with the next call', async () => {
    const { browser, person } = await test.member('administrator');
    const frame = await frameOf(browser);
    expect((await frame.call('GET', '/api/audit')).status).toBe(200);
    await test.admin.call('PATCH', `/api/people/${person.id}`, { role: 'agent' });
    const reply = await frame.call('GET', '/api/audit');
    // Whoever changes a role ends the sessions too, or the right is gone: in neither case does it open.
    expect([401, 403]).toContain(reply.status);
  });

  it('is stored as a hash', async () => {
    const { browser } = await test.member();
    const { token } = await frameOf(browser);
    const rows = await test.ctx.database.db
      .selectFrom('embed_token' as never)
      .selectAll()
      .execute();
    expect(JSON.stringify(rows)).not.toContain(token);
    expect(JSON.stringify(rows)).toContain(test.ctx.keys.sha256(token));
  });

  it.each([
    'https://evil.example',
    'https://contoso.crm.dynamics.com.evil.example',
    'http://contoso.crm.dynamics.com',
    'https://CONTOSO.crm.dynamics.com/',
    'null',
  ])('is not given for a page of %s', async (origin) => {
    const { browser } = await test.member();
    const reply = await browser.call('POST', '/api/embed-tokens', { origin });
    expect([reply.status, codeOf(reply)]).toEqual([422, 'embed-origin-not-listed']);
  });

  it('is given to a session only, from a page of ours', async () => {
    const { browser } = await test.member();
    const frame = await frameOf(browser);
    expect(codeOf(await frame.call('POST', '/api/embed-tokens', { origin: HOST }))).toBe('needs-session');
    const other = await browser.call(
      'POST',
      '/api/embed-tokens',
      { origin: HOST },
      { 'sec-fetch-site': 'cross-site' },
    );
    expect(codeOf(other)).toBe('cross-site-request');
    const key = await openBrowser(test).call('POST', '/api/embed-tokens', { origin: HOST }, { ...test.key });
    expect(codeOf(key)).toBe('needs-session');
    expect(codeOf(await browser.call('POST', '/api/embed-tokens/renew'))).toBe('needs-embed-token');
    expect(codeOf(await openBrowser(test).call('POST', '/api/embed-tokens', { origin: HOST }))).toBe(
      'signed-out',
    );
  });

  it('leaves the account alone: its password, its sessions, its choices', async () => {
    const { browser } = await test.member();
    const frame = await frameOf(browser);
    for (const [method, url, body] of [
      ['POST', '/api/me/password', { current: PASSWORD, next: OTHER }],
      ['GET', '/api/me/sessions', undefined],
      ['DELETE', '/api/me/sessions', undefined],
      ['PATCH', '/api/me/preferences', { sound: false }],
    ] as const)
      expect([url, codeOf(await frame.call(method, url, body))]).toEqual([url, 'needs-session']);
    expect((await browser.call('GET', '/api/me')).status).toBe(200);
  });

  it('is worth nothing as a cookie or in an address', async () => {
    const { token } = await frameOf((await test.member()).browser);
    const asCookie = openBrowser(test);
    asCookie.cookies.set('assent_session', token);
    expect((await asCookie.call('GET', '/api/me')).status).toBe(401);
    expect((await openBrowser(test).call('GET', `/api/me?access_token=${token}`)).status).toBe(401);
  });
});

describe('a token for a frame that somebody copied', () => {
  it.each(['cross-site', 'same-site'])('opens nothing for a %s page', async (site) => {
    const frame = await frameOf((await test.member()).browser);
    for (const method of ['GET', 'POST'] as const) {
      const reply = await frame.call(
        method,
        method === 'GET' ? '/api/me' : '/api/embed-tokens/renew',
        undefined,
        {
          'sec-fetch-site': site,
        },
      );
      expect(codeOf(reply)).toBe('cross-site-request');
    }
  });

  it('opens nothing fifteen minutes later', async () => {
    const frame = await frameOf((await test.member()).browser);
    test.setNow(NOON + 15 * MINUTE - 1);
    expect((await frame.call('GET', '/api/me')).status).toBe(200);
    test.setNow(NOON + 15 * MINUTE);
    expect(await endOf(frame)).toEqual(ENDED);
    expect(codeOf(await frame.call('POST', '/api/embed-tokens/renew'))).toBe('embed-token-ended');
  });

  it('is one more character or one less, and opens nothing', async () => {
    const { token } = await frameOf((await test.member()).browser);
    for (const wrong of [`${token}a`, token.slice(0, -1), `assent-frame_${'a'.repeat(300)}`])
      expect(await endOf(frameWith(wrong))).toEqual(ENDED);
  });

  it('ends its frame when it comes back after it was renewed, and no other frame', async () => {
    const { browser } = await test.member();
    const [stolen, another] = [await frameOf(browser), await frameOf(browser)];
    test.setNow(NOON + 10 * MINUTE);
    const own = await renewed(stolen);
    const elsewhere = await renewed(another);
    // A call that was under way.
    expect((await stolen.call('GET', '/api/me')).status).toBe(200);
    test.setNow(NOON + 11 * MINUTE);
    expect(await endOf(stolen)).toEqual(ENDED);
    expect(await endOf(own)).toEqual(ENDED);
    expect((await elsewhere.call('GET', '/api/me')).status).toBe(200);
    expect((await browser.call('GET', '/api/me')).status).toBe(200);
  });

  it.each<[string, (member: Awaited<ReturnType<Office['member']>>) => Promise<Reply>]>([
    ['its person signed out', ({ browser }) => browser.call('POST', '/api/sign-out')],
    [
      'its person ended all others from elsewhere',
      async ({ email }) => {
        const other = openBrowser(test);
        await signInWith(other, email, PASSWORD);
        return other.call('DELETE', '/api/me/sessions');
      },
    ],
    [
      'its person ended just that session',
      async ({ email }) => {
        const other = openBrowser(test);
        await signInWith(other, email, PASSWORD);
        const { items } = SessionsOut.parse((await other.call('GET', '/api/me/sessions')).body);
        return other.call('DELETE', `/api/me/sessions/${items.find(({ current }) => !current)?.id}`);
      },
    ],
    [
      'an administrator signed them out',
      ({ person: { id } }) => test.admin.call('DELETE', `/api/people/${id}/sessions`),
    ],
    [
      'their account was disabled',
      ({ person: { id } }) => test.admin.call('PATCH', `/api/people/${id}`, { disabled: true }),
    ],
  ])('opens nothing after %s, renews nothing, and its live stream ends', async (_what, end) => {
    const member = await test.member();
    const frame = await frameOf(member.browser);
    const stream = await openStream(frame);
    expect((await end(member)).status).toBeLessThan(300);
    await stream.over;
    expect(await endOf(frame)).toEqual(ENDED);
    expect(codeOf(await frame.call('POST', '/api/embed-tokens/renew'))).toBe('embed-token-ended');
  });

  it('opens nothing once its application is taken from the list', async () => {
    const frame = await frameOf((await test.member()).browser, 'https://contoso.crm4.dynamics.com');
    const later = await createTestApp({ context: test, routes: 'api', env: { EMBED_ORIGINS: HOST } });
    const headers = { authorization: `Bearer ${frame.token}`, 'sec-fetch-site': 'same-origin' };
    const answer = await later.app.inject({ url: '/api/me', headers });
    expect([answer.statusCode, answer.json().code]).toEqual(ENDED);
    await later.close();
  });
});

describe('a frame that stays open', () => {
  it('renews its token while the session stands, and not an hour longer', async () => {
    let frame = await frameOf((await test.member()).browser);
    const first = frame;
    // Sessions end when they were not used for twelve hours, and a frame does not use one.
    for (let at = NOON + 10 * MINUTE; at < NOON + 12 * HOUR; at += 10 * MINUTE) {
      test.setNow(at);
      frame = await renewed(frame);
    }
    expect(frame.token).not.toBe(first.token);
    test.setNow(NOON + 12 * HOUR);
    expect(await endOf(frame)).toEqual(ENDED);
  });

  it('gets another token where the answer with the new one was lost', async () => {
    const frame = await frameOf((await test.member()).browser);
    await renewed(frame);
    const again = await renewed(frame);
    expect((await again.call('GET', '/api/me')).status).toBe(200);
  });

  it('is begun again by a session that got another token of its own meanwhile', async () => {
    const { browser } = await test.member();
    const frame = await frameOf(browser);
    test.setNow(NOON + 2 * HOUR);
    expect((await browser.call('GET', '/api/me')).status).toBe(200);
    test.setNow(NOON + 2 * HOUR + 5 * MINUTE);
    // The first token is long over; a session that was rotated still stands behind the next.
    expect(await endOf(frame)).toEqual(ENDED);
    expect((await meOf(await frameOf(browser))).role).toBe('agent');
  });
});

/** `over` resolves when the server ends the stream, at once rather than when it next looks. */
async function openStream({ token }: Frame): Promise<{ over: Promise<void> }> {
  const response = await fetch(`${address}/api/events`, { headers: { authorization: `Bearer ${token}` } });
  expect(response.status).toBe(200);
  const reader = response.body?.getReader();
  await reader?.read();
  const begun = performance.now();
  const end = async (): Promise<void> => {
    while ((await reader?.read())?.done === false);
    expect(performance.now() - begun).toBeLessThan(10_000);
  };
  return { over: end() };
}
