import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { pino } from 'pino';
import { afterRestore } from '../actions/after-restore.ts';
import type { Context } from '../actions/context.ts';
import { checkSeals } from '../actions/reseal.ts';
import { createSeal } from '../actions/seal.ts';
import { askForBackup } from '../backup/door.ts';
import { syncDirectory, syncTree, writeDurably } from '../backup/files.ts';
import type { Config } from '../config.ts';
import { lockDataDirectory } from '../data-lock.ts';
import { type Database, openPGlite } from '../db/engine.ts';
import { migrate, migrationsFromLater } from '../db/migrate.ts';
import { createContext } from '../start.ts';
import { writeNamed } from './named-file.ts';

/** `npm run assent -- backup|restore FILE` for the embedded database, and `after-restore` for PostgreSQL. */

const NOT_HERE =
  'DATABASE_URL is set: the backup of a PostgreSQL is made with pg_dump or its own archive (docs/operations.md).';
const unpack = promisify(gunzip);
const ACTOR = 'npm run assent';
/** What may lie in a directory that something is restored into. */
const OURS = /^assent\.(lock|backup)$/;

/** Of the running server, or of the directory itself where none runs. */
export async function backupCommand(config: Config, file: string): Promise<number> {
  if (config.databaseUrl !== null) return fail(NOT_HERE);
  const running = existsSync(config.dataDir) ? await askForBackup(config.dataDir) : null;
  const bytes = running ?? (await dumpStopped(config));
  if (bytes === null) return fail(`There is no database in ${config.dataDir}.`);
  await writeNamed(file, () => writeDurably(path.resolve(file), bytes));
  const by = running === null ? 'no server runs' : 'made by the running server';
  console.log(`${file}: ${(bytes.length / 1e6).toFixed(1)} MB, ${by}`);
  return 0;
}

async function dumpStopped(config: Config): Promise<Uint8Array | null> {
  if (!hasDatabase(config.dataDir)) return null;
  const unlock = await lockDataDirectory(config.dataDir);
  try {
    const database = await openPGlite(path.join(config.dataDir, 'db'));
    const dump = await database.dump?.();
    await database.close();
    return dump === undefined ? null : new Uint8Array(await dump.arrayBuffer());
  } finally {
    await unlock();
  }
}

/** Into an empty directory alone. The database takes its place only when it was opened, migrated and verified. */
export async function restoreCommand(config: Config, file: string): Promise<number> {
  if (config.databaseUrl !== null) return fail(NOT_HERE);
  const backup = await readFile(file).catch(() => null);
  if (backup === null) return fail(`${file} cannot be read.`);
  const unlock = await lockDataDirectory(config.dataDir);
  const unfinished = path.join(config.dataDir, 'db.restoring');
  try {
    const there = readdirSync(config.dataDir).filter((name) => !OURS.test(name));
    if (there.length > 0)
      return fail(
        `${config.dataDir} is not empty (${there.slice(0, 3).join(', ')}). Move it away, or give another DATA_DIR: a restore replaces nothing.`,
      );
    const code = await restoreInto(config, unfinished, backup);
    if (code === null) return 1;
    await syncTree(unfinished);
    renameSync(unfinished, path.join(config.dataDir, 'db'));
    await syncDirectory(config.dataDir);
    return code;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
    await unlock();
  }
}

/** The exit code; null where nothing may stay. */
async function restoreInto(config: Config, directory: string, backup: Buffer): Promise<number | null> {
  const database = await openBackup(directory, backup);
  if (database === null) return null;
  try {
    const later = await migrationsFromLater(database.db);
    if (later.length > 0) {
      fail(
        `A later version of Assent made this backup (${later.join(', ')}): restore it with that version, ${config.version} does not know its tables.`,
      );
      return null;
    }
    await migrate(database.db);
    await checkSeals(database.db, createSeal(config.sealKeys));
    return await afterRestoreCommand(await createContext(config, database, pino({ level: 'warn' })));
  } finally {
    await database.close();
  }
}

/** Unpacked here: PGlite lets the failure of a torn file go unheard. */
async function openBackup(directory: string, backup: Buffer): Promise<Database | null> {
  try {
    const tar = new Uint8Array(await unpack(backup));
    return await openPGlite(directory, { snapshot: new Blob([tar], { type: 'application/x-tar' }) });
  } catch (error) {
    fail(`This is no backup of Assent, or not a whole one: ${String(error)}`);
    return null;
  }
}

/** Says what is there, what is missing since, and what to do now. 1 where the ledger is not whole. */
export async function afterRestoreCommand(ctx: Context): Promise<number> {
  const { ledger, known, doubted } = await afterRestore(ctx, ACTOR);
  for (const { contactPointId, seq, fault } of ledger.faults)
    console.error(`chain ${contactPointId}, line ${seq}: ${fault}`);
  console.log(`${ledger.chains} chains, ${ledger.lines} lines, ${ledger.faults.length} faults`);
  console.log(
    `The last webhook is of ${when(known.webhook)}, the last line of the ledger of ${when(known.ledger)}, the last message of ${when(known.message)}.`,
  );
  console.log(`What WhatsApp told after that and was answered 200 is missing, refusals too.`);
  console.log(
    doubted === 0
      ? 'No message waited.'
      : `${doubted} messages waited; nobody knows whether they left. Settle each in its chat.`,
  );
  console.log(
    'The channel is stopped. Record the refusals you know of, then resume it under Configuration, WhatsApp.',
  );
  return ledger.faults.length === 0 ? 0 : 1;
}

const when = (at: number | null): string => (at === null ? 'never' : new Date(at).toISOString());

/** Whether the embedded database was made in this data directory. */
export function hasDatabase(dataDir: string): boolean {
  try {
    return readdirSync(path.join(dataDir, 'db')).length > 0;
  } catch {
    return false;
  }
}

function fail(text: string): number {
  console.error(text);
  return 1;
}
