import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { DEMO } from '../../emulators/dataverse/demo.ts';
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

const troubleCode = async () => (await all.sync()).connection?.problem?.code ?? null;

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
