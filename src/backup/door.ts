import { rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { socketOf } from '../data-lock.ts';

/**
 * A running server holds the embedded database, so it makes the copy that `npm run assent -- backup` asks for. It is asked
 * over a socket in the data directory: only who may write there can ask, and they could read the database itself.
 */

const ASK = 'backup\n';

/** Answers `ok <bytes>` and the bytes, or `failed <why>`. Ends with the function returned. */
export async function openBackupDoor(
  directory: string,
  dump: () => Promise<Blob>,
): Promise<() => Promise<void>> {
  const address = socketOf(directory, 'backup');
  // Whoever listened there is gone: we hold the lock of the directory.
  if (process.platform !== 'win32') rmSync(address, { force: true });
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    let asked = '';
    socket.on('error', () => {});
    socket.on('close', () => open.delete(socket));
    socket.on('data', (chunk) => {
      const before = asked;
      asked = (asked + chunk.toString('latin1')).slice(0, ASK.length);
      if (asked === ASK && before !== ASK) void answer(socket, dump);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, resolve);
  });
  server.unref();
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of open) socket.destroy();
    });
}

async function answer(socket: Socket, dump: () => Promise<Blob>): Promise<void> {
  try {
    const bytes = new Uint8Array(await (await dump()).arrayBuffer());
    socket.write(`ok ${bytes.length}\n`);
    socket.end(bytes);
  } catch (error) {
    socket.end(`failed ${error instanceof Error ? error.message : String(error)}\n`);
  }
}

/** The copy that the server of this directory makes; null where none runs. Throws where it fails or comes in part. */
export function askForBackup(directory: string): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let connected = false;
    const socket = connect(socketOf(directory, 'backup'), () => {
      connected = true;
      socket.write(ASK);
    });
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', (error) => (connected ? reject(error) : resolve(null)));
    socket.on('close', () => {
      if (!connected) return;
      const whole = Buffer.concat(chunks);
      const line = whole.indexOf('\n');
      const [word, ...rest] = whole.subarray(0, Math.max(0, line)).toString().split(' ');
      const bytes = whole.subarray(line + 1);
      if (word === 'ok' && Number(rest[0]) === bytes.length) resolve(bytes);
      else
        reject(
          new Error(
            word === 'failed'
              ? `The server could not make the backup: ${rest.join(' ')}`
              : 'The server ended before the backup was whole.',
          ),
        );
    });
  });
}
