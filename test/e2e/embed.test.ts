import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type MutableToken, OAuth2Server } from 'oauth2-mock-server';
import { type BrowserContext, chromium, type FrameLocator, type Page, type Request } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PATIENCE, seriousFindings, takePicture } from './browser.ts';
import { findChromium, HOW_TO_GET_CHROMIUM } from './chromium.ts';
import { freePort, type Product, startProduct } from './product.ts';
import { callApi, demoIsPlayed, listOf } from './sandbox.ts';

/**
 * The chat inside a model-driven app: a form of another site (`localhost`, where Assent is `127.0.0.1`) with a Client API
 * that the test plays, the web resources of solution/ as they are shipped, and a Chromium that blocks third-party
 * cookies. Each step needs those before.
 */

const WEB_RESOURCES = path.resolve(import.meta.dirname, '../../solution/WebResources');

/** What the form's Client API was asked for, and what it answers. */
interface PlayedForm {
  refreshed: unknown[];
  dirty: boolean;
}
declare global {
  var played: PlayedForm;
}

let product: Product;
let form: Server;
let formUrl: string;
/** A form of an application that is not in the list. */
let foreignUrl: string;
let foreign: Server;
/** The organisation's own sign-in, of another site too. */
let issuer: OAuth2Server;
let browser: BrowserContext;
let page: Page;
/** Grace agreed; Daniel refused. */
let grace: string;
const gracePhone = '+12025550113';

beforeAll(async () => {
  const port = await freePort();
  formUrl = `http://localhost:${port}`;
  issuer = new OAuth2Server();
  await issuer.issuer.keys.generate('RS256');
  await issuer.start(0, '127.0.0.1');
  issuer.service.on('beforeTokenSigning', ({ payload }: MutableToken) => {
    Object.assign(payload, { sub: 'olga', name: 'Olga', email: 'olga@contoso.example', groups: ['desk'] });
  });
  product = await startProduct({
    env: {
      EMBED_ORIGINS: formUrl,
      OIDC_ISSUER: issuer.issuer.url ?? '',
      OIDC_CLIENT_ID: 'assent-at-contoso',
      OIDC_NAME: 'Contoso',
      OIDC_ROLE_MAP: 'agent=desk',
    },
  });
  form = await serveForm(port);
  const foreignPort = await freePort();
  foreignUrl = `http://localhost:${foreignPort}`;
  foreign = await serveForm(foreignPort);
  const until = Date.now() + 120_000;
  while (!(await demoIsPlayed(product))) {
    if (Date.now() > until) throw new Error('the demo is not played');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  grace = String((await listOf(product, '/api/records?recordType=contact&search=Grace'))[0]?.id);
  browser = await openBrowser({ blocksThirdPartyCookies: true });
  page = await browser.newPage();
}, 240_000);
afterAll(async () => {
  await browser?.close();
  form?.close();
  foreign?.close();
  await product?.discard();
  await issuer?.stop();
  for (const folder of profiles) rmSync(folder, { recursive: true, force: true });
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail' && page !== undefined) await takePicture(page, 'embed-failed');
});

const chat = (of: Page = page): FrameLocator =>
  of.frameLocator('#WebResource_assent_chat').frameLocator('#chat');
const formOf = (id: string): string => `${formUrl}/form?typename=contact&id=${id}`;

describe('the chat inside a model-driven app, third-party cookies blocked', () => {
  it('has no cookie of ours, where a browser that does not block has one', async () => {
    const cookies = async (context: BrowserContext): Promise<string> => {
      const window = await context.newPage();
      // As permissive as a cookie can be; that of the session is stricter.
      await context.addCookies([
        { name: 'probe', value: '1', domain: '127.0.0.1', path: '/', sameSite: 'None', secure: true },
      ]);
      await window.goto(formOf(grace));
      await chat(window).getByRole('button', { name: 'Sign in' }).waitFor();
      // The frame's own view of them, which is what its requests carry. A request of a frame of another site is not
      // always told to who listens at the page.
      const seen = await chat(window)
        .locator('body')
        .evaluate(() => document.cookie);
      await window.close();
      return seen;
    };
    const permissive = await openBrowser({ blocksThirdPartyCookies: false });
    expect(await cookies(permissive)).toBe('probe=1');
    await permissive.close();
    expect(await cookies(browser)).toBe('');
  });

  it('signs in by a window of our own, which hands over and closes', async () => {
    await page.goto(formOf(grace));
    const [window] = await Promise.all([
      page.waitForEvent('popup'),
      chat().getByRole('button', { name: 'Sign in' }).click(),
    ]);
    // Nobody is signed in there either: the ways to sign in show. A link opened in another tab is one of them.
    await window.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor();
    const closed = window.waitForEvent('close');
    const tab = await browser.newPage();
    await tab.goto(product.links.agent);
    await tab.getByRole('navigation', { name: 'Main' }).waitFor();
    await tab.close();
    await window.bringToFront();
    await window.reload();
    await closed;
    await chat().getByRole('heading', { name: 'Grace Granted', level: 2 }).waitFor();
    await takePicture(page, 'embed-signed-in');
    expect(await seriousFindings(page)).toEqual([]);
  });

  it('chats live: what the customer writes shows, and what the agent writes arrives', async () => {
    await callApi(product, 'POST', `/emulator/customers/${encodeURIComponent(gracePhone)}/messages`, {
      text: 'Do you see me inside Dynamics?',
    });
    await chat().getByRole('article').filter({ hasText: 'Do you see me inside Dynamics?' }).waitFor();
    // Not even now that there is a session, whose cookie the browser holds.
    const calls: Request[] = [];
    page.on('request', (one) => one.url().startsWith(`${product.url}/api/`) && calls.push(one));
    const accept = chat().getByRole('button', { name: 'Accept' });
    if (await accept.isVisible()) await accept.click();
    await chat().getByRole('textbox', { name: 'Message', exact: true }).fill('I do, Grace');
    await chat().getByRole('button', { name: 'Send', exact: true }).click();
    await chat().getByRole('article').filter({ hasText: 'I do, Grace' }).waitFor();
    await eventually(async () =>
      (await listOf(product, `/emulator/customers/${encodeURIComponent(gracePhone)}/messages`)).some(
        ({ text }) => text === 'I do, Grace',
      ),
    );
    const said = await Promise.all(calls.map((one) => one.allHeaders()));
    expect(said.length).toBeGreaterThan(1);
    expect(said.filter(({ cookie }) => cookie !== undefined)).toEqual([]);
    expect(
      said.filter(({ authorization = '' }) => !authorization.startsWith('Bearer assent-frame_')),
    ).toEqual([]);
    // What is asked for is in no address, which is written down on its way.
    expect(calls.filter((one) => one.url().includes('assent-frame_'))).toEqual([]);
    expect((await browser.cookies(product.url)).map(({ name }) => name)).toContain('assent_session');
  });

  it('shows pictures, which no cookie opens', async () => {
    const picture =
      'iVBORw0KGgoAAAANSUhEUgAAACgAAAAoCAIAAAADnC86AAAACXBIWXMAAAPoAAAD6AG1e1JrAAAASUlEQVRYhe3YwQkAMAxC0e7jBG7vaN2hl14e5B6QxI+eNV/mWFxSz3HFO5WBjGUGJAqLgcXC4mAxsFhYHCxKixHMq4qY8iXPGlydbSFqE7nkOQAAAABJRU5ErkJggg==';
    await callApi(product, 'POST', `/emulator/customers/${encodeURIComponent(gracePhone)}/messages`, {
      image: { base64: picture, caption: 'See?' },
    });
    const image = chat().getByRole('article').filter({ hasText: 'See?' }).locator('img').first();
    await image.waitFor();
    await eventually(async () =>
      image.evaluate(
        (one) => one instanceof HTMLImageElement && one.naturalWidth > 0 && one.src.startsWith('blob:'),
      ),
    );
  });

  it('tells the form that the field changed, which is read again unless somebody edits it', async () => {
    await page.evaluate(() => {
      played.dirty = true;
      played.refreshed.splice(0);
    });
    await callApi(product, 'POST', `/emulator/customers/${encodeURIComponent(gracePhone)}/messages`, {
      text: 'STOP',
    });
    await page.waitForFunction(() => told.length > 0);
    expect(await page.evaluate(() => told)).toEqual([
      { type: 'assent:compliance-value', recordType: 'contact', id: grace, complianceValue: false },
    ]);
    // What somebody typed is not thrown away; once it is saved, the form is read again without saving.
    expect(
      await page.evaluate(() => {
        const before = [...played.refreshed];
        played.dirty = false;
        return before;
      }),
    ).toEqual([]);
    await page.waitForFunction(() => played.refreshed.length > 0);
    expect(new Set(await page.evaluate(() => played.refreshed))).toEqual(new Set([false]));
  });

  it('opens other pages in a window of their own, where the session is', async () => {
    await chat().getByRole('button', { name: 'More about this chat' }).click();
    const [window] = await Promise.all([
      browser.waitForEvent('page'),
      chat()
        .getByRole('menuitem', { name: /history/i })
        .click(),
    ]);
    await window.getByRole('heading', { name: 'Grace Granted', level: 1 }).waitFor();
    await window.close();
  });

  it.each([
    ['record', 'contact', 'This record is not known in Assent'],
    ['table', 'incident', 'This table is not known in Assent'],
  ])('says of a %s that it is not known, and asks for no phone number', async (what, table, said) => {
    await page.goto(`${formUrl}/form?typename=${table}&id=00000000-0000-4000-8000-000000000000`);
    await chat().getByRole('button', { name: 'Sign in' }).click();
    await chat().getByRole('heading', { name: said }).waitFor();
    expect(await chat().getByText(/phone/).count()).toBe(0);
    expect(await seriousFindings(page)).toEqual([]);
    await takePicture(page, `embed-unknown-${what}`);
  });

  it('signs in the next form with one click, and out with the session', async () => {
    await page.goto(formOf(grace));
    await chat().getByRole('button', { name: 'Sign in' }).click();
    await chat().getByRole('heading', { name: 'Grace Granted', level: 2 }).waitFor();
    const tab = await browser.newPage();
    await tab.goto(product.url);
    expect(
      (await tab.request.post(`${product.url}/api/sign-out`, { headers: { origin: product.url } })).ok(),
    ).toBe(true);
    await chat().getByText('You were signed out.').waitFor();
    await tab.close();
  });

  it.each<[string, (window: Page) => Promise<void>]>([
    [
      'the sign-in of the organisation, which leads through another site',
      (window) => window.getByRole('link', { name: 'Sign in with Contoso' }).click(),
    ],
    [
      'a password',
      async (window) => {
        await window.getByRole('textbox', { name: 'Email' }).fill('paula@contoso.example');
        await window.getByRole('textbox', { name: 'Password', exact: true }).fill(PASSWORD);
        await window.getByRole('button', { name: 'Sign in', exact: true }).click();
      },
    ],
  ])('signs in by %s', async (how, sign) => {
    if (how === 'a password') await hirePaula();
    const own = await openBrowser({ blocksThirdPartyCookies: true });
    const at = await own.newPage();
    await at.goto(formOf(grace));
    const [window] = await Promise.all([
      at.waitForEvent('popup'),
      chat(at).getByRole('button', { name: 'Sign in' }).click(),
    ]);
    await Promise.all([window.waitForEvent('close'), sign(window)]);
    await chat(at).getByRole('heading', { name: 'Grace Granted', level: 2 }).waitFor();
    await own.close();
  });

  it('is not shown inside an application that is not in the list', async () => {
    const refused: string[] = [];
    const window = await browser.newPage();
    window.on('console', (message) => refused.push(message.text()));
    await window.goto(`${foreignUrl}/form?typename=contact&id=${grace}`);
    await eventually(() => refused.some((text) => text.includes('frame-ancestors')));
    expect(await chat(window).getByRole('button').count()).toBe(0);
    await window.close();
  });

  it('gives a token to no page but ours that opens the window', async () => {
    // Signed in, so that there is something to take.
    const tab = await browser.newPage();
    await tab.goto(product.links.administrator);
    await tab.getByRole('navigation', { name: 'Main' }).waitFor();
    await tab.goto(`${foreignUrl}/form?typename=contact&id=${grace}`);
    const asked: string[] = [];
    browser.on('request', (one) => asked.push(`${one.method()} ${new URL(one.url()).pathname}`));
    const [window] = await Promise.all([
      tab.waitForEvent('popup'),
      tab.evaluate(
        ({ assent, listed }) => {
          const opened = open(`${assent}/embed/sign-in`);
          addEventListener('message', ({ data }) => told.push(data));
          setInterval(
            () => opened?.postMessage({ type: 'assent:request', nonce: 'n', origin: listed }, '*'),
            50,
          );
        },
        { assent: product.url, listed: formUrl },
      ),
    ]);
    await window.getByRole('heading', { name: 'You are signed in' }).waitFor();
    // It is asked, and more than once.
    await window.evaluate(
      () =>
        new Promise<void>((resolve) => {
          let heard = 0;
          addEventListener('message', () => {
            heard += 1;
            if (heard === 5) resolve();
          });
        }),
    );
    expect(asked).toContain('GET /api/me');
    expect(asked).not.toContain('POST /api/embed-tokens');
    expect(await tab.evaluate(() => told)).toEqual([]);
    await window.close();
    await tab.close();
  });
});

declare global {
  /** Every message that the frame sent to the page around it. */
  var told: unknown[];
}

const PASSWORD = 'seven wild geese at sea';

/** Somebody with a password. */
async function hirePaula(): Promise<void> {
  const made = await callApi(product, 'POST', '/api/people', {
    name: 'Paula',
    email: 'paula@contoso.example',
    role: 'agent',
  });
  const { invitation } = z.object({ invitation: z.object({ url: z.string() }) }).parse(await made.json());
  const chosen = await fetch(`${product.url}/api/sign-in/link`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: product.url },
    body: JSON.stringify({ token: new URL(invitation.url).searchParams.get('token'), password: PASSWORD }),
  });
  expect(chosen.status).toBe(204);
}

/** A model-driven app's form, as far as a web resource sees one. */
function serveForm(port: number): Promise<Server> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const file = /^\/WebResources\/(assent_[a-z]+\.(?:html|js))$/.exec(url.pathname)?.[1];
    if (file !== undefined) {
      const text = readFileSync(path.join(WEB_RESOURCES, file), 'utf8');
      response.setHeader(
        'content-type',
        file.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8',
      );
      response.end(text.replace('__ASSENT_URL__', product.url));
      return;
    }
    if (url.pathname !== '/form') {
      response.writeHead(404).end();
      return;
    }
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(FORM);
  });
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}

const FORM = `<!doctype html>
<html lang="en">
  <head>
    <title>Contact</title>
    <link rel="icon" href="data:," />
    <style>body { margin: 0; font-family: sans-serif } iframe { width: 480px; height: 800px; border: 0 }</style>
  </head>
  <body>
    <main>
      <h1>Contact</h1>
      <iframe id="WebResource_assent_chat" title="Chat" src="/WebResources/assent_chat.html"></iframe>
    </main>
    <script src="/WebResources/assent_form.js"></script>
    <script>
      const given = new URLSearchParams(location.search);
      globalThis.played = { refreshed: [], dirty: false };
      globalThis.told = [];
      globalThis.Xrm = {};
      const frame = document.getElementById('WebResource_assent_chat');
      const loaded = new Promise((resolve) => frame.addEventListener('load', () => {
        frame.contentWindow.addEventListener('message', ({ data }) => {
          // axe-core talks by messages too.
          if (typeof data === 'object') told.push(data);
        });
        resolve(frame.contentWindow);
      }));
      Assent.onLoad({
        getFormContext: () => ({
          getControl: (name) => (name === frame.id ? { getContentWindow: () => loaded } : null),
          data: {
            addOnLoad() {},
            getIsDirty: () => played.dirty,
            refresh: async (save) => { played.refreshed.push(save); },
            entity: {
              getEntityName: () => given.get('typename'),
              getId: () => '{' + given.get('id').toUpperCase() + '}',
            },
          },
        }),
      });
    </script>
  </body>
</html>`;

const profiles: string[] = [];

/** A browser with a profile of its own: whether it blocks third-party cookies is a setting of the profile. */
async function openBrowser({
  blocksThirdPartyCookies,
}: {
  blocksThirdPartyCookies: boolean;
}): Promise<BrowserContext> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error(HOW_TO_GET_CHROMIUM);
  const profile = mkdtempSync(path.join(tmpdir(), 'assent-profile-'));
  profiles.push(profile);
  mkdirSync(path.join(profile, 'Default'));
  writeFileSync(
    path.join(profile, 'Default/Preferences'),
    JSON.stringify({
      profile: {
        block_third_party_cookies: blocksThirdPartyCookies,
        cookie_controls_mode: blocksThirdPartyCookies ? 1 : 0,
      },
    }),
  );
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
    viewport: { width: 1000, height: 900 },
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
  });
  context.setDefaultTimeout(PATIENCE);
  return context;
}

async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  const until = Date.now() + 15_000;
  while (!(await holds())) {
    if (Date.now() > until) throw new Error(`never: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
