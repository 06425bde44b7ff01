import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { type MutableToken, OAuth2Server } from 'oauth2-mock-server';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createOidcProvider } from '../../src/adapters/oidc/oidc.ts';
import { readConfig } from '../../src/config.ts';
import { PersonPage, SignedOut } from '../../src/http/schemas/people.ts';
import { NOON } from '../context.ts';
import { type Browser, openBrowser, type Reply } from './browser.ts';
import { codeOf, MINUTE, type Office, openOffice } from './office.ts';

/**
 * Signing in by OpenID Connect against a server of its own, which checks PKCE itself; what a real issuer never sends is
 * put into its tokens here.
 */

const ADMINS = '1f0c4d3a-0000-4000-8000-00000000000a';
const CLIENT = 'assent-at-contoso';

let issuer: OAuth2Server;
let test: Office;
/** What the ID token of the next sign-ins says of the person. */
let claims: Record<string, unknown> = {};
/** What else happens to an ID token before, and to the answer after it is signed. */
let tamper: { token?: (token: MutableToken) => void; answer?: (body: Record<string, unknown>) => void } = {};
let redeemed: Record<string, unknown>[] = [];
let people = 0;

beforeAll(async () => {
  issuer = new OAuth2Server();
  await issuer.issuer.keys.generate('RS256');
  await issuer.start(0, '127.0.0.1');
  issuer.service.on('beforeTokenSigning', (token: MutableToken) => {
    // The access token has no audience here; nobody reads it.
    if (token.payload.aud === undefined) return;
    Object.assign(token.payload, claims);
    tamper.token?.(token);
  });
  issuer.service.on(
    'beforeResponse',
    (answer: { body: Record<string, unknown> }, request: { body: object }) => {
      redeemed.push({ ...request.body });
      tamper.answer?.(answer.body);
    },
  );
  const env = {
    OIDC_ISSUER: issuer.issuer.url ?? '',
    OIDC_CLIENT_ID: CLIENT,
    OIDC_NAME: 'Contoso',
    OIDC_ROLE_MAP: `administrator=${ADMINS}, agent=Assent.Agent, agent=CN=Desk,OU=Groups, auditor=Assent.Auditor`,
  };
  const read = readConfig(env);
  if (!read.ok || read.config.oidc === null) throw new Error('not configured');
  test = await openOffice({ env, oidc: createOidcProvider(read.config.oidc) });
});
afterEach(() => {
  tamper = {};
  redeemed = [];
  test.setNow(NOON);
});
afterAll(async () => {
  await test.close();
  await issuer.stop();
});

/** Somebody whom the issuer knows. */
function somebody(more: Record<string, unknown> = {}): Record<string, unknown> {
  people += 1;
  return {
    sub: `subject-${people}`,
    name: `Olga ${people}`,
    email: `olga${people}@contoso.example`,
    ...more,
  };
}

/** The page of the issuer that Assent leads to. */
async function begin(browser: Browser, next?: string): Promise<URL> {
  const query = next === undefined ? '' : `?next=${encodeURIComponent(next)}`;
  const reply = await browser.call('GET', `/api/sign-in/oidc${query}`);
  expect(reply.status).toBe(303);
  return new URL(String(reply.headers.location));
}

/** The person confirms at the issuer; answers where that leads back to. */
async function confirm(url: URL): Promise<URL> {
  const answer = await fetch(url, { redirect: 'manual' });
  return new URL(answer.headers.get('location') ?? '');
}

/** The browser follows the issuer's link back. */
const comeBack = (browser: Browser, url: URL): Promise<Reply> =>
  browser.call('GET', url.pathname + url.search, undefined, { 'sec-fetch-site': 'cross-site' });

async function signIn(who: Record<string, unknown>, browser = openBrowser(test), next?: string) {
  claims = who;
  const reply = await comeBack(browser, await confirm(await begin(browser, next)));
  return { browser, reply, me: await browser.call('GET', '/api/me') };
}

/** A page that a person can read, and no session. */
function expectRefused(
  { browser, reply }: { browser: Browser; reply: Reply },
  status: number,
  words: RegExp,
): void {
  expect([reply.status, reply.headers['content-type']]).toEqual([status, 'text/html; charset=utf-8']);
  expect(reply.body).toMatch(/<h1>You are not signed in<\/h1>/);
  expect(reply.body).toMatch(words);
  expect(browser.cookies.has('assent_session')).toBe(false);
}
const NOT_CONFIRMED = /did not confirm who you are/;

describe('signing in at the organisation', () => {
  it('asks by code with PKCE, state and nonce, and proves itself with the verifier', async () => {
    const browser = openBrowser(test);
    claims = somebody({ roles: ['Assent.Agent'] });
    const [first, second] = [await begin(browser), await begin(openBrowser(test))];
    expect(first.href).toContain(`${issuer.issuer.url}/authorize`);
    expect(Object.fromEntries(first.searchParams)).toMatchObject({
      response_type: 'code',
      client_id: CLIENT,
      redirect_uri: 'http://127.0.0.1:3000/api/sign-in/oidc/callback',
      scope: 'openid profile email',
      code_challenge_method: 'S256',
    });
    for (const name of ['state', 'nonce', 'code_challenge']) {
      // 256 bits at least.
      expect(first.searchParams.get(name)).toMatch(/^[\w-]{43,}$/);
      expect(first.searchParams.get(name)).not.toBe(second.searchParams.get(name));
    }
    const reply = await comeBack(browser, await confirm(first));
    expect([reply.status, reply.headers.location]).toEqual([303, '/']);
    const verifier = String(redeemed[0]?.code_verifier);
    expect(createHash('sha256').update(verifier).digest('base64url')).toBe(
      first.searchParams.get('code_challenge'),
    );
    expect((await browser.call('GET', '/api/sign-in/options')).body).toMatchObject({
      oidc: { name: 'Contoso', url: '/api/sign-in/oidc' },
    });
  });

  it('keeps who somebody is in Entra ID, in the name of whom a CRM is told what they write', async () => {
    const id = (me: { body: unknown }) => (me.body as { id: string }).id;
    const objectOf = async (person: string) => {
      const { body } = await test.admin.call('GET', '/api/people?limit=100');
      return PersonPage.parse(body).items.find((one) => one.id === person)?.entraObjectId;
    };
    const who = somebody({ roles: ['Assent.Agent'] });
    const { me } = await signIn(who);
    expect(await objectOf(id(me))).toBeNull();
    await signIn({ ...who, oid: '0F8FAD5B-D9CB-469F-A165-70867728950E' });
    expect(await objectOf(id(me))).toBe('0f8fad5b-d9cb-469f-a165-70867728950e');
    for (const oid of ['no guid', 42, undefined]) await signIn({ ...who, oid });
    expect(await objectOf(id(me))).toBe('0f8fad5b-d9cb-469f-a165-70867728950e');
    const fresh = await signIn(somebody({ roles: ['Assent.Agent'], oid: ADMINS }));
    expect(await objectOf(id(fresh.me))).toBe(ADMINS);
  });

  it('makes the person who comes first, and knows them again by their subject', async () => {
    const who = somebody({ roles: ['Assent.Agent'] });
    const { me } = await signIn(who);
    expect(me.body).toMatchObject({ name: who.name, email: who.email, role: 'agent', hasPassword: false });
    expect(await test.newestAudit()).toMatchObject({ actor: 'OpenID Connect', action: 'person.join' });
    const again = await signIn({ ...who, name: 'Olga Married', email: 'other@contoso.example' });
    expect(again.me.body).toMatchObject({ id: (me.body as { id: string }).id, name: 'Olga Married' });
  });

  it('makes nobody somebody else by an e-mail address', async () => {
    const local = await test.member('administrator');
    const { me } = await signIn(somebody({ email: local.email, roles: ['Assent.Auditor'] }));
    expect(me.body).toMatchObject({ email: null, role: 'auditor' });
    expect(me.body).not.toMatchObject({ id: local.person.id });
  });

  it('ends the session that the browser brought', async () => {
    const browser = await test.signedIn('agent');
    const before = browser.cookies.get('assent_session') ?? '';
    await signIn(somebody({ roles: ['Assent.Agent'] }), browser);
    expect(browser.cookies.get('assent_session')).not.toBe(before);
    const thief = openBrowser(test);
    thief.cookies.set('assent_session', before);
    expect((await thief.call('GET', '/api/me')).status).toBe(401);
  });

  it.each([
    ['/conversations/1?view=mine#last', '/conversations/1?view=mine#last'],
    ['https://evil.example/', '/'],
    ['//evil.example/', '/'],
    ['/\\evil.example/', '/'],
    ['/\t/evil.example/', '/'],
    ['/.//evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['conversations', '/'],
  ])('goes on to %j as %s, and never to another site', async (next, location) => {
    const { reply } = await signIn(somebody({ roles: ['Assent.Agent'] }), openBrowser(test), next);
    expect([reply.status, reply.headers.location]).toEqual([303, location]);
  });
});

describe('the role', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['a group’s object id', { groups: ['ffff', ADMINS] }, 'administrator'],
    ['an app role', { roles: ['Assent.Auditor'] }, 'auditor'],
    ['a group with commas in its name', { groups: ['CN=Desk,OU=Groups'] }, 'agent'],
    ['a claim that is one text', { roles: 'Assent.Agent' }, 'agent'],
    [
      'the highest of several',
      { roles: ['Assent.Auditor', 'Assent.Agent'], groups: [ADMINS] },
      'administrator',
    ],
  ])('comes from %s', async (_what, more, role) => {
    expect((await signIn(somebody(more))).me.body).toMatchObject({ role });
  });

  it('is what the groups say each time, and at once on every page that is open', async () => {
    const who = somebody({ groups: [ADMINS] });
    const first = await signIn(who);
    expect(first.me.body).toMatchObject({ role: 'administrator' });
    await signIn({ ...who, groups: [], roles: ['Assent.Auditor'] });
    expect((await first.browser.call('GET', '/api/me')).body).toMatchObject({ role: 'auditor' });
    expect((await first.browser.call('GET', '/api/people')).status).toBe(200);
    expect(codeOf(await first.browser.call('PATCH', '/api/settings', { chatWithUnknown: true }))).toBe(
      'not-allowed',
    );
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['no group', {}, /none of your groups has a role/],
    [
      'groups that have none',
      { groups: ['ffff'], roles: ['Assent.agent'] },
      /none of your groups has a role/,
    ],
    ['more groups than the token names', { _claim_names: { groups: 'src1' } }, /more groups than/],
    ['more groups than a fragment names', { hasgroups: true }, /more groups than/],
  ])('is none for %s: a page says so, and nobody is made', async (_what, more, words) => {
    const who = somebody(more);
    expectRefused(await signIn(who), 403, words);
    const { rows } = await sql`select 1 from person where name = ${who.name}`.execute(test.ctx.database.db);
    expect(rows).toEqual([]);
  });

  it('is none for somebody who was disabled here', async () => {
    const who = somebody({ roles: ['Assent.Agent'] });
    const { me, browser } = await signIn(who);
    const { id } = me.body as { id: string };
    await test.admin.call('PATCH', `/api/people/${id}`, { disabled: true });
    expect((await browser.call('GET', '/api/me')).status).toBe(401);
    expectRefused(await signIn(who), 403, /disabled/);
  });

  it('that a person who was known has no more ends the sessions they still have', async () => {
    const who = somebody({ roles: ['Assent.Agent'] });
    const { browser } = await signIn(who);
    expectRefused(await signIn({ ...who, roles: [] }), 403, /none of your groups has a role/);
    expect((await browser.call('GET', '/api/me')).status).toBe(401);
  });
});

describe('a way back that cannot be trusted', () => {
  const agent = () => somebody({ roles: ['Assent.Agent'] });
  /** Begins in a browser, and changes the question before the issuer sees it. */
  const changed = async (name: string, value: string) => {
    claims = agent();
    const browser = openBrowser(test);
    const url = await begin(browser);
    url.searchParams.set(name, value);
    return { browser, reply: await comeBack(browser, await confirm(url)) };
  };

  it('is one with another state, or none', async () => {
    expectRefused(await changed('state', 'x'.repeat(43)), 400, /not begun in this browser/);
    const browser = openBrowser(test);
    const back = await confirm(await begin(browser));
    back.searchParams.delete('state');
    expectRefused({ browser, reply: await comeBack(browser, back) }, 400, /not begun in this browser/);
  });

  it('is one that another browser began: nobody is signed in as somebody else by a link', async () => {
    claims = agent();
    const [attacker, victim] = [openBrowser(test), openBrowser(test)];
    const back = await confirm(await begin(attacker));
    expectRefused({ browser: victim, reply: await comeBack(victim, back) }, 400, /not begun in this browser/);
    await begin(victim);
    expectRefused({ browser: victim, reply: await comeBack(victim, back) }, 400, /not begun in this browser/);
  });

  it('is one with the nonce of another sign-in', async () => {
    expectRefused(await changed('nonce', 'x'.repeat(43)), 403, NOT_CONFIRMED);
  });

  it('is one whose code was asked for with another challenge', async () => {
    const other = createHash('sha256').update('x'.repeat(43)).digest('base64url');
    expectRefused(await changed('code_challenge', other), 403, NOT_CONFIRMED);
  });

  it('is one that was used already', async () => {
    claims = agent();
    const browser = openBrowser(test);
    const back = await confirm(await begin(browser));
    expect((await comeBack(browser, back)).status).toBe(303);
    const thief = openBrowser(test);
    for (const [name, value] of browser.cookies)
      if (name !== 'assent_session') thief.cookies.set(name, value);
    expectRefused({ browser: thief, reply: await comeBack(thief, back) }, 400, /was finished already/);
    expect(redeemed).toHaveLength(1);
  });

  it('is one of two at the same moment', async () => {
    claims = agent();
    const browser = openBrowser(test);
    const back = await confirm(await begin(browser));
    const both = await Promise.all([comeBack(browser, back), comeBack(browser, back)]);
    expect(both.map((reply) => reply.status).sort()).toEqual([303, 400]);
  });

  it('is one after ten minutes', async () => {
    claims = agent();
    const browser = openBrowser(test);
    const back = await confirm(await begin(browser));
    test.setNow(NOON + 10 * MINUTE);
    expectRefused({ browser, reply: await comeBack(browser, back) }, 400, /longer than ten minutes/);
  });

  it('is one where the person, or the issuer, said no; what the issuer writes is not shown', async () => {
    const browser = openBrowser(test);
    const back = await confirm(await begin(browser));
    back.searchParams.delete('code');
    back.searchParams.set('error', 'access_denied');
    back.searchParams.set('error_description', '<script>alert(1)</script> call 555-0100');
    const reply = await comeBack(browser, back);
    expectRefused({ browser, reply }, 403, NOT_CONFIRMED);
    expect(reply.body).not.toMatch(/alert|555/);
  });

  it.each<[string, (token: MutableToken) => void]>([
    ['another audience', ({ payload }) => Object.assign(payload, { aud: 'another-client' })],
    [
      'several audiences, and we are not the one it is for',
      ({ payload }) => Object.assign(payload, { aud: [CLIENT, 'another-client'], azp: 'another-client' }),
    ],
    ['another issuer', ({ payload }) => Object.assign(payload, { iss: 'https://login.example' })],
    [
      'a time that is over',
      ({ payload }) => Object.assign(payload, { exp: payload.iat - 3600, iat: payload.iat - 7200 }),
    ],
    ['no nonce', ({ payload }) => Object.assign(payload, { nonce: undefined })],
    ['no subject', ({ payload }) => Object.assign(payload, { sub: undefined })],
  ])('is one with a token of %s', async (_what, change) => {
    tamper.token = change;
    expectRefused(await signIn(agent()), 403, NOT_CONFIRMED);
  });

  it.each<[string, (token: string) => string | undefined]>([
    [
      'changed after it was signed',
      (token) => {
        const [header, payload = '', signature] = token.split('.');
        const said = JSON.parse(Buffer.from(payload, 'base64url').toString());
        const more = Buffer.from(JSON.stringify({ ...said, groups: [ADMINS] })).toString('base64url');
        return [header, more, signature].join('.');
      },
    ],
    [
      'not signed',
      (token) => {
        const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
        return `${none}.${token.split('.')[1]}.`;
      },
    ],
    ['not there', () => undefined],
    ['no token', () => 'not.a.token'],
  ])('is one with a token that is %s', async (_what, change) => {
    tamper.answer = (body) => {
      body.id_token = change(String(body.id_token));
    };
    expectRefused(await signIn(agent()), 403, NOT_CONFIRMED);
  });

  it('is one signed with a key that the issuer does not publish', async () => {
    const stranger = new OAuth2Server();
    await stranger.issuer.keys.generate('RS256');
    stranger.issuer.url = issuer.issuer.url;
    const browser = openBrowser(test);
    claims = agent();
    const url = await begin(browser);
    const nonce = url.searchParams.get('nonce');
    const token = await stranger.issuer.buildToken({
      scopesOrTransform: (_header, payload) => Object.assign(payload, claims, { aud: CLIENT, nonce }),
    });
    tamper.answer = (body) => {
      body.id_token = token;
    };
    expectRefused({ browser, reply: await comeBack(browser, await confirm(url)) }, 403, NOT_CONFIRMED);
  });

  it('closes the address for a minute when it comes again and again', async () => {
    const browser = openBrowser(test);
    const guess = () => browser.call('GET', '/api/sign-in/oidc/callback?state=guess&code=guess');
    for (let n = 0; n < 20; n += 1) expect((await guess()).status).toBe(400);
    expect((await guess()).status).toBe(429);
  });
});

describe('signing out', () => {
  it('ends the session here, and sends the browser to end the one at the issuer', async () => {
    const { browser } = await signIn(somebody({ roles: ['Assent.Agent'] }));
    const token = browser.cookies.get('assent_session') ?? '';
    const reply = await browser.call('POST', '/api/sign-out');
    expect(reply.status).toBe(200);
    const url = new URL(SignedOut.parse(reply.body).url);
    expect(url.origin + url.pathname).toBe(`${issuer.issuer.url}/endsession`);
    expect(url.searchParams.get('post_logout_redirect_uri')).toBe('http://127.0.0.1:3000/sign-in');
    expect(url.searchParams.get('id_token_hint')).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(browser.cookies.has('assent_session')).toBe(false);
    const thief = openBrowser(test);
    thief.cookies.set('assent_session', token);
    expect((await thief.call('GET', '/api/me')).status).toBe(401);
  });

  it('of somebody with a password leads nowhere', async () => {
    const { browser } = await test.member();
    expect((await browser.call('POST', '/api/sign-out')).status).toBe(204);
  });
});

describe('an issuer that cannot be reached', () => {
  it('is told by a page, and keeps nobody signed in', async () => {
    const away = createOidcProvider({
      issuer: 'http://127.0.0.1:9',
      clientId: CLIENT,
      clientSecret: null,
      groupsClaims: ['groups'],
      scope: 'openid',
    });
    const other = await openOffice({
      env: { OIDC_ISSUER: 'http://127.0.0.1:9', OIDC_CLIENT_ID: CLIENT, OIDC_ROLE_MAP: 'agent=x' },
      oidc: away,
      context: test,
    });
    try {
      const browser = openBrowser(other);
      const reply = await browser.call('GET', '/api/sign-in/oidc');
      expectRefused({ browser, reply }, 502, /cannot be reached/);
      const { browser: before } = await signIn(somebody({ roles: ['Assent.Agent'] }));
      for (const [name, value] of before.cookies) browser.cookies.set(name, value);
      expect((await browser.call('POST', '/api/sign-out')).status).toBe(204);
      expect((await before.call('GET', '/api/me')).status).toBe(401);
    } finally {
      await other.app.close();
    }
  });
});
