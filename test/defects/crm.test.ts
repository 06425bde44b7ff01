import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { Problem } from '../../src/http/schemas/common.ts';
import {
  ConsentOut,
  PendingGrantOut,
  PendingGrantPage,
  WaitingDecisionsOut,
} from '../../src/http/schemas/consent.ts';
import { ApiKeyMadeOut } from '../../src/http/schemas/people.ts';
import { ColumnOut, ImportReport, RecordOut } from '../../src/http/schemas/records.ts';
import { hire, type Person } from '../stories/desk.ts';
import { inboundText, webhookOf } from '../stories/payloads.ts';
import { ADMIN_API_KEY, openWorld, type TypeSetUp, type Values, type World } from '../stories/world.ts';
import { accepted, answered, blocked, contact, takenFrom, textFrom, to } from './acts.ts';

/** Defects between a CRM and a ledger (consent-practice.md §7, CRM-1 to CRM-5), and product.md §3.2 line by line. */

let world: World;
let type: TypeSetUp;
const FIELD = 'assent_allowwhatsapp';
const HOUR = 3_600_000;

beforeAll(async () => {
  world = await openWorld();
  type = await world.setUpContactType();
  await world.setUpRecordType('lead');
  await world.setUpRecordType('account');
});
afterAll(() => world.close());

const Pending = z.object({ items: z.array(PendingGrantOut) });
const change = (record: Pick<RecordOut, 'recordType' | 'id'>, values: Values) =>
  world.ok(RecordOut, 'PATCH', `/api/records/${record.recordType}/${record.id}`, { values });
const field = async (record: Pick<RecordOut, 'recordType' | 'id'>) =>
  (await world.readRecord(record)).complianceValue;
const importCsv = async (table: string, csv: string) => {
  const answer = await world.api('POST', `/api/records/${table}/import`, csv, {
    authorization: 'Bearer a-key-for-stories-0123456789-0123456789x',
    'content-type': 'text/csv',
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return ImportReport.parse(answer.body);
};
const named = (values: Values = {}) => ({ fullname: 'Ana Smith', ...values });
const service = async (phone: string) => {
  const { state, source } = await world.consent(phone);
  return { state, source };
};

it('CRM-1 an answer sets the field of every record that carries the number, and one born later', async () => {
  for (const [answer, value] of [
    ['yes', true],
    ['no', false],
  ] as const) {
    const { phone, record } = await contact(world);
    const [area, rest] = [phone.slice(2, 5), phone.slice(5)];
    const lead = await world.record(
      'lead',
      named({ mobilephone: `(${area}) ${rest.slice(0, 3)}-${rest.slice(3)}` }),
    );
    const account = await world.record('account', { name: 'Contoso', telephone1: phone.replace('+', '00') });
    await world.sendConsent(record);
    await world.tap(phone, answer);
    const later = await world.record(
      'contact',
      named({ mobilephone: ` ${area}.${rest.slice(0, 3)}.${rest.slice(3)} ` }),
    );
    for (const one of [record, lead, account, later]) expect(await field(one), one.recordType).toBe(value);
    expect((await world.consent(phone)).records).toHaveLength(4);
    // WhatsApp's clock has whole seconds, and on a tie the refusal wins.
    await world.advance(1_000);
    await world.tap(phone, answer === 'yes' ? 'no' : 'yes');
    for (const one of [record, lead, account, later]) expect(await field(one), one.recordType).toBe(!value);
  }
});

it('CRM-1 a number that only recognises who writes does not set the field', async () => {
  const { phone, record } = await contact(world);
  const second = await world.record('contact', named({ mobilephone: world.newPhone(), telephone1: phone }));
  await world.sendConsent(record);
  await world.tap(phone, 'no');
  expect(await field(record)).toBe(false);
  expect(await field(second)).toBeNull();
  expect(await accepted(world, { to: to(second), messageTemplateId: type.consent })).toMatchObject({
    status: 'delivered',
  });
});

it('CRM-2 a record whose number changes takes the decision of the new number, and leaves the old one its own', async () => {
  const yes = await answered(world, 'yes');
  const no = await answered(world, 'no');
  const unknown = world.newPhone();
  const moving = await world.record('lead', named({ mobilephone: yes.phone }));
  expect(await field(moving)).toBe(true);
  expect((await change(moving, { mobilephone: no.phone })).complianceValue).toBe(false);
  expect((await change(moving, { mobilephone: unknown })).complianceValue).toBeNull();
  expect(await service(unknown)).toEqual({ state: 'not-asked', source: null });
  expect((await change(moving, { mobilephone: yes.phone })).complianceValue).toBe(true);
  expect((await change(moving, { mobilephone: null })).complianceValue).toBeNull();
  expect(await service(yes.phone)).toEqual({ state: 'granted', source: 'button' });
  expect(await service(no.phone)).toEqual({ state: 'denied', source: 'button' });
  expect(await blocked(world, { to: to(moving), text: 'Hello' })).toMatchObject({
    code: 'contact-point-unknown',
  });
});

it('CRM-2 the second column takes over where the first no longer holds a number', async () => {
  const no = await answered(world, 'no');
  const first = world.newPhone();
  const record = await world.record('contact', named({ mobilephone: first, telephone1: no.phone }));
  expect(await field(record)).toBeNull();
  expect((await change(record, { mobilephone: '' })).complianceValue).toBe(false);
});

it('CRM-3 a Yes found at first sight opens, unproven, this number’s service alone', async () => {
  const phone = world.newPhone();
  const other = await world.record('lead', named({ mobilephone: phone }));
  const record = await world.record('contact', named({ mobilephone: phone, [FIELD]: true }));
  expect(record.consent).toMatchObject({
    service: 'granted',
    source: 'crm-unproven',
    unproven: true,
    marketing: 'not-asked',
  });
  const { history } = await world.consent(phone);
  expect(history.map((line) => [line.type, line.source])).toEqual([['crm-observed', 'crm-unproven']]);
  expect(await accepted(world, { to: to(record), messageTemplateId: type.utility })).toMatchObject({
    status: 'delivered',
  });
  expect(await field(other)).toBeNull();
  await world.says(phone, 'STOP');
  expect([await field(record), await field(other)]).toEqual([false, false]);
});

it('CRM-3 a No found at first sight closes this record alone, and is no refusal', async () => {
  const { phone, record: open } = await contact(world);
  await world.says(phone, 'Hello');
  const closed = await world.record('lead', named({ mobilephone: phone, [FIELD]: false }));
  expect(await service(phone)).toEqual({ state: 'not-asked', source: null });
  expect(await field(open)).toBeNull();
  expect(await accepted(world, { to: to(open), text: 'Hello to you' })).toMatchObject({
    status: 'delivered',
  });
  expect(await blocked(world, { to: to(closed), text: 'Hello' })).toMatchObject({
    code: 'consent-denied',
    detail: expect.stringMatching(/^The CRM says No for this customer\./),
  });
  const offered = await world.sendable(`recordType=lead&recordId=${closed.id}`);
  expect(offered.freeText.allowed).toBe(false);
  expect(offered.templates.filter((one) => one.allowed).map((one) => one.type)).toEqual(['consent']);
  expect(offered.templates.find((one) => one.type === 'consent')?.confirm).toBeUndefined();
  await world.sendConsent(closed);
  await world.tap(phone, 'yes');
  expect([await field(open), await field(closed)]).toEqual([true, true]);
  expect(await accepted(world, { to: to(closed), text: 'Thank you' })).toMatchObject({ status: 'delivered' });
});

it.each(['Yes first', 'No first'])(
  'CRM-3 a No found at first sight spreads to no other record: %s',
  async (order) => {
    const phone = world.newPhone();
    const make = {
      yes: () => world.record('contact', named({ mobilephone: phone, [FIELD]: true })),
      no: () => world.record('lead', named({ mobilephone: phone, [FIELD]: false })),
    };
    const first = order === 'Yes first' ? await make.yes() : await make.no();
    const second = order === 'Yes first' ? await make.no() : await make.yes();
    const [open, closed] = order === 'Yes first' ? [first, second] : [second, first];
    const empty = await world.record('contact', named({ mobilephone: phone }));
    const stateOf = async (record: { recordType: string; id: string }) => [
      (await world.sendable(`recordType=${record.recordType}&recordId=${record.id}`)).consent.service,
      (await world.ok(ConsentOut, 'GET', `/api/records/${record.recordType}/${record.id}/consent`)).state,
    ];
    expect(await stateOf(open)).toEqual(['granted', 'granted']);
    expect(await accepted(world, { to: to(open), messageTemplateId: type.utility })).toMatchObject({
      status: 'delivered',
    });
    expect(await stateOf(closed)).toEqual(['not-asked', 'not-asked']);
    expect(await blocked(world, { to: to(closed), text: 'Hello' })).toMatchObject({
      code: 'consent-denied',
    });
    expect(await blocked(world, { to: to(empty), text: 'Hello' })).toMatchObject({
      code: 'consent-needed',
    });
    // The number as a whole has no answer.
    expect(await service(phone)).toEqual({ state: 'not-asked', source: null });
    expect(await blocked(world, { to: { phone }, text: 'Hello' })).toMatchObject({ code: 'consent-denied' });
    await world.says(phone, 'STOP');
    expect(await blocked(world, { to: to(open), text: 'Hello' })).toMatchObject({ code: 'consent-denied' });
  },
);

it('CRM-3 a value that stood in a record without a number is found when the number comes', async () => {
  const phone = world.newPhone();
  const record = await world.record('contact', named({ [FIELD]: true }));
  expect((await change(record, { mobilephone: phone })).complianceValue).toBe(true);
  expect(await service(phone)).toEqual({ state: 'granted', source: 'crm-unproven' });
  const no = await answered(world, 'no');
  const other = await world.record('contact', named({ [FIELD]: true }));
  expect((await change(other, { mobilephone: no.phone })).complianceValue).toBe(false);
  expect(await service(no.phone)).toEqual({ state: 'denied', source: 'button' });
});

it('CRM-3 a column’s default is a value found at first sight', async () => {
  const column = await world.ok(ColumnOut, 'POST', '/api/crm/tables/account/columns', {
    label: 'May chat',
    kind: 'boolean',
    default: false,
  });
  const { items } = await world.ok(
    z.object({ items: z.array(z.looseObject({ table: z.string() })) }),
    'GET',
    '/api/record-types',
  );
  const { table, ...input } = items.find((one) => one.table === 'account') ?? { table: '' };
  await world.ok(z.unknown(), 'PUT', `/api/record-types/${table}`, {
    ...input,
    complianceField: column.name,
  });
  try {
    const phone = world.newPhone();
    const account = await world.record('account', { name: 'Fabrikam', telephone1: phone });
    expect(account.complianceValue).toBe(false);
    expect(await service(phone)).toEqual({ state: 'not-asked', source: null });
    await world.sendConsent(account);
    await world.tap(phone, 'yes');
    expect(await field(account)).toBe(true);
  } finally {
    await world.ok(z.unknown(), 'PUT', `/api/record-types/${table}`, input);
  }
});

it('CRM-3 values of a newly chosen field are found, not edited', async () => {
  const column = await world.ok(ColumnOut, 'POST', '/api/crm/tables/account/columns', {
    label: 'Old answer',
  });
  const asked = await world.record('account', {
    name: 'A',
    telephone1: world.newPhone(),
    [column.name]: false,
  });
  const quiet = await world.record('account', {
    name: 'B',
    telephone1: world.newPhone(),
    [column.name]: false,
  });
  const sibling = await world.record('contact', named({ mobilephone: quiet.phones[0] ?? '' }));
  await world.sendConsent(asked);
  await world.tap(asked.phones[0] ?? '', 'yes');
  // Set in the field of today, so that a change to the other field is no change from Yes to No.
  await change(quiet, { [FIELD]: true });
  const before = await service(quiet.phones[0] ?? '');
  const { items } = await world.ok(
    z.object({ items: z.array(z.looseObject({ table: z.string() })) }),
    'GET',
    '/api/record-types',
  );
  const { table, ...input } = items.find((one) => one.table === 'account') ?? { table: '' };
  await world.ok(z.unknown(), 'PUT', `/api/record-types/${table}`, {
    ...input,
    complianceField: column.name,
  });
  try {
    expect(before).toEqual({ state: 'granted', source: 'crm-unproven' });
    expect(await service(quiet.phones[0] ?? '')).toEqual(before);
    expect(await field(sibling)).toBe(true);
    // The ledger knows the answer of the other: the new field takes it.
    expect(await field(asked)).toBe(true);
  } finally {
    await world.ok(z.unknown(), 'PUT', `/api/record-types/${table}`, input);
  }
});

it('CRM-3 a later change to No closes at once, for every record of the number', async () => {
  const { phone, record } = await answered(world, 'yes');
  const lead = await world.record('lead', named({ mobilephone: phone }));
  await change(lead, { [FIELD]: false });
  expect([await field(record), await field(lead)]).toEqual([false, false]);
  expect(await service(phone)).toEqual({ state: 'denied', source: 'crm' });
  for (const one of [record, lead])
    expect(await blocked(world, { to: to(one), text: 'Hello' })).toMatchObject({
      code: 'consent-denied',
      detail: expect.stringMatching(/^The CRM says No for this customer\./),
    });
  const { history } = await world.consent(phone);
  expect(history.at(-1)).toMatchObject({ type: 'crm-observed', actor: 'API key' });
});

it('CRM-3 a later Yes against the customer’s refusal is set back, and shown', async () => {
  const { phone, record } = await answered(world, 'no');
  const lead = await world.record('lead', named({ mobilephone: phone }));
  expect((await world.consent(phone)).history.at(-1)).toMatchObject({
    type: 'linked',
    summary: `A CRM record with this number appeared: ${lead.name}`,
  });
  expect((await change(record, { [FIELD]: true })).complianceValue).toBe(false);
  expect(await field(lead)).toBe(false);
  expect(await service(phone)).toEqual({ state: 'denied', source: 'button' });
  const { history } = await world.consent(phone);
  expect(history.at(-1)).toMatchObject({
    type: 'not-counted',
    actor: 'API key',
    summary: `Changed to Yes in the CRM on ${record.name} by API key. It does not count and was set back: the customer had refused`,
  });
  expect(await blocked(world, { to: to(record), text: 'Hello' })).toMatchObject({
    code: 'consent-denied',
    detail: expect.stringMatching(/^The customer refused messages\./),
  });
  // Trying again changes as little.
  expect((await change(record, { [FIELD]: true })).complianceValue).toBe(false);
});

it('CRM-3 a later Yes without a refusal before it opens service, unproven, with its actor', async () => {
  const { phone, record } = await contact(world);
  const lead = await world.record('lead', named({ mobilephone: phone }));
  await change(record, { [FIELD]: true });
  expect(await service(phone)).toEqual({ state: 'granted', source: 'crm-unproven' });
  expect((await world.consent(phone, 'marketing')).state).toBe('not-asked');
  expect([await field(record), await field(lead)]).toEqual([true, true]);
  expect((await world.consent(phone)).history.at(-1)).toMatchObject({
    type: 'crm-observed',
    actor: 'API key',
  });
  // What a person closed in the CRM, a person may open there: no customer refused.
  await change(record, { [FIELD]: false });
  expect((await service(phone)).state).toBe('denied');
  await change(record, { [FIELD]: true });
  expect(await service(phone)).toEqual({ state: 'granted', source: 'crm-unproven' });
  // The customer's own refusal is another matter.
  await world.advance(1_000);
  await world.says(phone, 'STOP');
  await change(record, { [FIELD]: true });
  expect(await field(record)).toBe(false);
});

it('CRM-3 an emptied field is restored from the ledger', async () => {
  for (const [answer, value] of [
    ['yes', true],
    ['no', false],
  ] as const) {
    const { phone, record } = await answered(world, answer);
    expect((await change(record, { [FIELD]: null })).complianceValue).toBe(value);
    expect((await service(phone)).source).toBe('button');
  }
  const { record } = await contact(world, { [FIELD]: true });
  expect((await change(record, { [FIELD]: null })).complianceValue).toBeNull();
});

it('CRM-3 an import counts the same as an edit', async () => {
  const no = await answered(world, 'no');
  const yes = await answered(world, 'yes');
  const closing = await answered(world, 'yes');
  const fresh = world.newPhone();
  const report = await importCsv(
    'contact',
    [
      `id,fullname,mobilephone,${FIELD}`,
      `${no.record.id},Ana,${no.phone},yes`,
      `${yes.record.id},Ana,${yes.phone},`,
      `${closing.record.id},Ana,${closing.phone},No`,
      `,Fresh,${fresh},Yes`,
      `,Copy of a refusal,${no.phone},Yes`,
    ].join('\n'),
  );
  expect(report).toMatchObject({ created: 2, updated: 3, already: 0, bad: [] });
  expect(await field(no.record)).toBe(false);
  expect(await service(no.phone)).toEqual({ state: 'denied', source: 'button' });
  expect(await field(yes.record)).toBe(true);
  expect(await service(closing.phone)).toEqual({ state: 'denied', source: 'crm' });
  expect(await service(fresh)).toEqual({ state: 'granted', source: 'crm-unproven' });
  const { records } = await world.consent(no.phone);
  expect(records.map((one) => one.complianceValue)).toEqual([false, false]);
  expect((await world.consent(closing.phone)).history.at(-1)).toMatchObject({
    type: 'crm-observed',
    source: 'import',
  });
});

it('CRM-3 under the polarity “forbids” an allowed without a grant says nothing', async () => {
  const column = await world.ok(ColumnOut, 'POST', '/api/crm/tables/lead/columns', {
    label: 'Do not message',
    default: false,
  });
  const { items } = await world.ok(
    z.object({ items: z.array(z.looseObject({ table: z.string() })) }),
    'GET',
    '/api/record-types',
  );
  const { table, ...input } = items.find((one) => one.table === 'lead') ?? { table: '' };
  await world.ok(z.unknown(), 'PUT', `/api/record-types/${table}`, {
    ...input,
    complianceField: column.name,
    polarity: 'forbids',
  });
  try {
    const phone = world.newPhone();
    const lead = await world.record('lead', named({ mobilephone: phone }));
    expect(lead.complianceValue).toBe(false);
    expect(await service(phone)).toEqual({ state: 'not-asked', source: null });
    expect(await blocked(world, { to: to(lead), messageTemplateId: await utilityOf('lead') })).toMatchObject({
      code: 'consent-needed',
    });
    const forbidden = await world.record(
      'lead',
      named({ mobilephone: world.newPhone(), [column.name]: true }),
    );
    expect(
      await blocked(world, { to: to(forbidden), messageTemplateId: await utilityOf('lead') }),
    ).toMatchObject({
      code: 'consent-denied',
    });
    await world.sendConsent(lead);
    await world.tap(phone, 'no');
    expect(await field(lead)).toBe(true);
    // Switched off in the CRM: the customer's refusal sets it on again.
    expect((await change(lead, { [column.name]: false })).complianceValue).toBe(true);
    await world.advance(1_000);
    await world.tap(phone, 'yes');
    expect(await field(lead)).toBe(false);
    expect((await service(phone)).state).toBe('granted');
    expect((await change(lead, { [column.name]: true })).complianceValue).toBe(true);
    expect(await service(phone)).toEqual({ state: 'denied', source: 'crm' });
  } finally {
    await world.ok(z.unknown(), 'PUT', `/api/record-types/${table}`, input);
  }
});

it('CRM-3 on a shared number a grant belongs to the record that was asked, a refusal to all', async () => {
  const { phone, record: asked } = await contact(world);
  const other = await world.record('lead', named({ fullname: 'Ben Smith', mobilephone: phone }));
  await world.says(phone, 'Hello');
  const { conversationId } = await world.consent(phone);
  await world.ok(z.unknown(), 'POST', `/api/conversations/${conversationId}/shared`, { shared: true });
  await world.sendConsent(asked);
  await world.tap(phone, 'yes');
  expect([await field(asked), await field(other)]).toEqual([true, null]);
  // Neither an edit nor a record that comes later takes a grant that was not for it.
  await change(other, { address1_city: 'Boston' });
  const later = await world.record('contact', named({ fullname: 'Cleo Smith', mobilephone: phone }));
  expect([await field(asked), await field(other), await field(later)]).toEqual([true, null, null]);
  await world.tap(phone, 'no');
  expect([await field(asked), await field(other), await field(later)]).toEqual([false, false, false]);
  const last = await world.record('lead', named({ fullname: 'Dora Smith', mobilephone: phone }));
  expect(last.complianceValue).toBe(false);
});

it('CRM-4 while a refusal cannot be written nothing leaves, and then it counts from when it was said', async () => {
  const { phone, record } = await answered(world, 'yes');
  const { crm } = world.ctx;
  world.ctx.crm = { ...crm, writeFields: () => Promise.reject(new Error('the CRM is down')) };
  world.emulator.customerSends(phone, { text: 'STOP' });
  await world.emulator.idle();
  const delivery = world.emulator.deliveries().findLast((one) => one.body.includes('"STOP"'));
  expect(delivery?.attempts.map((one) => one.httpStatus)).toEqual([200]);
  const message = takenFrom(await world.send({ to: to(record), text: 'Still there?' }));
  await world.emulator.idle();
  expect(await world.message(message.id)).toMatchObject({ status: 'queued' });
  world.ctx.crm = crm;
  await world.advance(60_000);
  expect(await service(phone)).toEqual({ state: 'denied', source: 'stop-word' });
  expect(await field(record)).toBe(false);
  expect(await world.message(message.id)).toMatchObject({
    status: 'cancelled',
    reason: 'consent-denied',
  });
  expect(world.emulator.messagesOf(phone).map((one) => one.text)).not.toContain('Still there?');
});

it('CRM-5 what Assent writes is not read back as an edit', async () => {
  const { phone, record } = await answered(world, 'yes');
  const lead = await world.record('lead', named({ mobilephone: phone }));
  await world.advance(1_000);
  await world.says(phone, 'STOP');
  const lines = (await world.consent(phone)).history.map((line) => line.type);
  expect(lines).toEqual(['requested', 'granted', 'linked', 'denied']);
  for (const one of [record, lead]) {
    await change(one, { address1_city: 'Boston' });
    // The form sends every field, the Compliance Field as it shows it among them.
    await change(one, { address1_city: 'Austin', [FIELD]: false });
  }
  await importCsv('contact', `id,fullname,mobilephone,${FIELD}\n${record.id},Ana Smith,${phone},No`);
  await world.ok(z.unknown(), 'POST', '/api/whatsapp-templates/sync');
  expect((await world.consent(phone)).history.map((line) => line.type)).toEqual(lines);
});

it('CRM-5 setting a record type up again changes no decision', async () => {
  const { phone, record } = await answered(world, 'yes');
  const found = await contact(world, { [FIELD]: false });
  const before = [await world.consent(phone), await world.consent(found.phone)];
  const { items } = await world.ok(
    z.object({ items: z.array(z.looseObject({ table: z.string() })) }),
    'GET',
    '/api/record-types',
  );
  const { table, ...input } = items.find((one) => one.table === 'contact') ?? { table: '' };
  for (let times = 0; times < 2; times += 1)
    await world.ok(z.unknown(), 'PUT', `/api/record-types/${table}`, input);
  expect([await world.consent(phone), await world.consent(found.phone)]).toEqual(before);
  expect([await field(record), await field(found.record)]).toEqual([true, false]);
});

it('who writes is recognised however the number is written', async () => {
  const cases = [
    // Brazil: WhatsApp knows many mobiles without the ninth digit.
    ['+55 11 98765-4321', '+551187654321', {}],
    ['(11) 97654-3210', '+5511976543210', { defaultCountry: 'BR' }],
    // Mexico: with or without the 1 after 52; Argentina: with or without the 9 after 54.
    ['+52 55 1234 5678', '+5215512345678', {}],
    ['+54 11 2345-6789', '+5491123456789', {}],
    ['0170 1234567', '+491701234567', { defaultCountry: 'DE' }],
    ['tel:+44-20-7946-0958', '+442079460958', {}],
    ['00 33 6 12 34 56 78', '+33612345678', {}],
  ] as const;
  const { items } = await world.ok(
    z.object({ items: z.array(z.looseObject({ table: z.string() })) }),
    'GET',
    '/api/record-types',
  );
  const { table, ...input } = items.find((one) => one.table === 'lead') ?? { table: '' };
  for (const [written, waId, more] of cases) {
    await world.ok(z.unknown(), 'PUT', `/api/record-types/${table}`, { ...input, ...more });
    const lead = await world.record('lead', named({ mobilephone: written }));
    expect((await world.postWebhook(textFrom({ phone: waId }, 'STOP', world.now()))).status).toBe(200);
    await world.settled();
    expect(await field(lead), `${written} is ${waId}`).toBe(false);
    expect((await world.consent(waId)).records.map((one) => one.id)).toEqual([lead.id]);
  }
  await world.ok(z.unknown(), 'PUT', `/api/record-types/${table}`, input);
});

it('an agent cannot set the field by hand, but can record a refusal, and a grant with evidence', async () => {
  const agent = await world.as('agent');
  const { phone, record } = await contact(world);
  for (const [method, path] of [
    ['PATCH', `/api/records/contact/${record.id}`],
    ['POST', '/api/records/contact'],
  ] as const) {
    const answer = await agent(method, path, { values: { fullname: 'Ana', [FIELD]: true } });
    expect([answer.status, answer.body]).toMatchObject([422, { code: 'compliance-field-read-only' }]);
  }
  expect(await field(record)).toBeNull();
  const refusal = await agent('POST', '/api/consent', { phone, decision: 'denied' });
  expect([refusal.status, refusal.body]).toMatchObject([
    200,
    { state: 'denied', source: 'recorded', complianceValue: false },
  ]);
  expect(await field(record)).toBe(false);
  await world.advance(1_000);
  for (const evidence of [undefined, { text: '   ' }]) {
    const bare = await agent('POST', '/api/consent', {
      phone,
      decision: 'granted',
      ...(evidence && { evidence }),
    });
    expect([bare.status, bare.body]).toMatchObject([422, { code: 'evidence-needed' }]);
  }
  const file = {
    name: 'form.txt',
    mimeType: 'text/plain',
    base64: Buffer.from('I agree. Ana').toString('base64'),
  };
  const evidence = { text: 'Signed the form at the fair on 3 May', file };
  const grant = await agent('POST', '/api/consent', { phone, decision: 'granted', evidence });
  expect([grant.status, grant.body]).toMatchObject([200, { state: 'granted', source: 'recorded' }]);
  expect(await field(record)).toBe(true);
  const { history } = await world.consent(phone);
  expect(history.at(-1)).toMatchObject({
    type: 'granted',
    actor: 'Alex Agent',
    evidence: { text: evidence.text, fileName: 'form.txt' },
  });
  // What was attached can be shown, byte by byte, and is what the line says.
  const line = history.at(-1);
  const path = `/api/evidence-files/${line?.contactPointId}/${line?.seq}`;
  const kept = await agent('GET', path);
  expect([kept.status, kept.body]).toEqual([200, 'I agree. Ana']);
  expect(kept.headers.get('content-disposition')).toBe('attachment; filename="form.txt"');
  expect(kept.headers.get('content-type')).toBe('application/octet-stream');
  expect(line?.evidence.fileSha256).toBe(createHash('sha256').update('I agree. Ana').digest('hex'));
  expect((await agent('GET', `/api/evidence-files/${line?.contactPointId}/1`)).status).toBe(404);
});

it('with a second person a grant waits, and whoever asked for it cannot approve it', async () => {
  const agent = await world.as('agent');
  const administrator = await world.as('administrator');
  const pending = async () => (await world.ok(Pending, 'GET', '/api/pending-grants')).items;
  await world.ok(z.unknown(), 'PATCH', '/api/settings', { grantNeedsSecondPerson: true });
  try {
    const { phone, record } = await contact(world);
    const evidence = {
      text: 'Said so on the telephone',
      file: { name: 'call.txt', mimeType: 'text/plain', base64: Buffer.from('Yes').toString('base64') },
    };
    const asked = await agent('POST', '/api/consent', { phone, decision: 'granted', evidence });
    expect([asked.status, asked.body]).toMatchObject([202, { state: 'not-asked' }]);
    expect(await field(record)).toBeNull();
    const [grant] = await pending();
    expect(grant).toMatchObject({ phone, evidence: evidence.text, requestedBy: 'Alex Agent' });
    expect(grant?.fileName).toBe('call.txt');
    const waitingFile = () => administrator('GET', `/api/pending-grants/${grant?.id}/file`);
    expect(await waitingFile()).toMatchObject({ status: 200, body: 'Yes' });
    const agents = await agent('POST', `/api/pending-grants/${grant?.id}/approve`);
    expect([agents.status, agents.body]).toMatchObject([403, { code: 'not-allowed' }]);
    const other = await contact(world);
    await administrator('POST', '/api/consent', { phone: other.phone, decision: 'granted', evidence });
    const owns = (await pending()).find((one) => one.phone === other.phone);
    const own = await administrator('POST', `/api/pending-grants/${owns?.id}/approve`);
    expect([own.status, own.body]).toMatchObject([403, { code: 'second-person-needed' }]);
    expect((await administrator('POST', `/api/pending-grants/${owns?.id}/reject`)).status).toBe(204);
    for (const asked of [phone, other.phone])
      expect(await service(asked)).toEqual({ state: 'not-asked', source: null });
    expect((await administrator('POST', `/api/pending-grants/${grant?.id}/approve`)).status).toBe(204);
    expect(await service(phone)).toEqual({ state: 'granted', source: 'recorded' });
    expect(await field(record)).toBe(true);
    const line = (await world.consent(phone)).history.at(-1);
    const someone = expect.stringMatching(/^[0-9a-f-]{36}$/);
    expect(line?.evidence).toMatchObject({
      actorId: someone,
      actorRole: 'agent',
      approvedById: someone,
      approvedByRole: 'administrator',
    });
    expect(line?.evidence.actorId).not.toBe(line?.evidence.approvedById);
    const kept = await agent('GET', `/api/evidence-files/${line?.contactPointId}/${line?.seq}`);
    expect([kept.status, kept.body, (await waitingFile()).status]).toEqual([200, 'Yes', 404]);
    expect((await administrator('POST', `/api/pending-grants/${grant?.id}/approve`)).status).toBe(404);
    // A refusal needs nobody else.
    const refusal = await agent('POST', '/api/consent', { phone, decision: 'denied' });
    expect([refusal.status, refusal.body]).toMatchObject([200, { state: 'denied' }]);
    const rejected = await contact(world);
    await agent('POST', '/api/consent', { phone: rejected.phone, decision: 'granted', evidence });
    const [second] = await pending();
    expect((await administrator('POST', `/api/pending-grants/${second?.id}/reject`)).status).toBe(204);
    expect(await service(rejected.phone)).toEqual({ state: 'not-asked', source: null });
    expect(await pending()).toEqual([]);
  } finally {
    await world.ok(z.unknown(), 'PATCH', '/api/settings', { grantNeedsSecondPerson: false });
  }
});

it('no key approves a grant, as whoever recorded it could have made that key; it may reject one', async () => {
  const administrator = await world.as('administrator');
  await world.ok(z.unknown(), 'PATCH', '/api/settings', { grantNeedsSecondPerson: true });
  try {
    const { phone } = await contact(world);
    await administrator('POST', '/api/consent', {
      phone,
      decision: 'granted',
      evidence: 'Said so at the fair',
    });
    const { items } = await world.ok(Pending, 'GET', '/api/pending-grants');
    const id = items.find((one) => one.phone === phone)?.id;
    const made = await administrator('POST', '/api/api-keys', { name: 'Mine', scopes: ['approve-grant'] });
    const { key } = z.object({ key: z.string() }).parse(made.body);
    for (const bearer of [key, ADMIN_API_KEY]) {
      const headers = { authorization: `Bearer ${bearer}` };
      const answer = await world.api('POST', `/api/pending-grants/${id}/approve`, undefined, headers);
      expect([answer.status, answer.body]).toMatchObject([403, { code: 'second-person-needed' }]);
    }
    expect(await service(phone)).toEqual({ state: 'not-asked', source: null });
    const headers = { authorization: `Bearer ${key}` };
    const rejected = await world.api('POST', `/api/pending-grants/${id}/reject`, undefined, headers);
    expect(rejected.status).toBe(204);
  } finally {
    await world.ok(z.unknown(), 'PATCH', '/api/settings', { grantNeedsSecondPerson: false });
  }
});

it('nobody approves what a key of their own making recorded, nor a key that one of theirs made', async () => {
  const [maker, colleague] = [
    await hire(world, 'Mia Maker', 'administrator'),
    await hire(world, 'Cole League', 'administrator'),
  ];
  const makeKey = async (as: (body: unknown) => Promise<{ body: unknown }>) => {
    const { body } = await as({ name: 'CRM', scopes: ['record-grant', 'manage-people'] });
    const { apiKey, key } = ApiKeyMadeOut.parse(body);
    return { id: apiKey.id, key };
  };
  const byKey = (key: string) => (method: 'POST', path: string, body: unknown) =>
    world.api(method, path, body, { authorization: `Bearer ${key}` });
  const counted = async (person: Person) =>
    WaitingDecisionsOut.parse((await person.api('GET', '/api/waiting-decisions')).body).grants;
  const approve = async (by: Person, id: string) => {
    const { status, body } = await by.api('POST', `/api/pending-grants/${id}/approve`);
    return status === 204 ? 'approved' : Problem.parse(body);
  };
  await world.ok(z.unknown(), 'PATCH', '/api/settings', { grantNeedsSecondPerson: true });
  try {
    const first = await makeKey((body) => maker.api('POST', '/api/api-keys', body));
    const second = await makeKey((body) => byKey(first.key)('POST', '/api/api-keys', body));
    const before = [await counted(maker), await counted(colleague)];
    for (const { key } of [first, second]) {
      const { phone } = await contact(world);
      const recorded = await byKey(key)('POST', '/api/consent', {
        phone,
        decision: 'granted',
        evidence: 'Signed',
      });
      expect(recorded.status).toBe(202);
      expect([await counted(maker), await counted(colleague)]).toEqual([before[0], (before[1] ?? 0) + 1]);
      const own = async (person: Person) =>
        PendingGrantPage.parse((await person.api('GET', '/api/pending-grants')).body).items.find(
          (one) => one.phone === phone,
        );
      const id = (await own(maker))?.id ?? '';
      expect([(await own(maker))?.own, (await own(colleague))?.own]).toEqual(['key', null]);
      expect(await approve(maker, id)).toMatchObject({
        code: 'second-person-needed',
        detail: 'Somebody else has to approve a grant that a key you made has recorded.',
      });
      // A name that changed, a key that is revoked: it stays theirs.
      await world.ok(z.unknown(), 'PATCH', `/api/people/${maker.id}`, { name: `Mia ${key.slice(-4)}` });
      expect(await approve(maker, id)).toMatchObject({ code: 'second-person-needed' });
      expect(await approve(colleague, id)).toBe('approved');
    }
    // As the version before made it.
    await sql`update api_key set created_by_id = null, created_by = 'Mia Old' where id = ${first.id}::uuid`.execute(
      world.ctx.database.db,
    );
    await world.ok(z.unknown(), 'PATCH', `/api/people/${maker.id}`, { name: 'Mia Old' });
    const { phone } = await contact(world);
    await byKey(second.key)('POST', '/api/consent', { phone, decision: 'granted', evidence: 'Signed' });
    expect([await counted(maker), await counted(colleague)]).toEqual([before[0], (before[1] ?? 0) + 1]);
    const { items } = await world.ok(Pending, 'GET', '/api/pending-grants');
    const id = items.find((one) => one.phone === phone)?.id ?? '';
    expect(await approve(maker, id)).toMatchObject({ code: 'second-person-needed' });
    expect(await approve(colleague, id)).toBe('approved');
  } finally {
    await world.ok(z.unknown(), 'PATCH', '/api/settings', { grantNeedsSecondPerson: false });
  }
});

it('a grant that waited does not undo the refusal that came meanwhile', async () => {
  const agent = await world.as('agent');
  const administrator = await world.as('administrator');
  await world.ok(z.unknown(), 'PATCH', '/api/settings', { grantNeedsSecondPerson: true });
  try {
    const { phone, record } = await contact(world);
    const evidence = { text: 'Said so on the telephone' };
    await agent('POST', '/api/consent', { phone, decision: 'granted', evidence });
    await world.advance(HOUR);
    await world.says(phone, 'STOP');
    const { items } = await world.ok(Pending, 'GET', '/api/pending-grants');
    const answer = await administrator('POST', `/api/pending-grants/${items[0]?.id}/approve`);
    expect([answer.status, answer.body]).toMatchObject([409, { code: 'refused-meanwhile' }]);
    expect(await service(phone)).toEqual({ state: 'denied', source: 'stop-word' });
    expect(await field(record)).toBe(false);
    expect((await administrator('POST', `/api/pending-grants/${items[0]?.id}/reject`)).status).toBe(204);
  } finally {
    await world.ok(z.unknown(), 'PATCH', '/api/settings', { grantNeedsSecondPerson: false });
  }
});

it('whoever recorded a grant is known by their id, not by a name', async () => {
  const [sam, namesake] = [
    await hire(world, 'Sam Same', 'administrator'),
    await hire(world, 'Sam Same', 'administrator'),
  ];
  const approve = async (by: Person, id: string) => {
    const { status, body } = await by.api('POST', `/api/pending-grants/${id}/approve`);
    return status === 204 ? 'approved' : Problem.parse(body).code;
  };
  const record = async () => {
    const { phone } = await contact(world);
    await sam.api('POST', '/api/consent', { phone, decision: 'granted', evidence: 'Said so at the fair' });
    const { items } = await world.ok(Pending, 'GET', '/api/pending-grants');
    return items.find((one) => one.phone === phone)?.id ?? '';
  };
  await world.ok(z.unknown(), 'PATCH', '/api/settings', { grantNeedsSecondPerson: true });
  try {
    const first = await record();
    expect(await approve(sam, first)).toBe('second-person-needed');
    expect(await approve(namesake, first)).toBe('approved');
    const second = await record();
    await world.ok(z.unknown(), 'PATCH', `/api/people/${sam.id}`, { name: 'Sam Changed' });
    expect(await approve(sam, second)).toBe('second-person-needed');
    expect(await approve(namesake, second)).toBe('approved');
    // As the version before recorded it.
    const third = await record();
    await sql`update pending_grant set requested_by_id = null where id = ${third}::uuid`.execute(
      world.ctx.database.db,
    );
    expect(await approve(sam, third)).toBe('second-person-needed');
    expect(await approve(namesake, third)).toBe('approved');
  } finally {
    await world.ok(z.unknown(), 'PATCH', '/api/settings', { grantNeedsSecondPerson: false });
  }
});

it('a refusal that was known when a grant was recorded came before it, whatever the clocks say', async () => {
  const agent = await world.as('agent');
  const administrator = await world.as('administrator');
  await world.ok(z.unknown(), 'PATCH', '/api/settings', { grantNeedsSecondPerson: true });
  try {
    const { phone } = await contact(world);
    // WhatsApp's clock is ahead of ours.
    await world.postWebhook(webhookOf(inboundText(phone, world.now() + 90_000, 'STOP')));
    await world.settled();
    expect(await service(phone)).toEqual({ state: 'denied', source: 'stop-word' });
    await agent('POST', '/api/consent', { phone, decision: 'granted', evidence: 'Came and signed again' });
    const { items } = await world.ok(Pending, 'GET', '/api/pending-grants');
    const grant = items.find((one) => one.phone === phone);
    const approved = await administrator('POST', `/api/pending-grants/${grant?.id}/approve`);
    expect([approved.status, approved.body]).toMatchObject([204, {}]);
    expect(await service(phone)).toEqual({ state: 'granted', source: 'recorded' });
  } finally {
    await world.ok(z.unknown(), 'PATCH', '/api/settings', { grantNeedsSecondPerson: false });
  }
});

it('the same grant waits once; one that was refused meanwhile says so, and stands in no new one’s way', async () => {
  const agent = await world.as('agent');
  const administrator = await world.as('administrator');
  await world.ok(z.unknown(), 'PATCH', '/api/settings', { grantNeedsSecondPerson: true });
  try {
    const { phone } = await contact(world);
    const grant = (purpose: string) => ({
      phone,
      purpose,
      decision: 'granted',
      evidence: { text: 'Said so on the telephone' },
    });
    const waiting = async () =>
      (await world.ok(z.object({ items: z.array(PendingGrantOut) }), 'GET', '/api/pending-grants')).items.map(
        ({ purpose, refusedMeanwhile: outrun }) => ({ purpose, outrun }),
      );
    expect((await agent('POST', '/api/consent', grant('service'))).status).toBe(202);
    const again = await administrator('POST', '/api/consent', grant('service'));
    expect([again.status, again.body]).toMatchObject([
      409,
      { code: 'grant-waits-already', detail: expect.stringContaining('recorded by Alex Agent') },
    ]);
    expect((await agent('POST', '/api/consent', grant('marketing'))).status).toBe(202);
    expect(await waiting()).toEqual([
      { purpose: 'service', outrun: false },
      { purpose: 'marketing', outrun: false },
    ]);
    await world.advance(HOUR);
    await world.says(phone, 'STOP');
    expect((await waiting()).map(({ outrun }) => outrun)).toEqual([true, true]);
    await world.advance(HOUR);
    expect((await agent('POST', '/api/consent', grant('service'))).status).toBe(202);
    expect((await waiting()).map(({ outrun }) => outrun)).toEqual([true, true, false]);
  } finally {
    await world.ok(z.unknown(), 'PATCH', '/api/settings', { grantNeedsSecondPerson: false });
  }
});

async function utilityOf(recordType: string): Promise<string> {
  const { items } = await world.ok(
    z.object({ items: z.array(z.object({ id: z.string(), type: z.string() })) }),
    'GET',
    `/api/message-templates?recordType=${recordType}`,
  );
  return items.find((one) => one.type === 'utility')?.id ?? '';
}
