import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadKeys, sealedOnce } from '../../src/actions/keys.ts';
import { checkSeals, reseal } from '../../src/actions/reseal.ts';
import { createSeal } from '../../src/actions/seal.ts';
import { readConfig } from '../../src/config.ts';
import type { Database } from '../../src/db/engine.ts';
import { migrate } from '../../src/db/migrate.ts';
import { startAssent } from '../../src/start.ts';
import { createOnServer, openTestDatabase, preparePGlite } from '../db/database.ts';

/** A stolen dump holds no secret in clear, and keys change without losing one. */

const OLD = 'an-old-key-that-is-long-enough-000000';
const NEW = 'a-new-key-that-is-long-enough-1111111';
const SECRET = 'what-exports-are-signed-with-0123456789';

let database: Database;
beforeEach(async () => {
  database = await openTestDatabase();
  await migrate(database.db);
});
afterEach(() => database.close());

const stored = async (): Promise<string[]> =>
  (await sql<{ value: string }>`select value from secret`.execute(database.db)).rows.map((row) => row.value);

describe('secrets in the database', () => {
  it('are sealed where there is a key, and the same from start to start', async () => {
    const seal = createSeal([OLD]);
    expect(await sealedOnce(database.db, seal, 'assent', SECRET)).toBe(SECRET);
    expect(await sealedOnce(database.db, seal, 'assent', 'another one')).toBe(SECRET);
    expect(await stored()).toEqual([expect.stringMatching(/^sealed:1:/)]);
    expect((await stored()).join()).not.toContain(SECRET);
  });

  it('lie in clear without one, are sealed later, and sign as they did', async () => {
    const before = await loadKeys(database.db, null, createSeal([]));
    expect(await checkSeals(database.db, createSeal([NEW]))).toEqual({ sealed: 0, inClear: 1 });
    expect(await reseal({ database }, createSeal([NEW]))).toEqual({ resealed: ['assent'], current: 0 });
    expect(await reseal({ database }, createSeal([NEW]))).toEqual({ resealed: [], current: 1 });
    const after = await loadKeys(database.db, null, createSeal([NEW]));
    expect(after.sign('an export')).toBe(before.sign('an export'));
  });

  it('change keys: both are there, all is sealed anew, the old one goes', async () => {
    await sealedOnce(database.db, createSeal([OLD]), 'assent', SECRET);
    await reseal({ database }, createSeal([NEW, OLD]));
    expect(await sealedOnce(database.db, createSeal([NEW]), 'assent', '')).toBe(SECRET);
    await expect(checkSeals(database.db, createSeal([OLD]))).rejects.toThrow(/cannot be opened/);
  });

  it('are not sealed anew where one cannot be opened', async () => {
    await sealedOnce(database.db, createSeal([OLD]), 'assent', SECRET);
    const before = await stored();
    await expect(reseal({ database }, createSeal([NEW]))).rejects.toThrow(/“assent” is sealed with the key/);
    expect(await stored()).toEqual(before);
  });

  it('moved to another name are none', async () => {
    const seal = createSeal([NEW]);
    await sealedOnce(database.db, seal, 'sandbox-admin-key', SECRET);
    await sql`update secret set name = 'assent'`.execute(database.db);
    await expect(checkSeals(database.db, seal)).rejects.toThrow(/changed or moved/);
  });
});

describe('the server', () => {
  it('does not start where a key is missing, says which, and starts once it is back', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'assent-seal-'));
    const server = process.env.TEST_DATABASE_URL ?? '';
    const own = server === '' ? null : await createOnServer(server);
    if (own === null) preparePGlite(path.join(directory, 'db'));
    const start = async (keys: string) => {
      const read = readConfig({
        PORT: '0',
        DATA_DIR: directory,
        LOG_LEVEL: 'silent',
        ASSENT_SEAL_KEYS: keys,
        ...(own === null ? {} : { DATABASE_URL: own.url }),
      });
      if (!read.ok) throw new Error(read.problems.join('\n'));
      const assent = await startAssent(read.config, { demo: false });
      const key = assent.config.adminApiKey;
      await assent.stop();
      return key;
    };
    try {
      const key = await start(OLD);
      await expect(start(NEW)).rejects.toThrow(
        /sandbox-admin-key.*ASSENT_SEAL_KEYS[\s\S]*Put the key back into ASSENT_SEAL_KEYS/,
      );
      expect(await start(`${NEW}, ${OLD}`)).toBe(key);
    } finally {
      rmSync(directory, { recursive: true, force: true });
      await own?.leave();
    }
  }, 60_000);
});
