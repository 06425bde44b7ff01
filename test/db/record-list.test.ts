import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/engine.ts';
import { type RecordFilter, recordPage } from '../../src/db/record-list.ts';
import { createTestContext, NOON, type TestContext } from '../context.ts';
import { explainEach, type Read, readsOf, recording } from './plans.ts';

/**
 * The list of records finds the same whichever way it goes, in the order of the list, and no page of it costs more as the
 * CRM grows: docs/performance.md has 300,000 records.
 */

const CONTACTS = 2_600;
const LEADS = 200;
const DEALS = 5;
/** The oldest contacts: no page finds them among the newest. */
const REFUSED = 3;

let context: TestContext;
let db: Db;
beforeAll(async () => {
  context = await createTestContext();
  db = context.ctx.database.db;
  await fill('contact', 1, CONTACTS);
  // Between contacts, as records of several tables are made at the same times.
  await fill('lead', 1, LEADS);
  await sql`insert into record_type (table_name, config) values
    ('deal', '{"relatedTable":"contact","relatedColumn":"parent"}'::jsonb) on conflict do nothing`.execute(
    db,
  );
  await sql`insert into crm_record (table_name, id, data, search, created_at, updated_at)
    select 'deal', ${idOf('deal')}, jsonb_build_object('name', 'Deal ' || n, 'parent', ${idOf('contact')}::text), 'deal ' || n,
           ${at}, now() from generate_series(1, ${DEALS}::int) n`.execute(db);
  await sql`analyze`.execute(db);
}, 120_000);
afterAll(() => context.close());

const idOf = (table: string) => sql`md5(${table}::text || n)::uuid`;
const at = sql`${new Date(NOON)}::timestamptz - n * interval '1 minute'`;

/** The n-th newest of a table; names, numbers and addresses say which. */
async function fill(table: string, from: number, to: number): Promise<void> {
  const numbers = sql`generate_series(${from}::int, ${to}::int) n`;
  const phone = sql`'+4420' || (10000000 + n + ${table === 'lead' ? 5_000_000 : 0}::int)`;
  const name = sql`${table === 'lead' ? 'Lena' : 'Ana'} || ' No' || n || 'x'`;
  await sql`insert into crm_record (table_name, id, data, search, created_at, updated_at)
    select ${table}, ${idOf(table)}, '{}', lower(${name} || ' mail' || n || 'x@contoso.example'), ${at}, now() from ${numbers}`.execute(
    db,
  );
  await sql`insert into record_phone (record_type, record_id, match_key, e164, messaging, name, name_form)
    select ${table}, ${idOf(table)}::text, ${phone}, ${phone}, true, ${name}, lower(${name}) from ${numbers}`.execute(
    db,
  );
  const contact = sql`md5('of ' || ${table}::text || n)::uuid`;
  await sql`insert into contact_point (id, phone) select ${contact}, ${phone} from ${numbers}`.execute(db);
  await sql`insert into contact_point_alias (kind, value, contact_point_id) select 'phone', ${phone}, ${contact} from ${numbers}`.execute(
    db,
  );
  // The last of each are older than what is looked through.
  await sql`insert into consent_state (contact_point_id, purpose, state, decided_at, on_hold_at)
    select ${contact}, 'service', case when n > ${CONTACTS - REFUSED}::int then 'denied' else 'granted' end, ${at},
           case when n = ${CONTACTS}::int then ${at} end from ${numbers} where n > 1`.execute(db);
}

const EVERY: RecordFilter = {
  tables: ['contact', 'deal', 'lead'],
  search: null,
  searchDigits: null,
  consent: null,
  decidedSince: null,
  decidedUntil: null,
};
type Place = { at: number; id: string };
const pageOf = async (filter: Partial<RecordFilter>, limit = 10, before: Place | null = null) =>
  (await recordPage(db, { ...EVERY, ...filter }, before, limit)).map((row) => ({
    key: `${row.table} ${Math.round((NOON - row.createdAt) / 60_000)}`,
    place: { at: row.createdAt, id: row.id },
  }));
const keysOf = async (filter: Partial<RecordFilter>, limit = 10) =>
  (await pageOf(filter, limit)).map((row) => row.key);

describe('what it finds', () => {
  it('is every record of every table once, newest first, page by page', async () => {
    const keys: string[] = [];
    let before: Place | null = null;
    for (;;) {
      const page: Awaited<ReturnType<typeof pageOf>> = await pageOf({}, 400, before);
      keys.push(...page.map((row) => row.key));
      before = page.at(-1)?.place ?? null;
      if (page.length < 400) break;
    }
    expect(keys).toHaveLength(CONTACTS + LEADS + DEALS);
    expect(new Set(keys).size).toBe(keys.length);
    const minutes = keys.map((key) => Number(key.split(' ')[1]));
    expect(minutes).toEqual(minutes.toSorted((a, b) => a - b));
  });

  it.each<[string, Partial<RecordFilter>, string[]]>([
    ['a name of the newest', { search: 'ANA no7x' }, ['contact 7']],
    ['a name of the oldest', { search: 'Ana No2600x' }, ['contact 2600']],
    ['an address, by the texts', { search: 'mail2600x@' }, ['contact 2600']],
    [
      'a number of the oldest',
      { search: '+44 20 1000 2600', searchDigits: '442010002600' },
      ['contact 2600'],
    ],
    [
      'a number, and what takes it from the record that has it',
      { search: '10000003', searchDigits: '10000003' },
      ['contact 3', 'deal 3'],
    ],
    ['nobody', { search: 'zzyzx' }, []],
    ['a percent sign is no wildcard', { search: '%' }, []],
    ['who refused', { consent: 'denied' }, ['contact 2598', 'contact 2599', 'contact 2600']],
    ['who is on hold', { consent: 'on-hold' }, ['contact 2600']],
    ['who was never asked', { consent: 'not-asked' }, ['contact 1', 'deal 1', 'lead 1']],
    [
      'who decided before a moment',
      { decidedUntil: NOON - 2_599 * 60_000 + 1 },
      ['contact 2599', 'contact 2600'],
    ],
    ['who refused, by name', { consent: 'denied', search: 'No2599x' }, ['contact 2599']],
    [
      'who agreed, of what takes its number from others',
      { consent: 'granted', tables: ['deal'] },
      [2, 3, 4, 5].map((n) => `deal ${n}`),
    ],
  ])('%s', async (_what, filter, keys) => {
    expect((await keysOf(filter)).toSorted()).toEqual(keys.toSorted());
  });
});

describe('how it reads', () => {
  /** Few rows are read from end to end where the planner may; what the indexes can do shows where it may not. */
  const plansOf = async (filter: Partial<RecordFilter>, settings: string[]): Promise<Read[]> => {
    const recorder = recording(context.ctx.database);
    await recordPage(recorder.database.db, { ...EVERY, ...filter }, null, 10);
    return (await explainEach(db, recorder.statements, readsOf, settings)).flat();
  };
  const BIG = new Set(['crm_record', 'record_phone', 'contact_point_alias', 'consent_state']);

  /** As if there were many: of few rows the planner takes any other index to read them all. */
  const MANY = ['cpu_tuple_cost = 100'];

  it.each<[string, Partial<RecordFilter>, string, string[]]>([
    ['every record', {}, 'crm_record_by_time', []],
    ['an address', { search: 'mail2600x' }, 'crm_record_search', MANY],
    ['a number', { search: '10002600', searchDigits: '10002600' }, 'record_phone_search', MANY],
    ['who refused', { consent: 'denied' }, 'consent_state_by_state', []],
  ])('%s goes by an index: %#', async (_what, filter, index, more) => {
    const reads = (
      await plansOf({ tables: ['contact', 'lead'], ...filter }, ['enable_seqscan = off', ...more])
    ).filter(({ table }) => BIG.has(table));
    expect(reads.map((read) => read.index)).toContain(index);
    expect(reads.filter((read) => read.index === null)).toEqual([]);
  });

  it('a page without a filter reads no more records than it shows of each table', async () => {
    const reads = await plansOf({}, ['enable_seqscan = off', 'enable_sort = off']);
    const walked = reads.filter(
      ({ table, index }) => table === 'crm_record' && index === 'crm_record_by_time',
    );
    expect(walked.reduce((sum, read) => sum + read.rows, 0)).toBeLessThanOrEqual(10 * 3 + DEALS);
    expect(walked.filter((read) => read.sorted)).toEqual([]);
  });
});
