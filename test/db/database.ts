import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { type Database, openPGlite, openPostgres } from '../../src/db/engine.ts';

/**
 * A database of this test's own, empty and not migrated: PGlite in memory, or, where `TEST_DATABASE_URL` names a
 * PostgreSQL server, a new database there, dropped when it is closed. `npm run test:postgres` runs every test that
 * opens its database here (and only those) on PostgreSQL.
 */
export async function openTestDatabase(): Promise<Database> {
  const server = process.env.TEST_DATABASE_URL;
  return server === undefined || server === '' ? openPGlite(null) : createOnServer(server);
}

/** One prefix per run, so that what a broken run leaves can be dropped by its name. */
const RUN_PREFIX = process.env.TEST_DATABASE_PREFIX ?? 'assent_test';

async function createOnServer(server: string): Promise<Database> {
  const name = `${RUN_PREFIX}_${randomBytes(6).toString('hex')}`;
  await onServer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const database = await openPostgres(url.href);
  return {
    ...database,
    async close() {
      await database.close();
      await onServer(server, `drop database if exists ${name} with (force)`);
    },
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
