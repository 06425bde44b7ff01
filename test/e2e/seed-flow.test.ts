import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { launchBrowser, openWindow, PHONE, takePicture, type Window } from './browser.ts';
import { type Product, startProduct } from './product.ts';
import { clearContact, demoIsPlayed, publishReminder } from './sandbox.ts';

/**
 * product.md §2, items 1 to 8 in their order, as one story that three people act by role and label: the administrator
 * who sets Contact up, the agent who writes to Ana, and Ana with her phone. Each step needs those before.
 */
describe('from a record type without a field to a customer who refuses, agrees and can look it all up', () => {
  const question = 'May we write to contacts?';
  const reminder = 'Visit reminder';
  const number = '+1 202-555-0177';
  const phone = '+12025550177';
  const draft = 'Your parcel left our store today';

  let product: Product;
  let browser: Browser;
  let administrator: Window;
  let agent: Window;
  let admin: Page;
  let desk: Page;
  let leadTab: Page;
  let anasPhone: Page;
  let consentTemplateAt: string;
  let leadAt: string;

  beforeAll(async () => {
    [product, browser] = await Promise.all([startProduct(), launchBrowser()]);
    // The sandbox comes set up; the story sets Contact up by itself, after the demo's people have played.
    await eventually('the demo is played', () => demoIsPlayed(product), 120_000);
    await clearContact(product);
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await product?.discard();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    for (const [name, page] of Object.entries({ admin, desk, leadTab, anasPhone }))
      if (page !== undefined) await takePicture(page, `seed-flow-failed-${name}`);
  });

  const composer = (page: Page): Locator => page.getByRole('region', { name: 'Message composer' });
  /** The banner's words; beside them the same words are read out, unseen. */
  const banner = (page: Page, words: RegExp): Promise<void> =>
    composer(page).locator('[data-banner]').getByText(words).waitFor();
  const box = (page: Page): Locator => composer(page).getByRole('textbox', { name: 'Message', exact: true });
  const compliance = (page: Page): Locator => page.getByRole('region', { name: 'Compliance Field' });
  const herMessages = (): Locator => anasPhone.getByRole('log', { name: 'Messages' });
  const seenOnPhone = (text: string | RegExp): Promise<void> =>
    herMessages().getByText(text).first().waitFor();
  const onPhone = (name: string): Locator => herMessages().getByRole('button', { name, exact: true }).last();
  const writeOnPhone = async (text: string): Promise<void> => {
    await anasPhone.getByRole('textbox', { name: 'Message' }).fill(text);
    await anasPhone.getByRole('button', { name: 'Send' }).click();
  };

  it('the administrator and the agent sign in by the printed links', async () => {
    administrator = await openWindow(browser, { url: product.links.administrator });
    agent = await openWindow(browser, { url: product.links.agent });
    admin = administrator.page;
    desk = agent.page;
    await admin.getByRole('navigation', { name: 'Main' }).waitFor();
    await desk.getByRole('heading', { name: 'Chats', level: 1 }).waitFor();
    await takePicture(desk, 'seed-01-signed-in');
  });

  it('1a. Record Types: Contact is added with its phone columns, without a Compliance Field yet', async () => {
    await goTo(admin, 'Record Types');
    await admin.getByRole('button', { name: 'Add record type' }).click();
    await admin.getByRole('menuitem', { name: /Contact/ }).click();
    await admin.getByRole('heading', { name: 'Contact', level: 1 }).waitFor();
    await admin.getByText('1. Mobile Phone').waitFor();
    await choose(
      admin,
      admin.getByRole('combobox', { name: 'Default country' }),
      /United States \(US\)/,
      'United States',
    );
    expect(await admin.getByRole('radio', { name: /^None yet/ }).isChecked()).toBe(true);
    await admin.getByRole('button', { name: 'Add record type' }).click();
    await admin.getByText('All changes are saved.').waitFor();
    await takePicture(admin, 'seed-02-record-type-without-field');
  });

  it('1b. a Consent Template cannot be saved for it: the form says so and links there', async () => {
    await goTo(admin, 'Message Templates');
    await admin.getByRole('link', { name: 'New Message Template' }).click();
    await admin.getByRole('radio', { name: /^Consent Template/ }).check();
    await choose(admin, admin.getByRole('combobox', { name: 'Record Type' }), 'Contact');
    await admin.getByRole('alert').filter({ hasText: 'Contact has no Compliance Field' }).waitFor();
    expect(await admin.getByRole('button', { name: 'Save', exact: true }).isDisabled()).toBe(true);
    await takePicture(admin, 'seed-03-consent-template-refused');
    const past = await admin.request.post(`${product.url}/api/message-templates`, {
      headers: { origin: product.url },
      data: { name: 'Past the form', type: 'consent', recordType: 'contact' },
    });
    expect(past.status()).toBe(422);
    expect(await past.json()).toMatchObject({ code: 'compliance-field-missing' });
    await admin.getByRole('link', { name: 'choose the Compliance Field of Contact' }).click();
    await admin.getByRole('radiogroup', { name: 'Compliance Field' }).waitFor();
  });

  it('1c. the field is picked from the Boolean columns of the CRM, shown with default and counts', async () => {
    const existing = admin.getByRole('radio', { name: /Allow WhatsApp/ });
    expect(await existing.count()).toBe(1);
    const facts = await admin
      .getByText(/New records start empty · today: \d+ Yes, \d+ No, \d+ empty/)
      .count();
    expect(facts).toBe(1);
    await admin.getByRole('button', { name: 'New Boolean column' }).click();
    const dialog = admin.getByRole('dialog', { name: 'New Boolean column' });
    await dialog.getByRole('textbox', { name: 'Label' }).fill('WhatsApp allowed');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await eventually('the new column is chosen', () =>
      admin.getByRole('radio', { name: /WhatsApp allowed/ }).isChecked(),
    );
    await admin.getByRole('button', { name: 'Save', exact: true }).click();
    await admin.getByText('All changes are saved.').waitFor();
    await admin.getByRole('radiogroup', { name: 'Compliance Field' }).scrollIntoViewIfNeeded();
    await takePicture(admin, 'seed-04-compliance-field');
  });

  it('2a. a new Consent Template with its preview is saved as a draft', async () => {
    await goTo(admin, 'Message Templates');
    await admin.getByRole('link', { name: 'New Message Template' }).click();
    await admin.getByRole('radio', { name: /^Consent Template/ }).check();
    await choose(admin, admin.getByRole('combobox', { name: 'Record Type' }), 'Contact');
    await admin.getByRole('textbox', { name: 'Name', exact: true }).fill(question);
    await choose(admin, admin.getByRole('combobox', { name: 'WhatsApp template' }), /^consent_request/);
    await choose(admin, admin.getByRole('combobox', { name: 'Variable {{1}}' }), /First Name/);
    await admin.getByRole('textbox', { name: 'When that column is empty' }).fill('there');
    const preview = admin.getByRole('figure', { name: 'Preview as the customer sees it' });
    await preview.getByText(/^Hello .+, may Contoso write to you/).waitFor();
    expect(await preview.getByRole('listitem').allTextContents()).toEqual(
      expect.arrayContaining([
        expect.stringContaining('Yes, I Agree'),
        expect.stringContaining('No, Thank You'),
      ]),
    );
    await takePicture(admin, 'seed-05-new-consent-template');
    await admin.getByRole('button', { name: 'Save', exact: true }).click();
    await admin.getByRole('heading', { name: question, level: 1 }).waitFor();
    await admin.getByText('Draft', { exact: true }).waitFor();
  });

  it('2b. published before the answers exist it waits for them, and offers to create both', async () => {
    await admin.getByRole('button', { name: 'Publish', exact: true }).click();
    await admin.getByText('Published, waits for …').waitFor();
    await admin
      .getByRole('button', { name: 'Create the Opt-In and Opt-Out Templates from its button labels' })
      .waitFor();
    consentTemplateAt = admin.url();
    await takePicture(admin, 'seed-06-published-waits');
  });

  it('2c. while it waits the agent sees it greyed, with the reason', async () => {
    await goTo(desk, 'Records');
    await desk.getByRole('button', { name: 'New record' }).click();
    await fillRecord(desk, 'Contact', {
      'Full Name': 'Ana Silva',
      'First Name': 'Ana',
      'Mobile Phone': number,
    });
    await desk.getByRole('heading', { name: 'Ana Silva', level: 1 }).waitFor();
    await banner(desk, /has not been asked yet/);
    await composer(desk).getByRole('button', { name: 'Templates' }).click();
    const picker = desk.getByRole('dialog');
    await picker.getByText(question).first().waitFor();
    await picker.getByText(question).first().click();
    await picker
      .getByText(/waits for/i)
      .first()
      .waitFor();
    expect(await picker.getByRole('button', { name: 'Send Consent Template' }).isEnabled()).toBe(false);
    await takePicture(desk, 'seed-07-greyed-while-waiting');
    await desk.keyboard.press('Escape');
    await picker.waitFor({ state: 'hidden' });
  });

  it('3a. the Opt-In Template is made by the form, with a further keyword and answers in two languages', async () => {
    await goTo(admin, 'Message Templates');
    await admin.getByRole('link', { name: 'New Message Template' }).click();
    await admin.getByRole('radio', { name: /^Opt-In Template/ }).check();
    await choose(admin, admin.getByRole('combobox', { name: 'Record Type' }), 'Contact');
    await admin.getByRole('textbox', { name: 'Name', exact: true }).fill('Contacts who agree');
    for (const label of ['Yes, I Agree', 'Sí, acepto', 'Sim, eu aceito'])
      await admin.getByRole('button', { name: label, exact: true }).click();
    await admin.getByRole('button', { name: 'Add a keyword' }).click();
    await admin.getByRole('textbox', { name: 'Keyword 4' }).fill('Count me in');
    await admin
      .getByRole('textbox', { name: 'Automatic answer', exact: true })
      .fill('Thank you, Ana Silva may now be written to.');
    await admin.getByRole('button', { name: 'Add an answer in another language' }).click();
    await admin.getByRole('menuitem', { name: /Spanish/ }).click();
    await admin
      .getByRole('textbox', { name: 'Automatic answer in Spanish' })
      .fill('Gracias por su confianza.');
    await takePicture(admin, 'seed-08-opt-in-form');
    await admin.getByRole('button', { name: 'Publish', exact: true }).click();
    await admin.getByRole('heading', { name: 'Contacts who agree', level: 1 }).waitFor();
    await admin.getByText('Published', { exact: true }).waitFor();
  });

  it('3b. the Opt-Out Template is made from the button labels by one click; nothing waits any more', async () => {
    await goTo(admin, 'Message Templates');
    await admin.getByRole('link', { name: question, exact: true }).click();
    await admin
      .getByRole('button', { name: 'Create the Opt-In and Opt-Out Templates from its button labels' })
      .click();
    await admin.getByText('Published, waits for …').waitFor({ state: 'hidden' });
    await admin.getByText('Published', { exact: true }).waitFor();
    await goTo(admin, 'Message Templates');
    await admin.getByRole('link', { name: /^Opt-Out for “May we write to contacts\?”/ }).waitFor();
    await publishReminder(product, reminder);
    await admin.getByRole('link', { name: reminder }).waitFor();
    await takePicture(admin, 'seed-09-message-templates');
  });

  it('4a. the composer is closed with its reason, and is a card with preview, number and Send', async () => {
    // The agent's page was open all the while: what became sendable shows by itself.
    const card = composer(desk);
    await card.getByRole('heading', { name: /^Ask for consent/ }).waitFor();
    const send = card.getByRole('button', { name: 'Send Consent Template' });
    await send.waitFor();
    await card.getByText('Hello Ana, may Contoso write to you').waitFor();
    await card.getByText('+1 202 555 0177').waitFor();
    expect(await box(desk).count()).toBe(0);
    await takePicture(desk, 'seed-10-closed-composer');

    leadTab = await desk.context().newPage();
    await leadTab.goto(`${product.url}/records`);
    await leadTab.getByRole('button', { name: 'New record' }).click();
    await fillRecord(leadTab, 'Lead', { 'Full Name': 'Ana Silva (lead)', 'Mobile Phone': '(202) 555-0177' });
    await leadTab.getByRole('heading', { name: 'Ana Silva (lead)', level: 1 }).waitFor();
    leadAt = leadTab.url();
    // A tab in the background draws once a second; each click there would wait for that.
    await desk.bringToFront();
    // Who else shares the number is named before the agent sends.
    await card.getByText(/the answer counts for all who share this number/).waitFor();
    await send.click();
    await banner(desk, /not answered yet/);
    await takePicture(desk, 'seed-11-asked');
  });

  it('4b. the customer gets the question; her message opens the composer and the agent types', async () => {
    anasPhone = await admin.context().newPage();
    await anasPhone.goto(`${product.url}/emulator/phone#${phone}`);
    await seenOnPhone('Hello Ana, may Contoso write to you');
    await takePicture(anasPhone, 'seed-12-phone-question');
    await writeOnPhone('Hi, where is my parcel?');
    await desk.getByText('Hi, where is my parcel?').first().waitFor();
    await eventually('the agent may write', () => box(desk).isEditable());
    await watchReloads(desk, leadTab);
    await box(desk).fill(draft);
    await takePicture(desk, 'seed-13-typing');
  });

  it('5. "No, Thank You" closes composer and field of contact and lead before the agent’s eyes; the draft stays', async () => {
    await onPhone('No, Thank You').click();
    await banner(desk, /^Refused/);
    await valueIs(compliance(desk), 'No');
    await valueIs(compliance(leadTab), 'No');
    await banner(leadTab, /^Refused/);
    expect(await box(desk).inputValue()).toBe(draft);
    expect(await box(desk).isEditable()).toBe(false);
    await composer(desk).getByText('Your draft is kept.').waitFor();
    await takePicture(desk, 'seed-14-refused-live');
    await takePicture(leadTab, 'seed-14-refused-live-lead');
    expect(await reloaded(desk, leadTab)).toBe(false);
    // Opt-Out's automatic answer is the one thing that may still leave.
    await seenOnPhone(/^Understood/);
    await takePicture(anasPhone, 'seed-15-phone-refused');
  });

  it('6. denied: free text is impossible on the screen and past it, and other templates are greyed', async () => {
    await box(desk).press('Enter');
    const past = await desk.request.post(`${product.url}/api/messages`, {
      headers: { origin: product.url, 'idempotency-key': randomUUID() },
      data: { to: { phone }, text: 'But still' },
    });
    expect(past.status()).toBe(409);
    expect(await past.json()).toMatchObject({ code: 'consent-denied' });
    await composer(desk).getByRole('button', { name: 'Templates' }).click();
    const picker = desk.getByRole('dialog');
    await picker.getByText(reminder).first().click();
    expect(await picker.getByRole('button', { name: 'Send template' }).isEnabled()).toBe(false);
    await takePicture(desk, 'seed-16-picker-denied');
    await desk.keyboard.press('Escape');
    await picker.waitFor({ state: 'hidden' });
    expect(await herMessages().getByText(draft).count()).toBe(0);
    expect(await herMessages().getByText('But still').count()).toBe(0);
  });

  it('7. asked again after a confirmation, "Yes, I Agree" opens the composer live, and the draft is sent', async () => {
    const card = composer(desk);
    await card.getByRole('heading', { name: /^Ask for consent again/ }).waitFor();
    await card.getByRole('button', { name: 'Send Consent Template' }).click();
    const dialog = desk.getByRole('dialog', { name: 'Ask again?' });
    await dialog.getByText(/refused/i).waitFor();
    await takePicture(desk, 'seed-17-ask-again');
    await dialog.getByRole('button', { name: 'Send Consent Template' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await eventually('the second question is on the phone', async () => {
      const questions = herMessages().getByRole('button', { name: 'Yes, I Agree', exact: true });
      return (await questions.count()) === 2;
    });
    await onPhone('Yes, I Agree').click();
    await eventually('the agent may write', () => box(desk).isEditable());
    await valueIs(compliance(desk), 'Yes');
    await valueIs(compliance(leadTab), 'Yes');
    expect(await box(desk).inputValue()).toBe(draft);
    expect(await reloaded(desk, leadTab)).toBe(false);
    await takePicture(desk, 'seed-18-agreed-live');
    await seenOnPhone('Thank you, Ana Silva may now be written to.');
    await box(desk).press('Enter');
    await seenOnPhone(draft);
    await eventually('the box is empty again', async () => (await box(desk).inputValue()) === '');

    await composer(desk).getByRole('button', { name: 'Templates' }).click();
    const picker = desk.getByRole('dialog');
    await picker.getByText(reminder).first().click();
    await picker.getByRole('button', { name: 'Send template' }).click();
    await picker.waitFor({ state: 'hidden' });
    await anasPhone
      .getByText(/Friday/)
      .first()
      .waitFor();
    await takePicture(anasPhone, 'seed-19-phone-agreed');
    await takePicture(desk, 'seed-19-free-text');
  });

  it('8a. the consent history shows every event with its evidence, and Export downloads it', async () => {
    await desk.getByRole('tab', { name: 'Consent' }).click();
    const panel = desk.getByRole('tabpanel', { name: 'Consent' });
    const lines = panel.getByRole('button', { expanded: false }).filter({ hasText: /service/i });
    await lines.first().waitFor();
    const told = (await lines.allTextContents()).join('\n');
    expect(told.match(/^Requested/gm)).toHaveLength(2);
    expect(told.match(/^Granted/gm)).toHaveLength(1);
    expect(told.match(/^Denied/gm)).toHaveLength(1);
    await lines.filter({ hasText: 'Granted' }).click();
    await panel.getByText('Hash (SHA-256)').waitFor();
    await panel.getByText('WhatsApp’s clock').waitFor();
    await takePicture(desk, 'seed-20-consent-history');
    await panel.getByRole('button', { name: 'Export' }).click();
    const [download] = await Promise.all([
      desk.waitForEvent('download'),
      desk.getByRole('menuitem', { name: 'Evidence (JSON)' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^consent-\d{8,}\.json$/);
    const evidence = await readFile(await download.path(), 'utf8');
    expect(evidence).toContain('may Contoso write to you');
    expect(evidence).toContain('No, Thank You');
    expect(z.record(z.string(), z.unknown()).safeParse(JSON.parse(evidence)).success).toBe(true);
    await panel.getByRole('button', { name: 'Export' }).click();
    const [csv] = await Promise.all([
      desk.waitForEvent('download'),
      desk.getByRole('menuitem', { name: 'History (CSV)' }).click(),
    ]);
    expect((await readFile(await csv.path(), 'utf8')).trim().split('\n').length).toBeGreaterThan(4);
  });

  it('8b. the list filters by state and exports what it shows', async () => {
    await goTo(desk, 'Records');
    await desk.getByRole('tab', { name: 'Contact' }).click();
    await desk.getByRole('button', { name: /^Granted/ }).click();
    const table = desk.getByRole('table', { name: 'Records' });
    await table.getByRole('link', { name: 'Ana Silva', exact: true }).waitFor();
    await table.getByRole('link', { name: 'Daniel Denied' }).waitFor({ state: 'hidden' });
    await takePicture(desk, 'seed-21-records-granted');
    const shown = (await table.getByRole('row').count()) - 1;
    const [csv] = await Promise.all([
      desk.waitForEvent('download'),
      desk.getByRole('link', { name: 'Export CSV' }).click(),
    ]);
    const text = await readFile(await csv.path(), 'utf8');
    expect(text).toContain('Ana Silva');
    expect(text).not.toContain('Daniel Denied');
    expect(text.trim().split('\n')).toHaveLength(shown + 1);
    await desk.getByRole('button', { name: 'Refused this month' }).click();
    await table.getByRole('link', { name: 'Daniel Denied' }).waitFor();
    expect(await table.getByRole('link', { name: 'Ana Silva', exact: true }).count()).toBe(0);
    await takePicture(desk, 'seed-22-refused-this-month');
  });

  it('a message that reads like a refusal is held, and the agent decides', async () => {
    await leadTab.bringToFront();
    await writeOnPhone('no more please');
    const hold = composer(leadTab).getByRole('button', { name: 'It is not', exact: true });
    await hold.waitFor();
    await composer(leadTab).getByRole('button', { name: 'It is a refusal' }).waitFor();
    await leadTab
      .getByRole('region', { name: /^Messages with/ })
      .getByText('no more please')
      .first()
      .waitFor();
    await banner(leadTab, /reads like a refusal/);
    await valueIs(compliance(leadTab), 'Yes');
    await takePicture(leadTab, 'seed-23-on-hold');
    await desk.bringToFront();
    // Hers, and Hanna's of the demo.
    await desk.getByRole('link', { name: 'On hold 2 wait for your decision' }).click();
    await desk.getByRole('heading', { name: 'On hold', level: 1 }).waitFor();
    await desk.getByRole('article', { name: 'Ana Silva' }).getByText('no more please').waitFor();
    await takePicture(desk, 'seed-24-held-list');
    await leadTab.bringToFront();
    await hold.click();
    const dialog = leadTab.getByRole('dialog', { name: 'It is not a refusal' });
    await dialog
      .getByRole('textbox', { name: 'Reason' })
      .fill('She meant no more parcels; I asked her on the phone.');
    await dialog.getByRole('button', { name: 'Lift the hold' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await eventually('the agent may write', () => box(leadTab).isEditable());
    await desk.getByRole('article', { name: 'Ana Silva' }).waitFor({ state: 'hidden' });
    await desk.getByRole('link', { name: 'On hold 1 waits for your decision' }).waitFor();
  });

  it('a refusal is recorded by one click, and a grant with its evidence', async () => {
    expect(leadTab.url()).toBe(leadAt);
    await compliance(leadTab).getByRole('button', { name: 'Record a refusal' }).click();
    await leadTab.getByRole('dialog').getByRole('button', { name: 'Record the refusal' }).click();
    await valueIs(compliance(leadTab), 'No');
    await eventually('writing is closed', async () => (await box(leadTab).count()) === 0);
    await takePicture(leadTab, 'seed-25-refusal-recorded');
    await compliance(leadTab).getByRole('button', { name: 'Record a grant' }).click();
    const dialog = leadTab.getByRole('dialog', { name: 'Record a grant' });
    expect(await dialog.getByRole('button', { name: 'Record the grant' }).isEnabled()).toBe(false);
    await dialog.getByRole('textbox', { name: /^Evidence/ }).fill('Signed the form in our shop today.');
    await dialog.getByLabel(/^Document/).setInputFiles({
      name: 'form.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('I agree. Ana Silva'),
    });
    await takePicture(leadTab, 'seed-26-record-a-grant');
    await dialog.getByRole('button', { name: 'Record the grant' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await valueIs(compliance(leadTab), 'Yes');
    await leadTab.getByRole('tab', { name: 'Consent' }).click();
    const line = leadTab.getByRole('button', { expanded: false }).filter({ hasText: 'Granted' }).first();
    await line.click();
    await leadTab.getByText('Signed the form in our shop today.').first().waitFor();
    await takePicture(leadTab, 'seed-27-grant-with-evidence');
    const [attached] = await Promise.all([
      leadTab.waitForEvent('download'),
      leadTab.getByRole('link', { name: 'form.txt' }).click(),
    ]);
    expect(await readFile(await attached.path(), 'utf8')).toBe('I agree. Ana Silva');
  });

  it('a record’s chat that is not here yet is not called empty', async () => {
    const answer = Promise.withResolvers<void>();
    await leadTab.route('**/api/sendable?*', async (route) => {
      await answer.promise;
      await route.continue();
    });
    await leadTab.goto(leadAt);
    const chat = leadTab.getByRole('region', { name: 'Chat', exact: true });
    await chat.getByLabel('Loading').first().waitFor();
    expect(await chat.getByText('No messages yet').count()).toBe(0);
    answer.resolve();
    await chat.getByText(draft).first().waitFor();
    await leadTab.unrouteAll({ behavior: 'wait' });
  });

  it('fits a phone’s screen', async () => {
    for (const [name, page] of [
      ['record', leadTab],
      ['held', desk],
      ['template', admin],
    ] as const)
      await page.setViewportSize(PHONE).then(() => takePicture(page, `seed-28-narrow-${name}`));
    await admin.goto(consentTemplateAt);
    await admin.getByRole('heading', { name: question, level: 1 }).waitFor();
    await takePicture(admin, 'seed-28-narrow-consent-template');
    await leadTab.getByRole('tab', { name: 'Chat' }).click();
    await eventually('the agent may write', () => box(leadTab).isEditable());
    await takePicture(leadTab, 'seed-28-narrow-chat');
    for (const page of [leadTab, desk, admin])
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect([...administrator.errors, ...agent.errors]).toEqual([]);
  });
});

/** How long a thing may take that happens by itself; a slow machine is no defect. */
const PATIENCE = 20_000;

/** Waits for a condition that no single element shows. */
async function eventually(
  what: string,
  check: () => Promise<boolean>,
  patience = PATIENCE * 3,
): Promise<void> {
  const until = Date.now() + patience;
  while (!(await check())) {
    if (Date.now() > until) throw new Error(`not so in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function goTo(page: Page, place: string): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Main' })
    .getByRole('link', { name: place, exact: true })
    .click();
  await page.getByRole('heading', { name: place, level: 1 }).waitFor();
}

/** Opens a list and picks from it; what is `typed` narrows it first. */
async function choose(page: Page, list: Locator, option: string | RegExp, typed?: string): Promise<void> {
  await list.click();
  if (typed !== undefined) await list.fill(typed);
  const named = typeof option === 'string' ? { name: option, exact: true } : { name: option };
  await page.getByRole('option', named).first().click();
}

async function fillRecord(page: Page, type: string, values: Record<string, string>): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'New record' });
  await dialog.getByRole('combobox', { name: 'Record type' }).selectOption({ label: type });
  for (const [label, value] of Object.entries(values))
    await dialog.getByRole('textbox', { name: label, exact: true }).fill(value);
  await dialog.getByRole('button', { name: 'Create' }).click();
}

/** The Compliance Field's value as the page shows it. */
async function valueIs(card: Locator, value: 'Yes' | 'No'): Promise<void> {
  await card.getByText(value, { exact: true }).first().waitFor();
}

/** A mark that a reload would wipe away. */
async function watchReloads(...pages: Page[]): Promise<void> {
  for (const page of pages)
    await page.evaluate(() => document.documentElement.setAttribute('data-watched', ''));
}

async function reloaded(...pages: Page[]): Promise<boolean> {
  const marks = await Promise.all(
    pages.map((page) => page.evaluate(() => document.documentElement.hasAttribute('data-watched'))),
  );
  return marks.includes(false);
}
