import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runRaces } from '../crm-races/run.ts';
import { onServer } from '../db/database.ts';

/**
 * Random interleavings of customers' answers, edits, imports, merges and deletions in a Dataverse organisation, its refusals
 * and outages, and our nodes' deaths, on PostgreSQL and on the embedded database (test/crm-races). `FAULT_RACES` and
 * `FAULT_SEED` repeat a run; a failure names its seed.
 */
const server = process.env.TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const RACES = Number(process.env.FAULT_RACES ?? 1_000);
const SEED = Number(process.env.FAULT_SEED ?? 20_261_124);

const reachable = await onServer(server, 'select 1').then(
  () => true,
  () => false,
);

describe.each(reachable ? ['postgres', 'pglite'] : ['pglite'])('a mirrored CRM on %s', (engine) => {
  const before = process.env.TEST_DATABASE_URL;
  beforeAll(() => {
    if (engine === 'postgres') process.env.TEST_DATABASE_URL = server;
    else delete process.env.TEST_DATABASE_URL;
  });
  afterAll(() => {
    if (before === undefined) delete process.env.TEST_DATABASE_URL;
    else process.env.TEST_DATABASE_URL = before;
  });

  test(`${RACES} races from seed ${SEED}`, async () => {
    const { tally, faults, peak } = await runRaces(RACES, SEED);
    expect(faults).toEqual([]);
    console.log(`${engine}: ${JSON.stringify({ ...tally, peak })}`);
    // A run in which nothing met would prove nothing.
    expect(tally.inTheMiddle).toBeGreaterThan(RACES);
    expect(tally.cuts).toBeGreaterThan(RACES / 4);
    expect(tally.kills).toBeGreaterThan(RACES / 4);
  });
});
