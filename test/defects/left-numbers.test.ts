import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { SendMessage } from '../../src/http/schemas/chat.ts';
import { openWorld, type TypeSetUp, type World } from '../stories/world.ts';
import { accepted, answered, blocked, contact, conversationWith, textFrom, to, webhook } from './acts.ts';

/**
 * A number that a customer gave up is soon another person's: carriers give it out anew after 45 days and more (47 CFR
 * § 52.15(f)(1)(ii)). What was agreed to stays with the customer, and nothing that is for the one reaches the other.
 */

let world: World;
let type: TypeSetUp;
const DAY = 86_400_000;

beforeAll(async () => {
  world = await openWorld();
  type = await world.setUpContactType();
});
afterAll(() => world.close());

const newUserId = (): string => `US.${randomUUID().replaceAll('-', '')}`;
const post = async (body: unknown): Promise<void> => {
  expect((await world.postWebhook(body)).status).toBe(200);
  await world.settled();
};
const moves = async (from: string, phone: string, shared = true): Promise<void> => {
  await world.ok(z.unknown(), 'POST', `/emulator/customers/${encodeURIComponent(from)}/number`, {
    phone,
    shared,
  });
  await world.settled();
};
const edit = (record: { id: string }, mobilephone: string) =>
  world.ok(z.unknown(), 'PATCH', `/api/records/contact/${record.id}`, { values: { mobilephone } });
const field = async (record: { recordType: string; id: string }) =>
  (await world.readRecord(record)).complianceValue;
const chatOf = async (phone: string) => (await world.consent(phone)).conversationId;
const received = (phone: string): (string | null)[] =>
  world.emulator.messagesOf(phone).flatMap(({ direction, text }) => (direction === 'out' ? [text] : []));
const utility = (record: { recordType: string; id: string }): SendMessage => ({
  to: to(record),
  messageTemplateId: type.utility,
});

/** Ana agreed at one number and is at another one by now, where her record follows her. */
async function moved() {
  const { phone, record } = await answered(world, 'yes');
  const userId = world.emulator.userIdOf(phone);
  const next = world.newPhone();
  const from = world.now();
  await world.advance(10_000);
  await moves(phone, next);
  await edit(record, next);
  await world.advance(10_000);
  return { phone, next, record, userId, from };
}

const isHers = async ({ next, record }: Awaited<ReturnType<typeof moved>>): Promise<void> => {
  expect(await world.consent(next)).toMatchObject({ phone: next, state: 'granted' });
  expect(await field(record)).toBe(true);
  const text = `Dear Ana, ${randomUUID()}`;
  expect(await accepted(world, { to: to(record), ...(await open(next, text)) })).toMatchObject({
    status: 'delivered',
  });
  expect(received(next).at(-1)).toContain(text);
};
/** A text, once the customer wrote. */
const open = async (phone: string, text: string) => {
  await world.says(phone, 'Hello');
  return { text };
};

describe('a record that takes a number which a customer gave up', () => {
  const isNobodys = async (
    record: { recordType: string; id: string },
    { phone, next }: Awaited<ReturnType<typeof moved>>,
  ): Promise<void> => {
    expect(await field(record)).toBeNull();
    expect(await world.sendable(`recordType=contact&recordId=${record.id}`)).toMatchObject({ phone });
    const before = received(next).length;
    expect(await blocked(world, utility(record))).toMatchObject({ code: 'consent-needed' });
    expect(await world.consent(phone)).toMatchObject({ state: 'not-asked', history: [] });
    const question = await accepted(world, { to: to(record), messageTemplateId: type.consent });
    expect(question).toMatchObject({ status: 'delivered' });
    expect(received(phone).at(-1)).toBe(question.text);
    expect(received(next)).toHaveLength(before);
  };

  it('is somebody new where it is made', async () => {
    const ana = await moved();
    await world.pass(200 * DAY);
    await isNobodys(await world.record('contact', { fullname: 'Bob Brown', mobilephone: ana.phone }), ana);
    await isHers(ana);
  });

  it('is somebody new where its number is edited', async () => {
    const ana = await moved();
    const { record } = await answered(world, 'yes');
    await edit(record, ana.phone);
    await isNobodys(record, ana);
    await isHers(ana);
  });

  it('is somebody new where WhatsApp named the new number by the user id alone', async () => {
    const { phone, record } = await answered(world, 'yes');
    const next = world.newPhone();
    await moves(phone, next, false);
    await world.advance(2_000);
    await world.says(next, 'This is my new number');
    await edit(record, next);
    const ana = { phone, next, record, userId: '', from: 0 };
    await isNobodys(await world.record('contact', { fullname: 'Bob Brown', mobilephone: phone }), ana);
    await isHers(ana);
  });

  it('brings its own Yes, and not the customer’s', async () => {
    const ana = await moved();
    const bob = await world.record('contact', {
      fullname: 'Bob Brown',
      mobilephone: ana.phone,
      assent_allowwhatsapp: true,
    });
    expect(await field(bob)).toBe(true);
    expect(await world.consent(ana.phone)).toMatchObject({ source: 'crm-unproven' });
    const update = await accepted(world, utility(bob));
    expect(received(ana.phone)).toEqual([update.text]);
    await isHers(ana);
  });

  it('is the customer where they are at that number again', async () => {
    const back = await moved();
    await post(textFrom({ phone: back.phone, userId: back.userId }, 'Here again', world.now()));
    const again = await world.record('contact', { fullname: 'Ana Smith', mobilephone: back.phone });
    expect(await field(again)).toBe(true);
    expect(await chatOf(back.phone)).toBe(await chatOf(back.next));

    const told = await moved();
    await moves(told.next, told.phone);
    expect(await field(await world.record('contact', { fullname: 'Ana', mobilephone: told.phone }))).toBe(
      true,
    );
    // And gave up the other one.
    expect(
      await field(await world.record('contact', { fullname: 'Bob', mobilephone: told.next })),
    ).toBeNull();
  });

  it('takes along who had the number all the while and was not updated', async () => {
    const { phone, record } = await answered(world, 'yes');
    const next = world.newPhone();
    await moves(phone, next);
    expect(await field(record)).toBe(true);
    const update = await accepted(world, utility(record));
    const before = received(next);
    expect(before.at(-1)).toBe(update.text);
    const bob = await world.record('contact', { fullname: 'Bob Brown', mobilephone: phone });
    for (const one of [record, bob]) {
      expect(await field(one)).toBeNull();
      expect(await blocked(world, utility(one))).toMatchObject({ code: 'consent-needed' });
    }
    expect(received(next)).toEqual(before);
    // The CRM catches up.
    await edit(record, next);
    expect(await field(record)).toBe(true);
  });
});

describe('who writes from a number that a customer gave up', () => {
  it.each(['with another user id', 'without a user id'])('is somebody new, %s', async (how) => {
    const ana = await moved();
    await world.pass(60 * DAY);
    const userId = how.startsWith('with a') ? { userId: newUserId() } : {};
    await post(textFrom({ phone: ana.phone, ...userId }, 'Hello, who is this?', world.now()));
    expect(await world.consent(ana.phone)).toMatchObject({ phone: ana.phone, state: 'not-asked' });
    expect(await chatOf(ana.phone)).not.toBe(await chatOf(ana.next));
    await isHers(ana);
    expect(received(ana.phone)).not.toContain(expect.stringContaining('Dear Ana'));
    await post(textFrom({ phone: ana.phone, ...userId }, 'STOP', world.now()));
    expect(await world.consent(ana.phone)).toMatchObject({ state: 'denied' });
    await isHers(ana);
  });

  it.each(['a number nobody knew', 'a number that had written'])(
    'is somebody new in the webhook that tells of the change to %s',
    async (number) => {
      const { phone, record } = await answered(world, 'yes');
      const [userId, next, stranger] = [world.emulator.userIdOf(phone), world.newPhone(), newUserId()];
      if (number.endsWith('written')) await post(textFrom({ phone: next }, 'Hello', world.now()));
      await world.advance(10_000);
      const seconds = (ms: number): string => String(Math.floor((world.now() - ms) / 1000));
      const text = (id: string, ms: number, body: string) => ({
        from: phone.slice(1),
        from_user_id: id,
        id: `wamid.${randomUUID()}`,
        timestamp: seconds(ms),
        type: 'text',
        text: { body },
      });
      const system = {
        type: 'user_changed_number',
        body: 'changed',
        wa_id: next.slice(1),
        user_id: newUserId(),
      };
      await post(
        webhook('messages', {
          messages: [
            text(userId, 6_000, 'My number changes'),
            {
              from: phone.slice(1),
              from_user_id: userId,
              id: `wamid.${randomUUID()}`,
              timestamp: seconds(5_000),
              type: 'system',
              system,
            },
            text(userId, 6_000, 'in a second'),
            text(stranger, 2_000, 'STOP'),
            text(stranger, 1_000, 'Who are you?'),
          ],
        }),
      );
      expect(await world.consent(next)).toMatchObject({ phone: next, state: 'granted' });
      expect(await world.consent(phone)).toMatchObject({ phone, state: 'denied' });
      expect(await chatOf(phone)).not.toBe(await chatOf(next));
      expect(await conversationWith(world, { userId: stranger })).toMatchObject({ unread: 2 });
      // The record that nobody updated goes with the number.
      expect(await field(record)).toBe(false);
    },
  );

  it('may be known by another number', async () => {
    const ana = await moved();
    const bob = await answered(world, 'no');
    await world.advance(2_000);
    await post(
      webhook('messages', {
        messages: [
          {
            from: bob.phone.slice(1),
            from_user_id: world.emulator.userIdOf(bob.phone),
            id: `wamid.${randomUUID()}`,
            timestamp: String(Math.floor(world.now() / 1000)),
            type: 'system',
            system: { type: 'user_changed_number', body: 'changed', wa_id: ana.phone.slice(1) },
          },
        ],
      }),
    );
    expect(await world.consent(ana.phone)).toMatchObject({ phone: ana.phone, state: 'denied' });
    const record = await world.record('contact', { fullname: 'Bob Brown', mobilephone: ana.phone });
    expect(await field(record)).toBe(false);
    await isHers(ana);
  });

  it('takes along records that nobody updated', async () => {
    const { phone, record } = await answered(world, 'yes');
    const next = world.newPhone();
    await moves(phone, next);
    await world.pass(60 * DAY);
    await post(textFrom({ phone, userId: newUserId() }, 'Hello', world.now()));
    expect(await field(record)).toBeNull();
    const before = received(next);
    // They wrote just now, and were never asked.
    const update = await accepted(world, utility(record));
    expect(received(phone)).toEqual([update.text]);
    expect(received(next)).toEqual(before);
    expect((await conversationWith(world, { phone }))?.records).toMatchObject([{ id: record.id }]);
    expect(await world.consent(next)).toMatchObject({ state: 'granted' });
  });

  it('was the customer before the change, however late the message comes', async () => {
    const ana = await moved();
    await post(textFrom({ phone: ana.phone }, 'Still my old number', ana.from));
    expect(await world.consent(ana.phone)).toMatchObject({ phone: ana.next, state: 'granted' });
    expect(await chatOf(ana.phone)).toBe(await chatOf(ana.next));

    const notice = world.emulator.deliveries().findLast((one) => one.body.includes('user_changed_number'));
    await post(textFrom({ phone: ana.phone, userId: newUserId() }, 'Hello', world.now()));
    const theirs = await chatOf(ana.phone);
    await post(textFrom({ phone: ana.phone, userId: ana.userId }, 'Even later', ana.from));
    // So does what told of it, delivered again.
    await post(notice?.body);
    expect(await chatOf(ana.phone)).toBe(theirs);
    expect(await world.consent(ana.phone)).toMatchObject({ phone: ana.phone, state: 'not-asked' });
    expect(await conversationWith(world, { phone: ana.next })).toMatchObject({ unread: 3 });
    await isHers(ana);
  });

  it('is not the customer whose data was erased', async () => {
    const ana = await moved();
    await world.ok(z.unknown(), 'POST', '/api/erasures', {
      to: { phone: ana.next },
      deleteRecords: true,
      reason: 'asked',
    });
    const stranger = newUserId();
    await post(textFrom({ phone: ana.phone, userId: stranger }, 'Hello', world.now()));
    await post(textFrom({ phone: ana.next, userId: ana.userId }, 'It is Ana', world.now()));
    expect(await chatOf(ana.phone)).not.toBe(await chatOf(ana.next));
  });

  it('is told from who never moved', async () => {
    const { phone } = await contact(world);
    await post(textFrom({ phone }, 'Hello', world.now() - 9_000));
    await post(textFrom({ phone, userId: newUserId() }, 'Hello', world.now() - 5_000));
    const chat = await chatOf(phone);
    await post(textFrom({ phone }, 'Hello', world.now()));
    expect(await chatOf(phone)).toBe(chat);
  });
});
