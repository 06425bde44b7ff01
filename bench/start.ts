import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** How long a start takes, and what a node that does nothing holds. */

const root = path.dirname(import.meta.dirname);
/** After so long what starting needed is given back. */
const IDLE_MS = 15_000;

interface Running {
  process: ChildProcess;
  /** From the start of the process until the sandbox prints where to click, or `readyz` answers. */
  ms: number;
}

/** `npm start` as the README says, on a new data directory or one that is there. */
export async function startSandbox(port: number, dataDir: string): Promise<Running> {
  const child = spawn('npm', ['start'], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_ENV: '', PORT: String(port), DATA_DIR: dataDir, DATABASE_URL: '' },
  });
  const began = performance.now();
  let printed = '';
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`it ended:\n${printed}`)));
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.includes('/sign-in?token=')) resolve();
    });
  });
  return { process: child, ms: performance.now() - began };
}

/** A node with settings of production. */
export async function startNode(port: number, env: Record<string, string>): Promise<Running> {
  const child = spawn(process.execPath, [path.join(root, 'src/main.ts')], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env },
  });
  const began = performance.now();
  for (;;) {
    if (child.exitCode !== null) throw new Error('it ended');
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) return { process: child, ms: performance.now() - began };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Resident memory in MB, some time after nobody asked it anything (Linux: `/proc`). */
export async function idleMegabytes({ process: { pid } }: Running): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const [, kilobytes = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1_024;
}

/** Ends it and what it started, as an operator does. */
export async function end({ process: child }: Running): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
  await ended;
}
