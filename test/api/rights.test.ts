import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createSignInLink } from '../../src/actions/sign-in.ts';
import { AGENT_LEAST, READING_RIGHTS, RIGHTS, type Right } from '../../src/core/rights.ts';
import { Problem } from '../../src/http/schemas/common.ts';
import { ApiKeyMadeOut } from '../../src/http/schemas/people.ts';
import { conversationOf, hire, type Person, someoneWrites } from '../stories/desk.ts';
import { openWorld, type World } from '../stories/world.ts';
import { type Row, type Sample, TABLE, type Things } from './route-table.ts';
import { fingerprint, makeThings } from './things.ts';

/**
 * Every right against every call of the API. The calls come from the OpenAPI document of the running product, what each
 * takes from a table written by hand: a call that is in only one of them fails here.
 */

const Description = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        'x-right': z.union([z.string(), z.array(z.string())]).optional(),
        security: z.array(z.unknown()).optional(),
      }),
    ),
  ),
});

interface Outcome {
  status: number;
  code: string | null;
}
/** Makes one call as somebody; a stream is left once it has begun. */
type Caller = (method: string, sample: Sample) => Promise<Outcome>;

let world: World;
let things: Things;
let agent: Person;
let auditor: Person;
let described: Map<string, { right: unknown; open: boolean }>;

beforeAll(async () => {
  // Nobody answers as the issuer; that its calls are there is enough.
  world = await openWorld({
    env: {
      OIDC_ISSUER: 'http://127.0.0.1:9',
      OIDC_CLIENT_ID: 'assent',
      OIDC_ROLE_MAP: 'agent=agents',
    },
  });
  things = await makeThings(world);
  agent = await hire(world, 'Agnes', 'agent');
  auditor = await hire(world, 'Aud', 'auditor');
  const document = await world.ok(Description, 'GET', '/api/openapi.json');
  described = new Map(
    Object.entries(document.paths).flatMap(([path, calls]) =>
      Object.entries(calls).map(([method, call]) => [
        `${method.toUpperCase()} ${path}`,
        { right: call['x-right'], open: call.security?.length === 0 },
      ]),
    ),
  );
});
afterAll(() => world.close());

const as =
  (headers: Record<string, string>): Caller =>
  async (method, { path, body, headers: more = {} }) => {
    const abort = new AbortController();
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await fetch(world.url + path, {
      method,
      headers: {
        ...(text === undefined ? {} : { 'content-type': 'application/json' }),
        ...more,
        ...headers,
      },
      ...(text === undefined ? {} : { body: text }),
      redirect: 'manual',
      signal: abort.signal,
    });
    const isStream = answer.headers.get('content-type') === 'text/event-stream';
    const said = isStream ? '' : await answer.text();
    if (isStream) abort.abort();
    const problem = answer.status < 400 ? undefined : Problem.safeParse(parsed(said)).data;
    return { status: answer.status, code: problem?.code ?? null };
  };

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const person = async (who: Person): Promise<Caller> => as(await session(who));
/** The headers of a page of a person's own: a session that nobody else holds. */
async function session(who: Person): Promise<Record<string, string>> {
  const answer = await fetch(await createSignInLink(world.ctx, who.id, world.url), { redirect: 'manual' });
  const [cookie] = answer.headers.getSetCookie();
  return { cookie: cookie?.split(';')[0] ?? '', origin: world.url };
}

async function key(scopes: readonly Right[]): Promise<Caller> {
  const made = await world.ok(ApiKeyMadeOut, 'POST', '/api/api-keys', { name: 'A test', scopes });
  return as({ authorization: `Bearer ${made.key}` });
}

const setRoles = (roles: { agent?: readonly Right[]; auditor?: readonly Right[] }) =>
  world.ok(z.unknown(), 'PUT', '/api/roles', roles);

/** Somebody with just these rights, or the nearest that a person can be: an agent always has the least. */
async function personWith(rights: readonly Right[]): Promise<Caller> {
  if (AGENT_LEAST.every((right) => rights.includes(right))) {
    await setRoles({ agent: rights });
    return person(agent);
  }
  await setRoles({ auditor: rights.filter((right) => READING_RIGHTS.includes(right)) });
  return person(auditor);
}

const methodOf = (call: string): string => call.split(' ')[0] ?? '';
const listOf = (needs: Row['needs']): readonly Right[] =>
  needs === 'anyone' || needs === 'signed-in' ? [] : typeof needs === 'string' ? [needs] : needs;
const calls = Object.entries(TABLE);
const isOpen = ([, { needs }]: (typeof calls)[number]): boolean => needs === 'anyone';
/** Calls that take one of the same rights: whoever lacks these may make none of them. */
const groups = new Map(
  Object.values(TABLE)
    .map(({ needs }) => listOf(needs))
    .filter((rights) => rights.length > 0)
    .map((rights) => [rights.join(' or '), rights]),
);

describe('the table', () => {
  it('has every call of the OpenAPI document, and no other', () => {
    expect([...described.keys()].sort()).toEqual(Object.keys(TABLE).sort());
  });

  it('agrees with the document on who may make each call', () => {
    const published = Object.fromEntries([...described].map(([call, { right }]) => [call, right]));
    expect(published).toEqual(Object.fromEntries(calls.map(([call, { needs }]) => [call, needs])));
    const open = [...described].flatMap(([call, one]) => (one.open ? [call] : []));
    expect(open.sort()).toEqual(
      calls
        .filter(isOpen)
        .map(([call]) => call)
        .sort(),
    );
  });

  it('uses every right there is', () => {
    const used = new Set([
      ...calls.flatMap(([, { needs }]) => listOf(needs)),
      ...FINER.flatMap((one) => one.takes),
    ]);
    expect(RIGHTS.filter((right) => !used.has(right))).toEqual([]);
  });
});

describe('whoever lacks the right', () => {
  it.each([...groups.keys()])('%s, and has every other, is refused and changes nothing', async (group) => {
    const needed = groups.get(group) ?? [];
    const others = RIGHTS.filter((right) => !needed.includes(right));
    const callers = { person: await personWith(others), key: await key(others) };
    const before = await fingerprint(world);
    for (const [call, { needs, sample }] of calls) {
      if (listOf(needs).join(' or ') !== group) continue;
      for (const [who, make] of Object.entries(callers))
        expect([who, call, await make(methodOf(call), sample(things))]).toEqual([
          who,
          call,
          { status: 403, code: 'not-allowed' },
        ]);
    }
    expect(await fingerprint(world)).toEqual(before);
  });
});

describe('nobody', () => {
  it('may make any call but those that are for anyone', async () => {
    const before = await fingerprint(world);
    for (const [call, { sample }] of calls.filter((one) => !isOpen(one)))
      expect([call, await as({})(methodOf(call), sample(things))]).toEqual([
        call,
        { status: 401, code: 'signed-out' },
      ]);
    expect(await fingerprint(world)).toEqual(before);
  });

  it('is answered where a call is for anyone', async () => {
    for (const [call, { sample }] of calls.filter(isOpen)) {
      const headers: Record<string, string> = methodOf(call) === 'GET' ? {} : { origin: world.url };
      const { status, code } = await as(headers)(methodOf(call), sample(things));
      expect([call, status, code]).not.toEqual([call, status, 'signed-out']);
      expect([call, status]).not.toEqual([call, 403]);
    }
  });
});

describe('another site', () => {
  it('changes nothing with the session of whoever looks at it, whatever their rights', async () => {
    const chief = await hire(world, 'Chief', 'administrator');
    const own = await session(chief);
    const before = await fingerprint(world);
    const changing = calls.filter(([call]) => methodOf(call) !== 'GET');
    expect(changing.length).toBeGreaterThan(50);
    for (const foreign of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }])
      for (const [call, { sample }] of changing)
        expect([call, await as({ ...own, ...foreign })(methodOf(call), sample(things))]).toEqual([
          call,
          { status: 403, code: 'cross-site-request' },
        ]);
    expect(await fingerprint(world)).toEqual(before);
  });

  it('can make a browser look, and looking changes nothing', async () => {
    const own = await session(await hire(world, 'Chief', 'administrator'));
    const before = await fingerprint(world);
    for (const [call, { sample }] of calls)
      if (methodOf(call) === 'GET' && !call.startsWith('GET /api/sign-in/oidc'))
        await as({ cookie: own.cookie ?? '', origin: 'https://evil.example' })('GET', sample(things));
    expect(await fingerprint(world)).toEqual(before);
  });
});

interface Finer {
  call: string;
  /** What of the call it is. */
  what: string;
  /** All of these. */
  takes: readonly Right[];
  sample(): Promise<Sample>;
}

const message = (to: object, more: object): Sample => ({
  path: '/api/messages',
  body: { to, ...more },
  headers: { 'idempotency-key': randomUUID() },
});
/** A customer of record whose conversation is open. */
async function customer(): Promise<{ recordType: string; recordId: string; phone: string }> {
  const phone = world.newPhone();
  const { id } = await world.record('contact', { fullname: 'Carl Customer', mobilephone: phone });
  await world.says(phone, 'Hello');
  return { recordType: 'contact', recordId: id, phone };
}

/** Where what a call takes depends on what is in it. */
const FINER: Finer[] = [
  {
    call: 'POST /api/messages',
    what: 'a text in an open conversation',
    takes: ['chat'],
    sample: async () => message({ conversationId: (await someoneWrites(world)).id }, { text: 'Hello' }),
  },
  {
    call: 'POST /api/messages',
    what: 'the first message to a number',
    takes: ['initiate'],
    sample: async () => message({ phone: world.newPhone() }, { text: 'Hello' }),
  },
  {
    call: 'POST /api/messages',
    what: 'a text in a closed conversation',
    takes: ['initiate'],
    async sample() {
      const { id } = await someoneWrites(world);
      await world.ok(z.unknown(), 'POST', `/api/conversations/${id}/close`);
      return message({ conversationId: id }, { text: 'Hello again' });
    },
  },
  {
    call: 'POST /api/messages',
    what: 'a Consent Template',
    takes: ['ask-consent'],
    async sample() {
      const { phone: _, ...to } = await customer();
      return message(to, { messageTemplateId: things.consentTemplate });
    },
  },
  {
    call: 'POST /api/messages',
    what: 'a Consent Template as the first message',
    takes: ['initiate', 'ask-consent'],
    async sample() {
      const record = await world.record('contact', { fullname: 'Nell New', mobilephone: world.newPhone() });
      const to = { recordType: 'contact', recordId: record.id };
      return message(to, { messageTemplateId: things.consentTemplate });
    },
  },
  {
    call: 'POST /api/messages',
    what: 'a Consent Template after a refusal',
    takes: ['ask-consent', 'ask-after-refusal'],
    async sample() {
      const { phone, ...to } = await customer();
      await world.ok(z.unknown(), 'POST', '/api/consent', { phone, decision: 'denied' });
      return message(to, { messageTemplateId: things.consentTemplate });
    },
  },
  {
    call: 'POST /api/campaigns',
    what: 'a Consent Template to many',
    takes: ['run-campaigns', 'ask-consent'],
    sample: async () => ({
      path: '/api/campaigns',
      body: {
        name: 'Ask',
        messageTemplateId: things.consentTemplate,
        audience: { recordType: 'contact', recordIds: [things.record] },
      },
      headers: { 'idempotency-key': randomUUID() },
    }),
  },
  {
    call: 'POST /api/consent',
    what: 'a refusal',
    takes: ['record-refusal'],
    sample: async () => ({ path: '/api/consent', body: { phone: world.newPhone(), decision: 'denied' } }),
  },
  {
    call: 'POST /api/consent',
    what: 'a grant',
    takes: ['record-grant'],
    sample: async () => ({
      path: '/api/consent',
      body: { phone: world.newPhone(), decision: 'granted', evidence: 'On the phone' },
    }),
  },
];

describe('what a call is about', () => {
  it.each(FINER.map((one) => [one.call, one.what, one] as const))(
    '%s: %s takes its right',
    async (call, _what, { takes, sample }) => {
      for (const lacking of takes) {
        const others = RIGHTS.filter((right) => right !== lacking);
        const refused = await sample();
        for (const make of [await personWith(others), await key(others)]) {
          const before = await fingerprint(world);
          expect(await make(methodOf(call), refused)).toEqual({ status: 403, code: 'not-allowed' });
          expect(await fingerprint(world)).toEqual(before);
        }
      }
      for (const make of [await personWith([...AGENT_LEAST, ...takes]), await key(takes)]) {
        const { status, code } = await make(methodOf(call), await sample());
        expect([status, code]).not.toEqual([403, code]);
        expect(status).toBeLessThan(500);
      }
      await world.settled();
    },
  );

  it('a Compliance Field is set by no form that an agent fills', async () => {
    const make = await personWith(RIGHTS);
    const { id } = await someoneWrites(world);
    const values = { fullname: 'Gil Grant', assent_allowwhatsapp: true };
    for (const sample of [
      { path: '/api/records/contact', body: { values } },
      { path: `/api/conversations/${id}/record`, body: { table: 'contact', values } },
    ])
      expect(await make('POST', sample)).toEqual({ status: 422, code: 'compliance-field-read-only' });
    expect(await make('PATCH', { path: `/api/records/contact/${things.record}`, body: { values } })).toEqual({
      status: 422,
      code: 'compliance-field-read-only',
    });
  });

  it.each(['assent_allowwhatsapp', 'ALLOW WHATSAPP'])(
    'nor by a file of theirs, under “%s”',
    async (header) => {
      const make = await key(['manage-record-types']);
      const before = await fingerprint(world);
      const body = `id,fullname,${header}\n${things.record},Gil Grant,yes\n`;
      expect(
        await make('POST', {
          path: '/api/records/contact/import',
          body,
          headers: { 'content-type': 'text/csv' },
        }),
      ).toEqual({ status: 422, code: 'compliance-field-read-only' });
      expect(await fingerprint(world)).toEqual(before);
    },
  );
});

/** Last: here calls succeed, and use up what they act on. */
describe('whoever has just the right', () => {
  it.each(['signed-in', ...RIGHTS])('%s is not refused', async (right) => {
    const scopes = RIGHTS.filter((one) => one === right);
    for (const [call, { needs, also = [], takes, ofKeys, sample }] of calls) {
      const mine = right === 'signed-in' ? needs === right : listOf(needs).some((one) => one === right);
      // What of several rights a sample does not take is tried by what is in it.
      if (!mine || (takes !== undefined && takes !== right)) continue;
      const enough = [...new Set([...scopes, ...also])];
      const callers = {
        person: await personWith([...AGENT_LEAST, ...enough]),
        key: await key(enough.length === 0 ? ['export'] : enough),
      };
      for (const [who, make] of Object.entries(callers)) {
        const { status, code } = await make(methodOf(call), sample(things));
        const refused = status === 401 || status === 403 || status >= 500;
        const expected = who === 'key' && ofKeys !== undefined ? [403, ofKeys] : 'not refused';
        expect([who, call, refused ? [status, code] : 'not refused']).toEqual([who, call, expected]);
      }
    }
    expect((await conversationOf(world, things.phone)).id).toBe(things.conversation);
  });
});
