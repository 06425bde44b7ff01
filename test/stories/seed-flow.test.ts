import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ColumnOut, type RecordOut } from '../../src/http/schemas/records.ts';
import { MessageTemplateOut, PublishAnswer } from '../../src/http/schemas/templates.ts';
import { openWorld, REPLY_NO, REPLY_YES, type World } from './world.ts';

/** product.md §2 from an empty installation, in the order an administrator and an agent take. Each step needs those before. */
describe('from an empty installation to a customer who is asked, refuses and agrees again', () => {
  let world: World;
  let agent: World['api'];
  let contact: RecordOut;
  let lead: RecordOut;
  let consentTemplate: MessageTemplateOut;
  const phone = '+12025550123';

  const recordType = {
    displayName: 'Contact',
    phoneColumns: ['mobilephone', 'telephone1'],
    nameColumn: 'fullname',
    complianceField: null,
    defaultCountry: 'US',
  };
  const question = {
    name: 'May we write?',
    type: 'consent',
    recordType: 'contact',
    session: 'utility',
    whatsappTemplate: { name: 'consent_request', language: 'en' },
    bindings: { '1': { column: 'firstname', fallback: 'there' } },
  };
  const to = () => ({ recordType: 'contact', recordId: contact.id });
  const sendable = () => world.sendable(`recordType=contact&recordId=${contact.id}`);
  const offered = async () =>
    (await sendable()).templates.find((one) => one.messageTemplateId === consentTemplate.id);
  const fields = async () => [
    (await world.readRecord(contact)).complianceValue,
    (await world.readRecord(lead)).complianceValue,
  ];
  const answerTemplate = async (type: 'opt-in' | 'opt-out', text: string, reply: string) => {
    const made = await world.ok(MessageTemplateOut, 'POST', '/api/message-templates', {
      name: text,
      type,
      recordType: 'contact',
      keywords: [{ text, language: 'en' }],
      reply: { text: reply },
    });
    return world.ok(PublishAnswer, 'POST', `/api/message-templates/${made.id}/publish`);
  };
  const waiting = async () =>
    (await world.ok(MessageTemplateOut, 'GET', `/api/message-templates/${consentTemplate.id}`)).waitingFor;

  beforeAll(async () => {
    world = await openWorld();
    agent = await world.as('agent');
  });
  afterAll(() => world.close());

  it('a consent template cannot be saved while the record type has no Compliance Field', async () => {
    await world.ok(z.unknown(), 'POST', '/api/whatsapp-templates/sync');
    await world.ok(z.unknown(), 'PUT', '/api/record-types/contact', recordType);
    const problem = await world.refused(422, 'POST', '/api/message-templates', question);
    expect(problem.code).toBe('compliance-field-missing');
  });

  it('the Compliance Field is picked from the Boolean columns of the CRM, shown with what records hold today', async () => {
    await world.record('contact', { fullname: 'Norbert No', assent_allowwhatsapp: false });
    const { items } = await world.ok(
      z.object({ items: z.array(ColumnOut) }),
      'GET',
      '/api/crm/tables/contact/columns',
    );
    const field = items.find((column) => column.name === 'assent_allowwhatsapp');
    expect(field).toMatchObject({
      label: 'Allow WhatsApp',
      kind: 'boolean',
      counts: { yes: 0, no: 1, empty: 0 },
    });
    // Counting reads the whole table: nobody has it done who does not choose, and a form of records says that it need not.
    const uncounted = async (who: World['api'], query = '') =>
      z
        .object({ items: z.array(ColumnOut) })
        .parse((await who('GET', `/api/crm/tables/contact/columns${query}`)).body)
        .items.every((column) => column.counts === undefined);
    expect(await uncounted(world.api, '?counts=false')).toBe(true);
    expect(await uncounted(agent)).toBe(true);
    await world.ok(z.unknown(), 'PUT', '/api/record-types/contact', {
      ...recordType,
      complianceField: 'assent_allowwhatsapp',
    });
    await world.ok(z.unknown(), 'PUT', '/api/record-types/lead', {
      ...recordType,
      displayName: 'Lead',
      complianceField: 'assent_allowwhatsapp',
    });
    contact = await world.record('contact', {
      firstname: 'Ana',
      lastname: 'Silva',
      mobilephone: '(202) 555-0123',
    });
    lead = await world.record('lead', { fullname: 'Ana Silva', telephone1: phone });
    expect(await fields()).toEqual([null, null]);
  });

  it('it is saved as a draft, published before the answers exist, and then waits', async () => {
    consentTemplate = await world.ok(MessageTemplateOut, 'POST', '/api/message-templates', question);
    expect(consentTemplate.status).toBe('draft');
    expect((await offered())?.reason ?? 'not offered').toMatch(/template-not-published|not offered/);
    const published = await world.ok(
      PublishAnswer,
      'POST',
      `/api/message-templates/${consentTemplate.id}/publish`,
    );
    expect(published.status).toBe('published');
    expect(published.waitingFor).not.toEqual([]);
    expect((await offered())?.reason).toBe('template-waiting');
    const answer = await world.send({ to: to(), messageTemplateId: consentTemplate.id });
    expect(answer).toMatchObject({ status: 409, body: { code: 'template-waiting' } });
    expect(world.emulator.messagesOf(phone)).toEqual([]);
  });

  it('the Opt-In and the Opt-Out Template end the waiting, the second of them', async () => {
    await answerTemplate('opt-in', 'Yes, I Agree', REPLY_YES);
    expect(await waiting()).toHaveLength(1);
    await answerTemplate('opt-out', 'No, Thank You', REPLY_NO);
    expect(await waiting()).toEqual([]);
    expect(await offered()).toMatchObject({
      allowed: true,
      preview: { buttons: ['Yes, I Agree', 'No, Thank You'] },
    });
  });

  it('before an answer the agent may ask, and nothing else', async () => {
    const { freeText, banner } = await sendable();
    expect(freeText).toMatchObject({ allowed: false, reason: 'consent-needed' });
    expect(banner.text).not.toBe('');
    const sent = await agent(
      'POST',
      '/api/messages',
      { to: to(), messageTemplateId: consentTemplate.id },
      { 'idempotency-key': 'first-question' },
    );
    expect(sent.status).toBe(202);
    await world.settled();
    const [question] = world.emulator.messagesOf(phone);
    expect(question?.text).toContain('Hello Ana, may Contoso write to you');
    expect(question?.buttons.map((button) => button.label)).toEqual(['Yes, I Agree', 'No, Thank You']);
    expect(await world.consent(phone)).toMatchObject({ state: 'requested', requestOpen: true });
    expect(await fields()).toEqual([null, null]);
  });

  it('Yes sets the field of the contact and of the lead with the same number, and opens the composer', async () => {
    await world.tap(phone, 'yes');
    expect(await fields()).toEqual([true, true]);
    expect(world.emulator.messagesOf(phone).at(-1)).toMatchObject({ direction: 'out', text: REPLY_YES });
    expect((await sendable()).freeText).toEqual({ allowed: true });
    const sent = await world.send({ to: to(), text: 'Your parcel is ready.' });
    expect(sent.status).toBe(202);
    await world.settled();
    expect(world.emulator.messagesOf(phone).at(-1)?.text).toBe('Your parcel is ready.');
  });

  it('No sets both to No: only the Consent Template is left', async () => {
    await world.tap(phone, 'no');
    expect(await fields()).toEqual([false, false]);
    expect(world.emulator.messagesOf(phone).at(-1)?.text).toBe(REPLY_NO);
    expect(await sendable()).toMatchObject({
      freeText: { allowed: false, reason: 'consent-denied' },
      banner: { code: expect.stringMatching(/^denied/) },
    });
    expect(await world.send({ to: to(), text: 'But still' })).toMatchObject({
      status: 409,
      body: { code: 'consent-denied' },
    });
    expect((await offered())?.allowed).toBe(true);
  });

  it('asked again, a Yes opens everything again', async () => {
    const sent = await world.send({ to: to(), messageTemplateId: consentTemplate.id });
    expect(sent.status).toBe(202);
    await world.settled();
    expect(await fields()).toEqual([false, false]);
    await world.tap(phone, 'yes');
    expect(await fields()).toEqual([true, true]);
    expect((await sendable()).freeText).toEqual({ allowed: true });
  });

  it('the history shows each event with its evidence, the list filters by it, and both export', async () => {
    const { history } = await world.consent(phone);
    expect(history.map((line) => line.type)).toEqual(
      expect.arrayContaining(['requested', 'granted', 'denied', 'requested', 'granted']),
    );
    expect(history.filter((line) => line.type === 'granted')).toHaveLength(2);
    const granted = z.object({ items: z.array(z.object({ id: z.string() })) });
    const listed = await world.ok(granted, 'GET', '/api/records?recordType=contact&consent=granted');
    expect(listed.items.map((item) => item.id)).toEqual([contact.id]);
    const pack = await world.api('GET', `/api/consent-export?phone=${encodeURIComponent(phone)}`);
    expect(JSON.stringify(pack.body)).toContain('may Contoso write to you');
    const csv = await world.api('GET', '/api/records.csv?recordType=contact&consent=granted');
    expect(csv.body).toContain('Ana Silva');
  });
});
