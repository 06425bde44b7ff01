import { spareRequests } from '../db/crm-connection.ts';
import {
  type ClaimedEntry,
  chooseForm,
  claimEntries,
  dropEntries,
  entryEnds,
  entryFails,
  entryIsDone,
  forgetEntries,
  impersonationFails,
  impersonationWorks,
  queueChatEntries,
} from '../db/crm-entries.ts';
import {
  endIdleSessions,
  forgetSessions,
  recordsAddressed,
  type SessionRow,
  takeDueSessions,
} from '../db/crm-sessions.ts';
import type { Tx } from '../db/engine.ts';
import { recordsOfContactPoints } from '../db/records.ts';
import { isUuid } from '../db/rows.ts';
import {
  CrmFailure,
  type EntryForm,
  type RemoteCrm,
  type RemoteEntry,
  type RemoteTimeline,
} from '../ports.ts';
import type { Context } from './context.ts';
import { MOST_RECORDS, SESSION_GAP_MS } from './note-timeline.ts';
import { loadRecordTypes, loadSettings } from './organisation.ts';
import { entryContent } from './timeline-content.ts';
import { inTransaction } from './transaction.ts';

/**
 * Writing entries on the timelines of a remote CRM. Fields go first: nothing is written while the allowance of requests
 * runs low, and a failure here pauses nobody else.
 */

const MOST_AT_ONCE = 8;
const MOST_SESSIONS = 50;
/** Requests that are left for fields, for reading and for sends that look at their record. */
const RESERVE = 250;
/** Longer than all requests of one entry. */
const LEASE_MS = 3 * 60_000;
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 3_600_000;
/** After an outage it goes on soon. */
const LONGEST_PASSING_MS = 10 * 60_000;
/** What the network loses is tried so often before somebody is told. */
const QUIET_FAILURES = 3;
const KEEP_MS = 30 * 24 * 3_600_000;

/** Makes a batch of entries that are due. False where none is, or none went through. */
export async function writeTimeline(ctx: Context, remote: RemoteCrm, publicUrl: string): Promise<boolean> {
  await planChats(ctx);
  if ((await spareRequests(ctx.database.db, ctx.clock())) < RESERVE) return false;
  const lease = ctx.make.id();
  const claimed = await inTransaction(ctx, (tx) => {
    const now = ctx.clock();
    return claimEntries(tx, lease, now, now + LEASE_MS, MOST_AT_ONCE);
  });
  if (claimed.length === 0) return false;
  const outcomes = await Promise.allSettled(
    claimed.map((entry) => writeEntry(ctx, remote.timeline, publicUrl, entry).catch(failedBy(entry))),
  );
  await inTransaction(ctx, async (tx) => {
    for (const [position, entry] of claimed.entries()) {
      const outcome = outcomes[position];
      if (outcome?.status === 'fulfilled') await settle(tx, ctx, entry, lease, outcome.value);
    }
  });
  // A bug of ours: the others are settled, and it is heard of.
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return outcomes.some((outcome) => outcome.status === 'fulfilled' && outcome.value.kind !== 'failed');
}

type Outcome = { impersonation?: CrmFailure | 'worked' | undefined } & (
  | { kind: 'written' }
  | { kind: 'ended' }
  /** Nothing to say so far. */
  | { kind: 'silent' }
  | { kind: 'failed'; failure: CrmFailure; made: boolean }
);

const failedBy =
  (entry: ClaimedEntry) =>
  (error: unknown): Outcome => {
    if (!(error instanceof CrmFailure)) throw error;
    return { kind: 'failed', failure: error, made: entry.made };
  };

/** Queues what sessions that are due say, for the records that have the number now. */
async function planChats(ctx: Context): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const now = ctx.clock();
    const { timelineChats, timelineConsent } = await loadSettings(tx);
    await dropEntries(
      tx,
      [...(timelineChats ? [] : ['chat' as const]), ...(timelineConsent ? [] : ['consent' as const])],
      now,
    );
    await endIdleSessions(tx, now - SESSION_GAP_MS, now);
    const due = await takeDueSessions(tx, now, MOST_SESSIONS);
    if (!timelineChats || due.length === 0) return;
    const priorities = new Map(
      [...(await loadRecordTypes(tx)).values()].map((type) => [type.table, type.priority]),
    );
    for (const session of due.filter(({ tells }) => tells))
      await queueChatEntries(tx, session, await recordsFor(tx, session, priorities), now);
  });
}

/** Records with the number as their messaging number; on a shared number those that we wrote to in this session. */
async function recordsFor(tx: Tx, session: SessionRow, priorities: ReadonlyMap<string, number>) {
  const linked = (await recordsOfContactPoints(tx, [session.contactPointId])).filter(
    (one) => one.messaging && isUuid(one.recordId) && priorities.has(one.recordType),
  );
  const addressed = session.shared ? await recordsAddressed(tx, session.id) : null;
  const rank = (table: string): number => priorities.get(table) ?? 0;
  const unique = new Map(linked.map((one) => [`${one.recordType}/${one.recordId}`, one]));
  return [...unique]
    .filter(([key]) => addressed === null || addressed.has(key))
    .map(([, { recordType, recordId }]) => ({ table: recordType, recordId }))
    .sort((a, b) => rank(a.table) - rank(b.table) || a.recordId.localeCompare(b.recordId))
    .slice(0, MOST_RECORDS);
}

async function writeEntry(
  ctx: Context,
  timeline: RemoteTimeline,
  publicUrl: string,
  entry: ClaimedEntry,
): Promise<Outcome> {
  const rooms = await timeline.rooms();
  const form = entry.form ?? chosenForm(entry, rooms);
  const room = form === null ? null : rooms[form];
  if (form === null) return { kind: 'ended' };
  if (room === null)
    throw new CrmFailure('refused', `The organisation takes no entries of the form “${form}” any more.`);
  const content = await entryContent(ctx, entry, publicUrl, room);
  if (content === null || content === 'silent') return { kind: content ?? 'ended' };
  // Before the first byte: after a lost answer the same form is tried again, whatever was installed meanwhile.
  if (entry.form === null) await inTransaction(ctx, (tx) => chooseForm(tx, entry.id, form));
  const { ended, ...said } = content;
  const wanted: RemoteEntry = {
    ...said,
    id: entry.id,
    form,
    record: { table: entry.table, entitySet: entry.entitySet, id: entry.recordId },
    authorObjectId: entry.author?.objectId ?? null,
  };
  let impersonation: Outcome['impersonation'];
  if (entry.made) {
    if (!(await timeline.change(wanted))) return { kind: 'ended' };
  } else {
    const first = await create(timeline, wanted);
    impersonation = first.impersonation;
    if (first.made === 'gone') return { kind: 'ended', impersonation };
    // It holds what a try before said.
    if (first.made === 'there' && !(await timeline.change(wanted))) return { kind: 'ended', impersonation };
  }
  if (!ended || form !== 'activity') return { kind: 'written', impersonation };
  try {
    return (await timeline.complete(wanted))
      ? { kind: 'written', impersonation }
      : { kind: 'ended', impersonation };
  } catch (error) {
    if (!(error instanceof CrmFailure)) throw error;
    // The text is there. An organisation with states of its own keeps its activity open.
    if (!error.passing) return { kind: 'written', impersonation };
    return { kind: 'failed', failure: error, made: true, impersonation };
  }
}

/** Where the organisation will not have us act for the person, we are the author: the text names them. */
async function create(
  timeline: RemoteTimeline,
  entry: RemoteEntry,
): Promise<{ made: 'made' | 'there' | 'gone'; impersonation?: CrmFailure | 'worked' }> {
  if (entry.authorObjectId === null) return { made: await timeline.create(entry) };
  try {
    return { made: await timeline.create(entry), impersonation: 'worked' };
  } catch (error) {
    if (!(error instanceof CrmFailure) || !NOT_IN_THEIR_NAME.has(error.kind)) throw error;
    return { made: await timeline.create({ ...entry, authorObjectId: null }), impersonation: error };
  }
}

const NOT_IN_THEIR_NAME: ReadonlySet<string> = new Set([
  'missing-right',
  'not-a-member',
  'user-disabled',
  'column-secured',
]);

/** A chat is an activity where there is such a table; consent is a note. Null: the table takes neither. */
function chosenForm(
  entry: ClaimedEntry,
  rooms: Awaited<ReturnType<RemoteTimeline['rooms']>>,
): EntryForm | null {
  const order = entry.kind === 'chat' ? (['activity', 'note'] as const) : (['note', 'activity'] as const);
  return order.find((form) => rooms[form]?.tables.has(entry.table) === true) ?? null;
}

async function settle(
  tx: Tx,
  ctx: Context,
  entry: ClaimedEntry,
  lease: string,
  outcome: Outcome,
): Promise<void> {
  const now = ctx.clock();
  if (entry.author !== null && outcome.impersonation === 'worked')
    await impersonationWorks(tx, entry.author.id);
  else if (entry.author !== null && outcome.impersonation instanceof CrmFailure) {
    const { kind, message } = outcome.impersonation;
    await impersonationFails(tx, entry.author.id, { code: kind, text: message }, now);
  }
  switch (outcome.kind) {
    case 'written':
      return entryIsDone(tx, entry, lease, now);
    case 'ended':
      return entryEnds(tx, entry, lease, now);
    case 'silent':
      return entryIsDone(tx, entry, lease, now, entry.made);
    case 'failed': {
      const { kind, message, passing, retryAfterMs } = outcome.failure;
      const longest = passing ? LONGEST_PASSING_MS : LONGEST_PAUSE_MS;
      const pause = Math.min(longest, FIRST_PAUSE_MS * 2 ** Math.min(entry.attempts - 1, 10));
      await entryFails(tx, entry, lease, {
        made: outcome.made,
        problem: passing && entry.attempts < QUIET_FAILURES ? null : { code: kind, text: message },
        nextAt: now + Math.max(pause, retryAfterMs ?? 0),
        now,
      });
    }
  }
}

/** What was told long ago is forgotten here; the organisation has it. */
export async function forgetTold(tx: Tx, now: number): Promise<void> {
  await forgetEntries(tx, now - KEEP_MS);
  await forgetSessions(tx, now - KEEP_MS);
}
