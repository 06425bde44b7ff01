import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { makers } from '../src/actions/keys.ts';
import { type Db, openPostgres } from '../src/db/engine.ts';
import { answering } from './answering.ts';
import { type Connection, openConnection } from './load.ts';
import { countProcessorTime, type ProcessorTime } from './processor-time.ts';
import { quantile, textFrom, webhookWith } from './webhooks.ts';

/**
 * A number at its full speed: a full outbox at an allowance of so many messages a second, and meanwhile an open loop of
 * webhooks, 3.3 for each message: its three statuses, and what customers write. A webhook is due when it is due, however late
 * the answers are. Every node is a process of its own, WhatsApp's side another.
 */

export interface FullSpeed {
  /** Of the goal's 3,300 webhooks and 1,000 messages a second. */
  webhooksPerSecond: number;
  messagesPerSecond: number;
  nodes: number;
  seconds: number;
}

export interface FullSpeedResult {
  /** Webhooks that were due, answered 2xx, answered otherwise. Those of the measured seconds. */
  due: number;
  accepted: number;
  failed: number;
  p50: number;
  p99: number;
  /** The share of the allowance that was used in the measured seconds, by the calls that began. */
  used: number;
  /** The most calls that began in any second of the whole run, warming up included. */
  worstSecond: number;
  /** The most messages to one customer in any second. */
  worstPair: number;
  /** Calls that began, by node. */
  byNode: number[];
  /** Null where the load was ended before it was measured. */
  processors: ProcessorTime | null;
  /** The load fell behind so far that it was ended. */
  gaveUp: boolean;
}

const STATUSES = ['sent', 'delivered', 'read'] as const;
const CONNECTIONS = 128;
/** It begins at a tenth of the speed: a process that has just started runs uncompiled. */
const WARM_UP_S = 15;
const RISING_S = 10;
/** With so many webhooks due and not yet sent it does not come back. */
const BEHIND_S = 3;
const SINK_PORT = 4_690;
const FIRST_PORT = 4_680;
const PEOPLE = 2_000;
const monotonic = (): number => Number(process.hrtime.bigint() / 1_000n);

export async function fullSpeed(
  database: string,
  environment: (port: number) => Record<string, string>,
  load: FullSpeed,
): Promise<FullSpeedResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'assent-full-speed-'));
  const children: ChildProcess[] = [];
  const statuses: { id: string; to: string; callback: string; next: number }[] = [];
  try {
    const sink = fork(path.join(import.meta.dirname, 'sink.ts'), {
      env: { ...process.env, PORT: String(SINK_PORT) },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    children.push(sink);
    sink.on('message', (taken) => {
      if (Array.isArray(taken)) for (const one of taken) statuses.push({ ...one, next: 0 });
    });
    const marksOf = (node: number): string => path.join(folder, `marks.${node}`);
    const nodes = Array.from({ length: load.nodes }, (_, node) =>
      spawn(process.execPath, ['--import', path.join(import.meta.dirname, 'start-marks.ts'), 'src/main.ts'], {
        env: {
          ...process.env,
          ...environment(FIRST_PORT + node),
          DATABASE_URL: database,
          DATA_DIR: path.join(folder, String(node)),
          WHATSAPP_API_URL: `http://127.0.0.1:${SINK_PORT}`,
          WHATSAPP_MESSAGES_PER_SECOND: String(load.messagesPerSecond),
          BENCH_MARKS: marksOf(node),
        },
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    );
    children.push(...nodes);
    const urls = nodes.map((_, node) => `http://127.0.0.1:${FIRST_PORT + node}/webhooks/whatsapp`);
    await Promise.all(urls.map((url) => answering(new URL('/readyz', url).href)));
    const filled = await openPostgres(database, { poolSize: 2 });
    await fill(filled.db, Math.ceil(load.messagesPerSecond * (load.seconds + WARM_UP_S) * 1.1));
    await filled.close();

    const pids = [
      ...nodes.map(({ pid = 0 }, node) => ({ name: `node ${node + 1}`, pid })),
      { name: 'WhatsApp’s side', pid: sink.pid ?? 0 },
      { name: 'load', pid: process.pid },
    ];
    const open = await openLoop(urls, load, statuses, () => countProcessorTime(pids, database));
    const marks = nodes.map((_, node) => marksIn(marksOf(node)));
    const all = marks.flat().sort((a, b) => a.at - b.at);
    const measured = all.filter(({ at }) => at >= open.from && at < open.to);
    const pairs = Map.groupBy(all, ({ to }) => to);
    return {
      ...open,
      used: measured.length / (((open.to - open.from) / 1e6) * load.messagesPerSecond),
      worstSecond: mostInASecond(all.map(({ at }) => at)),
      worstPair: Math.max(0, ...[...pairs.values()].map((calls) => mostInASecond(calls.map(({ at }) => at)))),
      byNode: marks.map((calls) => calls.length),
    };
  } finally {
    for (const one of children) one.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

async function openLoop(
  urls: readonly string[],
  load: FullSpeed,
  statuses: { id: string; to: string; callback: string; next: number }[],
  count: () => Promise<() => Promise<ProcessorTime>>,
) {
  const all = await Promise.all(
    Array.from({ length: CONNECTIONS }, (_, n) => openConnection(urls[n % urls.length] ?? '')),
  );
  const free = [...all];
  const waiting: { body: string; due: number; counts: boolean }[] = [];
  const result = { due: 0, accepted: 0, failed: 0, gaveUp: false };
  const times: number[] = [];
  const post = async (connection: Connection, first: (typeof waiting)[number]): Promise<void> => {
    for (let one: typeof first | undefined = first; one !== undefined; one = waiting.shift()) {
      const status = await connection.post(one.body).catch(() => 0);
      if (!one.counts) continue;
      if (status >= 200 && status < 300) result.accepted += 1;
      else result.failed += 1;
      times.push(performance.now() - one.due);
    }
    free.push(connection);
  };
  /** Three of 3.3 tell of a message, while there is one to tell of. */
  const next = (n: number): string => {
    const one = n % 11 === 0 ? undefined : statuses[0];
    if (one === undefined) return textFrom(`1405${2_000_000 + (n % PEOPLE)}`, `Where is order ${n}, please?`);
    const status = STATUSES[one.next] ?? 'read';
    statuses.shift();
    one.next += 1;
    // Its next status comes after those of the others that were sent meanwhile.
    if (one.next < STATUSES.length) statuses.push(one);
    return webhookWith('messages', {
      statuses: [
        {
          id: one.id,
          status,
          timestamp: String(Math.floor(Date.now() / 1_000)),
          recipient_id: one.to.replace('+', ''),
          biz_opaque_callback_data: one.callback,
        },
      ],
    });
  };

  const rate = load.webhooksPerSecond;
  const rateAt = (ms: number): number => rate * Math.min(1, 0.1 + (0.9 * ms) / (RISING_S * 1_000));
  const began = performance.now();
  const measuredFrom = began + WARM_UP_S * 1_000;
  const until = measuredFrom + load.seconds * 1_000;
  let from = 0;
  let counted: (() => Promise<ProcessorTime>) | null = null;
  const work: Promise<void>[] = [];
  let due = began;
  for (let n = 0; due < until; n += 1, due += 1_000 / rateAt(due - began)) {
    if (counted === null && due >= measuredFrom) {
      counted = await count();
      from = monotonic();
    }
    const wait = due - performance.now();
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
    else if (n % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
    const counts = due >= measuredFrom;
    if (counts) result.due += 1;
    const one = { body: next(n), due, counts };
    const connection = free.pop();
    if (connection === undefined) waiting.push(one);
    else void post(connection, one);
    if (waiting.length > rate * BEHIND_S) {
      result.gaveUp = true;
      break;
    }
  }
  const to = monotonic();
  const processors = counted === null ? null : await counted();
  if (!result.gaveUp)
    while (free.length < all.length) await new Promise((resolve) => setTimeout(resolve, 10));
  await Promise.all(work);
  // The last marks are written by now.
  await new Promise((resolve) => setTimeout(resolve, 500));
  for (const connection of all) connection.close();
  return { ...result, p50: quantile(times, 0.5), p99: quantile(times, 0.99), from, to, processors };
}

/** Texts to as many customers, each with the number it is known by. */
async function fill(db: Db, count: number): Promise<void> {
  const channel = sql`(select id from channel limit 1)`;
  for (let first = 0; first < count; first += 2_000) {
    const part = JSON.stringify(
      Array.from({ length: Math.min(2_000, count - first) }, (_, n) => ({
        contact: makers.id(),
        conversation: makers.id(),
        message: makers.id(),
        phone: `1303${String(2_000_000 + first + n)}`,
      })),
    );
    const rows = sql`jsonb_to_recordset(${part}::jsonb) as r(contact uuid, conversation uuid, message uuid, phone text)`;
    await db.transaction().execute(async (tx) => {
      await sql`insert into contact_point (id, phone, last_inbound_at) select contact, '+' || phone, now() from ${rows}`.execute(
        tx,
      );
      await sql`insert into contact_point_alias (kind, value, contact_point_id) select 'phone', phone, contact from ${rows}`.execute(
        tx,
      );
      await sql`insert into conversation (id, contact_point_id, channel_id, created_at)
        select conversation, contact, ${channel}, now() from ${rows}`.execute(tx);
      await sql`insert into message (id, conversation_id, contact_point_id, channel_id, direction, kind, text, content, status, path, at, next_attempt_at)
        select message, conversation, contact, ${channel}, 'out', 'text', 'Hello', '{"kind":"text","text":"Hello"}'::jsonb, 'queued', 'api', now(), now()
          from ${rows}`.execute(tx);
    });
  }
  await sql`analyze`.execute(db);
}

function marksIn(file: string): { at: number; to: string }[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [at = '0', to = ''] = line.split(' ');
        return { at: Number(at), to };
      });
  } catch {
    return [];
  }
}

/** Of times in microseconds, in order. */
function mostInASecond(times: readonly number[]): number {
  let first = 0;
  let most = 0;
  for (const [index, at] of times.entries()) {
    while ((times[first] ?? 0) <= at - 1e6) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
