import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { verifyLedger } from '../../src/actions/verify-ledger.ts';
import { answered } from '../defects/acts.ts';
import { openWorld, type World } from './world.ts';

/** What is kept beside the ledger's lines is held to what they say (docs/evidence.md). */

let world: World;
beforeAll(async () => {
  world = await openWorld();
  await world.setUpContactType();
});
afterAll(() => world.close());

const faults = async () => (await verifyLedger(world.ctx)).faults.map(({ fault }) => fault);
/** Changes rows behind the product's back, looks, and puts them back. */
async function after(change: ReturnType<typeof sql>, back: ReturnType<typeof sql>): Promise<string[]> {
  const { db } = world.ctx.database;
  await change.execute(db);
  const found = await faults();
  await back.execute(db);
  expect(await faults()).toEqual([]);
  return found;
}

it('another wording than was asked with', async () => {
  await answered(world, 'yes');
  expect(
    await after(
      sql`update consent_request set wording = jsonb_set(wording, '{was}', wording -> 'body') || '{"body": "May we sell your number?"}'`,
      sql`update consent_request set wording = (wording || jsonb_build_object('body', wording -> 'was')) - 'was'`,
    ),
  ).toEqual(['wording']);
});

it('a button that means something else', async () => {
  const turn = sql`update consent_token set meaning = case meaning when 'yes' then 'no' else 'yes' end`;
  expect(await after(turn, turn)).toEqual(['button']);
});

it('another file than was attached', async () => {
  const content = Buffer.from('I agree. Ana').toString('base64');
  await world.ok(z.unknown(), 'POST', '/api/consent', {
    phone: world.newPhone(),
    decision: 'granted',
    evidence: { text: 'A signed form', file: { name: 'form.txt', mimeType: 'text/plain', base64: content } },
  });
  expect(
    await after(
      sql`update ledger_file set content = content || '!'::bytea`,
      sql`update ledger_file set content = substring(content from 1 for length(content) - 1)`,
    ),
  ).toEqual(['file']);
});
