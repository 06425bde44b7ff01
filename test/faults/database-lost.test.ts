import { execFileSync } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { onServer } from '../db/database.ts';
import { type Product, startProduct } from '../e2e/product.ts';
import { pause } from './nodes.ts';

/**
 * A lost database and a full disk: readiness turns red, nothing is acknowledged that was not stored, and the product
 * recovers by itself.
 */
const server = process.env.TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const SECRET = 'fault-app-secret';
const ADMIN_API_KEY = 'a-key-of-the-fault-tests-only-0123456789abcdef';
const ENV = {
  ADMIN_API_KEY,
  LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'fatal',
  WHATSAPP_API_URL: 'http://127.0.0.1:9',
  WHATSAPP_PHONE_NUMBER_ID: '200300400500600',
  WHATSAPP_BUSINESS_ACCOUNT_ID: '100200300400500',
  WHATSAPP_ACCESS_TOKEN: 'fault-token',
  WHATSAPP_APP_SECRET: SECRET,
  WHATSAPP_VERIFY_TOKEN: 'fault-verify',
};

const reachable = await onServer(server, 'select 1').then(
  () => true,
  () => false,
);

let product: Product | null = null;
let cleanUp: () => Promise<void> | void = () => {};
afterEach(async () => {
  await product?.discard();
  product = null;
  await cleanUp();
  cleanUp = () => {};
});

let counter = 0;
/** Posts a STOP of a customer of its own; answers the status and the number. */
async function refuse(to: Product, padding = ''): Promise<{ status: number; phone: string }> {
  counter += 1;
  const phone = `1202${5_550_000 + counter}`;
  const message = {
    from: phone,
    id: `wamid.${counter}.${randomBytes(4).toString('hex')}`,
    timestamp: String(Math.floor(Date.now() / 1000)),
    type: 'text',
    text: { body: 'STOP' },
  };
  const value = {
    messaging_product: 'whatsapp',
    metadata: { phone_number_id: ENV.WHATSAPP_PHONE_NUMBER_ID },
    contacts: [{ wa_id: phone, profile: { name: padding } }],
    messages: [message],
  };
  const body = JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [{ id: '1', changes: [{ field: 'messages', value }] }],
  });
  const response = await fetch(`${to.url}/webhooks/whatsapp`, {
    method: 'POST',
    body,
    headers: { 'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}` },
    signal: AbortSignal.timeout(30_000),
  });
  return { status: response.status, phone: `+${phone}` };
}

async function stateOf(of: Product, phone: string): Promise<unknown> {
  const response = await fetch(`${of.url}/api/consent?phone=${encodeURIComponent(phone)}`, {
    headers: { authorization: `Bearer ${ADMIN_API_KEY}` },
  });
  const body: unknown = await response.json();
  return typeof body === 'object' && body !== null && 'state' in body ? body.state : undefined;
}

async function readiness(of: Product, wanted: number): Promise<void> {
  for (let turn = 0; turn < 300; turn += 1) {
    const status = await fetch(`${of.url}/readyz`, { signal: AbortSignal.timeout(15_000) }).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status === wanted) return;
    await pause(100);
  }
  throw new Error(`readyz never answered ${wanted}`);
}

describe.skipIf(!reachable)('the database server goes away', () => {
  test('readiness turns red, webhooks are not acknowledged, and all comes back by itself', async () => {
    const name = `assent_lost_${randomBytes(5).toString('hex')}`;
    await onServer(server, `create database ${name}`);
    cleanUp = () => onServer(server, `drop database if exists ${name} with (force)`).then(() => {});
    const url = new URL(server);
    url.pathname = `/${name}`;
    product = await startProduct({
      env: { ...ENV, DATABASE_URL: url.href },
      command: [process.execPath, 'src/main.ts'],
    });
    const before = await refuse(product);
    expect(before.status).toBe(200);

    await onServer(server, `alter database ${name} with allow_connections false`);
    await onServer(
      server,
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
    );
    await readiness(product, 503);
    expect((await refuse(product)).status).toBe(503);

    await onServer(server, `alter database ${name} with allow_connections true`);
    await readiness(product, 200);
    const after = await refuse(product);
    expect(after.status).toBe(200);
    for (const { phone } of [before, after]) expect(await stateOf(product, phone)).toBe('denied');
  });
});

function never(): never {
  throw new Error('the product is gone');
}

/** A small file system of its own; only root can mount one. */
function smallDisk(): string | null {
  const folder = mkdtempSync(path.join(tmpdir(), 'assent-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=160m', 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return null;
  }
}

const disk = smallDisk();
describe.skipIf(disk === null)('the disk under the embedded database is full', () => {
  test('what is acknowledged is stored, and all comes back when there is room again', async () => {
    if (disk === null) return;
    cleanUp = () => {
      execFileSync('umount', ['-l', disk]);
      rmSync(disk, { recursive: true, force: true });
    };
    product = await startProduct({
      env: ENV,
      dataDir: path.join(disk, 'data'),
      command: [process.execPath, 'src/main.ts'],
    });
    const acknowledged = [await refuse(product)];
    expect(acknowledged[0]?.status).toBe(200);
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(path.join(disk, 'filler'), Buffer.alloc(Math.max(0, bavail * bsize - 256 * 1024)));
    let refusedOnes = 0;
    for (let turn = 0; turn < 60 && refusedOnes === 0; turn += 1) {
      const answer = await refuse(product, 'x'.repeat(40_000));
      if (answer.status === 200) acknowledged.push(answer);
      else refusedOnes += 1;
    }
    expect(refusedOnes).toBe(1);
    await readiness(product, 503);
    rmSync(path.join(disk, 'filler'));
    await readiness(product, 200);
    const after = await refuse(product);
    expect(after.status).toBe(200);
    // An update that met the full disk half-way was stored and waits; it is applied when there is room.
    for (const { phone } of [...acknowledged, after])
      await expect.poll(() => stateOf(product ?? never(), phone), { timeout: 30_000 }).toBe('denied');
    expect(
      existsSync(path.join(disk, 'data')) && readdirSync(path.join(disk, 'data')).length,
    ).toBeGreaterThan(0);
  });
});
