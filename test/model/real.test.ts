import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPostgres } from '../../src/db/engine.ts';
import { NOON } from '../context.ts';
import { createOnServer, openTestDatabase } from '../db/database.ts';
import { chanceOf } from '../faults/nodes.ts';
import { driveRun } from './drive.ts';
import { describe as inWords, oneTransactionAtATime, walkOnce } from './explore.ts';
import { openRealWorld, type RealWorld } from './real-world.ts';
import { PROTOCOL } from './rules.ts';
import { SAMPLED } from './scopes.ts';

/**
 * The model against the product: the same runs, made by the product's own actions on a real database, statement by
 * statement. After every step both must agree. On PostgreSQL transactions overlap as the model has them; PGlite has one
 * connection, so there each transaction is one piece. `MODEL_SAMPLE` and `MODEL_SEED` change how many and which.
 */
const server = process.env.TEST_DATABASE_URL ?? '';
const SEED = Number(process.env.MODEL_SEED ?? 20_261_129);
const overlapping = server !== '';
const SAMPLE = Number(process.env.MODEL_SAMPLE ?? (overlapping ? 6 : 3));

let real: RealWorld;
let observe: RealWorld['world']['ctx']['database'];
let leave = async (): Promise<void> => {};
beforeAll(async () => {
  if (overlapping) {
    const made = await createOnServer(server);
    leave = made.leave;
    real = await openRealWorld(await openPostgres(made.url), NOON);
    observe = await openPostgres(made.url, { poolSize: 2 });
  } else {
    real = await openRealWorld(await openTestDatabase(), NOON);
    observe = real.world.ctx.database;
  }
});
afterAll(async () => {
  if (overlapping) await observe.close();
  await real.close();
  await leave();
});

describe.each(SAMPLED)('$name', (scope) => {
  test(`${SAMPLE} runs from seed ${SEED} end in the database as in the model`, async () => {
    let steps = 0;
    for (let run = 0; run < SAMPLE; run += 1) {
      const chance = chanceOf(SEED + run);
      const { trace } = walkOnce(scope, PROTOCOL, chance, overlapping ? undefined : oneTransactionAtATime);
      steps += trace.length;
      const problem = await driveRun(real, scope, trace, observe, overlapping);
      expect(problem === null ? null : `run ${SEED + run}: ${problem}: ${inWords(trace)}`).toBe(null);
    }
    console.log(`${scope.name}: ${SAMPLE} runs, ${steps} steps`);
  }, 600_000);
});
