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
import { answering } from './answering.ts';
import { bareIn, enqueueAll, ingestMeanwhile, ratioOfP99 } from './campaign.ts';
import { prepareCampaign, writeCustomers } from './campaign-rows.ts';
import { usedDuring } from './cpu.ts';
import { databaseLimit } from './database-limit.ts';
import { type FullSpeed, type FullSpeedResult, fullSpeed } from './full-speed.ts';
import { freshDecision, ruleSpeed } from './gate.ts';
import { agentsOnline, type LiveFigures } from './live.ts';
import { closedLoop, type Load } from './load.ts';
import { byNodes } from './nodes.ts';
import { drainGated, drainUngated, fillOutbox } from './outbox.ts';
import { tellProcessorTime } from './processor-time.ts';
import { refusalsUnderLoad } from './refusals.ts';
import { end, idleMegabytes, startNode, startSandbox } from './start.ts';
import { PHONE_NUMBER_ID, quantile, SECRET, talkWebhook } from './webhooks.ts';

/**
 * `npm run bench`: our figures beside this machine's own limits, measured in the same run and printed as ratios. Needs a
 * PostgreSQL server (BENCH_DATABASE_URL); makes its own databases there and drops them. BENCH_SECONDS sets each load's length,
 * BENCH_ROUNDS how often ours and the reference take turns, BENCH_PORT the ports. `npm run bench -- outbox` runs that part
 * alone; the parts are webhooks, refusals, gate, outbox, live (BENCH_AGENTS agents, 200 of them), campaign (BENCH_CONTACTS
 * customers, 1,000,000), full-speed (BENCH_FULL_SPEED lists what shares of 3,300 webhooks and 1,000 messages a second are
 * tried), nodes and start.
 */
const server = process.env.BENCH_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const SECONDS = Number(process.env.BENCH_SECONDS ?? 10);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
/** Before webhooks are counted, s: until then ours gains a fifth from one load to the next, as more of it is compiled. */
const WARMING = 20;
const CONNECTIONS = 32;
const PEOPLE = 2_000;
/** Webhooks a second that a number with 80 messages a second asks for. */
const RATE = 320;
const KEY = 'a-key-of-the-benchmark-only-0123456789abcdef';
/** The first of the ports that are used. */
const PORT = Number(process.env.BENCH_PORT ?? 4_190);
const [BARE, OURS, EMBEDDED] = [PORT + 1, PORT + 2, PORT + 3] as const;
const [IN_PROCESS, REFERENCE, GRAPH, ALONE] = [PORT + 4, PORT + 5, PORT + 6, PORT + 7] as const;
const AGENTS = Number(process.env.BENCH_AGENTS ?? 200);
/** Events a second that all of them hear. */
const EVENTS = 200;
const CONTACTS = Number(process.env.BENCH_CONTACTS ?? 1_000_000);
const PARTS = ['webhooks', 'refusals', 'gate', 'outbox', 'live', 'campaign', 'full-speed', 'nodes', 'start'];
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
function child(script: string, env: Record<string, string>): ChildProcess {
  const started = spawn(process.execPath, [script], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  children.push(started);
  process.once('exit', () => started.kill('SIGKILL'));
  return started;
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(statement);
  await client.end();
}

const urlOf = (database: string): string => {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
};

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
  if (wanted('full-speed')) for (const nodes of [1, 2]) await atFullSpeed(nodes);
  if (wanted('nodes')) await severalNodes(database);
  if (wanted('start')) await starts(database, dataDir);
  if (wanted('live')) await live(database, dataDir);
  if (wanted('campaign')) await campaign(dataDir);
}

/** From the whole speed down, until the goals are met; then the length that was asked for. One share alone has it at once. */
async function atFullSpeed(nodes: number): Promise<void> {
  const shares = (process.env.BENCH_FULL_SPEED ?? '1,0.5,0.35,0.25,0.18,0.12,0.08').split(',').map(Number);
  for (const share of shares) {
    const at: FullSpeed = {
      webhooksPerSecond: Math.round(3_300 * share),
      messagesPerSecond: Math.round(1_000 * share),
      nodes,
      seconds: shares.length === 1 ? SECONDS : Math.min(SECONDS, 8),
    };
    const first = await onNewDatabase((url) => fullSpeed(url, production, at));
    const met = isMet(first) && SECONDS <= at.seconds;
    tell(at, first);
    if (!isMet(first) || met) {
      if (met) return;
      continue;
    }
    const whole = { ...at, seconds: SECONDS };
    const result = await onNewDatabase((url) => fullSpeed(url, production, whole));
    tell(whole, result);
    if (isMet(result)) return;
  }
}

const isMet = ({ failed, gaveUp, p50, p99, used }: FullSpeedResult): boolean =>
  failed === 0 && !gaveUp && p50 <= 10 && p99 <= 250 && used >= 0.95;

function tell(at: FullSpeed, result: FullSpeedResult): void {
  const answered = result.accepted + result.failed;
  say(
    `full speed × ${round(at.messagesPerSecond / 1_000, 2)}: ${at.webhooksPerSecond} webhooks/s (open loop) and ${at.messagesPerSecond} messages/s for ${at.seconds} s, ${at.nodes === 1 ? 'one node' : `${at.nodes} nodes`}${result.gaveUp ? ' (fell 3 s behind, ended early)' : ''}`,
    answered === 0
      ? 'ended before anything was measured'
      : `${round((result.accepted / Math.max(1, answered)) * 100, 2)} % of ${answered} 2xx, p50 ${round(result.p50, 1)} ms, p99 ${round(result.p99, 1)} ms; ${round(result.used * 100, 1)} % of the allowance, worst second ${result.worstSecond} of ${at.messagesPerSecond}, worst pair ${result.worstPair} in a second`,
    result.processors === null ? '' : tellProcessorTime(result.processors),
    isMet(result) ? 'met' : 'missed',
  );
}

async function severalNodes(database: string): Promise<void> {
  const results = await byNodes(database, production, { most: 4, rounds: ROUNDS, seconds: SECONDS });
  const middle = (nodes: number, of: (one: (typeof results)[number]) => number): number =>
    quantile(results.filter((one) => one.nodes === nodes).map(of), 0.5);
  for (let nodes = 1; nodes <= 4; nodes += 1) {
    const last = results.findLast((one) => one.nodes === nodes);
    const failed = results.reduce((sum, one) => sum + (one.nodes === nodes ? one.load.failed : 0), 0);
    say(
      `signed webhooks on one PostgreSQL, ${nodes === 1 ? 'one node' : `${nodes} nodes`}, ${CONNECTIONS} connections (median of ${ROUNDS})`,
      `${round(middle(nodes, ({ load }) => load.perSecond))}/s, p50 ${round(
        middle(nodes, ({ load }) => load.p50),
        1,
      )} ms, p99 ${round(
        middle(nodes, ({ load }) => load.p99),
        1,
      )} ms, ${failed} failed`,
      last === undefined ? '' : tellProcessorTime(last.processors),
      `${round(
        middle(nodes, ({ load }) => load.perSecond) / middle(1, ({ load }) => load.perSecond),
        2,
      )} of one node`,
    );
  }
}

/** Every run on an empty database, so that none is slower for what the one before left. */
async function onNewDatabase<T>(work: (url: string) => Promise<T>): Promise<T> {
  const one = `${name}_full_speed`;
  await onServer(`create database ${one}`);
  try {
    return await work(urlOf(one));
  } finally {
    await onServer(`drop database if exists ${one} with (force)`);
  }
}

async function starts(database: string, dataDir: string): Promise<void> {
  const sandbox = path.join(dataDir, 'sandbox');
  const first = await startSandbox(ALONE, sandbox);
  await end(first);
  const again = await startSandbox(ALONE, sandbox);
  await end(again);
  say(
    'npm start until it says where to click, on a new data directory',
    `${round(first.ms)} ms`,
    `on the same again: ${round(again.ms)} ms`,
    '',
  );
  const node = await startNode(ALONE, { ...production(ALONE), DATABASE_URL: database, DATA_DIR: sandbox });
  say('memory of an idle node on PostgreSQL', `${round(await idleMegabytes(node))} MB`, '', '');
  await end(node);
  const embedded = { ...production(ALONE), DATABASE_URL: '', DATA_DIR: path.join(dataDir, 'embedded') };
  await end(await startNode(ALONE, embedded));
  const reopened = await startNode(ALONE, embedded);
  say(
    'memory of an idle node on PGlite, after a reopen',
    `${round(await idleMegabytes(reopened))} MB`,
    '',
    '',
  );
  await end(reopened);
}

/** A node of its own with the event streams of many agents. */
async function live(url: string, dataDir: string): Promise<void> {
  const port = ALONE;
  const node = child('src/main.ts', {
    ...production(port),
    DATABASE_URL: url,
    DATA_DIR: path.join(dataDir, 'live'),
  });
  await answering(`http://127.0.0.1:${port}/readyz`);
  const database = await openPostgres(url, { poolSize: 8 });
  const ctx = await contextOn(database, { DATABASE_URL: url, DATA_DIR: dataDir });
  const where = { url: `http://127.0.0.1:${port}`, pid: node.pid ?? 0, database: url, ctx };
  const agents = await agentsOnline(where, AGENTS, SECONDS * EVENTS);
  const figures = (what: string, { perSecond, times, missing, strayed, processor }: LiveFigures): void => {
    const at = (q: number): string => round(quantile(times, q), 1);
    say(
      `${what} → its line at each of ${AGENTS} agents, ${round(perSecond)} events/s`,
      `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms`,
      `${times.length} lines, ${missing} missing, ${strayed} to who may not see them`,
      `${round(processor * 100)}% of a processor`,
    );
  };
  // The first are slower: nothing is compiled yet.
  await agents.notify(2, EVENTS);
  figures('NOTIFY of a transaction', await agents.notify(SECONDS, EVENTS));
  figures('signed webhook, first byte', await agents.webhooks(SECONDS, EVENTS));
  await agents.close();
  await database.close();
  for (const one of children.splice(0)) one.kill('SIGKILL');
}

/** In a database of its own, with copies of it for the bare INSERT: before ours and after it. */
async function campaign(dataDir: string): Promise<void> {
  const own = `${name}_campaign`;
  const copies = [`${own}_a`, `${own}_b`];
  const drop = async (): Promise<void> => {
    for (const one of [own, ...copies]) await onServer(`drop database if exists ${one} with (force)`);
  };
  try {
    await onServer(`create database ${own}`);
    const database = await openPostgres(urlOf(own));
    const template = await prepareCampaign(
      await contextOn(database, { DATABASE_URL: urlOf(own), DATA_DIR: dataDir }),
    );
    await database.close();
    const client = new pg.Client({ connectionString: urlOf(own) });
    await client.connect();
    await writeCustomers(client, CONTACTS);
    await client.end();
    for (const copy of copies) await onServer(`create database ${copy} template ${own}`);
    const bare = [await bareIn(urlOf(copies[0] ?? ''))];
    const port = ALONE;
    const { pid = 0 } = child('src/main.ts', {
      ...production(port),
      DATABASE_URL: urlOf(own),
      DATA_DIR: path.join(dataDir, 'campaign'),
      // What is measured is the queueing, not the sending.
      WHATSAPP_MESSAGES_PER_SECOND: '1',
    });
    const url = `http://127.0.0.1:${port}`;
    await answering(`${url}/readyz`);
    await onServer('checkpoint');
    const product = { url, key: KEY, template, pid, database: own };
    const ours = await enqueueAll(product);
    bare.push(await bareIn(urlOf(copies[1] ?? '')));
    const middle = (of: (one: (typeof bare)[number]) => number): number =>
      bare.reduce((sum, one) => sum + of(one), 0) / bare.length;
    const seconds = (of: (one: (typeof bare)[number]) => number): string =>
      bare.map((one) => round(of(one), 1)).join(' and ');
    const skips = ours.campaign.skipped.map(({ code, count }) => `${code} ${count}`).join(', ');
    say(
      `a campaign over ${CONTACTS} records queued through the gate (${ours.campaign.queued} messages; skipped: ${skips})`,
      `${round(ours.seconds, 1)} s, ${round(ours.campaign.done / ours.seconds)}/s; processor time per record: product ${round(ours.product)} µs, PostgreSQL ${round(ours.postgres)} µs`,
      `bare INSERT … SELECT of ${bare[0]?.rows ?? 0} message rows: ${seconds((one) => one.messages)} s; with the conversations it makes: ${seconds((one) => one.all)} s`,
      `${round(ours.seconds / middle((one) => one.messages), 1)} ×; ${round(ours.seconds / middle((one) => one.all), 1)} ×`,
    );
    const felt = await ingestMeanwhile(product, ROUNDS, SECONDS, RATE, Math.min(PEOPLE, CONTACTS));
    say(
      `webhooks at ${RATE}/s while a campaign queues (${round(quantile(felt.perSecond, 0.5))} records/s then)`,
      `p50 ${round(quantile(felt.meanwhile, 0.5), 1)} ms, p99 ${round(quantile(felt.meanwhile, 0.99), 1)} ms, ${felt.failed} failed`,
      `idle, in turn: p50 ${round(quantile(felt.idle, 0.5), 1)} ms, p99 ${round(quantile(felt.idle, 0.99), 1)} ms`,
      `p99 ${round(ratioOfP99(felt), 1)} ×`,
    );
  } finally {
    for (const one of children.splice(0)) one.kill('SIGKILL');
    await drop();
  }
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
      bare: { port: BARE, pid: bare.pid ?? 0, database: null },
      reference: { port: REFERENCE, pid: referenced.pid ?? 0, database: reference },
      ours: { port: OURS, pid: ours.pid ?? 0, database },
      embedded: { port: EMBEDDED, pid: embedded.pid ?? 0, database: null },
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
  for (const one of Object.values(of)) await load(one, WARMING);
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
