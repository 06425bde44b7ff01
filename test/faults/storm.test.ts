import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pause } from './nodes.ts';
import { clusterPossible } from './storm/cluster.ts';
import { dataverseStormCrm, embeddedCrm } from './storm/crm.ts';
import { listOf, openLivePage } from './storm/live-page.ts';
import { inWords, planOf } from './storm/plan.ts';
import { checkPromises } from './storm/promises.ts';
import { runRound } from './storm/round.ts';
import { openStormWorld, type StormWorld } from './storm/storm-world.ts';

/**
 * Two real nodes, their PostgreSQL and WhatsApp, and everything that can happen to them; docs/reliability.md has what is
 * done, what must hold, and the runs. `FAULT_SEED` repeats a run: the seed makes the plan, which is printed where a promise
 * breaks. `FAULT_STORMS` and `FAULT_LONG_STORMS` are how many, with each CRM; `-t dataverse` leaves the other out.
 */
const SHORT = Number(process.env.FAULT_STORMS ?? 1_000);
const LONG = Number(process.env.FAULT_LONG_STORMS ?? 20);
const SEED = Number(process.env.FAULT_SEED ?? 20_261_129);
/** A short seed takes some five seconds, and thirty on a busy machine; a long one a minute. */
const TIMEOUT_MS = 60_000 * (SHORT + 3 * LONG);

describe.skipIf(!clusterPossible).each([
  { crm: 'embedded', remote: false },
  { crm: 'dataverse', remote: true },
])('everything that can go wrong, CRM: $crm', ({ crm, remote }) => {
  let world: StormWorld;
  beforeAll(async () => {
    world = await openStormWorld(remote ? await dataverseStormCrm() : embeddedCrm());
  }, 120_000);
  afterAll(() => world.close(), 60_000);

  test.each(
    [
      { rounds: SHORT, long: false },
      { rounds: LONG, long: true },
    ].filter((one) => one.rounds > 0),
  )(
    '$rounds seeds, long: $long',
    async ({ rounds, long }) => {
      const page = openLivePage(world.front.url, world.key);
      const sum = { calls: 0, refusals: 0, cutShort: 0, latestCall: 0 };
      const failed: string[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const plan = planOf(SEED + round, long, remote);
        const began = performance.now();
        const problem = await runRound(world, plan).then(
          async (customers) => {
            const found = await checkPromises(world, customers);
            sum.calls += found.calls;
            sum.cutShort += found.cutShort;
            sum.refusals += found.refusals;
            sum.latestCall = Math.max(sum.latestCall, found.latestCall);
            found.broken.push(...world.endedByThemselves());
            if (!(await converges(page, world)))
              found.broken.push('the live page does not show what the API says');
            return found.broken.join('; ');
          },
          async (error: unknown) => {
            // The next seed begins with a world that stands.
            await world.startNodes();
            return [String(error), ...world.endedByThemselves()].join('; ');
          },
        );
        if (problem !== '') failed.push(`${inWords(plan)}: ${problem}`);
        if (problem !== '' || process.env.FAULT_VERBOSE !== undefined)
          console.log(`${inWords(plan)}; ${Math.round(performance.now() - began)} ms ${problem}`);
      }
      page.close();
      console.log(
        `CRM ${crm}, ${rounds} ${long ? 'long' : 'short'} seeds from ${SEED}: ${failed.length} failed; ${sum.calls} calls (${sum.cutShort} with an unknown end), ${sum.refusals} refusals acknowledged, latest call ${sum.latestCall} ms after its mark`,
      );
      expect(failed).toEqual([]);
      expect(sum.calls).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});

async function converges(page: ReturnType<typeof openLivePage>, world: StormWorld): Promise<boolean> {
  for (let turn = 0; turn < 50; turn += 1) {
    // A node that was started again a moment ago may not answer yet.
    const list = await listOf(world.front.url, world.key).catch(() => null);
    if (page.shows() === list) return true;
    await pause(200);
  }
  return false;
}
