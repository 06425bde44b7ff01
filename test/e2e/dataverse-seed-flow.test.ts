import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Bench, openBench } from '../../emulators/dataverse/test-bench.ts';
import { environment, FIELD } from '../stories/dataverse-world.ts';
import { launchBrowser, openWindow, PHONE, takePicture, type Window } from './browser.ts';
import { type Product, startProduct } from './product.ts';
import { callApi, publishReminder } from './sandbox.ts';

/**
 * product.md §2, items 1 to 8 in their order, where the Compliance Field lives in a Dataverse organisation that the emulator
 * plays: the administrator, the agent and Ana with her phone, and what the organisation holds by its own Web API. Each step
 * needs those before.
 */
describe('the seed flow with the records in a Dataverse organisation', () => {
  const question = 'May we write to contacts?';
  const reminder = 'Visit reminder';
  const phone = '+12025550177';
  const draft = 'Your parcel left our store today';

  let crm: Bench;
  let product: Product;
  let browser: Browser;
  let administrator: Window;
  let agent: Window;
  let admin: Page;
  let desk: Page;
  let leadTab: Page;
  let anasPhone: Page;
  let contact: string;
  let lead: string;

  beforeAll(async () => {
    crm = await openBench({ demo: false });
    contact = crm.emulator.create('contact', {
      firstname: 'Ana',
      lastname: 'Silva',
      mobilephone: phone,
      [FIELD]: null,
    });
    lead = crm.emulator.create('lead', {
      firstname: 'Ana',
      lastname: 'Silva (lead)',
      mobilephone: '(202) 555-0177',
      [FIELD]: null,
    });
    [product, browser] = await Promise.all([
      startProduct({
        env: Object.fromEntries(Object.entries(environment(crm)).map(([k, v]) => [k, v ?? ''])),
      }),
      launchBrowser(),
    ]);
    await callApi(product, 'POST', '/api/whatsapp-templates/sync');
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await product?.discard();
    await crm?.close();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    for (const [name, page] of Object.entries({ admin, desk, leadTab, anasPhone }))
      if (page !== undefined) await takePicture(page, `dataverse-failed-${name}`);
  });

  /** As a client of the organisation reads it, not as the emulator keeps it. */
  const inOrganisation = async (set: 'contacts' | 'leads', id: string): Promise<unknown> => {
    const { status, body } = await crm.api(`${set}(${id})?$select=${FIELD}`, { token: await crm.signIn() });
    expect(status).toBe(200);
    return body[FIELD];
  };
  const fieldsBecome = (value: boolean | null): Promise<void> =>
    eventually(`the organisation holds ${value}`, async () => {
      const both = [await inOrganisation('contacts', contact), await inOrganisation('leads', lead)];
      return both.every((one) => one === value);
    });
  const composer = (page: Page): Locator => page.getByRole('region', { name: 'Message composer' });
  const banner = (page: Page, words: RegExp): Promise<void> =>
    composer(page).locator('[data-banner]').getByText(words).waitFor();
  const box = (page: Page): Locator => composer(page).getByRole('textbox', { name: 'Message', exact: true });
  const compliance = (page: Page): Locator => page.getByRole('region', { name: 'Compliance Field' });
  const herMessages = (): Locator => anasPhone.getByRole('log', { name: 'Messages' });
  const onPhone = (name: string): Locator => herMessages().getByRole('button', { name, exact: true }).last();

  it('1. Record Types: the field is picked from the organisation’s Boolean columns, with labels, default and counts', async () => {
    administrator = await openWindow(browser, { url: product.links.administrator });
    admin = administrator.page;
    await goTo(admin, 'Record Types');
    for (const [table, name] of [
      ['Contact', /Contact/],
      ['Lead', /Lead/],
    ] as const) {
      await goTo(admin, 'Record Types');
      await admin.getByRole('button', { name: 'Add record type' }).first().click();
      await admin.getByRole('menuitem', { name }).click();
      await admin.getByRole('heading', { name: table, level: 1 }).waitFor();
      await admin.getByText('1. Mobile Phone').waitFor();
      await choose(
        admin,
        admin.getByRole('combobox', { name: 'Default country' }),
        /United States \(US\)/,
        'United States',
      );
      if (table === 'Contact') {
        // Without a field no Consent Template can be saved for it.
        const past = await admin.request.post(`${product.url}/api/message-templates`, {
          headers: { origin: product.url },
          data: { name: 'Past the form', type: 'consent', recordType: 'contact' },
        });
        expect(past.status()).toBe(422);
        expect(await past.json()).toMatchObject({ code: 'compliance-field-missing' });
      }
      const field = admin.getByRole('radio', { name: /WhatsApp/ }).first();
      await field.check();
      await takePicture(admin, `dataverse-01-record-type-${table.toLowerCase()}`);
      await admin.getByRole('button', { name: 'Add record type' }).click();
      await admin.getByText('All changes are saved.').waitFor();
    }
    // The first load goes by itself.
    await admin.goto(`${product.url}/configuration/crm`);
    await admin.getByRole('heading', { name: 'CRM', level: 1 }).waitFor();
    await eventually('both are read', async () => {
      const answer = await callApi(product, 'GET', '/api/records?search=Silva');
      return Listed.parse(await answer.json()).items.length === 2;
    });
    await takePicture(admin, 'dataverse-02-loaded');
  });

  it('2. a Consent Template is saved, published, and waits for its answers', async () => {
    await goTo(admin, 'Message Templates');
    await admin.getByRole('link', { name: 'New Message Template' }).first().click();
    await admin.getByRole('radio', { name: /^Consent Template/ }).check();
    await choose(admin, admin.getByRole('combobox', { name: 'Record Type' }), 'Contact');
    await admin.getByRole('textbox', { name: 'Name', exact: true }).fill(question);
    await choose(admin, admin.getByRole('combobox', { name: 'WhatsApp template' }), /^consent_request/);
    await choose(admin, admin.getByRole('combobox', { name: 'Variable {{1}}' }), /First Name/);
    await admin.getByRole('textbox', { name: 'When that column is empty' }).fill('there');
    await admin.getByRole('button', { name: 'Save', exact: true }).click();
    await admin.getByText('Draft', { exact: true }).waitFor();
    await admin.getByRole('button', { name: 'Publish', exact: true }).click();
    await admin.getByText('Published, waits for …').waitFor();
  });

  it('3. the Opt-In and Opt-Out Templates are made of its button labels by one click', async () => {
    await admin
      .getByRole('button', { name: 'Create the Opt-In and Opt-Out Templates from its button labels' })
      .click();
    await admin.getByText('Published, waits for …').waitFor({ state: 'hidden' });
    await publishReminder(product, reminder);
    await takePicture(admin, 'dataverse-03-templates');
  });

  it('4. the agent opens the record that lives there; the question goes out with who else it counts for', async () => {
    agent = await openWindow(browser, { url: product.links.agent });
    desk = agent.page;
    await desk.goto(`${product.url}/records/contact/${contact}`);
    await desk.getByRole('heading', { name: 'Ana Silva', level: 1 }).waitFor();
    leadTab = await desk.context().newPage();
    await leadTab.goto(`${product.url}/records/lead/${lead}`);
    await leadTab.getByRole('heading', { name: 'Ana Silva (lead)', level: 1 }).waitFor();
    await desk.bringToFront();
    const card = composer(desk);
    await card.getByRole('heading', { name: /^Ask for consent/ }).waitFor();
    await card.getByText(/the answer counts for all who share this number/).waitFor();
    expect(await box(desk).count()).toBe(0);
    await takePicture(desk, 'dataverse-04-closed');
    await card.getByRole('button', { name: 'Send Consent Template' }).click();
    await banner(desk, /not answered yet/);
    anasPhone = await admin.context().newPage();
    await anasPhone.goto(`${product.url}/emulator/phone#${phone}`);
    await herMessages().getByText('Hello Ana, may Contoso write to you').first().waitFor();
    await anasPhone.getByRole('textbox', { name: 'Message' }).fill('Hi, where is my parcel?');
    await anasPhone.getByRole('button', { name: 'Send' }).click();
    await eventually('the agent may write', () => box(desk).isEditable());
    await box(desk).fill(draft);
    // Requested: the organisation’s field is untouched.
    await fieldsBecome(null);
  });

  it('5. "No, Thank You" closes the composer, and the organisation holds No for contact and lead', async () => {
    await onPhone('No, Thank You').click();
    await banner(desk, /^Refused/);
    await compliance(desk).getByText('No', { exact: true }).first().waitFor();
    await compliance(leadTab).getByText('No', { exact: true }).first().waitFor();
    expect(await box(desk).inputValue()).toBe(draft);
    await takePicture(desk, 'dataverse-05-refused');
    await fieldsBecome(false);
  });

  it('6. denied: nothing but Consent Templates leaves, and a Yes by hand there is set back', async () => {
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
    await desk.keyboard.press('Escape');
    await picker.waitFor({ state: 'hidden' });
    crm.emulator.change('contact', contact, { [FIELD]: true });
    // The page of the agent asks for the record before a send; the next reading would find it too.
    await desk.request.post(`${product.url}/api/messages`, {
      headers: { origin: product.url, 'idempotency-key': randomUUID() },
      data: { to: { recordType: 'contact', recordId: contact }, text: 'Somebody set a Yes' },
    });
    await fieldsBecome(false);
    expect(await herMessages().getByText('Somebody set a Yes').count()).toBe(0);
  });

  it('7. while the organisation is away she is asked again and agrees: the chat opens at once, the field follows', async () => {
    crm.emulator.fault({ kind: 'cut', always: true });
    const card = composer(desk);
    await card.getByRole('heading', { name: /^Ask for consent again/ }).waitFor();
    await card.getByRole('button', { name: 'Send Consent Template' }).click();
    const dialog = desk.getByRole('dialog', { name: 'Ask again?' });
    await dialog.getByRole('button', { name: 'Send Consent Template' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await eventually('the second question is on the phone', async () => {
      const questions = herMessages().getByRole('button', { name: 'Yes, I Agree', exact: true });
      return (await questions.count()) === 2;
    });
    await onPhone('Yes, I Agree').click();
    await eventually('the agent may write', () => box(desk).isEditable());
    await compliance(desk).getByText('Yes', { exact: true }).first().waitFor();
    expect(await box(desk).inputValue()).toBe(draft);
    await admin.bringToFront();
    await admin.goto(`${product.url}/configuration/crm`);
    await admin.getByText(new URL(crm.url).origin).first().waitFor();
    await admin
      .getByText(/cannot be reached|connection broke/)
      .first()
      .waitFor();
    await takePicture(admin, 'dataverse-06-away');
    await admin.setViewportSize(PHONE);
    await takePicture(admin, 'dataverse-06-away-narrow');
    await admin.setViewportSize({ width: 1440, height: 900 });
    expect(crm.emulator.record('contact', contact)?.[FIELD]).toBe(false);
    crm.emulator.clearFaults();
    await fieldsBecome(true);
    await eventually('nothing waits any more', async () => {
      const answer = await callApi(product, 'GET', '/api/crm/sync');
      return z.object({ pendingWrites: z.number() }).parse(await answer.json()).pendingWrites === 0;
    });
    await takePicture(admin, 'dataverse-07-back');
    await desk.bringToFront();
    await box(desk).press('Enter');
    await herMessages().getByText(draft).first().waitFor();
    await takePicture(desk, 'dataverse-08-agreed');
  });

  it('8. the consent history shows every event, Export downloads it, and the list filters by state', async () => {
    await desk.getByRole('tab', { name: 'Consent' }).click();
    const panel = desk.getByRole('tabpanel', { name: 'Consent' });
    const lines = panel.getByRole('button', { expanded: false }).filter({ hasText: /service/i });
    await lines.first().waitFor();
    const told = (await lines.allTextContents()).join('\n');
    expect(told.match(/^Requested/gm)).toHaveLength(2);
    expect(told.match(/^Granted/gm)).toHaveLength(1);
    expect(told.match(/^Denied/gm)).toHaveLength(1);
    await takePicture(desk, 'dataverse-09-history');
    await panel.getByRole('button', { name: 'Export' }).click();
    const [download] = await Promise.all([
      desk.waitForEvent('download'),
      desk.getByRole('menuitem', { name: 'Evidence (JSON)' }).click(),
    ]);
    const evidence = await readFile(await download.path(), 'utf8');
    expect(evidence).toContain('No, Thank You');
    expect(evidence).toContain('Yes, I Agree');
    await goTo(desk, 'Records');
    await desk.getByRole('tab', { name: 'Contact' }).click();
    await desk.getByRole('button', { name: /^Granted/ }).click();
    const table = desk.getByRole('table', { name: 'Records' });
    await table.getByRole('link', { name: 'Ana Silva', exact: true }).waitFor();
    const [csv] = await Promise.all([
      desk.waitForEvent('download'),
      desk.getByRole('link', { name: 'Export CSV' }).click(),
    ]);
    expect(await readFile(await csv.path(), 'utf8')).toContain('Ana Silva');
    await desk.getByRole('button', { name: 'Refused this month' }).click();
    await table.getByRole('link', { name: 'Ana Silva', exact: true }).waitFor({ state: 'hidden' });
  });

  it('9. an administrator of the organisation renames the column: both pages say that it is gone', async () => {
    await crm.control('POST', `/tables/contact/columns/${FIELD}/rename`, { to: 'assent_renamed' });
    await admin.bringToFront();
    await admin.goto(`${product.url}/configuration/crm`);
    const contacts = admin.getByRole('region', { name: 'Contact', exact: true });
    await contacts.getByRole('button', { name: 'Load again' }).click();
    await contacts.getByText(/the column are still there|column of this record type is gone/).waitFor();
    // Nothing is being loaded, and nothing pretends that it is.
    expect(await contacts.getByRole('progressbar').count()).toBe(0);
    await takePicture(admin, 'dataverse-10-column-gone');
    await admin.goto(`${product.url}/configuration/record-types/contact`);
    await admin.getByText(`The column ${FIELD} is no longer in the CRM.`).waitFor();
    await takePicture(admin, 'dataverse-11-column-gone-form');
    expect([...administrator.errors, ...agent.errors].filter((text) => !/409|422/.test(text))).toEqual([]);
  });
});

const Listed = z.object({ items: z.array(z.unknown()) });

/** Longer than the longest pause after failures, on a slow machine. */
const PATIENCE = 150_000;

/** Waits for a condition that no single element shows. */
async function eventually(what: string, check: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + PATIENCE;
  while (!(await check())) {
    if (Date.now() > until) throw new Error(`not so in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
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
