import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { storeInvalid } from '../../src/actions/retry-inbox.ts';
import { verifyLedger } from '../../src/actions/verify-ledger.ts';
import { addDrift } from '../../src/db/crm-compare.ts';
import { ErasureOut } from '../../src/http/schemas/erasure.ts';
import { blocked, to, webhook } from '../defects/acts.ts';
import { type DataverseWorld, FIELD, openDataverseWorld } from './dataverse-world.ts';
import { pdf } from './files.ts';
import { openWorld, type TypeSetUp, type World } from './world.ts';

/** What is left of a customer whose data was erased, and what happens when they come back (docs/erasure.md). */

let world: World;
let type: TypeSetUp;
beforeAll(async () => {
  world = await openWorld();
  type = await world.setUpContactType();
});
afterAll(() => world.close());

const NAME = 'Zenobia Quillfeather';
const WORDS = 'My parcel number is 4711-0815';

async function customer(answer: 'yes' | 'no') {
  const phone = world.newPhone();
  const record = await world.record('contact', { fullname: NAME, mobilephone: phone });
  await world.sendConsent(record);
  await world.says(phone, WORDS);
  await world.tap(phone, answer);
  const { items } = await world.ok(
    z.object({ items: z.array(z.looseObject({ id: z.string() })) }),
    'GET',
    `/api/conversations?phone=${encodeURIComponent(phone)}`,
  );
  const conversationId = items[0]?.id ?? '';
  await world.ok(z.unknown(), 'POST', `/api/conversations/${conversationId}/notes`, {
    text: `${NAME} is in a hurry`,
  });
  return { phone, record, conversationId };
}
/** They listened to what we sent last, as WhatsApp says of a voice message. */
async function heard(phone: string): Promise<void> {
  const timestamp = String(Math.floor(world.now() / 1000));
  const played = {
    id: world.emulator.messagesOf(phone).at(-1)?.id,
    status: 'played',
    timestamp,
    recipient_id: phone.slice(1),
  };
  expect((await world.postWebhook(webhook('messages', { statuses: [played] }))).status).toBe(200);
  await world.settled();
}
/** They wrote what we cannot read: without its time, and in a body that is no JSON. */
async function misread(phone: string): Promise<void> {
  const from = phone.slice(1);
  const text = { from, id: 'wamid.MISREAD', type: 'text', text: { body: WORDS } };
  const contacts = [{ wa_id: from, profile: { name: NAME } }];
  expect((await world.postWebhook(webhook('messages', { contacts, messages: [text] }))).status).toBe(200);
  expect((await world.postWebhook(webhook('messages', { contacts }))).status).toBe(200);
  await storeInvalid(world.ctx, `{"from": "${from}", "name": "${NAME}"`, 'hash-of-it');
}
/** The nightly compare found records that differed: one that is gone since, and one that is there. */
async function compared(): Promise<void> {
  const { db } = world.ctx.database;
  const there = await world.record('contact', { fullname: 'Drift Of Another' });
  const drift = { table: 'contact', kind: 'field', columns: [] };
  await addDrift(db, { ...drift, id: randomUUID(), name: NAME }, true, world.now());
  await addDrift(db, { ...drift, id: there.id, name: 'Drift Of Another' }, true, world.now());
}
const erase = (body: object) =>
  world.api('POST', '/api/erasures', { reason: 'Asked for it by letter', ...body });
async function erased(body: object) {
  const answer = await erase(body);
  expect(answer).toMatchObject({ status: 200 });
  return ErasureOut.parse(answer.body);
}

/** Every place of the database that holds this text, whatever it is for. */
async function holding(text: string): Promise<string[]> {
  const { db } = world.ctx.database;
  const { rows: columns } = await sql<{ table: string; column: string; type: string }>`
    select table_name as table, column_name as column, data_type as type from information_schema.columns
     where table_schema = 'public' and data_type in ('text', 'jsonb', 'ARRAY', 'bytea')`.execute(db);
  const found: string[] = [];
  for (const { table, column, type } of columns) {
    const place =
      type === 'bytea'
        ? sql`position(convert_to(${text}, 'UTF8') in ${sql.ref(column)})`
        : sql`strpos(${sql.ref(column)}::text, ${text})`;
    const { rows } = await sql`select 1 from ${sql.table(table)} where ${place} > 0 limit 1`.execute(db);
    if (rows.length > 0) found.push(`${table}.${column}`);
  }
  return found;
}

describe('erasing a customer’s data', () => {
  it('leaves no name, number or word of theirs anywhere, and a ledger that verifies', async () => {
    const { phone, record } = await customer('yes');
    const digits = phone.slice(1);
    await heard(phone);
    await misread(phone);
    await compared();
    expect(await holding(digits)).not.toEqual([]);
    const { contactPointId, messages, notes, records, states } = await erased({
      to: to(record),
      deleteRecords: true,
    });
    expect({ notes, records, states }).toEqual({
      notes: 1,
      records: 1,
      // Nothing proves the Yes any more.
      states: { service: 'expired', marketing: 'not-asked' },
    });
    expect(messages).toBeGreaterThanOrEqual(4);
    for (const text of [digits, NAME, '4711-0815']) expect(await holding(text)).toEqual([]);
    expect(await holding('Drift Of Another')).toContain('crm_drift.name');
    const { rows: wamids } = await sql<{
      id: string;
    }>`select whatsapp_id as id from message where contact_point_id = ${contactPointId}::uuid`.execute(
      world.ctx.database.db,
    );
    expect(wamids).toEqual([]);
    const { faults } = await verifyLedger(world.ctx);
    expect(faults).toEqual([]);
    // By the number itself, whoever has it can still be told what stands.
    const { state, history } = await world.consent(phone);
    expect(state).toBe('expired');
    expect(history.map((line) => line.type)).toEqual(['requested', 'granted', 'expired', 'erased']);
    expect(history[1]?.evidence).toMatchObject({ erased: true });
  });

  it('PRI-1: whoever refused is refused when their number is imported again, and when they write', async () => {
    const { phone, record } = await customer('no');
    expect((await erased({ to: to(record), deleteRecords: true })).states.service).toBe('denied');

    const again = await world.record('contact', { fullname: 'Z. Q.', mobilephone: phone });
    expect((await world.readRecord(again)).complianceValue).toBe(false);
    expect(await blocked(world, { to: to(again), messageTemplateId: type.utility })).toMatchObject({
      code: 'consent-denied',
    });
    await world.says(phone, 'Hello, who is this?');
    expect(await blocked(world, { to: { phone }, text: 'Your parcel' })).toMatchObject({
      code: 'consent-denied',
    });
    // They are known again, with what they say now and nothing of before.
    expect(await holding('4711-0815')).toEqual([]);
    const { history } = await world.consent(phone);
    expect(history.slice(0, 3).map((line) => line.type)).toEqual(['requested', 'denied', 'erased']);
    // A new Yes opens the chat, as always.
    await world.sendConsent(again);
    await world.tap(phone, 'yes');
    expect((await world.readRecord(again)).complianceValue).toBe(true);
    expect((await verifyLedger(world.ctx)).faults).toEqual([]);
  });

  it('PRI-1: a personal part that is gone without an erasure is a fault', async () => {
    const { phone } = await customer('no');
    const [line] = (await world.consent(phone)).history;
    if (line === undefined) throw new Error('no history');
    const { contactPointId, seq } = line;
    const where = sql`where contact_point_id = ${contactPointId}::uuid and seq = ${seq}`;
    await sql`delete from ledger_personal ${where}`.execute(world.ctx.database.db);
    const fault = { contactPointId, seq, fault: 'personal-missing' };
    expect((await verifyLedger(world.ctx)).faults).toEqual([fault]);
    await erased({ to: { phone }, deleteRecords: true });
    expect((await verifyLedger(world.ctx)).faults).toEqual([]);
  });

  it('PRI-1: and a campaign or an agent’s first message reaches them no more than before', async () => {
    const { phone, record } = await customer('no');
    await erased({ to: { phone }, deleteRecords: true });
    expect(record.id).not.toBe('');
    expect(await blocked(world, { to: { phone }, messageTemplateId: type.utility })).toMatchObject({
      code: 'consent-denied',
    });
  });

  it('PRI-2: a late answer to a request from before still counts', async () => {
    const { phone, record } = await customer('yes');
    await erased({ to: to(record), deleteRecords: true });
    // The message with the buttons is still on their phone.
    await world.tap(phone, 'no');
    expect((await world.consent(phone)).state).toBe('denied');
  });

  it('waits for records that hold the number, and changes nothing meanwhile', async () => {
    const { phone, record, conversationId } = await customer('yes');
    const answer = await erase({ to: { conversationId } });
    expect(answer).toMatchObject({
      status: 409,
      body: { code: 'records-hold-number', problems: [{ path: `contact/${record.id}` }] },
    });
    expect((await world.consent(phone)).state).toBe('granted');
    expect((await world.api('GET', `/api/conversations/${conversationId}/messages`)).status).toBe(200);
  });

  it('is said once, to whom exists, by whom may', async () => {
    const { phone, record } = await customer('yes');
    const agent = await world.as('agent');
    expect(
      await agent('POST', '/api/erasures', { to: to(record), reason: 'no', deleteRecords: true }),
    ).toMatchObject({
      status: 403,
    });
    await erased({ to: to(record), deleteRecords: true });
    expect(await erase({ to: { phone } })).toMatchObject({ status: 409, body: { code: 'erased-already' } });
    expect(await erase({ to: { phone: world.newPhone() } })).toMatchObject({ status: 404 });
    expect(await erase({ to: { phone }, reason: ' ' })).toMatchObject({
      status: 422,
      body: { code: 'invalid-request' },
    });
  });

  it('takes files with it, and leaves those that others were sent', async () => {
    const mine = await customer('yes');
    const other = await customer('yes');
    const count = async () => {
      const { rows } = await sql<{ count: number }>`select count(*)::int as count from media_file`.execute(
        world.ctx.database.db,
      );
      return rows[0]?.count ?? 0;
    };
    const before = await count();
    const picture = (phone: string, content: string) =>
      world.emulator.customerSends(phone, {
        document: {
          filename: 'a.pdf',
          base64: Buffer.concat([pdf, Buffer.from(content)]).toString('base64'),
        },
      });
    picture(mine.phone, 'only theirs');
    picture(mine.phone, 'of both');
    picture(other.phone, 'of both');
    await world.settled();
    await expect.poll(count).toBe(before + 2);
    await erased({ to: to(mine.record), deleteRecords: true });
    expect(await count()).toBe(before + 1);
  });
});

describe('erasing where the records live in Dataverse', () => {
  let dataverse: DataverseWorld;
  beforeAll(async () => {
    dataverse = await openDataverseWorld();
    await dataverse.setUp('contact');
  }, 60_000);
  afterAll(() => dataverse.close());

  it('PRI-1: waits for the organisation, and a refusal meets every record that is made anew there', async () => {
    const { world: here, crm } = dataverse;
    const phone = here.newPhone();
    const id = crm.emulator.create('contact', { lastname: NAME, mobilephone: phone, [FIELD]: null });
    await dataverse.synced();
    await here.says(phone, 'STOP');
    await dataverse.synced();
    expect(dataverse.field('contact', id)).toBe(false);
    const input = { to: { phone }, reason: 'Asked for it by letter', deleteRecords: true };
    expect(await here.api('POST', '/api/erasures', input)).toMatchObject({
      status: 409,
      body: { code: 'records-hold-number' },
    });
    crm.emulator.remove('contact', id);
    await dataverse.synced();
    expect(await here.api('POST', '/api/erasures', input)).toMatchObject({ status: 200 });

    const again = [1, 2].map((n) =>
      crm.emulator.create('contact', { lastname: `Anew ${n}`, mobilephone: phone, [FIELD]: null }),
    );
    await dataverse.synced();
    await dataverse.synced();
    expect(again.map((one) => dataverse.field('contact', one))).toEqual([false, false]);
  }, 120_000);
});

it('an Idempotency-Key whose message was erased says so', async () => {
  const { phone, record } = await customer('yes');
  const key = { 'idempotency-key': randomUUID() };
  const message = { to: { phone }, text: 'Your parcel is here' };
  expect((await world.send(message, key)).status).toBe(202);
  await world.settled();
  await erased({ to: to(record), deleteRecords: true });
  expect(await world.send(message, key)).toMatchObject({ status: 410, body: { code: 'message-erased' } });
});
