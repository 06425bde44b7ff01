import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { escapeNonAscii, signatureOf } from '../../emulators/whatsapp-cloud/signature.ts';
import { MessageOut } from '../../src/http/schemas/chat.ts';
import {
  type Item,
  inbound,
  inboundTap,
  inboundText,
  messagesChange,
  newWamid,
  status,
  webhook,
  webhookOf,
} from './payloads.ts';
import { APP_SECRET, openWorld, VERIFY_TOKEN, type World } from './world.ts';

/** What webhook receivers of this field got wrong, each told to the product as it runs (the ids are those of the study of peers). */

const OLD_SECRET = 'the-secret-before-it-was-changed';
let world: World;

beforeAll(async () => {
  world = await openWorld({ env: { WHATSAPP_APP_SECRET: `${APP_SECRET},${OLD_SECRET}` } });
  await world.setUpContactType();
});
afterAll(() => world.close());

const stateOf = async (phone: string) => (await world.consent(phone)).state;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
interface Stored {
  status: string;
  kind: string;
  raw: string | null;
  attempts: number;
}
/** The inbox rows of one body, by the digest of its bytes. */
async function rowsOf(body: string): Promise<Stored[]> {
  const { rows } = await sql<Stored>`select status, kind, raw, attempts from inbox
     where body_sha256 = ${sha256(body)} order by id`.execute(world.ctx.database.db);
  return rows;
}
const bytesOf = (body: unknown): string => escapeNonAscii(JSON.stringify(body));
const inboxCount = async (): Promise<number> => {
  const { rows } = await sql<{ n: number }>`select count(*) as n from inbox`.execute(world.ctx.database.db);
  return rows[0]?.n ?? 0;
};
/** Makes one table refuse rows, as a full disk or a fault of ours would; answers how to mend it. */
async function refuseRows(table: 'inbox' | 'message', when: string): Promise<() => Promise<void>> {
  const { db } = world.ctx.database;
  await sql`create or replace function refuse_row() returns trigger language plpgsql as $$
    begin raise exception 'no room' using errcode = 'disk_full'; end $$`.execute(db);
  await sql`create trigger refuse_row before insert on ${sql.table(table)} for each row
    when (${sql.raw(when)}) execute function refuse_row()`.execute(db);
  return async () => {
    await sql`drop trigger refuse_row on ${sql.table(table)}`.execute(db);
  };
}

it('ING-1: a webhook that Meta did not sign is refused and leaves nothing behind', async () => {
  const phone = world.newPhone();
  const record = await world.record('contact', { fullname: 'Ana Silva', mobilephone: phone });
  await world.sendConsent(record);
  const [question] = world.emulator.messagesOf(phone);
  const button = question?.buttons[0];
  const forged = webhookOf(
    inboundTap(phone, world.now(), { payload: button?.payload ?? '', text: 'Yes, I Agree ✓' }, question?.id),
  );
  const before = await inboxCount();
  const bytes = bytesOf(forged);
  const plain = JSON.stringify(forged);
  expect(plain).not.toBe(bytes);
  const attempts: Awaited<ReturnType<World['postWebhook']>>[] = [
    await world.postWebhook(forged, { signed: false }),
    await world.postWebhook(forged, { signed: 'a-wrong-secret' }),
    await world.postWebhook(forged, { signed: '' }),
    await world.postWebhook(forged, { signed: false, headers: { 'x-hub-signature-256': 'sha256=' } }),
    await world.postWebhook(forged, {
      signed: false,
      headers: { 'x-hub-signature': signatureOf(bytes, APP_SECRET) },
    }),
    // The signature of the same document in other bytes.
    await world.postWebhook(plain, {
      signed: false,
      headers: { 'x-hub-signature-256': signatureOf(bytes, APP_SECRET) },
    }),
  ];
  expect(attempts.map((answer) => answer.status)).toEqual([401, 401, 401, 401, 401, 401]);
  expect(await inboxCount()).toBe(before);
  expect(await stateOf(phone)).toBe('requested');
  expect((await world.readRecord(record)).complianceValue).toBeNull();
  expect((await world.postWebhook(forged)).status).toBe(200);
  expect(await stateOf(phone)).toBe('granted');
});

it('ING-1: while a secret is changed both sign, and the signature is over the bytes as they came', async () => {
  const [first, second] = [world.newPhone(), world.newPhone()];
  const body = webhookOf(inboundText(first, world.now(), 'STOP'));
  expect((await world.postWebhook(body, { signed: OLD_SECRET })).status).toBe(200);
  expect(await stateOf(first)).toBe('denied');
  const odd = ` ${JSON.stringify(webhookOf(inboundText(second, world.now(), 'Stop ✋')), null, 3)}\n`;
  expect((await world.postWebhook(odd)).status).toBe(200);
  expect(await stateOf(second)).toBe('denied');
});

it('ING-2: the handshake needs the verify token and no signature', async () => {
  const ask = (token: string) =>
    world.api(
      'GET',
      `/webhooks/whatsapp?hub.mode=subscribe&hub.verify_token=${token}&hub.challenge=11580`,
      undefined,
      {},
    );
  expect(await ask(VERIFY_TOKEN)).toMatchObject({ status: 200, body: '11580' });
  expect((await ask('another')).status).toBe(403);
});

it('ING-3: every message and status of every change of every entry is handled', async () => {
  const record = await world.record('contact', { fullname: 'Sta Tus', mobilephone: world.newPhone() });
  const sent = await world.sendConsent(record);
  const phones = Array.from({ length: 8 }, () => world.newPhone());
  const [a, b, c, d, e, f, g, h] = phones.map((phone) => inboundText(phone, world.now(), 'STOP'));
  const read = status(sent.whatsappId ?? '', record.phones[0] ?? '', world.now(), 'read');
  const body = bytesOf(
    webhook(
      [
        messagesChange({ messages: [a, b] as Item[] }),
        messagesChange({ messages: [c, d] as Item[], statuses: [read] }),
      ],
      [messagesChange({ messages: [e] as Item[] }), messagesChange({ messages: [f, g, h] as Item[] })],
    ),
  );
  expect((await world.postWebhook(body)).status).toBe(200);
  expect(await Promise.all(phones.map(stateOf))).toEqual(phones.map(() => 'denied'));
  expect((await world.message(sent.id)).status).toBe('read');
  expect(await rowsOf(body)).toHaveLength(9);
});

it('ING-4: an odd item costs only itself, whatever is odd about it', async () => {
  const phones = Array.from({ length: 3 }, () => world.newPhone());
  const [first, second, third] = phones.map((phone) => inboundText(phone, world.now(), 'STOP'));
  const odd: Item[] = [
    { ...inboundText(world.newPhone(), world.now(), 'odd'), from: 42, from_user_id: { not: 'a user id' } },
    { ...inboundText(world.newPhone(), world.now(), 'odd'), from_user_id: 'US.\u0000\ud800' },
    { ...inboundText(world.newPhone(), world.now(), 'odd'), timestamp: '99999999999999999999' },
    { ...inboundText(world.newPhone(), world.now(), 'odd'), id: null },
    inbound(world.newPhone(), world.now(), { type: 'text', text: null }),
    inbound(world.newPhone(), world.now(), { type: 'interactive', interactive: { type: 'nfm_reply' } }),
    {},
  ];
  const body = bytesOf(
    webhook(
      [
        messagesChange({ messages: [first, ...odd, second] as Item[] }),
        messagesChange({
          statuses: [{ id: newWamid(), status: 'failed', timestamp: 'now', errors: 'none' }],
        }),
        { field: 'messages', value: 'nonsense' },
      ],
      [{ field: 'not_invented_yet', value: { a: 1 } }, messagesChange({ messages: [third] as Item[] })],
    ),
  );
  expect((await world.postWebhook(body)).status).toBe(200);
  expect(await Promise.all(phones.map(stateOf))).toEqual(['denied', 'denied', 'denied']);
  expect(await rowsOf(body)).toHaveLength(3 + odd.length + 3);
});

it('ING-4: an update that cannot be applied waits alone, is tried again and is not lost', async () => {
  const [good, poisoned] = [world.newPhone(), world.newPhone()];
  const body = bytesOf(
    webhookOf(inboundText(poisoned, world.now(), 'Unsubscribe!'), inboundText(good, world.now(), 'STOP')),
  );
  const mend = await refuseRows('message', `new.text = 'Unsubscribe!'`);
  try {
    expect((await world.postWebhook(body)).status).toBe(200);
    expect(await stateOf(good)).toBe('denied');
    expect(await stateOf(poisoned)).toBe('not-asked');
    expect((await rowsOf(body)).map((row) => row.status).sort()).toEqual(['applied', 'pending']);
  } finally {
    await mend();
  }
  await world.advance(60_000);
  expect(await stateOf(poisoned)).toBe('denied');
  expect((await rowsOf(body)).map((row) => row.status)).toEqual(['applied', 'applied']);
});

it('ING-5: what could not be stored is not acknowledged, and counts when Meta sends it again', async () => {
  const phone = world.newPhone();
  const body = webhookOf(inboundText(phone, world.now(), 'STOP'));
  const mend = await refuseRows('inbox', 'true');
  try {
    expect((await world.postWebhook(body)).status).toBe(503);
    expect(await rowsOf(bytesOf(body))).toEqual([]);
  } finally {
    await mend();
  }
  expect((await world.postWebhook(body)).status).toBe(200);
  expect(await stateOf(phone)).toBe('denied');
});

it('ING-5: a signed body that is no JSON is refused and kept as it came', async () => {
  const body = `{"object":"whatsapp_business_account","entry":[{"id":"1","chan`;
  const answer = await world.postWebhook(body);
  expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-json' } });
  expect(await rowsOf(body)).toMatchObject([{ status: 'invalid', raw: body }]);
});

it('ING-5: JSON of a shape nobody knows is stored and acknowledged', async () => {
  for (const body of ['null', '[]', '{"object":"page","entry":[]}', '"text"']) {
    expect((await world.postWebhook(body)).status).toBe(200);
    expect(await rowsOf(body)).toMatchObject([{ status: 'unknown', kind: 'unknown' }]);
  }
});

it('ING-5: the inbox holds what was sent and the digest of its bytes', async () => {
  const item = inboundText(world.newPhone(), world.now(), 'Grüße 👋', { new_field_of_2027: { deep: ['x'] } });
  const body = bytesOf(webhookOf(item));
  expect((await world.postWebhook(body)).status).toBe(200);
  const [row] = await rowsOf(body);
  expect(JSON.parse(row?.raw ?? 'null')).toEqual(item);
});

async function messagesWith(phone: string): Promise<z.infer<typeof MessageOut>[]> {
  const { conversationId } = await world.consent(phone);
  const page = await world.ok(
    z.object({ items: z.array(MessageOut) }),
    'GET',
    `/api/conversations/${conversationId}/messages`,
  );
  return page.items;
}

it('ING-6: a redelivery is recognised, alone, in another batch and under another name', async () => {
  const phone = world.newPhone();
  const item = inboundText(phone, world.now(), 'STOP');
  const other = inboundText(world.newPhone(), world.now(), 'Hello');
  expect((await world.postWebhook(webhookOf(item))).status).toBe(200);
  expect((await world.postWebhook(webhookOf(item))).status).toBe(200);
  expect((await world.postWebhook(webhookOf(other, item, item))).status).toBe(200);
  // The same message when WhatsApp names the person by a user id as well.
  expect((await world.postWebhook(webhookOf({ ...item, from_user_id: 'US.ING6again' }))).status).toBe(200);
  await world.settled();
  expect((await messagesWith(phone)).filter((message) => message.direction === 'in')).toHaveLength(1);
  expect((await world.consent(phone)).history).toHaveLength(1);
});

it('ING-6: two people who send the same id are two messages', async () => {
  const [first, second] = [world.newPhone(), world.newPhone()];
  const item = inboundText(first, world.now(), 'STOP');
  await world.postWebhook(webhookOf(item));
  await world.postWebhook(webhookOf({ ...inboundText(second, world.now(), 'STOP'), id: item.id }));
  expect([await stateOf(first), await stateOf(second)]).toEqual(['denied', 'denied']);
});

it('ING-7: one answer delivered many times at once is one message, one decision and one reply', async () => {
  const phone = world.newPhone();
  const record = await world.record('contact', { fullname: 'Par Allel', mobilephone: phone });
  await world.sendConsent(record);
  const [question] = world.emulator.messagesOf(phone);
  const body = webhookOf(
    inboundTap(
      phone,
      world.now(),
      { payload: question?.buttons[1]?.payload ?? '', text: 'No, Thank You' },
      question?.id,
    ),
  );
  const answers = await Promise.all(Array.from({ length: 16 }, () => world.postWebhook(body)));
  expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 200));
  await world.settled();
  const thread = await messagesWith(phone);
  expect(thread.filter((message) => message.direction === 'in')).toHaveLength(1);
  expect(thread.filter((message) => message.automatic)).toHaveLength(1);
  expect(world.emulator.messagesOf(phone).filter((message) => message.direction === 'out')).toHaveLength(2);
  const { history } = await world.consent(phone);
  expect(history.filter((line) => line.type === 'denied')).toHaveLength(1);
});

it('ING-7: one intent sent again on a weak network reaches the customer once', async () => {
  const phone = world.newPhone();
  const record = await world.record('contact', { fullname: 'Weak Net', mobilephone: phone });
  const to = { recordType: 'contact', recordId: record.id };
  await world.says(phone, 'Hello');
  const key = { 'idempotency-key': crypto.randomUUID() };
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => world.send({ to, text: 'Your table is booked' }, key)),
  );
  const ids = answers.filter((one) => one.status === 202).map((one) => MessageOut.parse(one.body).id);
  expect(ids.length).toBeGreaterThan(0);
  expect(new Set(ids).size).toBe(1);
  await world.settled();
  expect(await world.send({ to, text: 'Your table is booked' }, key)).toMatchObject({
    status: 202,
    body: { id: ids[0] },
  });
  await world.settled();
  expect(
    world.emulator.messagesOf(phone).filter((message) => message.text === 'Your table is booked'),
  ).toHaveLength(1);
  expect((await world.send({ to, text: 'Something else' }, key)).status).toBe(422);
});

it('ING-8: a status never goes back, and failed is the end', async () => {
  const phone = world.newPhone();
  const record = await world.record('contact', { fullname: 'Sta Tus', mobilephone: phone });
  const sent = await world.sendConsent(record);
  const tell = async (name: string, more: Item = {}) => {
    const item = status(sent.whatsappId ?? '', phone, world.now(), name, more);
    await world.postWebhook(webhook([messagesChange({ statuses: [item] })]));
    return (await world.message(sent.id)).status;
  };
  expect(await tell('read')).toBe('read');
  expect(await tell('delivered')).toBe('read');
  expect(await tell('sent')).toBe('read');

  world.emulator.fault({ kind: 'code', code: 131026, path: 'async', to: phone });
  await world.advance(25 * 3_600_000);
  const failing = await world.sendConsent(record);
  expect(failing.status).toBe('failed');
  for (const name of ['sent', 'delivered', 'read']) {
    const item = status(failing.whatsappId ?? '', phone, world.now(), name);
    await world.postWebhook(webhook([messagesChange({ statuses: [item] })]));
    expect((await world.message(failing.id)).status).toBe('failed');
  }
});

it('ING-8: a status that is faster than the answer to the send is not lost', async () => {
  const phone = world.newPhone();
  const record = await world.record('contact', { fullname: 'Fast Status', mobilephone: phone });
  world.emulator.fault({ kind: 'late', scope: 'send', accepted: true, delayMs: 300, to: phone });
  const sent = await world.sendConsent(record);
  expect(sent.status).toBe('delivered');
  expect(sent.whatsappId).toBe(world.emulator.messagesOf(phone)[0]?.id);
});

it('ING-8: a status settles a send whose answer was cut off, and it is not sent again', async () => {
  const phone = world.newPhone();
  const record = await world.record('contact', { fullname: 'Cut Off', mobilephone: phone });
  world.emulator.fault({ kind: 'cut-after', to: phone });
  const sent = await world.sendConsent(record);
  expect(sent.status).toBe('delivered');
  expect(world.emulator.messagesOf(phone)).toHaveLength(1);
});

it('ING-8: a status of a message nobody knows yet waits', async () => {
  const item = status(newWamid(), world.newPhone(), world.now(), 'delivered');
  const body = bytesOf(webhook([messagesChange({ statuses: [item] })]));
  expect((await world.postWebhook(body)).status).toBe(200);
  expect(await rowsOf(body)).toMatchObject([{ status: 'pending', kind: 'status' }]);
});

it('ING-9: a blocked customer is heard: the message is kept and their STOP is a refusal', async () => {
  const phone = world.newPhone();
  const record = await world.record('contact', {
    fullname: 'Blo Cked',
    mobilephone: phone,
    assent_allowwhatsapp: true,
  });
  await world.says(phone, 'First');
  await sql`update contact_point set blocked = true where phone = ${phone}`.execute(world.ctx.database.db);
  await world.says(phone, 'STOP');
  expect(await stateOf(phone)).toBe('denied');
  expect((await world.readRecord(record)).complianceValue).toBe(false);
  expect((await messagesWith(phone)).map((message) => message.text)).toContain('STOP');
});

it('ING-10: the refusal of an unknown number is stored, and a record made later is born with it', async () => {
  const phone = world.newPhone();
  await world.says(phone, 'STOP');
  expect(await world.consent(phone)).toMatchObject({ state: 'denied', source: 'stop-word', records: [] });
  const record = await world.record('contact', { fullname: 'Late Comer', mobilephone: phone });
  expect(record).toMatchObject({ complianceValue: false, consent: { service: 'denied' } });
  expect(
    await world.send({ to: { recordType: 'contact', recordId: record.id }, text: 'Hello' }),
  ).toMatchObject({ status: 409, body: { code: 'consent-denied' } });
});

/** Examples of Meta's own (https://github.com/facebook/openapi, MIT), where they were fetched. */
const examples = new URL('../../../shared/contracts/whatsapp/facebook-openapi/extracted/', import.meta.url);

describe.skipIf(!existsSync(examples))('Meta’s own examples, posted to the running product', () => {
  /** Sent to our number, each message with an id of its own: the examples share theirs. */
  const read = (name: string) => {
    const text = readFileSync(new URL(name, examples), 'utf8')
      .replaceAll('106540352242922', '200300400500600')
      .replace(/"id": "wamid\.[^"]+"(?=,\s+"timestamp")/g, () => `"id": "${newWamid()}"`);
    return Object.values(z.record(z.string(), z.unknown()).parse(JSON.parse(text)));
  };

  it('each webhook is stored as one row and applied, but for the groups, which are kept', async () => {
    const bodies = read('webhook.payload.examples.json').map(bytesOf);
    expect(bodies).toHaveLength(16);
    const kinds = [];
    for (const body of bodies) {
      expect((await world.postWebhook(body)).status).toBe(200);
      const rows = await rowsOf(body);
      expect(rows).toHaveLength(1);
      kinds.push(`${rows[0]?.kind} ${rows[0]?.status}`);
    }
    expect(kinds.filter((kind) => kind === 'message applied')).toHaveLength(12);
    expect(kinds.filter((kind) => kind === 'identity-change applied')).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'unknown unknown')).toHaveLength(3);
  });

  it('all messages in one batch are one row each', async () => {
    const messages = read('webhook.message-object.examples.json').filter(
      (item): item is Item => typeof item === 'object' && item !== null,
    );
    const body = bytesOf(webhookOf(...messages));
    expect((await world.postWebhook(body)).status).toBe(200);
    const rows = await rowsOf(body);
    expect(rows.map((row) => row.status)).toEqual(messages.map(() => 'applied'));
    expect(rows).toHaveLength(10);
  });
});
