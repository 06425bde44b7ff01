import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { openPGlite, openPostgres } from '../../src/db/engine.ts';
import { migrate } from '../../src/db/migrate.ts';
import { onServer } from './database.ts';

/**
 * Before the tests: one migrated database, of which each test's own is a copy. To make a PGlite cluster takes two seconds
 * and to copy one half a second, for some hundred tests. Vitest runs this once per run (`globalSetup`).
 */
export default async function prepare(): Promise<() => Promise<void>> {
  const server = process.env.TEST_DATABASE_URL;
  return server === undefined || server === '' ? snapshotOfPGlite() : templateOn(server);
}

async function snapshotOfPGlite(): Promise<() => Promise<void>> {
  const directory = mkdtempSync(path.join(tmpdir(), 'assent-snapshot-'));
  const data = path.join(directory, 'data');
  mkdirSync(data);
  const database = await openPGlite(data);
  await migrate(database.db);
  await database.close();
  const pglite = await PGlite.create({ dataDir: data, extensions: { pg_trgm } });
  const file = path.join(directory, 'snapshot.tar');
  writeFileSync(file, Buffer.from(await (await pglite.dumpDataDir('none')).arrayBuffer()));
  await pglite.close();
  process.env.TEST_PGLITE_SNAPSHOT = file;
  return async () => rmSync(directory, { recursive: true, force: true });
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
  return async () => void (await onServer(server, `drop database if exists ${name} with (force)`));
}
