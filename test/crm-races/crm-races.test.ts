import { expect, it } from 'vitest';
import { runRaces } from './run.ts';

/**
 * Ten interleavings, in seconds; `npm run faults` runs a thousand, on both engines. `FAULT_SEED` repeats a run, and
 * `FAULT_RACES=1` with it one race.
 */
const RACES = Number(process.env.FAULT_RACES ?? 10);
const SEED = Number(process.env.FAULT_SEED ?? 20_261_124);

it(`${RACES} races between customers, a CRM, its people and our nodes, from seed ${SEED}`, async () => {
  const told = await runRaces(RACES, SEED);
  expect(told.faults).toEqual([]);
}, 120_000);
