import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openPostgres } from '../../src/db/engine.ts';
import { createOnServer, onServer } from './database.ts';

const server = process.env.TEST_DATABASE_URL ?? '';

test.skipIf(server === '')(
  'a connection that breaks inside a transaction ends the transaction, not the process',
  async () => {
    const { url, leave } = await createOnServer(server);
    const database = await openPostgres(url);
    const broken = database.db.transaction().execute(async (tx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
      await onServer(server, `select pg_terminate_backend(${rows[0]?.pid})`);
      // The news of it comes between two statements.
      await expect
        .poll(() =>
          sql`select 1`.execute(tx).then(
            () => 'there',
            () => 'gone',
          ),
        )
        .toBe('gone');
      throw new Error('the transaction is gone');
    });
    await expect(broken).rejects.toThrow();
    expect((await sql<{ one: number }>`select 1 as one`.execute(database.db)).rows).toEqual([{ one: 1 }]);
    await database.close();
    await leave();
  },
);

test.skipIf(server === '')(
  'a process that stops inside a transaction holds up the others for a while, not for good',
  async () => {
    const { url, leave } = await createOnServer(server);
    const usual = await openPostgres(url);
    const { rows } = await sql<{
      idle_in_transaction_session_timeout: string;
    }>`show idle_in_transaction_session_timeout`.execute(usual.db);
    expect(rows).toEqual([{ idle_in_transaction_session_timeout: '15s' }]);
    await sql`create table somebody (id int primary key)`.execute(usual.db);
    await sql`insert into somebody values (1)`.execute(usual.db);

    const stopped = await openPostgres(url, { abandonedAfterMs: 300 });
    const locked = Promise.withResolvers<void>();
    const goesOn = Promise.withResolvers<void>();
    const abandoned = stopped.db.transaction().execute(async (tx) => {
      await sql`select 1 from somebody for update`.execute(tx);
      locked.resolve();
      await goesOn.promise;
      await sql`delete from somebody`.execute(tx);
    });
    await locked.promise;
    await sql`update somebody set id = 2`.execute(usual.db);
    goesOn.resolve();
    await expect(abandoned).rejects.toThrow();
    // Its pool has another connection.
    expect((await sql<{ id: number }>`select id from somebody`.execute(stopped.db)).rows).toEqual([
      { id: 2 },
    ]);
    await stopped.close();
    await usual.close();
    await leave();
  },
);

test.skipIf(server === '')('a database that was closed answers nothing, by no pool', async () => {
  const { url, leave } = await createOnServer(server);
  const database = await openPostgres(url);
  await sql`select 1`.execute(database.db);
  await database.close();
  await expect(sql`select 1`.execute(database.db)).rejects.toThrow();
  await expect(sql`select 1`.execute(database.keyed)).rejects.toThrow();
  await leave();
});
