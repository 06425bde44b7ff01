import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestContext, freePermits, NOON, type TestContext } from '../../test/context.ts';
import { openTestDatabase } from '../../test/db/database.ts';
import { textDelivery } from '../../test/faults/nodes.ts';
import { rightsOf } from '../core/rights.ts';
import type { Database } from '../db/engine.ts';
import { readMessage } from '../db/messages.ts';
import type { QueuedMessage } from '../db/outbox.ts';
import { claimSends } from './hand-over.ts';
import { createIngest } from './ingest.ts';
import { recordDecision } from './record-consent.ts';
import { sendMessage } from './send-message.ts';
import { createSettlement, type Ended } from './settle-sends.ts';

const SENDER = { id: 'test', name: 'Test', path: 'api' as const, rights: rightsOf('agent'), actor: null };
const PHONES = ['+12025550190', '+12025550191', '+12025550192'];

let database: Database;
let world: TestContext;
let claimed: QueuedMessage[];

beforeEach(async () => {
  database = await openTestDatabase();
  world = await createTestContext({ engine: database });
  for (const [n, phone] of PHONES.entries()) {
    await createIngest(world.ctx).submit(textDelivery(phone, 'Hello', `wamid.hello.${n}`, NOON));
    const decision = { purpose: 'service', decision: 'granted', evidence: { text: 'agreed' } } as const;
    await recordDecision(world.ctx, { to: { phone }, ...decision }, { id: 'test', name: 'Test' });
    await sendMessage(world.ctx, { to: { phone }, text: `number ${n}` }, SENDER, null);
  }
  world.setNow(NOON + 2_000);
  claimed = (await claimSends(world.ctx, freePermits(10))).claims.map((claim) => claim.message);
  expect(claimed).toHaveLength(3);
});
afterEach(() => database.close());

const accepted = (message: QueuedMessage): Ended['outcome'] => ({
  kind: 'accepted',
  whatsappId: `wamid.${message.id}`,
});
const statusOf = async ({ id }: QueuedMessage): Promise<unknown> =>
  (await readMessage(database.db, id))?.status;

test('each of those that end together is stored as it ended', async () => {
  const settle = createSettlement(world.ctx);
  const [first, second, third] = claimed as [QueuedMessage, QueuedMessage, QueuedMessage];
  await Promise.all([
    settle({ message: first, outcome: accepted(first) }),
    settle({ message: second, outcome: { kind: 'unconfirmed', detail: 'cut' } }),
    settle({
      message: third,
      outcome: { kind: 'refused', error: { code: 131026, title: 'Undeliverable' }, advice: 'never' },
    }),
  ]);
  expect(await readMessage(database.db, first.id)).toMatchObject({
    status: 'sent',
    whatsappId: `wamid.${first.id}`,
  });
  expect(await readMessage(database.db, second.id)).toMatchObject({
    status: 'unconfirmed',
    whatsappId: null,
  });
  expect(await readMessage(database.db, third.id)).toMatchObject({
    status: 'failed',
    reasonCode: 'whatsapp-131026',
  });
});

test('a status that was faster stands, and the message gets its id', async () => {
  await sql`update message set status = 'delivered' where id = ${claimed[0]?.id}::uuid`.execute(database.db);
  const settle = createSettlement(world.ctx);
  await Promise.all(claimed.map((message) => settle({ message, outcome: accepted(message) })));
  expect(await Promise.all(claimed.map(statusOf))).toEqual(['delivered', 'sent', 'sent']);
  expect((await readMessage(database.db, claimed[0]?.id ?? ''))?.whatsappId).toBe(`wamid.${claimed[0]?.id}`);
});

test('one that somebody holds is waited for, and keeps no other from being stored', async (test) => {
  test.skip(database.engine === 'pglite', 'it has one connection, and nobody can hold a row meanwhile');
  const [held, ...others] = claimed as [QueuedMessage, QueuedMessage, QueuedMessage];
  const { promise: over, resolve: release } = Promise.withResolvers<void>();
  const { promise: holding, resolve: holds } = Promise.withResolvers<void>();
  const holder = database.db.transaction().execute(async (tx) => {
    await sql`select 1 from message where id = ${held.id}::uuid for update`.execute(tx);
    holds();
    await over;
  });
  await holding;
  const settle = createSettlement(world.ctx);
  const settled = claimed.map((message) => settle({ message, outcome: accepted(message) }));
  await Promise.all(settled.slice(1));
  expect(await Promise.all(others.map(statusOf))).toEqual(['sent', 'sent']);
  expect(await statusOf(held)).toBe('handing-over');
  release();
  await Promise.all([holder, ...settled]);
  expect(await statusOf(held)).toBe('sent');
});
