import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import type { Context } from '../src/actions/context.ts';
import { readConfig } from '../src/config.ts';
import { type Database, openPGlite, openPostgres } from '../src/db/engine.ts';
import { migrate } from '../src/db/migrate.ts';
import { createContext } from '../src/start.ts';
import { usedDuring } from './cpu.ts';
import { databaseLimit } from './database-limit.ts';
import { freshDecision, ruleSpeed } from './gate.ts';
import { closedLoop, type Load } from './load.ts';
import { drainGated, drainUngated, fillOutbox } from './outbox.ts';
import { refusalsUnderLoad } from './refusals.ts';
import { PHONE_NUMBER_ID, quantile, SECRET, talkWebhook } from './webhooks.ts';

/**
 * `npm run bench`: our figures beside this machine's own limits, measured in the same run and printed as ratios. Needs a
 * PostgreSQL server (BENCH_DATABASE_URL); makes its own databases there and drops them. BENCH_SECONDS sets each load's length,
 * BENCH_ROUNDS how often ours and the reference take turns, BENCH_PORT the ports. `npm run bench -- outbox` runs that part alone; the parts are
 * webhooks, refusals, gate and outbox.
 */
const server = process.env.BENCH_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const SECONDS = Number(process.env.BENCH_SECONDS ?? 10);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const CONNECTIONS = 32;
const PEOPLE = 2_000;
/** Webhooks a second that a number with 80 messages a second asks for. */
const RATE = 320;
const KEY = 'a-key-of-the-benchmark-only-0123456789abcdef';
/** The first of the ports that are used. */
const PORT = Number(process.env.BENCH_PORT ?? 4_190);
const [BARE, OURS, EMBEDDED] = [PORT + 1, PORT + 2, PORT + 3] as const;
const [IN_PROCESS, REFERENCE, GRAPH] = [PORT + 4, PORT + 5, PORT + 6] as const;
const PARTS = ['webhooks', 'refusals', 'gate', 'outbox'];
const chosen = process.argv.slice(2);
const unknown = chosen.filter((part) => !PARTS.includes(part));
if (unknown.length > 0) throw new Error(`no such part: ${unknown.join(', ')}; there are ${PARTS.join(', ')}`);
const wanted = (part: string): boolean => chosen.length === 0 || chosen.includes(part);

const rows: string[][] = [];
const say = (what: string, ours: string, limit: string, ratio: string): void => {
  rows.push([what, ours, limit, ratio]);
  console.error(`${what}: ${ours} | ${limit} | ${ratio}`);
};
const round = (value: number, digits = 0): string => value.toFixed(digits);

const children: ChildProcess[] = [];
/** Answers its process id. */
function child(script: string, env: Record<string, string>): number {
  const started = spawn(process.execPath, [script], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  children.push(started);
  return started.pid ?? 0;
}

async function answering(url: string): Promise<void> {
  for (let turn = 0; turn < 1_800; turn += 1) {
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

/** What is loaded: a process, and the database it writes to. */
interface Loaded {
  port: number;
  pid: number;
  database: string | null;
}

/** A load, with what each webhook cost of the processor, µs; `postgresUs` is NaN where there is none. */
type Costed = Load & { nodeUs: number; postgresUs: number };

async function load({ port, pid, database }: Loaded, seconds: number): Promise<Costed> {
  const url = `http://127.0.0.1:${port}/webhooks/whatsapp`;
  const { result, used } = await usedDuring(pid, database, () =>
    closedLoop(url, seconds, CONNECTIONS, () => talkWebhook(PEOPLE)),
  );
  const each = (ms: number): number => (ms * 1_000) / (result.perSecond * seconds);
  return { ...result, nodeUs: each(used.node), postgresUs: each(used.postgres ?? Number.NaN) };
}

async function measure(database: string, reference: string, dataDir: string): Promise<void> {
  if (wanted('webhooks') || wanted('refusals')) await overHttp(database, reference, dataDir);
  if (wanted('gate')) {
    const rule = ruleSpeed();
    say(
      'gate rule in memory, the same 2,000 decisions',
      `${round(rule.perSecond / 1e6, 2)} M/s, p99 ${round(rule.p99Us, 2)} µs`,
      `Cedar (wasm): ${round(rule.cedarPerSecond / 1e3, 1)} k/s, p99 ${round(rule.cedarP99Us)} µs`,
      `${round(rule.perSecond / rule.cedarPerSecond)} ×`,
    );
  }
  if (wanted('gate') || wanted('outbox')) await measureInProcess(database, dataDir);
}

async function overHttp(database: string, reference: string, dataDir: string): Promise<void> {
  const ours = child('src/main.ts', {
    ...production(OURS),
    DATABASE_URL: database,
    DATA_DIR: path.join(dataDir, 'pg'),
  });
  await answering(`http://127.0.0.1:${OURS}/readyz`);
  if (wanted('webhooks')) {
    const bare = child('bench/bare-server.ts', { PORT: String(BARE) });
    const embedded = child('src/main.ts', {
      ...production(EMBEDDED),
      DATA_DIR: path.join(dataDir, 'pglite'),
    });
    const referenced = child('bench/reference-ingest.ts', {
      PORT: String(REFERENCE),
      DATABASE_URL: reference,
    });
    await answering(`http://127.0.0.1:${EMBEDDED}/readyz`);
    for (const port of [BARE, REFERENCE]) await answering(`http://127.0.0.1:${port}/`);
    await webhooks({
      bare: { port: BARE, pid: bare, database: null },
      reference: { port: REFERENCE, pid: referenced, database: reference },
      ours: { port: OURS, pid: ours, database },
      embedded: { port: EMBEDDED, pid: embedded, database: null },
    });
  }
  if (wanted('refusals')) {
    const refusals = await refusalsUnderLoad(
      { url: `http://127.0.0.1:${OURS}`, database, key: KEY },
      SECONDS,
      RATE,
    );
    say(
      `refusal → field changed and gate closed, among ${RATE} webhooks/s (PostgreSQL, ${refusals.closed.length} refusals)`,
      `p50 ${round(quantile(refusals.closed, 0.5), 1)} ms, p99 ${round(quantile(refusals.closed, 0.99), 1)} ms, ${refusals.failed} failed`,
      `all webhooks’ 200 at ${round(refusals.perSecond)}/s: p50 ${round(quantile(refusals.webhooks, 0.5), 1)} ms, p99 ${round(quantile(refusals.webhooks, 0.99), 1)} ms`,
      round(quantile(refusals.closed, 0.99) / quantile(refusals.webhooks, 0.99), 2),
    );
  }
  for (const one of children.splice(0)) one.kill('SIGKILL');
}

type Contender = 'bare' | 'reference' | 'ours' | 'embedded';

/** Ours and the reference in turn, so that what else happens on the machine slows both. */
async function webhooks(of: Record<Contender, Loaded> & { ours: { database: string } }): Promise<void> {
  for (const one of Object.values(of)) await load(one, 2);
  const rounds: Record<Contender, Costed>[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    rounds.push({
      bare: await load(of.bare, SECONDS / 2),
      reference: await load(of.reference, SECONDS),
      ours: await load(of.ours, SECONDS),
      embedded: await load(of.embedded, SECONDS),
    });
  const { database } = of.ours;
  const four = await databaseLimit(database, SECONDS, CONNECTIONS);
  const middle = (of: (one: (typeof rounds)[number]) => number): number => quantile(rounds.map(of), 0.5);
  const figures = (name: Contender): string =>
    `${round(middle((one) => one[name].perSecond))}/s, p99 ${round(
      middle((one) => one[name].p99),
      1,
    )} ms`;
  const costs = (name: Contender): string => {
    const postgres = middle((one) => one[name].postgresUs);
    const beside = Number.isNaN(postgres) ? '' : `, PostgreSQL ${round(postgres)} µs`;
    return `Node ${round(middle((one) => one[name].nodeUs))} µs${beside}`;
  };
  const failed = rounds.reduce((sum, { ours, embedded }) => sum + ours.failed + embedded.failed, 0);
  const ratios = rounds
    .map(({ ours, reference }) => round(ours.perSecond / reference.perSecond, 2))
    .join(', ');
  say(
    `signed webhook → durable, decided 200 (PostgreSQL, 32 connections, median of ${ROUNDS})`,
    `${figures('ours')}, ${failed} failed`,
    `reference ingest: ${figures('reference')}`,
    `${round(
      middle(({ ours, reference }) => ours.perSecond / reference.perSecond),
      2,
    )} (${ratios}); p99 ${round(
      middle(({ ours, reference }) => ours.p99 / reference.p99),
      1,
    )} ×`,
  );
  say(
    'processor time of one of them, in the median (the load’s own apart)',
    costs('ours'),
    `reference ingest: ${costs('reference')}; HTTP + HMAC + JSON.parse alone: ${costs('bare')}`,
    round(
      middle(
        ({ ours, reference }) => (ours.nodeUs + ours.postgresUs) / (reference.nodeUs + reference.postgresUs),
      ),
      1,
    ),
  );
  say(
    'the same beside HTTP + HMAC + JSON.parse alone',
    figures('ours'),
    figures('bare'),
    round(
      middle(({ ours, bare }) => ours.perSecond / bare.perSecond),
      2,
    ),
  );
  say(
    'the same beside four writes per transaction',
    figures('ours'),
    `${round(four.perSecond)}/s, p99 ${round(four.p99, 1)} ms`,
    round(middle(({ ours }) => ours.perSecond) / four.perSecond, 2),
  );
  say(
    'signed webhook → durable, decided 200 (PGlite, 32 connections)',
    `${figures('embedded')}, ${costs('embedded')}`,
    `PostgreSQL: ${figures('ours')}`,
    round(
      middle(({ ours, embedded }) => embedded.perSecond / ours.perSecond),
      2,
    ),
  );
  const age = await inboxAge(database);
  say(
    'from a webhook’s arrival to its update applied, at that rate (PostgreSQL)',
    `p99 ${round(age.p99)} ms`,
    `longest ${round(age.longest)} ms`,
    '',
  );
}

async function inboxAge(database: string): Promise<{ p99: number; longest: number }> {
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  const { rows: found } = await client.query<{ p99: number; longest: number }>(
    `select percentile_cont(0.99) within group (order by age) as p99, max(age) as longest
       from (select (extract(epoch from applied_at - received_at) * 1000)::float8 as age from inbox where status = 'applied') a`,
  );
  await client.end();
  return found[0] ?? { p99: Number.NaN, longest: Number.NaN };
}

async function someContactPoint(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows: found } = await client.query('select id from contact_point order by created_at desc limit 1');
  await client.end();
  return String(found[0]?.id);
}

async function measureInProcess(url: string, dataDir: string): Promise<void> {
  const database = await openPostgres(url, { poolSize: 34 });
  const ctx = await contextOn(database, { DATABASE_URL: url, DATA_DIR: dataDir });
  if (wanted('gate')) {
    await fillOutbox(ctx, 1, 'g');
    const fresh = await freshDecision(database, await someContactPoint(url));
    say(
      'gate decision with fresh state (PostgreSQL)',
      `p50 ${round(fresh.p50, 2)} ms, p99 ${round(fresh.p99, 2)} ms`,
      `one keyed read: p50 ${round(fresh.bareP50, 2)} ms, p99 ${round(fresh.bareP99, 2)} ms`,
      `${round(fresh.p50 / fresh.bareP50, 1)} ×`,
    );
  }
  if (wanted('outbox')) {
    await startPhones();
    await outbox(ctx, 'PostgreSQL');
    const embedded = await openPGlite(path.join(dataDir, 'outbox'));
    await outbox(await contextOn(embedded, { DATA_DIR: path.join(dataDir, 'outbox') }), 'PGlite');
    await embedded.close();
  }
  await database.close();
}

async function contextOn(database: Database, env: Record<string, string>): Promise<Context> {
  await migrate(database.db);
  const config = readConfig({ ...production(IN_PROCESS), ...env });
  if (!config.ok) throw new Error(config.problems.join('; '));
  return createContext(config.config, database, pino({ level: 'error' }));
}

/** WhatsApp's side: it takes whatever is sent, and reports to nobody. */
async function startPhones(): Promise<void> {
  child('emulators/whatsapp-cloud/main.ts', {
    PORT: String(GRAPH),
    WHATSAPP_ACCESS_TOKEN: 'bench-token',
    WHATSAPP_PHONE_NUMBER_ID: PHONE_NUMBER_ID,
    // Nobody listens: the statuses are not part of these figures.
    EMULATOR_WEBHOOK_URL: 'http://127.0.0.1:9/webhooks/whatsapp',
  });
  await answering(`http://127.0.0.1:${GRAPH}/emulator/phone`);
  await fetch(`http://127.0.0.1:${GRAPH}/emulator/settings`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ enforceThroughput: false, enforceWindow: false }),
  });
}

/** Without and with the gate in turn. */
async function outbox(ctx: Context, engine: string): Promise<void> {
  const count = 2_000;
  const rounds: { gated: number; ungated: number }[] = [];
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    await fillOutbox(ctx, count, `u${turn}.`);
    const ungated = await drainUngated(ctx);
    await fillOutbox(ctx, count, `v${turn}.`);
    rounds.push({ ungated, gated: await drainGated(ctx) });
  }
  const middle = (of: (one: (typeof rounds)[number]) => number): number => quantile(rounds.map(of), 0.5);
  say(
    `outbox against the emulator, ${count} messages (${engine}, median of ${ROUNDS})`,
    `${round(count / middle((one) => one.gated))}/s through the gate`,
    `claim, post, mark without a gate: ${round(count / middle((one) => one.ungated))}/s`,
    `${round(
      middle((one) => one.ungated / one.gated),
      2,
    )} (${rounds.map((one) => round(one.ungated / one.gated, 2)).join(', ')})`,
  );
}

const name = `assent_bench_${randomBytes(4).toString('hex')}`;
const referenceName = `${name}_reference`;
const dataDir = mkdtempSync(path.join(tmpdir(), 'assent-bench-'));
for (const one of [name, referenceName]) await onServer(`create database ${one}`);
const urlOf = (database: string): string => {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
};
try {
  await measure(urlOf(name), urlOf(referenceName), dataDir);
} finally {
  for (const one of children) one.kill('SIGKILL');
  for (const one of [name, referenceName]) await onServer(`drop database if exists ${one} with (force)`);
  rmSync(dataDir, { recursive: true, force: true });
}
console.log(
  `\n${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, Node ${process.version}, ${SECONDS} s per load, ${new Date().toISOString().slice(0, 10)}\n`,
);
console.log('| what | ours | limit in the same run | ratio |\n|---|---|---|---|');
for (const row of rows) console.log(`| ${row.join(' | ')} |`);
process.exit(0);
