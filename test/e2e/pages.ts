import type { Page } from 'playwright-core';
import { z } from 'zod';
import { type AxeRules, DESKTOP, PHONE, seriousFindings, takePicture } from './browser.ts';
import type { Product } from './product.ts';
import { callApi, demoIsPlayed, listOf } from './sandbox.ts';

/** The pages of the app, what they need to show something, and how each is looked at. */

export type Size = { width: number; height: number };
/** Beside English, in which every page is also read. */
export const LANGUAGES = ['es', 'pt-BR', 'ar'] as const;

/** What addresses need: one of each from the demo. */
export interface Ids {
  contact: string;
  denied: string;
  granted: string;
  held: string;
  template: string;
  stranger: string;
  campaign: string;
}

/** Waits for the demo, and adds what it has none of. */
export async function furnish(product: Product): Promise<{ ids: Ids; invitationLink: string }> {
  const until = Date.now() + 120_000;
  while (!(await demoIsPlayed(product))) {
    if (Date.now() > until) throw new Error('the demo is not played');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const idOf = async (list: string): Promise<string> => String((await listOf(product, list))[0]?.id);
  const stranger = '+12025550199';
  await callApi(product, 'POST', `/emulator/customers/${stranger}/messages`, { text: 'Hello, who are you?' });
  const ids = {
    contact: await idOf('/api/records?recordType=contact&search=Daniel'),
    denied: await idOf('/api/conversations?search=Daniel'),
    granted: await idOf('/api/conversations?search=Grace'),
    held: await idOf('/api/conversations?search=Hanna'),
    template: await idOf('/api/message-templates?recordType=contact'),
    stranger: await chatOf(product, stranger),
    campaign: await campaignOf(product),
  };
  // A second person's approval gives the list of holds its second part.
  await callApi(product, 'PATCH', '/api/settings', { grantNeedsSecondPerson: true });
  await callApi(product, 'POST', '/api/quick-replies', {
    shortcut: 'thanks',
    text: 'Thank you!',
    personal: false,
  });
  await callApi(product, 'POST', '/api/api-keys', { name: 'Shop', scopes: ['see-chats', 'initiate'] });
  await callApi(product, 'POST', '/api/webhooks', {
    url: 'http://127.0.0.1:9/consent',
    description: 'Shop',
    types: ['consent.granted', 'consent.denied'],
  });
  const maria = { name: 'Maria Muster', email: 'maria@example.com', role: 'agent' };
  const invited = await callApi(product, 'POST', '/api/people', maria);
  const { invitation } = z.object({ invitation: z.object({ url: z.string() }) }).parse(await invited.json());
  return { ids, invitationLink: invitation.url };
}

/** A campaign, once it is over. Nobody gets it: the chats of the demo end as its stories do. */
async function campaignOf(product: Product): Promise<string> {
  const utility = (await listOf(product, '/api/message-templates?recordType=account')).find(
    ({ type }) => type === 'utility',
  );
  const started = await callApi(
    product,
    'POST',
    '/api/campaigns',
    {
      name: 'Your order is ready',
      messageTemplateId: utility?.id,
      audience: { recordType: utility?.recordType },
    },
    { 'idempotency-key': 'your-order-is-ready' },
  );
  const { id } = z.object({ id: z.string() }).parse(await started.json());
  for (;;) {
    const { state } = z
      .object({ state: z.string() })
      .parse(await (await callApi(product, 'GET', `/api/campaigns/${id}`)).json());
    if (state === 'done') return id;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function chatOf(product: Product, phone: string): Promise<string> {
  for (;;) {
    const [chat] = await listOf(product, `/api/conversations?phone=${encodeURIComponent(phone)}`);
    if (chat !== undefined) return String(chat.id);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export const headingOf = (page: Page, name: string | RegExp) => page.getByRole('heading', { name, level: 1 });

/** Address, what shows in English that it is loaded, and its route in web/routes.tsx. */
export const PAGES: readonly {
  name: string;
  route: string;
  at: (ids: Ids) => string;
  shown: (page: Page) => Promise<unknown>;
}[] = [
  { name: 'home', route: '/', at: () => '/', shown: (page) => headingOf(page, 'Chats').waitFor() },
  {
    name: 'chats',
    route: '/chats/{-$conversationId}',
    at: (ids) => `/chats/${ids.granted}`,
    shown: (page) => page.getByRole('textbox', { name: 'Message', exact: true }).waitFor(),
  },
  {
    name: 'chat-denied',
    route: '/chats/{-$conversationId}',
    at: (ids) => `/chats/${ids.denied}`,
    shown: (page) => page.getByRole('button', { name: 'Send Consent Template' }).waitFor(),
  },
  {
    name: 'chat-held',
    route: '/chats/{-$conversationId}',
    at: (ids) => `/chats/${ids.held}`,
    shown: (page) => page.getByRole('button', { name: 'It is a refusal' }).waitFor(),
  },
  {
    name: 'records',
    route: '/records',
    at: () => '/records',
    shown: (page) => page.getByRole('table', { name: 'Records' }).waitFor(),
  },
  {
    name: 'records-none',
    route: '/records',
    at: () => '/records?consent=expired',
    shown: (page) => page.getByText('No record matches').waitFor(),
  },
  {
    name: 'record-form',
    route: '/records/$table/$id',
    at: (ids) => `/records/contact/${ids.contact}`,
    shown: (page) => page.getByRole('textbox', { name: 'Full Name' }).waitFor(),
  },
  {
    name: 'record-chat',
    route: '/records/$table/$id',
    at: (ids) => `/records/contact/${ids.contact}#chat`,
    shown: (page) => headingOf(page, 'Daniel Denied').waitFor(),
  },
  {
    name: 'record-consent',
    route: '/records/$table/$id',
    at: (ids) => `/records/contact/${ids.contact}#consent`,
    shown: async (page) => {
      await page.getByRole('button', { name: /^Denied/ }).click();
      await page.getByText('Hash (SHA-256)').waitFor();
    },
  },
  {
    name: 'held',
    route: '/held',
    at: () => '/held',
    shown: (page) => page.getByRole('article', { name: 'Hanna Held' }).waitFor(),
  },
  {
    name: 'campaigns',
    route: '/campaigns/{-$id}',
    at: () => '/campaigns',
    shown: (page) => page.getByRole('table', { name: 'Campaigns' }).waitFor(),
  },
  {
    name: 'campaign',
    route: '/campaigns/{-$id}',
    at: (ids) => `/campaigns/${ids.campaign}`,
    shown: async (page) => {
      await page
        .getByRole('button', { name: /^Show who: / })
        .first()
        .click();
      await page.getByRole('table', { name: 'Who', exact: true }).waitFor();
    },
  },
  {
    name: 'record-types',
    route: '/configuration/record-types',
    at: () => '/configuration/record-types',
    shown: (page) => page.getByRole('table', { name: 'Record types' }).waitFor(),
  },
  {
    name: 'record-type',
    route: '/configuration/record-types/$table',
    at: () => '/configuration/record-types/contact',
    shown: (page) => page.getByRole('radiogroup', { name: 'Compliance Field' }).waitFor(),
  },
  {
    name: 'record-type-unknown',
    route: '/configuration/record-types/$table',
    at: () => '/configuration/record-types/nothing',
    shown: (page) => page.getByText('The CRM has no such table').waitFor(),
  },
  {
    name: 'message-templates',
    route: '/configuration/message-templates',
    at: () => '/configuration/message-templates',
    shown: (page) => page.getByRole('table', { name: 'Message templates' }).waitFor(),
  },
  {
    name: 'message-template-new',
    route: '/configuration/message-templates/new',
    at: () => '/configuration/message-templates/new',
    shown: (page) => page.getByRole('combobox', { name: 'WhatsApp template' }).waitFor(),
  },
  {
    name: 'message-template-new-answer',
    route: '/configuration/message-templates/new',
    at: () => '/configuration/message-templates/new',
    shown: async (page) => {
      await page.getByRole('radio', { name: /^Opt-Out Template/ }).check();
      await page.getByRole('button', { name: 'Add a keyword' }).click();
    },
  },
  {
    name: 'message-template',
    route: '/configuration/message-templates/$id',
    at: (ids) => `/configuration/message-templates/${ids.template}`,
    shown: (page) => page.getByRole('figure', { name: 'Preview as the customer sees it' }).waitFor(),
  },
  {
    name: 'whatsapp',
    route: '/configuration/whatsapp',
    at: () => '/configuration/whatsapp',
    shown: async (page) => {
      await page.getByRole('table', { name: 'WhatsApp templates' }).waitFor();
      await page.getByRole('button', { name: 'Preview' }).first().click();
    },
  },
  {
    name: 'settings',
    route: '/configuration/settings',
    at: () => '/configuration/settings',
    shown: (page) => page.getByRole('button', { name: 'Save', exact: true }).waitFor(),
  },
  {
    name: 'audit',
    route: '/configuration/audit',
    at: () => '/configuration/audit',
    shown: (page) => page.getByRole('table', { name: /^Audit/ }).waitFor(),
  },
  {
    name: 'people',
    route: '/configuration/people',
    at: () => '/configuration/people',
    shown: (page) => page.getByRole('table', { name: 'People' }).waitFor(),
  },
  {
    name: 'teams',
    route: '/configuration/teams',
    at: () => '/configuration/teams',
    shown: (page) => page.getByRole('table', { name: 'Teams' }).waitFor(),
  },
  {
    name: 'roles',
    route: '/configuration/roles',
    at: () => '/configuration/roles',
    shown: (page) => page.getByRole('columnheader', { name: 'Auditor' }).waitFor(),
  },
  {
    name: 'api-keys',
    route: '/configuration/api-keys',
    at: () => '/configuration/api-keys',
    shown: (page) => page.getByRole('table', { name: 'API keys' }).waitFor(),
  },
  {
    name: 'webhooks',
    route: '/configuration/webhooks',
    at: () => '/configuration/webhooks',
    shown: (page) => page.getByRole('table', { name: 'Webhooks' }).waitFor(),
  },
  {
    name: 'working-hours',
    route: '/configuration/working-hours',
    at: () => '/configuration/working-hours',
    shown: (page) => page.getByRole('switch', { name: 'Use these working hours' }).waitFor(),
  },
  {
    name: 'quick-replies',
    route: '/configuration/quick-replies',
    at: () => '/configuration/quick-replies',
    shown: (page) => page.getByRole('table', { name: 'Quick replies' }).waitFor(),
  },
  {
    name: 'account',
    route: '/account',
    at: () => '/account',
    shown: (page) => page.getByRole('heading', { name: 'Sessions' }).waitFor(),
  },
  {
    name: 'guide',
    route: '/guide',
    at: () => '/guide',
    shown: (page) => headingOf(page, 'Guide').waitFor(),
  },
  {
    name: 'welcome',
    route: '/welcome',
    at: () => '/welcome',
    shown: (page) => page.getByRole('list', { name: 'Steps' }).waitFor(),
  },
  // Inside a frame: test/e2e/embed.test.ts.
  {
    name: 'embed-sign-in',
    route: '/embed/sign-in',
    at: () => '/embed/sign-in',
    shown: (page) => headingOf(page, 'You are signed in').waitFor(),
  },
  {
    name: 'embed',
    route: '/embed',
    at: (ids) => `/embed?recordType=contact&id=${ids.contact}`,
    shown: (page) => headingOf(page, 'This page belongs inside another application').waitFor(),
  },
  {
    name: 'crm',
    route: '/configuration/crm',
    at: () => '/configuration/crm',
    shown: (page) => headingOf(page, 'CRM').waitFor(),
  },
  {
    name: 'no-such-page',
    route: 'none',
    at: () => '/no-such-page',
    shown: (page) => headingOf(page, 'No such page').waitFor(),
  },
];

/**
 * To another page as a link leads there: nothing is loaded again but what the page itself asks for. Through a page between,
 * so that what stands there in the end is new.
 */
export async function goWithin(page: Page, address: string): Promise<void> {
  const here = new URL(page.url()).pathname;
  const between = ['/guide', '/account', '/welcome'].find((one) => one !== here && one !== address);
  for (const to of [between, address]) {
    await page.evaluate((next) => {
      for (const old of document.querySelectorAll('main h1')) old.setAttribute('data-before', '');
      history.pushState(null, '', next);
    }, to);
    await page.locator('main h1:not([data-before])').first().waitFor();
  }
}

/** Both themes at both widths: all rules in the light, those of colours again in the dark. The pages follow the system's theme and the window as they change, without a reload. */
export async function inEveryLook(
  page: Page,
  name: string,
  sizes: Size[] = [DESKTOP, PHONE],
): Promise<string[]> {
  const found: string[] = [];
  // From one look to the next one thing changes: each change draws the whole page anew.
  for (const [index, size] of sizes.entries())
    for (const colorScheme of index % 2 === 0 ? (['light', 'dark'] as const) : (['dark', 'light'] as const))
      found.push(
        ...(await inLook(page, name, size, colorScheme, colorScheme === 'light' ? 'all' : 'of colours')),
      );
  await page.setViewportSize(DESKTOP);
  return found;
}

export async function inLook(
  page: Page,
  name: string,
  size: Size,
  colorScheme: 'light' | 'dark',
  rules: AxeRules,
): Promise<string[]> {
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme });
  // Two frames: the theme is drawn, transitions are off.
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
  const look = `${size.width}-${colorScheme}`;
  const found = (await seriousFindings(page, rules)).map(
    ({ rule, help, places }) => `${look}: ${rule}: ${help}\n${places.join('\n')}`,
  );
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  if (wide) found.push(`${look}: wider than the screen`);
  if (IS_LOOKED_AT || found.length > 0) await takePicture(page, `page-${name}-${look}`);
  return found;
}

/** Nobody looks at 400 pictures of a run of CI, and they were a fifth of its time: there, what is wrong has one. */
const IS_LOOKED_AT = process.env.CI === undefined;

/** A line that the browser itself writes for an answer of 400 and above. */
export function isAnswer(error: string): boolean {
  return error.startsWith('Failed to load resource');
}
