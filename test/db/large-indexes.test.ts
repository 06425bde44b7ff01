import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Database } from '../../src/db/engine.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openTestDatabase } from './database.ts';

/** An index on a large table is no migration: it is built beside whoever writes, also after a build that was cut. */
let database: Database;
beforeEach(async () => {
  database = await openTestDatabase();
  await migrate(database.db);
});
afterEach(() => database.close());

const valid = async (): Promise<boolean | null> => {
  const { rows } = await sql<{ valid: boolean }>`
    select indisvalid as valid from pg_index where indexrelid = to_regclass('crm_record_search')`.execute(
    database.db,
  );
  return rows[0]?.valid ?? null;
};

it.each([
  ['is missing', sql`drop index crm_record_search`, null],
  [
    'was left half built',
    sql`update pg_index set indisvalid = false where indexrelid = 'crm_record_search'::regclass`,
    false,
  ],
])('an index that %s is there after the next start', async (_what, damage, found) => {
  expect(await valid()).toBe(true);
  await damage.execute(database.db);
  expect(await valid()).toBe(found);
  await migrate(database.db);
  expect(await valid()).toBe(true);
});
