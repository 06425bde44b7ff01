import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { readConfig } from '../src/config.ts';
import { openPostgres } from '../src/db/engine.ts';
import { createContext } from '../src/start.ts';
import { databaseLimit } from './database-limit.ts';
import { freshDecision, ruleSpeed } from './gate.ts';
import { drainGated, drainUngated, fillOutbox } from './outbox.ts';
import { load, PHONE_NUMBER_ID, quantile, SECRET, sign, textWebhook } from './webhooks.ts';

/**
 * `npm run bench`: our figures beside this machine's own limits, measured in the same run and printed as ratios. Needs a
 * PostgreSQL server (BENCH_DATABASE_URL); makes its own database there and drops it. BENCH_SECONDS sets each load's length.
 */
const server = process.env.BENCH_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const SECONDS = Number(process.env.BENCH_SECONDS ?? 10);
const CONNECTIONS = 32;
const KEY = 'a-key-of-the-benchmark-only-0123456789abcdef';
const GRAPH = 4_290;

const rows: string[][] = [];
const say = (what: string, ours: string, limit: string, ratio: string): void => {
  rows.push([what, ours, limit, ratio]);
  console.error(`${what}: ${ours} | ${limit} | ${ratio}`);
};
const round = (value: number, digits = 0): string => value.toFixed(digits);

const children: ChildProcess[] = [];
function child(script: string, env: Record<string, string>): void {
  children.push(
    spawn(process.execPath, [script], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
  );
}

async function answering(url: string): Promise<void> {
  for (let turn = 0; turn < 600; turn += 1) {
    if (
      await fetch(url).then(
        (answer) => answer.status < 500,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`nobody answers at ${url}`);
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(statement);
  await client.end();
}

const production = (port: number): Record<string, string> => ({
  PORT: String(port),
  LOG_LEVEL: 'error',
  ADMIN_API_KEY: KEY,
  WHATSAPP_API_URL: `http://127.0.0.1:${GRAPH}`,
  WHATSAPP_PHONE_NUMBER_ID: PHONE_NUMBER_ID,
  WHATSAPP_BUSINESS_ACCOUNT_ID: '100200300400500',
  WHATSAPP_ACCESS_TOKEN: 'bench-token',
  WHATSAPP_APP_SECRET: SECRET,
  WHATSAPP_VERIFY_TOKEN: 'bench-verify-token',
});

/** Each refusal: posted, acknowledged, read back as denied. Milliseconds. */
async function refusalTimes(
  url: string,
  count: number,
): Promise<{ acknowledged: number[]; readable: number[] }> {
  const acknowledged: number[] = [];
  const readable: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const { body, phone } = textWebhook(1_000_000, 'STOP');
    const started = performance.now();
    await fetch(`${url}/webhooks/whatsapp`, {
      method: 'POST',
      body,
      headers: { 'x-hub-signature-256': sign(body) },
    });
    acknowledged.push(performance.now() - started);
    const consent = await fetch(`${url}/api/consent?phone=${encodeURIComponent(phone)}`, {
      headers: { authorization: `Bearer ${KEY}` },
    });
    const state: unknown = await consent.json();
    if (typeof state !== 'object' || state === null || !('state' in state) || state.state !== 'denied')
      throw new Error(`not denied: ${phone}`);
    readable.push(performance.now() - started);
  }
  return { acknowledged, readable };
}

async function measure(database: string, dataDir: string): Promise<void> {
  child('bench/bare-server.ts', { PORT: '4191' });
  child('src/main.ts', { ...production(4192), DATABASE_URL: database, DATA_DIR: path.join(dataDir, 'pg') });
  child('src/main.ts', { ...production(4193), DATA_DIR: path.join(dataDir, 'pglite') });
  await Promise.all([
    answering('http://127.0.0.1:4191/'),
    answering('http://127.0.0.1:4192/readyz'),
    answering('http://127.0.0.1:4193/readyz'),
  ]);

  const bare = await load('http://127.0.0.1:4191/webhooks/whatsapp', SECONDS, CONNECTIONS);
  const limit = await databaseLimit(database, SECONDS, CONNECTIONS);
  await load('http://127.0.0.1:4192/webhooks/whatsapp', 3, CONNECTIONS);
  const ours = await load('http://127.0.0.1:4192/webhooks/whatsapp', SECONDS, CONNECTIONS);
  say(
    'signed webhook → durable, decided 200 (PostgreSQL, 32 connections)',
    `${round(ours.perSecond)}/s, p99 ${round(ours.p99)} ms, ${ours.failed} failed`,
    `four writes per transaction: ${round(limit.perSecond)}/s, p99 ${round(limit.p99)} ms`,
    round(ours.perSecond / limit.perSecond, 2),
  );
  say(
    'the same beside HTTP + HMAC + JSON.parse alone',
    `${round(ours.perSecond)}/s`,
    `${round(bare.perSecond)}/s, p99 ${round(bare.p99)} ms`,
    round(ours.perSecond / bare.perSecond, 2),
  );
  await load('http://127.0.0.1:4193/webhooks/whatsapp', 2, CONNECTIONS);
  const embedded = await load('http://127.0.0.1:4193/webhooks/whatsapp', SECONDS, CONNECTIONS);
  say(
    'signed webhook → durable, decided 200 (PGlite, 32 connections)',
    `${round(embedded.perSecond)}/s, p99 ${round(embedded.p99)} ms, ${embedded.failed} failed`,
    `PostgreSQL: ${round(ours.perSecond)}/s`,
    round(embedded.perSecond / ours.perSecond, 2),
  );
  const refusals = await refusalTimes('http://127.0.0.1:4192', 300);
  say(
    'refusal webhook → denied and readable over HTTP (PostgreSQL, one at a time)',
    `p50 ${round(quantile(refusals.readable, 0.5), 1)} ms, p99 ${round(quantile(refusals.readable, 0.99), 1)} ms`,
    `its 200 alone: p50 ${round(quantile(refusals.acknowledged, 0.5), 1)} ms, p99 ${round(quantile(refusals.acknowledged, 0.99), 1)} ms`,
    round(quantile(refusals.readable, 0.5) / quantile(refusals.acknowledged, 0.5), 2),
  );
  for (const one of children.splice(0)) one.kill('SIGKILL');

  const rule = ruleSpeed();
  say(
    'gate rule in memory',
    `${round(rule.perSecond / 1e6, 2)} M/s, p99 ${round(rule.p99Us, 2)} µs`,
    `JSON.parse of 32 bytes: ${round(rule.emptyPerSecond / 1e6, 2)} M/s`,
    round(rule.perSecond / rule.emptyPerSecond, 2),
  );
  await measureInProcess(database, dataDir);
}

async function someContactPoint(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows: found } = await client.query('select id from contact_point order by created_at desc limit 1');
  await client.end();
  return String(found[0]?.id);
}

async function measureInProcess(url: string, dataDir: string): Promise<void> {
  const config = readConfig({ ...production(4194), DATABASE_URL: url, DATA_DIR: dataDir });
  if (!config.ok) throw new Error(config.problems.join('; '));
  const database = await openPostgres(url, { poolSize: 34 });
  const ctx = await createContext(config.config, database, pino({ level: 'error' }));
  await fillOutbox(ctx, 1, 'g');
  const fresh = await freshDecision(database, await someContactPoint(url));
  say(
    'gate decision with fresh state (PostgreSQL)',
    `p50 ${round(fresh.p50, 2)} ms, p99 ${round(fresh.p99, 2)} ms`,
    `one keyed read: p50 ${round(fresh.bareP50, 2)} ms, p99 ${round(fresh.bareP99, 2)} ms`,
    `${round(fresh.p50 / fresh.bareP50, 1)} ×`,
  );
  child('emulators/whatsapp-cloud/main.ts', {
    PORT: String(GRAPH),
    WHATSAPP_ACCESS_TOKEN: 'bench-token',
    WHATSAPP_PHONE_NUMBER_ID: PHONE_NUMBER_ID,
    // Nobody listens: the statuses are not part of this figure.
    EMULATOR_WEBHOOK_URL: 'http://127.0.0.1:9/webhooks/whatsapp',
  });
  await answering(`http://127.0.0.1:${GRAPH}/emulator/phone`);
  await fetch(`http://127.0.0.1:${GRAPH}/emulator/settings`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ enforceThroughput: false, enforceWindow: false }),
  });
  const count = 2_000;
  await fillOutbox(ctx, count, 'u');
  const ungated = await drainUngated(ctx);
  await fillOutbox(ctx, count, 'v');
  const gated = await drainGated(ctx);
  say(
    `outbox against the emulator, ${count} messages (PostgreSQL)`,
    `${round(count / gated)}/s through the gate`,
    `claim, post, mark without a gate: ${round(count / ungated)}/s`,
    round(ungated / gated, 2),
  );
  await database.close();
}

const name = `assent_bench_${randomBytes(4).toString('hex')}`;
const dataDir = mkdtempSync(path.join(tmpdir(), 'assent-bench-'));
await onServer(`create database ${name}`);
const url = new URL(server);
url.pathname = `/${name}`;
try {
  await measure(url.href, dataDir);
} finally {
  for (const one of children) one.kill('SIGKILL');
  await onServer(`drop database if exists ${name} with (force)`);
  rmSync(dataDir, { recursive: true, force: true });
}
console.log(
  `\n${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, Node ${process.version}, ${SECONDS} s per load, ${new Date().toISOString().slice(0, 10)}\n`,
);
console.log('| what | ours | limit in the same run | ratio |\n|---|---|---|---|');
for (const row of rows) console.log(`| ${row.join(' | ')} |`);
process.exit(0);
