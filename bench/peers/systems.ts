import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { PHONE_NUMBER_ID, SECRET } from '../webhooks.ts';

/** What is compared: how each is started, where it takes webhooks, and where the messages are that it stored. */
export interface System {
  name: string;
  script: string;
  port: number;
  /** Where it takes webhooks. */
  path: string;
  /** Answers below 400 once it can be asked. */
  readyPath: string;
  env: Record<string, string>;
  /** A query with one row for each stored message, and WhatsApp's id of the message as `id`. */
  stored: string;
}

export const REFERENCE = 'reference ingest';
export const OURS = 'Assent';

const folder = import.meta.dirname;
/** A script in bench/peers finds its packages in bench/peers/node_modules. */
const peer = (script: string): string => path.join(folder, script);
const PEER_ROWS = 'select message_id as id from stored';

export const SYSTEMS: readonly System[] = [
  {
    name: REFERENCE,
    script: path.join(folder, '../reference-ingest.ts'),
    port: 4901,
    path: '/',
    readyPath: '/',
    env: {},
    stored: 'select id from reference.message',
  },
  {
    name: OURS,
    script: path.join(folder, '../../src/main.ts'),
    port: 4902,
    path: '/webhooks/whatsapp',
    readyPath: '/readyz',
    env: {
      LOG_LEVEL: 'error',
      ADMIN_API_KEY: 'a-key-of-the-benchmark-only-0123456789abcdef',
      // Nobody is there: nothing is sent.
      WHATSAPP_API_URL: 'http://127.0.0.1:9',
      WHATSAPP_BUSINESS_ACCOUNT_ID: '100200300400500',
      WHATSAPP_ACCESS_TOKEN: 'bench-token',
      WHATSAPP_VERIFY_TOKEN: 'bench-verify-token',
    },
    stored: "select whatsapp_id as id from message where direction = 'in'",
  },
  {
    name: 'whatsapp-api-js, one INSERT per message',
    script: peer('whatsapp-api-js.mjs'),
    port: 4903,
    path: '/message',
    readyPath: '/',
    env: {},
    stored: PEER_ROWS,
  },
  {
    name: 'Chat SDK, as its README answers',
    script: peer('chat-sdk.mjs'),
    port: 4904,
    path: '/api/webhooks/whatsapp',
    readyPath: '/',
    env: { ANSWER: 'at-once' },
    stored: PEER_ROWS,
  },
  {
    name: 'Chat SDK, 200 after its handler',
    script: peer('chat-sdk.mjs'),
    port: 4905,
    path: '/api/webhooks/whatsapp',
    readyPath: '/',
    env: { ANSWER: 'when-stored' },
    stored: PEER_ROWS,
  },
];

export const webhookUrl = ({ port, path: at }: System): string => `http://127.0.0.1:${port}${at}`;

/** A system in a process of its own, on a database of its own. */
export interface Running {
  system: System;
  databaseUrl: string;
  process: ChildProcess;
}

/** Starts it; resolves when it answers. Throws where it ends, or says nothing in a minute. */
export async function start(system: System, databaseUrl: string, dataDir: string): Promise<Running> {
  const child = spawn(process.execPath, [system.script], {
    env: {
      ...process.env,
      PORT: String(system.port),
      DATABASE_URL: databaseUrl,
      DATA_DIR: path.join(dataDir, String(system.port)),
      WHATSAPP_APP_SECRET: SECRET,
      WHATSAPP_PHONE_NUMBER_ID: PHONE_NUMBER_ID,
      ...system.env,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  for (let turn = 0; turn < 600; turn += 1) {
    if (child.exitCode !== null) throw new Error(`${system.name} ended with ${child.exitCode}`);
    if (await answers(`http://127.0.0.1:${system.port}${system.readyPath}`))
      return { system, databaseUrl, process: child };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  child.kill('SIGKILL');
  throw new Error(`${system.name} does not answer`);
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ status }) => status < 400,
    () => false,
  );

/** As the kernel ends a process, without a word to it. Resolves when it is gone. */
export async function kill({ process: child }: Running): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
