import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { launchBrowser, openWindow, PHONE, seriousFindings, takePicture, type Window } from './browser.ts';
import { type Product, startProduct } from './product.ts';
import { callApi, demoIsPlayed, listOf } from './sandbox.ts';

/**
 * A chat with everything people send each other: pictures, reactions, quotations, edits, deletions, files by paste and
 * by drop, quick replies; by mouse, by keyboard alone, and on a network that fails. Each step needs those before.
 */
describe('a conversation with all that WhatsApp knows', () => {
  /** Wrote first and was never asked: free text may go. */
  const wendy = '+12025550116';
  /** A square of one colour, 40 × 40. */
  const picture =
    'iVBORw0KGgoAAAANSUhEUgAAACgAAAAoCAIAAAADnC86AAAACXBIWXMAAAPoAAAD6AG1e1JrAAAASUlEQVRYhe3YwQkAMAxC0e7jBG7vaN2hl14e5B6QxI+eNV/mWFxSz3HFO5WBjGUGJAqLgcXC4mAxsFhYHCxKixHMq4qY8iXPGlydbSFqE7nkOQAAAABJRU5ErkJggg==';

  let product: Product;
  let browser: Browser;
  let agent: Window;
  let desk: Page;

  beforeAll(async () => {
    [product, browser] = await Promise.all([startProduct(), launchBrowser()]);
    await eventually(() => demoIsPlayed(product), 120_000);
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await product?.discard();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail' && desk !== undefined) await takePicture(desk, 'thread-failed');
  });

  const customerPath = `/emulator/customers/${encodeURIComponent(wendy)}/messages`;
  const PhoneMessage = z.object({
    id: z.string(),
    direction: z.string(),
    kind: z.string(),
    text: z.string(),
    replyTo: z.string().nullable(),
  });
  const acts = async (act: object): Promise<string> =>
    PhoneMessage.parse(await (await callApi(product, 'POST', customerPath, act)).json()).id;
  const onPhone = async (): Promise<z.infer<typeof PhoneMessage>[]> =>
    z.array(PhoneMessage).parse(await listOf(product, customerPath));
  const fromUs = async (text: string) =>
    (await onPhone()).filter((message) => message.direction === 'out' && message.text === text);

  const thread = (): Locator => desk.getByRole('region', { name: 'Messages with Wendy Wrote' });
  const bubble = (text: string | RegExp): Locator =>
    thread().getByRole('article').filter({ hasText: text }).last();
  const composer = (): Locator => desk.getByRole('region', { name: 'Message composer' });
  const box = (): Locator => composer().getByRole('textbox', { name: 'Message', exact: true });
  const files = (): Locator => composer().getByRole('list', { name: 'Files to send' });
  const send = (): Locator => composer().getByRole('button', { name: 'Send', exact: true });
  const paste = async (name: string, type: string, base64: string): Promise<void> =>
    box().evaluate(
      (field, file) => {
        const bytes = Uint8Array.from(atob(file.base64), (letter) => letter.charCodeAt(0));
        const clipboardData = new DataTransfer();
        clipboardData.items.add(new File([bytes], file.name, { type: file.type }));
        field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
      },
      { name, type, base64 },
    );

  /** The window of somebody new, signed in. */
  const hired = async (name: string, role: string, at: string): Promise<Window> => {
    const person = { name, email: `${at}@contoso.example`, role };
    const made = await callApi(product, 'POST', '/api/people', person);
    const { invitation } = z.object({ invitation: z.object({ url: z.string() }) }).parse(await made.json());
    const window = await openWindow(browser);
    const signedIn = await window.page.request.post(`${product.url}/api/sign-in/link`, {
      headers: { origin: product.url },
      data: { token: new URL(invitation.url).searchParams.get('token'), password: 'seven wild geese at sea' },
    });
    expect(signedIn.status()).toBe(204);
    return window;
  };

  it('shows the chat, and a picture that comes in, small and large', async () => {
    agent = await openWindow(browser, { url: product.links.agent });
    desk = agent.page;
    await desk
      .getByRole('link', { name: /Wendy Wrote/ })
      .first()
      .click();
    await bubble('is my order on its way?').waitFor();
    await acts({ image: { base64: picture, caption: 'It arrived broken' } });
    await bubble('It arrived broken')
      .getByRole('button', { name: /Open it large/ })
      .click();
    const viewer = desk.getByRole('dialog', { name: /Photo from Wendy Wrote/ });
    await viewer.getByRole('img').waitFor();
    const shown = await viewer
      .getByRole('img')
      .evaluate((image) =>
        image instanceof HTMLImageElement ? image.decode().then(() => image.naturalWidth) : 0,
      );
    expect(shown).toBe(40);
    await desk.keyboard.press('Escape');
    await viewer.waitFor({ state: 'detached' });
  });

  it('a reaction goes out, changes and is taken back; the customer’s shows too', async () => {
    const asked = await acts({ text: 'Can you replace it?' });
    await bubble('Can you replace it?').hover();
    await bubble('Can you replace it?')
      .getByRole('button', { name: /^React/ })
      .click();
    await desk.getByRole('button', { name: 'React with 👍' }).click();
    const ours = bubble('Can you replace it?').getByRole('button', { name: /👍.*Take it back/ });
    await ours.waitFor();
    await eventually(async () =>
      (await onPhone()).some(
        ({ kind, replyTo, text }) => kind === 'reaction' && replyTo === asked && text === '👍',
      ),
    );
    await ours.click();
    await ours.waitFor({ state: 'detached' });
    await acts({ reaction: { messageId: asked, emoji: '🙏' } });
    await bubble('Can you replace it?').getByRole('img', { name: '🙏 from Wendy Wrote' }).waitFor();
  });

  it('an answer quotes its question on both sides', async () => {
    await bubble('Can you replace it?').hover();
    await bubble('Can you replace it?')
      .getByRole('button', { name: /^Reply/ })
      .click();
    await composer().getByRole('group', { name: 'The message you answer' }).waitFor();
    expect(await box().evaluate((field) => field === document.activeElement)).toBe(true);
    await desk.keyboard.type('Of course, today');
    await desk.keyboard.press('Enter');
    await bubble('Of course, today')
      .getByRole('button', { name: /^Wendy Wrote\s*Can you replace it/ })
      .waitFor();
    const question = (await onPhone()).find(({ text }) => text === 'Can you replace it?');
    await eventually(async () => (await fromUs('Of course, today'))[0]?.replyTo === question?.id);
    await acts({ text: 'Thank you!', replyTo: (await fromUs('Of course, today'))[0]?.id ?? '' });
    await bubble('Thank you!')
      .getByRole('button', { name: /^Alex Agent\s*Of course, today/ })
      .waitFor();
  });

  it('an edit says what stood before, and a deletion what is kept', async () => {
    const number = await acts({ text: 'My order is 123' });
    await bubble('My order is 123').waitFor();
    await acts({ edit: { messageId: number, text: 'My order is 124' } });
    await bubble('My order is 124')
      .getByText(/Edited .*Before: My order is 123/)
      .waitFor();
    const regretted = await acts({ text: 'You are slow' });
    await bubble('You are slow').waitFor();
    await acts({ revoke: { messageId: regretted } });
    await thread()
      .getByText(/Wendy Wrote deleted this message/)
      .waitFor();
    await bubble('You are slow').waitFor({ state: 'detached' });
  });

  it('a pasted picture is sent with its text, and a file WhatsApp does not take never leaves', async () => {
    await paste('new.png', 'image/png', picture);
    await files().getByText('new.png').waitFor();
    await box().fill('The new one');
    await send().click();
    await bubble('The new one')
      .getByRole('button', { name: /Open it large/ })
      .waitFor();
    await files().waitFor({ state: 'detached' });
    await eventually(async () => (await fromUs('The new one'))[0]?.kind === 'image');

    let uploads = 0;
    desk.on('request', (request) => {
      if (request.url().includes('/api/media') && request.method() === 'POST') uploads += 1;
    });
    await paste('page.html', 'text/html', btoa('<script>alert(1)</script>'));
    await files()
      .getByRole('alert')
      .getByText(/does not take this type of file/)
      .waitFor();
    await box().fill('Never with that');
    expect(await send().getAttribute('aria-disabled')).toBe('true');
    await composer().getByRole('button', { name: 'Remove page.html' }).click();
    expect(uploads).toBe(0);
    await box().fill('');
  });

  it('several files go one after the other, in their order', async () => {
    await desk.locator('input[type=file]').setInputFiles([
      { name: 'one.png', mimeType: 'image/png', buffer: Buffer.from(picture, 'base64') },
      { name: 'two.txt', mimeType: 'text/plain', buffer: Buffer.from('Terms and conditions') },
    ]);
    await files().getByText('two.txt').waitFor();
    await box().fill('Picture and terms');
    await send().click();
    await thread()
      .getByRole('link', { name: /two.txt/ })
      .waitFor();
    await eventually(async () => {
      const sent = (await onPhone()).filter(({ direction }) => direction === 'out').map(({ kind }) => kind);
      return sent.slice(-2).join() === 'image,document';
    });
  });

  it('a slash offers quick replies; the keys choose one with its variables filled', async () => {
    for (const [shortcut, text] of [
      ['thanks', 'Thank you, {firstName}. {agent} is on it.'],
      ['hours', 'We are here from 9 to 5.'],
    ])
      await callApi(product, 'POST', '/api/quick-replies', { shortcut, text, personal: false });
    await box().focus();
    // A short name that fits none is nothing to send, unless Escape says that it is meant.
    await desk.keyboard.type('/nosuch');
    await composer().getByText('No quick reply fits.').waitFor();
    await desk.keyboard.press('Enter');
    expect(await box().inputValue()).toBe('/nosuch');
    await desk.keyboard.press('Escape');
    await desk.keyboard.press('Enter');
    await bubble('/nosuch').waitFor();
    await desk.keyboard.type('/');
    const list = composer().getByRole('listbox', { name: 'Quick replies' });
    await list.getByRole('option', { name: /hours/ }).waitFor();
    await desk.keyboard.type('th');
    await list.getByRole('option', { name: /hours/ }).waitFor({ state: 'detached' });
    await desk.keyboard.press('Enter');
    expect(await box().inputValue()).toBe('Thank you, Wendy. Alex Agent is on it.');
    await desk.keyboard.press('Enter');
    await bubble('Thank you, Wendy. Alex Agent is on it.').waitFor();
  });

  it('by keyboard alone: to a message, answer it, react to it, and an emoji into the text', async () => {
    await acts({ text: 'Last question' });
    await bubble('Last question').waitFor();
    // From the box back to the thread, whose newest message Tab reaches.
    await box().focus();
    for (let tabs = 0; tabs < 12; tabs += 1) {
      if ((await focusedMessage(desk)) !== null) break;
      await desk.keyboard.press('Shift+Tab');
    }
    expect(await focusedMessage(desk)).toContain('Last question');
    await desk.keyboard.press('ArrowUp');
    await eventually(async () => (await focusedMessage(desk))?.includes('Alex Agent is on it') ?? false);
    await desk.keyboard.press('ArrowDown');
    await eventually(async () => (await focusedMessage(desk))?.includes('Last question') ?? false);
    await desk.keyboard.press('e');
    await desk.getByRole('button', { name: 'React with 👍' }).waitFor();
    await eventually(async () =>
      desk.evaluate(() => document.activeElement?.getAttribute('aria-label') === 'React with 👍'),
    );
    await desk.keyboard.press('Tab');
    await desk.keyboard.press('Enter');
    await bubble('Last question')
      .getByRole('button', { name: /❤️.*Take it back/ })
      .waitFor();
    await bubble('Last question').focus();
    await desk.keyboard.press('r');
    await eventually(async () => box().evaluate((field) => field === document.activeElement));
    await desk.keyboard.type('Go on');
    await composer().getByRole('button', { name: 'Emoji' }).focus();
    await desk.keyboard.press('Enter');
    const search = desk.getByRole('searchbox', { name: 'Search emoji' });
    await search.waitFor();
    await desk.keyboard.type('party popper');
    // What Enter takes, which is another one while only half of it was looked for.
    await desk.getByRole('gridcell', { name: /^party popper$/i, selected: true }).waitFor();
    await desk.keyboard.press('Enter');
    await eventually(async () => (await box().inputValue()) === 'Go on🎉');
    await desk.keyboard.press('Enter');
    await bubble('Go on🎉')
      .getByRole('button', { name: /^Wendy Wrote\s*Last question/ })
      .waitFor();
  });

  it('on a network that fails nothing is lost and nothing is sent twice', async () => {
    await box().fill('Only once');
    // The server takes it; its answer is lost on the way.
    await desk.route('**/api/messages', async (route) => {
      await route.fetch();
      await route.abort('connectionreset');
    });
    await send().click();
    await composer()
      .getByText(/Trying again never sends it twice/)
      .waitFor();
    await desk.unroute('**/api/messages');
    expect(await box().inputValue()).toBe('Only once');
    await composer().getByRole('button', { name: 'Try again' }).click();
    await eventually(async () => (await box().inputValue()) === '');
    await eventually(async () => (await fromUs('Only once')).length > 0);

    // Two clicks in one moment.
    await box().fill('Twice clicked');
    await send().evaluate((button) => {
      if (!(button instanceof HTMLElement)) return;
      button.click();
      button.click();
    });
    await bubble('Twice clicked').waitFor();
    await eventually(async () => (await fromUs('Twice clicked')).length > 0);
    expect(await fromUs('Only once')).toHaveLength(1);
    expect(await fromUs('Twice clicked')).toHaveLength(1);
  });

  it('goes back through a long chat, keeps its place, and jumps to a message that is not loaded', async () => {
    const first = (await onPhone()).find(({ text }) => text === 'Hello, is my order on its way?');
    for (let count = 1; count <= 140; count += 1) await acts({ text: `Line ${count} of many` });
    await acts({ text: 'As I asked at first', replyTo: first?.id ?? '' });
    // One webhook after the other: how long that takes is not what the page promises.
    const [chat] = await listOf(product, '/api/conversations?search=Wendy');
    await eventually(async () => {
      const [newest] = await listOf(product, `/api/conversations/${String(chat?.id)}/messages`);
      return newest?.text === 'As I asked at first';
    }, 180_000);
    await bubble('As I asked at first').waitFor({ timeout: 60_000 });
    // Only what is in view is in the page.
    expect(await thread().getByRole('article').count()).toBeLessThan(60);
    await desk.reload();
    await bubble('As I asked at first')
      .getByRole('button', { name: /is my order on its way/ })
      .click();
    await bubble('Hello, is my order on its way?').waitFor();
    await eventually(() => isInView(thread(), bubble('Hello, is my order on its way?')));
    await acts({ text: 'Still there?' });
    await thread().locator('..').getByRole('button', { name: 'To the newest message' }).click();
    await eventually(() => isInView(thread(), bubble('Still there?')));

    // Further up, a message that comes in moves nothing and is announced.
    await thread().hover();
    await desk.mouse.wheel(0, -900);
    await thread().locator('..').getByRole('button', { name: 'To the newest message' }).waitFor();
    const words = await firstInView(thread());
    const before = await settledTop(bubble(words));
    await acts({ text: 'One more' });
    await thread().locator('..').getByRole('button', { name: 'New messages' }).waitFor();
    expect(Math.abs((await settledTop(bubble(words))) - before)).toBeLessThan(3);
    await thread().locator('..').getByRole('button', { name: 'New messages' }).click();
    await eventually(() => isInView(thread(), bubble('One more')));
  });

  it('cuts through nothing that is to be chosen before somebody who refused is asked again', async () => {
    const [record] = await listOf(product, '/api/records?recordType=contact&search=Daniel');
    const { page, close } = await hired('Petra Person', 'agent', 'petra');
    await page.goto(`${product.url}/records/contact/${String(record?.id)}`);
    const area = page.getByRole('region', { name: 'Message composer' });
    await area.getByRole('figure').waitFor();
    await takePicture(page, 'thread-ask-again');
    for (const part of [
      area.getByText('Language', { exact: true }),
      area.getByRole('combobox', { name: 'Language' }),
      area.getByText('Basis for asking', { exact: true }),
      area.getByRole('combobox', { name: 'Basis for asking' }),
      area.getByRole('button', { name: 'Send Consent Template' }),
    ])
      await eventually(() => isWholeInSight(part));
    // On a phone there is less room, and still nobody sends words that they do not see.
    await page.setViewportSize(PHONE);
    await page.getByRole('tab', { name: 'Chat' }).click();
    await eventually(() => heightInSight(area.getByRole('figure')).then((height) => height >= 90));
    await takePicture(page, 'thread-ask-again-phone');
    await close();
  });

  const daniel = async (act: object) =>
    void (await callApi(product, 'POST', '/emulator/customers/+12025550114/messages', act));

  /** Looks at the chat of Daniel Denied. */
  let administrator: Window;

  it('opens at its newest message, whoever opens it and wherever', async () => {
    const [record] = await listOf(product, '/api/records?recordType=contact&search=Daniel');
    const [chat] = await listOf(product, '/api/conversations?search=Daniel');
    administrator = await openWindow(browser, { url: product.links.administrator });
    const people = {
      administrator,
      owner: await hired('Olga Owner', 'agent', 'olga'),
      colleague: await hired('Cora Colleague', 'agent', 'cora'),
      auditor: await hired('Otto Auditor', 'auditor', 'otto'),
    };
    const owner = async (what: string, data: object = {}) => {
      const url = `${product.url}/api/conversations/${String(chat?.id)}/${what}`;
      const answer = await people.owner.page.request.post(url, { headers: { origin: product.url }, data });
      expect(answer.ok()).toBe(true);
    };
    // After what the demo played: the question, his No, and what answered it.
    await daniel({ text: 'Why do you write to me? '.repeat(12) });
    await owner('accept');
    await owner('notes', { text: 'He sounds cross. '.repeat(9) });
    await daniel({ image: { base64: picture, caption: 'This is what came' } });
    await daniel({ text: 'STOP' });
    await owner('notes', { text: 'Leave him alone' });
    await daniel({ text: 'One\n\ntwo\n\nthree\n\nfour' });
    await owner('notes', { text: 'No, nothing.\nReally.\nNothing at all.' });
    await daniel({ text: 'And the parcel? '.repeat(20) });
    await daniel({ text: 'Is anybody there?' });

    const below: Record<string, number> = {};
    for (const [name, { page }] of Object.entries(people))
      for (const at of [`/records/contact/${String(record?.id)}`, `/chats/${String(chat?.id)}`]) {
        await page.goto(`${product.url}${at}`);
        const list = page.getByRole('region', { name: 'Messages with Daniel Denied' });
        await list.waitFor();
        below[`${name} at ${at}`] = await belowTheEnd(list);
        await list
          .locator('..')
          .getByRole('button', { name: 'To the newest message' })
          .waitFor({ state: 'hidden' });
        if (name === 'administrator') await takePicture(page, `thread-end-${at.split('/')[1]}`);
      }
    expect(below).toEqual(Object.fromEntries(Object.keys(below).map((key) => [key, 0])));
    for (const one of [people.owner, people.colleague, people.auditor]) await one.close();
  });

  it('holds on to its end, and to where the wheel or a key took it, whatever comes in', async () => {
    const { page } = administrator;
    const list = page.getByRole('region', { name: 'Messages with Daniel Denied' });
    // When what stands below takes more room.
    await page.setViewportSize({ width: 1440, height: 700 });
    expect(await belowTheEnd(list)).toBe(0);
    // Whom the wheel or a key took up stays there, whatever comes in.
    for (const go of [() => page.mouse.wheel(0, -300), () => page.keyboard.press('PageUp')]) {
      await list.hover();
      await list.evaluate((scroller) => scroller.querySelector<HTMLElement>('[tabindex="0"]')?.focus());
      await go();
      await eventually(async () => (await belowTheEnd(list)) > 100);
      const before = await list.evaluate(({ scrollTop }) => scrollTop);
      await daniel({ text: 'Hello?\n\nHello?' });
      await list.locator('..').getByRole('button', { name: 'New messages' }).waitFor();
      expect(await list.evaluate(({ scrollTop }) => scrollTop)).toBe(before);
      await list.locator('..').getByRole('button', { name: 'New messages' }).click();
      await eventually(async () => (await belowTheEnd(list)) === 0);
      // And one who is back at the end is kept there.
      await daniel({ text: 'Hello!\n\nHello!' });
      await list.getByText('Hello!').last().waitFor();
      expect(await belowTheEnd(list)).toBe(0);
    }
    await administrator.close();
  });

  it('hostile text stays text, in its own bubble and direction', async () => {
    await acts({
      text: `\u202Egnp.exe <img src=x onerror="document.title='broken'"> https://аpple.com Z${'\u0335'.repeat(300)}algo`,
    });
    const hostile = bubble('gnp.exe');
    await hostile.waitFor();
    expect(await hostile.innerText()).not.toContain('\u202E');
    await hostile.getByText('(leads to xn--pple-43d.com)').waitFor();
    expect(await desk.title()).not.toContain('broken');
    await acts({ text: 'word '.repeat(13_000) });
    await thread()
      .getByRole('button', { name: /Show all, .* characters more/ })
      .click();
    await thread()
      .getByRole('button', { name: /Show all/ })
      .waitFor({ state: 'detached' });
    await desk.getByRole('button', { name: 'To the newest message' }).or(send()).first().waitFor();
  });

  it.each([
    ['light', undefined],
    ['dark', PHONE],
  ] as const)('has no serious finding of axe-core (%s)', async (colorScheme, viewport) => {
    await desk.emulateMedia({ colorScheme });
    if (viewport !== undefined) await desk.setViewportSize(viewport);
    await desk.reload();
    await box().waitFor();
    await thread().getByRole('article').last().waitFor();
    expect(await seriousFindings(desk)).toEqual([]);
    await takePicture(desk, `thread-${colorScheme}`);
  });

  it('logged no error but those of the failed network', () => {
    expect(agent.errors.filter((text) => !/ERR_CONNECTION_RESET|net::ERR_FAILED/.test(text))).toEqual([]);
  });
});

const focusedMessage = (page: Page): Promise<string | null> =>
  page.evaluate(() => {
    const focused = document.activeElement;
    return focused instanceof HTMLElement && focused.dataset.message !== undefined ? focused.innerText : null;
  });

/** Nothing cuts through it, not even its first or last line of pixels. */
async function isWholeInSight(part: Locator): Promise<boolean> {
  return part.evaluate(async (element) => {
    const [entry] = await new Promise<IntersectionObserverEntry[]>((resolve) => {
      new IntersectionObserver(resolve).observe(element);
    });
    return (entry?.intersectionRatio ?? 0) > 0.99;
  });
}

/** How much of it nothing cuts off, in pixels. */
async function heightInSight(part: Locator): Promise<number> {
  return part.evaluate(async (element) => {
    const [entry] = await new Promise<IntersectionObserverEntry[]>((resolve) => {
      new IntersectionObserver(resolve).observe(element);
    });
    return entry?.intersectionRect.height ?? 0;
  });
}

async function isInView(list: Locator, row: Locator): Promise<boolean> {
  const [outer, inner] = await Promise.all([list.boundingBox(), row.boundingBox()]);
  if (outer === null || inner === null) return false;
  return inner.y + inner.height > outer.y && inner.y < outer.y + outer.height;
}

/** The first line of the topmost message that is wholly in view. */
async function firstInView(list: Locator): Promise<string> {
  const found = await list.evaluate((element) => {
    const { top } = element.getBoundingClientRect();
    const messages = [...element.querySelectorAll<HTMLElement>('[data-message]')];
    return messages.find((message) => message.getBoundingClientRect().top > top)?.innerText ?? '';
  });
  return found.split('\n')[0] ?? '';
}

/** Where it stands once it no longer moves. */
async function settledTop(row: Locator): Promise<number> {
  let last = Number.NaN;
  for (;;) {
    const now = (await row.boundingBox())?.y ?? Number.NaN;
    if (now === last) return now;
    last = now;
    await row
      .page()
      .evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  }
}

/** How many pixels of its rows stand below what is in view, once nothing has moved for a second. */
async function belowTheEnd(list: Locator): Promise<number> {
  return list.evaluate(
    (scroller) =>
      new Promise((resolve) => {
        let [last, since] = ['', 0];
        const look = (now: number) => {
          const { scrollTop, scrollHeight, clientHeight } = scroller;
          const stands = `${scrollTop} ${scrollHeight} ${clientHeight}`;
          if (stands !== last) [last, since] = [stands, now];
          if (now - since > 1_000) resolve(Math.round(scrollHeight - clientHeight - scrollTop));
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }),
  );
}

async function eventually(isSo: () => Promise<boolean>, patience = 60_000): Promise<void> {
  const until = Date.now() + patience;
  while (!(await isSo().catch(() => false))) {
    if (Date.now() > until) throw new Error(`it did not become so: ${isSo.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
