import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openPostgres } from '../../src/db/engine.ts';
import { createOnServer, onServer } from './database.ts';

const server = process.env.TEST_DATABASE_URL ?? '';

test.skipIf(server === '')(
  'a connection that breaks inside a transaction ends the transaction, not the process',
  async () => {
    const { url, drop } = await createOnServer(server);
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
    await drop();
  },
);
