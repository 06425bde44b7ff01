import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DESKTOP, launchBrowser, openWindow, PHONE, type Window } from './browser.ts';
import { furnish, type Ids, inLook, LANGUAGES, PAGES } from './pages.ts';
import { type Product, startProduct } from './product.ts';

/**
 * Every page in every language beside English, light where there is room and dark where there is little: no serious or
 * critical finding of axe-core, nothing wider than the screen, and Arabic from right to left.
 */
describe('every page in its reader’s language', () => {
  let product: Product;
  let browser: Browser;
  let administrator: Window;
  let page: Page;
  let ids: Ids;

  beforeAll(async () => {
    [product, browser] = await Promise.all([startProduct(), launchBrowser()]);
    ({ ids } = await furnish(product));
    administrator = await openWindow(browser, { url: product.links.administrator });
    page = administrator.page;
    page.setDefaultTimeout(30_000);
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await product?.discard();
  });

  describe.each(LANGUAGES)('in %s', (language) => {
    beforeAll(async () => {
      await administrator.page.request.patch(`${product.url}/api/me/preferences`, {
        headers: { origin: product.url },
        data: { language },
      });
    });
    afterAll(async () => {
      await administrator.page.request.patch(`${product.url}/api/me/preferences`, {
        headers: { origin: product.url },
        data: { language: 'en' },
      });
    });

    it.each(PAGES.map((one) => [one.name, one] as const))('page %s', async (name, { at }) => {
      await page.goto(`${product.url}${at(ids)}`);
      await page.locator(`html[lang="${language}"] main h1`).first().waitFor();
      // Nothing is being loaded any more.
      await page.waitForFunction(
        () => document.querySelector('main .fui-Skeleton, main [aria-busy="true"]') === null,
      );
      expect(await page.evaluate(() => document.documentElement.dir)).toBe(language === 'ar' ? 'rtl' : 'ltr');
      // Each look once: light where there is room, dark where there is little. Colours are the same in every language
      // (accessibility.test.ts looks at them).
      const found = [
        ...(await inLook(page, `${language}-${name}`, DESKTOP, 'light', 'without colours')),
        ...(await inLook(page, `${language}-${name}`, PHONE, 'dark', 'without colours')),
      ];
      await page.setViewportSize(DESKTOP);
      expect(found).toEqual([]);
      administrator.errors.splice(0);
    });
  });
});
