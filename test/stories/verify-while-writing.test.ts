import { expect, it } from 'vitest';
import { z } from 'zod';
import { verifyLedger } from '../../src/actions/verify-ledger.ts';
import { answered } from '../defects/acts.ts';
import { openWorld } from './world.ts';

/** `ledger verify` and `doctor` beside a product that works (docs/evidence.md). */

it('what is recorded between two statements of the verification is no fault of the ledger', async () => {
  const world = await openWorld();
  await world.setUpContactType();
  const { phone } = await answered(world, 'yes');
  // After the second statement and the third, which reads the lines.
  const purposes = [null, 'service', 'marketing'];
  const db = world.ctx.database.db.withPlugin({
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      const purpose = purposes.shift();
      const refusal = { phone, purpose, decision: 'denied', reason: 'Said so on the phone' };
      if (purpose != null) await world.ok(z.unknown(), 'POST', '/api/consent', refusal);
      return result;
    },
  });
  const report = await verifyLedger({ ...world.ctx, database: { ...world.ctx.database, db } });
  const now = await verifyLedger(world.ctx);
  await world.close();
  expect(report.faults).toEqual([]);
  // Both came in between: one before the lines were read, one after.
  expect(now).toEqual({ ...report, lines: report.lines + 1 });
});
