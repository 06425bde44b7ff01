import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConsentOut } from '../../src/http/schemas/consent.ts';
import { inboundText, webhookOf } from '../stories/payloads.ts';
import { ADMIN_API_KEY, openWorld, REPLY_YES, type TypeSetUp, type World } from '../stories/world.ts';
import { answered, blocked, contact, keepQueued, takenFrom, to } from './acts.ts';

/** With No only a Consent Template leaves, also where a setting opens a way, a number is shared, or an answer waited. */

let world: World;
let type: TypeSetUp;
const HOUR = 3_600_000;
const anything = z.unknown();

beforeAll(async () => {
  world = await openWorld();
  type = await world.setUpContactType();
  await world.setUpRecordType('lead');
});
afterAll(() => world.close());

const field = async (record: { recordType: string; id: string }) =>
  (await world.readRecord(record)).complianceValue;
const received = (phone: string): (string | null)[] =>
  world.emulator.messagesOf(phone).flatMap((one) => (one.direction === 'out' ? [one.text] : []));

/** The contact type with these settings while `work` goes on. */
async function withType(more: Record<string, unknown>, work: () => Promise<void>): Promise<void> {
  const Types = z.object({ items: z.array(z.looseObject({ table: z.string(), takingIn: z.null() })) });
  const { items } = await world.ok(Types, 'GET', '/api/record-types');
  const {
    table: _,
    takingIn: __,
    ...before
  } = Types.shape.items.element.parse(items.find((one) => one.table === 'contact'));
  await world.ok(anything, 'PUT', '/api/record-types/contact', { ...before, ...more });
  try {
    await work();
  } finally {
    await world.ok(anything, 'PUT', '/api/record-types/contact', before);
  }
}

describe('a customer who refused and wrote again, where the record type allows replies', () => {
  const replies = { allowReplyAfterRefusal: true };
  const laterWords = (phone: string) =>
    world.postWebhook(
      webhookOf(
        inboundText(phone, world.now() + 1_000, 'STOP'),
        inboundText(phone, world.now() + 3_000, 'And what about my parcel'),
      ),
    );

  it('is answered in words, by no template and by no campaign', () =>
    withType(replies, async () => {
      const { phone, record } = await answered(world, 'no');
      await world.pass(2_000);
      await world.says(phone, 'why did you ask me that');
      const template = { to: to(record), messageTemplateId: type.utility };
      expect(await blocked(world, template)).toMatchObject({ code: 'consent-denied' });
      const campaign = await world.api(
        'POST',
        '/api/campaigns',
        {
          name: 'Order news',
          messageTemplateId: type.utility,
          audience: { recordType: 'contact', recordIds: [record.id] },
        },
        { authorization: `Bearer ${ADMIN_API_KEY}`, 'idempotency-key': randomUUID() },
      );
      await world.settled();
      const { id } = z.object({ id: z.string() }).parse(campaign.body);
      const Campaign = z.object({ queued: z.number() });
      expect(await world.ok(Campaign, 'GET', `/api/campaigns/${id}`)).toEqual({ queued: 0 });
      takenFrom(await world.send({ to: to(record), text: 'Because you bought a lamp' }));
      await world.settled();
      expect(received(phone).at(-1)).toBe('Because you bought a lamp');
    }));

  it('does not get what was queued before they refused', () =>
    withType(replies, async () => {
      const { phone, record } = await answered(world, 'yes');
      await world.pass(2_000);
      keepQueued(world, phone, 1);
      takenFrom(await world.send({ to: to(record), text: 'Special news' }));
      await world.pass(1_000);
      expect((await laterWords(phone)).status).toBe(200);
      await world.advance(3 * HOUR);
      expect(received(phone)).not.toContain('Special news');
    }));

  it('does not get the answer out of hours that was queued before', () =>
    withType(replies, async () => {
      const hours = { timeZone: 'UTC', days: [], holidays: [], answer: { en: 'We are away.' } };
      await world.ok(anything, 'PUT', '/api/working-hours', { ...hours, enabled: true });
      const { phone } = await answered(world, 'yes');
      await world.pass(2_000);
      keepQueued(world, phone, 1);
      await world.says(phone, 'hello');
      await laterWords(phone);
      await world.advance(3 * HOUR);
      await world.ok(anything, 'PUT', '/api/working-hours', { ...hours, enabled: false });
      expect(received(phone)).not.toContain('We are away.');
    }));
});

it('nobody types at a customer whom nothing may be written to', async () => {
  const types = async (answer: 'yes' | 'no') => {
    const { phone } = await answered(world, answer);
    const { conversationId } = await world.consent(phone);
    await world.ok(anything, 'POST', `/api/conversations/${conversationId}/typing`);
    // WhatsApp takes "typing…" with the message that was read.
    return world.emulator.messagesOf(phone).findLast((one) => one.direction === 'in')?.status === 'read';
  };
  expect([await types('yes'), await types('no')]).toEqual([true, false]);
});

describe('a number that several people use', () => {
  async function sharedBy(values: Record<string, unknown> = {}) {
    const { phone, record: asked } = await contact(world);
    const other = await world.record('lead', { fullname: 'Ben Smith', mobilephone: phone, ...values });
    await world.says(phone, 'Hello');
    const { conversationId } = await world.consent(phone);
    await world.ok(anything, 'POST', `/api/conversations/${conversationId}/shared`, { shared: true });
    return { phone, asked, other, conversationId: conversationId ?? '' };
  }

  it('a grant of one opens neither the record that says No nor the number, but the record that was asked', async () => {
    const { phone, asked, other, conversationId } = await sharedBy();
    await world.says(phone, 'STOP');
    await world.advance(2_000);
    await world.sendConsent(asked);
    await world.tap(phone, 'yes');
    expect([await field(asked), await field(other)]).toEqual([true, false]);
    for (const target of [to(other), { phone }, { conversationId }])
      expect(await blocked(world, { to: target, text: 'Hello Ben' })).toMatchObject({
        code: 'consent-denied',
      });
    takenFrom(await world.send({ to: to(asked), text: 'Hello Ana' }));
  });

  it('so it is with a No that was found in the record', async () => {
    const { phone, asked, other } = await sharedBy({ assent_allowwhatsapp: false });
    await world.sendConsent(asked);
    await world.tap(phone, 'yes');
    expect([await field(asked), await field(other)]).toEqual([true, false]);
    expect(await blocked(world, { to: to(other), text: 'Hello Ben' })).toMatchObject({
      code: 'consent-denied',
    });
  });

  it('a record that nobody asked is as one that was never asked', async () => {
    const { phone, asked, other } = await sharedBy();
    await world.sendConsent(asked);
    await world.tap(phone, 'yes');
    expect((await world.sendable(`recordType=lead&recordId=${other.id}`)).banner.code).toBe('wrote-first');
    expect((await world.sendable(`recordType=contact&recordId=${asked.id}`)).banner.code).toBe('granted');
    const states = async (record: { recordType: string; id: string }) => {
      const at = `${record.recordType}/${record.id}`;
      const { consent } = await world.sendable(`recordType=${record.recordType}&recordId=${record.id}`);
      return [consent.service, (await world.ok(ConsentOut, 'GET', `/api/records/${at}/consent`)).state];
    };
    expect(await states(asked)).toEqual(['granted', 'granted']);
    expect(await states(other)).toEqual(['not-asked', 'not-asked']);
    // As a send to the number, which the gate refuses too.
    expect((await world.consent(phone)).state).toBe('not-asked');
  });

  it('lists, the export and the evidence say of each record and of the chat what a send would find', async () => {
    const { phone, asked, other, conversationId } = await sharedBy();
    await world.sendConsent(asked);
    await world.tap(phone, 'yes');
    const Records = z.object({
      items: z.array(z.object({ id: z.string(), consent: z.looseObject({ service: z.string() }) })),
    });
    const listed = async (query: string) => {
      const { items } = await world.ok(Records, 'GET', `/api/records?search=${phone}${query}`);
      return Object.fromEntries(items.map((one) => [one.id, one.consent.service]));
    };
    expect(await listed('')).toEqual({ [asked.id]: 'granted', [other.id]: 'not-asked' });
    expect(await listed('&consent=granted')).toEqual({ [asked.id]: 'granted' });
    expect((await world.readRecord(other)).consent).toMatchObject({ service: 'not-asked', decidedAt: null });
    const csv = await fetch(`${world.url}/api/records.csv?consent=granted&search=${phone}`, {
      headers: { authorization: `Bearer ${ADMIN_API_KEY}` },
    });
    const text = await csv.text();
    expect([text.includes(asked.id), text.includes(other.id)]).toEqual([true, false]);

    const Chat = z.object({ id: z.string(), consent: z.object({ service: z.string() }) });
    const Chats = z.object({ items: z.array(Chat) });
    const found = await world.ok(Chats, 'GET', `/api/conversations?search=${phone}`);
    expect(found.items).toEqual([{ id: conversationId, consent: { service: 'not-asked' } }]);
    expect((await world.ok(Chat, 'GET', `/api/conversations/${conversationId}`)).consent.service).toBe(
      'not-asked',
    );

    const State = z.object({ purpose: z.string(), state: z.string() });
    const Pack = z.object({
      today: z.array(State),
      todayByRecord: z.array(z.object({ recordId: z.string(), states: z.array(State) })),
    });
    const pack = await world.ok(Pack, 'GET', `/api/consent-export?phone=${encodeURIComponent(phone)}`);
    const service = (states: z.infer<typeof State>[]) =>
      states.find(({ purpose }) => purpose === 'service')?.state;
    expect(service(pack.today)).toBe('not-asked');
    expect(Object.fromEntries(pack.todayByRecord.map((one) => [one.recordId, service(one.states)]))).toEqual({
      [asked.id]: 'granted',
      [other.id]: 'not-asked',
    });
  });
});

it('a number in another column than the first is not ruled by what its record allows', async () => {
  await withType({ unset: 'allow' }, async () => {
    const [first, second] = [world.newPhone(), world.newPhone()];
    await world.record('contact', { fullname: 'Ana', mobilephone: first, telephone1: second });
    takenFrom(await world.send({ to: { phone: first }, messageTemplateId: type.utility }));
    expect(await blocked(world, { to: { phone: second }, messageTemplateId: type.utility })).toMatchObject({
      code: 'consent-needed',
    });
  });
});

describe('an automatic answer that waited', () => {
  async function waiting(): Promise<string> {
    const { phone, record } = await contact(world);
    await world.sendConsent(record);
    keepQueued(world, phone, 1);
    await world.tap(phone, 'yes');
    await world.advance(2_000);
    return phone;
  }

  it('does not leave while a hold waits for a person', async () => {
    const phone = await waiting();
    await world.says(phone, 'goodbye');
    expect((await world.consent(phone)).onHold).toBe(true);
    await world.advance(3 * HOUR);
    expect(received(phone)).not.toContain(REPLY_YES);
  });

  it('gives way to a newer answer about the other purpose', async () => {
    const phone = await waiting();
    world.emulator.customerSends(phone, { text: 'Stop promotions' });
    await world.emulator.idle();
    await world.advance(3 * HOUR);
    expect(received(phone)).not.toContain(REPLY_YES);
  });
});
