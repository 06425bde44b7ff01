import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { verifyLedger } from '../../src/actions/verify-ledger.ts';
import { keepBackup, listBackups } from '../../src/backup/files.ts';
import { afterRestoreCommand, backupCommand, restoreCommand } from '../../src/cli/backup.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { type Db, openPGlite, openPostgres } from '../../src/db/engine.ts';
import { createContext } from '../../src/start.ts';
import { createOnServer, preparePGlite } from '../db/database.ts';
import { openWorld, type World } from './world.ts';

/** A backup is one when it was restored: the ledger is whole, and nothing leaves on the word of an old database. */

const SERVER = process.env.TEST_DATABASE_URL ?? '';
const folder = mkdtempSync(path.join(tmpdir(), 'assent-backup-'));
let said: string[] = [];
beforeEach(() => {
  said = [];
  for (const where of ['log', 'error'] as const)
    vi.spyOn(console, where).mockImplementation((line: string) => void said.push(line));
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const configOf = (env: NodeJS.ProcessEnv): Config => {
  const read = readConfig({ PORT: '0', LOG_LEVEL: 'silent', ...env });
  if (!read.ok) throw new Error(read.problems.join('\n'));
  return read.config;
};

/** A customer who refused, and a message that still waits. */
async function refusalAndQueue(world: World): Promise<string> {
  await world.setUpContactType();
  const phone = world.newPhone();
  await world.sendConsent(await world.record('contact', { fullname: 'Ana Silva', mobilephone: phone }));
  await world.tap(phone, 'no');
  expect((await world.consent(phone)).state).toBe('denied');
  await sql`update message set status = 'queued', next_attempt_at = now() + interval '1 day', handed_at = null
     where direction = 'out' and kind = 'template'`.execute(world.ctx.database.db);
  return phone;
}

const sending = async (db: Db) => {
  const { rows } = await sql<{ stopped: string | null; waiting: number; doubted: number }>`
    select (select stopped_reason from channel) as stopped,
           (select count(*) from message where status in ('queued', 'handing-over')) as waiting,
           (select count(*) from message where status = 'unconfirmed' and handed_at is not null) as doubted`.execute(
    db,
  );
  return rows[0];
};

describe.skipIf(SERVER !== '')('of the embedded database', { timeout: 120_000 }, () => {
  const dataDir = path.join(folder, 'data');
  const file = path.join(folder, 'assent.tar.gz');
  const restored = configOf({ DATA_DIR: path.join(folder, 'restored') });
  let world: World;
  beforeAll(async () => {
    preparePGlite(path.join(dataDir, 'db'));
    world = await openWorld({ env: { DATA_DIR: dataDir } });
  }, 180_000);
  afterAll(() => world.close());

  it('is made by the server that runs, while people go on', async () => {
    await refusalAndQueue(world);
    const [code] = await Promise.all([
      backupCommand(configOf({ DATA_DIR: dataDir }), file),
      world.record('contact', { fullname: 'Meanwhile' }),
    ]);
    expect(code).toBe(0);
    expect(said.join()).toContain('made by the running server');
    expect(readdirSync(folder).filter((name) => name.endsWith('.unfinished'))).toEqual([]);
  });

  it('is restored into an empty directory: whole, and the channel stands until a person says so', async () => {
    expect(await restoreCommand(restored, file)).toBe(0);
    expect(said.join('\n')).toMatch(/1 chains, \d+ lines, 0 faults/);
    expect(said.join('\n')).toMatch(/1 messages waited/);
    const database = await openPGlite(path.join(restored.dataDir, 'db'));
    try {
      expect(await sending(database.db)).toEqual({
        stopped: expect.stringMatching(/^restored from a backup: .* after 20\d\d-.* is missing$/),
        waiting: 0,
        doubted: 1,
      });
    } finally {
      await database.close();
    }
  });

  it('a copy made from the stopped directory is the same', async () => {
    const again = path.join(folder, 'again.tar.gz');
    expect(await backupCommand(restored, again)).toBe(0);
    expect(said.join()).toContain('no server runs');
    expect(await restoreCommand(configOf({ DATA_DIR: path.join(folder, 'twice') }), again)).toBe(0);
    expect(said.join('\n')).toMatch(/1 chains, \d+ lines, 0 faults/);
  });

  it('replaces nothing, and leaves nothing where the file is no whole backup', async () => {
    expect(await restoreCommand(restored, file)).toBe(1);
    expect(said.join()).toMatch(/is not empty \(db\)/);
    const empty = configOf({ DATA_DIR: path.join(folder, 'empty') });
    const half = path.join(folder, 'half.tar.gz');
    writeFileSync(half, readFileSync(file).subarray(0, 100_000));
    for (const bad of [half, path.join(folder, 'nowhere')]) expect(await restoreCommand(empty, bad)).toBe(1);
    expect(readdirSync(empty.dataDir)).toEqual([]);
  });

  it('that a later version made is refused by name', async () => {
    const later = path.join(folder, 'later.tar.gz');
    const database = await openPGlite(path.join(folder, 'twice', 'db'));
    await sql`insert into kysely_migration values ('9999-later', '2030')`.execute(database.db);
    await database.close();
    await backupCommand(configOf({ DATA_DIR: path.join(folder, 'twice') }), later);
    expect(await restoreCommand(configOf({ DATA_DIR: path.join(folder, 'older') }), later)).toBe(1);
    expect(said.join()).toMatch(/A later version .*9999-later/);
  });

  it('a broken line of the ledger is told and fails the command', async () => {
    const { db } = world.ctx.database;
    await sql`alter table ledger disable trigger user`.execute(db);
    await sql`update ledger set source = 'forged' where seq = 1`.execute(db);
    await backupCommand(configOf({ DATA_DIR: dataDir }), file);
    expect(await restoreCommand(configOf({ DATA_DIR: path.join(folder, 'forged') }), file)).toBe(1);
    expect(said.join('\n')).toMatch(/line 1: /);
  });

  it('only as many as the setting says are kept, the newest', async () => {
    const kept = path.join(folder, 'kept');
    for (const now of [1, 2, 3]) await keepBackup(kept, new Blob([`${now}`]), { now, keep: 2 });
    expect((await listBackups(kept)).map((one) => readFileSync(one, 'utf8'))).toEqual(['2', '3']);
  });
});

const PG_DUMP = ['/usr/lib/postgresql/15/bin', '']
  .map((directory) => path.join(directory, 'pg_dump'))
  .find((program) => spawnSync(program, ['--version']).status === 0);

describe.skipIf(SERVER === '' || PG_DUMP === undefined)('of PostgreSQL', { timeout: 120_000 }, () => {
  it('pg_dump and pg_restore, then after-restore: the ledger is whole and nothing leaves', async () => {
    const source = await createOnServer(SERVER);
    const target = await createOnServer(SERVER);
    const dump = path.join(folder, 'assent.dump');
    const world = await openWorld({ env: { DATABASE_URL: source.url } });
    const before = await refusalAndQueue(world).then(() => verifyLedger(world.ctx));
    execFileSync(PG_DUMP ?? '', ['--format=custom', `--file=${dump}`, source.url]);
    await world.close();
    const restore = path.join(path.dirname(PG_DUMP ?? ''), 'pg_restore');
    execFileSync(restore, ['--no-owner', '--clean', '--if-exists', `--dbname=${target.url}`, dump]);
    const database = await openPostgres(target.url);
    try {
      const config = configOf({ DATABASE_URL: target.url });
      const ctx = await createContext(config, database, pino({ level: 'silent' }));
      expect(await afterRestoreCommand(ctx)).toBe(0);
      expect(await verifyLedger(ctx)).toEqual(before);
      expect(before.lines).toBeGreaterThan(1);
      expect(await sending(database.db)).toMatchObject({ waiting: 0, doubted: 1 });
    } finally {
      await database.close();
      await Promise.all([source.leave(), target.leave()]);
    }
  });
});
