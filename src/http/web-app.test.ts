import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp } from '../../test/app.ts';

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const INDEX = `<html><meta name="csp-nonce" content="__CSP_NONCE__"><link rel="icon" href="/assets/assent-1a2b.svg">
<script type="module" src="/assets/index-1a2b.js" nonce="__CSP_NONCE__"></script></html>`;

let test: TestApp;
let dist: string;
beforeAll(async () => {
  dist = mkdtempSync(path.join(tmpdir(), 'assent-web-'));
  mkdirSync(path.join(dist, 'assets'));
  writeFileSync(path.join(dist, 'index.html'), INDEX);
  writeFileSync(path.join(dist, 'assets/index-1a2b.js'), 'export {};');
  writeFileSync(path.join(dist, 'assets/assent-1a2b.svg'), '<svg/>');
  test = await createTestApp({ webDist: dist });
});
afterAll(async () => {
  await test.close();
  rmSync(dist, { recursive: true });
});

const get = (url: string, headers: Record<string, string> = HTML) => test.app.inject({ url, headers });

describe('the page', () => {
  it.each(['/', '/chat', '/records/contact/42?tab=chat', '/configuration/message-template/new', '/apiary'])(
    'is served at %s',
    async (url) => {
      const answer = await get(url);
      expect(answer.statusCode).toBe(200);
      expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(answer.headers['cache-control']).toBe('no-store');
    },
  );

  it('holds the nonce its policy allows, another one in each response', async () => {
    const nonces = [];
    for (const answer of [await get('/'), await get('/')]) {
      const [, nonce = ''] = /content="([\w-]{24})"/.exec(answer.body) ?? [];
      expect(answer.body).not.toContain('__CSP_NONCE__');
      expect(answer.body).toContain(`nonce="${nonce}"`);
      const policy = String(answer.headers['content-security-policy']).split(';');
      expect(policy).toContain(`script-src 'self' 'nonce-${nonce}'`);
      expect(policy).toContain(`style-src 'self' 'nonce-${nonce}'`);
      nonces.push(nonce);
    }
    expect(new Set(nonces).size).toBe(2);
  });

  it('may not be framed, evaluate, or run anything inline', async () => {
    const { headers } = await get('/');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("object-src 'none'");
    expect(policy).toContain("base-uri 'none'");
    expect(policy).not.toMatch(/unsafe-|upgrade-insecure-requests|\*/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['strict-transport-security']).toBeUndefined();
  });

  describe('for other applications', () => {
    const HOST = 'https://contoso.crm.dynamics.com';
    let embedding: TestApp;
    beforeAll(async () => {
      embedding = await createTestApp({ context: test, webDist: dist, env: { EMBED_ORIGINS: HOST } });
    });
    afterAll(() => embedding.close());
    const headersOf = async (url: string, of = embedding) =>
      (await of.app.inject({ url, headers: HTML })).headers;
    const framedBy = (headers: Awaited<ReturnType<typeof headersOf>>) =>
      /frame-ancestors ([^;]*)/.exec(String(headers['content-security-policy']))?.[1];

    it('may be framed by exactly those that are listed', async () => {
      const headers = await headersOf('/embed?recordType=contact&id=42');
      expect(framedBy(headers)).toBe(HOST);
      expect(headers['x-frame-options']).toBeUndefined();
      expect(headers['cross-origin-opener-policy']).toBe('same-origin');
    });

    it.each(['/', '/embed/', '/embed/sign-in', '/embedded', '/EMBED', '/chats?next=/embed', '/embed/x'])(
      'is framed by nobody at %s',
      async (url) => {
        const headers = await headersOf(url);
        expect([framedBy(headers), headers['x-frame-options']]).toEqual(["'none'", 'DENY']);
      },
    );

    it('is framed by nobody where none is listed', async () => {
      const headers = await headersOf('/embed', test);
      expect([framedBy(headers), headers['x-frame-options']]).toEqual(["'none'", 'DENY']);
    });

    it('keeps its opener in the window that signs in, and nowhere else', async () => {
      expect((await headersOf('/embed/sign-in'))['cross-origin-opener-policy']).toBe('unsafe-none');
      expect((await headersOf('/sign-in'))['cross-origin-opener-policy']).toBe('same-origin');
    });
  });

  it.each([
    ['an unknown call of the API', '/api/nothing', HTML],
    ['an unknown file', '/assets/gone-1a2b.js', HTML],
    ['something that is no page', '/chat', { accept: 'application/json' }],
    ['a path out of the folder', '/assets/..%2f..%2fpackage.json', HTML],
  ])('is not the answer to %s', async (_what, url, headers) => {
    const answer = await get(url, headers);
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'not-found']);
  });

  it.each(['GET', 'HEAD'] as const)('is there for a %s that does not say what it takes', async (method) => {
    const answer = await test.app.inject({ method, url: '/', headers: { accept: '*/*' } });
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect((await test.app.inject({ method, url: '/chat', headers: { accept: '*/*' } })).statusCode).toBe(
      404,
    );
  });

  it('is not the answer to a POST', async () => {
    const answer = await test.app.inject({ method: 'POST', url: '/chat', headers: HTML });
    expect(answer.statusCode).toBe(404);
  });

  it('follows a new build without a restart', async () => {
    writeFileSync(path.join(dist, 'index.html'), INDEX.replace('index-1a2b', 'index-3c4d'));
    expect((await get('/')).body).toContain('index-3c4d');
    writeFileSync(path.join(dist, 'index.html'), INDEX);
  });
});

it('keeps built files for ever, because their names change with them', async () => {
  const answer = await get('/assets/index-1a2b.js');
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect(answer.headers['content-type']).toMatch(/^(text|application)\/javascript/);
});

it('finds the icon for browsers that only ask for /favicon.ico', async () => {
  expect((await get('/favicon.ico')).headers.location).toBe('/assets/assent-1a2b.svg');
});

it('says how to build the pages where they are not built', async () => {
  const bare = await createTestApp({ context: test, webDist: path.join(dist, 'nowhere') });
  const answer = await bare.app.inject({ url: '/', headers: HTML });
  expect(answer.statusCode).toBe(503);
  expect(answer.body).toContain('npm run build');
  expect((await bare.app.inject({ url: '/healthz' })).statusCode).toBe(200);
  await bare.close();
});
