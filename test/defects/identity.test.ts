import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { type StoredLine, verifyChain } from '../../src/core/evidence.ts';
import { openWorld, type World } from '../stories/world.ts';
import { accepted, answered, blocked, contact, conversationWith, textFrom, to, webhook } from './acts.ts';

/** Defects of identities that peers have (consent-practice.md §7, IDN-1 to IDN-4): who writes is never who was asked. */

let world: World;

beforeAll(async () => {
  world = await openWorld();
  await world.setUpContactType();
  await world.setUpRecordType('lead');
});
afterAll(() => world.close());

const moves = async (from: string, phone: string, shared = true) => {
  await world.ok(z.unknown(), 'POST', `/emulator/customers/${encodeURIComponent(from)}/number`, {
    phone,
    shared,
  });
  await world.settled();
};

const Line = z.custom<StoredLine>((value) => typeof value === 'object' && value !== null && 'hash' in value);
const Pack = z.object({ chains: z.array(z.object({ contactPointId: z.string(), lines: z.array(Line) })) });
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Every chain of the evidence verifies, and where chains were joined the joint names the other's head. */
async function expectSoundChains(phone: string, chains: number): Promise<void> {
  const pack = await world.ok(Pack, 'GET', `/api/consent-export?phone=${encodeURIComponent(phone)}`);
  expect(pack.chains).toHaveLength(chains);
  const heads = new Map<string, string>();
  for (const { contactPointId, lines } of pack.chains) {
    const last = lines.at(-1);
    expect(
      verifyChain(sha256, lines, { seq: last?.seq ?? 0, hash: last?.hash ?? null }),
      contactPointId,
    ).toEqual([]);
    heads.set(contactPointId, last?.hash ?? '');
  }
  const Joint = z.object({ otherChain: z.string(), otherHead: z.string().nullable() });
  const joints = pack.chains.flatMap(({ lines }) => lines.filter((line) => line.act === 'merged'));
  for (const joint of joints) {
    const { otherChain, otherHead } = Joint.parse(joint.detail);
    if (heads.has(otherChain)) expect(otherHead).toBe(heads.get(otherChain));
  }
}

it('IDN-1 a STOP that names the user id alone closes the number it belongs to', async () => {
  const { phone, record } = await answered(world, 'yes');
  world.emulator.changeCustomer(phone, { username: 'ana.smith', hidePhone: true });
  await world.says(phone, 'STOP');
  const last = world.emulator.deliveries().findLast((one) => one.body.includes('"STOP"'));
  expect(last?.body).not.toContain(phone.slice(1));
  expect(await world.consent(phone)).toMatchObject({ state: 'denied', source: 'stop-word' });
  expect((await world.readRecord(record)).complianceValue).toBe(false);
  expect(await blocked(world, { to: { phone }, text: 'Hello' })).toMatchObject({ code: 'consent-denied' });
});

it('IDN-1 a STOP of somebody unknown by number counts for the number as soon as it shows', async () => {
  const { phone, record } = await contact(world);
  const userId = world.emulator.userIdOf(phone);
  expect((await world.postWebhook(textFrom({ userId }, 'STOP', world.now() - 5_000))).status).toBe(200);
  await world.settled();
  // So far nobody can know that this is Ana.
  expect(await conversationWith(world, { userId })).toMatchObject({
    consent: { service: 'denied' },
    records: [],
  });
  expect((await world.readRecord(record)).complianceValue).toBeNull();
  await world.says(phone, 'Did you get my message?');
  expect(await world.consent(phone)).toMatchObject({ state: 'denied' });
  expect((await world.readRecord(record)).complianceValue).toBe(false);
  expect(await blocked(world, { to: to(record), text: 'Hello' })).toMatchObject({ code: 'consent-denied' });
  await expectSoundChains(phone, 1);
});

it('IDN-1 a new user id without a word about the number is still the same person', async () => {
  const { phone, record } = await answered(world, 'yes');
  const before = world.emulator.userIdOf(phone);
  await world.ok(z.unknown(), 'POST', `/emulator/customers/${encodeURIComponent(phone)}/user-id`);
  await world.settled();
  const userId = world.emulator.userIdOf(phone);
  expect(userId).not.toBe(before);
  expect((await world.postWebhook(textFrom({ userId }, 'STOP', world.now()))).status).toBe(200);
  await world.settled();
  expect(await world.consent(phone)).toMatchObject({ state: 'denied' });
  expect((await world.readRecord(record)).complianceValue).toBe(false);
});

it('IDN-1 a refusal moves along when the customer changes the number', async () => {
  const { phone, record } = await answered(world, 'no');
  const next = world.newPhone();
  const known = await world.record('lead', { fullname: 'Ana Smith', mobilephone: next });
  await moves(phone, next);
  expect(await world.consent(next)).toMatchObject({ state: 'denied' });
  expect((await world.readRecord(known)).complianceValue).toBe(false);
  const later = await world.record('contact', { fullname: 'Ana Smith', mobilephone: next });
  expect(later.complianceValue).toBe(false);
  for (const one of [record, known, later])
    expect(await blocked(world, { to: to(one), text: 'Hello' })).toMatchObject({ code: 'consent-denied' });
  // The same notice again is no second change.
  const history = (await world.consent(next)).history.length;
  const notice = world.emulator.deliveries().findLast((one) => one.body.includes('user_changed_number'));
  expect((await world.postWebhook(notice?.body)).status).toBe(200);
  await world.settled();
  expect((await world.consent(next)).history).toHaveLength(history);
  await expectSoundChains(next, 1);
});

it('IDN-1 a change of number that names no number is followed by the user id', async () => {
  const { phone } = await answered(world, 'no');
  const next = world.newPhone();
  const known = await world.record('contact', { fullname: 'Ana Smith', mobilephone: next });
  await moves(phone, next, false);
  await world.says(next, 'Hello, this is my new number');
  expect(await world.consent(next)).toMatchObject({ state: 'denied' });
  expect((await world.readRecord(known)).complianceValue).toBe(false);
});

it('IDN-1 a question asked at the old number may be answered from the new one', async () => {
  const { phone, record } = await contact(world);
  const request = await world.sendConsent(record);
  const next = world.newPhone();
  const known = await world.record('contact', { fullname: 'Ana Smith', mobilephone: next });
  await moves(phone, next);
  await world.tap(next, 'yes', { buttonOf: request.whatsappId ?? '' });
  expect(await world.consent(next)).toMatchObject({ state: 'granted', source: 'button' });
  expect((await world.readRecord(known)).complianceValue).toBe(true);
  expect(await accepted(world, { to: to(known), text: 'Thank you' })).toMatchObject({ status: 'delivered' });
});

it('IDN-2 a refusal that only one of two identities knows closes both when they turn out to be one', async () => {
  const userId = 'US.99887766554433221100';
  const { phone, record } = await answered(world, 'yes');
  // The refusal was taken by telephone, for the chat of the user id; nothing on WhatsApp shows it.
  expect((await world.postWebhook(textFrom({ userId }, 'Hello', world.now()))).status).toBe(200);
  await world.settled();
  const chat = await conversationWith(world, { userId });
  await world.ok(z.unknown(), 'POST', '/api/consent', { conversationId: chat?.id, decision: 'denied' });
  await world.advance(2_000);
  expect((await world.postWebhook(textFrom({ phone, userId }, 'It is me again', world.now()))).status).toBe(
    200,
  );
  await world.settled();
  expect(await world.consent(phone)).toMatchObject({ state: 'denied' });
  expect((await world.readRecord(record)).complianceValue).toBe(false);
  expect(await blocked(world, { to: to(record), text: 'Hello' })).toMatchObject({ code: 'consent-denied' });
  await expectSoundChains(phone, 2);
});

it('IDN-3 a shared contact card links nobody', async () => {
  const sender = await contact(world);
  const other = await contact(world);
  const card = { name: { formatted_name: 'Ben Other', first_name: 'Ben' } };
  const phones = [{ phone: other.phone, wa_id: other.phone.slice(1), type: 'CELL' }];
  world.emulator.customerSends(sender.phone, { contacts: [{ ...card, phones }] });
  await world.settled();
  await world.says(sender.phone, 'STOP');
  expect(await world.consent(sender.phone)).toMatchObject({ state: 'denied' });
  expect(await world.consent(other.phone)).toMatchObject({ state: 'not-asked', history: [] });
  expect((await world.readRecord(other.record)).complianceValue).toBeNull();
  const chat = await conversationWith(world, { phone: sender.phone });
  expect(chat?.records.map((record) => record.id)).toEqual([sender.record.id]);
  await world.says(other.phone, 'Hello');
  expect(await conversationWith(world, { phone: other.phone })).toMatchObject({
    consent: { service: 'not-asked' },
  });
});

it('IDN-4 of two numbers that turn out to be one person the refusal wins, whichever moves', async () => {
  for (const [moving, staying] of [
    ['no', 'yes'],
    ['yes', 'no'],
  ] as const) {
    const one = await answered(world, moving);
    // Later by WhatsApp's clock: what came last is not what wins.
    await world.advance(2_000);
    const other = await answered(world, staying);
    // The emulator gives no number away that somebody has: Meta's own words, then.
    const notice = webhook('messages', {
      messages: [
        {
          from: one.phone.slice(1),
          from_user_id: world.emulator.userIdOf(one.phone),
          id: `wamid.moved.${moving}`,
          timestamp: String(Math.floor(world.now() / 1000)),
          type: 'system',
          system: {
            type: 'user_changed_number',
            body: 'User Ana changed from one number to another',
            wa_id: other.phone.slice(1),
            user_id: world.emulator.userIdOf(other.phone),
          },
        },
      ],
    });
    expect((await world.postWebhook(notice)).status).toBe(200);
    await world.settled();
    for (const phone of [one.phone, other.phone]) {
      const consent = await world.consent(phone);
      expect(consent, moving).toMatchObject({ state: 'denied' });
      expect(consent.history.map((line) => line.type)).toContain('merged');
    }
    for (const record of [one.record, other.record]) {
      expect((await world.readRecord(record)).complianceValue, moving).toBe(false);
      expect(await blocked(world, { to: to(record), text: 'Hello' })).toMatchObject({
        code: 'consent-denied',
      });
    }
    await expectSoundChains(other.phone, 2);
  }
});

it('IDN-4 what both agreed to stays agreed, for the records of both', async () => {
  const asked = await answered(world, 'yes');
  const quiet = await contact(world);
  const userId = world.emulator.userIdOf(asked.phone);
  // The quiet number wrote once, under an id of its own, before it showed the id of the other.
  await world.postWebhook(textFrom({ phone: quiet.phone }, 'Hello', world.now() - 60_000));
  await world.settled();
  await world.postWebhook(textFrom({ phone: quiet.phone, userId }, 'It is me', world.now()));
  await world.settled();
  expect(await world.consent(quiet.phone)).toMatchObject({ state: 'granted' });
  expect((await world.readRecord(quiet.record)).complianceValue).toBe(true);
  expect((await world.readRecord(asked.record)).complianceValue).toBe(true);
});

it('IDN-4 a hold of one is a hold for both, and WhatsApp’s stop of one is theirs too', async () => {
  const held = await contact(world);
  await world.says(held.phone, 'no más');
  expect((await world.consent(held.phone)).onHold).toBe(true);
  world.emulator.customerPrefers(held.phone, 'stop');
  await world.settled();
  const free = await answered(world, 'yes');
  await world.advance(2_000);
  const userId = world.emulator.userIdOf(held.phone);
  await world.postWebhook(textFrom({ phone: free.phone, userId }, 'It is me', world.now()));
  await world.settled();
  expect(await world.consent(free.phone)).toMatchObject({ onHold: true });
  expect(await world.consent(free.phone, 'marketing')).toMatchObject({ platformStopped: true });
  expect(await blocked(world, { to: to(free.record), text: 'Hello' })).toMatchObject({
    code: 'consent-on-hold',
  });
  await expectSoundChains(free.phone, 2);
  // Asked again, in knowledge of all of that, the person may agree.
  const question = { to: to(free.record), messageTemplateId: await consentTemplate() };
  expect(await accepted(world, question)).toMatchObject({ status: 'delivered' });
  await world.advance(2_000);
  await world.tap(free.phone, 'yes');
  expect(await world.consent(held.phone)).toMatchObject({ state: 'granted', onHold: false });
  expect((await world.readRecord(held.record)).complianceValue).toBe(true);
});

async function consentTemplate(): Promise<string> {
  const { items } = await world.ok(
    z.object({ items: z.array(z.object({ id: z.string(), type: z.string() })) }),
    'GET',
    '/api/message-templates?recordType=contact',
  );
  return items.find((one) => one.type === 'consent')?.id ?? '';
}
