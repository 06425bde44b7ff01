import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConversationPage } from '../../src/http/schemas/chat.ts';
import { Problem } from '../../src/http/schemas/common.ts';
import { RecordPage, RecordTypeOut } from '../../src/http/schemas/records.ts';
import { type DataverseWorld, FIELD, openDataverseWorld } from './dataverse-world.ts';
import type { TypeSetUp } from './world.ts';

/** E8 of consent-practice.md: an opportunity has no phone, and its related record type is the contact. */
describe('an opportunity that takes its number from its contact', () => {
  let all: DataverseWorld;
  let contactTemplates: TypeSetUp;
  const OPPORTUNITY = {
    displayName: 'Opportunity',
    phoneColumns: [],
    nameColumn: 'name',
    relatedTable: 'contact',
    relatedColumn: 'parentcontactid',
  };
  const person = (lastname: string, mobilephone: string) =>
    all.crm.emulator.create('contact', { firstname: 'Olga', lastname, mobilephone, [FIELD]: null });
  const opportunity = (name: string, contact: string | null) =>
    all.crm.emulator.create('opportunity', {
      name,
      ...(contact === null ? {} : { 'parentcontactid@odata.bind': `/contacts(${contact})` }),
    });
  const record = (id: string, recordType = 'opportunity') => all.world.readRecord({ recordType, id });
  const sendable = (id: string, recordType = 'opportunity') =>
    all.world.sendable(`recordType=${recordType}&recordId=${id}`);
  const textTo = (recordId: string, recordType = 'opportunity') =>
    all.world.send({ to: { recordType, recordId }, text: 'Your offer is ready.' });
  const ask = async (recordId: string) => {
    const answer = await all.world.send({
      to: { recordType: 'opportunity', recordId },
      messageTemplateId: contactTemplates.consent,
    });
    await all.world.settled();
    return answer;
  };

  beforeAll(async () => {
    all = await openDataverseWorld();
    contactTemplates = await all.setUp('contact');
    await all.world.ok(RecordTypeOut, 'PUT', '/api/record-types/opportunity', OPPORTUNITY);
    await all.synced();
  }, 60_000);
  afterAll(() => all?.close());

  it('E8: the chat works from both, and the number is the contact’s', async () => {
    const { world } = all;
    const phone = world.newPhone();
    const contact = person('Silva', phone);
    const beans = opportunity('Beans for a year', contact);
    await all.synced();
    expect(await record(beans)).toMatchObject({
      name: 'Beans for a year',
      phones: [phone],
      complianceValue: null,
      consent: { service: 'not-asked' },
      related: { recordType: 'contact', id: contact, name: 'Olga Silva' },
    });
    expect(await textTo(beans)).toMatchObject({ status: 409, body: { code: 'consent-needed' } });
    const offered = await sendable(beans);
    expect(offered).toMatchObject({ phone, records: [{ recordType: 'contact', id: contact }] });
    const question = offered.templates.find((one) => one.messageTemplateId === contactTemplates.consent);
    expect(question).toMatchObject({ allowed: true });
    // The variables of a contact's template are the contact's.
    expect(question?.preview.body).toContain('Olga Silva');

    expect((await ask(beans)).status).toBe(202);
    await world.tap(phone, 'yes');
    await all.synced();
    expect(all.field('contact', contact)).toBe(true);
    expect(await record(beans)).toMatchObject({ complianceValue: true, consent: { service: 'granted' } });
    const [fromOne, fromOther] = [await sendable(beans), await sendable(contact, 'contact')];
    expect(fromOne.conversationId).not.toBeNull();
    expect(fromOne.conversationId).toBe(fromOther.conversationId);
    expect((await textTo(beans)).status).toBe(202);
    expect((await textTo(contact, 'contact')).status).toBe(202);
    await world.settled();

    // The customer is the contact: an opportunity names nobody.
    const { items } = await world.ok(
      ConversationPage,
      'GET',
      `/api/conversations?recordType=contact&recordId=${contact}`,
    );
    expect(items[0]).toMatchObject({
      contactPoint: { name: 'Olga Silva' },
      records: [{ recordType: 'contact', id: contact }],
    });

    await world.says(phone, 'STOP');
    await all.synced();
    expect(all.field('contact', contact)).toBe(false);
    expect(await textTo(beans)).toMatchObject({ status: 409, body: { code: 'consent-denied' } });
    expect(await record(beans)).toMatchObject({ complianceValue: false, consent: { service: 'denied' } });
  });

  it('a No found at first sight on the contact closes the chat from the opportunity', async () => {
    const contact = all.crm.emulator.create('contact', {
      lastname: 'Firstsight',
      mobilephone: all.world.newPhone(),
      [FIELD]: false,
    });
    const deal = opportunity('First sight', contact);
    await all.synced();
    expect((await sendable(deal)).freeText).toMatchObject({ allowed: false, reason: 'consent-denied' });
  });

  it('is found by its name, by the contact’s number, and by the state of the contact’s consent', async () => {
    const { world } = all;
    const phone = world.newPhone();
    const deal = opportunity('Refit of the shops', person('Lookfor', phone));
    await all.synced();
    const found = async (query: string) =>
      (await world.ok(RecordPage, 'GET', `/api/records?recordType=opportunity&${query}`)).items.map(
        (item) => item.id,
      );
    expect(await found('search=refit')).toEqual([deal]);
    expect(await found(`search=${phone.slice(1)}`)).toEqual([deal]);
    expect(await found('consent=granted')).not.toContain(deal);
    await ask(deal);
    await world.tap(phone, 'yes');
    expect(await found('consent=granted')).toContain(deal);
  });

  it('another contact brings another number, and the decision of that number', async () => {
    const { world, crm } = all;
    const [one, other] = [world.newPhone(), world.newPhone()];
    const deal = opportunity('Changes hands', person('First', one));
    const second = person('Second', other);
    await all.synced();
    await ask(deal);
    await world.tap(one, 'yes');
    expect((await textTo(deal)).status).toBe(202);
    await world.settled();
    crm.emulator.change('opportunity', deal, { 'parentcontactid@odata.bind': `/contacts(${second})` });
    // A single send looks at the record as it is now, long before the next reading.
    expect(await textTo(deal)).toMatchObject({ status: 409, body: { code: 'consent-needed' } });
    expect(await record(deal)).toMatchObject({ phones: [other], consent: { service: 'not-asked' } });
    expect((await sendable(deal)).conversationId).toBeNull();
  });

  it('a contact that is not read yet is read for the first send', async () => {
    const { world } = all;
    const contact = person('Brandnew', world.newPhone());
    const deal = opportunity('Brand new', contact);
    await all.synced();
    const late = person('Later', world.newPhone());
    all.crm.emulator.change('opportunity', deal, { 'parentcontactid@odata.bind': `/contacts(${late})` });
    expect((await ask(deal)).status).toBe(202);
    expect((await record(deal)).related?.id).toBe(late);
  });

  it('without a contact, or with one that was deleted, nobody can be written to', async () => {
    const { world, crm } = all;
    const contact = person('Deleted', world.newPhone());
    const [lonely, left] = [opportunity('Nobody’s', null), opportunity('Left alone', contact)];
    await all.synced();
    crm.emulator.remove('contact', contact);
    await all.synced();
    for (const id of [lonely, left]) {
      expect(await record(id)).toMatchObject({ phones: [], related: null, complianceValue: null });
      expect((await sendable(id)).banner).toMatchObject({ code: 'no-phone' });
      expect((await textTo(id)).status).toBe(409);
    }
  });

  it('templates of its own fill in its columns; a Consent Template is the contact’s', async () => {
    const { world } = all;
    const refused = await world.refused(422, 'POST', '/api/message-templates', {
      name: 'Ask',
      type: 'consent',
      recordType: 'opportunity',
    });
    expect(refused).toMatchObject({
      code: 'compliance-field-missing',
      detail: expect.stringContaining('“contact”'),
    });
    const template = await world.template({
      name: 'About the offer',
      type: 'utility',
      recordType: 'opportunity',
      session: 'utility',
      whatsappTemplate: { name: 'order_update', language: 'en' },
      bindings: { '1': { column: 'name' }, '2': { text: 'A-1' }, '3': { text: 'today' } },
    });
    await world.publish(template);
    const { id } = template;
    const contact = person('Own', world.newPhone());
    const deal = opportunity('Espresso machines', contact);
    await all.synced();
    const mine = (await sendable(deal)).templates.find((one) => one.messageTemplateId === id);
    expect(JSON.stringify(mine?.preview)).toContain('Espresso machines');
    expect((await sendable(contact, 'contact')).templates.map((one) => one.messageTemplateId)).not.toContain(
      id,
    );
  });

  it('a case leads to its contact through a lookup that may also name an account', async () => {
    const { world, crm } = all;
    await world.ok(RecordTypeOut, 'PUT', '/api/record-types/incident', {
      ...OPPORTUNITY,
      displayName: 'Case',
      nameColumn: 'title',
      relatedColumn: 'customerid',
    });
    const phone = world.newPhone();
    const contact = person('Broken', phone);
    const account = crm.emulator.create('account', { name: 'Broken Ltd', telephone1: world.newPhone() });
    const [ours, theirs] = [
      { title: 'Grinder', 'customerid_contact@odata.bind': `/contacts(${contact})` },
      { title: 'Boiler', 'customerid_account@odata.bind': `/accounts(${account})` },
    ].map((values) => crm.emulator.create('incident', values));
    await all.synced();
    expect((await record(ours ?? '', 'incident')).phones).toEqual([phone]);
    expect((await record(theirs ?? '', 'incident')).phones).toEqual([]);
  });

  it('the contact’s record type cannot go while the opportunity needs it, and a wrong set-up is named', async () => {
    const { world } = all;
    const inUse = await world.refused(409, 'DELETE', '/api/record-types/contact');
    expect(inUse).toMatchObject({
      code: 'record-type-in-use',
      detail: expect.stringContaining('takes its numbers'),
    });
    const wrong = await world.refused(422, 'PUT', '/api/record-types/opportunity', {
      ...OPPORTUNITY,
      relatedColumn: 'parentaccountid',
    });
    expect(Problem.parse(wrong).problems).toMatchObject([{ path: 'relatedColumn', code: 'not-a-lookup' }]);
    const none = await world.refused(422, 'PUT', '/api/record-types/opportunity', {
      ...OPPORTUNITY,
      relatedTable: null,
      relatedColumn: null,
    });
    expect(Problem.parse(none).problems).toMatchObject([{ code: 'no-phone-column' }]);
  });
});
