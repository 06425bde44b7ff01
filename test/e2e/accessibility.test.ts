import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DESKTOP, launchBrowser, openWindow, PHONE, type Window } from './browser.ts';
import { furnish, goWithin, headingOf, type Ids, inEveryLook, isAnswer, LANGUAGES, PAGES } from './pages.ts';
import { type Product, startProduct } from './product.ts';
import { callApi, listOf } from './sandbox.ts';

/**
 * Every page and dialog, as an administrator has them, in light and dark, wide and narrow: no serious or critical
 * finding of axe-core, no error in the console, nothing refused by the Content-Security-Policy, nothing wider than the
 * screen. And the way through a chat by keyboard.
 */
describe('every page can be used by everyone', () => {
  let product: Product;
  let browser: Browser;
  let administrator: Window;
  let page: Page;
  /** What addresses need: one of each from the demo. */
  let ids: Ids;
  let invitationLink: string;

  beforeAll(async () => {
    [product, browser] = await Promise.all([startProduct(), launchBrowser()]);
    ({ ids, invitationLink } = await furnish(product));
    administrator = await openWindow(browser, { url: product.links.administrator });
    page = administrator.page;
    page.setDefaultTimeout(30_000);
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await product?.discard();
  });

  const heading = (name: string | RegExp) => headingOf(page, name);

  /** Dialogs and menus: a page, and what opens them. */
  const openings: { name: string; at: () => string; open: () => Promise<unknown> }[] = [
    dialog('new-record', () => '/records', 'New record'),
    dialog('import', () => '/records', 'Import CSV'),
    dialog('new-campaign', () => '/campaigns', 'New campaign'),
    dialog('invite', () => '/configuration/people', 'Invite'),
    dialog('new-team', () => '/configuration/teams', 'New team'),
    dialog('new-key', () => '/configuration/api-keys', 'New key'),
    dialog('new-quick-reply', () => '/configuration/quick-replies', 'New quick reply'),
    dialog('assign', () => `/chats/${ids.granted}`, 'Assign…'),
    dialog('block', () => `/chats/${ids.granted}`, 'Block…'),
    dialog('add-to-crm', () => `/chats/${ids.stranger}`, 'Add to the CRM'),
    dialog('notifications', () => '/chats', 'Notifications, nothing unread'),
    dialog('record-a-refusal', () => `/records/contact/${ids.contact}`, 'Record a refusal'),
    dialog('record-a-grant', () => `/records/contact/${ids.contact}`, 'Record a grant'),
    dialog('template-picker', () => `/chats/${ids.granted}`, 'Templates'),
    dialog('ask-again', () => `/chats/${ids.denied}`, 'Send Consent Template'),
    dialog('it-is-not', () => `/chats/${ids.held}`, 'It is not'),
    dialog('new-column', () => '/configuration/record-types/contact', 'New Boolean column'),
    dialog('remove-record-type', () => '/configuration/record-types/contact', 'Remove'),
    dialog('retire', () => `/configuration/message-templates/${ids.template}`, 'Retire'),
    {
      name: 'conversation-menu',
      at: () => `/chats/${ids.granted}`,
      open: async () => {
        await page.getByRole('button', { name: 'More about this chat' }).click();
        await page.getByRole('menuitem', { name: 'Export consent evidence' }).waitFor();
      },
    },
    {
      name: 'whatsapp-template-list',
      at: () => '/configuration/message-templates/new',
      open: async () => {
        await page.getByRole('combobox', { name: 'WhatsApp template' }).click();
        await page.getByRole('option').first().waitFor();
      },
    },
  ];

  function dialog(name: string, at: () => string, button: string): (typeof openings)[number] {
    return {
      name,
      at,
      open: async () => {
        await page.getByRole('button', { name: button, exact: true }).click();
        await page.getByRole('dialog').waitFor();
      },
    };
  }

  it('knows every route of web/routes.tsx', () => {
    const source = readFileSync(path.resolve(import.meta.dirname, '../../web/routes.tsx'), 'utf8');
    const routes = [...source.matchAll(/\bpath: '([^']*)'/g)].map(([, route]) => route);
    expect(routes.length).toBeGreaterThan(10);
    // What a signed-out person opens has a test of its own below.
    const outside = ['/sign-in', '/welcome-in'];
    expect([...new Set(PAGES.map(({ route }) => route)), ...outside].toSorted()).toEqual(
      [...routes, 'none'].toSorted(),
    );
  });

  it.each(PAGES.map((one) => [one.name, one] as const))('page %s', async (name, { at, shown }) => {
    await page.goto(product.url + at(ids));
    await shown(page);
    expect(await inEveryLook(page, name)).toEqual([]);
    // Of a table that is gone the server says 404, and the browser itself writes that into the console.
    const own = administrator.errors
      .splice(0)
      .filter((error) => name !== 'record-type-unknown' || !isAnswer(error));
    expect(own).toEqual([]);
  });

  it.each(openings.map((one) => [one.name, one] as const))('opened: %s', async (name, { at, open }) => {
    await goWithin(page, at());
    await open();
    expect(await inEveryLook(page, `open-${name}`)).toEqual([]);
    expect(administrator.errors.splice(0)).toEqual([]);
  });

  it('the drawer that holds the navigation on a narrow screen', async () => {
    await page.setViewportSize(PHONE);
    await page.goto(`${product.url}/chats`);
    const opener = page.getByRole('button', { name: 'Open navigation' });
    const records = page.getByRole('dialog').getByRole('link', { name: 'Records', exact: true });
    await opener.focus();
    await page.keyboard.press('Enter');
    await records.waitFor();
    await page.keyboard.press('Escape');
    await records.waitFor({ state: 'detached' });
    await expect.poll(() => opener.evaluate((button) => button === document.activeElement)).toBe(true);
    await opener.click();
    await records.waitFor();
    expect(await inEveryLook(page, 'open-navigation', [PHONE])).toEqual([]);
    await records.click();
    await heading('Records').waitFor();
    expect(administrator.errors.splice(0)).toEqual([]);
  });

  it('the customer’s phone, without and with an open chat', async () => {
    await page.goto(`${product.url}/emulator/phone`);
    await page.getByText('Grace Granted').first().waitFor();
    expect(await inEveryLook(page, 'phone-list')).toEqual([]);
    await page.goto(`${product.url}/emulator/phone#+12025550113`);
    await page.getByRole('log', { name: 'Messages' }).getByText('Yes, I Agree').first().waitFor();
    expect(await inEveryLook(page, 'phone-chat')).toEqual([]);
    expect(administrator.errors.splice(0)).toEqual([]);
  });

  it('signed out, and a sign-in link that was used already', async () => {
    const stranger = await openWindow(browser, { url: `${product.url}/records` });
    await stranger.page.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor();
    expect(await inEveryLook(stranger.page, 'signed-out')).toEqual([]);
    await stranger.page.goto(product.links.administrator);
    await stranger.page.getByRole('heading', { level: 1 }).waitFor();
    expect(await inEveryLook(stranger.page, 'link-used')).toEqual([]);
    await stranger.page.goto(invitationLink);
    await stranger.page.getByRole('heading', { name: 'Welcome, Maria Muster' }).waitFor();
    expect(await inEveryLook(stranger.page, 'invitation')).toEqual([]);
    for (const language of LANGUAGES)
      for (const at of ['/sign-in', invitationLink.slice(product.url.length)]) {
        await stranger.page.evaluate((chosen) => localStorage.setItem('assent-language', chosen), language);
        await stranger.page.goto(product.url + at);
        await stranger.page.getByRole('textbox').first().waitFor();
        expect(await stranger.page.evaluate(() => document.documentElement.lang)).toBe(language);
        expect(await inEveryLook(stranger.page, `outside-${language}`, [PHONE])).toEqual([]);
      }
    // What the browser itself writes about an answer of 401 or 410 is no error of the page.
    expect(stranger.errors.filter((error) => !isAnswer(error))).toEqual([]);
    await stranger.close();
  });

  it('the keyboard leads from the skip link to the composer, and through it in the order it is read', async () => {
    await page.setViewportSize(DESKTOP);
    await page.goto(`${product.url}/chats/${ids.granted}`);
    await page.getByRole('textbox', { name: 'Message', exact: true }).waitFor();
    await page.getByRole('link', { name: /Grace Granted.*We may now write to you here/ }).waitFor();
    await page.getByRole('article', { name: /^Automatic answer/ }).waitFor();
    await page.evaluate(() => {
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    });
    await page.keyboard.press('Tab');
    expect(await focusName(page)).toBe('Skip to the page');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    const path: string[] = [];
    while (path.length < 40 && path.at(-1) !== 'Send') {
      await page.keyboard.press('Tab');
      path.push(await focusName(page));
    }
    // The row of the list; what an older message quotes, and what can be done with it; the newest message; and the tab
    // that chooses between a message and a note, before the field of the same name.
    const before = path.slice(0, path.indexOf('Message'));
    expect(before.join()).toContain('We may now write to you here');
    expect(before.findLastIndex((stop) => stop.startsWith('Automatic answer'))).toBeGreaterThan(
      before.indexOf('Block…'),
    );
    const stops = ['More about this chat', 'Message', 'Message', 'Templates'];
    // Send waits for a text, and is reached all the same.
    expect(path.filter((stop) => [...stops, 'Send'].includes(stop))).toEqual([...stops, 'Send']);
    const inField = () => page.evaluate(() => document.activeElement?.tagName === 'TEXTAREA');
    for (let back = 0; back < 10 && !(await inField()); back += 1) await page.keyboard.press('Shift+Tab');
    await page.keyboard.type('Written without a mouse');
    await page.keyboard.press('Enter');
    await page
      .getByRole('region', { name: /^Messages with/ })
      .getByText('Written without a mouse')
      .waitFor();
    expect(await focusName(page)).toBe('Message');
  });

  it('the whole flow by keyboard alone: accept, ask, refused, ask again, agreed, answer, note, close', async () => {
    const wendy = '/emulator/customers/+12025550116/messages';
    let taps = 0;
    /** Once the question is on her phone: the chat shows it from the moment it is queued. */
    const tap = async (button: 0 | 1): Promise<void> => {
      const asked = await vi.waitUntil(
        async () =>
          (await listOf(product, wendy)).filter(
            ({ buttons }) => Array.isArray(buttons) && buttons.length > 0,
          )[taps],
        { timeout: 15_000, interval: 100 },
      );
      taps += 1;
      await callApi(product, 'POST', wendy, { buttonOf: asked.id, button });
    };
    const agent = await openWindow(browser, { url: product.links.agent });
    const desk = agent.page;
    const banner = (code: string) => desk.locator(`[data-banner="${code}"]`).waitFor();
    /** Tab, until the focus is on what is called so. */
    const go = async (name: string | RegExp, key = 'Tab'): Promise<void> => {
      for (let steps = 0; steps < 80; steps += 1) {
        const at = await focusName(desk);
        if (typeof name === 'string' ? at === name : name.test(at)) return;
        await desk.keyboard.press(key);
      }
      throw new Error(`${key} does not lead to ${name}`);
    };
    const toField = async (): Promise<void> => {
      for (let steps = 0; steps < 80; steps += 1) {
        if (await desk.evaluate(() => document.activeElement?.tagName === 'TEXTAREA')) return;
        await desk.keyboard.press('Tab');
      }
      throw new Error('Tab leads to no field to write in');
    };
    const press = async (name: string | RegExp): Promise<void> => {
      await desk.getByRole('button', { name }).first().waitFor();
      await go(name);
      await desk.keyboard.press('Enter');
    };
    await desk.getByRole('heading', { name: 'Chats', level: 1 }).waitFor();
    await desk.getByRole('link', { name: /Wendy Wrote/ }).waitFor();
    // The list is one stop; arrows move in it.
    await go(/^(Wendy|Hanna|Sofía|Daniel|Grace|Ahmed|\+)/);
    await go(/^Wendy Wrote/, 'ArrowDown');
    await desk.keyboard.press('Enter');
    await press('Accept');
    // Its button is gone, and the focus is where the agent writes.
    await expect
      .poll(() => desk.evaluate(() => document.activeElement?.closest('section')?.ariaLabel))
      .toBe('Message composer');
    await press('Templates');
    await desk.getByRole('dialog').waitFor();
    await press('Send Consent Template');
    await desk.getByRole('dialog').waitFor({ state: 'detached' });
    await desk.getByText(/Asked for consent by Alex Agent/).waitFor();
    await tap(1);
    await banner('denied');
    await press('Send Consent Template');
    await desk.getByRole('dialog').waitFor();
    await press('Send Consent Template');
    await desk
      .getByText(/Asked again/)
      .first()
      .waitFor();
    await tap(0);
    await banner('granted');
    await toField();
    await desk.keyboard.type('Written without a mouse');
    await desk.keyboard.press('Enter');
    await desk.getByRole('article').filter({ hasText: 'Written without a mouse' }).waitFor();
    await desk.keyboard.press('Shift+Tab');
    await go('Message', 'Shift+Tab');
    await desk.keyboard.press('ArrowRight');
    await desk.keyboard.press('Enter');
    await desk.getByRole('textbox', { name: 'Private note' }).waitFor();
    await toField();
    await desk.keyboard.type('Only for colleagues');
    await desk.keyboard.press('Enter');
    await desk.getByText('Only for colleagues').first().waitFor();
    await go('Close');
    await desk.keyboard.press('Enter');
    await desk.getByText('This chat is closed. Writing to the customer opens it again').waitFor();
    expect(agent.errors).toEqual([]);
    await agent.close();
  });
});

/** What a person hears the focus is on: its label, or its text. */
async function focusName(page: Page): Promise<string> {
  return page.evaluate(() => {
    const at = document.activeElement;
    return at?.getAttribute('aria-label') ?? at?.textContent ?? '';
  });
}
