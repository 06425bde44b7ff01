import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DESKTOP, launchBrowser, openWindow, PHONE, type Window } from './browser.ts';
import { furnish, goWithin, type Ids, inLook, LANGUAGES, PAGES } from './pages.ts';
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
      await page.goto(`${product.url}/welcome`);
      await page.locator(`html[lang="${language}"] main h1`).first().waitFor();
    });
    afterAll(async () => {
      await administrator.page.request.patch(`${product.url}/api/me/preferences`, {
        headers: { origin: product.url },
        data: { language: 'en' },
      });
    });

    it('begins its lines and its switches where its reader does', async () => {
      await goWithin(page, '/configuration/working-hours');
      await page.getByRole('switch').first().waitFor();
      const [start, other] = language === 'ar' ? ['right', 'left'] : ['left', 'right'];
      const lines = await page.locator('main :is(h1, h2)').evaluateAll((all) =>
        all.map((one) => {
          const { direction, textAlign } = getComputedStyle(one);
          return textAlign === 'start' ? (direction === 'rtl' ? 'right' : 'left') : textAlign;
        }),
      );
      const switches = await page.getByRole('switch').all();
      const knobs = await Promise.all(
        // On, a knob stands at the other side of its track.
        switches.map(async (one) => [await knobSide(one), (await one.isChecked()) ? other : start]),
      );
      expect({ lines: new Set(lines), knobs }).toEqual({
        lines: new Set([start]),
        knobs: knobs.map(([, expected]) => [expected, expected]),
      });
      expect(knobs).not.toEqual([]);
    });

    it.each(PAGES.map((one) => [one.name, one] as const))('page %s', async (name, { at }) => {
      await goWithin(page, at(ids));
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

/** At which side of its track a switch's knob stands; `outside` where it is not in it. */
async function knobSide(one: Locator): Promise<'left' | 'right' | 'outside'> {
  return one.evaluate((input) => {
    const track = input.parentElement?.querySelector('.fui-Switch__indicator');
    const [outer, inner] = [
      track?.getBoundingClientRect(),
      track?.firstElementChild?.getBoundingClientRect(),
    ];
    if (outer === undefined || inner === undefined) return 'outside';
    const [toLeft, toRight] = [inner.left - outer.left, outer.right - inner.right];
    if (toLeft < 0 || toRight < 0) return 'outside';
    return toLeft < toRight ? 'left' : 'right';
  });
}
