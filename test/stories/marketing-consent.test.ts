import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { openWorld, REPLY_NO, type World } from './world.ts';

/** Consent to marketing, asked for by a Consent Template in the marketing session: it decides marketing and nothing else. */

let world: World;
let question: string;

beforeAll(async () => {
  world = await openWorld();
  await world.ok(z.unknown(), 'POST', '/api/crm/tables/contact/columns', {
    name: 'assent_offers',
    label: 'Offers',
    kind: 'boolean',
  });
  await world.setUpContactType({ marketingField: 'assent_offers' });
  const template = await world.template({
    name: 'May we send offers?',
    type: 'consent',
    recordType: 'contact',
    session: 'marketing',
    whatsappTemplate: { name: 'marketing_consent_request', language: 'en' },
    bindings: { '1': { column: 'fullname', fallback: 'there' } },
  });
  question = template.id;
  await world.publish(template);
  await world.ok(z.unknown(), 'POST', `/api/message-templates/${question}/answer-templates`);
});
afterAll(() => world.close());

async function customer() {
  const phone = world.newPhone();
  return { phone, record: await world.record('contact', { fullname: 'Ana Silva', mobilephone: phone }) };
}

async function ask(record: { recordType: string; id: string }) {
  const to = { recordType: record.recordType, recordId: record.id };
  expect((await world.send({ to, messageTemplateId: question })).status).toBe(202);
  await world.settled();
}

async function asked() {
  const { phone, record } = await customer();
  const before = await standing(phone, record);
  await ask(record);
  return { phone, record, before };
}

async function standing(phone: string, record: { recordType: string; id: string }) {
  const { values, complianceValue } = await world.readRecord(record);
  return {
    service: (await world.consent(phone)).state,
    marketing: (await world.consent(phone, 'marketing')).state,
    complianceField: complianceValue,
    marketingField: values.assent_offers ?? null,
  };
}
const lastText = (phone: string) => world.emulator.messagesOf(phone).at(-1)?.text;
const untouched = { service: 'not-asked', complianceField: null };

it('Yes grants marketing and sets the marketing field; service and the Compliance Field stay as they are', async () => {
  const { phone, record, before } = await asked();
  expect(before).toEqual({ ...untouched, marketing: 'not-asked', marketingField: null });
  expect(await standing(phone, record)).toEqual({ ...before, marketing: 'requested' });
  await world.tap(phone, 'yes');
  expect(await standing(phone, record)).toEqual({ ...untouched, marketing: 'granted', marketingField: true });
  expect(lastText(phone)).toBe(
    'Thank you. We may now send you offers here. Reply STOP at any time to end this.',
  );
});

it('No denies marketing alone', async () => {
  const { phone, record } = await asked();
  await world.tap(phone, 'no');
  expect(await standing(phone, record)).toEqual({ ...untouched, marketing: 'denied', marketingField: false });
  expect(lastText(phone)).toBe('Understood. We will not send you offers here.');
});

it.each([
  ['granted', 'yes'],
  ['denied', 'no'],
] as const)(
  'who refused service gets no answer that marketing is %s: its own was the last',
  async (state, answer) => {
    const { phone, record } = await customer();
    await world.sendConsent(record);
    await world.tap(phone, 'no');
    expect(lastText(phone)).toBe(REPLY_NO);
    await ask(record);
    await world.tap(phone, answer);
    expect((await world.consent(phone, 'marketing')).state).toBe(state);
    const ours = world.emulator.messagesOf(phone).filter(({ direction }) => direction === 'out');
    expect(ours.at(-1)?.buttons).not.toEqual([]);
  },
);

it('who agreed to service goes on being written to after a No to marketing', async () => {
  const { phone, record } = await asked();
  await world.sendConsent(record);
  await world.tap(phone, 'yes');
  const offers = world.emulator.messagesOf(phone).find((one) => one.buttons[0]?.label.includes('offers'));
  await world.tap(phone, 'no', { buttonOf: offers?.id ?? '' });
  expect(await standing(phone, record)).toEqual({
    service: 'granted',
    complianceField: true,
    marketing: 'denied',
    marketingField: false,
  });
  const to = { recordType: 'contact', recordId: record.id };
  expect((await world.send({ to, text: 'Your order is on its way.' })).status).toBe(202);
});

it('STOP denies both', async () => {
  const { phone, record } = await asked();
  await world.tap(phone, 'yes');
  await world.advance(2_000);
  await world.says(phone, 'STOP');
  expect(await standing(phone, record)).toEqual({
    service: 'denied',
    complianceField: false,
    marketing: 'denied',
    marketingField: false,
  });
});

it('the composer is told what each Consent Template asks for', async () => {
  const { record } = await asked();
  const { templates } = await world.sendable(`recordType=contact&recordId=${record.id}`);
  expect(templates.map((one) => [one.type, one.asksFor])).toEqual(
    expect.arrayContaining([
      ['consent', 'service'],
      ['consent', 'marketing'],
      ['utility', null],
    ]),
  );
});

it('and whether its answer changes a field: without a marketing field the consent history alone keeps it', async () => {
  const { record } = await asked();
  const changes = async () => {
    const { templates } = await world.sendable(`recordType=contact&recordId=${record.id}`);
    return Object.fromEntries(templates.map((one) => [one.asksFor ?? one.type, one.answerHasField]));
  };
  expect(await changes()).toEqual({ service: true, marketing: true, utility: false });
  await world.setUpContactType({ marketingField: null });
  expect(await changes()).toEqual({ service: true, marketing: false, utility: false });
});

it('on a shared number it opens marketing to who was asked, and to nobody else', async () => {
  const { id } = await world.template({
    name: 'Sale',
    type: 'marketing',
    recordType: 'contact',
    session: 'utility',
    whatsappTemplate: { name: 'order_update', language: 'en' },
    bindings: { '1': { text: 'Ana' }, '2': { text: 'A-1' }, '3': { text: 'today' } },
  });
  await world.publish({ id });
  const { phone, record } = await asked();
  const other = await world.record('contact', { fullname: 'Ben Silva', mobilephone: phone });
  const { conversationId } = await world.consent(phone);
  await world.ok(z.unknown(), 'POST', `/api/conversations/${conversationId}/shared`, { shared: true });
  await world.tap(phone, 'yes');
  const sale = (recordId: string) =>
    world.send({ to: { recordType: 'contact', recordId }, messageTemplateId: id });
  expect((await sale(record.id)).status).toBe(202);
  expect(await sale(other.id)).toMatchObject({ status: 409, body: { code: 'marketing-consent-needed' } });
});

it('the history says what a line brought about, whichever purpose it spoke of', async () => {
  const { phone, record } = await customer();
  await world.sendConsent(record);
  await world.tap(phone, 'yes');
  await world.pass(3000);
  await ask(record);
  await world.pass(2000);
  await world.says(phone, 'Yes, I Agree');
  const typed = (await world.consent(phone, 'marketing')).history.find(({ act }) => act === 'answer');
  expect(typed).toMatchObject({
    type: 'granted',
    summary: expect.stringMatching(/^Agreed for marketing: wrote/),
  });
  await world.pass(3000);
  await world.says(phone, 'Stop promotions');
  await world.pass(3000);
  await world.says(phone, 'START');
  const start = (await world.consent(phone, 'marketing')).history.find(({ act }) => act === 'start-word');
  expect(start?.summary).toMatch(/^Took the stop word back/);
});
