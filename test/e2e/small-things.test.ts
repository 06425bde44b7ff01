import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { DESKTOP, launchBrowser, openWindow, PHONE, takePicture, type Window } from './browser.ts';
import { type Product, startProduct } from './product.ts';
import { callApi, demoIsPlayed, listOf } from './sandbox.ts';

/**
 * What an hour at the running product found and no story told: each stands by itself, on the demo's people. Two
 * windows, an agent's and an administrator's.
 */
describe('small things of the pages', () => {
  let product: Product;
  let browser: Browser;
  const windows: Window[] = [];
  let agent: Page;
  let admin: Page;

  beforeAll(async () => {
    [product, browser] = await Promise.all([startProduct(), launchBrowser()]);
    await vi.waitFor(async () => expect(await demoIsPlayed(product)).toBe(true), 120_000);
    const signedIn = async (url: string): Promise<Page> => {
      const window = await openWindow(browser, { url });
      windows.push(window);
      await window.page.getByRole('navigation', { name: 'Main' }).waitFor();
      return window.page;
    };
    [agent, admin] = await Promise.all([
      signedIn(product.links.agent),
      signedIn(product.links.administrator),
    ]);
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await product?.discard();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    for (const [name, page] of Object.entries({ agent, admin }))
      if (page !== undefined) await takePicture(page, `small-things-failed-${name}`);
  });

  const composer = (page: Page): Locator => page.getByRole('region', { name: 'Message composer' });
  const recordAt = async (name: string): Promise<string> => {
    const found = (await listOf(product, `/api/records?search=${encodeURIComponent(name)}`)).find(
      (record) => record.name === name,
    );
    return `${product.url}/records/${String(found?.recordType)}/${String(found?.id)}`;
  };

  it('a record that was never asked shows the whole question, and what is to settle before it goes', async () => {
    const basis = composer(agent).getByRole('combobox', { name: 'Basis for asking' });
    const other = composer(agent).getByRole('textbox', { name: 'Which basis' });
    for (const [width, height] of [
      [1440, 900],
      [1280, 720],
      [390, 844],
    ] as const) {
      await agent.setViewportSize({ width, height });
      await agent.goto(await recordAt('Fourth Coffee'));
      if (width < 640) await agent.getByRole('tab', { name: 'Chat' }).click();
      await basis.waitFor();
      await expect.poll(() => wholeInSight(basis), { message: `the basis at ${width}x${height}` }).toBe(true);
      await basis.selectOption('other');
      await expect.poll(() => wholeInSight(other), { message: `its text at ${width}x${height}` }).toBe(true);
    }
    // Another basis has to be named.
    const send = composer(agent).getByRole('button', { name: 'Send Consent Template' });
    expect(await send.getAttribute('aria-disabled')).toBe('true');
    await other.fill('Asked for it at the fair');
    await expect.poll(() => send.getAttribute('aria-disabled')).not.toBe('true');
    await agent.setViewportSize({ width: 1440, height: 900 });
  });

  it('the header of one who refused promises no free text while the window is open', async () => {
    await agent.goto(await recordAt('Daniel Denied'));
    const header = agent.getByRole('region', { name: 'Chat', exact: true }).locator('header');
    await header.getByText(/^Customer service window: .* left$/).waitFor();
    expect(await header.getByText(/free text/i).count()).toBe(0);
  });

  it('header and banner count the customer service window down in the same words', async () => {
    await agent.goto(await recordAt('Wendy Wrote'));
    const header = agent.getByRole('region', { name: 'Chat', exact: true }).locator('header');
    const leftIn = async (place: Locator): Promise<string | undefined> =>
      /(?:: |\()(\S[^:(]*) left/.exec((await place.textContent()) ?? '')?.[1];
    const banner = composer(agent).getByText(/^Until .* left\)\.$/);
    expect(await leftIn(banner)).toBe(await leftIn(header.getByText(/^Customer service window: /)));
    // A chat that stood open when the customer writes counts from then on, and not from when it last counted.
    const [wendy] = await listOf(product, '/api/conversations?search=Wendy');
    const { phone } = z.object({ phone: z.string() }).parse(wendy?.contactPoint);
    const read = agent.waitForResponse((answer) => answer.url().includes('/api/sendable'));
    await callApi(product, 'POST', `/emulator/customers/${encodeURIComponent(phone)}/messages`, {
      text: 'Are you there?',
    });
    await (await read).finished();
    await expect.poll(() => leftIn(banner)).toMatch(/^23 h/);
    expect(await leftIn(banner)).toBe(await leftIn(header.getByText(/^Customer service window: /)));
  });

  it('an administrator is not told to wait for what they may do at once', async () => {
    await agent.goto(await recordAt('Wendy Wrote'));
    await agent.getByRole('button', { name: 'Accept', exact: true }).click();
    await admin.goto(await recordAt('Wendy Wrote'));
    const bar = admin.getByRole('region', { name: 'Who answers' });
    await bar.getByText('Alex Agent answers this chat. You can take it over.', { exact: true }).waitFor();
    await composer(admin)
      .getByText(/Take it over before you write/)
      .first()
      .waitFor();
    // Asked in as well, they read the same words, and the button still stands there.
    await agent.getByRole('button', { name: 'More about this chat' }).click();
    await agent.getByRole('menuitem', { name: 'Discuss…' }).click();
    const discuss = agent.getByRole('dialog', { name: /^Discuss the chat/ });
    await discuss.getByRole('radio', { name: /Ada Administrator/ }).check();
    await discuss.getByRole('button', { name: 'Ask in' }).click();
    await bar.getByText(/Alex Agent answers this chat and asked you in/).waitFor();
    // What may be done has no reason to tell: no empty bubble comes where the tooltip of one would.
    await bar.getByRole('button', { name: 'Take over…' }).hover();
    const bubble = admin.getByRole('tooltip').waitFor({ timeout: 600 });
    await expect(bubble).rejects.toThrow('Timeout');
    await bar.getByRole('button', { name: 'Take over…' }).click();
    // The buttons of a dialog are of one size, wherever it was opened.
    const cancel = admin.getByRole('dialog').getByRole('button', { name: 'Cancel' });
    const heightOf = (button: HTMLElement): number => button.offsetHeight;
    const height = await cancel.evaluate(heightOf);
    await cancel.click();
    await admin.getByRole('button', { name: 'Record a grant' }).click();
    expect(await cancel.evaluate(heightOf)).toBe(height);
    await cancel.click();
  });

  it('two tabs of one agent hold one draft, and what one sent the other does not hold to send again', async () => {
    const boxOf = (page: Page): Locator =>
      composer(page).getByRole('textbox', { name: 'Message', exact: true });
    await agent.goto(await recordAt('Wendy Wrote'));
    const other = await agent.context().newPage();
    await other.goto(agent.url());
    await boxOf(other).fill('Your parcel left today');
    await expect.poll(() => boxOf(agent).inputValue()).toBe('Your parcel left today');
    await boxOf(agent).press('Enter');
    await expect.poll(() => boxOf(other).inputValue()).toBe('');
    await other.close();
  });

  it('a private note that is not saved survives a reload, with whom it mentions', async () => {
    const note = agent.getByRole('textbox', { name: 'Private note' });
    await agent.getByRole('tab', { name: 'Private note' }).click();
    await note.pressSequentially('Ask @Ada');
    await agent.getByRole('option', { name: 'Ada Administrator' }).click();
    await note.pressSequentially('about it');
    await agent.reload();
    await agent.getByRole('tab', { name: 'Private note' }).click();
    expect(await note.inputValue()).toBe('Ask @Ada Administrator about it');
    await agent.getByRole('button', { name: 'Add note' }).click();
    // Not in the message to the customer, where one who goes on writing would send it.
    await agent.locator('[role=tab]:focus', { hasText: 'Message' }).waitFor();
    // She was picked before the reload, and is told.
    await admin.goto(product.url);
    await admin.getByRole('button', { name: /^Notifications/ }).click();
    await admin
      .getByText(/mention/i)
      .first()
      .waitFor();
    await agent.reload();
    await agent.getByRole('tab', { name: 'Private note' }).click();
    expect(await note.inputValue()).toBe('');
  });

  it('what an address says wrongly is left out, and never asked of the API', async () => {
    const asked: string[] = [];
    agent.on('request', (request) => asked.push(request.url()));
    await agent.goto(`${product.url}/records?consent=bogus&decidedSince=May`);
    await agent.getByRole('link', { name: 'Fourth Coffee' }).waitFor();
    await agent.goto(`${product.url}/chats?view=bogus&sort=sideways`);
    await agent.getByRole('link', { name: /Wendy Wrote/ }).waitFor();
    const called = asked.filter((url) => url.includes('/api/'));
    expect(called.filter((url) => /bogus|May|sideways/.test(url))).toEqual([]);
    expect(called.some((url) => url.includes('/api/conversations'))).toBe(true);
    // A record that is not there is not asked for again.
    await agent.goto(`${product.url}/records/contact/00000000-0000-4000-8000-000000000000`);
    await agent.getByRole('main').getByRole('heading', { level: 2 }).waitFor();
    expect(await agent.getByRole('button', { name: 'Try again' }).count()).toBe(0);
    await agent.goBack();
    // Another view is a place to come back from.
    await agent.getByRole('tab', { name: /^Unassigned/ }).click();
    await agent.waitForURL(/view=unassigned/);
    await agent.goBack();
    await agent.locator('[role=tab][aria-selected=true]', { hasText: 'Team' }).waitFor();
    agent.removeAllListeners('request');
  });

  it('an auditor’s navigation leads to no page that they cannot open', async () => {
    const [, link = ''] = /\(auditor\)\s+(\S+)/.exec(product.output()) ?? [];
    const window = await openWindow(browser, { url: link });
    windows.push(window);
    const main = window.page.getByRole('navigation', { name: 'Main' });
    await main.waitFor();
    const places = await main
      .getByRole('link')
      .evaluateAll((all) => all.map((one) => one.getAttribute('href')));
    expect(places).toContain('/configuration/audit');
    expect(places).not.toContain('/configuration/roles');
    expect(places).not.toContain('/configuration/quick-replies');
    for (const place of places) {
      await window.page.goto(`${product.url}${place}`);
      await window.page.getByRole('heading', { level: 1 }).first().waitFor();
      expect(await window.page.getByText('You cannot open this page').count(), String(place)).toBe(0);
    }
    await window.close();
  });

  it('nothing is drawn in another language before that of the reader', async () => {
    const context = await browser.newContext({
      locale: 'ar',
      storageState: await agent.context().storageState(),
    });
    const page = await context.newPage();
    // Whoever sat here before read English.
    await page.addInitScript(() => {
      localStorage.setItem('assent-language', 'en');
      const seen: string[] = [];
      Object.assign(globalThis, { seen });
      new MutationObserver(() => {
        const said = document.querySelector('#app nav')?.textContent;
        if (said) seen.push(`${document.querySelector('.fui-FluentProvider')?.getAttribute('dir')} ${said}`);
      }).observe(document, { subtree: true, childList: true, attributes: true });
    });
    await page.goto(`${product.url}/chats`);
    await page.getByRole('navigation', { name: 'التنقل الرئيسي' }).waitFor();
    const seen: unknown = await page.evaluate(() => Reflect.get(globalThis, 'seen'));
    expect(Array.isArray(seen) && seen.length > 0).toBe(true);
    expect(
      [seen].flat().filter((said) => !/^rtl /.test(String(said)) || /Records/.test(String(said))),
    ).toEqual([]);
    await context.close();
  });

  it('the result of an import tells columns that are not used from lines that were not taken', async () => {
    await admin.goto(`${product.url}/records`);
    await admin.getByRole('button', { name: 'Import CSV' }).click();
    const dialog = admin.getByRole('dialog', { name: 'Import CSV' });
    // Of all records no type stands chosen: a file of contacts is no file of accounts.
    const type = dialog.getByRole('combobox', { name: 'Record type' });
    expect(await type.inputValue()).toBe('');
    await type.selectOption({ label: 'Contact' });
    const choose = (text: string) =>
      dialog
        .getByLabel('CSV file')
        .setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
    await dialog.getByText('Choose a file, or drop it here').waitFor();
    await choose('fullname,mobilephone\nNora "New,+12025550190\n');
    await dialog.getByText(/^people\.csv \d+ bytes$/).waitFor();
    await takePicture(admin, 'small-things-import-chosen');
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    await dialog.getByText(/^The import failed\. The file cannot be read from line 2 on/).waitFor();
    // The mended file has the same name.
    await choose('fullname,mobilephone,foo,bar\nNora New,+12025550190,1,2\nBad Number,abc,1,2\n');
    expect(await dialog.getByRole('alert').count()).toBe(0);
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    await dialog
      .getByText(/1 record created\..*1 line not taken\. 2 columns of the first line are not used\./)
      .waitFor();
    expect(await dialog.getByRole('button').allTextContents()).toEqual(['Done']);
    await dialog.getByRole('button', { name: 'Done' }).click();
  });

  it('a grant that waits for a second person is not called recorded', async () => {
    await callApi(product, 'PATCH', '/api/settings', { grantNeedsSecondPerson: true });
    await agent.goto(await recordAt('Lucas Lima'));
    await agent.getByRole('button', { name: 'Record a grant' }).click();
    const dialog = agent.getByRole('dialog', { name: 'Record a grant' });
    await dialog.getByRole('textbox', { name: /^Evidence/ }).fill('Signed at the fair.');
    await dialog.getByRole('button', { name: 'Record the grant' }).click();
    await agent.getByText('The grant waits for a second person.', { exact: true }).waitFor();
    expect(await agent.getByText('The grant is recorded.', { exact: true }).count()).toBe(0);
    await agent
      .getByText(/^Alex Agent recorded that the customer agreed\./)
      .first()
      .waitFor();
    await takePicture(agent, 'small-things-grant-waits');
    await admin.getByRole('link', { name: 'On hold 2 wait for your decision' }).waitFor();
    await takePicture(admin, 'small-things-waiting-count');
    // A second one is refused where it was asked for.
    await agent.getByRole('button', { name: 'Record a grant' }).click();
    await dialog.getByRole('textbox', { name: /^Evidence/ }).fill('Signed at the fair again.');
    await dialog.getByRole('button', { name: 'Record the grant' }).click();
    await dialog.getByRole('alert').getByText('It was not recorded.').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await admin.getByRole('link', { name: 'On hold 2 wait for your decision' }).click();
    await admin.getByRole('link', { name: 'Lucas Lima', exact: true }).click();
    await admin.getByRole('heading', { level: 1, name: 'Records' }).waitFor();
    await admin.getByRole('link', { name: 'Lucas Lima', exact: true }).waitFor();
    await agent.getByRole('tab', { name: 'Consent' }).click();
    await agent.getByText(/^Recorded by Alex Agent, today/).waitFor();
    const [waiting] = await listOf(product, '/api/pending-grants');
    await callApi(product, 'POST', `/api/pending-grants/${String(waiting?.id)}/reject`);
    await callApi(product, 'PATCH', '/api/settings', { grantNeedsSecondPerson: false });
  });

  it('a name without a space breaks no number in the list of records, and leaves the chat its room', async () => {
    const name = 'Wolfeschlegelsteinhausenbergerdorff'.repeat(4);
    await callApi(product, 'POST', '/api/records/contact', {
      values: { fullname: name, mobilephone: '+12025550199' },
    });
    await admin.goto(`${product.url}/records`);
    const row = admin.getByRole('row').filter({ hasText: name });
    expect(await linesOf(row.getByText('+12025550199', { exact: true }))).toBe(1);
    await callApi(product, 'POST', `/emulator/customers/${encodeURIComponent('+12025550199')}/messages`, {
      text: 'Hello',
    });
    await admin.setViewportSize({ width: 390, height: 844 });
    await admin.goto(`${product.url}/chats?view=all`);
    await admin.getByRole('link', { name }).first().click();
    const header = admin.locator('header').filter({ has: admin.getByRole('heading', { name }) });
    await expect.poll(async () => (await header.boundingBox())?.height ?? 999).toBeLessThan(170);
    await takePicture(admin, 'small-things-long-name');
    await admin.setViewportSize({ width: 1440, height: 900 });
  });

  it('a message template is found by its name, what it is built on, its type and its status', async () => {
    await admin.goto(`${product.url}/configuration/message-templates`);
    const rows = admin.getByRole('table', { name: 'Message templates' }).locator('tbody tr');
    const search = admin.getByRole('searchbox', { name: 'Search templates' });
    const choose = async (filter: string, option: string): Promise<void> => {
      await admin.getByRole('combobox', { name: filter }).click();
      await admin.getByRole('option', { name: option, exact: true }).click();
    };
    await rows.first().waitFor();
    const all = await rows.count();
    await search.fill('APPOINTMENT');
    await expect.poll(() => rows.count()).toBe(3);
    await choose('Record Type', 'Lead');
    await expect.poll(() => rows.count()).toBe(1);
    await choose('Template Type', 'Consent Template');
    await admin.getByText('No template matches').waitFor();
    await takePicture(admin, 'small-things-no-template');
    await search.fill('consent_request');
    await expect.poll(() => rows.count()).toBe(1);
    await choose('Status', 'Retired');
    await admin.getByText('No template matches').waitFor();
    for (const filter of ['Record Type', 'Template Type', 'Status']) await choose(filter, 'All');
    await search.fill('');
    await expect.poll(() => rows.count()).toBe(all);
  });

  it('a record with changes that are not saved asks before it is left', async () => {
    await admin.goto(await recordAt('Fourth Coffee'));
    const city = admin.getByRole('textbox', { name: 'City' });
    await city.fill('Tacoma');
    await admin.getByRole('tab', { name: 'Consent' }).click();
    await admin.getByRole('tab', { name: 'Form' }).click();
    await admin.getByRole('link', { name: 'On hold' }).click();
    const dialog = admin.getByRole('dialog', { name: 'Leave without saving?' });
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect(await city.inputValue()).toBe('Tacoma');
    await admin.getByRole('link', { name: 'On hold' }).click();
    await dialog.getByRole('button', { name: 'Leave' }).click();
    await admin.getByRole('heading', { level: 1, name: 'On hold' }).waitFor();
  });

  it('a record that could not be saved is called that, and not a page that could not be shown', async () => {
    await admin.goto(await recordAt('Fourth Coffee'));
    await admin.getByRole('textbox', { name: 'City' }).fill('Tacoma');
    const saving = (url: URL) => url.pathname.startsWith('/api/records/account/');
    await admin.route(saving, (route) =>
      route.request().method() === 'PATCH' ? route.abort() : route.fallback(),
    );
    await admin.getByRole('button', { name: 'Save', exact: true }).click();
    const said = admin.getByRole('form', { name: /Fourth Coffee/ }).getByRole('alert');
    await said.getByText('The changes were not saved.').waitFor();
    expect(await said.getByText('could not be shown').count()).toBe(0);
    await admin.unroute(saving);
    await admin.getByRole('button', { name: 'Save', exact: true }).click();
    await said.waitFor({ state: 'detached' });
  });

  it('the whole of what sends is in sight at 200% zoom', async () => {
    // 1440x900 at 200% is this many pixels of CSS.
    await agent.setViewportSize({ width: 720, height: 450 });
    await agent.goto(`${product.url}/chats?view=all`);
    await agent
      .getByRole('link', { name: /Sofía Sánchez/ })
      .first()
      .click();
    await agent.getByRole('button', { name: 'Accept', exact: true }).click();
    const box = composer(agent).getByRole('textbox', { name: 'Message', exact: true });
    await box.fill('Half a screen');
    const send = composer(agent).getByRole('button', { name: 'Send', exact: true });
    await expect.poll(() => isWhole(send)).toBe(true);
    await box.fill('');
    await agent.setViewportSize({ width: 1440, height: 900 });
  });

  it('a record whose chat is another team’s is not said to have no messages', async () => {
    const team = z.object({ id: z.string() });
    const { id } = team.parse(await (await callApi(product, 'POST', '/api/teams', { name: 'VIP' })).json());
    const chats = await listOf(product, '/api/conversations');
    const hers = chats.find((one) => JSON.stringify(one.contactPoint).includes('Hanna Held'));
    await callApi(product, 'POST', `/api/conversations/${String(hers?.id)}/team`, { team: id });
    await agent.goto(await recordAt('Hanna Held'));
    const chat = agent.getByRole('region', { name: 'Chat', exact: true });
    await chat.getByText('This chat is another team’s').waitFor();
    expect(await chat.getByText('No messages yet').count()).toBe(0);
  });

  it('why nobody may be asked stands once above the composer', async () => {
    const [ahmed] = await listOf(product, '/api/conversations?search=Ahmed');
    const chat = `/api/conversations/${String(ahmed?.id)}`;
    await callApi(product, 'POST', `${chat}/block`, { reason: 'A story' });
    await admin.goto(`${product.url}/chats/${String(ahmed?.id)}`);
    const why = composer(admin).getByText('This customer is blocked. Unblock them before you write.');
    await why.first().waitFor();
    await takePicture(admin, 'small-things-blocked');
    // What is read out when it changes is in the page too, and not seen.
    expect(await why.filter({ visible: true }).count()).toBe(1);
    await callApi(product, 'POST', `${chat}/unblock`, { reason: 'A story' });
    await composer(admin).getByText('Unblock them').first().waitFor({ state: 'detached' });
  });

  it('a double click on the question to one who refused asks once, and a click beside the dialog loses nothing', async () => {
    await admin.goto(await recordAt('Daniel Denied'));
    await composer(admin).getByRole('button', { name: 'Send Consent Template' }).dblclick();
    const dialog = admin.getByRole('dialog', { name: 'Ask again?' });
    await dialog.waitFor();
    await admin.mouse.click(8, 500);
    await takePicture(admin, 'small-things-ask-again');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'hidden' });
  });

  it('a page that the server cannot give says so among the others, and comes once it can', async () => {
    await admin.goto(`${product.url}/records`);
    await admin.getByRole('link', { name: 'Fourth Coffee' }).waitFor();
    const away = (url: URL) => url.pathname.startsWith('/assets/') || url.pathname === '/api/me';
    await admin.route(away, (route) => route.abort());
    await admin.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Webhooks' }).click();
    await admin.getByRole('main').getByText('The server did not answer.').waitFor();
    await admin.getByRole('navigation', { name: 'Main' }).waitFor();
    await takePicture(admin, 'small-things-page-not-given');
    await admin.unroute(away);
    await admin.getByRole('button', { name: 'New webhook' }).waitFor();
  });

  it('the webhook dialog of the sandbox asks for what the sandbox takes', async () => {
    await admin.goto(`${product.url}/configuration/webhooks`);
    await admin.getByRole('button', { name: 'New webhook' }).click();
    const dialog = admin.getByRole('dialog', { name: 'New webhook' });
    await dialog.getByText(/such as http:\/\/localhost:8080/).waitFor();
    expect(await dialog.getByText(/https/).count()).toBe(0);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  it('long names in the table of people break no short word beside them', async () => {
    await callApi(product, 'POST', '/api/people', {
      name: 'Wolfeschlegelsteinhausenbergerdorff'.repeat(3).slice(0, 100),
      email: `${'maximiliana.wolfeschlegelsteinhausen'.slice(0, 60)}@customer-care.contoso.example`,
      role: 'administrator',
    });
    await admin.setViewportSize({ width: 1024, height: 768 });
    await admin.goto(`${product.url}/configuration/people`);
    const table = admin.getByRole('table', { name: 'People' });
    for (const word of ['Administrator', 'Everyone', 'Active', 'Invited'])
      expect(await linesOf(table.getByText(word, { exact: true }).first()), word).toBe(1);
    expect(await admin.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await admin.setViewportSize({ width: 1440, height: 900 });
  });

  it('a Consent Template asks for marketing by a choice of its form, and the composer says what it asks for', async () => {
    const pick = async (list: string, option: RegExp): Promise<void> => {
      await admin.getByRole('combobox', { name: list }).click();
      await admin.getByRole('option', { name: option }).first().click();
    };
    await admin.goto(`${product.url}/configuration/message-templates/new`);
    // Nothing to discard yet, and what is published with nothing in it is on its own page, with what it lacks in sight.
    const discard = admin.getByRole('button', { name: 'Discard changes' });
    await discard.waitFor();
    expect(await discard.getAttribute('aria-disabled')).toBe('true');
    await admin.getByRole('textbox', { name: 'Name', exact: true }).fill('Nothing in it');
    expect(await discard.getAttribute('aria-disabled')).not.toBe('true');
    await admin.getByRole('button', { name: 'Publish', exact: true }).click();
    await admin.getByRole('heading', { level: 1, name: 'Nothing in it' }).waitFor();
    await expect
      .poll(() => admin.evaluate(() => document.activeElement?.matches('[data-problems]')))
      .toBe(true);

    await admin.goto(`${product.url}/configuration/message-templates/new`);
    await admin.getByRole('radio', { name: /^Consent Template/ }).check();
    const asks = admin.getByRole('radiogroup', { name: 'What is asked' });
    expect(await asks.getByRole('radio', { name: 'Messages about their business with us' }).isChecked()).toBe(
      true,
    );
    await asks.getByRole('radio', { name: 'Marketing messages: offers and campaigns' }).check();
    await pick('Record Type', /^Contact$/);
    await admin.getByRole('textbox', { name: 'Name', exact: true }).fill('May we send offers?');
    await pick('WhatsApp template', /^marketing_consent_request/);
    await pick('Variable {{1}}', /First Name/);
    await admin.getByRole('textbox', { name: 'When that column is empty' }).fill('there');
    await asks.scrollIntoViewIfNeeded();
    await takePicture(admin, 'small-things-asks-for-marketing');
    await admin.getByRole('button', { name: 'Publish', exact: true }).click();
    await admin
      .getByRole('button', { name: 'Create the Opt-In and Opt-Out Templates from its button labels' })
      .click();
    await admin.getByText('Published', { exact: true }).waitFor();

    await callApi(product, 'POST', '/api/records/contact', {
      values: { fullname: 'Olga Offers', firstname: 'Olga', mobilephone: '+12025550177' },
    });
    await agent.setViewportSize({ width: 1440, height: 900 });
    await agent.goto(await recordAt('Olga Offers'));
    // The card asks for what opens the conversation again.
    await composer(agent).getByText('Asks for messages about their business with us.').waitFor();
    await composer(agent).getByRole('button', { name: 'Templates' }).click();
    const picker = agent.getByRole('dialog');
    await picker.getByRole('button', { name: /^May we send offers\? Consent Template: marketing/ }).click();
    await picker.getByText('Asks for marketing messages: offers and campaigns.').waitFor();
    await takePicture(agent, 'small-things-marketing-question');
    await agent.keyboard.press('Escape');
  });

  it('who signs out leaves no draft in the browser for the next one', async () => {
    await agent.goto(await recordAt('Wendy Wrote'));
    const box = composer(agent).getByRole('textbox', { name: 'Message', exact: true });
    await box.fill('Between us');
    const drafts = () =>
      agent.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('assent-draft:')));
    await expect.poll(drafts).not.toEqual([]);
    await agent.getByRole('button', { name: /Alex Agent/ }).click();
    await agent.getByRole('menuitem', { name: 'Sign out' }).click();
    await agent.waitForURL(/sign-in/);
    expect(await drafts()).toEqual([]);
  });

  it('the WhatsApp page names every field to subscribe to, and the settings take only the code of a language', async () => {
    await admin.goto(`${product.url}/configuration/whatsapp`);
    const fields = admin.getByRole('list', { name: 'Fields', exact: true });
    await fields.getByText('user_preferences', { exact: true }).waitFor();
    expect(await fields.getByRole('listitem').count()).toBe(9);
    await fields.scrollIntoViewIfNeeded();
    await takePicture(admin, 'small-things-webhook-fields');
    await admin.goto(`${product.url}/configuration/settings`);
    const language = admin.getByRole('textbox', { name: 'Default language' });
    await language.fill('English!!');
    await admin.getByRole('button', { name: 'Save' }).click();
    await admin.getByText('Write the code of a language as Meta has it: en, es, pt_BR.').first().waitFor();
    await admin.emulateMedia({ colorScheme: 'dark' });
    await takePicture(admin, 'small-things-language-wrong-dark');
    await admin.emulateMedia({ colorScheme: 'light' });
    await admin.getByRole('button', { name: 'Discard changes' }).click();
  });

  it('who saves what somebody else saved meanwhile is told, keeps what they typed and chooses', async () => {
    const other = await admin.context().newPage();
    // Told of nothing while it stands open, as after a lost connection: the server says it when it saves.
    await other.route('**/api/events', (route) => route.abort());
    const saveIn = (page: Page) => page.getByRole('button', { name: 'Save', exact: true }).click();
    const told = (page: Page) => page.getByText('Somebody else saved this in the meantime.');
    const name = (page: Page) => page.getByRole('textbox', { name: 'Display name' });
    const url = `${product.url}/configuration/record-types/lead`;
    await Promise.all([admin.goto(url), other.goto(url)]);
    await Promise.all([name(admin).fill('Interested'), name(other).fill('Prospect')]);
    await saveIn(admin);
    await admin.getByText('Interested is saved.').first().waitFor();
    await saveIn(other);
    await told(other).waitFor();
    expect(await name(other).inputValue()).toBe('Prospect');
    for (const colorScheme of ['light', 'dark'] as const)
      for (const viewport of [DESKTOP, PHONE]) {
        await other.emulateMedia({ colorScheme });
        await other.setViewportSize(viewport);
        await told(other).scrollIntoViewIfNeeded();
        await takePicture(other, `small-things-meanwhile-${colorScheme}-${viewport.width}`);
      }
    await other.emulateMedia({ colorScheme: 'light' });
    await other.setViewportSize(DESKTOP);
    await other.getByRole('button', { name: 'Keep what I typed' }).click();
    await saveIn(other);
    await other.getByText('Prospect is saved.').first().waitFor();
    // The first window hears of it by itself, and had typed nothing since: it follows.
    await expect.poll(() => name(admin).inputValue()).toBe('Prospect');
    expect(await told(admin).count()).toBe(0);
    // What is typed there is not taken away, and gone only by choice.
    await name(admin).fill('Lead of ours');
    await name(other).fill('Lead');
    await saveIn(other);
    await told(admin).waitFor();
    expect(await name(admin).inputValue()).toBe('Lead of ours');
    await admin.getByRole('button', { name: 'Load what is saved now' }).click();
    expect(await name(admin).inputValue()).toBe('Lead');
    await told(admin).waitFor({ state: 'hidden' });

    // Settings are saved one by one: different ones go together, and nobody is asked.
    const settings = `${product.url}/configuration/settings`;
    await Promise.all([admin.goto(settings), other.goto(settings)]);
    const business = (page: Page) => page.getByRole('textbox', { name: 'Business name' });
    const language = (page: Page) => page.getByRole('textbox', { name: 'Default language' });
    await business(other).fill('Fabrikam');
    await language(admin).fill('es');
    await saveIn(admin);
    await admin.getByText('All changes are saved.').waitFor();
    await saveIn(other);
    await other.getByText('All changes are saved.').waitFor();
    expect([await business(other).inputValue(), await language(other).inputValue()]).toEqual([
      'Fabrikam',
      'es',
    ]);
    // The first window has heard of it; what it types now is a change of that.
    await expect.poll(() => business(admin).inputValue()).toBe('Fabrikam');
    await business(other).fill('Contoso');
    await business(admin).fill('Northwind');
    await saveIn(admin);
    await admin.getByText('All changes are saved.').waitFor();
    await saveIn(other);
    await told(other).waitFor();
    expect(await business(other).inputValue()).toBe('Contoso');
    await other.getByRole('button', { name: 'Load what is saved now' }).click();
    expect(await business(other).inputValue()).toBe('Northwind');
    await callApi(product, 'PATCH', '/api/settings', { businessName: '', defaultLanguage: 'en' });

    // A message template is published as it is on the screen.
    const [template] = await listOf(product, '/api/message-templates?recordType=contact');
    const page = `${product.url}/configuration/message-templates/${String(template?.id)}`;
    await Promise.all([admin.goto(page), other.goto(page)]);
    const title = (of: Page) => of.getByRole('textbox', { name: 'Name', exact: true });
    await title(other).fill('Mine');
    await title(admin).fill('Theirs');
    await saveIn(admin);
    await admin.getByText('All changes are saved.').waitFor();
    await other.getByRole('button', { name: 'Publish', exact: true }).click();
    await told(other).waitFor();
    expect(await title(other).inputValue()).toBe('Mine');
    await other.getByRole('button', { name: 'Load what is saved now' }).click();
    expect(await title(other).inputValue()).toBe('Theirs');
    await callApi(product, 'PATCH', `/api/message-templates/${String(template?.id)}`, {
      name: template?.name,
    });
    await other.close();
  });

  it('a record type whose name was cleared is still named where it could not be saved', async () => {
    await admin.goto(`${product.url}/configuration/record-types/contact`);
    await admin.getByRole('textbox', { name: 'Display name' }).fill('');
    await admin.getByRole('button', { name: 'Save' }).click();
    await admin.getByText('Contact could not be saved.').waitFor();
    await admin.getByRole('button', { name: 'Discard changes' }).click();
  });

  it('a new column takes the place of no Compliance Field, and another field is asked about first', async () => {
    const stored = async () =>
      (await listOf(product, '/api/record-types')).find((type) => type.table === 'contact');
    const { complianceField } = (await stored()) ?? {};
    await admin.goto(`${product.url}/configuration/record-types/contact`);
    const field = admin.getByRole('radiogroup', { name: 'Compliance Field' });
    await field.getByRole('radio', { name: /^Allow WhatsApp/, checked: true }).waitFor();
    await admin.getByRole('button', { name: 'New Boolean column' }).click();
    const column = admin.getByRole('dialog', { name: 'New Boolean column' });
    await column.getByRole('textbox', { name: 'Label' }).fill('Likes pie');
    await column.getByRole('button', { name: 'Create' }).click();
    await column.waitFor({ state: 'hidden' });
    const pie = field.getByRole('radio', { name: /^Likes pie/ });
    await pie.waitFor();
    await field.getByRole('radio', { name: /^Allow WhatsApp/, checked: true }).waitFor();

    await pie.check();
    await admin.getByRole('button', { name: 'Save' }).click();
    const dialog = admin.getByRole('dialog', { name: 'Change what decides for Contact?' });
    await dialog
      .getByText(/^Nothing in “Allow WhatsApp” counts any more.*today: [1-9]\d* Yes, [1-9]\d* No/)
      .waitFor();
    await dialog.getByText(/^“Likes pie” decides instead.*today: 0 Yes, 0 No/).waitFor();
    await takePicture(admin, 'small-things-field-change');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect((await stored())?.complianceField).toBe(complianceField);

    await field.getByRole('radio', { name: /^Allow WhatsApp/ }).check();
    await admin.getByRole('radio', { name: /^Yes forbids/ }).check();
    await admin.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText(/^Yes in “Allow WhatsApp” allowed messages and will forbid them/).waitFor();
    await admin.emulateMedia({ colorScheme: 'dark' });
    await admin.setViewportSize({ width: 390, height: 844 });
    await takePicture(admin, 'small-things-polarity-change-dark');
    await admin.emulateMedia({ colorScheme: 'light' });
    await admin.setViewportSize({ width: 1440, height: 900 });
    await dialog.getByRole('button', { name: 'Change it' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await expect.poll(async () => (await stored())?.polarity).toBe('forbids');
    // What decides stays as it is: nothing to ask.
    await admin.getByRole('textbox', { name: 'Display name' }).fill('Person');
    await admin.getByRole('button', { name: 'Save' }).click();
    await admin.getByText('Person is saved.').first().waitFor();
    expect(await dialog.count()).toBe(0);
  });
});

/** Over how many lines the text of an element is drawn. */
function linesOf(locator: Locator): Promise<number> {
  return locator.evaluate((element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
  });
}

/** Nothing covers it and nothing cuts it off: it is what a click reaches at its upper and its lower edge. */
function wholeInSight(locator: Locator): Promise<boolean> {
  return locator.evaluate((element) => {
    const { left, width, top, bottom } = element.getBoundingClientRect();
    return [top + 3, bottom - 3].every((y) => {
      const reached = document.elementFromPoint(left + width / 2, y);
      return reached?.closest('.fui-Field') === element.closest('.fui-Field');
    });
  });
}

/** All of its height is within the window, and a click at either edge reaches it. */
function isWhole(locator: Locator): Promise<boolean> {
  return locator.evaluate((element) => {
    const { left, width, top, bottom } = element.getBoundingClientRect();
    return [top + 2, bottom - 2].every((y) =>
      element.contains(document.elementFromPoint(left + width / 2, y)),
    );
  });
}
