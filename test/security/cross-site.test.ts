import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSignInLink, SANDBOX_PEOPLE } from '../../src/actions/sign-in.ts';
import { Problem } from '../../src/http/schemas/common.ts';
import { TABLE, type Things } from '../api/route-table.ts';
import { fingerprint, makeThings } from '../api/things.ts';
import { hire } from '../stories/desk.ts';
import { openWorld, type World } from '../stories/world.ts';

/** Requests that another site's page makes a signed-in browser send, and tokens that somebody else chose or knew. */

let world: World;
let things: Things;
let cookie: string;
beforeAll(async () => {
  world = await openWorld({
    env: { OIDC_ISSUER: 'http://127.0.0.1:9', OIDC_CLIENT_ID: 'assent', OIDC_ROLE_MAP: 'agent=agents' },
  });
  things = await makeThings(world);
  cookie = await signIn(SANDBOX_PEOPLE[0].id);
});
afterAll(() => world.close());

async function signIn(personId: string, brought = ''): Promise<string> {
  const link = await createSignInLink(world.ctx, personId, world.url);
  const answer = await fetch(link, {
    redirect: 'manual',
    headers: brought === '' ? {} : { cookie: brought },
  });
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}
const me = (session: string) => fetch(`${world.url}/api/me`, { headers: { cookie: session } });

/** What a browser says of a request that a page of another site made. */
const ELSEWHERE: Record<string, () => Record<string, string>> = {
  'another site': () => ({ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }),
  'a sister site': () => ({ 'sec-fetch-site': 'same-site', origin: 'https://other.example' }),
  'an old browser on another site': () => ({ origin: 'https://evil.example' }),
  'a page without an origin': () => ({ origin: 'null' }),
  'a site whose name begins like ours': () => ({ origin: `${world.url}.evil.example` }),
  'a browser that says nothing': () => ({}),
  'another site that claims our origin': () => ({ 'sec-fetch-site': 'cross-site', origin: world.url }),
};
const changing = Object.entries(TABLE).filter(([call]) => !call.startsWith('GET '));

describe.each(Object.keys(ELSEWHERE))('%s', (from) => {
  it('makes a signed-in browser change nothing, by no call there is', async () => {
    expect(changing.length).toBeGreaterThan(60);
    const before = await fingerprint(world);
    const wrong: unknown[] = [];
    for (const [call, row] of changing) {
      const { path, body, headers = {} } = row.sample(things);
      const answer = await fetch(world.url + path, {
        method: call.split(' ')[0] ?? '',
        headers: {
          ...(body === undefined || typeof body === 'string' ? {} : { 'content-type': 'application/json' }),
          ...headers,
          ...ELSEWHERE[from]?.(),
          cookie,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const { code } = Problem.parse(await answer.json());
      if (answer.status !== 403 || code !== 'cross-site-request') wrong.push([call, answer.status, code]);
    }
    expect(wrong).toEqual([]);
    expect(await fingerprint(world)).toEqual(before);
  });
});

it('a form of another site is refused whatever it claims to hold', async () => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=b']) {
    const answer = await fetch(`${world.url}/api/settings`, {
      method: 'PATCH',
      headers: { cookie, origin: 'https://evil.example', 'content-type': type },
      body: '{"chatWithUnknown":true}',
    });
    expect([type, answer.status]).toEqual([type, 403]);
  }
});

it('no answer lets another site’s page read it', async () => {
  for (const path of ['/api/me', '/api/conversations', '/api/openapi.json', '/healthz']) {
    const answer = await fetch(world.url + path, { headers: { cookie, origin: 'https://evil.example' } });
    expect([path, answer.headers.get('access-control-allow-origin')]).toEqual([path, null]);
  }
  const asked = await fetch(`${world.url}/api/settings`, {
    method: 'OPTIONS',
    headers: { origin: 'https://evil.example', 'access-control-request-method': 'PATCH' },
  });
  expect(asked.headers.get('access-control-allow-origin')).toBeNull();
});

describe('a session', () => {
  const { id } = SANDBOX_PEOPLE[1];

  it('has a token that nobody chose: what was planted before the sign-in is none after it', async () => {
    const planted = 'assent_session=planted-by-an-attacker-0123456789012345';
    const session = await signIn(id, planted);
    expect(session).not.toBe(planted);
    expect([(await me(session)).status, (await me(planted)).status]).toEqual([200, 401]);
  });

  it('that the browser brought ends with the sign-in of somebody else, and with one’s own', async () => {
    const attackers = await signIn(SANDBOX_PEOPLE[2].id);
    const session = await signIn(id, attackers);
    expect([(await me(session)).status, (await me(attackers)).status]).toEqual([200, 401]);
    const again = await signIn(id, session);
    expect([again === session, (await me(again)).status, (await me(session)).status]).toEqual([
      false,
      200,
      401,
    ]);
  });

  it('gets another token once its person’s role changed, and the one before is worth nothing soon after', async () => {
    const riser = await hire(world, 'Rita Riser', 'agent');
    const before = await signIn(riser.id);
    expect((await me(before)).headers.getSetCookie()).toEqual([]);
    expect((await world.api('PATCH', `/api/people/${riser.id}`, { role: 'administrator' })).status).toBe(200);
    const answer = await me(before);
    expect(await answer.json()).toMatchObject({ role: 'administrator' });
    const after = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    expect(after).toMatch(/^assent_session=.{20}/);
    expect(after).not.toBe(before);
    await world.pass(61_000);
    expect([(await me(after)).status, (await me(before)).status]).toEqual([200, 401]);
  });
});
