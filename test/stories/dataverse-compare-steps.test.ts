import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Bench, linkIn, openBench, rowsIn } from '../../emulators/dataverse/test-bench.ts';
import { compareNow, compareSome } from '../../src/actions/compare-crm.ts';
import type { Context } from '../../src/actions/context.ts';
import { configureRecordType } from '../../src/actions/edit-organisation.ts';
import { describeCrm, readTable } from '../../src/actions/read-crm.ts';
import type { MirroredCrm } from '../../src/adapters/mirrored-crm/mirrored-crm.ts';
import { readConfig } from '../../src/config.ts';
import { RECORD_TYPE_DEFAULTS } from '../../src/core/record-type.ts';
import { claimCompare, compareRows } from '../../src/db/crm-compare.ts';
import { takeRequests } from '../../src/db/crm-connection.ts';
import { mirrorTable } from '../../src/db/crm-mirror.ts';
import { createTestContext, NOON, type TestContext } from '../context.ts';
import { dataverseCrm, environment, FIELD } from './dataverse-world.ts';

/** The compare step by step: where it goes on after a restart, and to whom it leaves the requests. */

let crm: Bench;
let test: TestContext;

beforeEach(async () => {
  crm = await openBench({ demo: false });
  test = await createTestContext();
});
afterEach(async () => {
  await test.close();
  await crm.close();
});

/** A process of its own on the same database. */
function newProcess(): Context & { crm: MirroredCrm } {
  const read = readConfig(environment(crm));
  if (!read.ok || read.config.dataverse === null) throw new Error('bad environment');
  const { dataverse } = read.config;
  return {
    ...test.ctx,
    crm: dataverseCrm(test.ctx.database.db, dataverse, test.ctx.clock),
  };
}

async function loaded(count: number): Promise<ReturnType<typeof newProcess>> {
  await crm.control('POST', '/seed', { table: 'contact', count });
  const process = newProcess();
  await describeCrm(process, process.crm.remote);
  await configureRecordType(
    process,
    {
      ...RECORD_TYPE_DEFAULTS,
      table: 'contact',
      displayName: 'Contact',
      phoneColumns: ['mobilephone'],
      nameColumn: 'fullname',
      complianceField: FIELD,
    },
    'test',
  );
  await fillMirror(process);
  await compareNow(process, 'test');
  return process;
}

/** As after a first load, which takes longer than all that is looked at here. */
async function fillMirror(process: ReturnType<typeof newProcess>): Promise<void> {
  const { db } = test.ctx.database;
  // The first turn sets the table up to be read, the second reads a page and has its address.
  await readTable(process, process.crm.remote);
  const { columns } = (await mirrorTable(db, 'contact')) ?? { columns: [] };
  const select = `contacts?$select=contactid,${columns.join(',')},createdon,_modifiedby_value,merged`;
  let page = await crm.api(select, { headers: { prefer: 'odata.track-changes,odata.maxpagesize=5000' } });
  const rows = rowsIn(page);
  while (page.body['@odata.nextLink'] !== undefined) {
    page = await crm.api(linkIn(page, 'nextLink'), { headers: { prefer: 'odata.track-changes' } });
    rows.push(...rowsIn(page));
  }
  const held = rows.map((one) => ({
    id: one.contactid,
    data: Object.fromEntries(columns.map((name) => [name, one[name] ?? null])),
  }));
  await sql`insert into crm_record (table_name, id, data, search, created_at, updated_at, fetched_at)
    select 'contact', id, data, '', to_timestamp(0), to_timestamp(0), to_timestamp(0)
      from jsonb_to_recordset(${JSON.stringify(held)}::jsonb) as r(id uuid, data jsonb)`.execute(db);
  await sql`update crm_table set phase = 'following', link = ${linkIn(page, 'deltaLink')}, read_at = ${new Date(NOON - 60_000)},
    next_at = ${new Date(NOON)} where table_name = 'contact'`.execute(db);
}

const state = async () => (await compareRows(test.ctx.database.db))[0];
const lists = () => crm.emulator.requests().filter((one) => one.url.includes('$orderby=contactid')).length;

it('goes on after a restart where it was, and no two processes compare a table at once', async () => {
  const first = await loaded(2_500);
  expect(await compareSome(first, first.crm.remote)).toBe(true);
  expect(await compareSome(first, first.crm.remote)).toBe(true);
  expect(await state()).toMatchObject({ phase: 'listing', compared: 1_000 });

  // It dies with a page on its way: nobody goes on before its lease ran out.
  const lease = first.make.id();
  await claimCompare(first.database.db, ['contact'], null, lease, NOON, NOON + 90_000);
  const second = newProcess();
  expect(await compareSome(second, second.crm.remote)).toBe(false);
  test.setNow(NOON + 91_000);
  expect(await compareSome(second, second.crm.remote)).toBe(true);
  expect(await state()).toMatchObject({ phase: 'listing', compared: 2_000 });
  expect(await compareSome(second, second.crm.remote)).toBe(true);
  expect(await state()).toMatchObject({ phase: 'confirming', compared: 2_500 });
  expect(lists()).toBe(3);

  // Whoever reads the changes reads them now, and then it is done.
  expect(await compareSome(second, second.crm.remote)).toBe(false);
  await readTable(second, second.crm.remote);
  test.setNow(NOON + 95_000);
  expect(await compareSome(second, second.crm.remote)).toBe(true);
  expect(await state()).toMatchObject({ phase: 'idle', compared: 2_500, problemCode: null });
});

it('leaves the requests to answers and changes where few are left', async () => {
  const process = await loaded(10);
  const { db } = test.ctx.database;
  const before = crm.emulator.requests().length;
  while ((await takeRequests(db, 50, test.ctx.clock())) === 0);
  expect(await compareSome(process, process.crm.remote)).toBe(false);
  expect(crm.emulator.requests()).toHaveLength(before);
  test.setNow(NOON + 60_000);
  expect(await compareSome(process, process.crm.remote)).toBe(true);
});

it('begins anew where its link leads nowhere any more', async () => {
  const process = await loaded(1_200);
  await compareSome(process, process.crm.remote);
  await compareSome(process, process.crm.remote);
  crm.emulator.fault({ kind: 'code', httpStatus: 400, code: '0x80040203', url: 'skiptoken' });
  await compareSome(process, process.crm.remote);
  expect(await state()).toMatchObject({ phase: 'listing', compared: 0, link: null });
});
