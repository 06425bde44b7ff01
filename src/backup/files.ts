import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** Backups of the embedded database as files, written so that a power cut leaves a whole one or none. */

/** `assent-2026-05-12T12-00-00-000Z.tar.gz`: by name is by age. */
const NAME = /^assent-[\dTZ-]+\.tar\.gz$/;

/** Writes beside the name, waits for the disk, then takes the name. Replaces what has it. */
export async function writeDurably(file: string, bytes: Uint8Array): Promise<void> {
  const unfinished = `${file}.unfinished`;
  const handle = await open(unfinished, 'w', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(unfinished, file);
  await syncDirectory(path.dirname(file));
}

/** The name itself is on the disk. Windows has no such call and needs none. */
export async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  await handle.sync().finally(() => handle.close());
}

/** Every file below is on the disk. */
export async function syncTree(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const below = path.join(directory, entry.name);
    if (entry.isDirectory()) await syncTree(below);
    else if (entry.isFile()) {
      const handle = await open(below, 'r+');
      await handle.sync().finally(() => handle.close());
    }
  }
  await syncDirectory(directory);
}

/** The backups of a folder that the server made, oldest first. */
export async function listBackups(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => NAME.test(name))
    .sort()
    .map((name) => path.join(folder, name));
}

/** When the newest was made, ms; null where there is none. */
export async function newestBackupAt(folder: string): Promise<number | null> {
  const newest = (await listBackups(folder)).at(-1);
  return newest === undefined ? null : (await stat(newest)).mtimeMs;
}

/** Writes one named by its time, then removes all but the `keep` newest. Answers the new one. */
export async function keepBackup(
  folder: string,
  dump: Blob,
  { now, keep }: { now: number; keep: number },
): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, `assent-${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}.tar.gz`);
  await writeDurably(file, new Uint8Array(await dump.arrayBuffer()));
  for (const old of (await listBackups(folder)).slice(0, -keep)) await rm(old);
  return file;
}
