import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportEvidence } from '../../src/actions/export-evidence.ts';
import { createIngest } from '../../src/actions/ingest.ts';
import { recordDecision } from '../../src/actions/record-consent.ts';
import type { Database } from '../../src/db/engine.ts';
import { createTestContext, NOON, type TestContext } from '../context.ts';
import { openTestDatabase } from '../db/database.ts';
import { textDelivery } from '../faults/nodes.ts';

const PHONE = '+12025550191';
const folder = mkdtempSync(path.join(tmpdir(), 'assent-evidence-'));
let database: Database;
let world: TestContext;

beforeAll(async () => {
  database = await openTestDatabase();
  world = await createTestContext({ engine: database });
  const ingest = createIngest(world.ctx);
  await recordDecision(
    world.ctx,
    {
      to: { phone: PHONE },
      purpose: 'service',
      decision: 'granted',
      evidence: { text: 'signed form 12, Zoë Müller 👍' },
    },
    { id: 'test', name: 'Test' },
  );
  await ingest.submit(textDelivery(PHONE, 'STOP', 'wamid.evidence', NOON + 5_000));
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

/** What the stranger's program says of a pack: its exit code and its words. */
function verify(pack: unknown): { status: number | null; words: string } {
  const file = path.join(folder, 'consent.json');
  writeFileSync(file, JSON.stringify(pack));
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/verify-evidence.js', file], {
    encoding: 'utf8',
  });
  return { status, words: stdout + stderr };
}

/** The pack as a stranger gets it, for changing. */
async function exported() {
  const pack = await exportEvidence(world.ctx, { phone: PHONE });
  return structuredClone(pack);
}

describe('an exported history, checked by a program that knows nothing of Assent', () => {
  test('verifies', async () => {
    expect(verify(await exported())).toEqual({ status: 0, words: '1 chains, 2 lines, 0 faults\n' });
  });

  test('still verifies when a personal part was erased', async () => {
    const pack = await exported();
    const [line] = pack.chains[0]?.lines ?? [];
    if (line !== undefined) line.personal = null;
    expect(verify(pack).status).toBe(0);
  });

  test.each([
    ['an act', (line: { act: string }) => Object.assign(line, { act: 'granted' }), 'was changed'],
    [
      'a time',
      (line: { at: string }) => Object.assign(line, { at: '2020-01-01T00:00:00.000Z' }),
      'was changed',
    ],
    [
      'the raw text',
      (line: { personal: { content: unknown } | null }) =>
        Object.assign(line.personal ?? {}, { content: { text: 'yes' } }),
      'personal part was changed',
    ],
    [
      'the link to the line before',
      (line: { prevHash: string | null }) => Object.assign(line, { prevHash: null }),
      'does not follow',
    ],
  ])('shows a change of %s', async (_, change, words) => {
    const pack = await exported();
    const line = pack.chains[0]?.lines[1];
    if (line === undefined) throw new Error('no second line');
    change(line);
    const verdict = verify(pack);
    expect(verdict.status).toBe(1);
    expect(verdict.words).toContain(words);
  });

  test('shows a line that was taken out', async () => {
    const pack = await exported();
    pack.chains[0]?.lines.shift();
    expect(verify(pack)).toMatchObject({ status: 1 });
  });
});
