import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { keepUp } from '../../src/actions/upkeep.ts';
import { RecordTypeOut } from '../../src/http/schemas/records.ts';
import { openWorld, type World } from './world.ts';

/** The records of a record type are taken in to the last one, whatever happens in the middle. */

/** One more than a set, and a few. */
const RECORDS = 108;
const TYPE = { phoneColumns: ['mobilephone'], complianceField: 'assent_allowwhatsapp', defaultCountry: 'US' };
let world: World;
beforeEach(async () => {
  world = await openWorld();
  await sql`insert into crm_record (table_name, id, data, search, created_at, updated_at)
    select 'contact', md5('r' || n)::uuid,
           jsonb_build_object('fullname', 'N' || n, 'mobilephone', '+1202555' || (1000 + n), 'assent_allowwhatsapp', false), '', now(), now()
      from generate_series(1, ${RECORDS}::int) n`.execute(world.ctx.database.db);
});
afterEach(() => world.close());

/** How many records are in the phone index, and how many have their field's value seen. */
async function takenIn(): Promise<{ numbers: number; seen: number }> {
  const { rows } = await sql<{ numbers: number; seen: number }>`
    select (select count(*) from record_phone where record_type = 'contact') as numbers,
           (select count(*) from record_field where record_type = 'contact' and value = false) as seen`.execute(
    world.ctx.database.db,
  );
  return rows[0] ?? { numbers: 0, seen: 0 };
}
const left = async () =>
  (await world.ok(z.object({ items: z.array(RecordTypeOut) }), 'GET', '/api/record-types')).items[0]
    ?.takingIn;

it('in the request, where that is soon done', async () => {
  const saved = await world.ok(RecordTypeOut, 'PUT', '/api/record-types/contact', TYPE);
  expect(saved.takingIn).toBeNull();
  expect(await takenIn()).toEqual({ numbers: RECORDS, seen: RECORDS });
}, 90_000);

it('by upkeep from where it was cut, and from the beginning where the record type changed again', async () => {
  const { db } = world.ctx.database;
  // The process ends in the second hundred, as far as the database can tell: what it had begun is undone.
  await sql`create function cut() returns trigger language plpgsql as
    $$ begin if (select count(*) from record_phone) > 104 then raise exception 'cut'; end if; return new; end $$`.execute(
    db,
  );
  await sql`create trigger cut before insert on record_phone for each row execute function cut()`.execute(db);
  expect((await world.api('PUT', '/api/record-types/contact', TYPE)).status).toBe(500);
  expect(await takenIn()).toEqual({ numbers: 100, seen: 100 });
  expect(await left()).toEqual({ done: 100, total: RECORDS });

  await sql`drop trigger cut on record_phone`.execute(db);
  // What was taken in is not read again.
  await sql`delete from record_phone where record_type = 'contact'`.execute(db);
  expect(await keepUp(world.ctx)).toBe(false);
  expect(await takenIn()).toEqual({ numbers: RECORDS - 100, seen: RECORDS });
  expect(await left()).toBeNull();

  await world.ok(RecordTypeOut, 'PUT', '/api/record-types/contact', TYPE);
  expect(await takenIn()).toEqual({ numbers: RECORDS, seen: RECORDS });
}, 90_000);

it('and is forgotten with the record type', async () => {
  await sql`delete from crm_record where table_name = 'contact'`.execute(world.ctx.database.db);
  await world.ok(RecordTypeOut, 'PUT', '/api/record-types/contact', TYPE);
  await sql`insert into taking_in (table_name) values ('contact') on conflict do nothing`.execute(
    world.ctx.database.db,
  );
  expect((await world.api('DELETE', '/api/record-types/contact')).status).toBe(204);
  expect(await keepUp(world.ctx)).toBe(false);
  expect(await left()).toBeUndefined();
});
