import { afterAll, beforeAll, expect, it } from 'vitest';
import type { z } from 'zod';
import { hintRecord } from '../../src/actions/crm-hints.ts';
import type { ConsentOut } from '../../src/http/schemas/consent.ts';
import { ImportReport } from '../../src/http/schemas/records.ts';
import { type DataverseWorld, FIELD, openDataverseWorld } from '../stories/dataverse-world.ts';
import { ADMIN_API_KEY } from '../stories/world.ts';

/**
 * Defects between a CRM and a ledger (consent-practice.md §7, CRM-1 to CRM-5) where the CRM is a Dataverse organisation,
 * with people in it who know nothing of Assent. crm.test.ts has the same for the embedded one.
 */
let all: DataverseWorld;

beforeAll(async () => {
  all = await openDataverseWorld();
  for (const table of ['contact', 'lead', 'account']) await all.setUp(table);
}, 120_000);
afterAll(() => all?.close());

const made = (table: string, phone: string, more: Record<string, unknown> = {}) => {
  const named =
    table === 'account'
      ? { name: 'Silva Ltd', telephone1: phone }
      : { lastname: 'Silva', mobilephone: phone };
  return { recordType: table, id: all.crm.emulator.create(table, { ...named, [FIELD]: null, ...more }) };
};
type Made = ReturnType<typeof made>;
const field = ({ recordType, id }: Made) => all.field(recordType, id);
const change = ({ recordType, id }: Made, values: Record<string, unknown>) =>
  all.crm.emulator.change(recordType, id, values);
const read = (record: Made) => all.world.readRecord(record);
const textTo = ({ recordType, id }: Made) =>
  all.world.send({ to: { recordType, recordId: id }, text: 'Your parcel is ready.' });
const linesOf = (consent: z.infer<typeof ConsentOut>) => consent.history.map((line) => line.type);
/** Writes of fields; what timelines are told is counted elsewhere. */
const patches = () =>
  all.crm.emulator
    .requests()
    .filter((one) => one.method === 'PATCH' || one.url.endsWith('$batch'))
    .filter((one) => !/annotations|assent_whatsappconversation/.test(one.url))
    .reduce((sum, one) => sum + one.operations, 0);

/** A contact who was asked and tapped this. */
async function answered(answer: 'yes' | 'no'): Promise<{ phone: string; record: Made }> {
  const phone = all.world.newPhone();
  const record = made('contact', phone);
  await all.synced();
  await all.world.sendConsent(await read(record));
  await all.world.tap(phone, answer);
  await all.synced();
  return { phone, record };
}

it('CRM-1 two records with one number: an answer reaches all, however the number is written, and one born later', async () => {
  const phone = all.world.newPhone();
  const [area, rest] = [phone.slice(2, 5), phone.slice(5)];
  const first = made('contact', phone);
  const lead = made('lead', `(${area}) ${rest.slice(0, 3)}-${rest.slice(3)}`);
  const account = made('account', phone.replace('+', '00'));
  await all.synced();
  await all.world.sendConsent(await read(first));
  await all.world.tap(phone, 'yes');
  // Made by somebody there while the answer is on its way, with a No that is the column's default.
  const later = made('lead', phone, { [FIELD]: false });
  await all.synced();
  expect([first, lead, account, later].map(field)).toEqual([true, true, true, true]);
  await all.world.advance(1_000);
  await all.world.says(phone, 'STOP');
  await all.synced();
  expect([first, lead, account, later].map(field)).toEqual([false, false, false, false]);
});

it('CRM-2 a lead that is qualified takes its answer along, and the contact that comes of it has it', async () => {
  const { world, crm } = all;
  const phone = world.newPhone();
  const lead = made('lead', phone);
  await all.synced();
  await world.sendConsent(await read(lead));
  await world.tap(phone, 'no');
  // Qualifying makes a contact of the lead and deactivates the lead.
  const contact = made('contact', phone);
  change(lead, { statecode: 1 });
  await all.synced();
  expect([field(lead), field(contact)]).toEqual([false, false]);
  expect(await textTo(contact)).toMatchObject({ status: 409, body: { code: 'consent-denied' } });
  crm.emulator.remove('lead', lead.id);
  await all.synced();
  expect(field(lead)).toBeUndefined();
  expect(field(contact)).toBe(false);
  expect(await textTo(contact)).toMatchObject({ body: { code: 'consent-denied' } });
});

it('CRM-2 merging a refused record into an open one takes nothing from either number', async () => {
  const { world, crm } = all;
  const yes = await answered('yes');
  const no = await answered('no');
  crm.emulator.merge('contact', yes.record.id, no.record.id);
  await all.synced();
  expect(field(yes.record)).toBe(true);
  expect((await world.consent(no.phone)).state).toBe('denied');
  // The target takes the other's number: then it is that number's record, and that number's decision.
  change(yes.record, { mobilephone: no.phone });
  await all.synced();
  expect(field(yes.record)).toBe(false);
  expect((await world.consent(yes.phone)).state).toBe('granted');
});

it('CRM-2 an answer for a record that was deleted meanwhile makes no record, and stays with the number', async () => {
  const { world, crm } = all;
  const phone = world.newPhone();
  const record = made('contact', phone);
  await all.synced();
  await world.sendConsent(await read(record));
  crm.emulator.remove('contact', record.id);
  await world.tap(phone, 'no');
  await all.synced();
  expect(field(record)).toBeUndefined();
  expect((await all.sync()).pendingWrites).toBe(0);
  const again = made('contact', phone, { [FIELD]: true });
  await all.synced();
  expect(field(again)).toBe(false);
});

it('CRM-3 a No by hand closes every record at once; a Yes by hand stands against no customer’s refusal', async () => {
  const { phone, record } = await answered('yes');
  const lead = made('lead', phone);
  await all.synced();
  change(lead, { [FIELD]: false });
  await all.synced();
  expect([field(record), field(lead)]).toEqual([false, false]);
  const closed = await all.world.consent(phone);
  expect(closed).toMatchObject({ state: 'denied', source: 'crm' });
  expect(closed.history.at(-1)).toMatchObject({ type: 'crm-observed', actor: 'Robin Counts' });
  // What a person closed there, a person may open there.
  change(lead, { [FIELD]: true });
  await all.synced();
  expect([field(record), field(lead)]).toEqual([true, true]);
  expect(await all.world.consent(phone)).toMatchObject({ state: 'granted', source: 'crm-unproven' });
  await all.world.says(phone, 'STOP');
  await all.synced();
  change(record, { [FIELD]: true });
  await all.synced();
  expect([field(record), field(lead)]).toEqual([false, false]);
  expect(await textTo(record)).toMatchObject({ body: { code: 'consent-denied' } });
});

it('CRM-3 a Yes by hand that nobody could have set knowing of a No by hand opens nothing', async () => {
  const { world } = all;
  const phone = world.newPhone();
  const [contact, lead] = [made('contact', phone), made('lead', phone)];
  await all.synced();
  // Two people, between two readings; the No is read first.
  change(lead, { [FIELD]: true });
  change(contact, { [FIELD]: false });
  await hintRecord(world.ctx, 'contact', contact.id);
  await expect.poll(async () => (await world.consent(phone)).state).toBe('denied');
  await all.synced();
  expect([field(contact), field(lead)]).toEqual([false, false]);
  expect(await world.consent(phone)).toMatchObject({ state: 'denied', source: 'crm' });
});

it('CRM-3 an import, there or through Assent, overwrites no answer silently', async () => {
  const { world, crm } = all;
  const no = await answered('no');
  const yes = await answered('yes');
  // Somebody's import there: a spreadsheet with a Yes and an empty cell.
  change(no.record, { [FIELD]: true, jobtitle: 'Baker' });
  change(yes.record, { [FIELD]: null, jobtitle: 'Baker' });
  await all.synced();
  expect([field(no.record), field(yes.record)]).toEqual([false, true]);
  const csv = `id,jobtitle,${FIELD}\n${no.record.id},Cook,yes\n${yes.record.id},Cook,no`;
  const answer = await world.api('POST', '/api/records/contact/import', csv, {
    authorization: `Bearer ${ADMIN_API_KEY}`,
    'content-type': 'text/csv',
  });
  expect(ImportReport.parse(answer.body)).toEqual({
    encoding: 'utf-8',
    created: 0,
    updated: 2,
    already: 0,
    bad: [],
  });
  await all.synced();
  expect([field(no.record), field(yes.record)]).toEqual([false, false]);
  expect(crm.emulator.record('contact', yes.record.id)?.jobtitle).toBe('Cook');
  expect(await world.consent(no.phone)).toMatchObject({ state: 'denied', source: 'button' });
  const closed = await world.consent(yes.phone);
  expect(closed).toMatchObject({ state: 'denied', source: 'crm' });
  expect(closed.history.at(-1)).toMatchObject({ type: 'crm-observed', source: 'import' });
});

it('CRM-4 a refusal while the organisation is away counts at once, and is written when it is back', async () => {
  const { world, crm } = all;
  const { phone, record } = await answered('yes');
  crm.emulator.fault({ kind: 'cut', always: true });
  crm.emulator.fault({ kind: 'cut', scope: 'token', always: true });
  await world.says(phone, 'STOP');
  await world.pass(3_600_000);
  expect(field(record)).toBe(true);
  expect(await textTo(record)).toMatchObject({ body: { code: 'consent-denied' } });
  expect((await read(record)).complianceValue).toBe(false);
  expect((await all.sync()).pendingWrites).toBe(1);
  crm.emulator.clearFaults();
  await all.synced();
  expect(field(record)).toBe(false);
});

it('CRM-5 what Assent writes comes back as nothing: no line, no write, however often it is read', async () => {
  const { world, crm } = all;
  const { phone, record } = await answered('yes');
  const lead = made('lead', phone);
  await all.synced();
  await world.says(phone, 'STOP');
  await all.synced();
  const lines = linesOf(await world.consent(phone));
  expect(lines).toEqual(['requested', 'granted', 'linked', 'denied']);
  const before = patches();
  for (let round = 0; round < 3; round += 1) {
    change(record, { jobtitle: `Job ${round}` });
    change(lead, { subject: `Job ${round}` });
    await all.synced();
  }
  crm.emulator.expireDelta();
  await all.synced();
  expect(patches()).toBe(before);
  expect(linesOf(await world.consent(phone))).toEqual(lines);
});

it('CRM-5 a workflow that sets the field back is no loop: it is judged once, and there is rest', async () => {
  const { world } = all;
  const { phone, record } = await answered('no');
  const before = patches();
  // A flow in the organisation that sets a Yes whenever it sees a No.
  change(record, { [FIELD]: true });
  await all.synced();
  expect(field(record)).toBe(false);
  await all.synced();
  await all.synced();
  expect(patches()).toBe(before + 1);
  expect(await world.consent(phone)).toMatchObject({ state: 'denied', source: 'button' });
});

it('CRM-5 a write of ours that arrives long after its time is put right, and is nobody’s edit', async () => {
  const { world, crm } = all;
  const { phone, record } = await answered('yes');
  const lines = linesOf(await world.consent(phone));
  // As it would be in a table that knows no versions; elsewhere it does nothing.
  await crm.control('PATCH', `/rows/contacts/${record.id}?as=app`, { [FIELD]: false });
  await all.synced();
  expect(field(record)).toBe(true);
  expect(linesOf(await world.consent(phone))).toEqual(lines);
  expect(await world.consent(phone)).toMatchObject({ state: 'granted', source: 'button' });
});
