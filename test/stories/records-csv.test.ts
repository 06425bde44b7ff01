import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestApp, type TestApp } from '../app.ts';

/** The list of records as a file, which may be a million lines long. */

const COUNT = 3_100;
let test: TestApp;

beforeAll(async () => {
  test = await createTestApp({ routes: 'api' });
  await sql`insert into crm_record (table_name, id, data, search, created_at, updated_at)
    select 'contact', gen_random_uuid(), jsonb_build_object('fullname', '=Person ' || n), 'person ' || n,
           timestamptz '2026-01-01' + n * interval '1 second', timestamptz '2026-01-01'
      from generate_series(1, ${COUNT}) n`.execute(test.ctx.database.db);
});
afterAll(() => test.close());

const ask = (query = '') => test.app.inject({ url: `/api/records.csv${query}`, headers: test.key });
const numbers = (csv: string): number[] => [...csv.matchAll(/Person (\d+)/g)].map(([, n]) => Number(n));

it('has every record once, newest first, below one header', async () => {
  const answer = await ask('?recordType=contact');
  expect(answer.headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': 'attachment; filename="records.csv"',
  });
  const [header, first] = answer.body.split('\n');
  expect(header).toBe('recordType,id,name,phone,complianceValue,consent,decidedAt,source,onHold,marketing');
  expect(first).toMatch(/^contact,[\w-]{36},'=Person 3100,,,not-asked,,,No,not-asked$/);
  expect(numbers(answer.body)).toEqual(Array.from({ length: COUNT }, (_, n) => COUNT - n));
  expect(answer.body.match(/recordType/g)).toHaveLength(1);
});

it('says what is wrong with the question in place of a file', async () => {
  expect((await ask('?recordType=nothing')).statusCode).toBe(404);
  const none = await ask('?recordType=account');
  expect(none.body.trim().split('\n')).toHaveLength(1);
});

it('is read as it is taken, not before', async () => {
  const { db } = test.ctx.database;
  const answer = await test.app.inject({
    url: '/api/records.csv?recordType=contact',
    headers: test.key,
    payloadAsStream: true,
  });
  let csv = '';
  for await (const chunk of answer.stream()) {
    // Somebody deletes the oldest while the newest are under way.
    if (csv === '') await sql`delete from crm_record where search = 'person 1'`.execute(db);
    csv += String(chunk);
  }
  expect(numbers(csv)).toEqual(Array.from({ length: COUNT - 1 }, (_, n) => COUNT - n));
});
