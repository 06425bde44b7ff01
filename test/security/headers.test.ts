import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSignInLink } from '../../src/actions/sign-in.ts';
import type { Things } from '../api/route-table.ts';
import { makeThings } from '../api/things.ts';
import { ADMIN_API_KEY, openWorld, type World } from '../stories/world.ts';

/** Every kind of answer there is, and the headers that keep a browser from doing with it what it should not. */

const EMBEDDER = 'https://contoso.crm.dynamics.com';
let world: World;
let things: Things;
beforeAll(async () => {
  world = await openWorld({ env: { PUBLIC_URL: 'https://assent.example', EMBED_ORIGINS: EMBEDDER } });
  things = await makeThings(world);
});
afterAll(() => world.close());

type Kind = 'page' | 'framed' | 'file' | 'plain';
interface Sample {
  what: string;
  kind: Kind;
  path: () => string | Promise<string>;
  status?: number;
  method?: string;
  headers?: Record<string, string>;
  /** Answers that anybody may keep, as they hold nothing of anybody. */
  stored?: boolean;
}
const html = { accept: 'text/html' };
const SAMPLES: readonly Sample[] = [
  { what: 'the app', kind: 'page', path: () => '/', headers: html },
  { what: 'a page of the app', kind: 'page', path: () => '/configuration/webhooks', headers: html },
  { what: 'the sign-in page', kind: 'page', path: () => '/sign-in', headers: html },
  { what: 'the chat in a frame', kind: 'framed', path: () => '/embed', headers: html },
  {
    what: 'a link that is no good',
    kind: 'page',
    path: () => '/sign-in?token=nobodys',
    status: 410,
    headers: html,
  },
  { what: 'a link that signs in', kind: 'plain', path: async () => linkPath(), status: 303 },
  { what: 'the customer’s phone', kind: 'page', path: () => '/emulator/phone' },
  { what: 'a script of the phone', kind: 'plain', path: () => '/emulator/phone/phone.js' },
  { what: 'a script of the app', kind: 'plain', path: () => scriptPath(), stored: true },
  { what: 'JSON', kind: 'plain', path: () => '/api/me' },
  { what: 'the description of the API', kind: 'plain', path: () => '/api/openapi.json' },
  { what: 'a list for a spreadsheet', kind: 'plain', path: () => '/api/records.csv' },
  {
    what: 'evidence',
    kind: 'plain',
    path: () => `/api/consent-export?conversationId=${things.conversation}`,
  },
  {
    what: 'a picture to look at',
    kind: 'file',
    path: () => `/api/media/${things.media}?inline=1`,
    stored: true,
  },
  { what: 'a picture to keep', kind: 'file', path: () => `/api/media/${things.media}`, stored: true },
  { what: 'a small picture', kind: 'file', path: () => `/api/media/${things.media}/thumbnail`, stored: true },
  { what: 'live events', kind: 'plain', path: () => '/api/events' },
  { what: 'a refusal', kind: 'plain', path: () => '/api/records/contact/nobody', status: 404 },
  { what: 'a body that is none', kind: 'plain', path: () => '/api/messages', method: 'POST', status: 415 },
  { what: 'nothing at all', kind: 'plain', path: () => '/nowhere.txt', status: 404 },
  { what: 'a webhook', kind: 'plain', path: () => '/webhooks/whatsapp', status: 403 },
  { what: 'health', kind: 'plain', path: () => '/healthz' },
  { what: 'figures', kind: 'plain', path: () => '/metrics' },
  { what: 'an address that cannot be read', kind: 'plain', path: () => '/%', status: 400 },
];

const linkPath = async (): Promise<string> => {
  const link = await createSignInLink(world.ctx, '00000000-0000-4000-8000-000000000001', '');
  return link.slice(link.indexOf('/sign-in'));
};
const scriptPath = async (): Promise<string> => {
  const index = await (await fetch(`${world.url}/`, { headers: html })).text();
  return /src="(\/assets\/[^"]+\.js)"/.exec(index)?.[1] ?? '/no-script';
};

async function answerOf({ path, method = 'GET', headers = {} }: Sample) {
  const abort = new AbortController();
  const address = await path();
  const answer = await fetch(world.url + address, {
    method,
    headers: { authorization: `Bearer ${ADMIN_API_KEY}`, ...headers },
    redirect: 'manual',
    signal: abort.signal,
    ...(method === 'POST' ? { body: 'a=1' } : {}),
  });
  const isStream = answer.headers.get('content-type') === 'text/event-stream';
  const body = isStream ? '' : await answer.text();
  if (isStream) abort.abort();
  return { status: answer.status, headers: answer.headers, body };
}
/** Directives of a policy by name. */
const directives = (policy: string): Map<string, string[]> =>
  new Map(
    policy.split(';').flatMap((one) => {
      const [name = '', ...values] = one.trim().split(/\s+/);
      return name === '' ? [] : [[name, values] as const];
    }),
  );

describe.each(SAMPLES.map((sample) => [sample.what, sample] as const))('%s', (_what, sample) => {
  it('carries them', async () => {
    const { status, headers, body } = await answerOf(sample);
    expect(status).toBe(sample.status ?? 200);
    const policy = directives(headers.get('content-security-policy') ?? '');

    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('same-origin');
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('permissions-policy')).toContain('microphone=()');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('server')).toBeNull();
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');

    // No script but ours: nothing inline, nothing evaluated, nothing from elsewhere.
    const scripts = policy.get('script-src') ?? policy.get('default-src') ?? ['missing'];
    for (const source of scripts) expect(source).toMatch(/^'(self|none|nonce-[\w-]{24})'$/);
    if (sample.kind === 'page' || sample.kind === 'framed') {
      expect(policy.get('object-src')).toEqual(["'none'"]);
      expect(policy.get('base-uri')).toEqual(["'none'"]);
      expect(policy.get('form-action')).toEqual(["'self'"]);
      const nonce = scripts.find((source) => source.startsWith("'nonce-"))?.slice(7, -1);
      for (const [tag] of body.matchAll(/<(?:script|style)\b[^>]*>/g)) {
        if (/\ssrc=/.test(tag) || nonce !== undefined)
          expect(tag).toMatch(nonce === undefined ? /src="/ : new RegExp(`src="|nonce="${nonce}"`));
        else expect.unreachable(`${tag} is inline, and there is no nonce`);
      }
      expect(body).not.toMatch(/\son\w+="|javascript:/);
    }
    if (sample.kind === 'file')
      expect(headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/);

    // Whose frame it may be in.
    expect(policy.get('frame-ancestors')).toEqual(sample.kind === 'framed' ? [EMBEDDER] : ["'none'"]);
    if (sample.kind !== 'framed') expect(headers.get('x-frame-options')).toBe('DENY');

    // What is about people is kept by nobody on the way.
    const keeping = headers.get('cache-control') ?? '';
    if (sample.path.toString().includes('/api/') && sample.stored !== true)
      expect(keeping).toMatch(/no-store|no-cache/);
    if (sample.kind === 'file') expect(keeping).toMatch(/private/);
  });
});

it('a nonce is another one each time', async () => {
  const app: Sample = { what: 'the app', kind: 'page', path: () => '/', headers: html };
  const nonces = await Promise.all(
    [1, 2, 3].map(async () => (await answerOf(app)).headers.get('content-security-policy')),
  );
  expect(new Set(nonces).size).toBe(3);
});
