import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestContext, type TestContext } from '../../test/context.ts';
import { readCsv } from '../http/read-csv.ts';
import { importRecords } from './import-records.ts';

let world: TestContext;

beforeAll(async () => {
  world = await createTestContext();
});
afterAll(() => world.close());

const bring = (...lines: string[]) =>
  importRecords(world.ctx, 'contact', readCsv(Buffer.from(['fullname,mobilephone', ...lines].join('\n'))), {
    name: 'Test',
    role: 'administrator',
  });
const named = async (like: string): Promise<number> => {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from crm_record
     where table_name = 'contact' and data ->> 'fullname' like ${like}`.execute(world.ctx.database.db);
  return rows[0]?.n ?? 0;
};

describe('an import', () => {
  test('leaves a turn to everybody else after each row', async () => {
    const rows = Array.from({ length: 40 }, (_, n) => `Turn ${n},+1202555${String(n).padStart(4, '0')}`);
    let turns = 0;
    let over = false;
    const count = (): void => {
      turns += 1;
      if (!over) setImmediate(count);
    };
    setImmediate(count);
    await bring(...rows);
    over = true;
    expect(turns).toBeGreaterThanOrEqual(rows.length);
  });

  test('can be done again: a row makes one record, and is left as it is now', async () => {
    const rows = ['Again Ana,+12025550111', 'Again Ben,', 'Again Ben,'];
    expect(await bring(...rows.slice(0, 2))).toMatchObject({ created: 2, already: 0 });
    expect(await bring(...rows, 'Again Cem,')).toMatchObject({ created: 2, already: 2, bad: [] });
    expect(await bring(...rows.toReversed())).toMatchObject({ created: 0, already: 3, bad: [] });
    expect(await named('Again %')).toBe(4);
  });

  test.each(['id', 'ID', 'Id'])('changes the record that a row names under “%s”', async (header) => {
    await bring(`${header} of Dee,+12025550120`);
    const { rows } = await sql<{ id: string }>`select id from crm_record
       where data ->> 'fullname' = ${`${header} of Dee`}`.execute(world.ctx.database.db);
    const csv = `${header},fullname\n${rows[0]?.id},${header} now Dora\n`;
    expect(
      await importRecords(world.ctx, 'contact', readCsv(Buffer.from(csv)), {
        name: 'Test',
        role: 'administrator',
      }),
    ).toMatchObject({ created: 0, updated: 1, bad: [] });
    expect([await named(`${header} of %`), await named(`${header} now %`)]).toEqual([0, 1]);
  });

  test('tells of a row that names a record and nothing else, and changes nothing', async () => {
    await bring('Only Id,+12025550130');
    const { rows } = await sql<{ id: string }>`select id from crm_record
       where data ->> 'fullname' = 'Only Id'`.execute(world.ctx.database.db);
    for (const csv of [`id,fullname,mobilephone\n,,\n${rows[0]?.id}, ,\n`, `id\n\n${rows[0]?.id}\n`])
      expect(
        await importRecords(world.ctx, 'contact', readCsv(Buffer.from(csv)), {
          name: 'Test',
          role: 'administrator',
        }),
      ).toMatchObject({
        created: 0,
        updated: 0,
        already: 0,
        bad: [{ line: 3, code: 'row-only-id', message: 'Only the id is filled in: nothing was changed.' }],
      });
    expect(await named('Only Id')).toBe(1);
  });

  test('that an error stops says where, and goes on when the file comes again', async () => {
    const { db } = world.ctx.database;
    const rows = ['Stop One,', 'Stop Two,', 'Stop Three,'];
    await sql`alter table crm_record add constraint not_two check (data ->> 'fullname' is distinct from 'Stop Two')`.execute(
      db,
    );
    expect(await bring(...rows)).toMatchObject({ created: 1, bad: [{ line: 3, code: 'import-stopped' }] });
    expect(await named('Stop %')).toBe(1);
    await sql`alter table crm_record drop constraint not_two`.execute(db);
    expect(await bring(...rows)).toMatchObject({ created: 2, already: 1, bad: [] });
    expect(await named('Stop %')).toBe(3);
  });
});
