import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { launchBrowser, openWindow, PHONE, takePicture, type Window } from './browser.ts';
import { type Product, startProduct } from './product.ts';
import { callApi, demoIsPlayed, listOf } from './sandbox.ts';

/** A campaign by its screen: started, followed, who was passed over and why, called off. Each step needs those before. */
describe('a campaign', () => {
  let product: Product;
  let browser: Browser;
  let administrator: Window;
  let page: Page;

  beforeAll(async () => {
    [product, browser] = await Promise.all([startProduct(), launchBrowser()]);
    await vi.waitFor(async () => expect(await demoIsPlayed(product)).toBe(true), 120_000);
    administrator = await openWindow(browser, { url: product.links.administrator });
    page = administrator.page;
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Campaigns' }).click();
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await product?.discard();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail' && page !== undefined) await takePicture(page, 'campaigns-failed');
  });

  const dialog = () => page.getByRole('dialog', { name: 'New campaign' });
  const figure = async (name: string): Promise<string> =>
    page.locator('dt', { hasText: name }).locator('xpath=following-sibling::dd').innerText();
  const outTo = async (name: string): Promise<number> => {
    const [chat] = await listOf(product, `/api/conversations?search=${name}`);
    const messages = await listOf(product, `/api/conversations/${String(chat?.id)}/messages`);
    return messages.filter(({ direction }) => direction === 'out').length;
  };
  const start = async (name: string, template: RegExp): Promise<void> => {
    await page.getByRole('button', { name: 'New campaign' }).click();
    await dialog().getByRole('textbox', { name: 'Name' }).fill(name);
    const choice = dialog().getByRole('combobox', { name: 'Message template' });
    await choice.getByRole('option', { name: template }).first().waitFor({ state: 'attached' });
    const label = await choice.getByRole('option', { name: template }).first().textContent();
    await choice.selectOption({ label: label ?? '' });
    await dialog().getByRole('figure', { name: 'Preview as the customer sees it' }).waitFor();
    await dialog()
      .getByText(/records today/)
      .waitFor();
    await dialog().getByRole('list', { name: 'How they stand today' }).getByText('Granted').waitFor();
    await takePicture(page, `campaign-start-${name.split(' ')[0]}`);
    await dialog().getByRole('button', { name: 'Start campaign' }).click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
  };

  it('says that there is none, goes to those who agreed, and names who was passed over and why', async () => {
    await page.getByText('No campaign yet').waitFor();
    await takePicture(page, 'campaigns-none');
    const before = { granted: await outTo('Grace'), denied: await outTo('Daniel') };
    await start('Orders of June', /Utility Template/);
    await page.getByText('Done', { exact: true }).waitFor();
    await takePicture(page, 'campaign-done');
    const queued = Number(await figure('Messages queued'));
    expect(queued).toBeGreaterThan(0);
    // The emulator's customers get theirs at once, and the page hears of it by itself.
    const ended = page.getByRole('table', { name: 'What became of the messages' });
    const arrived = ended.getByRole('row').filter({ hasText: /Delivered|Read/ });
    const counted = async (): Promise<number> =>
      (await arrived.locator('td[data-label="Messages"]').allInnerTexts()).reduce(
        (sum, one) => sum + Number(one),
        0,
      );
    await expect.poll(counted, { timeout: 60_000 }).toBe(queued);
    await takePicture(page, 'campaign-arrived');

    const refused = page.getByRole('row').filter({ hasText: 'The customer refused' });
    await refused.getByRole('button', { name: /^Show who: / }).click();
    const who = page.getByRole('table', { name: 'Who', exact: true });
    await who.getByRole('link', { name: 'Daniel Denied' }).waitFor();
    expect(await who.getByRole('link', { name: /Grace/ }).count()).toBe(0);
    await takePicture(page, 'campaign-who');
    await vi.waitFor(async () => expect(await outTo('Grace')).toBe(before.granted + 1), 30_000);
    expect(await outTo('Daniel')).toBe(before.denied);

    await page.getByRole('link', { name: 'Campaigns' }).last().click();
    const row = page
      .getByRole('table', { name: 'Campaigns' })
      .getByRole('row')
      .filter({ hasText: 'Orders of June' });
    await row.getByText('Done').waitFor();
    await takePicture(page, 'campaigns-list');
  });

  it('takes back on cancel what has not left', async () => {
    await callApi(product, 'POST', '/emulator/faults', { kind: '429', always: true });
    await start('Orders of July', /Utility Template/);
    await page.getByText('Done', { exact: true }).waitFor();
    const queued = await figure('Messages queued');
    await page.getByRole('button', { name: 'Cancel campaign' }).click();
    const ask = page.getByRole('dialog', { name: 'Cancel the campaign “Orders of July”?' });
    await takePicture(page, 'campaign-cancel');
    await ask.getByRole('button', { name: 'Cancel campaign' }).click();
    await page.getByText('Cancelled', { exact: true }).waitFor();
    expect(await figure('Taken back')).toBe(queued);
    await callApi(product, 'DELETE', '/emulator/faults');
  });

  it('fits a phone, and an agent without the right has no way there', async () => {
    await page.setViewportSize(PHONE);
    await takePicture(page, 'campaign-phone');
    expect(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)).toBe(false);
    const agent = await openWindow(browser, { url: product.links.agent });
    const main = agent.page.getByRole('navigation', { name: 'Main' });
    await main.waitFor();
    expect(await main.getByRole('link', { name: 'Campaigns' }).count()).toBe(0);
    await agent.page.goto(`${product.url}/campaigns`);
    await agent.page
      .getByText(/Run campaigns/i)
      .first()
      .waitFor();
    expect([...administrator.errors, ...agent.errors]).toEqual([]);
    await agent.close();
  });
});
