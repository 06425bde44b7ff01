import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { launchBrowser, openWindow, PHONE } from '../test/e2e/browser.ts';
import { type Product, startProduct } from '../test/e2e/product.ts';
import { callApi, demoIsPlayed, listOf } from '../test/e2e/sandbox.ts';

/**
 * The pictures of the documents, `docs/pictures/*.png`: starts the sandbox on a data directory of its own, plays what
 * docs/guide.md tells with an administrator, two agents and a customer's phone, and photographs it. Run it again after a
 * change of the pages, and look at what changed.
 */
const folder = path.resolve(import.meta.dirname, '../docs/pictures');
const SIZE = { width: 1280, height: 800 } as const;
/** Screens are flat: with so many colours nobody sees a difference, and a picture is a quarter of the size. */
const COLOURS = 128;
const PASSWORD = 'correct horse battery staple';

const product = await startProduct();
const browser = await launchBrowser();
try {
  mkdirSync(folder, { recursive: true });
  await until(() => demoIsPlayed(product));
  await playEverything(product, browser);
} finally {
  await browser.close();
  await product.discard();
}

async function playEverything(product: Product, browser: Browser): Promise<void> {
  const open = async (url: string, viewport: { width: number; height: number } = SIZE): Promise<Page> =>
    (await openWindow(browser, { url, viewport })).page;
  const go = async (page: Page, address: string, shown: Locator): Promise<void> => {
    await page.goto(`${product.url}${address}`);
    await shown.first().waitFor();
  };
  const chatOf = async (search: string): Promise<string> => {
    const [chat] = await listOf(product, `/api/conversations?search=${encodeURIComponent(search)}`);
    return `/chats/${String(chat?.id)}`;
  };
  const customer = (phone: string, act: object): Promise<unknown> =>
    callApi(product, 'POST', `/emulator/customers/${encodeURIComponent(phone)}/messages`, act);
  const [grace, sofia] = ['+12025550113', '+34612345678'];

  const admin = await open(product.links.administrator);
  await admin.getByRole('navigation', { name: 'Main' }).waitFor();
  const alex = await open(product.links.agent);
  const audrey = await open(/\(auditor\)\s+(\S+)/.exec(product.output())?.[1] ?? '');
  await alex.getByRole('navigation', { name: 'Main' }).waitFor();
  const bar = (page: Page): Locator => page.getByRole('region', { name: 'Who answers' });
  const composer = (page: Page): Locator => page.getByRole('region', { name: 'Message composer' });
  const box = (page: Page): Locator => composer(page).getByRole('textbox', { name: 'Message', exact: true });
  const thread = (page: Page): Locator => page.getByRole('region', { name: /^Messages with/ });
  const write = async (page: Page, text: string): Promise<void> => {
    await box(page).fill(text);
    await box(page).press('Enter');
    await thread(page).getByText(text).first().waitFor();
  };

  // An administrator's first day.
  const maria = await invite(admin, 'Maria Muster', 'maria@example.com');
  const everybody = await listOf(product, '/api/people');
  const idOf = (name: string): string => String(everybody.find((one) => one.name === name)?.id);
  await callApi(product, 'POST', '/api/teams', {
    name: 'Support',
    members: [idOf('Alex Agent'), idOf('Maria Muster')],
  });
  await go(admin, '/configuration/people', admin.getByText('Maria Muster'));
  await picture(admin, 'people');
  await go(admin, '/configuration/roles', admin.getByRole('table'));
  await picture(admin, 'roles');
  await go(
    admin,
    '/configuration/record-types/contact',
    admin.getByRole('radiogroup', { name: 'Compliance Field' }),
  );
  await scrollTo(admin.getByRole('radiogroup', { name: 'Compliance Field' }));
  await picture(admin, 'record-type');
  const [template] = await listOf(product, '/api/message-templates?recordType=contact&type=consent');
  await go(
    admin,
    `/configuration/message-templates/${String(template?.id)}`,
    admin.getByRole('figure', { name: 'Preview as the customer sees it' }),
  );
  await picture(admin, 'message-template');
  const hours = {
    enabled: true,
    timeZone: 'America/New_York',
    days: [1, 2, 3, 4, 5].map((day) => ({ day, from: '09:00', to: '17:00' })),
    holidays: [{ name: 'New Year', from: '2027-01-01', to: '2027-01-01' }],
    answer: { en: 'Thank you for writing. We are here again {opens}.' },
  };
  await callApi(product, 'PUT', '/api/working-hours', hours);
  await go(admin, '/configuration/working-hours', admin.getByRole('button', { name: 'Save', exact: true }));
  await picture(admin, 'working-hours');
  // The story that follows is told at any time of the day.
  await callApi(product, 'PUT', '/api/working-hours', { ...hours, enabled: false });

  // An agent's day.
  await customer(grace, { text: 'Hi! Can I still change my appointment?' });
  await customer(sofia, { text: '¿A qué hora abren mañana?' });
  await go(alex, await chatOf('Grace'), box(alex));
  await bar(alex).getByRole('button', { name: 'Accept' }).click();
  await write(alex, 'Of course, Grace. Which day suits you?');
  await customer(grace, { text: 'Thursday at 10 would be great' });
  await thread(alex).getByText('Thursday at 10').waitFor();
  await alex
    .getByRole('link', { name: /Grace Granted.*Thursday at 10/ })
    .first()
    .waitFor();
  await gone(alex.getByRole('link', { name: /Grace Granted.*unread/ }));
  await picture(alex, 'chats');
  await composer(alex).getByRole('button', { name: 'Templates' }).click();
  await alex
    .getByRole('dialog')
    .getByRole('button', { name: /appointment reminder/ })
    .first()
    .waitFor();
  await picture(alex, 'template-picker');
  await go(alex, await chatOf('Daniel'), alex.getByRole('button', { name: 'Send Consent Template' }));
  await picture(alex, 'refused');

  await go(alex, await chatOf('Wendy'), box(alex));
  await bar(alex).getByRole('button', { name: 'Accept' }).click();
  await write(alex, 'Good morning Wendy, let me look.');
  await go(maria, await chatOf('Wendy'), bar(maria).getByText(/Alex Agent answers/));
  await alex.getByRole('button', { name: 'Assign…' }).first().click();
  const assign = alex.getByRole('dialog', { name: /^Assign the chat/ });
  await assign.getByRole('radio', { name: /Maria Muster/ }).check();
  await assign.getByRole('textbox', { name: /Reason/ }).fill('You know her order');
  await picture(alex, 'assign');
  await assign.getByRole('button', { name: 'Offer the chat' }).click();
  await bar(maria)
    .getByText(/You know her order/)
    .waitFor();
  await maria.getByText('Offered to you').first().waitFor();
  await gone(maria.getByText(/is typing an answer/));
  await picture(maria, 'offered');
  await maria.getByRole('button', { name: /^Notifications/ }).click();
  await maria
    .getByText(/Alex Agent offers you/)
    .first()
    .waitFor();
  await picture(maria, 'notifications');
  await maria.keyboard.press('Escape');
  await bar(maria).getByRole('button', { name: 'Accept' }).click();
  await box(maria).waitFor();
  await maria.getByRole('tab', { name: 'Private note' }).click();
  await maria
    .getByRole('textbox', { name: 'Private note' })
    .pressSequentially('Her parcel left on Monday. @Alex');
  await maria.getByRole('option', { name: /Alex Agent/ }).click();
  await maria.getByRole('button', { name: 'Add note' }).click();
  await thread(maria)
    .getByText(/Her parcel left/)
    .waitFor();
  await gone(maria.getByText(/is typing an answer/));
  await picture(maria, 'note');

  // An auditor's question.
  const [granted] = await listOf(product, '/api/records?recordType=contact&search=Grace');
  const line = audrey.getByRole('button', { name: /^Granted/ });
  await go(audrey, `/records/contact/${String(granted?.id)}#consent`, line);
  await line.first().click();
  await audrey.getByText('Hash (SHA-256)').first().waitFor();
  await picture(audrey, 'consent-history');
  await go(audrey, '/configuration/audit', audrey.getByRole('table', { name: /^Audit/ }));
  await picture(audrey, 'audit');

  // The same chat on a phone, and in Arabic.
  await alex.setViewportSize(PHONE);
  await go(alex, await chatOf('Grace'), box(alex));
  await picture(alex, 'phone');
  await alex.setViewportSize(SIZE);
  await speak(alex, 'ar');
  await alex.reload();
  await alex.locator('html[dir=rtl]').waitFor();
  await alex.getByText('Thursday at 10').first().waitFor();
  await picture(alex, 'arabic');

  /** Invites somebody, who chooses a password; answers their window. */
  async function invite(page: Page, name: string, email: string): Promise<Page> {
    await go(page, '/configuration/people', page.getByRole('button', { name: 'Invite', exact: true }));
    await page.getByRole('button', { name: 'Invite', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
    await dialog.getByRole('textbox', { name: 'Email' }).fill(email);
    await dialog.getByRole('button', { name: 'Invite', exact: true }).click();
    const link = page.getByRole('textbox', { name: 'Invitation link' });
    await link.waitFor();
    await picture(page, 'invite');
    const theirs = await open(await link.inputValue());
    await theirs.getByRole('textbox', { name: 'Choose a password' }).fill(PASSWORD);
    await theirs.getByRole('button', { name: 'Set password and sign in' }).click();
    await theirs.getByRole('navigation', { name: 'Main' }).waitFor();
    return theirs;
  }

  async function speak(page: Page, language: string): Promise<void> {
    const answer = await page.request.patch(`${product.url}/api/me/preferences`, {
      headers: { origin: product.url },
      data: { language },
    });
    if (!answer.ok()) throw new Error(`language: ${answer.status()} ${await answer.text()}`);
  }
}

/** What is there only for a moment has passed. */
function gone(locator: Locator): Promise<void> {
  return locator.last().waitFor({ state: 'detached', timeout: 30_000 });
}

/** Brings a part of the page to its middle. */
function scrollTo(locator: Locator): Promise<void> {
  return locator.evaluate((element) => element.scrollIntoView({ block: 'center' }));
}

/** One picture as the screen shows it, in few colours. */
async function picture(page: Page, name: string): Promise<void> {
  await page.mouse.move(0, 0);
  // Two frames: what was asked for last is drawn.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const full = await page.screenshot({ animations: 'disabled', caret: 'hide' });
  const { size } = await sharp(full)
    .png({ palette: true, colours: COLOURS, effort: 10, compressionLevel: 9 })
    .toFile(path.join(folder, `${name}.png`));
  console.log(`docs/pictures/${name}.png  ${Math.round(size / 1024)} kB`);
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 120_000;
  while (!(await isSo().catch(() => false))) {
    if (Date.now() > end) throw new Error('the demo is not played');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
