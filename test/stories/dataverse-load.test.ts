import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Bench, openBench } from '../../emulators/dataverse/test-bench.ts';
import type { Context } from '../../src/actions/context.ts';
import { configureRecordType } from '../../src/actions/edit-organisation.ts';
import { afterFailure, describeCrm, readTable } from '../../src/actions/read-crm.ts';
import { inTransaction } from '../../src/actions/transaction.ts';
import { writeBack } from '../../src/actions/write-crm.ts';
import { createDataverse } from '../../src/adapters/dataverse/dataverse.ts';
import { createMirroredCrm, type MirroredCrm } from '../../src/adapters/mirrored-crm/mirrored-crm.ts';
import { readConfig } from '../../src/config.ts';
import { RECORD_TYPE_DEFAULTS } from '../../src/core/record-type.ts';
import { readConnection, takeRequests } from '../../src/db/crm-connection.ts';
import { claimTable, mirrorTable } from '../../src/db/crm-mirror.ts';
import { recordsAfter } from '../../src/db/records.ts';
import { CrmFailure } from '../../src/ports.ts';
import { createTestContext, NOON, type TestContext } from '../context.ts';
import { environment, FIELD } from './dataverse-world.ts';

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
function newProcess(timeoutMs?: number): Context & { crm: MirroredCrm } {
  const read = readConfig(environment(crm));
  if (!read.ok || read.config.dataverse === null) throw new Error('bad environment');
  const { dataverse } = read.config;
  return {
    ...test.ctx,
    crm: createMirroredCrm(
      'dataverse',
      test.ctx.database.db,
      createDataverse(test.ctx.database.db, dataverse, test.ctx.clock, timeoutMs),
      async () => {},
    ),
  };
}

async function setUp(ctx: Context & { crm: MirroredCrm }): Promise<void> {
  await describeCrm(ctx, ctx.crm.remote);
  await configureRecordType(
    ctx,
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
}

const contacts = async () => mirrorTable(test.ctx.database.db, 'contact');
const pagesAsked = () =>
  crm.emulator.requests().filter((one) => /contacts\?/.test(one.url) && one.method === 'GET').length;

it('a first load goes on after a restart where it was, and lists every record', async () => {
  await crm.control('POST', '/seed', { table: 'contact', count: 1200 });
  await crm.control('PUT', '/settings', { maxPageSize: 500 });
  const first = newProcess();
  await setUp(first);
  await readTable(first, first.crm.remote);
  expect((await contacts())?.phase).toBe('loading');
  await readTable(first, first.crm.remote);
  expect(await contacts()).toMatchObject({ loaded: 500, phase: 'loading' });

  // It dies with a page on its way; another process takes the table over once its lease ran out.
  const lease = first.make.id();
  await claimTable(first.database.db, ['contact'], lease, NOON, NOON + 90_000);
  const second = newProcess();
  expect(await readTable(second, second.crm.remote)).toBe(false);
  test.setNow(NOON + 91_000);
  const before = pagesAsked();
  while ((await contacts())?.phase === 'loading') await readTable(second, second.crm.remote);
  expect(pagesAsked() - before).toBe(2);
  expect(await contacts()).toMatchObject({ loaded: 1200, phase: 'following', problemCode: null });
  expect(await recordsAfter(test.ctx.database.db, 'contact', null, 5_000)).toHaveLength(1200);
}, 60_000);

it('a process that lost its table to another one takes nothing in any more', async () => {
  await crm.control('POST', '/seed', { table: 'contact', count: 3 });
  const slow = newProcess();
  await setUp(slow);
  await readTable(slow, slow.crm.remote);
  const { remote } = slow.crm;
  const overtaken = {
    ...remote,
    async page(...given: Parameters<typeof remote.page>) {
      const page = await remote.page(...given);
      test.setNow(NOON + 91_000);
      await claimTable(slow.database.db, ['contact'], slow.make.id(), NOON + 91_000, NOON + 200_000);
      return page;
    },
  };
  await readTable(slow, overtaken);
  expect(await recordsAfter(test.ctx.database.db, 'contact', null, 5_000)).toEqual([]);
});

it('all nodes together stay below what Dataverse takes in any 300 s, and stop when it says so', async () => {
  const { db } = test.ctx.database;
  let taken = 0;
  for (let second = 0; second < 300; second += 1)
    while ((await takeRequests(db, 50, NOON + second * 1000)) === 0) taken += 50;
  expect(taken).toBeGreaterThan(5_000);
  expect(taken).toBeLessThanOrEqual(6_000);

  test.setNow(NOON + 3_600_000);
  const one = newProcess();
  const other = newProcess();
  crm.emulator.fault({ kind: '429', retryAfter: 30 });
  await expect(one.crm.remote.whoAmI()).rejects.toMatchObject({ kind: 'throttled', retryAfterMs: 30_000 });
  const asked = crm.emulator.requests().length;
  await expect(other.crm.remote.whoAmI()).rejects.toBeInstanceOf(CrmFailure);
  expect(crm.emulator.requests()).toHaveLength(asked);
  test.setNow(NOON + 3_631_000);
  await expect(other.crm.remote.whoAmI()).resolves.toMatchObject({ userId: expect.any(String) });
}, 30_000);

it('a connection that hangs is given up in time: nothing is lost, and it goes on where it was', async () => {
  const process = newProcess(2_000);
  const { db } = process.database;
  const { remote } = process.crm;
  const id = crm.emulator.create('contact', {
    lastname: 'Hanging',
    mobilephone: '+12025550199',
    [FIELD]: null,
  });
  await setUp(process);
  while ((await contacts())?.phase !== 'following') await readTable(process, remote);
  await inTransaction(process, (tx) =>
    process.crm.writeFields(tx, [{ table: 'contact', recordId: id, column: FIELD, value: false }], NOON),
  );

  crm.emulator.fault({ kind: 'hang', always: true });
  const unanswered = await writeBack(process, remote).catch((error: unknown) => error);
  expect(unanswered).toMatchObject({ kind: 'timeout' });
  await afterFailure(process, unanswered);
  expect(await readConnection(db)).toMatchObject({ problemCode: 'timeout' });
  test.setNow(NOON + 61_000);
  const failure = await readTable(process, remote).catch((error: unknown) => error);
  expect(failure).toMatchObject({ kind: 'timeout' });
  await afterFailure(process, failure);
  expect(await readConnection(db)).toMatchObject({ problemCode: 'timeout', failures: 2 });
  expect(crm.emulator.record('contact', id)?.[FIELD] ?? null).toBeNull();

  crm.emulator.clearFaults();
  test.setNow(NOON + 10 * 60_000);
  expect(await writeBack(process, remote)).toBe(true);
  expect(await readTable(process, remote)).toBe(true);
  expect(crm.emulator.record('contact', id)?.[FIELD]).toBe(false);
  expect(await readConnection(db)).toMatchObject({ problemCode: null });
});
