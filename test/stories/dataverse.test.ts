import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConversationPage } from '../../src/http/schemas/chat.ts';
import { RecordPage } from '../../src/http/schemas/records.ts';
import { type DataverseWorld, FIELD, openDataverseWorld, WEBHOOK_KEY } from './dataverse-world.ts';
import { REPLY_YES } from './world.ts';

/** The seed flow of product.md §2 where the Compliance Field lives in a Dataverse organisation. */
describe('with the records in a Dataverse organisation', () => {
  let all: DataverseWorld;
  const person = (lastname: string, mobilephone: string, more: Record<string, unknown> = {}) =>
    all.crm.emulator.create('contact', { firstname: 'Ana', lastname, mobilephone, ...more });
  const record = (table: string, id: string) => all.world.readRecord({ recordType: table, id });
  const textTo = (recordType: string, recordId: string) =>
    all.world.send({ to: { recordType, recordId }, text: 'Your parcel is ready.' });

  beforeAll(async () => {
    all = await openDataverseWorld();
    for (const table of ['contact', 'lead', 'account']) await all.setUp(table);
  }, 60_000);
  afterAll(() => all?.close());

  it('an answer turns the field of the contact, the lead and the account with the number', async () => {
    const { world, crm } = all;
    const phone = world.newPhone();
    const contact = person('Silva', phone, { [FIELD]: null });
    const lead = crm.emulator.create('lead', { lastname: 'Silva', mobilephone: phone, [FIELD]: null });
    const account = crm.emulator.create('account', { name: 'Silva Ltd', telephone1: phone, [FIELD]: null });
    await all.synced();
    const fields = () => [
      all.field('contact', contact),
      all.field('lead', lead),
      all.field('account', account),
    ];
    expect(fields()).toEqual([null, null, null]);
    expect(await textTo('contact', contact)).toMatchObject({ status: 409, body: { code: 'consent-needed' } });
    await world.sendConsent(await record('contact', contact));
    await world.tap(phone, 'yes');
    await all.synced();
    expect(fields()).toEqual([true, true, true]);
    expect(world.emulator.messagesOf(phone).at(-1)).toMatchObject({ text: REPLY_YES });
    expect((await textTo('account', account)).status).toBe(202);
    await world.settled();

    const before = crm.emulator.requests().filter((one) => one.method === 'PATCH').length;
    await all.synced();
    expect(crm.emulator.requests().filter((one) => one.method === 'PATCH')).toHaveLength(before);

    await world.says(phone, 'STOP');
    await all.synced();
    expect(fields()).toEqual([false, false, false]);
    expect(await textTo('contact', contact)).toMatchObject({ status: 409, body: { code: 'consent-denied' } });
  });

  it('a record that is made from a chat is made once, also where the answer of the organisation was lost', async () => {
    const { world, crm } = all;
    const phone = world.newPhone();
    await world.says(phone, 'Hello?');
    const { items } = await world.ok(
      ConversationPage,
      'GET',
      `/api/conversations?phone=${encodeURIComponent(phone)}`,
    );
    const make = (firstname: string) =>
      world.api('POST', `/api/conversations/${items[0]?.id}/record`, {
        table: 'contact',
        values: { firstname, lastname: 'Lost' },
      });
    const made = () => crm.emulator.records('contact').filter(({ values }) => values.lastname === 'Lost');
    crm.emulator.fault({ kind: 'cut', method: 'PATCH', url: 'contacts', accepted: true, always: true });
    expect(await make('Ana')).toMatchObject({ status: 503, body: { code: 'crm-not-reached' } });
    expect(made()).toHaveLength(1);
    crm.emulator.clearFaults();
    expect(await make('Ana')).toMatchObject({ status: 201, body: { phones: [phone] } });
    expect(made()).toHaveLength(1);
    // Another one that somebody wants, now that it is there.
    expect(await make('Ben')).toMatchObject({ status: 201 });
    expect(
      made()
        .map(({ values }) => values.firstname)
        .sort(),
    ).toEqual(['Ana', 'Ben']);
  });

  it('No by hand in the organisation closes the chat, and Yes by hand after a refusal is set back', async () => {
    const { world, crm } = all;
    const phone = world.newPhone();
    const contact = person('Hand', phone, { [FIELD]: null });
    const lead = crm.emulator.create('lead', { lastname: 'Hand', mobilephone: phone, [FIELD]: null });
    await all.synced();
    await world.sendConsent(await record('contact', contact));
    await world.tap(phone, 'yes');
    await all.synced();
    crm.emulator.change('lead', lead, { [FIELD]: false });
    await all.synced();
    expect(await world.consent(phone)).toMatchObject({ state: 'denied', source: 'crm' });
    expect(all.field('contact', contact)).toBe(false);
    expect(await textTo('contact', contact)).toMatchObject({ body: { code: 'consent-denied' } });

    const other = world.newPhone();
    const refuser = person('Refuser', other, { [FIELD]: null });
    await all.synced();
    await world.sendConsent(await record('contact', refuser));
    await world.tap(other, 'no');
    await all.synced();
    expect(all.field('contact', refuser)).toBe(false);
    crm.emulator.change('contact', refuser, { [FIELD]: true });
    await all.synced();
    expect(all.field('contact', refuser)).toBe(false);
    expect(await world.consent(other)).toMatchObject({ state: 'denied' });
  });

  it('a No that is the column’s default when a record is first seen is no refusal of anybody', async () => {
    const { world, crm } = all;
    const phone = world.newPhone();
    const contact = person('Default', phone, { [FIELD]: null });
    await all.synced();
    await world.sendConsent(await record('contact', contact));
    await world.tap(phone, 'yes');
    const lead = crm.emulator.create('lead', { lastname: 'Default', mobilephone: phone });
    expect(all.field('lead', lead)).toBe(false);
    await all.synced();
    expect(await world.consent(phone)).toMatchObject({ state: 'granted' });
    expect([all.field('contact', contact), all.field('lead', lead)]).toEqual([true, true]);
  });

  it('one send looks at the record as it is now: a No of a second ago holds it back', async () => {
    const { world, crm } = all;
    const phone = world.newPhone();
    const contact = person('Now', phone, { [FIELD]: null });
    await all.synced();
    await world.sendConsent(await record('contact', contact));
    await world.tap(phone, 'yes');
    await all.synced();
    crm.emulator.change('contact', contact, { [FIELD]: false });
    expect(await textTo('contact', contact)).toMatchObject({ status: 409, body: { code: 'consent-denied' } });
  });

  it('an edit of another column while our answer is on its way is no edit of the field', async () => {
    const { world, crm } = all;
    const phone = world.newPhone();
    const contact = person('Meanwhile', phone);
    await all.synced();
    await world.sendConsent(await record('contact', contact));
    crm.emulator.fault({ kind: 'code', httpStatus: 403, code: '0x8004F507', method: 'PATCH', always: true });
    await world.tap(phone, 'yes');
    crm.emulator.change('contact', contact, { jobtitle: 'Baker', lastname: 'Later' });
    await all.synced();
    expect(await world.consent(phone)).toMatchObject({ state: 'granted', source: 'button' });
    const { problems } = await all.sync();
    expect(problems).toMatchObject([
      { table: 'contact', recordId: contact, column: FIELD, code: 'column-secured' },
    ]);
    expect((await record('contact', contact)).values.fullname).toBe('Ana Later');
    crm.emulator.clearFaults();
    await world.pass(3_600_000);
    await all.synced();
    expect(all.field('contact', contact)).toBe(true);
    expect((await all.sync()).problems).toEqual([]);
  });

  it('a record that was deleted or merged is not made again, and its number is found there no more', async () => {
    const { world, crm } = all;
    const phone = world.newPhone();
    const gone = person('Gone', phone, { [FIELD]: null });
    const left = person('Left', phone, { [FIELD]: null });
    const target = person('Target', world.newPhone(), { [FIELD]: null });
    await all.synced();
    await world.sendConsent(await record('contact', gone));
    crm.emulator.fault({ kind: 'status', method: 'PATCH', always: true });
    crm.emulator.fault({ kind: 'status', method: 'POST', url: '$batch', always: true });
    await world.tap(phone, 'yes');
    crm.emulator.remove('contact', gone);
    crm.emulator.merge('contact', target, left);
    crm.emulator.clearFaults();
    await all.synced();
    expect(crm.emulator.record('contact', gone)).toBeUndefined();
    for (const id of [gone, left])
      expect((await world.api('GET', `/api/records/contact/${id}`)).status).toBe(404);
    expect((await all.sync()).pendingWrites).toBe(0);
    expect(await world.consent(phone)).toMatchObject({ state: 'granted' });
  });

  it('an outage of hours loses nothing, and drains in order afterwards', async () => {
    const { world, crm } = all;
    const phones = Array.from({ length: 5 }, () => world.newPhone());
    const contacts = phones.map((phone, n) => person(`Outage ${n}`, phone, { [FIELD]: null }));
    const undecided = world.newPhone();
    const nobody = person('Undecided', undecided, { [FIELD]: null });
    await all.synced();
    for (const contact of contacts) await world.sendConsent(await record('contact', contact));
    await world.says(undecided, 'Hello?');
    expect((await world.sendable(`recordType=contact&recordId=${nobody}`)).freeText.allowed).toBe(true);

    crm.emulator.fault({ kind: 'cut', always: true });
    for (const phone of phones) await world.tap(phone, 'yes');
    await world.tap(phones[0] ?? '', 'no');
    for (let hour = 0; hour < 6; hour += 1) await world.pass(3_600_000);
    expect(contacts.map((id) => all.field('contact', id))).toEqual([null, null, null, null, null]);
    // The customer's own answer decides without the CRM; where it has to be asked, nothing leaves.
    expect((await textTo('contact', contacts[1] ?? '')).status).toBe(202);
    expect(await textTo('contact', nobody)).toMatchObject({ status: 409, body: { code: 'crm-unreachable' } });
    const down = await all.sync();
    expect(down.connection?.problem?.code).toMatch(/unreachable|cut/);
    expect(down.pendingWrites).toBe(5);

    crm.emulator.clearFaults();
    await all.synced();
    expect(contacts.map((id) => all.field('contact', id))).toEqual([false, true, true, true, true]);
    expect((await all.sync()).connection?.problem).toBeNull();
    expect((await world.sendable(`recordType=contact&recordId=${nobody}`)).freeText.reason).not.toBe(
      'crm-unreachable',
    );
  });

  it('a webhook with the key has the record read at once; without it nothing happens', async () => {
    const { world, crm } = all;
    const phone = world.newPhone();
    const contact = person('Hinted', phone, { [FIELD]: null });
    const hint = JSON.stringify({
      PrimaryEntityName: 'contact',
      PrimaryEntityId: contact,
      MessageName: 'Create',
    });
    const post = (key: string) =>
      fetch(`${world.url}/webhooks/dataverse?code=${key}`, { method: 'POST', body: hint });
    expect((await post('wrong')).status).toBe(401);
    const reads = () =>
      crm.emulator.requests().filter((one) => one.url.includes(`contacts(${contact})`)).length;
    expect(reads()).toBe(0);
    expect((await post(WEBHOOK_KEY)).status).toBe(200);
    await expect
      .poll(async () => (await world.api('GET', `/api/records/contact/${contact}`)).status)
      .toBe(200);
    expect(reads()).toBe(1);
  });

  it('delta links that expired lead to a full reading that also finds what was deleted', async () => {
    const { world, crm } = all;
    const phone = world.newPhone();
    const contact = person('Expired', phone, { [FIELD]: null });
    await all.synced();
    await world.sendConsent(await record('contact', contact));
    await world.tap(phone, 'yes');
    await all.synced();
    const deleted = person('Deleted', world.newPhone(), { [FIELD]: null });
    await all.synced();
    crm.emulator.remove('contact', deleted);
    crm.emulator.change('contact', contact, { [FIELD]: false });
    crm.emulator.expireDelta();
    await all.synced();
    expect((await world.api('GET', `/api/records/contact/${deleted}`)).status).toBe(404);
    expect(await world.consent(phone)).toMatchObject({ state: 'denied', source: 'crm' });
  });

  it('links of another address, kept from before the organisation moved, lead to a full reading and stop no write', async () => {
    const { world, crm } = all;
    const phone = world.newPhone();
    const contact = person('Moved', phone, { [FIELD]: null });
    await all.synced();
    await world.sendConsent(await record('contact', contact));
    const deleted = person('Left behind', world.newPhone(), { [FIELD]: null });
    await all.synced();
    await sql`update crm_table set link = replace(link, ${crm.url}, 'https://before.crm4.dynamics.com')`.execute(
      world.ctx.database.db,
    );
    crm.emulator.remove('contact', deleted);
    await world.tap(phone, 'yes');
    await all.synced();
    expect(all.field('contact', contact)).toBe(true);
    expect((await world.api('GET', `/api/records/contact/${deleted}`)).status).toBe(404);
    expect(await all.sync()).toMatchObject({ connection: { problem: null }, problems: [] });
  });

  it('a Compliance Field that somebody deletes is a problem of the table, and no record is judged by it', async () => {
    const { world, crm } = all;
    await crm.control('POST', '/tables/lead/columns/wa_whatsappconsent/rename', { to: 'wa_other' });
    await world.pass(61_000);
    world.ctx.wake.crm();
    const problem = async () => (await all.sync()).tables.find((one) => one.table === 'lead')?.problem?.code;
    await expect.poll(problem).toMatch(/refused|column-missing/);
    await crm.control('POST', '/tables/lead/columns/wa_other/rename', { to: 'wa_whatsappconsent' });
    await all.synced();
    expect(await problem()).toBeUndefined();
  });

  it('records are made in the organisation, and found here', async () => {
    const { world, crm } = all;
    const made = await world.record('contact', {
      firstname: 'Nora',
      lastname: 'New',
      mobilephone: world.newPhone(),
    });
    expect(crm.emulator.record('contact', made.id)).toMatchObject({ firstname: 'Nora', lastname: 'New' });
    const { items } = await world.ok(RecordPage, 'GET', '/api/records?search=Nora');
    expect(items.map((item) => item.id)).toEqual([made.id]);
  });
});
