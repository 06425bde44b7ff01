import { mkdirSync } from 'node:fs';
import path from 'node:path';
import axe, { type AxeResults, type ImpactValue } from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { findChromium, HOW_TO_GET_CHROMIUM } from './chromium.ts';

/** What every story in the browser needs: a Chromium, a person's window, a picture of it, and axe's findings. */

const artifacts = path.resolve(import.meta.dirname, '../../artifacts/e2e');
/** A click or an expectation that takes longer is a defect the story should show, also on a machine that does other work. */
export const PATIENCE = 30_000;

export const DESKTOP = { width: 1440, height: 900 } as const;
export const PHONE = { width: 390, height: 844 } as const;

export async function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error(HOW_TO_GET_CHROMIUM);
  // The stories run as root in containers, where Chromium's own sandbox cannot start.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

export interface Window {
  page: Page;
  /** Errors of every page of it: uncaught ones, console errors, refused styles and scripts. A story expects none. */
  errors: string[];
  close(): Promise<void>;
}

export interface WindowOptions {
  viewport?: { width: number; height: number };
  colorScheme?: 'light' | 'dark';
  /** Opened first; a sign-in link signs this window's person in. */
  url?: string;
}

/** A window with its own cookies, as a person of their own. */
export async function openWindow(browser: Browser, options: WindowOptions = {}): Promise<Window> {
  const context: BrowserContext = await browser.newContext({
    viewport: options.viewport ?? DESKTOP,
    colorScheme: options.colorScheme ?? 'light',
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
  });
  context.setDefaultTimeout(PATIENCE);
  const errors: string[] = [];
  context.on('weberror', (web) => errors.push(web.error().message));
  context.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  const page = await context.newPage();
  if (options.url !== undefined) await page.goto(options.url);
  return { page, errors, close: () => context.close() };
}

/** Keeps a picture as `artifacts/e2e/<name>.png`, which git ignores and CI keeps. */
export async function takePicture(page: Page, name: string): Promise<string> {
  mkdirSync(artifacts, { recursive: true });
  const file = path.join(artifacts, `${name}.png`);
  await page.screenshot({ path: file, animations: 'disabled' });
  return file;
}

/** One finding of axe-core: the rule, what it means, and where. */
export interface Finding {
  rule: string;
  impact: ImpactValue;
  help: string;
  places: string[];
}

/**
 * Fluent UI's elements that only pass the focus on and never hold it: hidden and focusable by design, and no finding
 * (https://github.com/microsoft/tabster/issues/288).
 */
const FOCUS_GUARDS = [['[data-tabster-dummy]']];

/** axe-core's rules that look at colours: the only ones whose outcome a theme can change, and no language can. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];
const RULES = {
  all: {},
  'of colours': { runOnly: OF_COLOURS },
  'without colours': { rules: Object.fromEntries(OF_COLOURS.map((rule) => [rule, { enabled: false }])) },
};
export type AxeRules = keyof typeof RULES;

/**
 * The serious and critical findings of axe-core (https://github.com/dequelabs/axe-core) on the page as it stands.
 * The library is evaluated by the debugger, which the page's Content-Security-Policy does not hold back.
 */
export async function seriousFindings(page: Page, rules: AxeRules = 'all'): Promise<Finding[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
  const options = { resultTypes: ['violations'], ...RULES[rules] };
  const results = await page.evaluate<AxeResults>(
    `axe.run({ exclude: ${JSON.stringify(FOCUS_GUARDS)} }, ${JSON.stringify(options)})`,
  );
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, help, nodes }) => ({
      rule: id,
      impact: impact ?? null,
      help,
      places: nodes.map(({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary ?? ''}`),
    }));
}
