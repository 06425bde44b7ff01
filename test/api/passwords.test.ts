import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accountById } from '../../src/db/people.ts';
import { Problem } from '../../src/http/schemas/common.ts';
import { LinkOut, PersonOut, PersonPage, SessionsOut } from '../../src/http/schemas/people.ts';
import { NOON } from '../context.ts';
import { type Browser, openBrowser } from './browser.ts';
import {
  codeOf,
  HOUR,
  MINUTE,
  type Office,
  OTHER,
  openOffice,
  PASSWORD,
  signInWith,
  tokenOf,
} from './office.ts';

let test: Office;
beforeAll(async () => {
  test = await openOffice();
});
afterEach(() => test.setNow(NOON));
afterAll(() => test.close());

describe('a password', () => {
  it('signs in, whatever the case of the address', async () => {
    const { email } = await test.member();
    const browser = openBrowser(test);
    expect((await signInWith(browser, email.toUpperCase(), PASSWORD)).status).toBe(204);
    expect((await browser.call('GET', '/api/me')).body).toMatchObject({ email });
  });

  it('is the same however its characters are composed', async () => {
    const { invitation, email } = await test.invite();
    const token = tokenOf(invitation);
    await openBrowser(test).call('POST', '/api/sign-in/link', {
      token,
      password: 'e\u0301te\u0301 a\u0300 la mer en famille',
    });
    expect((await signInWith(openBrowser(test), email, 'été à la mer en famille')).status).toBe(204);
  });

  it('that is wrong, and an address that nobody has, are answered alike', async () => {
    const { email } = await test.member();
    const wrong = await signInWith(openBrowser(test), email, OTHER);
    const nobody = await signInWith(openBrowser(test), 'nobody@contoso.example', OTHER);
    expect([wrong.status, codeOf(wrong)]).toEqual([401, 'wrong-credentials']);
    expect(nobody.body).toEqual(wrong.body);
  });

  it.each([
    ['of a person', async () => (await test.member()).email],
    ['that nobody has', async () => `nobody${Math.random()}@contoso.example`],
  ])(
    'is not tried without end on an address %s: the account closes for a while, longer each time',
    async (_whose, address) => {
      const email = await address();
      const attempt = async (password = OTHER) => {
        const reply = await signInWith(openBrowser(test), email, password);
        const until = reply.status === 423 ? Date.parse(Problem.parse(reply.body).until ?? '') - NOON : null;
        return [reply.status, until];
      };
      for (let n = 0; n < 5; n += 1) expect(await attempt()).toEqual([401, null]);
      expect(await attempt()).toEqual([423, MINUTE]);
      expect(await attempt(PASSWORD)).toEqual([423, MINUTE]);
      test.setNow(NOON + MINUTE);
      expect(await attempt()).toEqual([401, null]);
      expect(await attempt()).toEqual([423, 3 * MINUTE]);
      test.setNow(NOON + 3 * MINUTE);
      expect(await attempt()).toEqual([401, null]);
      expect(await attempt()).toEqual([423, 7 * MINUTE]);
    },
  );

  it('is not tried more often by trying at once', async () => {
    const { email } = await test.member();
    const tries = await Promise.all(
      Array.from({ length: 12 }, () => signInWith(openBrowser(test), email, OTHER)),
    );
    expect(tries.filter((reply) => reply.status === 401)).toHaveLength(5);
    expect(tries.filter((reply) => reply.status === 423)).toHaveLength(7);
  });

  it('that is right forgets the wrong ones before it', async () => {
    const { email } = await test.member();
    for (let n = 0; n < 4; n += 1) await signInWith(openBrowser(test), email, OTHER);
    expect((await signInWith(openBrowser(test), email, PASSWORD)).status).toBe(204);
    for (let n = 0; n < 4; n += 1)
      expect((await signInWith(openBrowser(test), email, OTHER)).status).toBe(401);
  });

  it('of an account that closed works after an administrator has unlocked it', async () => {
    const { email, person } = await test.member();
    for (let n = 0; n < 6; n += 1) await signInWith(openBrowser(test), email, OTHER);
    const listed = PersonPage.parse((await test.admin.call('GET', `/api/people?search=${email}`)).body);
    expect(listed.items[0]?.status).toBe('locked');
    const unlocked = await test.admin.call('POST', `/api/people/${person.id}/unlock`);
    expect(PersonOut.parse(unlocked.body).status).toBe('active');
    expect(await test.newestAudit()).toMatchObject({ action: 'person.unlock', subject: person.id });
    expect((await signInWith(openBrowser(test), email, PASSWORD)).status).toBe(204);
  });

  it('is guessed by one address ten times a minute', async () => {
    const browser = openBrowser(test);
    for (let n = 0; n < 10; n += 1)
      expect((await signInWith(browser, `guess${n}@contoso.example`, OTHER)).status).toBe(401);
    const closed = await signInWith(browser, 'guess@contoso.example', OTHER);
    expect([closed.status, codeOf(closed)]).toEqual([429, 'too-many-requests']);
  });

  it('is guessed ten times a minute by one address behind the proxy, and others behind it go on', async () => {
    const other = await openOffice({ context: test, env: { TRUSTED_PROXIES: '10.9.0.0/16' } });
    try {
      const proxy = openBrowser(other, '10.9.0.1');
      const attempt = (email: string, password: string, forwarded: string) =>
        proxy.call('POST', '/api/sign-in/password', { email, password }, { 'x-forwarded-for': forwarded });
      const guess = (n: number) => attempt(`behind${n}@contoso.example`, OTHER, `192.0.2.${n}, 203.0.113.9`);
      // What the caller says of themselves in front of the proxy's word counts for nothing.
      for (let n = 0; n < 10; n += 1) expect((await guess(n)).status).toBe(401);
      expect((await guess(10)).status).toBe(429);
      const { email } = await test.member();
      expect((await attempt(email, PASSWORD, '203.0.113.10')).status).toBe(204);
      const { items } = SessionsOut.parse((await proxy.call('GET', '/api/me/sessions')).body);
      expect(items.find(({ current }) => current)?.address).toBe('203.0.113.10');
    } finally {
      await other.app.close();
    }
  });

  it('is guessed by one address that nobody vouches for, whatever it says of itself', async () => {
    const browser = openBrowser(test);
    const guess = (n: number) =>
      browser.call(
        'POST',
        '/api/sign-in/password',
        { email: `said${n}@contoso.example`, password: OTHER },
        { 'x-forwarded-for': `192.0.2.${n}` },
      );
    for (let n = 0; n < 10; n += 1) expect((await guess(n)).status).toBe(401);
    expect((await guess(10)).status).toBe(429);
  });

  it('is changed by its person; other sessions end and this one stays', async () => {
    const { email, browser } = await test.member();
    const elsewhere = openBrowser(test);
    await signInWith(elsewhere, email, PASSWORD);
    const change = (current: string, next: string) =>
      browser.call('POST', '/api/me/password', { current, next });
    expect(codeOf(await change(OTHER, OTHER))).toBe('wrong-password');
    expect(codeOf(await change(PASSWORD, 'short'))).toBe('password-too-short');
    expect((await change(PASSWORD, OTHER)).status).toBe(204);
    expect((await browser.call('GET', '/api/me')).status).toBe(200);
    expect((await elsewhere.call('GET', '/api/me')).status).toBe(401);
    expect((await signInWith(openBrowser(test), email, PASSWORD)).status).toBe(401);
    expect((await signInWith(openBrowser(test), email, OTHER)).status).toBe(204);
  });

  it('cannot be guessed with a stolen session either', async () => {
    const { browser } = await test.member();
    const codes = [];
    for (let n = 0; n < 6; n += 1)
      codes.push(codeOf(await browser.call('POST', '/api/me/password', { current: OTHER, next: OTHER })));
    expect(codes.slice(4)).toEqual(['wrong-password', 'locked']);
  });

  it('that an administrator resets stops working at once, with every session; the link sets a new one', async () => {
    const { email, person, browser } = await test.member();
    const reset = LinkOut.parse((await test.admin.call('POST', `/api/people/${person.id}/reset`)).body);
    expect((await browser.call('GET', '/api/me')).status).toBe(401);
    expect((await signInWith(openBrowser(test), email, PASSWORD)).status).toBe(401);
    expect(await test.newestAudit()).toMatchObject({ action: 'person.reset', subject: person.id });
    const fresh = openBrowser(test);
    const info = await fresh.call('GET', `/api/sign-in/link?token=${tokenOf(reset)}`);
    expect(info.body).toMatchObject({ purpose: 'reset', email });
    const set = await fresh.call('POST', '/api/sign-in/link', { token: tokenOf(reset), password: OTHER });
    expect(set.status).toBe(204);
    expect((await signInWith(openBrowser(test), email, OTHER)).status).toBe(204);
  });

  it('is stored as argon2id with the parameters OWASP names', async () => {
    const { person } = await test.member();
    const account = await accountById(test.ctx.database.db, person.id);
    expect(account?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });
});

describe('signing in', () => {
  it('ends the session that the browser brought, and never keeps its token', async () => {
    const { email } = await test.member();
    const browser = await test.signedIn('agent');
    const before = browser.cookies.get('assent_session') ?? '';
    await signInWith(browser, email, PASSWORD);
    expect(browser.cookies.get('assent_session')).not.toBe(before);
    const fixed = openBrowser(test);
    fixed.cookies.set('assent_session', before);
    expect((await fixed.call('GET', '/api/me')).status).toBe(401);
  });

  it('with a token that somebody planted gives another one', async () => {
    const { email } = await test.member();
    const browser = openBrowser(test);
    browser.cookies.set('assent_session', 'planted-by-an-attacker');
    await signInWith(browser, email, PASSWORD);
    expect(browser.cookies.get('assent_session')).not.toBe('planted-by-an-attacker');
  });

  it.each(['/api/sign-in/password', '/api/sign-in/link'])('at %s is for our own pages', async (url) => {
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }]) {
      const reply = await openBrowser(test).call(
        'POST',
        url,
        { email: 'a@b.example', password: 'x' },
        headers,
      );
      expect([reply.status, codeOf(reply)]).toEqual([403, 'cross-site-request']);
    }
  });

  it('takes no text that the database could not', async () => {
    const reply = await signInWith(openBrowser(test), 'a\u0000@contoso.example', PASSWORD);
    expect([reply.status, codeOf(reply)]).toEqual([422, 'text-not-storable']);
  });

  it('offers what there is', async () => {
    const options = await openBrowser(test).call('GET', '/api/sign-in/options');
    expect(options.body).toEqual({ password: true, oidc: null, sandbox: true });
  });
});

describe('sessions', () => {
  it('are listed, and revoked one by one or all others', async () => {
    const { email, browser } = await test.member();
    const [second, third] = [openBrowser(test), openBrowser(test)];
    await signInWith(second, email, PASSWORD);
    test.setNow(NOON + MINUTE);
    await signInWith(third, email, PASSWORD);
    const list = async (of: Browser) =>
      SessionsOut.parse((await of.call('GET', '/api/me/sessions')).body).items;
    expect(await list(browser)).toHaveLength(3);
    const [newest] = await list(third);
    expect(newest?.current).toBe(true);
    const own = (await list(second)).find((session) => session.current);
    expect((await browser.call('DELETE', `/api/me/sessions/${own?.id}`)).status).toBe(204);
    expect((await second.call('GET', '/api/me')).status).toBe(401);
    expect((await browser.call('DELETE', '/api/me/sessions')).status).toBe(204);
    expect((await third.call('GET', '/api/me')).status).toBe(401);
    expect(await list(browser)).toHaveLength(1);
  });

  it('of others are nobody’s business, and administrators end them all', async () => {
    const [one, other] = [await test.member(), await test.member()];
    const [session] = SessionsOut.parse((await one.browser.call('GET', '/api/me/sessions')).body).items;
    expect((await other.browser.call('DELETE', `/api/me/sessions/${session?.id}`)).status).toBe(404);
    const seen = SessionsOut.parse(
      (await test.admin.call('GET', `/api/people/${one.person.id}/sessions`)).body,
    );
    expect(seen.items).toEqual([{ ...session, current: false }]);
    expect((await test.admin.call('DELETE', `/api/people/${one.person.id}/sessions`)).status).toBe(204);
    expect((await one.browser.call('GET', '/api/me')).status).toBe(401);
    expect(await test.newestAudit()).toMatchObject({ action: 'person.sign-out', before: { sessions: 1 } });
  });

  it('are one each, however often their token changes', async () => {
    const { browser } = await test.member();
    for (const hour of [1, 2, 3]) {
      test.setNow(NOON + hour * HOUR);
      expect((await browser.call('GET', '/api/me')).status).toBe(200);
    }
    const { items } = SessionsOut.parse((await browser.call('GET', '/api/me/sessions')).body);
    expect(items).toMatchObject([{ current: true, signedInAt: new Date(NOON).toISOString() }]);
    expect(Date.parse(items[0]?.seenAt ?? '')).toBe(NOON + 3 * HOUR);
  });
});
