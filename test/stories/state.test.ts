import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ImportReport } from '../../src/http/schemas/records.ts';
import { inboundText, webhookOf } from './payloads.ts';
import { ADMIN_API_KEY, openWorld, REPLY_YES, type TypeSetUp, type Values, type World } from './world.ts';

/** How peers lose, invent or spread a decision, each told to the product as it runs. */

const HOUR = 3_600_000;
let world: World;
let templates: TypeSetUp;

beforeAll(async () => {
  world = await openWorld();
  templates = await world.setUpContactType();
});
afterAll(() => world.close());

const stateOf = async (phone: string) => (await world.consent(phone)).state;
async function made(values: Values = {}) {
  const phone = world.newPhone();
  const record = await world.record('contact', { fullname: 'Ana Silva', mobilephone: phone, ...values });
  return { phone, record, to: { recordType: 'contact', recordId: record.id } };
}
async function asked() {
  const one = await made();
  const sent = await world.sendConsent(one.record);
  return { ...one, sent };
}
const fieldOf = async (one: { record: { recordType: string; id: string } }) =>
  (await world.readRecord(one.record)).complianceValue;
const outgoing = (phone: string) =>
  world.emulator.messagesOf(phone).filter((message) => message.direction === 'out');
const atSecond = (ms: number) => Math.floor(ms / 1000);

it('STA-1: a refusal leaves the proof of the grant standing, and a grant that of the refusal', async () => {
  const one = await asked();
  await world.tap(one.phone, 'yes');
  const { history: afterYes } = await world.consent(one.phone);
  await world.tap(one.phone, 'no');
  const { history: afterNo } = await world.consent(one.phone);
  await world.sendConsent(one.record);
  await world.tap(one.phone, 'yes');
  const { state, history } = await world.consent(one.phone);
  expect(state).toBe('granted');
  expect(history.map((line) => line.type)).toEqual([
    'requested',
    'granted',
    'denied',
    'requested',
    'granted',
  ]);
  // What stood there stands there unchanged, each line chained to the one before.
  expect(afterNo.slice(0, afterYes.length)).toEqual(afterYes);
  expect(history.slice(0, afterNo.length).map((line) => line.hash)).toEqual(afterNo.map((line) => line.hash));
  expect(history.slice(1).map((line) => line.prevHash)).toEqual(
    history.slice(0, -1).map((line) => line.hash),
  );
});

it('STA-2: somebody who is not on WhatsApp has refused nothing, and may be asked again', async () => {
  for (const path of ['sync', 'async'] as const) {
    const one = await made();
    world.emulator.fault({ kind: 'code', code: 131026, path, to: one.phone });
    const sent = await world.sendConsent(one.record);
    expect(sent).toMatchObject({ status: 'failed', reason: 'whatsapp-131026' });
    const consent = await world.consent(one.phone);
    expect(consent).toMatchObject({ state: 'not-asked', requestOpen: false, decidedAt: null });
    expect(consent.history.map((line) => line.type)).toEqual(
      expect.arrayContaining(['requested', 'request-failed']),
    );
    expect(consent.history.map((line) => line.type)).not.toContain('denied');
    expect(await fieldOf(one)).toBeNull();
    expect((await world.sendConsent(one.record)).status).toBe('delivered');
  }
});

describe('STA-3: the history says what came of an answer, and both are written together', () => {
  it('STA-3: a Yes to an older question after a refusal is shown as not counted', async () => {
    const one = await asked();
    await world.says(one.phone, 'STOP');
    const before = outgoing(one.phone).length;
    await world.tap(one.phone, 'yes');
    const { state, history } = await world.consent(one.phone);
    expect(state).toBe('denied');
    expect(history.at(-1)).toMatchObject({ act: 'button', type: 'not-counted' });
    expect(history.map((line) => line.type)).not.toContain('granted');
    expect(await fieldOf(one)).toBe(false);
    expect(outgoing(one.phone)).toHaveLength(before);
  });

  it('STA-3: a second Yes changes nothing and is not answered again', async () => {
    const one = await asked();
    await world.tap(one.phone, 'yes');
    await world.tap(one.phone, 'yes');
    expect(await stateOf(one.phone)).toBe('granted');
    expect(outgoing(one.phone).filter((message) => message.text === REPLY_YES)).toHaveLength(1);
  });

  it('STA-3: where the field cannot be written there is no line either, until both can', async () => {
    const one = await asked();
    const { db } = world.ctx.database;
    await sql`create or replace function refuse_field() returns trigger language plpgsql as $$
      begin raise exception 'no room' using errcode = 'disk_full'; end $$`.execute(db);
    await sql`create trigger refuse_field before update on crm_record for each row
      when (${sql.raw(`old.id = '${one.record.id}'`)}) execute function refuse_field()`.execute(db);
    try {
      await world.tap(one.phone, 'yes');
      expect(await world.consent(one.phone)).toMatchObject({ state: 'requested', complianceValue: null });
      expect((await world.consent(one.phone)).history.map((line) => line.type)).toEqual(['requested']);
    } finally {
      await sql`drop trigger refuse_field on crm_record`.execute(db);
    }
    await world.advance(60_000);
    expect(await world.consent(one.phone)).toMatchObject({ state: 'granted', complianceValue: true });
  });
});

describe('STA-4: a refusal of one kind from somebody we know nothing of is stored, and stays of that kind', () => {
  it('STA-4: a word against marketing', async () => {
    const phone = world.newPhone();
    await world.says(phone, 'Stop promotions');
    expect(await world.consent(phone, 'marketing')).toMatchObject({ state: 'denied' });
    expect(await world.consent(phone, 'service')).toMatchObject({ state: 'not-asked' });
  });

  it('STA-4: WhatsApp’s own stop', async () => {
    const phone = world.newPhone();
    world.emulator.customerPrefers(phone, 'stop');
    await world.settled();
    expect(await world.consent(phone, 'marketing')).toMatchObject({
      platformStopped: true,
      state: 'not-asked',
    });
    expect(await stateOf(phone)).toBe('not-asked');
    const record = await world.record('contact', { fullname: 'Later Made', mobilephone: phone });
    expect(record.complianceValue).toBeNull();
    const to = { recordType: 'contact', recordId: record.id };
    const sale = await saleTemplate();
    const answer = await world.send({ to, messageTemplateId: sale });
    expect(answer).toMatchObject({
      status: 409,
      body: { code: 'marketing-consent-needed', alsoBlockedBy: ['platform-stopped-marketing'] },
    });
  });
});

let sale: string | null = null;
/** A published template that Meta classes as marketing. */
async function saleTemplate(): Promise<string> {
  if (sale !== null) return sale;
  const template = await world.template({
    name: 'Spring sale',
    type: 'marketing',
    recordType: 'contact',
    session: 'utility',
    whatsappTemplate: { name: 'spring_sale', language: 'en' },
    bindings: { '1': { column: 'fullname' }, '2': { text: '31 May' } },
  });
  await world.publish(template);
  sale = template.id;
  return sale;
}

it('STA-5: a decision keeps the wording served, its language and ids, WhatsApp’s time and the digest of the webhook', async () => {
  const one = await asked();
  const question = world.emulator.messagesOf(one.phone)[0];
  await world.tap(one.phone, 'yes');
  const tapped = world.emulator.messagesOf(one.phone).findLast((message) => message.direction === 'in');
  const { history } = await world.consent(one.phone);
  const line = history.find((candidate) => candidate.type === 'granted');
  expect(line).toMatchObject({
    act: 'button',
    at: new Date(atSecond(Date.parse(tapped?.at ?? '')) * 1000).toISOString(),
    actor: 'customer',
    evidence: {
      phone: one.phone,
      whatsappId: tapped?.id,
      quotes: question?.id,
      payload: question?.buttons[0]?.payload,
      text: 'Yes, I Agree',
      language: 'en',
      rule: 'button:token',
      listVersion: expect.stringMatching(/.+/),
      bodySha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      signatureVerified: true,
      request: {
        whatsappId: question?.id,
        templateName: 'consent_request',
        language: 'en',
        category: 'UTILITY',
        wordingHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    },
  });
  expect(JSON.stringify(line?.evidence.request)).toContain(question?.text);
  expect(JSON.stringify(line?.evidence.request)).toContain('No, Thank You');
});

describe('STA-6: WhatsApp’s clock decides', () => {
  it('STA-6: the window is counted from when the customer wrote, not from when we heard of it', async () => {
    const early = await made();
    const wroteAt = atSecond(world.now() - 24 * HOUR) + 60;
    await world.says(early.phone, 'Hello', { timestamp: wroteAt });
    const { freeText, serviceWindowClosesAt } = await world.sendable(
      `recordType=contact&recordId=${early.record.id}`,
    );
    expect(freeText.allowed).toBe(true);
    expect(serviceWindowClosesAt).toBe(new Date((wroteAt + 86_400) * 1000).toISOString());

    const late = await made();
    await world.says(late.phone, 'Hello', { timestamp: atSecond(world.now() - 24 * HOUR) - 1 });
    expect(await world.send({ to: late.to, text: 'Hello' })).toMatchObject({
      status: 409,
      body: { alsoBlockedBy: ['service-window-closed'] },
    });
    await world.advance(61_000);
    expect(await world.send({ to: early.to, text: 'Hello' })).toMatchObject({ status: 409 });
  });

  it('STA-6: a refusal from before the question that arrives after the Yes does not undo it', async () => {
    const one = await made();
    const before = atSecond(world.now()) - 600;
    await world.sendConsent(one.record);
    await world.tap(one.phone, 'yes');
    await world.postWebhook(webhookOf(inboundText(one.phone, before * 1000, 'STOP')));
    expect(await stateOf(one.phone)).toBe('granted');
    expect(await fieldOf(one)).toBe(true);
  });

  it('STA-6: a Yes from before the refusal that arrives after it does not undo it', async () => {
    const one = await asked();
    await world.advance(10 * 60_000);
    await world.says(one.phone, 'STOP');
    await world.tap(one.phone, 'yes', { timestamp: atSecond(world.now()) - 300 });
    expect(await stateOf(one.phone)).toBe('denied');
    expect(await fieldOf(one)).toBe(false);
    const { history } = await world.consent(one.phone);
    const refusal = history.find((line) => line.type === 'denied');
    expect(refusal?.at).toMatch(/\.000Z$/);
    expect(Date.parse(refusal?.receivedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(refusal?.at ?? ''));
  });

  it('STA-6: in the same second the refusal wins, whichever arrives first', async () => {
    for (const first of ['yes', 'no'] as const) {
      const one = await asked();
      const timestamp = atSecond(world.now()) + 5;
      await world.tap(one.phone, first, { timestamp });
      await world.tap(one.phone, first === 'yes' ? 'no' : 'yes', { timestamp });
      expect(await stateOf(one.phone)).toBe('denied');
    }
  });
});

describe('STA-7: a decision belongs to the number it was given for', () => {
  it('STA-7: a Yes in a record speaks of its first number, not of the others', async () => {
    const other = world.newPhone();
    const one = await made({ telephone1: other, assent_allowwhatsapp: true });
    expect(await world.consent(one.phone)).toMatchObject({ state: 'granted', source: 'crm-unproven' });
    expect(await world.consent(other)).toMatchObject({ state: 'not-asked', decidedAt: null });
    await world.says(other, 'Yes');
    expect(await stateOf(other)).toBe('not-asked');
    await world.says(other, 'STOP');
    expect(await fieldOf(one)).toBe(true);
    expect(await stateOf(one.phone)).toBe('granted');
  });

  it('STA-7: a record that gets another number does not take the old number’s Yes along', async () => {
    const one = await asked();
    await world.tap(one.phone, 'yes');
    const next = world.newPhone();
    const patched = await world.api('PATCH', `/api/records/contact/${one.record.id}`, {
      values: { mobilephone: next },
    });
    expect(patched.status).toBe(200);
    expect(await fieldOf(one)).toBeNull();
    expect(await stateOf(next)).toBe('not-asked');
    expect(await stateOf(one.phone)).toBe('granted');
    expect(await world.send({ to: one.to, messageTemplateId: templates.utility })).toMatchObject({
      status: 409,
      body: { code: 'consent-needed' },
    });
  });

  it('STA-7: one Yes in a firm does not open the others', async () => {
    const [first, second] = [await made({ assent_allowwhatsapp: true }), await made()];
    await world.says(second.phone, 'Hello');
    expect(await stateOf(first.phone)).toBe('granted');
    expect(await stateOf(second.phone)).toBe('not-asked');
    expect(await fieldOf(second)).toBeNull();
  });
});

describe('STA-8: an import is no proof and undoes no refusal', () => {
  const imported = async (...rows: string[]) => {
    const answer = await world.api(
      'POST',
      '/api/records/contact/import',
      ['id,fullname,mobilephone,assent_allowwhatsapp', ...rows].join('\n'),
      { authorization: `Bearer ${ADMIN_API_KEY}`, 'content-type': 'text/csv' },
    );
    expect(answer.status).toBe(200);
    return ImportReport.parse(answer.body);
  };
  const records = async (search: string) => {
    const page = z.object({
      items: z.array(z.object({ complianceValue: z.boolean().nullable(), consent: z.looseObject({}) })),
    });
    return (
      await world.ok(page, 'GET', `/api/records?recordType=contact&search=${encodeURIComponent(search)}`)
    ).items;
  };

  it('STA-8: a Yes of a file opens as unproven, never as a grant with evidence', async () => {
    const phone = world.newPhone();
    expect(await imported(`,Im Ported,${phone},Yes`)).toMatchObject({ created: 1, bad: [] });
    const consent = await world.consent(phone);
    expect(consent).toMatchObject({ source: 'crm-unproven', complianceValue: true });
    expect(consent.history.map((line) => line.type)).not.toContain('granted');
    expect((await records('Im Ported'))[0]?.consent).toMatchObject({ unproven: true });
  });

  it('STA-8: the number of somebody who refused is imported with No', async () => {
    const phone = world.newPhone();
    await world.says(phone, 'STOP');
    await imported(`,Re Fused,${phone},Yes`);
    expect((await records('Re Fused'))[0]?.complianceValue).toBe(false);
    expect(await stateOf(phone)).toBe('denied');
  });

  it('STA-8: a Yes for a record whose customer refused is set back', async () => {
    const one = await asked();
    await world.tap(one.phone, 'no');
    expect(await imported(`${one.record.id},Ana Silva,${one.phone},Yes`)).toMatchObject({ updated: 1 });
    expect(await fieldOf(one)).toBe(false);
    expect(await stateOf(one.phone)).toBe('denied');
    expect(await world.send({ to: one.to, text: 'Hello' })).toMatchObject({
      body: { code: 'consent-denied' },
    });
  });

  it('STA-8: a No for a record that agreed closes at once', async () => {
    const one = await asked();
    await world.tap(one.phone, 'yes');
    await imported(`${one.record.id},Ana Silva,${one.phone},No`);
    expect(await stateOf(one.phone)).toBe('denied');
    expect(await world.send({ to: one.to, text: 'Hello' })).toMatchObject({
      body: { code: 'consent-denied' },
    });
  });
});

describe('STA-9: an error that says the customer stopped us counts, one that may mean anything does not', () => {
  it('STA-9: 131050 heals a preference whose webhook was lost', async () => {
    const one = await asked();
    await world.tap(one.phone, 'yes');
    await world.ok(z.unknown(), 'POST', '/api/consent', {
      phone: one.phone,
      purpose: 'marketing',
      decision: 'granted',
      evidence: { text: 'Signed form of 2 May, kept in the office' },
    });
    const messageTemplateId = await saleTemplate();
    world.emulator.fault({ kind: 'drop', field: 'user_preferences', to: one.phone });
    world.emulator.customerPrefers(one.phone, 'stop');
    await world.settled();
    expect((await world.consent(one.phone, 'marketing')).platformStopped).toBe(false);
    expect((await world.send({ to: one.to, messageTemplateId })).status).toBe(202);
    await world.settled();
    expect(await world.consent(one.phone, 'marketing')).toMatchObject({ platformStopped: true });
    expect(await world.send({ to: one.to, messageTemplateId })).toMatchObject({
      status: 409,
      body: { code: 'platform-stopped-marketing' },
    });
    // Marketing alone: the chat goes on.
    expect(await stateOf(one.phone)).toBe('granted');
    expect((await world.send({ to: one.to, text: 'Your parcel is ready.' })).status).toBe(202);
  });

  it('STA-9: undeliverable is no refusal: a grant stands', async () => {
    const one = await asked();
    await world.tap(one.phone, 'yes');
    world.emulator.fault({ kind: 'code', code: 131026, path: 'async', to: one.phone });
    await world.send({ to: one.to, text: 'Hello' });
    await world.settled();
    expect(outgoing(one.phone).at(-1)?.status).toBe('failed');
    expect(await stateOf(one.phone)).toBe('granted');
    expect(await fieldOf(one)).toBe(true);
  });
});
