import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * One process per data directory: PGlite has no lock of its own, and two processes would lose each other's rows. The lock
 * is a listening socket: it dies with its process, so `kill -9` leaves nothing in the way of a restart, and a process id,
 * which means nothing in containers, is not needed.
 */

export class DirectoryInUse extends Error {
  constructor(directory: string) {
    super(
      `Another Assent process uses the data directory ${directory}. Stop it first, or give this one its own DATA_DIR.`,
    );
    this.name = 'DirectoryInUse';
  }
}

/** Throws `DirectoryInUse`. The lock is held until the returned function is called or the process ends. */
export async function lockDataDirectory(directory: string): Promise<() => Promise<void>> {
  mkdirSync(directory, { recursive: true });
  const address = socketOf(directory, 'lock');
  const nonce = randomBytes(8).toString('hex');
  if ((await ask(address)) !== null) throw new DirectoryInUse(directory);
  if (process.platform !== 'win32') rmSync(address, { force: true });
  const server = await listen(address, nonce, directory);
  // Two processes that found the same stale socket both came here: the address leads to one of them only.
  await new Promise((resolve) => setTimeout(resolve, 60));
  if ((await ask(address)) !== nonce) {
    server.close();
    throw new DirectoryInUse(directory);
  }
  return () => new Promise((resolve) => server.close(() => resolve()));
}

/**
 * Where the process of a data directory, which must exist, listens. Paths of Unix sockets end at about 100 bytes; a longer
 * one stands in for by its hash in the temporary folder.
 */
export function socketOf(directory: string, purpose: 'lock' | 'backup'): string {
  const real = realpathSync(directory);
  const digest = createHash('sha256').update(real).digest('hex').slice(0, 24);
  const suffix = purpose === 'lock' ? '' : `-${purpose}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\assent-${digest}${suffix}`;
  const inside = path.join(real, `assent.${purpose}`);
  return Buffer.byteLength(inside) < 100 ? inside : path.join(tmpdir(), `assent-${digest}.${purpose}`);
}

/** What the process that listens there calls itself; null where nobody does. */
function ask(address: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect(address);
    let answer = '';
    socket.setTimeout(2_000, () => socket.destroy());
    socket.on('data', (chunk) => {
      answer += chunk.toString();
    });
    socket.on('error', () => resolve(null));
    socket.on('close', (hadError) => (hadError ? resolve(null) : resolve(answer)));
  });
}

function listen(address: string, nonce: string, directory: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.end(nonce);
    });
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new DirectoryInUse(directory) : error),
    );
    server.listen(address, () => resolve(server));
    server.unref();
  });
}
