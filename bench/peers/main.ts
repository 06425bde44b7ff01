import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { closedLoop } from '../load.ts';
import { quantile } from '../webhooks.ts';
import { type Behaviour, behaviour, type Killed, killUnderLoad, nextWebhook } from './checks.ts';
import { countStored, onServer, processorSeconds, settled } from './stored.ts';
import { kill, REFERENCE, type Running, SYSTEMS, type System, start, webhookUrl } from './systems.ts';

/**
 * `npm run bench:peers`: what a user would pick from npm in place of Assent, on the same load in the same run. Installs the
 * peers in bench/peers (`npm ci`), needs a PostgreSQL server (BENCH_DATABASE_URL), makes its own databases there and drops
 * them. BENCH_SECONDS sets each load's length, BENCH_ROUNDS how often the systems take turns, BENCH_KILLS how often each is
 * ended by `kill -9`.
 */
const server = process.env.BENCH_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const SECONDS = Number(process.env.BENCH_SECONDS ?? 10);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const KILLS = Number(process.env.BENCH_KILLS ?? 3);
const CONNECTIONS = 32;
const PEOPLE = 2_000;
/** How long the load runs before the process is ended. */
const KILL_AFTER_MS = 3_000;

interface Measured {
  durablePerSecond: number;
  answersPerSecond: number;
  p99: number;
  failed: number;
  /** Answered with 200 and, long after, in no row. */
  neverStored: number;
  /** Microseconds of the processor for each stored message. */
  nodeUs: number;
  postgresUs: number;
}

/** Messages are counted in the database when the load ends: what is still on its way then is not durable yet. */
async function measure(running: Running): Promise<Measured> {
  const url = webhookUrl(running.system);
  let sent = 0;
  const nextBody = (): string => {
    sent += 1;
    return nextWebhook(PEOPLE);
  };
  const cpuBefore = await processorSeconds(running);
  const before = await countStored(running);
  const began = performance.now();
  const load = await closedLoop(url, SECONDS, CONNECTIONS, nextBody);
  const seconds = (performance.now() - began) / 1_000;
  const ended = await countStored(running);
  await settled(running);
  const after = await countStored(running);
  const cpu = await processorSeconds(running);
  const stored = after.messages - before.messages;
  return {
    durablePerSecond: (ended.messages - before.messages) / seconds,
    answersPerSecond: load.perSecond,
    p99: load.p99,
    failed: load.failed,
    neverStored: Math.max(0, sent - load.failed - stored),
    nodeUs: ((cpu.node - cpuBefore.node) / stored) * 1e6,
    postgresUs: ((cpu.postgres - cpuBefore.postgres) / stored) * 1e6,
  };
}

interface Result {
  rounds: Measured[];
  behaviour: Behaviour;
  killed: Killed;
}

/** One system at a time, so that none has another's connections and loops beside it. */
async function compare(urls: Map<System, string>, dataDir: string): Promise<Map<System, Result>> {
  const startOne = (system: System): Promise<Running> => start(system, urls.get(system) ?? '', dataDir);
  const rounds = new Map<System, Measured[]>(SYSTEMS.map((system) => [system, []]));
  for (let round = 0; round < ROUNDS; round += 1)
    for (const system of SYSTEMS) {
      const figures = await during(await startOne(system), async (one) => {
        await closedLoop(webhookUrl(system), 2, CONNECTIONS, () => nextWebhook(PEOPLE));
        await settled(one);
        return measure(one);
      });
      rounds.get(system)?.push(figures);
      console.error(
        `${system.name}, round ${round + 1}: ${figures.durablePerSecond.toFixed(0)} durable/s, p99 ${figures.p99.toFixed(1)} ms`,
      );
    }
  const results = new Map<System, Result>();
  for (const system of SYSTEMS) {
    const own = await during(await startOne(system), behaviour);
    const killed = { acknowledged: 0, lost: 0 };
    for (let turn = 0; turn < KILLS; turn += 1) {
      const one = await killUnderLoad(await startOne(system), {
        connections: CONNECTIONS,
        people: PEOPLE,
        afterMs: KILL_AFTER_MS,
        again: (look) => startOne(system).then((restarted) => during(restarted, look)),
      });
      killed.acknowledged += one.acknowledged;
      killed.lost += one.lost;
    }
    console.error(`${system.name}: ${JSON.stringify({ ...own, killed })}`);
    results.set(system, { rounds: rounds.get(system) ?? [], behaviour: own, killed });
  }
  return results;
}

/** Ends the system whatever comes of it. */
async function during<T>(running: Running, work: (running: Running) => Promise<T>): Promise<T> {
  try {
    return await work(running);
  } finally {
    await kill(running);
  }
}

function printTable(results: Map<System, Result>): void {
  const head = [
    'system',
    'durable messages/s',
    'of the reference',
    '200s/s, p99',
    'CPU per message, Node + PostgreSQL',
    'not 200',
    '200 and never stored',
    'forged signature',
    'a webhook sent three times, stored',
    '30 messages, three to a webhook: once, twice, lost',
    `kill -9, ${KILLS} times: 200s, lost`,
  ];
  console.log(`| ${head.join(' | ')} |\n|${head.map(() => '---').join('|')}|`);
  const reference = [...results].find(([{ name }]) => name === REFERENCE)?.[1].rounds ?? [];
  for (const [system, { rounds, behaviour: own, killed }] of results) {
    const middle = (of: (one: Measured, at: number) => number): number => quantile(rounds.map(of), 0.5);
    const sum = (of: (one: Measured) => number): number => rounds.reduce((all, one) => all + of(one), 0);
    const ratios = rounds.map(
      ({ durablePerSecond }, at) => durablePerSecond / (reference[at]?.durablePerSecond ?? Number.NaN),
    );
    const cells = [
      system.name,
      middle((one) => one.durablePerSecond).toFixed(0),
      `${quantile(ratios, 0.5).toFixed(3)} (${ratios.map((one) => one.toFixed(3)).join(', ')})`,
      `${middle((one) => one.answersPerSecond).toFixed(0)}, ${middle((one) => one.p99).toFixed(1)} ms`,
      `${middle((one) => one.nodeUs).toFixed(0)} + ${middle((one) => one.postgresUs).toFixed(0)} µs`,
      sum((one) => one.failed),
      sum((one) => one.neverStored),
      `${own.forged}, ${own.forgedRows} rows`,
      `${own.redelivered} of 3`,
      `${own.three.once}, ${own.three.more}, ${own.three.lost}`,
      `${killed.acknowledged}, ${killed.lost} (${((killed.lost / killed.acknowledged) * 100).toFixed(1)}%)`,
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

function install(): void {
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error('the peers could not be installed (npm ci in bench/peers)');
}

const versions = (): string => {
  const file = path.join(import.meta.dirname, 'package.json');
  const { dependencies } = z
    .object({ dependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(file, 'utf8')));
  return Object.entries(dependencies)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
};
const load = (): string =>
  loadavg()
    .map((one) => one.toFixed(1))
    .join(' ');

install();
const name = `assent_peers_${randomBytes(4).toString('hex')}`;
const dataDir = mkdtempSync(path.join(tmpdir(), 'assent-peers-'));
const databases = new Map(SYSTEMS.map((system) => [system, `${name}_${system.port}`]));
const urls = new Map(
  [...databases].map(([system, database]) => {
    const url = new URL(server);
    url.pathname = `/${database}`;
    return [system, url.href];
  }),
);
const loadBefore = load();
try {
  for (const database of databases.values()) await onServer(server, `create database ${database}`);
  const results = await compare(urls, dataDir);
  console.log(
    `\n${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, Node ${process.version}, ${ROUNDS} × ${SECONDS} s, ${CONNECTIONS} connections, ${new Date().toISOString().slice(0, 10)}, load average ${loadBefore} before and ${load()} after\n${versions()}\n`,
  );
  printTable(results);
} finally {
  for (const database of databases.values())
    await onServer(server, `drop database if exists ${database} with (force)`);
  rmSync(dataDir, { recursive: true, force: true });
}
process.exit(0);
