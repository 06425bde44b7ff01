import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestContext, type TestContext } from '../../test/context.ts';
import { openTestDatabase } from '../../test/db/database.ts';
import type { Database } from '../db/engine.ts';
import { type Allowance, createAllowance } from './allowance.ts';

let database: Database;
let world: TestContext;

beforeEach(async () => {
  database = await openTestDatabase();
  world = await createTestContext({ engine: database });
});
afterEach(() => database.close());

const node = () => createAllowance(world.ctx, 100);
/** Everything in the table, moved so far into the past. */
const later = (ms: number) =>
  sql`update allowance_share set lease_until = lease_until - ${ms}::float8 * interval '1 millisecond'`.execute(
    database.db,
  );
const inTable = async (): Promise<number[]> => {
  const { rows } = await sql<{
    permits: number;
  }>`select permits from allowance_share order by permits`.execute(database.db);
  return rows.map((row) => row.permits);
};

/** Begins so many calls. */
const use = (one: Allowance, count: number): void => {
  let begun = 0;
  while (begun < count)
    for (const permit of one.permits.take(performance.now(), 1)) {
      while (performance.now() < permit.from);
      if (permit.begin(performance.now())) begun += 1;
    }
};

test('two nodes divide what one had: what it did not use at once, what it used a second later', async () => {
  const [first, second] = [node(), node()];
  await first.renew();
  expect(first.permits.held()).toBe(100);
  use(first, 60);
  await second.renew();
  expect(second.permits.held()).toBe(0);
  await first.renew();
  expect(first.permits.held()).toBe(50);
  await second.renew();
  // On a slow machine some of the 60 have rested by now.
  expect(second.permits.held()).toBeGreaterThanOrEqual(40);
  expect((await inTable()).reduce((sum, permits) => sum + permits)).toBe(100);
  await later(1_100);
  await Promise.all([first.renew(), second.renew()]);
  expect([first.permits.held(), second.permits.held()]).toEqual([50, 50]);
  expect(await inTable()).toEqual([50, 50]);
});

test('one that stops leaves what has rested at once, one that dies all of it when it has rested since its lease', async () => {
  const [stopped, died, other] = [node(), node(), node()];
  await stopped.renew();
  use(stopped, 5);
  await stopped.end();
  expect(stopped.permits.held()).toBe(0);
  await died.renew();
  expect(died.permits.held()).toBeGreaterThanOrEqual(95);
  await later(1_010);
  await died.renew();
  expect(died.permits.held()).toBe(100);
  await later(5_000);
  await other.renew();
  expect(other.permits.held()).toBe(0);
  await later(1_010);
  await other.renew();
  expect(other.permits.held()).toBe(100);
});

test('a share from a clock that was set back ends like any other', async () => {
  await node().renew();
  await later(-3_600_000);
  const other = node();
  await other.renew();
  expect(other.permits.held()).toBe(0);
  await later(6_010);
  await other.renew();
  expect(other.permits.held()).toBe(100);
});

test('nodes that ask at once never hold more than there is', async () => {
  const nodes = Array.from({ length: 5 }, node);
  for (let round = 0; round < 6; round += 1) {
    await Promise.all(nodes.map((one) => one.renew()));
    const { rows } = await sql<{ held: number }>`select coalesce(sum(permits), 0)::int as held
      from allowance_share`.execute(database.db);
    expect(rows[0]?.held).toBeLessThanOrEqual(100);
    expect(nodes.reduce((sum, one) => sum + one.permits.held(), 0)).toBeLessThanOrEqual(100);
    await later(300);
  }
  expect(nodes.map((one) => one.permits.held())).toEqual([20, 20, 20, 20, 20]);
});
