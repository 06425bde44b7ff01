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
