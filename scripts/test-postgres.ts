import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { readModules } from '../test/architecture/modules.ts';
import { onServer } from '../test/db/database.ts';

/**
 * `npm run test:postgres -- [vitest's arguments]`: the tests that open a database, on the server of
 * `TEST_DATABASE_URL`. Each makes its own database there; whatever a broken run leaves is dropped at the end.
 */
const root = path.dirname(import.meta.dirname);
const server = process.env.TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const prefix = `assent_test_${randomBytes(4).toString('hex')}`;

try {
  const { rows } = await onServer(server, 'show server_version_num');
  if (Number(rows[0]?.server_version_num) < 150_000) throw new Error('PostgreSQL 15 or later is needed');
} catch (error) {
  console.error(
    `No PostgreSQL to test on at ${new URL(server).host} (TEST_DATABASE_URL): ${error instanceof Error ? error.message : String(error)}`,
  );
  process.exit(1);
}

const modules = new Map(readModules().map((module) => [module.path, module]));
const files = [...modules.keys()].filter(
  (file) =>
    /\.test\.tsx?$/.test(file) && !/^test\/(e2e|faults)\//.test(file) && opensDatabase(file, new Set()),
);
const vitest = [
  'node_modules/vitest/vitest.mjs',
  'run',
  '--project',
  'unit',
  // One more than by default: half of each is waiting for the server's disk.
  `--maxWorkers=${Math.max(3, availableParallelism())}`,
  ...process.argv.slice(2),
  ...files,
];
const env = { ...process.env, TEST_DATABASE_URL: server, TEST_DATABASE_PREFIX: prefix };
process.exitCode = spawnSync(process.execPath, vitest, { cwd: root, env, stdio: 'inherit' }).status ?? 1;

// Twice: the server gives up on a database that a process of its own, a vacuum say, does not leave within five seconds.
const undone = (await dropLeft()).length === 0 ? [] : await dropLeft();
for (const why of undone) console.error(why);
if (undone.length > 0) process.exitCode = 1;

/** Drops what this run's tests left on the server; returns a line for each database that it could not drop. */
async function dropLeft(): Promise<string[]> {
  const left = await onServer(server, `select datname from pg_database where datname like '${prefix}_%'`);
  const problems: string[] = [];
  // Together: each waits until the server has written everything to its disk, and one writing serves them all.
  for (let at = 0; at < left.rows.length; at += 10)
    await Promise.all(
      left.rows.slice(at, at + 10).map(async ({ datname }) => {
        try {
          await onServer(server, `drop database if exists ${datname} with (force)`);
        } catch (error) {
          problems.push(
            `Could not drop ${datname}: ${error instanceof Error ? error.message : String(error)}`,
          );
        }
      }),
    );
  return problems;
}

/** Whether a module, or one that it imports, makes its database where `TEST_DATABASE_URL` says. */
function opensDatabase(file: string, seen: Set<string>): boolean {
  const module = modules.get(file);
  if (module === undefined || seen.has(file)) return false;
  seen.add(file);
  if (module.text.includes('TEST_DATABASE_URL')) return true;
  return module.imports.some(({ target, ours }) => ours && opensDatabase(target, seen));
}
