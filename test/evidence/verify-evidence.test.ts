import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { exportEvidence, signedHere } from '../../src/actions/export-evidence.ts';
import { createIngest } from '../../src/actions/ingest.ts';
import { recordDecision } from '../../src/actions/record-consent.ts';
import { lineHash } from '../../src/core/evidence.ts';
import type { Database } from '../../src/db/engine.ts';
import { createTestContext, NOON, type TestContext } from '../context.ts';
import { openTestDatabase } from '../db/database.ts';
import { BUSINESS } from '../defects/acts.ts';
import { textDelivery } from '../faults/nodes.ts';
import { openWorld, type World } from '../stories/world.ts';

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
  const { status, stdout, stderr } = run(file);
  return { status, words: stdout + stderr };
}

const run = (file: string) =>
  spawnSync(process.execPath, ['scripts/verify-evidence.js', file], { encoding: 'utf8' });

/** The pack as a stranger gets it, for changing. */
async function exported() {
  const pack = await exportEvidence(world.ctx, { phone: PHONE });
  return structuredClone(pack);
}

/** The pack with one line more in its first chain, as an erasure writes it. */
function withErasure<Pack extends Awaited<ReturnType<typeof exportEvidence>>>(pack: Pack): Pack {
  const [chain] = pack.chains;
  const last = chain?.lines.at(-1);
  if (chain === undefined || last === undefined) throw new Error('an empty chain');
  const { sha256 } = world.ctx.keys;
  const line = {
    contactPointId: chain.contactPointId,
    seq: last.seq + 1,
    act: 'erased',
    purposes: [],
    at: last.receivedAt,
    receivedAt: last.receivedAt,
    source: 'erasure',
    actor: 'Test',
    detail: {},
    personalHash: sha256('what was its personal part'),
  };
  const hash = lineHash(sha256, line, last.hash);
  chain.lines.push({ ...line, prevHash: last.hash, hash, personal: null });
  chain.head = { seq: line.seq, hash };
  return pack;
}

describe('an exported history, checked by a program that knows nothing of Assent', () => {
  test('verifies', async () => {
    const { status, words } = verify(await exported());
    expect(status).toBe(0);
    expect(words).toMatch(/^1 chain, 2 lines, 0 requests, 0 faults\nNot checked here: the signature/);
  });

  test('still verifies when a personal part was erased, and a line says so', async () => {
    const pack = await exported();
    const [line] = pack.chains[0]?.lines ?? [];
    if (line !== undefined) line.personal = null;
    const verdict = verify(pack);
    expect(verdict.status).toBe(1);
    expect(verdict.words).toContain('line 1: its personal part is gone, and no line says that it was erased');
    expect(verify(withErasure(pack)).status).toBe(0);
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

  test('an export of format 1 still verifies, and what it cannot show is said', async () => {
    const pack = await exported();
    const chains = pack.chains.map(({ head: _head, ...chain }) => chain);
    const { status, words } = verify({ ...pack, format: 'assent-consent-evidence/1', chains });
    expect(status).toBe(0);
    expect(words).toContain('whether lines were cut off');
  });

  test.each([
    ['no file', null, 'cannot be read (ENOENT)'],
    ['no JSON', 'phone,state', 'is no JSON'],
    ['JSON of something else', '[1]', 'is no export of consent'],
    ['an export without its chains', '{"format":"assent-consent-evidence/2"}', 'is not of the shape'],
  ])('%s is one sentence', (_, content, words) => {
    const file = path.join(folder, 'other.json');
    rmSync(file, { force: true });
    if (content !== null) writeFileSync(file, content);
    const { status, stdout, stderr } = run(file);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(words);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('shows a line that was taken out', async () => {
    const pack = await exported();
    pack.chains[0]?.lines.shift();
    expect(verify(pack)).toMatchObject({ status: 1 });
  });
});

describe('an export of a customer who was asked, refused, was asked again and agreed', () => {
  let story: World;
  const phone = '+12025550123';
  type Pack = Awaited<ReturnType<typeof exportEvidence>>;
  type Wording = { body: string; buttons: string[] };
  const pack = async (): Promise<Pack> => structuredClone(await exportEvidence(story.ctx, { phone }));
  const wordingOf = (one: Pack): Wording => one.requests[0]?.wording as Wording;

  beforeAll(async () => {
    story = await openWorld();
    await story.setUpContactType();
    const record = await story.record('contact', { fullname: 'Ana Silva', mobilephone: phone });
    await story.sendConsent(record);
    await story.pass(60_000);
    story.emulator.customerReads(phone);
    await story.settled();
    await story.tap(phone, 'no');
    await story.sendConsent(record);
    await story.tap(phone, 'yes');
  });
  afterAll(() => story.close());

  test('verifies, also when it was erased', async () => {
    expect(verify(await pack())).toMatchObject({ status: 0, words: expect.stringContaining('2 requests') });
    const erased = await pack();
    for (const request of erased.requests)
      Object.assign(request, { wording: { erased: true }, basisText: null });
    for (const line of erased.chains.flatMap((chain) => chain.lines)) line.personal = null;
    expect(verify(withErasure({ ...erased, phone: null }))).toMatchObject({ status: 0 });
  });

  test('names who asked and answered whom, and when the request arrived and was read', async () => {
    const { requests, chains } = await pack();
    const sender = { phoneNumberId: BUSINESS.phoneNumberId, businessAccountId: BUSINESS.accountId };
    const lines = chains.flatMap((chain) => chain.lines);
    expect(lines.map((line) => [line.act, line.detail.sender])).toEqual(
      ['requested', 'button', 'requested', 'button'].map((act) => [act, expect.objectContaining(sender)]),
    );
    expect(lines[0]?.detail.sender).toMatchObject({
      displayPhoneNumber: expect.stringMatching(/\d/),
      businessName: expect.stringMatching(/./),
    });
    const [asked] = requests;
    expect([asked?.status, typeof asked?.deliveredAt, typeof asked?.readAt]).toEqual([
      'read',
      'number',
      'number',
    ]);
  });

  test.each<[string, (pack: Pack) => void, string]>([
    [
      'the wording served',
      (one) => {
        wordingOf(one).body += ' Free of charge.';
      },
      'its wording was changed',
    ],
    [
      'the label of a button',
      (one) => {
        wordingOf(one).buttons.reverse();
      },
      'its wording was changed',
    ],
    [
      'wording and hash together',
      (one) => {
        const [request] = one.requests;
        if (request === undefined) throw new Error('no request');
        request.wording = {};
        request.wordingHash = story.ctx.keys.sha256('{}');
      },
      'its wordingHash is not the one in the ledger',
    ],
    ['a request that is missing', (one) => one.requests.pop(), 'is missing'],
    [
      'the language of a request',
      (one) => Object.assign(one.requests[0] ?? {}, { language: 'es' }),
      'its language was changed',
    ],
    ['the number', (one) => Object.assign(one, { phone: '+12025550999' }), 'no line names +12025550999'],
    [
      'the state of the day',
      (one) => Object.assign(one.today[0] ?? {}, { state: 'denied' }),
      'does not say so',
    ],
    [
      'the line that decided',
      (one) => Object.assign(one.today[0] ?? {}, { decidedBy: `${one.chains[0]?.contactPointId}/99` }),
      'which is not here',
    ],
    [
      'a decision made undone',
      (one) => Object.assign(one.today[0] ?? {}, { state: 'not-asked', decidedBy: null, decidedAt: null }),
      'a line refuses',
    ],
    [
      'when it was decided',
      (one) => Object.assign(one.today[0] ?? {}, { decidedAt: '2020-01-01T00:00:00.000Z' }),
      'its time is not that of its line',
    ],
    ['the last line cut off', (one) => one.chains[0]?.lines.pop(), 'lines were cut off'],
    ['all chains cut off', (one) => Object.assign(one, { chains: [] }), 'it shows nothing'],
  ])('shows a change: %s', async (_, change, words) => {
    const changed = await pack();
    change(changed);
    const verdict = verify(changed);
    expect(verdict.status).toBe(1);
    expect(verdict.words).toContain(words);
  });

  test('the installation knows its own by the signature, which covers every word', async () => {
    const own = JSON.parse(JSON.stringify(await pack()));
    expect(signedHere(story.ctx, own)).toBe(true);
    for (const changed of [{ ...own, userId: 'US.1' }, { ...own, signature: undefined }, null, []])
      expect(signedHere(story.ctx, changed)).toBe(false);
  });

  test('names another number that the customer has since, in a line of its own, once', async () => {
    const next = '+12025550124';
    const path = `/emulator/customers/${encodeURIComponent(phone)}/number`;
    await story.ok(z.unknown(), 'POST', path, { phone: next, shared: true });
    await story.settled();
    const moved = structuredClone(await exportEvidence(story.ctx, { phone: next }));
    expect(moved.phone).toBe(next);
    expect(verify(moved)).toMatchObject({ status: 0 });
    const lines = moved.chains.flatMap((chain) => chain.lines);
    expect(lines.filter((line) => line.act === 'renumbered')).toEqual([lines.at(-1)]);
    expect(lines.at(-1)?.personal?.content).toEqual({ phone: next, otherPhone: phone });
    const { state, history } = await story.consent(next);
    expect([state, history.at(-1)?.type]).toEqual(['granted', 'renumbered']);
  });
});
