import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { accepted, blocked, contact, to } from '../defects/acts.ts';
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
