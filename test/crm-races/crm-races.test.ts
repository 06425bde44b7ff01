import { afterAll, beforeAll, expect, it } from 'vitest';
import { verifyLedger } from '../../src/actions/verify-ledger.ts';
import { type Arena, openArena } from './race.ts';

const ROUNDS = Number(process.env.CRM_RACES ?? 25);
const SEED = Number(process.env.FAULT_SEED ?? 20_261_124);

let arena: Arena;
beforeAll(async () => {
  arena = await openArena();
});
afterAll(() => arena?.close());

it(`${ROUNDS} races from seed ${SEED}`, async () => {
  for (let n = 0; n < ROUNDS; n += 1) {
    const t = performance.now();
    const tally = await arena.race(SEED + n);
    if (process.env.RACE_LOG) console.log(SEED + n, Math.round(performance.now() - t), JSON.stringify(tally));
  }
  const report = await verifyLedger(arena.party.node().ctx);
  expect(report.faults).toEqual([]);
}, 600_000);
