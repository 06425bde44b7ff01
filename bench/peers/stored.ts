import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Running } from './systems.ts';

/** What a system has in its database, whatever it answered, and what that cost. */

async function ask(url: string, statement: string, values: unknown[] = []): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: statement, values, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

/** Makes or drops a database. */
export const onServer = async (server: string, statement: string): Promise<void> => {
  await ask(server, statement);
};

/** Rows, and messages among them. A message that stands there twice is two rows and one message. */
export async function countStored({
  system,
  databaseUrl,
}: Running): Promise<{ rows: number; messages: number }> {
  const [rows, messages] = await ask(
    databaseUrl,
    `select count(*)::int, count(distinct id)::int from (${system.stored}) s`,
  );
  return { rows: Number(rows), messages: Number(messages) };
}

/** Which of these messages stand there; one that stands there twice comes twice. */
export async function storedOf({ system, databaseUrl }: Running, ids: readonly string[]): Promise<string[]> {
  const found = await ask(databaseUrl, `select id from (${system.stored}) s where id = any($1)`, [ids]);
  return found.map(String);
}

/** Longest that work behind an answer is waited for, ms. */
const LONGEST_WAIT_MS = 120_000;

const QUIET_MS = 5_000;

/** Resolves when no row was added for `QUIET_MS`, or after `LONGEST_WAIT_MS`. */
export async function settled(running: Running): Promise<void> {
  const until = performance.now() + LONGEST_WAIT_MS;
  let before = -1;
  let rows = (await countStored(running)).rows;
  while (rows !== before && performance.now() < until) {
    await pause(QUIET_MS);
    before = rows;
    rows = (await countStored(running)).rows;
  }
}

/** Processor seconds so far of the system's process and of PostgreSQL's backends for it; Linux, and PostgreSQL on this machine. */
export async function processorSeconds({
  databaseUrl,
  process: child,
}: Running): Promise<{ node: number; postgres: number }> {
  const pids = await ask(
    databaseUrl,
    "select pid from pg_stat_activity where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()",
  );
  return {
    node: secondsOf(child.pid ?? 0),
    postgres: pids.reduce((sum: number, pid) => sum + secondsOf(Number(pid)), 0),
  };
}

/** `utime` and `stime`, in hundredths of a second on Linux (proc(5)). NaN where there is no such process to look at. */
function secondsOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}
