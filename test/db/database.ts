import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { type Database, openPGlite, openPostgres } from '../../src/db/engine.ts';

/**
 * A database of this test's own: PGlite in memory, or, where `TEST_DATABASE_URL` names a PostgreSQL server, a new database
 * there, dropped when it is closed. It is migrated where the run made a copy to begin from (test/db/snapshot.ts), and
 * `migrate` then changes nothing. `npm run test:postgres` runs every test that opens its database here (and only those)
 * on PostgreSQL.
 */
export async function openTestDatabase(): Promise<Database> {
  const server = process.env.TEST_DATABASE_URL;
  if (server === undefined || server === '') return openPGlite(null, await pgliteSnapshot());
  const { url, drop } = await createOnServer(server);
  const database = await openPostgres(url);
  return {
    ...database,
    async close() {
      await database.close();
      await drop();
    },
  };
}

/** Puts a migrated cluster into the data directory of a product that is not started yet. */
export async function preparePGlite(directory: string): Promise<void> {
  const snapshot = await pgliteSnapshot();
  if (snapshot === undefined) return;
  await (await openPGlite(directory, snapshot)).close();
}

async function pgliteSnapshot(): Promise<Blob | undefined> {
  const file = process.env.TEST_PGLITE_SNAPSHOT;
  return file === undefined ? undefined : new Blob([await readFile(file)]);
}

/** One prefix per run, so that what a broken run leaves can be dropped by its name. */
const RUN_PREFIX = process.env.TEST_DATABASE_PREFIX ?? 'assent_test';

/** A new database on a server. */
export async function createOnServer(server: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `${RUN_PREFIX}_${randomBytes(6).toString('hex')}`;
  const template = process.env.TEST_DATABASE_TEMPLATE;
  await onServer(server, `create database ${name}${template === undefined ? '' : ` template ${template}`}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: async () => void (await onServer(server, `drop database if exists ${name} with (force)`)),
  };
}

/** Runs one statement on the server's own database; databases cannot be made inside a transaction. */
export async function onServer(server: string, statement: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    return await client.query(statement);
  } finally {
    await client.end();
  }
}
