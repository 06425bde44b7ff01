import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { viewsOf } from '../../src/actions/record-consent.ts';
import { type StoredLine, verifyChain } from '../../src/core/evidence.ts';
import { PURPOSES } from '../../src/core/purpose.ts';
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

/** What is stored of the fold is what the ledger says, read anew. */
afterEach(async () => {
  const { db } = world.ctx.database;
  const { rows: ids } = await sql<{ id: string }>`
    select id from contact_point where merged_into is null and ledger_seq > 0`.execute(db);
  for (const { id } of ids) {
    const views = await viewsOf(db, world.ctx, id);
    const { rows } = await sql`
      select purpose, state, decided_at as "decidedAt", source, on_hold_at as "heldAt", on_hold_chain as chain, on_hold_seq as seq,
             platform_stopped as "platformStopped"
        from consent_state where contact_point_id = ${id}::uuid order by purpose desc`.execute(db);
    const folded = PURPOSES.map((purpose) => {
      const { state, decidedAt, source, onHold, platformStopped } = views[purpose];
      const { since: heldAt = null, chain = null, seq = null } = onHold ?? {};
      return { purpose, state, decidedAt, source, heldAt, chain, seq, platformStopped };
    });
    expect(rows).toEqual(folded);
  }
});

const newUserId = (): string => `US.${randomUUID().replaceAll('-', '')}`;
const post = async (body: unknown): Promise<void> => {
  expect((await world.postWebhook(body)).status).toBe(200);
  await world.settled();
};

/** The customer's own words about another number, as Meta posts them. */
const changed = (from: string, to: string, at: number): Record<string, unknown> =>
  webhook('messages', {
    messages: [
      {
        from: from.slice(1),
        id: `wamid.${randomUUID()}`,
        timestamp: String(Math.floor(at / 1000)),
        type: 'system',
        system: { type: 'user_changed_number', body: 'changed', wa_id: to.slice(1) },
      },
    ],
  });

/** The same, and that both are one person. The emulator gives no number away that somebody has: Meta's own words, then. */
const isNow = (from: string, to: string): Record<string, unknown> =>
  webhook('messages', {
    messages: [
      {
        from: from.slice(1),
        from_user_id: world.emulator.userIdOf(from),
        id: `wamid.${randomUUID()}`,
        timestamp: String(Math.floor(world.now() / 1000)),
        type: 'system',
        system: {
          type: 'user_changed_number',
          body: 'User Ana changed from one number to another',
          wa_id: to.slice(1),
          user_id: world.emulator.userIdOf(to),
        },
      },
    ],
  });

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

it('IDN-1 a STOP by the user id alone closes the number that was written to, whose customer never wrote before', async () => {
  const { phone, record } = await contact(world);
  // WhatsApp names both where it says that the question arrived.
  expect(await world.sendConsent(record)).toMatchObject({ status: 'delivered' });
  world.emulator.changeCustomer(phone, { username: 'ana.jones', hidePhone: true });
  await world.says(phone, 'STOP');
  const last = world.emulator.deliveries().findLast((one) => one.body.includes('"STOP"'));
  expect(last?.body).not.toContain(phone.slice(1));
  expect(await world.consent(phone)).toMatchObject({ state: 'denied', source: 'stop-word' });
  expect((await world.readRecord(record)).complianceValue).toBe(false);
  expect(await blocked(world, { to: to(record), text: 'Hello' })).toMatchObject({ code: 'consent-denied' });
  await expectSoundChains(phone, 1);
});

it('IDN-1 a STOP of somebody unknown by number counts for it once WhatsApp says that a message to it reached them', async () => {
  const { phone, record } = await contact(world);
  const userId = world.emulator.userIdOf(phone);
  await post(textFrom({ userId }, 'STOP', world.now() - 5_000));
  expect((await world.readRecord(record)).complianceValue).toBeNull();
  await world.sendConsent(record);
  expect(await world.consent(phone)).toMatchObject({ state: 'denied' });
  expect((await world.readRecord(record)).complianceValue).toBe(false);
  await expectSoundChains(phone, 2);
});

it('IDN-1 a status of a message that is not ours makes nobody known', async () => {
  const { phone } = await contact(world);
  const userId = newUserId();
  await post(
    webhook('messages', {
      statuses: [
        {
          id: `wamid.${randomUUID()}`,
          status: 'delivered',
          timestamp: String(Math.floor(world.now() / 1000)),
          recipient_id: phone.slice(1),
          recipient_user_id: userId,
        },
      ],
    }),
  );
  await post(textFrom({ userId }, 'STOP', world.now()));
  expect(await world.consent(phone)).toMatchObject({ state: 'not-asked' });
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
    await post(isNow(one.phone, other.phone));
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

it('two chats that become one show the newest message of both in the list of chats', async () => {
  for (const newest of ['staying', 'moving'] as const) {
    const [staying, moving] = [await answered(world, 'yes'), await contact(world)];
    for (const who of newest === 'staying' ? [moving, staying] : [staying, moving]) {
      await world.advance(2_000);
      await world.says(who.phone, who === staying ? 'Hello from here' : 'Hello from there');
    }
    await post(isNow(moving.phone, staying.phone));
    const chat = await conversationWith(world, { userId: world.emulator.userIdOf(staying.phone) });
    expect(chat?.lastMessage).toMatchObject({
      text: newest === 'staying' ? 'Hello from here' : 'Hello from there',
      direction: 'in',
    });
  }
});

it('who is blocked at one number waits for nobody as one person', async () => {
  const [staying, moving] = [await answered(world, 'yes'), await contact(world)];
  await world.says(moving.phone, 'Answer me');
  await world.says(staying.phone, 'Hello');
  const chat = await conversationWith(world, { phone: moving.phone });
  await world.ok(z.unknown(), 'POST', `/api/conversations/${chat?.id}/block`);
  await post(isNow(moving.phone, staying.phone));
  expect(await conversationWith(world, { userId: world.emulator.userIdOf(staying.phone) })).toMatchObject({
    blocked: true,
    waitingSince: null,
    unread: 0,
  });
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

describe('IDN-4 a hold of a user id and a later Yes of a number that turn out to be one', () => {
  const DAY = 24 * 3_600_000;
  const Held = z.object({ items: z.array(z.object({ phone: z.string().nullable(), purpose: z.string() })) });
  async function joined() {
    const { phone, record } = await contact(world);
    const userId = newUserId();
    await post(textFrom({ userId }, 'goodbye', world.now() - 60_000));
    await world.sendConsent(record);
    await world.tap(phone, 'yes');
    await world.advance(2_000);
    await post(textFrom({ phone, userId }, 'It is me', world.now()));
    const consent = await world.consent(phone);
    expect(consent).toMatchObject({ onHold: true });
    return { phone, record, conversationId: consent.conversationId };
  }
  const expectRefused = async ({ phone, record }: Awaited<ReturnType<typeof joined>>): Promise<void> => {
    expect(await world.consent(phone)).toMatchObject({ state: 'denied', onHold: false });
    expect((await world.readRecord(record)).complianceValue).toBe(false);
    expect(await blocked(world, { to: to(record), text: 'Hello' })).toMatchObject({ code: 'consent-denied' });
    await expectSoundChains(phone, 2);
  };

  it('is in the list of what waits, and “It is a refusal” closes the chat', async () => {
    const person = await joined();
    const { items } = await world.ok(Held, 'GET', '/api/held');
    const purposes = items.flatMap((one) => (one.phone === person.phone ? [one.purpose] : []));
    expect(purposes.sort()).toEqual(['marketing', 'service']);
    await world.ok(z.unknown(), 'POST', `/api/conversations/${person.conversationId}/hold`, {
      decision: 'refusal',
    });
    await expectRefused(person);
  });

  it('is a refusal after ten days', async () => {
    const person = await joined();
    await world.advance(11 * DAY);
    await expectRefused(person);
  });

  it('“It is not” leaves what was agreed to', async () => {
    const { phone, record, conversationId } = await joined();
    await world.ok(z.unknown(), 'POST', `/api/conversations/${conversationId}/hold`, {
      decision: 'not-refusal',
      reason: 'They ended a call',
    });
    expect(await world.consent(phone)).toMatchObject({ state: 'granted', onHold: false });
    expect(await accepted(world, { to: to(record), text: 'Hello' })).toMatchObject({ status: 'delivered' });
  });
});

describe('the number that counts', () => {
  it.each(['in order', 'the later one first', 'within a second, the later one first'])(
    'is the last of two changes, %s',
    async (how) => {
      const { phone: first } = await answered(world, 'yes');
      const [second, third] = [world.newPhone(), world.newPhone()];
      await world.advance(10_000);
      const at = world.now();
      const notices = [
        changed(first, second, how.startsWith('within') ? at - 1_000 : at - 5_000),
        changed(second, third, at - 1_000),
      ];
      for (const notice of how === 'in order' ? notices : notices.toReversed()) await post(notice);
      const consent = await world.consent(first);
      expect(consent).toMatchObject({ phone: third, state: 'granted' });
      // Told again, nothing changes.
      for (const notice of notices) await post(notice);
      expect(await world.consent(first)).toEqual(consent);
      const pack = await world.ok(
        z.unknown(),
        'GET',
        `/api/consent-export?phone=${encodeURIComponent(third)}`,
      );
      for (const number of [first, second, third]) expect(JSON.stringify(pack)).toContain(number);
    },
  );

  it('is not the one of a message from before the change', async () => {
    const { phone } = await answered(world, 'yes');
    const userId = world.emulator.userIdOf(phone);
    const next = world.newPhone();
    await world.advance(10_000);
    const at = world.now();
    await post(changed(phone, next, at - 2_000));
    await post(textFrom({ phone }, 'I am about to get another number', at - 5_000));
    expect(await world.consent(phone)).toMatchObject({ phone: next });
    await post(textFrom({ phone, userId }, 'It is this one after all', at - 1_000));
    expect(await world.consent(next)).toMatchObject({ phone, state: 'granted' });
  });

  it('is not an older change’s, where a message came from a newer one', async () => {
    const userId = newUserId();
    const [first, second, third] = [world.newPhone(), world.newPhone(), world.newPhone()];
    const at = world.now();
    await post(textFrom({ phone: first, userId }, 'Hello', at - 9_000));
    await post(textFrom({ phone: third, userId }, 'Hello again', at - 1_000));
    await post(changed(first, second, at - 5_000));
    expect(await world.consent(first)).toMatchObject({ phone: third });
  });
});

describe('the country', () => {
  const forbidIn = (...countriesNoAskAfterRefusal: string[]) =>
    world.ok(z.unknown(), 'PATCH', '/api/settings', { countriesNoAskAfterRefusal });
  it.each<[string, string, (next: string) => Promise<void>]>([
    [
      'a changed number',
      '+491705550100',
      async (next) => {
        const { phone } = await answered(world, 'no');
        await world.advance(10_000);
        await post(changed(phone, next, world.now()));
      },
    ],
    [
      'a number learnt after the user id',
      '+491705550101',
      async (next) => {
        const userId = newUserId();
        await post(textFrom({ userId }, 'STOP', world.now() - 10_000));
        await post(textFrom({ phone: next, userId }, 'Hello', world.now()));
      },
    ],
    [
      'a number that is joined to a user id',
      '+491705550102',
      async (next) => {
        const userId = newUserId();
        await post(textFrom({ userId }, 'STOP', world.now() - 20_000));
        await post(textFrom({ phone: next }, 'Hello', world.now() - 10_000));
        await post(textFrom({ phone: next, userId }, 'It is me', world.now()));
      },
    ],
    [
      'another number of somebody who was erased',
      '+491705550103',
      async (next) => {
        const { phone } = await answered(world, 'no');
        const userId = world.emulator.userIdOf(phone);
        await world.ok(z.unknown(), 'POST', '/api/erasures', {
          to: { phone },
          deleteRecords: true,
          reason: 'asked',
        });
        await post(textFrom({ phone: next, userId }, 'Hello', world.now()));
      },
    ],
  ])('of %s forbids to ask after a refusal', async (_name, next, becomes) => {
    await forbidIn('DE');
    try {
      await becomes(next);
      expect(await world.consent(next)).toMatchObject({ state: 'denied' });
      const record = await world.record('contact', { fullname: 'Ana Smith', mobilephone: next });
      const question = { to: to(record), messageTemplateId: await consentTemplate() };
      expect(await blocked(world, question)).toMatchObject({ code: 'asking-forbidden' });
    } finally {
      await forbidIn();
    }
  });
});
