import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { guidOf } from '../../emulators/dataverse/catalogue.ts';
import { DEMO } from '../../emulators/dataverse/demo.ts';
import { type Bench, openBench } from '../../emulators/dataverse/test-bench.ts';
import { DESKTOP, launchBrowser, openWindow, PHONE, seriousFindings, takePicture } from './browser.ts';
import { type Product, startProduct } from './product.ts';
import { callApi, listOf } from './sandbox.ts';

/**
 * E8 of consent-practice.md on an organisation that the emulator plays: an administrator sets up Contact, tests its column,
 * and sets up Opportunity by its contact; an agent asks from an opportunity; the customer answers; the contact's field
 * changes. Each step needs those before.
 */
describe('an opportunity whose number and consent are its contact’s', () => {
  const FIELD = 'wa_whatsappconsent';
  const ben = guidOf('contact ben');
  const refit = guidOf('opportunity refit');
  const phone = '+447700900123';
  let crm: Bench;
  let product: Product;
  let browser: Browser;
  let admin: Page;
  let desk: Page;

  beforeAll(async () => {
    crm = await openBench({ demo: true });
    crm.emulator.change('contact', ben, { [FIELD]: null });
    product = await startProduct({
      env: {
        CRM: 'dataverse',
        DATAVERSE_URL: crm.url,
        DATAVERSE_AUTHORITY: crm.url,
        DATAVERSE_TENANT_ID: DEMO.tenant,
        DATAVERSE_CLIENT_ID: DEMO.clientId,
        DATAVERSE_CLIENT_SECRET: DEMO.clientSecret,
      },
    });
    browser = await launchBrowser();
    await eventually(
      'the tables are known',
      async () => (await listOf(product, '/api/crm/tables')).length > 0,
    );
    await callApi(product, 'POST', '/api/whatsapp-templates/sync');
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await product?.discard();
    await crm?.close();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    for (const [name, page] of Object.entries({ admin, desk }))
      if (page !== undefined) await takePicture(page, `related-failed-${name}`);
  });

  const addType = async (name: RegExp, heading: string): Promise<void> => {
    await admin.goto(`${product.url}/configuration/record-types`);
    await admin.getByRole('button', { name: 'Add record type' }).first().click();
    await admin.getByRole('menuitem', { name }).click();
    await admin.getByRole('heading', { name: heading, level: 1 }).waitFor();
  };

  it('an organisation that gives no answer is not said to have no further tables', async () => {
    admin = (await openWindow(browser, { url: product.links.administrator })).page;
    await admin.getByRole('navigation', { name: 'Main' }).waitFor();
    await admin.goto(`${product.url}/configuration/record-types`);
    await admin.getByText(/^Tables and columns read:/).waitFor();
    crm.emulator.fault({ kind: 'cut', always: true });
    const again = admin.getByRole('button', { name: 'Read tables again' });
    const notAsked = admin.getByText('The organisation could not be asked for its tables.');
    // Right after a reading the same one is shown.
    await eventually('it is asked', async () => {
      await again.click();
      return notAsked.waitFor({ timeout: 2_000 }).then(
        () => true,
        () => false,
      );
    });
    await admin.getByRole('button', { name: 'Add record type' }).first().click();
    await admin.getByRole('menuitem', { name: 'The organisation could not be asked: what to do' }).waitFor();
    expect(await admin.getByText('Every table of the CRM is already here').count()).toBe(0);
    await takePicture(admin, 'related-00-not-asked-menu');
    await admin.keyboard.press('Escape');
    expect(await seriousFindings(admin)).toEqual([]);
    await takePictures(admin, 'related-00-not-asked');
    crm.emulator.clearFaults();
    await eventually('it answers', async () => {
      await again.click();
      return (await notAsked.count()) === 0;
    });
  });

  it('the form proposes what Yes means by the words of the column', async () => {
    await addType(/^Contact/, 'Contact');
    // A further column is made there, and not here.
    await admin.getByText(/A Yes\/No column of this table is made in Dynamics 365/).waitFor();
    expect(await admin.getByRole('button', { name: 'New Boolean column' }).count()).toBe(0);
    await admin.getByText(/^Tables and columns read:/).waitFor();
    const forbids = admin.getByRole('radio', { name: /^Yes forbids/ });
    await admin.getByRole('radio', { name: /Do not allow Phone Calls/ }).check();
    expect(await forbids.isChecked()).toBe(true);
    await admin.getByText(/“Do Not Allow” then means that the customer must not be messaged/).waitFor();
    // Its No on every new record says that nobody objected, which is no permission.
    await admin.getByText(/those records count as never asked/).waitFor();
    expect(await admin.getByText(/count as allowed|only be sent Consent Templates/).count()).toBe(0);
    await takePicture(admin, 'related-01-forbids');
    await admin.getByRole('radio', { name: /^Yes allows/ }).check();
    await admin.getByText(/Those records may only be sent Consent Templates/).waitFor();
    await admin.getByRole('radio', { name: /Allow WhatsApp/ }).check();
    expect(await forbids.isChecked()).toBe(false);
  });

  it('a test of the column is asked for first, leaves nothing behind, and stays to be read', async () => {
    const before = crm.emulator.records('contact').length;
    await admin.getByRole('button', { name: 'Test this column…' }).click();
    await admin.getByRole('button', { name: 'Start the test' }).click();
    await admin.getByText('Assent can read and write this column.').waitFor();
    expect(crm.emulator.records('contact')).toHaveLength(before);
    await admin.getByText('Write on contact for the whole organisation').waitFor();
    await takePictures(admin, 'related-02-tested');
    await admin.getByRole('combobox', { name: 'Default country' }).fill('United Kingdom');
    await admin
      .getByRole('option', { name: /United Kingdom/ })
      .first()
      .click();
    await admin.getByRole('button', { name: 'Add record type' }).first().click();
    await admin.getByText('All changes are saved.').waitFor();
    expect(await seriousFindings(admin)).toEqual([]);
  });

  it('Opportunity has no phone column: the form proposes its contact', async () => {
    await addType(/^Opportunity/, 'Opportunity');
    expect(await admin.getByRole('radio', { name: /^A related record/ }).isChecked()).toBe(true);
    await admin.getByText(/The number is taken from Contact/).waitFor();
    expect(await admin.getByRole('radiogroup', { name: 'Compliance Field' }).count()).toBe(0);
    expect(await seriousFindings(admin)).toEqual([]);
    await takePictures(admin, 'related-03-opportunity');
    await admin.getByRole('button', { name: 'Add record type' }).first().click();
    await admin.getByText('All changes are saved.').waitFor();
    for (const template of [
      { name: 'Yes', type: 'opt-in', keywords: [{ text: 'Yes, I Agree', language: 'en' }] },
      { name: 'No', type: 'opt-out', keywords: [{ text: 'No, Thank You', language: 'en' }] },
      {
        name: 'May we write?',
        type: 'consent',
        whatsappTemplate: { name: 'consent_request', language: 'en' },
        bindings: { '1': { column: 'fullname', fallback: 'there' } },
      },
    ]) {
      const made = await callApi(product, 'POST', '/api/message-templates', {
        recordType: 'contact',
        session: 'utility',
        ...template,
      });
      const id = String(Object.entries(await made.json()).find(([name]) => name === 'id')?.[1]);
      await callApi(product, 'POST', `/api/message-templates/${id}/publish`);
    }
  });

  it('the agent asks from the opportunity, and the customer’s answer turns the contact’s field', async () => {
    await eventually(
      'the opportunity is read',
      async () => (await listOf(product, '/api/records?search=refit')).length > 0,
    );
    desk = (await openWindow(browser, { url: product.links.agent })).page;
    await desk.getByRole('navigation', { name: 'Main' }).waitFor();
    await desk.goto(`${product.url}/records`);
    await desk.getByRole('link', { name: 'Refit of the London shops' }).click();
    await desk.getByRole('heading', { name: 'Refit of the London shops', level: 1 }).waitFor();
    const compliance = desk.getByRole('region', { name: 'Compliance Field' });
    await compliance.getByText('Number and consent are those of the related record:').waitFor();
    await desk.getByRole('button', { name: 'Send Consent Template' }).click();
    await eventually('the question is on the phone', async () => (await onPhone()).includes('Ben'));
    const bens = await admin.context().newPage();
    await bens.goto(`${product.url}/emulator/phone#${phone}`);
    await bens.getByRole('button', { name: 'Yes, I Agree', exact: true }).last().click();
    await compliance.getByText('Yes', { exact: true }).waitFor();
    await eventually(
      'the contact’s field is Yes',
      () => crm.emulator.record('contact', ben)?.[FIELD] === true,
    );
    expect(await seriousFindings(desk)).toEqual([]);
    await takePictures(desk, 'related-04-agreed');
    await compliance.getByRole('link', { name: 'Ben Okafor' }).click();
    await desk.getByRole('heading', { name: 'Ben Okafor', level: 1 }).waitFor();
    await desk.getByText('Hello Ben').first().waitFor();
    expect(refit).not.toBe(ben);
  });

  it('Configuration → CRM shows the test of the column', async () => {
    await admin.goto(`${product.url}/configuration/crm`);
    await admin.getByText('Assent can read and write this column.').first().waitFor();
    expect(await seriousFindings(admin)).toEqual([]);
    await takePictures(admin, 'related-05-crm');
  });

  const onPhone = async (): Promise<string> =>
    JSON.stringify(await listOf(product, `/api/conversations?recordType=contact&recordId=${ben}`));

  async function eventually(what: string, is: () => boolean | Promise<boolean>): Promise<void> {
    const until = Date.now() + 60_000;
    while (!(await is())) {
      if (Date.now() > until) throw new Error(`never: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
});

/** Wide and narrow, light and dark. */
async function takePictures(page: Page, name: string): Promise<void> {
  mkdirSync(path.resolve('artifacts/e2e'), { recursive: true });
  for (const [size, viewport] of Object.entries({ wide: DESKTOP, narrow: PHONE }))
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      await page.screenshot({
        path: path.resolve(`artifacts/e2e/${name}-${size}-${colorScheme}.png`),
        animations: 'disabled',
        fullPage: true,
      });
    }
  await page.setViewportSize(DESKTOP);
  await page.emulateMedia({ colorScheme: 'light' });
}
