import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { claimEntries } from '../../src/db/crm-entries.ts';
import { claimWrites } from '../../src/db/crm-writes.ts';
import type { Db, Tx } from '../../src/db/engine.ts';
import { createTestContext, NOON, type TestContext } from '../context.ts';
import { explainEach, type Read, readsOf, recording } from './plans.ts';

/**
 * After an outage of days all that was to be written to a remote CRM waits. Taking the next ones reads these and no more,
 * however many stand behind them.
 */
const TAKEN = 8;
const LEASE = '00000000-0000-4000-8000-0000000000ee';
const FIELDS = [{ table: 'contact', column: 'allowed' }];
const WORK: Record<string, (tx: Tx) => Promise<unknown>> = {
  'claim writes of fields': (tx) => claimWrites(tx, LEASE, NOON, NOON + 60_000, TAKEN, FIELDS),
};

let context: TestContext;
beforeAll(async () => {
  context = await createTestContext();
  await sql`insert into crm_table (table_name, label, entity_set, id_column, change_tracking, can_be_merged)
    values ('contact', 'Contact', 'contacts', 'contactid', true, true)`.execute(context.ctx.database.db);
}, 60_000);
afterAll(() => context.close());

/** Records with the numbers from `first` to `last`, of which each waits for a field and an entry of its timeline. */
async function fill(db: Db, first: number, last: number): Promise<void> {
  const id = sql`('00000000-0000-4000-8000-00b' || lpad(n::text, 9, '0'))::uuid`;
  const numbers = sql`generate_series(${first}::int, ${last}::int) n`;
  const at = sql`${new Date(NOON)}::timestamptz - make_interval(mins => 10000 - n)`;
  await sql`insert into crm_record (table_name, id, data, search, created_at, updated_at)
    select 'contact', ${id}, '{"allowed": false}', '', ${at}, ${at} from ${numbers}`.execute(db);
  await sql`insert into crm_write (table_name, record_id, column_name, remote, queued_at, next_at)
    select 'contact', ${id}, 'allowed', 'true', ${at}, ${at} from ${numbers}`.execute(db);
  await sql`insert into crm_entry (id, kind, contact_point_id, chain, seq, verdict, table_name, record_id, queued_at, next_at)
    select gen_random_uuid(), 'consent', ${id}, ${id}, n, 'denied', 'contact', ${id}, ${at}, ${at} from ${numbers}`.execute(
    db,
  );
  // As autovacuum does: without it the planner takes ten times as many for as few as there were.
  for (const table of ['crm_record', 'crm_write', 'crm_entry'])
    await sql`analyze ${sql.table(table)}`.execute(db);
}

async function readsOfWork(work: (tx: Tx) => Promise<unknown>): Promise<Read[]> {
  const { database } = context.ctx;
  const recorder = recording(database);
  await work(recorder.database.db);
  const reads = (await explainEach(database.db, recorder.statements, readsOf)).flat();
  // As it was: what was taken waits again.
  for (const table of ['crm_write', 'crm_entry'])
    await sql`update ${sql.table(table)} set next_at = queued_at, lease = null`.execute(database.db);
  return reads.filter(({ table }) => table.startsWith('crm_') && table !== 'crm_table');
}
const rows = (reads: readonly Read[]): number => reads.reduce((sum, read) => sum + read.rows, 0);

describe('what waits for a remote CRM', () => {
  const few: Record<string, Read[]> = {};
  beforeAll(async () => {
    await fill(context.ctx.database.db, 1, 200);
    for (const [what, work] of Object.entries(WORK)) few[what] = await readsOfWork(work);
    await fill(context.ctx.database.db, 201, 2_000);
  });

  test.each(Object.entries(WORK))('%s: reads no more where ten times as many wait', async (what, work) => {
    const many = await readsOfWork(work);
    expect(many.filter((read) => read.index === null)).toEqual([]);
    expect(rows(few[what] ?? [])).toBeGreaterThan(0);
    expect(rows(many)).toBeLessThanOrEqual(rows(few[what] ?? []) + TAKEN);
  });

  test('entries of a timeline are taken from the front, those of records that left are ended, and no other is', async () => {
    const { db } = context.ctx.database;
    await sql`delete from crm_record where data = '{"allowed": false}' and id in
      (select record_id from crm_entry where seq in (1, 3))`.execute(db);
    const taken = await claimEntries(db, LEASE, NOON, NOON + 60_000, TAKEN);
    expect(taken.map((entry) => entry.seq)).toEqual([2, 4, 5, 6, 7, 8, 9, 10]);
    const { rows: ended } = await sql`select seq from crm_entry where state = 'ended' order by seq`.execute(
      db,
    );
    expect(ended).toEqual([{ seq: 1 }, { seq: 3 }]);
  });
});
