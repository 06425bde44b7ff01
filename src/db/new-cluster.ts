import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { openPGlite } from './engine.ts';
import { MIGRATIONS, migrate } from './migrate.ts';

/**
 * A cluster of the embedded database that `npm ci` makes, with the newest schema and no rows: a new data directory is a copy
 * of it. To make one takes some three seconds, to copy it some tenths. Where none fits, a new one is made at the start.
 */
const root = path.resolve(import.meta.dirname, '../..');
const SHELF = path.join(root, 'node_modules/.cache/assent');

/** Makes the cluster that fits this version, unless it is there, and removes those of others. Returns its directory. */
export async function prepareCluster(shelf = SHELF): Promise<string> {
  const wanted = placeOn(shelf);
  mkdirSync(shelf, { recursive: true });
  for (const name of readdirSync(shelf))
    if (name.startsWith('cluster-') && name !== path.basename(wanted))
      rmSync(path.join(shelf, name), { recursive: true, force: true });
  if (existsSync(wanted)) return wanted;
  const fresh = `${wanted}.${process.pid}`;
  const database = await openPGlite(fresh);
  await migrate(database.db);
  await database.close();
  renameSync(fresh, wanted);
  return wanted;
}

/** Puts a copy at `directory`, whole or not at all. False where something is there, or no cluster fits this version. */
export function copyCluster(directory: string, shelf = SHELF): boolean {
  const prepared = placeOn(shelf);
  if (existsSync(directory) || !existsSync(prepared)) return false;
  const fresh = `${directory}.new`;
  rmSync(fresh, { recursive: true, force: true });
  cpSync(prepared, fresh, { recursive: true });
  renameSync(fresh, directory);
  return true;
}

/** Another PGlite or another schema is another cluster. */
function placeOn(shelf: string): string {
  const pglite = readFileSync(path.join(root, 'node_modules/@electric-sql/pglite/package.json'));
  const key = createHash('sha256').update(pglite).update(JSON.stringify(MIGRATIONS));
  return path.join(shelf, `cluster-${key.digest('hex').slice(0, 16)}`);
}
