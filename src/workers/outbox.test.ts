import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestContext, type TestContext } from '../../test/context.ts';
import { openTestDatabase } from '../../test/db/database.ts';
import { textDelivery } from '../../test/faults/nodes.ts';
import { createHandovers } from '../actions/handovers.ts';
import { createIngest } from '../actions/ingest.ts';
import { makers } from '../actions/keys.ts';
import { sendMessage } from '../actions/send-message.ts';
import { createWhatsAppCloud } from '../adapters/whatsapp-cloud/client.ts';
import { rightsOf } from '../core/rights.ts';
import type { Database } from '../db/engine.ts';
import { outboxFigures } from '../db/outbox.ts';
import type { MayLeave, OutboundMessage } from '../ports.ts';
import { startOutbox } from './outbox.ts';

const SENDER = { id: 'test', name: 'Test', path: 'api' as const, rights: rightsOf('agent'), actor: null };
const PER_SECOND = 20;
const PEOPLE = 6;
const EACH = 9;

let database: Database;
let world: TestContext;
let whatsapp: Server;
/** For whom requests arrived at WhatsApp. */
let arrived: string[];

beforeEach(async () => {
  arrived = [];
  whatsapp = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      arrived.push(String(JSON.parse(body).to));
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ messages: [{ id: `wamid.${makers.id()}` }] }));
    });
  });
  await new Promise<void>((resolve) => whatsapp.listen(0, '127.0.0.1', resolve));
  database = await openTestDatabase();
  world = await createTestContext({ engine: database });
});
afterEach(async () => {
  await database.close();
  await new Promise((resolve) => whatsapp.close(resolve));
});

const most = (times: readonly number[]): number =>
  Math.max(...times.map((at) => times.filter((one) => one > at - 1_000 && one <= at).length));

test('two nodes together begin no more calls in any second than the number may send', async () => {
  const { port } = whatsapp.address() as AddressInfo;
  const cloud = createWhatsAppCloud({
    apiUrl: `http://127.0.0.1:${port}`,
    apiVersion: 'v26.0',
    phoneNumberId: world.ctx.channel.phoneNumberId,
    businessAccountId: world.ctx.channel.businessAccountId,
    accessToken: 'token',
  });
  const begun: number[] = [];
  const now = Date.now();
  world.setNow(now);
  for (let n = 0; n < PEOPLE; n += 1) {
    const phone = `+1202555019${n}`;
    await createIngest(world.ctx).submit(textDelivery(phone, 'Hello', `wamid.hello.${n}`, now));
    for (let text = 0; text < EACH; text += 1)
      await sendMessage(world.ctx, { to: { phone }, text: `number ${text}` }, SENDER, null);
  }
  const loops = [0, 1].map(() => {
    const provider = {
      ...cloud,
      send: (message: OutboundMessage, mayLeave: MayLeave) =>
        cloud.send(message, () => {
          const may = mayLeave();
          if (may) begun.push(performance.now());
          return may;
        }),
    };
    const ctx = { ...world.ctx, provider, handovers: createHandovers(), wake: { ...world.ctx.wake } };
    const loop = startOutbox(ctx, { perSecond: PER_SECOND });
    ctx.wake.outbox = loop.wake;
    return loop;
  });
  while ((await outboxFigures(database.db, now)).pending > 0)
    await new Promise((resolve) => setTimeout(resolve, 100));
  await Promise.all(loops.map((loop) => loop.stop()));
  expect(arrived).toHaveLength(PEOPLE * EACH);
  expect(most(begun)).toBeLessThanOrEqual(PER_SECOND);
}, 120_000);
