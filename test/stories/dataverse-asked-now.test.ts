import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { DEMO } from '../../emulators/dataverse/demo.ts';
import { ColumnOut, TablesReadOut } from '../../src/http/schemas/records.ts';
import { type DataverseWorld, openDataverseWorld } from './dataverse-world.ts';

/** What somebody at the screen does not have to wait for, and what they are told when the organisation gives no answer. */
let all: DataverseWorld;

beforeAll(async () => {
  all = await openDataverseWorld();
  await all.setUp('contact');
}, 60_000);
afterAll(() => all?.close());
afterEach(async () => {
  all.crm.emulator.clearFaults();
  await all.synced();
});

const read = () => all.world.ok(TablesReadOut, 'POST', '/api/crm/tables/read');
const columnNames = async () =>
  (
    await all.world.ok(z.object({ items: z.array(ColumnOut) }), 'GET', '/api/crm/tables/contact/columns')
  ).items.map(({ name }) => name);
const troubleCode = async () => (await all.sync()).connection?.problem?.code ?? null;

it('a column that was made or renamed a moment ago is there once the tables are read again', async () => {
  const { world, crm } = all;
  await read();
  await world.pass(6_000);
  await crm.control('POST', '/tables/contact/columns/donotphone/rename', { to: 'assent_notes' });
  expect(await columnNames()).not.toContain('assent_notes');
  const before = world.now();
  expect(Date.parse((await read()).readAt)).toBeGreaterThanOrEqual(before);
  expect(await columnNames()).toContain('assent_notes');
});

it('whoever looks right after somebody else has that reading', async () => {
  const first = await read();
  expect(await read()).toEqual(first);
});

it('an organisation that gives no answer is said not to', async () => {
  await all.world.pass(6_000);
  all.crm.emulator.fault({ kind: 'cut', always: true });
  expect(await all.world.refused(503, 'POST', '/api/crm/tables/read')).toMatchObject({
    code: 'crm-not-reached',
  });
});

it('a disabled application user is called that, and not one who was never made or lacks a right', async () => {
  const { world, crm } = all;
  crm.emulator.change('systemuser', DEMO.applicationUserId, { isdisabled: true });
  await world.pass(61_000);
  world.ctx.wake.crm();
  await expect.poll(troubleCode, { timeout: 10_000 }).toBe('user-disabled');
  crm.emulator.change('systemuser', DEMO.applicationUserId, { isdisabled: false });
  await all.synced();
  expect(await troubleCode()).toBeNull();
});

it('Load again tries at once after a failure, and waits where the organisation asked for it', async () => {
  const { world, crm } = all;
  crm.emulator.fault({ kind: 'cut', always: true });
  const pause = async () =>
    Date.parse((await all.sync()).connection?.pausedUntil ?? new Date(world.now()).toISOString()) -
    world.now();
  // After a few failures it waits longer than this test does.
  await expect
    .poll(
      async () => {
        const left = await pause();
        if (left < 30_000) {
          await world.pass(left + 31_000);
          world.ctx.wake.crm();
        }
        return left;
      },
      { timeout: 30_000 },
    )
    .toBeGreaterThan(30_000);
  crm.emulator.clearFaults();
  const loadAgain = () => world.api('POST', '/api/crm/sync/contact/load');
  expect((await loadAgain()).status).toBe(204);
  await expect.poll(troubleCode, { timeout: 10_000 }).toBeNull();

  crm.emulator.fault({ kind: '429', retryAfter: 300 });
  await world.pass(61_000);
  world.ctx.wake.crm();
  await expect.poll(troubleCode, { timeout: 10_000 }).toBe('throttled');
  const until = (await all.sync()).connection?.pausedUntil;
  expect((await loadAgain()).status).toBe(204);
  expect((await all.sync()).connection?.pausedUntil).toBe(until);
  expect(until).not.toBeNull();
  await world.pass(300_000);
}, 60_000);
