import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { launchBrowser, openWindow, PHONE, seriousFindings, takePicture } from './browser.ts';
import { type Product, startProduct } from './product.ts';
import { callApi, demoIsPlayed } from './sandbox.ts';

/** An administrator erases a customer's data from the chat (docs/erasure.md). */
describe('erasing a customer’s data', () => {
  let product: Product;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    [product, browser] = await Promise.all([startProduct(), launchBrowser()]);
    await vi.waitUntil(() => demoIsPlayed(product), { timeout: 120_000, interval: 100 });
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await product?.discard();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail' && page !== undefined) await takePicture(page, 'erase-failed');
  });

  it('says what goes and what stays, asks for the number, and leaves the chats without them', async () => {
    page = (await openWindow(browser, { url: product.links.administrator })).page;
    await page.goto(`${product.url}/chats?view=refused`);
    await page
      .getByRole('link', { name: /Daniel Denied/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'More about this chat' }).click();
    await page.getByRole('menuitem', { name: 'Erase personal data…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Erase the data of Daniel Denied' });
    const confirm = dialog.getByRole('button', { name: 'Erase for good' });
    await dialog.getByRole('textbox', { name: /Reason/ }).fill('Asked for it by letter of 12 May');
    expect(await confirm.getAttribute('aria-disabled')).toBe('true');
    await dialog.getByRole('textbox', { name: /last four digits/ }).fill('0114');
    await takePicture(page, 'erase-01-dialog');
    expect(await seriousFindings(page)).toEqual([]);
    await page.setViewportSize(PHONE);
    await takePicture(page, 'erase-02-dialog-phone');
    await page.setViewportSize({ width: 1440, height: 900 });

    // Their record still holds the number.
    await confirm.click();
    await dialog.getByRole('alert').getByText('Records hold this number.').waitFor();
    // A picture ends what still moves: axe would take a colour that is on its way for the colour.
    await takePicture(page, 'erase-03-refused');
    expect(await seriousFindings(page)).toEqual([]);
    await dialog.getByRole('checkbox', { name: /Delete the record too: Daniel Denied/ }).check();
    await confirm.click();
    await page.getByText('The refusal stands, should the number come back.').last().waitFor();
    await takePicture(page, 'erase-04-done');
    await expect.poll(() => page.getByRole('link', { name: /Daniel Denied/ }).count()).toBe(0);
    await page.goto(`${product.url}/records`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.getByText('Daniel Denied').count()).toBe(0);
    const consent = await callApi(product, 'GET', '/api/consent?phone=%2B12025550114');
    expect(await consent.json()).toMatchObject({ state: 'denied' });
  });
});
