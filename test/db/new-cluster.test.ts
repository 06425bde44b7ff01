import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPGlite } from '../../src/db/engine.ts';
import { schemaState } from '../../src/db/migrate.ts';
import { copyCluster, prepareCluster } from '../../src/db/new-cluster.ts';

describe('a new data directory is a copy of the cluster that the installation made', () => {
  const place = mkdtempSync(path.join(tmpdir(), 'assent-cluster-'));
  const shelf = path.join(place, 'shelf');
  let prepared: string;
  beforeAll(async () => {
    mkdirSync(path.join(shelf, 'cluster-of-another-version'), { recursive: true });
    prepared = await prepareCluster(shelf);
  });
  afterAll(() => rmSync(place, { recursive: true, force: true }));

  it('keeps one cluster, of this version', async () => {
    expect(readdirSync(shelf)).toEqual([path.basename(prepared)]);
    expect(await prepareCluster(shelf)).toBe(prepared);
  });

  it('opens with the newest schema and takes rows, each copy its own', async () => {
    const names = ['one', 'two'];
    for (const name of names) {
      expect(copyCluster(path.join(place, name), shelf)).toBe(true);
      const database = await openPGlite(path.join(place, name));
      expect(await schemaState(database.db)).toBe('ready');
      await sql`create table only_here as select ${name}::text as name`.execute(database.db);
      await database.close();
    }
    const again = await openPGlite(path.join(place, 'two'));
    const { rows } = await sql`select name from only_here`.execute(again.db);
    expect(rows).toEqual([{ name: 'two' }]);
    await again.close();
  });

  it('takes nothing from a copy that was broken off', async () => {
    const directory = path.join(place, 'three');
    mkdirSync(`${directory}.new/base`, { recursive: true });
    writeFileSync(path.join(`${directory}.new`, 'PG_VERSION'), 'rubbish');
    writeFileSync(path.join(`${directory}.new`, 'left-over'), '');
    expect(copyCluster(directory, shelf)).toBe(true);
    expect(readdirSync(directory).toSorted()).toEqual(readdirSync(prepared).toSorted());
    expect(existsSync(`${directory}.new`)).toBe(false);
  });

  it('leaves alone what is there, and makes do without a cluster that fits', () => {
    const directory = path.join(place, 'four');
    cpSync(prepared, directory, { recursive: true });
    writeFileSync(path.join(directory, 'mine'), '');
    expect(copyCluster(directory, shelf)).toBe(false);
    expect(existsSync(path.join(directory, 'mine'))).toBe(true);
    expect(copyCluster(path.join(place, 'five'), path.join(place, 'no-shelf'))).toBe(false);
    expect(existsSync(path.join(place, 'five'))).toBe(false);
  });
});
