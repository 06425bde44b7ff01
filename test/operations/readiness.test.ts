import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Database, type Db, openPostgres } from '../../src/db/engine.ts';
import { migrate } from '../../src/db/migrate.ts';
import { type NodeState, readiness } from '../../src/readiness.ts';
import { createOnServer, onServer, openTestDatabase } from '../db/database.ts';

/** What `/readyz` says in each state a node can be in; `test/faults/database-lost` has a real outage and a full disk. */

let database: Database;
beforeEach(async () => {
  database = await openTestDatabase();
  await migrate(database.db);
});
afterEach(() => database.close());

const loop = (name: string, trouble: string | null) => ({ name, trouble: () => trouble });
const WELL: NodeState = {
  started: true,
  stopping: false,
  loops: [loop('inbox', null), loop('outbox', null)],
  freeBytes: null,
};
const done = (statement: string) => (db: Db) => sql.raw(statement).execute(db);
const FULL = `create function full_disk() returns trigger language plpgsql as $$
  begin raise exception 'could not extend file' using errcode = 'disk_full'; end $$`;

const STATES: [string, Partial<NodeState>, ((db: Db) => Promise<unknown>)[], boolean, RegExp][] = [
  ['all is well', {}, [], true, /^database writable and migrated, loops alive$/],
  ['its loops do not run yet', { started: false, loops: [] }, [], false, /^starting$/],
  ['it was told to stop', { stopping: true }, [], false, /^stopping$/],
  ['it was told to stop before it had started', { started: false, stopping: true }, [], false, /^stopping$/],
  [
    'a loop has failed for long',
    { loops: [loop('inbox', null), loop('outbox', 'has failed for 30 s')] },
    [],
    false,
    /^The loop outbox has failed for 30 s\.$/,
  ],
  [
    'a migration is to be done, as after a restore',
    {},
    [done(`delete from kysely_migration where name = '0016-configuration-version'`)],
    false,
    /lacks a migration/,
  ],
  [
    'a later version only added',
    {},
    [done(`insert into kysely_migration values ('9999-more', '2030')`)],
    true,
    /alive/,
  ],
  [
    'a later version took something away',
    {},
    [done(`insert into kysely_migration values ('9999-contract-less', '2030')`)],
    false,
    /took away/,
  ],
  [
    'the database takes no writes, as a standby',
    {},
    [done('set default_transaction_read_only = on')],
    false,
    /^The database is read-only\.$/,
  ],
  ['there is room on the disk', { freeBytes: async () => 8 * 1024 * 1024 }, [], true, /alive/],
  [
    'there is no room for much more',
    { freeBytes: async () => 8 * 1024 * 1024 - 1 },
    [],
    false,
    /^The disk of the database is full\.$/,
  ],
  [
    'the disk is full',
    {},
    [
      done(FULL),
      done(
        'create trigger full_ before insert or update on setting for each row execute function full_disk()',
      ),
    ],
    false,
    /^The disk of the database is full\.$/,
  ],
];

it.each(STATES)('%s', async (_state, state, steps, ok, detail) => {
  // One connection, as settings of a session hold for it alone.
  await database.db.connection().execute(async (db) => {
    for (const step of steps) await step(db);
    expect(await readiness(db, { ...WELL, ...state })).toEqual({
      ok,
      detail: expect.stringMatching(detail),
    });
  });
});

it('fails where the database is gone', async () => {
  const server = process.env.TEST_DATABASE_URL ?? '';
  const own = server === '' ? null : await createOnServer(server);
  const gone = own === null ? await openTestDatabase() : await openPostgres(own.url);
  await (own === null ? gone.close() : shut(server, new URL(own.url).pathname.slice(1)));
  await expect(readiness(gone.db, WELL)).rejects.toThrow();
  if (own === null) return;
  await gone.close();
  await own.leave();
});

/** As a database that is dropped answers, without the wait for the disk that dropping needs. */
async function shut(server: string, name: string): Promise<void> {
  await onServer(
    server,
    `alter database ${name} allow_connections false`,
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
  );
}
