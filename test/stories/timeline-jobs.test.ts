import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Bench, openBench } from '../../emulators/dataverse/test-bench.ts';
import type { Context } from '../../src/actions/context.ts';
import { configureRecordType } from '../../src/actions/edit-organisation.ts';
import { identify } from '../../src/actions/identify.ts';
import { describeCrm, readTable } from '../../src/actions/read-crm.ts';
import { inTransaction } from '../../src/actions/transaction.ts';
import { writeTimeline } from '../../src/actions/write-timeline.ts';
import type { MirroredCrm } from '../../src/adapters/mirrored-crm/mirrored-crm.ts';
import { readConfig } from '../../src/config.ts';
import { RECORD_TYPE_DEFAULTS } from '../../src/core/record-type.ts';
import { storeArrivals } from '../../src/db/arrivals.ts';
import { ensureConversations } from '../../src/db/conversations.ts';
import { takeRequests } from '../../src/db/crm-connection.ts';
import {
  claimEntries,
  entryIsDone,
  entryProblems,
  forgetEntries,
  pendingEntries,
  queueChatEntries,
  queueConsentEntries,
} from '../../src/db/crm-entries.ts';
import { addToSessions, endSession, takeDueSessions } from '../../src/db/crm-sessions.ts';
import { appendLines, readLine } from '../../src/db/ledger.ts';
import { createTestContext, NOON, type TestContext } from '../context.ts';
import { dataverseCrm, environment, FIELD } from './dataverse-world.ts';

/** The jobs behind timelines, in processes that die, lose answers and race. */
type Process = Context & { crm: MirroredCrm };
const MINUTE = 60_000;
const URL = 'https://assent.example.com';

let crm: Bench;
let test: TestContext;
let contact: string;
let contactPointId: string;
let conversationId: string;

beforeEach(async () => {
  crm = await openBench({ demo: false });
  test = await createTestContext();
  contact = crm.emulator.create('contact', { lastname: 'Jobs', mobilephone: '+12025550143', [FIELD]: null });
  const ctx = newProcess();
  await describeCrm(ctx, ctx.crm.remote);
  const type = { table: 'contact', displayName: 'Contact', nameColumn: 'fullname', complianceField: FIELD };
  await configureRecordType(ctx, { ...RECORD_TYPE_DEFAULTS, ...type, phoneColumns: ['mobilephone'] }, 'test');
  for (let turn = 0; turn < 3; turn += 1) await readTable(ctx, ctx.crm.remote);
  await inTransaction(ctx, async (tx) => {
    const { found } = await identify(tx, ctx, [{ identity: { phone: '+12025550143' }, name: 'Jo' }]);
    contactPointId = found[0]?.[0] ?? '';
    const wanted = { id: ctx.make.id(), contactPointId, channelId: ctx.channel.id, at: NOON };
    conversationId = [...(await ensureConversations(tx, [wanted])).values()][0] ?? '';
  });
});
afterEach(async () => {
  await test.close();
  await crm.close();
});

/** A process of its own on the same database. */
function newProcess(): Process {
  const read = readConfig(environment(crm));
  if (!read.ok || read.config.dataverse === null) throw new Error('bad environment');
  const { db } = test.ctx.database;
  return { ...test.ctx, crm: dataverseCrm(db, read.config.dataverse, test.ctx.clock) };
}
const tell = (ctx: Process) => writeTimeline(ctx, ctx.crm.remote, URL);
const notes = () =>
  crm.emulator.records('annotation').map(({ id, values }) => ({ id, text: String(values.notetext) }));
const pending = () => pendingEntries(test.ctx.database.db);

/** The customer writes: a message, and its session, in one transaction. */
async function says(text: string, at = test.ctx.clock()): Promise<void> {
  const { ctx } = test;
  await inTransaction(ctx, async (tx) => {
    const id = ctx.make.id();
    const content = { kind: 'text', text };
    const of = { conversationId, contactPointId, channelId: ctx.channel.id, replyTo: null };
    const message = { id, ...of, kind: 'text', text, content, whatsappId: `wamid.${id}`, at };
    await storeArrivals(tx, { messages: [message], heard: [], touches: [], shown: [], notice: null });
    const now = ctx.clock();
    await addToSessions(tx, [id], null, {
      now,
      idleSince: now - 24 * 60 * MINUTE,
      startedSince: now - 7 * 24 * 60 * MINUTE,
      quietMs: 3 * MINUTE,
      lateMs: 15 * MINUTE,
    });
  });
}

it('a process that dies after its entry arrived: the next one makes no second, and says what is new', async () => {
  await says('Hello');
  expect(await tell(newProcess())).toBe(false);
  test.setNow(NOON + 4 * MINUTE);
  const dies = newProcess();
  const { remote } = dies.crm;
  const died = new Error('killed');
  const killed: typeof remote = {
    ...remote,
    timeline: {
      ...remote.timeline,
      async create(entry) {
        await remote.timeline.create(entry);
        throw died;
      },
    },
  };
  await expect(writeTimeline(dies, killed, URL)).rejects.toBe(died);
  expect(notes()).toHaveLength(1);

  const next = newProcess();
  await says('Are you there?');
  expect(await tell(next)).toBe(false);
  test.setNow(NOON + 9 * MINUTE);
  expect(await tell(next)).toBe(true);
  expect(notes()).toEqual([
    { id: notes()[0]?.id, text: expect.stringMatching(/Hello[\s\S]*Are you there\?/) },
  ]);
  expect(await pending()).toBe(0);
});

it('two processes at the same time write each entry once', async () => {
  const lines = Array.from({ length: 12 }, (_, n) => n + 1);
  await seedLines(lines);
  const [one, other] = [newProcess(), newProcess()];
  while ((await pending()) > 0) await Promise.all([tell(one), tell(other)]);
  const creates = crm.emulator
    .requests()
    .filter((r) => r.method === 'PATCH' && r.url.includes('annotations('));
  expect([notes().length, creates.length]).toEqual([12, 12]);
});

it('one line of the ledger and one record have one entry, however often they are noted', async () => {
  await seedLines([1, 1, 1]);
  await seedLines([1]);
  expect(await pending()).toBe(1);
});

it('a chat that never rests is told all the same, and no more often than that', async () => {
  const due: number[] = [];
  for (let minute = 0; minute < 60; minute += 1) {
    test.setNow(NOON + minute * MINUTE);
    await says(`message ${minute}`);
    const taken = await inTransaction(test.ctx, (tx) => takeDueSessions(tx, test.ctx.clock(), 10));
    if (taken.length > 0) due.push(minute);
  }
  expect(due).toEqual([15, 31, 47]);
});

it('after a day without a word, and after closing, what comes is another session', async () => {
  const sessions = async () => {
    await inTransaction(test.ctx, (tx) => takeDueSessions(tx, test.ctx.clock() + 60 * MINUTE, 10));
    test.setNow(test.ctx.clock() + 30 * MINUTE);
    const ctx = newProcess();
    await says('next');
    test.setNow(test.ctx.clock() + 30 * MINUTE);
    while (await tell(ctx));
    return notes().length;
  };
  expect(await sessions()).toBe(1);
  expect(await sessions()).toBe(1);
  test.setNow(test.ctx.clock() + 25 * 60 * MINUTE);
  expect(await sessions()).toBe(2);
  await inTransaction(test.ctx, (tx) => endSession(tx, conversationId, test.ctx.clock()));
  expect(await sessions()).toBe(3);
});

it('what is said while an entry is on its way is said after it', async () => {
  const { db } = test.ctx.database;
  const session = { id: test.ctx.make.id(), contactPointId, authorId: null };
  const record = [{ table: 'contact', recordId: contact }];
  const lease = test.ctx.make.id();
  await inTransaction(test.ctx, (tx) => queueChatEntries(tx, session, record, NOON));
  const [claimed] = await inTransaction(test.ctx, (tx) => claimEntries(tx, lease, NOON, NOON + MINUTE, 10));
  if (claimed === undefined) throw new Error('nothing was claimed');
  await inTransaction(test.ctx, (tx) => queueChatEntries(tx, session, record, NOON + 1));
  expect(await inTransaction(test.ctx, (tx) => claimEntries(tx, lease, NOON + 2, NOON + MINUTE, 10))).toEqual(
    [],
  );
  // Whoever lost the lease settles nothing.
  await inTransaction(test.ctx, (tx) => entryIsDone(tx, claimed, test.ctx.make.id(), NOON + 3));
  await inTransaction(test.ctx, (tx) => entryIsDone(tx, claimed, lease, NOON + 3));
  expect(await pendingEntries(db)).toBe(1);
  const [again] = await inTransaction(test.ctx, (tx) => claimEntries(tx, lease, NOON + 4, NOON + MINUTE, 10));
  expect(again).toMatchObject({ id: claimed.id, made: true, version: 2 });
  if (again !== undefined) await inTransaction(test.ctx, (tx) => entryIsDone(tx, again, lease, NOON + 5));
  expect(await pendingEntries(db)).toBe(0);
  await inTransaction(test.ctx, (tx) => forgetEntries(tx, NOON + MINUTE));
  await inTransaction(test.ctx, (tx) => queueChatEntries(tx, session, record, NOON + 6));
  expect(await pendingEntries(db)).toBe(1);
});

it('entries wait where requests run low: fields, readings and sends need them', async () => {
  await seedLines([1]);
  const { db } = test.ctx.database;
  const ctx = newProcess();
  for (let taken = 0; taken < 300; taken += 50) await takeRequests(db, 50, test.ctx.clock());
  expect(await tell(ctx)).toBe(false);
  expect(notes()).toEqual([]);
  test.setNow(NOON + MINUTE);
  expect(await tell(ctx)).toBe(true);
  expect(notes()).toHaveLength(1);
});

it('a failure on the way is tried again longer each time, is shown after a while, and pauses nothing else', async () => {
  await seedLines([1]);
  const { db } = test.ctx.database;
  const ctx = newProcess();
  crm.emulator.fault({ kind: 'status', url: 'annotations(', always: true });
  const tries = () => crm.emulator.requests().filter((r) => r.url.includes('annotations(')).length;
  const shown: number[] = [];
  for (let minute = 0; minute < 16; minute += 1) {
    test.setNow(NOON + minute * MINUTE + 1000);
    expect(await tell(ctx)).toBe(false);
    shown.push((await entryProblems(db, 10)).length);
  }
  expect(tries()).toBe(5);
  expect(shown.slice(0, 3)).toEqual([0, 0, 0]);
  expect(shown.at(-1)).toBe(1);
  await expect(ctx.crm.remote.whoAmI()).resolves.toBeDefined();
  crm.emulator.clearFaults();
  test.setNow(NOON + 3 * 60 * MINUTE);
  expect(await tell(ctx)).toBe(true);
  expect([await entryProblems(db, 10), notes().length]).toEqual([[], 1]);
});

it('a table that takes neither activities nor notes has no entries, and nothing waits for them', async () => {
  await seedLines([1]);
  const ctx = newProcess();
  const { remote } = ctx.crm;
  const rooms = async () => ({ activity: null, note: { tables: new Set<string>(), subject: 1, text: 1 } });
  await writeTimeline(ctx, { ...remote, timeline: { ...remote.timeline, rooms } }, URL);
  expect([notes(), await pending()]).toEqual([[], 0]);
});

/** Lines of the ledger that stand for refusals, noted. */
async function seedLines(seqs: readonly number[]): Promise<void> {
  const { ctx } = test;
  await inTransaction(ctx, async (tx) => {
    for (const seq of new Set(seqs)) {
      if ((await readLine(tx, contactPointId, seq)) !== null) continue;
      const row = {
        contactPointId,
        seq,
        act: 'stop-word',
        purposes: ['service'],
        at: NOON,
        receivedAt: NOON,
      };
      const more = { source: 'stop-word', actor: 'customer', detail: {}, personalHash: null, prevHash: null };
      await appendLines(tx, [{ ...row, ...more, hash: `hash ${seq}` }], []);
    }
    const entries = seqs.map((seq) => ({
      contactPointId,
      seq,
      verdict: 'denied',
      table: 'contact',
      recordId: contact,
      authorId: null,
    }));
    for (const entry of entries) await queueConsentEntries(tx, [entry], ctx.clock());
  });
}
