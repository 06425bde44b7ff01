import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { DEMO } from '../emulators/dataverse/demo.ts';
import { PHONE_NUMBER_ID, SECRET } from './webhooks.ts';

/** The emulator of an organisation and the product, each in its own process, for `npm run bench:dataverse`. */

const PORT = Number(process.env.BENCH_PORT ?? 3150);
export const ORGANISATION = `http://127.0.0.1:${PORT}`;
export const PRODUCT = `http://127.0.0.1:${PORT + 2}`;
export const FIELD = 'wa_whatsappconsent';
const KEY = 'a-key-of-the-benchmark-only-0123456789abcdef';

export const environment = (databaseUrl: string, dataDir: string): Record<string, string> => ({
  PORT: String(PORT + 2),
  LOG_LEVEL: 'error',
  ADMIN_API_KEY: KEY,
  DATABASE_URL: databaseUrl,
  DATA_DIR: dataDir,
  // Nobody listens there: nothing is sent in this benchmark.
  WHATSAPP_API_URL: 'http://127.0.0.1:9',
  WHATSAPP_PHONE_NUMBER_ID: PHONE_NUMBER_ID,
  WHATSAPP_BUSINESS_ACCOUNT_ID: '100200300400500',
  WHATSAPP_ACCESS_TOKEN: 'bench-token',
  WHATSAPP_APP_SECRET: SECRET,
  WHATSAPP_VERIFY_TOKEN: 'bench-verify-token',
  CRM: 'dataverse',
  DATAVERSE_URL: ORGANISATION,
  DATAVERSE_AUTHORITY: ORGANISATION,
  DATAVERSE_TENANT_ID: DEMO.tenant,
  DATAVERSE_CLIENT_ID: DEMO.clientId,
  DATAVERSE_CLIENT_SECRET: DEMO.clientSecret,
});

const children = new Set<ChildProcess>();

function child(script: string, env: Record<string, string>, flags: readonly string[] = []): ChildProcess {
  const started = spawn(process.execPath, [...flags, script], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  children.add(started);
  return started;
}

/** A million rows of an organisation take some gigabytes. */
export const startOrganisation = (): ChildProcess =>
  child(
    'emulators/dataverse/main.ts',
    { PORT: String(PORT), EMULATOR_TLS_PORT: String(PORT + 1), EMULATOR_DEMO_DATA: 'false' },
    ['--max-old-space-size=8000'],
  );

export const startProduct = (databaseUrl: string, dataDir: string): ChildProcess =>
  child('src/main.ts', environment(databaseUrl, dataDir));

export async function stop(one: ChildProcess): Promise<void> {
  children.delete(one);
  const ended = new Promise((resolve) => one.once('exit', resolve));
  one.kill('SIGTERM');
  await ended;
}

export function killAll(): void {
  for (const one of children) one.kill('SIGKILL');
}

/** Megabytes of memory that a process holds. */
export function memoryOf(one: ChildProcess): number {
  const found = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${one.pid}/status`, 'utf8'))?.[1];
  return Number(found ?? 0) / 1024;
}

/** Seconds of processor time that it took until now: what a machine busy with other work changes least. */
export function workOf(one: ChildProcess): number {
  const fields = readFileSync(`/proc/${one.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function answering(url: string): Promise<void> {
  for (let turn = 0; turn < 600; turn += 1) {
    const there = await fetch(url).then(
      (answer) => answer.status < 500,
      () => false,
    );
    if (there) return;
    await pause(100);
  }
  throw new Error(`nobody answers at ${url}`);
}

async function call(url: string, method: string, body: unknown, key: string | null): Promise<unknown> {
  const answer = await fetch(url, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text.slice(0, 300)}`);
  return text === '' ? null : JSON.parse(text);
}

/** The organisation's people, and Microsoft: the emulator's control routes. */
export const control = (method: string, path: string, body?: unknown): Promise<unknown> =>
  call(`${ORGANISATION}/emulator/dataverse${path}`, method, body, null);

export const api = (method: string, path: string, body?: unknown): Promise<unknown> =>
  call(`${PRODUCT}${path}`, method, body, KEY);
