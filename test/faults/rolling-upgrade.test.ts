import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fastify } from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEmulator, type Emulator, SANDBOX } from '../../emulators/whatsapp-cloud/emulator.ts';
import { sha256 } from '../../src/actions/keys.ts';
import { verifyLedger } from '../../src/actions/verify-ledger.ts';
import { openPostgres } from '../../src/db/engine.ts';
import { onServer } from '../db/database.ts';
import { type Product, startProduct } from '../e2e/product.ts';
import { pause } from './nodes.ts';
import { createFront, type Front } from './storm/front.ts';

/**
 * A rolling upgrade as docs/deployment.md has it: a node of an earlier version serves, one of this version starts on the
 * same PostgreSQL and migrates it, both serve behind one balancer, then the old one is stopped. Customers write, are
 * asked, answer and refuse all the while, through either node. Earlier versions come out of this repository's history;
 * where there is none, nothing runs. `UPGRADE_FROM` names another one.
 */
const root = path.resolve(import.meta.dirname, '../..');
const server = process.env.TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const KEY = 'a-key-of-the-fault-tests-only-0123456789abcdef';

const reachable = await onServer(server, 'select 1').then(
  () => true,
  () => false,
);

const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] })
    .toString()
    .trim();

/** The version before the one that brought this migration; null where history does not tell. */
function before(migration: string): string | null {
  try {
    const file = `src/db/migrations/${migration}.ts`;
    const added = git('log', '-1', '--format=%H', '--diff-filter=A', '--', file);
    return added === '' ? null : git('rev-parse', '--verify', `${added}^`);
  } catch {
    return null;
  }
}

const FROM =
  process.env.UPGRADE_FROM === undefined
    ? [before('0016-configuration-version'), before('0019-silence')]
    : [process.env.UPGRADE_FROM];
const versions = FROM.filter((version) => version !== null);

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

async function call(node: Product, method: string, at: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${node.url}${at}`, {
    method,
    headers: {
      authorization: `Bearer ${KEY}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const json: unknown = JSON.parse((await response.text()) || '{}');
  return { status: response.status, body: typeof json === 'object' && json !== null ? { ...json } : {} };
}

async function must(status: number, node: Product, method: string, at: string, body?: unknown) {
  const answer = await call(node, method, at, body);
  expect(answer.status, `${method} ${at}: ${JSON.stringify(answer.body)}`).toBe(status);
  return answer.body;
}

describe.skipIf(!reachable || versions.length === 0).each(versions)('from %s', (version) => {
  const name = `assent_upgrade_${randomBytes(5).toString('hex')}`;
  const database = new URL(server);
  database.pathname = `/${name}`;
  const whatsapp = fastify();
  const nodes: Product[] = [];
  let old: string;
  let emulator: Emulator;
  let front: Front;
  let env: Record<string, string>;

  beforeEach(async () => {
    old = mkdtempSync(path.join(tmpdir(), 'assent-earlier-'));
    const archive = path.join(old, 'earlier.tar');
    git('archive', '--output', archive, version);
    execFileSync('tar', ['-xf', archive, '-C', old]);
    symlinkSync(path.join(root, 'node_modules'), path.join(old, 'node_modules'));
    await onServer(server, `create database ${name}`);
    emulator = createEmulator({
      ...SANDBOX,
      statusDelayMs: 5,
      retry: { firstMs: 100, maxMs: 1_000, giveUpMs: 600_000 },
    });
    await whatsapp.register(emulator.plugin);
    const address = await whatsapp.listen({ host: '127.0.0.1', port: 0 });
    front = await createFront();
    emulator.setWebhookUrl(`${front.url}/webhooks/whatsapp`);
    env = {
      ADMIN_API_KEY: KEY,
      LOG_LEVEL: 'warn',
      DRAIN_SECONDS: '1',
      DATABASE_URL: database.href,
      WHATSAPP_API_URL: address,
      WHATSAPP_PHONE_NUMBER_ID: SANDBOX.phoneNumberId,
      WHATSAPP_BUSINESS_ACCOUNT_ID: SANDBOX.businessAccountId,
      WHATSAPP_ACCESS_TOKEN: SANDBOX.accessToken,
      WHATSAPP_APP_SECRET: SANDBOX.appSecret,
      WHATSAPP_VERIFY_TOKEN: SANDBOX.verifyToken,
    };
  });
  afterEach(async () => {
    for (const node of nodes)
      await node.kill().finally(() => rmSync(node.dataDir, { recursive: true, force: true }));
    await front.close();
    await emulator.close();
    await whatsapp.close();
    await onServer(server, `drop database if exists ${name} with (force)`);
    rmSync(old, { recursive: true, force: true });
  });

  async function start(cwd: string): Promise<Product> {
    const node = await startProduct({ cwd, env, command: [process.execPath, 'src/main.ts'] });
    nodes.push(node);
    return node;
  }

  test('both versions serve on one database, and nothing is lost', { timeout: 180_000 }, async () => {
    const earlier = await start(old);
    front.setNodes([earlier.url]);
    const consentTemplate = await setUp(earlier);
    const customers: Customer[] = [];
    const problems: string[] = [];
    let phones = 0;
    const converse = async (api: Product, act: Act): Promise<void> => {
      phones += 1;
      const phone = `+1202${5_550_000 + phones}`;
      const customer = { phone, act, messages: [] as string[] };
      customers.push(customer);
      await meet(api, emulator, consentTemplate, customer).catch((error: unknown) => {
        problems.push(
          `${phone} (${act}) at ${api === earlier ? 'the earlier' : 'this'} version: ${String(error)}`,
        );
      });
    };

    // Customers come and go on the old node while the new one migrates and starts.
    let starting = true;
    const meanwhile = (async () => {
      do await Promise.all(ACTS.map((act) => converse(earlier, act)));
      while (starting);
    })();
    const current = await start(root);
    starting = false;
    await meanwhile;
    expect(problems).toEqual([]);
    const duringMigration = customers.length;

    // Both serve; webhooks of one conversation go to either.
    front.setNodes([earlier.url, current.url]);
    for (let round = 0; round < 4; round += 1)
      await Promise.all(ACTS.flatMap((act) => [converse(earlier, act), converse(current, act)]));
    for (const node of [earlier, current]) await must(200, node, 'GET', '/readyz');

    // The upgrade's end.
    await earlier.stop();
    front.setNodes([current.url]);
    await Promise.all(ACTS.map((act) => converse(current, act)));
    await emulator.idle();
    expect(problems).toEqual([]);

    for (const { phone, act, messages } of customers) {
      const consent = await must(200, current, 'GET', `/api/consent?phone=${encodeURIComponent(phone)}`);
      expect(consent.state, `${phone} (${act})`).toBe(act === 'agrees' ? 'granted' : 'denied');
      expect(consent.complianceValue, `${phone} (${act})`).toBe(act === 'agrees');
      for (const id of messages) {
        const message = await must(200, current, 'GET', `/api/messages/${id}`);
        expect(['sent', 'delivered', 'read'], `${phone} (${act})`).toContain(message.status);
      }
      const sent = emulator.messagesOf(phone).filter((one) => one.direction === 'out');
      expect(new Set(sent.map((one) => one.callbackData)).size, `${phone}: sent twice`).toBe(sent.length);
    }
    const look = await openPostgres(database.href, { poolSize: 2 });
    const report = await verifyLedger({
      database: look,
      keys: { sha256, numberHash: sha256, sign: sha256 },
    }).finally(() => look.close());
    expect(report.faults).toEqual([]);
    expect(report.chains).toBeGreaterThanOrEqual(customers.length);
    const errors = nodes.flatMap((node) => node.output().match(/^\{"level":[56]0.*$/gm) ?? []);
    expect(errors).toEqual([]);
    console.log(
      `from ${version.slice(0, 12)}: ${customers.length} customers, ${duringMigration} of them while the new node started, ${customers.reduce((sum, one) => sum + one.messages.length, 0)} messages, ${report.lines} ledger lines`,
    );
  });
});

type Act = 'agrees' | 'declines' | 'stops';
const ACTS: readonly Act[] = ['agrees', 'declines', 'stops'];

interface Customer {
  phone: string;
  act: Act;
  /** Ids of what was accepted for them. */
  messages: string[];
}

/** A record is made, its customer writes and is asked, answers, and whoever agreed is written to. */
async function meet(
  node: Product,
  emulator: Emulator,
  messageTemplateId: string,
  { phone, act, messages }: Customer,
): Promise<void> {
  emulator.customerSends(phone, { text: 'Hello' });
  const values = { fullname: `Customer ${phone}`, mobilephone: phone };
  const record = await must(201, node, 'POST', '/api/records/contact', { values });
  const to = { recordType: 'contact', recordId: record.id };
  const request = await must(202, node, 'POST', '/api/messages', { to, messageTemplateId });
  messages.push(String(request.id));
  const asked = await arrived(emulator, phone, String(request.id));
  if (act === 'stops') emulator.customerSends(phone, { text: 'STOP' });
  else emulator.customerSends(phone, { buttonOf: asked, button: act === 'agrees' ? 0 : 1 });
  const wanted = act === 'agrees' ? 'granted' : 'denied';
  for (;;) {
    const consent = await call(node, 'GET', `/api/consent?phone=${encodeURIComponent(phone)}`);
    if (consent.body.state === wanted) break;
    await pause(20);
  }
  const text = await call(node, 'POST', '/api/messages', { to: { phone }, text: 'Good to hear' });
  expect(text.status).toBe(act === 'agrees' ? 202 : 409);
  if (text.status === 202) messages.push(String(text.body.id));
  for (const id of messages) await arrived(emulator, phone, id);
}

/** The id under which the customer's phone has it. */
async function arrived(emulator: Emulator, phone: string, id: string): Promise<string> {
  for (let turn = 0; turn < 1_000; turn += 1) {
    const message = emulator.messagesOf(phone).find((one) => one.callbackData === id);
    if (message !== undefined) return message.id;
    await pause(20);
  }
  throw new Error(`message ${id} did not arrive`);
}

/** Contacts with a Compliance Field and the three templates, by calls that every version has. */
async function setUp(node: Product): Promise<string> {
  await must(200, node, 'PUT', '/api/record-types/contact', {
    table: 'contact',
    displayName: 'Contact',
    nameColumn: 'fullname',
    phoneColumns: ['mobilephone'],
    complianceField: 'assent_allowwhatsapp',
    polarity: 'allows',
    unset: 'ask-first',
    defaultCountry: 'US',
    priority: 1,
  });
  await call(node, 'POST', '/api/whatsapp-templates/sync');
  const publish = async (template: Record<string, unknown>): Promise<string> => {
    const body = {
      name: `contact ${String(template.type)}`,
      recordType: 'contact',
      session: 'utility',
      ...template,
    };
    const { id } = await must(201, node, 'POST', '/api/message-templates', body);
    await must(200, node, 'POST', `/api/message-templates/${String(id)}/publish`);
    return String(id);
  };
  await publish({ type: 'opt-in', keywords: [{ text: 'Yes, I Agree' }], reply: { text: 'Thank you.' } });
  await publish({ type: 'opt-out', keywords: [{ text: 'No, Thank You' }], reply: { text: 'Understood.' } });
  return publish({
    type: 'consent',
    whatsappTemplate: { name: 'consent_request', language: 'en' },
    bindings: { '1': { column: 'fullname', fallback: 'there' } },
  });
}
