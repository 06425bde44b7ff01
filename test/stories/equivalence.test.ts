import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { MessageOut } from '../../src/http/schemas/chat.ts';
import { RecordOut } from '../../src/http/schemas/records.ts';
import { openWorld, REPLY_NO, REPLY_YES, type TypeSetUp, type World } from './world.ts';

/**
 * What WhatsApp4Dynamics' Consent Management does, scenario by scenario, through HTTP as an agent's screen uses it.
 * https://docs.inogic.com/whatsapp4dynamics/features/consent-management
 */

let world: World;
let agent: World['api'];
let contact: TypeSetUp;
let lead: TypeSetUp;

beforeAll(async () => {
  world = await openWorld();
  agent = await world.as('agent');
  contact = await world.setUpContactType();
  lead = await world.setUpRecordType('lead', { unset: 'allow' });
});
afterAll(() => world.close());

const made = async (table: string, values: Record<string, string | boolean> = {}) => {
  const phone = world.newPhone();
  const record = await world.record(table, { fullname: 'Ana Silva', mobilephone: phone, ...values });
  return { phone, record, to: { recordType: table, recordId: record.id } };
};
const sendAs = (message: object) =>
  agent('POST', '/api/messages', message, { 'idempotency-key': crypto.randomUUID() });
const offers = (record: RecordOut) => world.sendable(`recordType=${record.recordType}&recordId=${record.id}`);
const lastOf = (phone: string) => world.emulator.messagesOf(phone).at(-1);
const fieldOf = async (record: RecordOut) => (await world.readRecord(record)).complianceValue;
/** What the picker offers, by template id: allowed, or the code of the reason. */
const picker = async (record: RecordOut) =>
  Object.fromEntries(
    (await offers(record)).templates.map((one) => [
      one.messageTemplateId,
      one.allowed ? 'allowed' : one.reason,
    ]),
  );

describe('the utility session', () => {
  it('E1: a record whose field is Yes gets free text and utility templates without restriction', async () => {
    const { phone, record, to } = await made('contact');
    await world.sendConsent(record);
    await world.tap(phone, 'yes');
    expect(await fieldOf(record)).toBe(true);
    expect((await offers(record)).freeText).toEqual({ allowed: true });
    expect(await picker(record)).toMatchObject({
      [contact.utility]: 'allowed',
      [contact.consent]: 'allowed',
    });
    for (const message of [{ text: 'One' }, { text: 'Two' }, { messageTemplateId: contact.utility }])
      expect((await sendAs({ to, ...message })).status).toBe(202);
    await world.settled();
    expect(lastOf(phone)?.template?.name).toBe('order_update');
    expect(world.emulator.messagesOf(phone).map((message) => message.text)).toEqual(
      expect.arrayContaining(['One', 'Two']),
    );
  });

  it('E1: a Yes that stood in the CRM before opens as well, and is shown as unproven', async () => {
    const { phone, record, to } = await made('contact', { assent_allowwhatsapp: true });
    expect((await sendAs({ to, messageTemplateId: contact.utility })).status).toBe(202);
    await world.says(phone, 'Where is my order?');
    expect((await offers(record)).freeText).toEqual({ allowed: true });
    expect((await sendAs({ to, text: 'On its way.' })).status).toBe(202);
    expect((await world.readRecord(record)).consent.unproven).toBe(true);
  });

  it('E2: a record whose field is No gets Consent Templates of its own record type and nothing else', async () => {
    const { phone, record, to } = await made('contact', { assent_allowwhatsapp: false });
    await world.says(phone, 'Hello?');
    expect((await offers(record)).freeText).toMatchObject({
      allowed: false,
      reason: 'consent-denied',
    });
    const offered = await picker(record);
    expect(offered[contact.consent]).toBe('allowed');
    expect(offered[contact.utility]).toBe('consent-denied');
    expect(offered[lead.consent]).not.toBe('allowed');
    for (const [message, code] of [
      [{ text: 'Hello' }, 'consent-denied'],
      [{ messageTemplateId: contact.utility }, 'consent-denied'],
      [{ messageTemplateId: lead.consent }, 'template-of-another-record-type'],
    ] as const)
      expect(await sendAs({ to, ...message })).toMatchObject({ status: 409, body: { code } });
    expect((await sendAs({ to, messageTemplateId: contact.consent })).status).toBe(202);
    await world.settled();
    expect(world.emulator.messagesOf(phone).filter((message) => message.direction === 'out')).toHaveLength(1);
  });

  it('E2: a template of another record type is not among the offers, whatever else is the matter with it', async () => {
    const { record } = await made('contact');
    const play = (event: string) =>
      world.ok(z.unknown(), 'POST', '/emulator/templates/order_update:en/status', { event });
    await play('PAUSED');
    try {
      await world.settled();
      const offered = await picker(record);
      expect(offered[contact.utility]).toBe('template-paused');
      expect(Object.keys(offered)).not.toContain(lead.utility);
    } finally {
      await world.advance(1_000);
      await play('APPROVED');
      await world.settled();
    }
  });

  it('E3: a published Consent Template reaches the customer with its choices, and the request is pending', async () => {
    const { phone, record } = await made('contact');
    const message = await world.sendConsent(record);
    expect(message.status).toBe('delivered');
    expect(lastOf(phone)).toMatchObject({
      text: 'Hello Ana Silva, may Contoso write to you here on WhatsApp about your orders and requests?',
      buttons: [{ label: 'Yes, I Agree' }, { label: 'No, Thank You' }],
    });
    expect(await world.consent(phone)).toMatchObject({ state: 'requested', requestOpen: true });
    expect(await fieldOf(record)).toBeNull();
  });

  it('E4: the Opt-In keyword sets the field to Yes, is answered, and the agent may write at once', async () => {
    const { phone, record, to } = await made('contact');
    await world.sendConsent(record);
    await world.says(phone, 'Yes, I Agree');
    expect(await fieldOf(record)).toBe(true);
    expect(lastOf(phone)?.text).toBe(REPLY_YES);
    expect((await sendAs({ to, text: 'Welcome!' })).status).toBe(202);
  });

  it('E5: the Opt-Out keyword sets the field to No, is answered, and the chat is restricted', async () => {
    const { phone, record, to } = await made('contact');
    await world.sendConsent(record);
    await world.says(phone, 'no thank you');
    expect(await fieldOf(record)).toBe(false);
    expect(lastOf(phone)?.text).toBe(REPLY_NO);
    expect(await sendAs({ to, text: 'But' })).toMatchObject({
      status: 409,
      body: { code: 'consent-denied' },
    });
    expect((await picker(record))[contact.utility]).toBe('consent-denied');
  });

  it('E6: asked again after a No, the customer agrees and the field is Yes again', async () => {
    const { phone, record, to } = await made('contact');
    await world.sendConsent(record);
    await world.tap(phone, 'no');
    expect(await fieldOf(record)).toBe(false);
    await world.sendConsent(record);
    expect(await fieldOf(record)).toBe(false);
    await world.tap(phone, 'yes');
    expect(await fieldOf(record)).toBe(true);
    expect((await sendAs({ to, text: 'Thank you.' })).status).toBe(202);
    await world.settled();
    expect(lastOf(phone)?.text).toBe('Thank you.');
  });

  it('E7: a Consent Template that is not published, or without a Compliance Field, cannot be used', async () => {
    const { phone, record, to } = await made('contact');
    const draft = await world.template({
      name: 'A draft',
      type: 'consent',
      recordType: 'contact',
      session: 'utility',
      whatsappTemplate: { name: 'consent_request', language: 'en' },
      bindings: { '1': { column: 'fullname' } },
    });
    expect((await picker(record))[draft.id] ?? 'not offered').not.toBe('allowed');
    expect(await sendAs({ to, messageTemplateId: draft.id })).toMatchObject({
      status: 409,
      body: { code: 'template-not-published' },
    });
    expect(world.emulator.messagesOf(phone)).toEqual([]);
    await world.ok(z.unknown(), 'PUT', '/api/record-types/account', {
      displayName: 'Account',
      phoneColumns: ['telephone1'],
      nameColumn: 'name',
      complianceField: null,
    });
    const problem = await world.refused(422, 'POST', '/api/message-templates', {
      name: 'For accounts',
      type: 'consent',
      recordType: 'account',
    });
    expect(problem.code).toBe('compliance-field-missing');
  });

  it('E9: a number without country code gets the default one before anything is sent', async () => {
    const national = '(202) 555-0199';
    const record = await world.record('contact', { fullname: 'Nat Ional', mobilephone: national });
    expect(record.phones).toContain('+12025550199');
    await world.sendConsent(record);
    expect(lastOf('+12025550199')?.text).toContain('Hello Nat Ional');
  });

  it('E10: with the rule "allow", an unset field is sent to without validation; by default it is not', async () => {
    const open = await made('lead');
    expect((await sendAs({ to: open.to, messageTemplateId: lead.utility })).status).toBe(202);
    await world.says(open.phone, 'Hello');
    expect((await sendAs({ to: open.to, text: 'Hello' })).status).toBe(202);
    await world.settled();
    expect(lastOf(open.phone)?.text).toBe('Hello');
    expect(await fieldOf(open.record)).toBeNull();
    const closed = await made('contact');
    expect(await sendAs({ to: closed.to, messageTemplateId: contact.utility })).toMatchObject({
      status: 409,
      body: { code: 'consent-needed' },
    });
    await world.settled();
    expect(world.emulator.messagesOf(closed.phone)).toEqual([]);
  });

  it('E10: the rule "allow" does not reach past a refusal', async () => {
    const { phone, record, to } = await made('lead');
    await world.says(phone, 'STOP');
    expect(await fieldOf(record)).toBe(false);
    expect(await sendAs({ to, messageTemplateId: lead.utility })).toMatchObject({
      status: 409,
      body: { code: 'consent-denied' },
    });
  });
});

describe('numbers that are in no record', () => {
  const conversations = z.object({ items: z.array(z.object({ id: z.string(), unread: z.number() })) });
  const chatWith = async (phone: string) => {
    const query = `/api/conversations?phone=${encodeURIComponent(phone)}`;
    const { items } = await world.ok(conversations, 'GET', query);
    expect(items).toHaveLength(1);
    return { conversationId: items[0]?.id ?? '' };
  };
  const chatWithUnknown = (value: boolean) =>
    world.ok(z.unknown(), 'PATCH', '/api/settings', { chatWithUnknown: value });

  it('E11: with chats switched off the message arrives, and the box opens when the number is saved', async () => {
    await chatWithUnknown(false);
    try {
      const phone = world.newPhone();
      await world.says(phone, 'Hello, do you deliver?');
      const to = await chatWith(phone);
      const thread = await world.ok(
        z.object({ items: z.array(MessageOut) }),
        'GET',
        `/api/conversations/${to.conversationId}/messages`,
      );
      expect(thread.items.map((message) => message.text)).toEqual(['Hello, do you deliver?']);
      const before = await world.sendable(`conversationId=${to.conversationId}`);
      expect(before.freeText).toMatchObject({ allowed: false, reason: 'contact-point-unknown' });
      expect(before.templates.filter((one) => one.allowed)).toEqual([]);
      expect(await sendAs({ to, text: 'Yes' })).toMatchObject({
        status: 409,
        body: { code: 'contact-point-unknown' },
      });
      await world.record('contact', { fullname: 'Now Known', mobilephone: phone });
      expect((await world.sendable(`conversationId=${to.conversationId}`)).freeText).toEqual({
        allowed: true,
      });
      expect((await sendAs({ to, text: 'Yes' })).status).toBe(202);
      await world.settled();
      expect(lastOf(phone)?.text).toBe('Yes');
    } finally {
      await chatWithUnknown(true);
    }
  });

  it('E12: with chats switched on the box is open inside the window, and there is no field to write', async () => {
    const phone = world.newPhone();
    await world.says(phone, 'Hello, do you deliver?');
    const to = await chatWith(phone);
    expect((await sendAs({ to, text: 'We do' })).status).toBe(202);
    await world.settled();
    expect(lastOf(phone)?.text).toBe('We do');
    expect(await world.consent(phone)).toMatchObject({
      state: 'not-asked',
      complianceValue: null,
      records: [],
    });
  });

  it('E12: their refusal counts all the same', async () => {
    const phone = world.newPhone();
    await world.says(phone, 'Hello');
    await world.says(phone, 'STOP');
    expect(await sendAs({ to: await chatWith(phone), text: 'Why?' })).toMatchObject({
      status: 409,
      body: { code: 'consent-denied' },
    });
    const record = RecordOut.parse(
      (await agent('POST', '/api/records/contact', { values: { fullname: 'Later', mobilephone: phone } }))
        .body,
    );
    expect(record.complianceValue).toBe(false);
  });
});
