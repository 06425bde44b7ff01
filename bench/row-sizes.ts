import pg from 'pg';
import { createOnServer } from '../test/db/database.ts';
import { openWorld } from '../test/stories/world.ts';

/**
 * `npm run bench:rows`: what one customer takes in the database, by table with its indexes, who
 * has a record, was asked once, answered, got the automatic answer and wrote once; at once, and after 31 days, when raw
 * webhooks have gone. Made through the product itself (ROW_CUSTOMERS, 400) in a database of its own on BENCH_DATABASE_URL's
 * server.
 */
const server = process.env.BENCH_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const customers = Number(process.env.ROW_CUSTOMERS ?? 400);

const SIZES = `select c.relname as name, c.reltuples::float8 / $1 as rows, pg_table_size(c.oid)::float8 / $1 as heap,
    pg_indexes_size(c.oid)::float8 / $1 as indexes
  from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.reltuples >= $1
  order by pg_total_relation_size(c.oid) desc`;

const database = await createOnServer(server);
const world = await openWorld({ env: { DATABASE_URL: database.url } });
try {
  await world.setUpContactType();
  for (let n = 0; n < customers; n += 1) {
    const phone = `+1213${5_550_000 + n}`;
    await world.sendConsent(await world.record('contact', { fullname: `Customer ${n}`, mobilephone: phone }));
    await world.tap(phone, n % 10 === 0 ? 'no' : 'yes');
    await world.says(phone, 'Thank you, when does my parcel come?');
  }
  await printSizes('at once');
  await world.advance(31 * 86_400_000);
  await printSizes('after 31 days');
} finally {
  await world.close();
  await database.leave();
}

async function printSizes(when: string): Promise<void> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query('vacuum full');
  await client.query('analyze');
  const { rows } = await client.query<{ name: string; rows: number; heap: number; indexes: number }>(SIZES, [
    customers,
  ]);
  await client.end();
  const line = (name: string, ...figures: number[]): void =>
    console.log(
      name.padEnd(24),
      ...figures.map((figure) => Math.round(figure).toLocaleString('en').padStart(9)),
    );
  console.log(`per customer, of ${customers.toLocaleString('en')}, ${when}:`);
  console.log(''.padEnd(24), '     rows     heap  indexes');
  for (const row of rows) line(row.name, row.rows, row.heap, row.indexes);
  const sum = (of: 'heap' | 'indexes'): number => rows.reduce((all, row) => all + row[of], 0);
  line('all', 0, sum('heap'), sum('indexes'));
}
