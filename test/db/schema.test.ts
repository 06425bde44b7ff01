import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/db/engine.ts';
import { migrate, schemaLines } from '../../src/db/migrate.ts';
import { openTestDatabase } from './database.ts';

/**
 * The schema as the database's own catalogue answers it, on whichever engine this run uses. `schema.txt` is the one
 * text for both, and shows a reviewer what a migration does; `npm run schema` writes it.
 */
let database: Database;

beforeAll(async () => {
  database = await openTestDatabase();
  await migrate(database.db);
});
afterAll(() => database.close());

test('the migrated schema is the checked-in one', async () => {
  const written = readFileSync(new URL('schema.txt', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');
  expect(await schemaLines(database.db)).toEqual(written);
});

test('migrating again changes nothing', async () => {
  const before = await schemaLines(database.db);
  await migrate(database.db);
  expect(await schemaLines(database.db)).toEqual(before);
});
