import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { createSignInLink } from '../src/actions/sign-in.ts';
import { type Config, readConfig } from '../src/config.ts';
import { openPostgres } from '../src/db/engine.ts';
import { createContext } from '../src/start.ts';
import { PHONE_NUMBER_ID, SECRET } from './webhooks.ts';

/** The product in a process of its own on a seeded desk, and somebody who is signed in. */
export interface DeskServer {
  url: string;
  /** A link that signs this person in, once. */
  link(personId: string): Promise<string>;
  /** Signs in; answers how this person asks, over one connection that stays open. */
  asks(personId: string): Promise<Asker>;
  stop(): Promise<void>;
}

export interface Asker {
  cookie: string;
  /** The answer's body; throws where the status is no 200. */
  get(path: string): Promise<string>;
}

const environment = (databaseUrl: string, port: number): Record<string, string> => ({
  PORT: String(port),
  LOG_LEVEL: 'fatal',
  DATABASE_URL: databaseUrl,
  ADMIN_API_KEY: 'a-key-of-the-benchmark-only-0123456789abcdef',
  // Nobody is there: nothing is sent.
  WHATSAPP_API_URL: 'http://127.0.0.1:9',
  WHATSAPP_PHONE_NUMBER_ID: PHONE_NUMBER_ID,
  WHATSAPP_BUSINESS_ACCOUNT_ID: '100200300400500',
  WHATSAPP_ACCESS_TOKEN: 'bench-token',
  WHATSAPP_APP_SECRET: SECRET,
  WHATSAPP_VERIFY_TOKEN: 'bench-verify-token',
});

export function deskConfig(databaseUrl: string, port: number): Config {
  const read = readConfig(environment(databaseUrl, port));
  if (!read.ok) throw new Error(read.problems.join('; '));
  return read.config;
}

export async function startDesk(databaseUrl: string, port: number): Promise<DeskServer> {
  const url = `http://127.0.0.1:${port}`;
  const dataDir = mkdtempSync(path.join(tmpdir(), 'assent-desk-'));
  const env = { ...environment(databaseUrl, port), DATA_DIR: dataDir };
  const server = spawn(process.execPath, ['src/main.ts'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const killAtExit = (): boolean => server.kill('SIGKILL');
  process.once('exit', killAtExit);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  await ready(url, server);
  const config = deskConfig(databaseUrl, port);
  const link = async (personId: string): Promise<string> => {
    const database = await openPostgres(databaseUrl, { poolSize: 1 });
    try {
      return await createSignInLink(
        await createContext(config, database, pino({ level: 'silent' })),
        personId,
        url,
      );
    } finally {
      await database.close();
    }
  };
  return {
    url,
    link,
    async asks(personId) {
      const answer = await fetch(await link(personId), { redirect: 'manual' });
      const cookie = answer.headers.get('set-cookie')?.split(';')[0];
      if (cookie === undefined) throw new Error(`the sign-in link answered ${answer.status}`);
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      return { cookie, get: (target) => get(new URL(target, url), cookie, agent) };
    },
    async stop() {
      const ended = new Promise((resolve) => server.once('close', resolve));
      server.kill('SIGTERM');
      await ended;
      process.removeListener('exit', killAtExit);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function ready(url: string, server: ChildProcess): Promise<void> {
  for (let turn = 0; turn < 600; turn += 1) {
    if (server.exitCode !== null) throw new Error('the product ended by itself');
    const answers = await fetch(`${url}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (answers) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`nobody is ready at ${url}`);
}

function get(url: URL, cookie: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent, headers: { cookie } }, (answer) => {
      let body = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => {
        body += part;
      });
      answer.on('error', reject);
      answer.on('end', () =>
        answer.statusCode === 200
          ? resolve(body)
          : reject(new Error(`${url.pathname}${url.search} answered ${answer.statusCode}: ${body}`)),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}
