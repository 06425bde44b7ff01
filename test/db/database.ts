import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { type Database, openPGlite, openPostgres } from '../../src/db/engine.ts';

/**
 * A database of this test's own: PGlite on a copy of a cluster, or, where `TEST_DATABASE_URL` names a PostgreSQL server, a new database
 * there, dropped when it is closed. It is migrated where the run made a copy to begin from (test/db/snapshot.ts), and
 * `migrate` then changes nothing. `npm run test:postgres` runs every test that opens its database here (and only those)
 * on PostgreSQL.
 */
export async function openTestDatabase(): Promise<Database> {
  const server = process.env.TEST_DATABASE_URL;
  if (server === undefined || server === '') return openCopy();
  const { url, leave } = await createOnServer(server);
  const database = await openPostgres(url);
  return {
    ...database,
    async close() {
      await database.close();
      await leave();
    },
  };
}

/** Puts a migrated cluster into the data directory of a product that is not started yet. */
export function preparePGlite(directory: string): void {
  const cluster = process.env.TEST_PGLITE_CLUSTER;
  if (cluster !== undefined) cpSync(cluster, directory, { recursive: true });
}

/** To open one with as many as the product has takes nearly twice as long; a test's database is hardly larger than these. */
const FEW_BUFFERS = '2MB';

async function openCopy(): Promise<Database> {
  const cluster = process.env.TEST_PGLITE_CLUSTER;
  if (cluster === undefined) return openPGlite(null);
  const directory = mkdtempSync(path.join(path.dirname(cluster), 'own-'));
  cpSync(cluster, directory, { recursive: true });
  const database = await openPGlite(directory, { buffers: FEW_BUFFERS });
  return {
    ...database,
    async close() {
      await database.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** One prefix per run, so that what a broken run leaves can be dropped by its name. */
const RUN_PREFIX = process.env.TEST_DATABASE_PREFIX ?? 'assent_test';

export interface ServerDatabase {
  url: string;
  /** Nobody needs it any more: dropped some time, in a run that drops what is left. */
  leave(): Promise<void>;
}

/** A new database on a server. Its commits do not wait for the disk: no test here takes the server's power away. */
export async function createOnServer(server: string): Promise<ServerDatabase> {
  const name = `${RUN_PREFIX}_${randomBytes(6).toString('hex')}`;
  const template = process.env.TEST_DATABASE_TEMPLATE;
  await onServer(
    server,
    'set synchronous_commit = off',
    `create database ${name}${template === undefined ? '' : ` template ${template}`}`,
    `alter database ${name} set synchronous_commit = off`,
  );
  const url = new URL(server);
  url.pathname = `/${name}`;
  const drop = async (): Promise<void> =>
    void (await onServer(server, `drop database if exists ${name} with (force)`));
  return {
    url: url.href,
    leave: process.env.TEST_DATABASE_PREFIX === undefined ? drop : () => later(drop),
  };
}

let dropping = Promise.resolve();

/**
 * PostgreSQL writes everything to its disk before it drops a database: mostly a second, forty where twenty new ones have
 * not been written yet. No test waits for that: one after the other beside the next tests. What is left at the end `npm run test:postgres` drops, and says why it cannot.
 */
async function later(drop: () => Promise<void>): Promise<void> {
  dropping = dropping.then(drop).catch(() => {});
}

/** Runs statements on the server's own database; databases cannot be made inside a transaction. Returns what the last gave. */
export async function onServer(
  server: string,
  ...statements: [string, ...string[]]
): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    const results: pg.QueryResult[] = [];
    for (const statement of statements) results.push(await client.query(statement));
    return results.at(-1) as pg.QueryResult;
  } finally {
    await client.end();
  }
}
