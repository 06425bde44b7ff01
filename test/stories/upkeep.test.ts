import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { MessageOut } from '../../src/http/schemas/chat.ts';
import { accepted, blocked, contact, to } from '../defects/acts.ts';
import { inboundText, messagesChange, status, webhook, webhookOf } from './payloads.ts';
import { openWorld, type TypeSetUp, type World } from './world.ts';

/** What time decides for many at once: nobody waits for a place in a round. */

let world: World;
let type: TypeSetUp;
const DAY = 86_400_000;

beforeAll(async () => {
  world = await openWorld();
  type = await world.setUpContactType();
});
afterAll(() => world.close());

it('grants that expire close their chats at the moment they are due, and each gets its line once', async () => {
  const people = [];
  for (let n = 0; n < 60; n += 1) {
    const { phone, record } = await contact(world);
    await world.ok(z.unknown(), 'POST', '/api/consent', {
      phone,
      purpose: 'service',
      decision: 'granted',
      evidence: 'Signed form of 12 May',
      reason: 'Came to the shop',
    });
    people.push({ phone, record });
  }
  const [first] = people;
  if (first === undefined) throw new Error('nobody agreed');
  const message = { to: to(first.record), messageTemplateId: type.utility };
  await accepted(world, message);
  await world.ok(z.unknown(), 'PATCH', '/api/settings', { serviceExpiresDays: 2 });
  await world.pass(DAY);
  await accepted(world, message);
  // No upkeep has been there yet.
  await world.pass(2 * DAY);
  expect(await blocked(world, message)).toMatchObject({ code: 'consent-expired' });

  await world.advance(0);
  for (const { phone, record } of people) {
    const { state, history } = await world.consent(phone);
    expect(state).toBe('expired');
    expect(history.filter((line) => line.type === 'expired')).toHaveLength(1);
    expect((await world.readRecord(record)).complianceValue).toBeNull();
  }
}, 120_000);

it('a request that nobody answered stops waiting after its days, on lists and in views', async () => {
  const { phone, record } = await contact(world);
  await world.sendConsent(record);
  const shown = async () => {
    const Chats = z.object({ items: z.array(z.object({ consent: z.object({ service: z.string() }) })) });
    const Counts = z.object({ waitingForConsent: z.number() });
    const query = `/api/conversations?phone=${encodeURIComponent(phone)}`;
    const chats = (of: string) => world.ok(Chats, 'GET', `${query}${of}`);
    return {
      record: (await world.readRecord(record)).consent.service,
      chat: (await chats('')).items.map((one) => one.consent.service),
      waiting: (await chats('&view=waiting-for-consent')).items.length,
      counted: (await world.ok(Counts, 'GET', '/api/conversation-counts')).waitingForConsent,
    };
  };
  const { counted } = await shown();
  expect(await shown()).toEqual({ record: 'requested', chat: ['requested'], waiting: 1, counted });
  await world.advance(29 * DAY);
  expect((await shown()).waiting).toBe(1);
  await world.advance(2 * DAY);
  expect(await shown()).toMatchObject({ record: 'not-asked', chat: ['not-asked'], waiting: 0 });
  // Written by a version before this one: when it was made is not known there.
  await world.sendConsent(record);
  await sql`update consent_state set request_at = null`.execute(world.ctx.database.db);
  await world.advance(0);
  expect((await shown()).waiting).toBe(1);
  await world.advance(31 * DAY);
  expect((await shown()).waiting).toBe(0);
});

it('raw webhooks leave as fast as they came', async () => {
  const { db } = world.ctx.database;
  await sql`insert into inbox (subject, event_key, kind, raw, body_sha256, received_at, status)
    select '-', 'old/' || n, 'unknown', '{}', 'none', now() - interval '400 days', 'unknown'
      from generate_series(1, 2500) n`.execute(db);
  await world.advance(0);
  const { rows } = await sql`select 1 from inbox where raw is not null and event_key like 'old/%'`.execute(
    db,
  );
  expect(rows).toHaveLength(0);
});

it('statuses leave whole after their days; what comes again all the same changes nothing', async () => {
  const { db } = world.ctx.database;
  await world.ok(z.unknown(), 'PATCH', '/api/settings', { serviceExpiresDays: null });
  const kept = async (kind: string) => {
    const { rows } = await sql<{
      raw: boolean;
    }>`select raw is not null as raw from inbox where kind = ${kind}`.execute(db);
    return { rows: rows.length, raw: rows.filter((row) => row.raw).length };
  };
  const { phone, record } = await contact(world);
  const stop = inboundText(phone, world.now(), 'STOP');
  await world.postWebhook(webhookOf(stop));
  const asked = await world.sendConsent(record);
  await world.settled();
  await world.tap(phone, 'yes');
  const delivered = webhook([
    messagesChange({ statuses: [status(asked.whatsappId ?? '', phone, world.now(), 'delivered')] }),
  ]);
  await world.postWebhook(delivered);
  const before = { message: await world.message(asked.id), history: (await world.consent(phone)).history };
  expect((await kept('status')).raw).toBeGreaterThan(0);
  const messages = (await kept('message')).rows;

  await world.advance(31 * DAY);
  expect(await kept('status')).toEqual({ rows: 0, raw: 0 });
  expect(await kept('message')).toEqual({ rows: messages, raw: 0 });

  await world.postWebhook(webhookOf(stop));
  await world.postWebhook(delivered);
  await world.settled();
  const { state, history } = await world.consent(phone);
  expect(state).toBe('granted');
  expect({ message: await world.message(asked.id), history }).toEqual(before);
}, 60_000);

it('an Idempotency-Key is known for 30 days, and then no more', async () => {
  const { db } = world.ctx.database;
  const { record } = await contact(world);
  const send = () =>
    world.send({ to: to(record), messageTemplateId: type.consent }, { 'idempotency-key': 'an intent' });
  const first = MessageOut.parse((await send()).body);
  await sql`insert into idempotency (caller, key, request_hash, created_at)
    select 'program', 'key ' || n, 'none', ${new Date(world.now()).toISOString()}::timestamptz
      from generate_series(1, 20000) n`.execute(db);
  const kept = async () =>
    (await sql`select 1 from idempotency where caller = 'program'`.execute(db)).rows.length;

  await world.advance(29 * DAY);
  expect(await kept()).toBe(20_000);
  expect(MessageOut.parse((await send()).body).id).toBe(first.id);
  await world.advance(2 * DAY);
  expect(await kept()).toBe(0);
  expect(MessageOut.parse((await send()).body).id).not.toBe(first.id);
}, 60_000);
