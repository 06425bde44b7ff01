import { randomBytes } from 'node:crypto';
import { fastify } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEmulator, type Emulator, SANDBOX } from '../../emulators/whatsapp-cloud/emulator.ts';
import { sha256 } from '../../src/actions/keys.ts';
import { verifyLedger } from '../../src/actions/verify-ledger.ts';
import { openPostgres } from '../../src/db/engine.ts';
import { onServer } from '../db/database.ts';
import { type Product, startProduct } from '../e2e/product.ts';
import { chanceOf, pause } from './nodes.ts';

/**
 * `kill -9` at random points under traffic, on PostgreSQL and on the embedded database: nothing acknowledged is lost, and
 * nothing is sent twice blindly. WhatsApp (the emulator) lives in this process and survives every kill; the product is
 * the one `node src/main.ts` starts. `FAULT_KILLS` and `FAULT_SEED` repeat a run.
 */
const KILLS = Number(process.env.FAULT_KILLS ?? 20);
const SEED = Number(process.env.FAULT_SEED ?? 20_261_124);
const CUSTOMERS_PER_ROUND = 6;
const server = process.env.TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const ADMIN_API_KEY = 'a-key-of-the-fault-tests-only-0123456789abcdef';

const reachable = await onServer(server, 'select 1').then(
  () => true,
  () => false,
);

describe.each(reachable ? ['postgres', 'pglite'] : ['pglite'])('kill -9 on %s', (engine) => {
  const name = `assent_kills_${randomBytes(5).toString('hex')}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  const whatsapp = fastify();
  let emulator: Emulator;
  let env: Record<string, string>;
  let product: Product;

  beforeAll(async () => {
    if (engine === 'postgres') await onServer(server, `create database ${name}`);
    emulator = createEmulator({
      ...SANDBOX,
      statusDelayMs: 5,
      retry: { firstMs: 100, maxMs: 1_000, giveUpMs: 600_000 },
    });
    await whatsapp.register(emulator.plugin);
    await whatsapp.listen({ host: '127.0.0.1', port: 0 });
    const address = whatsapp.server.address();
    env = {
      ADMIN_API_KEY,
      LOG_LEVEL: 'error',
      WHATSAPP_API_URL: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
      WHATSAPP_PHONE_NUMBER_ID: SANDBOX.phoneNumberId,
      WHATSAPP_BUSINESS_ACCOUNT_ID: SANDBOX.businessAccountId,
      WHATSAPP_ACCESS_TOKEN: SANDBOX.accessToken,
      WHATSAPP_APP_SECRET: SANDBOX.appSecret,
      WHATSAPP_VERIFY_TOKEN: SANDBOX.verifyToken,
      ...(engine === 'postgres' ? { DATABASE_URL: url.href } : {}),
    };
    product = await start();
  });
  afterAll(async () => {
    await product.discard();
    await emulator.close();
    await whatsapp.close();
    if (engine === 'postgres') await onServer(server, `drop database if exists ${name} with (force)`);
  });

  async function start(dataDir?: string): Promise<Product> {
    const started = await startProduct({
      env,
      command: [process.execPath, 'src/main.ts'],
      ...(dataDir === undefined ? {} : { dataDir }),
    });
    emulator.setWebhookUrl(`${started.url}/webhooks/whatsapp`);
    return started;
  }

  test(`${KILLS} kills from seed ${SEED}`, async () => {
    const acknowledged = { messages: new Set<string>(), stops: new Map<string, string>() };
    for (let round = 0; round < KILLS; round += 1) {
      const chance = chanceOf(SEED + round);
      const customers = Array.from(
        { length: CUSTOMERS_PER_ROUND },
        (_, n) => `+1202${5_000_000 + round * 100 + n}`,
      );
      const traffic = Promise.allSettled(
        customers.map((phone) =>
          converse(product, emulator, phone, chanceOf(SEED * 31 + Number(phone)), acknowledged),
        ),
      );
      await inTheMiddle(acknowledged.messages, chance);
      await product.kill();
      await traffic;
      product = await start(product.dataDir);
    }
    await emulator.idle();
    await drained(product);

    for (const id of acknowledged.messages)
      expect((await call(product, 'GET', `/api/messages/${id}`)).status, `message ${id}`).toBe(200);
    const deliveries = emulator.deliveries();
    let refusals = 0;
    for (const [phone, whatsappId] of acknowledged.stops) {
      const stop = deliveries.find((one) => one.state === 'delivered' && one.body.includes(whatsappId));
      if (stop === undefined) continue;
      refusals += 1;
      const consent = await call(product, 'GET', `/api/consent?phone=${encodeURIComponent(phone)}`);
      expect(consent.body.state, `the refusal of ${phone}`).toBe('denied');
    }
    const sent = [...acknowledged.stops.keys()]
      .flatMap((phone) => emulator.messagesOf(phone))
      .filter((one) => one.direction === 'out');
    const twice = sent.filter(
      (one, index) => sent.findIndex((other) => other.callbackData === one.callbackData) !== index,
    );
    expect(twice).toEqual([]);
    console.log(
      `${engine}: ${KILLS} kills, ${acknowledged.messages.size} messages and ${refusals} refusals acknowledged, ${sent.length} sent`,
    );
    expect(refusals).toBeGreaterThan(0);
    expect(acknowledged.messages.size).toBeGreaterThan(0);
    if (engine === 'postgres') {
      const database = await openPostgres(url.href);
      const report = await verifyLedger({ database, keys: { sha256, numberHash: sha256, sign: sha256 } });
      await database.close();
      expect(report.faults).toEqual([]);
      expect(report.lines).toBeGreaterThan(0);
    }
  });
});

/** A random moment of the traffic, whatever the machine's speed: some messages accepted, some not yet. */
async function inTheMiddle(accepted: ReadonlySet<string>, chance: () => number): Promise<void> {
  const wanted = accepted.size + 1 + Math.floor(chance() * CUSTOMERS_PER_ROUND);
  const until = performance.now() + 8_000;
  while (accepted.size < wanted && performance.now() < until) await pause(5);
  await pause(chance() * 120);
}

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

async function call(product: Product, method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${product.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${ADMIN_API_KEY}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const json: unknown = text === '' ? {} : JSON.parse(text);
  return { status: response.status, body: typeof json === 'object' && json !== null ? { ...json } : {} };
}

/** One customer's afternoon: writes, is written to, refuses. Calls that the kill cuts short are nobody's promise. */
async function converse(
  product: Product,
  emulator: Emulator,
  phone: string,
  chance: () => number,
  acknowledged: { messages: Set<string>; stops: Map<string, string> },
): Promise<void> {
  emulator.customerSends(phone, { text: 'Hello' });
  const sends = 2 + Math.floor(chance() * 4);
  const stopAfter = Math.floor(chance() * sends);
  for (let n = 0; n < sends; n += 1) {
    await pause(chance() * 120);
    if (n === stopAfter) acknowledged.stops.set(phone, emulator.customerSends(phone, { text: 'STOP' }).id);
    const answer = await call(product, 'POST', '/api/messages', { to: { phone }, text: `message ${n}` });
    if (answer.status === 202) acknowledged.messages.add(String(answer.body.id));
  }
}

/** Nothing queued any more; what a killed process was handing over stays marked until its lease runs out. */
async function drained(product: Product): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) {
    const metrics = await (
      await fetch(`${product.url}/metrics`, { headers: { authorization: `Bearer ${ADMIN_API_KEY}` } })
    ).text();
    const inbox = /^assent_inbox_pending (\d+)/m.exec(metrics)?.[1];
    if (inbox === '0') return;
    await pause(100);
  }
  throw new Error('the inbox does not empty');
}
