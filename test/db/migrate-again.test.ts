import { sql } from 'kysely';
import pg from 'pg';
import { expect, it } from 'vitest';
import { openPostgres } from '../../src/db/engine.ts';
import { migrate, schemaState } from '../../src/db/migrate.ts';
import { createOnServer } from './database.ts';

const SERVER = process.env.TEST_DATABASE_URL ?? '';

it.skipIf(SERVER === '')(
  'a migration that the version before was in the way of is undone and tried again',
  async () => {
    const { url, leave } = await createOnServer(SERVER);
    const database = await openPostgres(url);
    const before = new pg.Client({ connectionString: url });
    await before.connect();
    await migrate(database.db);
    await sql`drop table allowance_share`.execute(database.db);
    await sql`delete from kysely_migration where name = '0021-allowance-shares'`.execute(database.db);
    // Its table refers to the number's row, which a node of the version before holds.
    await before.query('begin');
    await before.query('lock table channel in row exclusive mode');
    const waits = async (): Promise<boolean> => {
      const { rows } = await before.query(
        `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rows.length > 0;
    };
    const migrated = migrate(database.db);
    await expect.poll(waits, { timeout: 10_000 }).toBe(true);
    await expect.poll(waits, { timeout: 10_000 }).toBe(false);
    await before.query('rollback');
    await migrated;
    expect(await schemaState(database.db)).toBe('ready');
    await before.end();
    await database.close();
    await leave();
  },
);
