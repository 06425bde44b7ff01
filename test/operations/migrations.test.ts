import { readdirSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Database, openPostgres } from '../../src/db/engine.ts';
import { CONTRACT, migrate, schemaLines } from '../../src/db/migrate.ts';
import { createOnServer, openTestDatabase } from '../db/database.ts';
import { notExpandOnly } from './expand-only.ts';

/** Two versions side by side on one database: what a migration may do, and what an earlier version does beside it. */

/** Migrations up to this one came before the rule. */
const EXEMPT_UP_TO = 17;
const folder = path.resolve(import.meta.dirname, '../../src/db/migrations');
const judged = readdirSync(folder)
  .map((file) => path.basename(file, '.ts'))
  .filter((name) => Number(name.slice(0, 4)) > EXEMPT_UP_TO && !CONTRACT.test(name));

it.each(judged)('%s only adds, and keeps nobody waiting', async (name) => {
  const module: unknown = await import(path.join(folder, `${name}.ts`));
  const { up } = z.object({ up: z.array(z.string()) }).parse(module);
  expect(notExpandOnly(up)).toEqual([]);
});

describe('the rule', () => {
  it.each([
    [
      'create table a (id uuid primary key)',
      'create index a_x on a (id)',
      'alter table a add check (id is not null)',
    ],
    [
      'create table a (id uuid)',
      'insert into a select id from message',
      'create unique index a_id on a (id)',
    ],
    ['alter table message add column x text'],
    [
      "alter table message add column x text not null default 'it''s, fine', add column y boolean default false",
    ],
    ["alter table message add column x jsonb not null default '[]'::jsonb"],
    ['create index channel_x on channel (status)', "update channel set status = 'x'"],
    ['alter table contact_point set (fillfactor = 80)'],
    ['create function f() returns trigger language plpgsql as $$ begin drop table a; end $$'],
    ['create trigger t after insert on message for each row execute function f()'],
  ])('lets pass %s', (...statements) => {
    expect(notExpandOnly(statements)).toEqual([]);
  });

  it.each([
    ['alter table message drop column text', /more than a column/],
    ['alter table message rename to messages', /more than a column/],
    ['alter table message rename column text to body', /more than a column/],
    ['alter table message alter column text type varchar(10)', /more than a column/],
    ['alter table message alter column text set not null', /more than a column/],
    ['alter table message add column x text, drop column text', /more than a column/],
    ['alter table message add constraint c check (text is not null) not valid', /more than a column/],
    ['alter table message add column x text not null', /does not fill/],
    ['alter table message add column x uuid default gen_random_uuid()', /no constant/],
    ['alter table message add column x timestamptz not null default now()', /no constant/],
    ['alter table message add column x bigint generated always as identity', /with a rule/],
    ['alter table message add column x uuid references person (id)', /with a rule/],
    ['create index on_text on message (text)', /not known|index is built/],
    ['create index message_text on message (text)', /index is built/],
    ['create unique index channel_name on channel (display_phone_number)', /may write what this forbids/],
    ["update message set text = ''", /large table/],
    ['/* harmless */ delete from message', /not known/],
    ['drop index message_queued', /not known/],
    ['truncate message', /not known/],
    ['create or replace function f() returns void language sql as $$ select 1 $$', /not known/],
  ])('names %s', (statement, fault) => {
    expect(notExpandOnly([statement])).toEqual([expect.stringMatching(fault)]);
  });
});

describe('an earlier version on the database of a later one', () => {
  let database: Database;
  beforeEach(async () => {
    database = await openTestDatabase();
    await migrate(database.db);
  });
  afterEach(() => database.close());
  const later = (name: string) =>
    sql`insert into kysely_migration values (${name}, '2030')`.execute(database.db);

  it('starts beside what only added', async () => {
    await later('9999-more-columns');
    const before = await schemaLines(database.db);
    await migrate(database.db);
    expect(await schemaLines(database.db)).toEqual(before);
  });

  it('does not start where something was taken away', async () => {
    await later('9999-contract-no-old-column');
    await expect(migrate(database.db)).rejects.toThrow(/9999-contract-no-old-column\)\. Start that version/);
  });

  it('and a migration with a lower number that came later is made up for', async () => {
    const before = await schemaLines(database.db);
    await sql`alter table crm_record drop column etag`.execute(database.db);
    await sql`delete from kysely_migration where name = '0014-crm-etags'`.execute(database.db);
    await migrate(database.db);
    expect(await schemaLines(database.db)).toEqual(before);
  });
});

const SERVER = process.env.TEST_DATABASE_URL ?? '';
it.skipIf(SERVER === '')(
  'a migration that would wait for a lock gives up, others go on, and those before it are done',
  async () => {
    const { url, leave } = await createOnServer(SERVER);
    const database = await openPostgres(url);
    const backup = await openPostgres(url, { abandonedAfterMs: 0 });
    try {
      await migrate(database.db);
      await sql`alter table channel drop column unheard_since`.execute(database.db);
      await sql`alter table crm_record drop column etag`.execute(database.db);
      await sql`delete from kysely_migration where name in ('0014-crm-etags', '0019-silence')`.execute(
        database.db,
      );
      const has = async (column: RegExp): Promise<boolean> =>
        (await schemaLines(database.db)).some((line) => column.test(line));
      await backup.db.transaction().execute(async (tx) => {
        // As pg_dump holds it for hours.
        await sql`lock table channel in access share mode`.execute(tx);
        await expect(migrate(database.db)).rejects.toThrow(/0019-silence failed: .*lock timeout/);
        // Each is done by itself: what came before it holds no lock meanwhile, and stays.
        expect(await has(/^column crm_record.etag/)).toBe(true);
      });
      await migrate(database.db);
      expect(await has(/^column channel.unheard_since/)).toBe(true);
    } finally {
      await backup.close();
      await database.close();
      await leave();
    }
  },
  90_000,
);
