import { performance } from 'node:perf_hooks';
import { sql } from 'kysely';
import { openPostgres } from '../src/db/engine.ts';
import { migrate } from '../src/db/migrate.ts';
import { type RecordFilter, recordPage } from '../src/db/record-list.ts';

/**
 * The list of records at 300,000 contacts and 30,000 leads, of whom a fiftieth refused: `BENCH_DATABASE_URL=postgres://…/empty npm run
 * bench:records`. The database has to be a new one. Prints the median of five pages each, in milliseconds.
 */
const url = process.env.BENCH_DATABASE_URL;
if (url === undefined) throw new Error('Set BENCH_DATABASE_URL to an empty database.');
const database = await openPostgres(url);
const { db } = database;
await migrate(db);
await sql`set client_min_messages = warning`.execute(db);
const id = (n: string) => sql.raw(`md5('r' || ${n})::uuid`);
for (const [table, from, to] of [
  ['contact', 1, 300_000],
  ['lead', 300_001, 330_000],
] as const) {
  const numbers = sql`generate_series(${from}::int, ${to}::int) n`;
  const phone = sql`'+4420' || (10000000 + n)`;
  const name = sql`case when n % 10 = 0 then 'Ana ' else 'Name ' end || md5(n::text)`;
  await sql`insert into crm_record (table_name, id, data, search, created_at, updated_at)
    select ${table}, ${id('n')}, jsonb_build_object('fullname', ${name}, 'mobilephone', ${phone}),
           lower(${name} || ' ' || ${phone} || ' mail' || n || '@contoso.example'), now() - n * interval '1 minute', now() from ${numbers}`.execute(
    db,
  );
  await sql`insert into record_phone (record_type, record_id, match_key, e164, messaging, name, name_form)
    select ${table}, ${id('n')}::text, ${phone}, ${phone}, true, ${name}, lower(${name}) from ${numbers}`.execute(
    db,
  );
  await sql`insert into contact_point (id, phone) select ${id(`'c' || n`)}, ${phone} from ${numbers}`.execute(
    db,
  );
  await sql`insert into contact_point_alias (kind, value, contact_point_id) select 'phone', ${phone}, ${id(`'c' || n`)} from ${numbers}`.execute(
    db,
  );
  await sql`insert into consent_state (contact_point_id, purpose, state, decided_at)
    select ${id(`'c' || n`)}, 'service', case when n % 50 = 0 and n > 100000 then 'denied' else 'granted' end, now() - n * interval '1 minute'
      from ${numbers}`.execute(db);
}
await sql`analyze`.execute(db);

const every: RecordFilter = {
  tables: ['account', 'contact', 'lead'],
  search: null,
  searchDigits: null,
  consent: null,
  decidedSince: null,
  decidedUntil: null,
};
const deep = { at: Date.now() - 200_000 * 60_000, id: '00000000-0000-4000-8000-000000000000' };
const PAGES: [string, RecordFilter, typeof deep | null][] = [
  ['every record, first page', every, null],
  ['every record, a page far below', every, deep],
  ['contacts, first page', { ...every, tables: ['contact'] }, null],
  ['a name of one', { ...every, search: 'c4ca4238a0b923820dcc509a6f75849b' }, null],
  ['a name of 33,000', { ...every, search: 'Ana' }, null],
  ['a number', { ...every, search: '+442010290001', searchDigits: '442010290001' }, null],
  ['an e-mail address', { ...every, search: 'mail299999@contoso' }, null],
  ['nobody', { ...every, search: 'zzyzx nobody' }, null],
  ['refused, of 4,600 long ago', { ...every, consent: 'denied' }, null],
  ['granted, of 325,400', { ...every, consent: 'granted' }, null],
  ['on hold, of none', { ...every, consent: 'on-hold' }, null],
];
for (const [what, filter, before] of PAGES) {
  const times: number[] = [];
  let found = 0;
  for (let run = 0; run < 5; run += 1) {
    const start = performance.now();
    found = (await recordPage(db, filter, before, 51)).length;
    times.push(performance.now() - start);
  }
  const median = times.toSorted((a, b) => a - b)[2] ?? 0;
  process.stdout.write(`${what.padEnd(34)} ${median.toFixed(1).padStart(8)} ms ${found} rows\n`);
}
await database.close();
