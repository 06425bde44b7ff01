import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
/** From the start of the process to `readyz`; the issue's own bound for a first page. */
const READY_WITHIN = 60_000;

export interface Product {
  /** Such as `http://127.0.0.1:41234`, without a slash at the end. */
  url: string;
  dataDir: string;
  /** A key with administrator rights, for `Authorization: Bearer`. */
  adminApiKey: string;
  /** The one-time links as the sandbox prints them; empty texts outside the sandbox. */
  links: { administrator: string; agent: string };
  /** Everything printed so far. */
  output(): string;
  /** Ends it as an operator does (SIGTERM), and resolves with its exit code. */
  stop(): Promise<number | null>;
  /** The same, told to the process that was started alone, as by who knows its id; resolves when all that it started is gone. */
  stopByPid(): Promise<number | null>;
  /** Ends it without warning (SIGKILL), it and what it started. */
  kill(): Promise<void>;
  /** Stops it and removes its data directory; throws where it had ended by itself. */
  discard(): Promise<void>;
}

export interface ProductOptions {
  /** Reused after `kill` or `stop`; a fresh folder where absent. */
  dataDir?: string;
  /** Above the environment of this process; sandbox where no `WHATSAPP_ACCESS_TOKEN` is among it. */
  env?: Record<string, string>;
  /** `npm start` by default, as the README says. */
  command?: [string, ...string[]];
  /** Where it is checked out; this checkout by default. */
  cwd?: string;
}

/** Starts the product as a person would and resolves once it says that it is ready. */
export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const dataDir = options.dataDir ?? mkdtempSync(path.join(tmpdir(), 'assent-product-'));
  const adminApiKey = options.env?.ADMIN_API_KEY ?? 'a-key-of-the-browser-stories-only-0123456789';
  const [program, ...args] = options.command ?? ['npm', 'start'];
  const child = spawn(program, args, {
    cwd: options.cwd ?? root,
    // A group of its own, so that `kill` reaches what npm started.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      // npm and vitest leave their own settings to their children; a person's shell has none of them.
      NODE_ENV: '',
      VITEST: '',
      HOST: '127.0.0.1',
      PORT: String(port),
      DATA_DIR: dataDir,
      ADMIN_API_KEY: adminApiKey,
      ...options.env,
    },
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  // A run that is broken off leaves no server behind.
  const killAtExit = (): void => killGroup(child, 'SIGKILL');
  process.once('exit', killAtExit);
  void ended.then(() => process.removeListener('exit', killAtExit));
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  let askedToEnd = false;
  const signal = async (name: 'SIGTERM' | 'SIGKILL'): Promise<number | null> => {
    askedToEnd = true;
    killGroup(child, name);
    return ended;
  };
  try {
    await whenReady(url, child);
  } catch (error) {
    await signal('SIGKILL');
    throw new Error(`the product did not become ready: ${String(error)}\n${output}`);
  }
  return {
    url,
    dataDir,
    adminApiKey,
    // Only the sandbox prints links.
    links:
      options.env?.WHATSAPP_ACCESS_TOKEN === undefined
        ? await printedLinks(() => output)
        : { administrator: '', agent: '' },
    output: () => output,
    stop: () => signal('SIGTERM'),
    async stopByPid() {
      askedToEnd = true;
      child.kill('SIGTERM');
      return ended;
    },
    async kill() {
      await signal('SIGKILL');
    },
    async discard() {
      const endedByItself = !askedToEnd && (child.exitCode !== null || child.signalCode !== null);
      await signal('SIGKILL');
      rmSync(dataDir, { recursive: true, force: true });
      if (endedByItself)
        throw new Error(
          `the product ended by itself (${child.exitCode ?? child.signalCode}):\n${output.slice(-4_000)}`,
        );
    },
  };
}

function killGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  process.kill(-child.pid, signal);
}

/** Asks `readyz` until it answers 200, the process ends, or the bound is reached. */
async function whenReady(url: string, child: ChildProcess): Promise<void> {
  const until = Date.now() + READY_WITHIN;
  while (Date.now() < until) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('it ended by itself');
    const ready = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no ready answer within ${READY_WITHIN / 1000} s`);
}

/** The links come with readiness or just after it. */
async function printedLinks(output: () => string): Promise<Product['links']> {
  const until = Date.now() + 5_000;
  for (;;) {
    const [administrator, agent] = output().match(/https?:\/\/\S+\/sign-in\?token=\S+/g) ?? [];
    if (administrator !== undefined && agent !== undefined) return { administrator, agent };
    if (Date.now() > until) return { administrator: administrator ?? '', agent: agent ?? '' };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
