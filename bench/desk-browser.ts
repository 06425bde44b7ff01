import { cpus } from 'node:os';
import pg from 'pg';
import type { Page } from 'playwright-core';
import { launchBrowser, openWindow } from '../test/e2e/browser.ts';
import { DESK } from './desk-rows.ts';
import { DESK_DATABASE, deskSize, deskUrl } from './desk-seed.ts';
import { type DeskServer, startDesk } from './desk-server.ts';
import { quantile, sign, textFrom } from './webhooks.ts';

/**
 * `npm run bench:desk-browser`: an agent's Chromium on the seeded desk. From the click to the frame that shows the answer:
 * another view, a chat, a page back, a search; from a customer's signed webhook to the pixel, with as many live pages
 * as 50 browsers have; and from a key to its letter. DESK_ROUNDS sets how often. `DESK_CONVERSATIONS=10000
 * DESK_MESSAGES=100000 npm run seed:desk` makes a desk of the size that the goals are for. `-- chats live` measures these
 * parts alone; the parts are views, chats, searches, back, live (with keys).
 */
const PARTS = { views, chats, searches, back: pagesBack, live };
const chosen = process.argv.slice(2);
const unknown = chosen.filter((part) => !Object.hasOwn(PARTS, part));
if (unknown.length > 0) throw new Error(`no such part: ${unknown.join(', ')}`);
const ROUNDS = Number(process.env.DESK_ROUNDS ?? 60);
const BROWSERS = 50;
/** From a hand that stands still to its click, ms; people take 100 to 200. */
const HAND = 100;
const size = await deskSize(DESK_DATABASE);
if (size === null) {
  console.error(`There is no seeded desk “${DESK_DATABASE}”: npm run seed:desk makes one.`);
  process.exit(1);
}
const desk = await startDesk(deskUrl(DESK_DATABASE), 4_293);
const chromium = await launchBrowser();
const times = new Map<string, number[]>();
const add = (what: string, ms: number): void => void times.set(what, [...(times.get(what) ?? []), ms]);
try {
  const { page } = await openWindow(chromium, { url: await desk.link(DESK.agent) });
  for (const [part, measure] of Object.entries(PARTS))
    if (chosen.length === 0 || chosen.includes(part)) await measure(page);
} finally {
  await chromium.close();
  await desk.stop();
}
console.log(
  `\n${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}, ${size.conversations.toLocaleString('en')} conversations\n`,
);
console.log('| what | times | p50 (ms) | p95 (ms) | p99 (ms) |\n|---|---|---|---|---|');
for (const [what, values] of times) {
  const at = (q: number): string => quantile(values, q).toFixed(values.some((one) => one >= 20) ? 0 : 1);
  console.log(`| ${what} | ${values.length} | ${at(0.5)} | ${at(0.95)} | ${at(0.99)} |`);
}
process.exit(0);

/** What the page is watched for: a condition on the document, and what begins the time. */
interface Watch {
  /** JavaScript: true once the answer is in the document. */
  shown: string;
  /** JavaScript that acts; the time begins with it. Absent: the time begins with the next event of the kind `begins`. */
  act?: string;
  begins?: 'input' | 'pointerdown';
}

/** JavaScript in an animation frame: `done()` once that frame is laid out and painted. */
function afterPaint(done: string): string {
  return `{ const { port1, port2 } = new MessageChannel(); port1.onmessage = () => ${done}; port2.postMessage(0); }`;
}

/** Milliseconds until the first frame that has the answer in the document is painted. */
function painted(page: Page, { shown, act, begins = 'input' }: Watch): Promise<number> {
  return page.evaluate(`new Promise((resolve, reject) => {
    let started = 0;
    const late = setTimeout(() => reject(new Error('not shown: ' + ${JSON.stringify(shown)})), 30000);
    const look = () => {
      if (!(${shown})) return void requestAnimationFrame(look);
      clearTimeout(late);
      ${afterPaint('resolve(performance.now() - started)')}
    };
    const begin = () => { window.benchStarted = started = performance.now(); requestAnimationFrame(look); };
    ${act === undefined ? `document.addEventListener('${begins}', begin, { once: true, capture: true });` : `begin(); ${act};`}
  })`);
}

function rowsShown(address: string): string {
  return `[...document.querySelectorAll('a[data-conversation]')].some((row) => row.href.includes(${JSON.stringify(address)}))`;
}

/** Each time in a page that has not shown the view yet. */
async function views(page: Page): Promise<void> {
  for (let round = 0; round < ROUNDS / 2; round += 1) {
    await page.goto(`${desk.url}/chats`);
    await page.waitForSelector('a[data-conversation]');
    for (const [name, view] of [
      ['Mine', 'mine'],
      ['Unassigned', 'unassigned'],
    ] as const) {
      const act = `[...document.querySelectorAll('[role=tab]')].find((tab) => tab.textContent.startsWith('${name}')).click()`;
      add('switch to another view', await painted(page, { act, shown: rowsShown(`view=${view}`) }));
    }
  }
}

/** A click out of nothing, as by a script; and by a hand: the pointer comes to the row, and presses a moment later. */
async function chats(page: Page): Promise<void> {
  await page.goto(`${desk.url}/chats?view=team&sort=recent`);
  await page.waitForSelector('a[data-conversation]');
  const opened = new Set<string>();
  while (opened.size < ROUNDS * 2) {
    const byHand = opened.size % 2 === 1;
    const id = await nextRow(page, opened);
    opened.add(id);
    const before = `window.benchBefore`;
    await page.evaluate(
      `${before} = document.querySelector('[data-message]')?.getAttribute('data-message') ?? ''`,
    );
    const row = `a[data-conversation="${id}"]`;
    const shown = `location.pathname.includes('${id}') && (document.querySelector('[data-message]')?.getAttribute('data-message') ?? ${before}) !== ${before}`;
    if (byHand) {
      await page.hover(row);
      await page.waitForTimeout(HAND);
      const ms = painted(page, { shown, begins: 'pointerdown' });
      // Behind it, so that it listens before the button goes down.
      await page.evaluate('0');
      await page.mouse.down();
      await page.mouse.up();
      add(`open a chat, the pointer on its row for ${HAND} ms before`, await ms);
      await page.mouse.move(900, 400);
    } else
      await divided(
        page,
        id,
        await painted(page, { act: `document.querySelector('${row}').click()`, shown }),
      );
    // Nobody opens the next one before this one is read.
    await page.waitForTimeout(300);
  }
}

/** How the time of opening a chat divides: until its messages are asked for, until they are here, until they are painted. */
async function divided(page: Page, id: string, ms: number): Promise<void> {
  const [asked, here] = await page.evaluate<[number, number]>(`(() => {
    const started = window.benchStarted;
    const messages = performance.getEntriesByType('resource')
      .find(({ name, startTime }) => startTime >= started && ['opening', 'messages'].some((part) => name.includes('/${id}/' + part)));
    performance.clearResourceTimings();
    return [messages.startTime - started, messages.responseEnd - started];
  })()`);
  add('open a chat', ms);
  add('… from the click until its messages are asked for', asked);
  add('… from there until they are here', here - asked);
  add('… from there until they are painted', ms - here);
}

/** A row in view that leads to a chat not opened yet; scrolls for it. */
async function nextRow(page: Page, opened: ReadonlySet<string>): Promise<string> {
  for (;;) {
    const ids: string[] = await page.$$eval('a[data-conversation]', (rows) =>
      rows
        .filter((row) => {
          const { top, bottom } = row.getBoundingClientRect();
          return top > 250 && bottom < innerHeight;
        })
        .map((row) => row.getAttribute('data-conversation') ?? ''),
    );
    const id = ids.find((one) => !opened.has(one));
    if (id !== undefined) return id;
    await page.evaluate(
      `document.querySelector('a[data-conversation]').closest('ul').parentElement.scrollTop += 500`,
    );
    await page.waitForTimeout(200);
  }
}

async function searches(page: Page): Promise<void> {
  const rows = await sample(
    `select c.name, c.phone from contact_point c join conversation v on v.contact_point_id = c.id
      where c.name like '% %' and v.team_id in (select team_id from team_member where person_id = '${DESK.agent}')
      order by hashtext(v.id::text) limit ${ROUNDS}`,
  );
  for (const { name = '', phone = '' } of rows) {
    for (const [what, words] of [
      ['search a name, the pause in typing (250 ms) included', name],
      ['search a number, the pause included', phone.slice(-7)],
    ] as const) {
      await page.goto(`${desk.url}/chats?view=team`);
      await page.waitForSelector('a[data-conversation]');
      const query = new URLSearchParams({ search: words }).toString();
      const shown = `location.search.includes(${JSON.stringify(query)}) && (${rowsShown(query)} || document.body.innerText.includes('No chat'))`;
      const time = painted(page, { shown });
      await page.getByRole('searchbox').first().fill(words);
      add(what, await time);
    }
  }
}

async function pagesBack(page: Page): Promise<void> {
  const [long] = await sample(
    `select conversation_id as id from message group by 1 order by count(*) desc, 1 limit 1`,
  );
  await page.goto(`${desk.url}/chats/${long?.id}`);
  await page.waitForSelector('[data-message]');
  const scroller = `(() => { let at = document.querySelector('[data-message]'); while (at && !(at.scrollHeight > at.clientHeight + 50 && getComputedStyle(at).overflowY !== 'visible')) at = at.parentElement; return at; })()`;
  for (let round = 0; round < ROUNDS; round += 1) {
    await page.waitForTimeout(300);
    await page.evaluate(
      `window.benchScroller = ${scroller}; window.benchHeight = window.benchScroller.scrollHeight`,
    );
    add(
      'an older page of a thread, from the scroll to its top',
      await painted(page, {
        act: 'window.benchScroller.scrollTop = 0',
        shown: 'window.benchScroller.scrollHeight > window.benchHeight + 500',
      }),
    );
  }
}

async function live(page: Page): Promise<void> {
  const close = await streams(desk, BROWSERS - 1);
  const [customer] = await sample(
    `select v.id, c.phone from conversation v join contact_point c on c.id = v.contact_point_id
      where v.owner_id = '${DESK.agent}' and v.desk = 'owned' and v.channel_id = '${DESK.channels[0]}' and not c.blocked
        and v.service_state = 'granted' order by v.attention, v.id limit 1`,
  );
  await page.goto(`${desk.url}/chats/${customer?.id}`);
  await page.waitForSelector('[data-message]');
  const now = (): number => performance.timeOrigin + performance.now();
  for (let round = 0; round < ROUNDS; round += 1) {
    const words = `Live ${round} of ${process.pid}`;
    const seen = (selector: string): Promise<number> =>
      page.evaluate(`new Promise((resolve) => {
        const look = () => {
          const there = [...document.querySelectorAll('${selector}')].some((one) => one.textContent.includes('${words}'));
          if (!there) return void requestAnimationFrame(look);
          ${afterPaint('resolve(performance.timeOrigin + performance.now())')}
        };
        look();
      })`);
    const inThread = seen('[data-message]');
    const inList = seen('a[data-conversation]');
    const body = textFrom((customer?.phone ?? '').replace('+', ''), words);
    const started = now();
    const answer = await fetch(`${desk.url}/webhooks/whatsapp`, {
      method: 'POST',
      body,
      headers: { 'x-hub-signature-256': sign(body), 'content-type': 'application/json' },
    });
    add('live: the webhook’s 200', now() - started);
    if (!answer.ok) throw new Error(`the webhook answered ${answer.status}`);
    add('live: signed webhook → painted in the open thread', (await inThread) - started);
    add('live: signed webhook → painted in the list', (await inList) - started);
    await page.waitForTimeout(500);
  }
  close();
  await keys(page);
}

/** Types into the open chat, whose window the customer has just opened: a word at the pace of a fast typist. */
async function keys(page: Page): Promise<void> {
  await page.locator('textarea').first().click();
  await page.evaluate(`{
    window.benchKeys = [];
    document.addEventListener('keydown', (event) => {
      requestAnimationFrame(() => ${afterPaint('window.benchKeys.push(performance.now() - event.timeStamp)')});
    }, { capture: true });
  }`);
  await page.keyboard.type('The quick brown fox jumps over the lazy dog. '.repeat(Math.ceil(ROUNDS / 8)), {
    delay: 70,
  });
  await page.waitForTimeout(200);
  const times: number[] = await page.evaluate('window.benchKeys');
  for (const ms of times) add('a key → the frame with its letter is painted', ms);
}

/** Live pages of other agents that only listen. */
async function streams(server: DeskServer, count: number): Promise<() => void> {
  const end = new AbortController();
  for (let n = 0; n < count; n += 1) {
    const agent = `00000000-0000-4000-8000-00000000${1_000 + (n % DESK.agents)}`;
    const { cookie } = await server.asks(agent);
    const answer = await fetch(`${server.url}/api/events`, { headers: { cookie }, signal: end.signal });
    void answer.body?.pipeTo(new WritableStream({ write() {} })).catch(() => {});
  }
  return () => end.abort();
}

async function sample(query: string): Promise<Record<string, string>[]> {
  const client = new pg.Client({ connectionString: deskUrl(DESK_DATABASE) });
  await client.connect();
  const { rows } = await client.query<Record<string, string>>(query);
  await client.end();
  return rows;
}
