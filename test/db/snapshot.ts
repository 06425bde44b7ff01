import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { openPGlite, openPostgres } from '../../src/db/engine.ts';
import { migrate } from '../../src/db/migrate.ts';
import { onServer } from './database.ts';

/**
 * Before the tests: one migrated database, of which each test's own is a copy: to make a PGlite cluster takes two seconds, to
 * copy and open one a quarter of a second. Vitest runs this once per run (`globalSetup`).
 */
export default async function prepare(): Promise<() => Promise<void>> {
  const server = process.env.TEST_DATABASE_URL;
  return server === undefined || server === '' ? clusterOfPGlite() : templateOn(server);
}

async function clusterOfPGlite(): Promise<() => Promise<void>> {
  const place = mkdtempSync(path.join(inMemory() ?? tmpdir(), 'assent-clusters-'));
  const cluster = path.join(place, 'migrated');
  // Small, because each test database is a copy: 1 MB and not 16 for a segment of the log, and without the two databases
  // that are there to make others from.
  const bare = await PGlite.create({ dataDir: cluster, initDbStartParams: ['--wal-segsize=1'] });
  await bare.exec(`update pg_database set datistemplate = false`);
  for (const name of ['template0', 'template1']) await bare.exec(`drop database ${name}`);
  await bare.close();
  const database = await openPGlite(cluster);
  await migrate(database.db);
  await database.close();
  process.env.TEST_PGLITE_CLUSTER = cluster;
  return async () => rmSync(place, { recursive: true, force: true });
}

/** Where files are kept in memory; null where there is no such place, or little room in it (containers have 64 MB). */
function inMemory(): string | null {
  const place = '/dev/shm';
  if (!existsSync(place)) return null;
  const { bavail, bsize } = statfsSync(place);
  return bavail * bsize >= 2 ** 31 ? place : null;
}

async function templateOn(server: string): Promise<() => Promise<void>> {
  const name = `${process.env.TEST_DATABASE_PREFIX ?? 'assent_test'}_template_${randomBytes(6).toString('hex')}`;
  await onServer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const database = await openPostgres(url.href);
  await migrate(database.db);
  await database.close();
  process.env.TEST_DATABASE_TEMPLATE = name;
  return async () => {
    // With a prefix of its own, the run drops what is left after it (scripts/test-postgres.ts).
    if (process.env.TEST_DATABASE_PREFIX === undefined)
      await onServer(server, `drop database if exists ${name} with (force)`);
  };
}
