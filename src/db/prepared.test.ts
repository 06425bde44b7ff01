import { PGlite } from '@electric-sql/pglite';
import { sql } from 'kysely';
import pg, { type Connection } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openTestDatabase } from '../../test/db/database.ts';
import type { Database, Db } from './engine.ts';

/** One text per call site, as the code has them: what varies are parameters. */
const double = (db: Db, value: number) =>
  sql<{ n: number }>`select ${value}::int * 2 as n`.execute(db).then(({ rows }) => rows[0]?.n);

/** What the session keeps prepared at this moment, but for this question itself. */
async function kept(db: Db): Promise<string[]> {
  const { rows } = await sql<{ statement: string }>`select statement from pg_prepared_statements
     where statement not like '%pg_prepared_statements%' order by name`.execute(db);
  return rows.map(({ statement }) => statement);
}

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const embedded = process.env.TEST_DATABASE_URL === undefined;
describe.runIf(embedded)('what the embedded database is asked for again and again', () => {
  let db: Db;
  beforeEach(async () => {
    ({ db } = database);
    await sql`drop table if exists thing`.execute(db);
    await sql`create table thing (id int primary key, name text)`.execute(db);
    await sql`insert into thing values (1, 'one')`.execute(db);
  });

  it('is prepared from the third time on, and answers the same', async () => {
    expect([await double(db, 1), await double(db, 2)]).toEqual([2, 4]);
    expect(await kept(db)).toEqual([]);
    expect([await double(db, 3), await double(db, 4)]).toEqual([6, 8]);
    expect(await kept(db)).toEqual(['select $1::int * 2 as n']);
  });

  it('follows a table that changed', async () => {
    const all = () => sql`select * from thing`.execute(db).then(({ rows }) => rows);
    for (let time = 0; time < 10; time += 1) expect(await all()).toEqual([{ id: 1, name: 'one' }]);
    await sql`alter table thing add column size int default 7`.execute(db);
    expect(await kept(db)).toEqual([]);
    expect(await all()).toEqual([{ id: 1, name: 'one', size: 7 }]);
  });

  it('may fail, before and after it was prepared, and what comes next is none the worse', async () => {
    const add = (to: Db, id: number) => sql`insert into thing values (${id}, 'more')`.execute(to);
    for (let time = 0; time < 6; time += 1) await expect(add(db, 1)).rejects.toMatchObject({ code: '23505' });
    expect(await add(db, 2)).toMatchObject({ numAffectedRows: 1n });
    const broken = db.transaction().execute(async (tx) => {
      await add(tx, 3);
      await add(tx, 1);
    });
    await expect(broken).rejects.toMatchObject({ code: '23505' });
    expect(await add(db, 3)).toMatchObject({ numAffectedRows: 1n });
  });

  it('is planned anew once it is slow: its plan may be for tables that were small', async () => {
    const slow = () => sql`select pg_sleep(0.006), count(*) from thing`.execute(db);
    for (let time = 0; time < 9; time += 1) await slow();
    expect(await kept(db)).toHaveLength(1);
    await slow();
    expect(await kept(db)).toEqual([]);
    await slow();
    await slow();
    await slow();
    expect(await kept(db)).toHaveLength(1);
  });

  it('leaves nothing behind in the driver when it is given back', async () => {
    const submit = vi.spyOn(pg.Query.prototype, 'submit');
    const slow = () => sql`select pg_sleep(0.006) as pause`.execute(db);
    const known = (): string[] => {
      const connection = submit.mock.lastCall?.[0] as Connection & {
        parsedStatements: Record<string, string>;
      };
      return Object.values(connection.parsedStatements).filter((text) => text.includes('as pause'));
    };
    for (let time = 0; time < 9; time += 1) await slow();
    expect(known()).toHaveLength(1);
    await slow();
    expect(known()).toEqual([]);
    submit.mockRestore();
  });

  it('is given back where there is too much of it, the oldest first', async () => {
    const numbered = (n: number) => sql.raw(`select ${n}::int as n`).execute(db);
    for (let n = 0; n < 320; n += 1) for (let time = 0; time < 3; time += 1) await numbered(n);
    const left = await kept(db);
    expect(left.length).toBeLessThanOrEqual(300);
    expect(left).toContain('select 319::int as n');
    expect(left).not.toContain('select 0::int as n');
  });

  it('is kept by keyed transactions however long it takes, under a plan of their own', async () => {
    const slow = (tx: Db) => sql`select pg_sleep(0.006) as rest`.execute(tx);
    const keyed = () => database.keyed.transaction().execute((tx) => slow(tx as Db));
    for (let time = 0; time < 12; time += 1) await keyed();
    expect(await kept(db)).toEqual(['select pg_sleep(0.006) as rest']);
    await slow(db);
    await slow(db);
    await slow(db);
    expect(await kept(db)).toHaveLength(2);
  });

  it('goes on after PGlite itself broke off: nothing of that transaction stays, and who listens still hears', async () => {
    const heard: string[] = [];
    const stop = await database.listen('things', (text) => heard.push(text));
    const names = () => sql<{ name: string }>`select name from thing order by id`.execute(db);
    for (let time = 0; time < 4; time += 1) await names();
    const broken = db.transaction().execute(async (tx) => {
      await sql`insert into thing values (2, 'half')`.execute(tx);
      vi.spyOn(PGlite.prototype, 'execProtocolRawStream').mockRejectedValueOnce(new Error('unreachable'));
      await sql`insert into thing values (3, 'other half')`.execute(tx);
    });
    await expect(broken).rejects.toThrow();
    for (let time = 0; time < 4; time += 1) expect((await names()).rows).toEqual([{ name: 'one' }]);
    await sql`select pg_notify('things', 'still')`.execute(db);
    await expect.poll(() => heard).toEqual(['still']);
    await stop();
  });
});

it('transactions that go by keys read no table whole, and the others plan as they like', async () => {
  const settings = async (tx: Db): Promise<unknown> => {
    const { rows } =
      await sql`select current_setting('enable_seqscan') as scan, current_setting('enable_hashjoin') as hash,
             current_setting('enable_mergejoin') as merge, current_setting('plan_cache_mode') as plans`.execute(
        tx,
      );
    return rows[0];
  };
  const inTx = (db: Db) => db.transaction().execute((tx) => settings(tx as Db));
  const usual = { scan: 'on', hash: 'on', merge: 'on', plans: 'auto' };
  const byKeys = { scan: 'off', hash: 'off', merge: 'off', plans: 'force_generic_plan' };
  expect(await inTx(database.keyed)).toEqual(byKeys);
  expect(await inTx(database.db)).toEqual(usual);
  const failed = database.keyed.transaction().execute((tx) => sql`select 1 / 0`.execute(tx));
  await expect(failed).rejects.toMatchObject({ code: '22012' });
  expect(await inTx(database.db)).toEqual(usual);
  expect(await settings(database.db)).toEqual(usual);
});

it('notices are heard when their transaction commits, by whoever listens and no longer', async () => {
  const heard: string[] = [];
  const other: string[] = [];
  const stop = await database.listen('things', (text) => heard.push(text));
  const stopOther = await database.listen('others', (text) => other.push(text));
  const tell = (db: Db, text: string) => sql`select pg_notify('things', ${text})`.execute(db);
  await database.db.transaction().execute(async (tx) => {
    await tell(tx as Db, 'kept');
    expect(heard.filter((text) => text !== '')).toEqual([]);
  });
  await expect.poll(() => heard).toContain('kept');
  const undone = database.db.transaction().execute(async (tx) => {
    await tell(tx as Db, 'undone');
    throw new Error('no');
  });
  await expect(undone).rejects.toThrow('no');
  await tell(database.db, 'last');
  await expect.poll(() => heard).toContain('last');
  expect(heard).not.toContain('undone');
  expect(other.filter((text) => text !== '')).toEqual([]);
  await stop();
  await tell(database.db, 'too late');
  await tell(database.db, 'too late');
  expect(heard).not.toContain('too late');
  await stopOther();
});
