import type { RecordType } from '../core/record-type.ts';
import { describeNext, readConnection } from '../db/crm-connection.ts';
import {
  claimTable,
  dropRecords,
  holdsTable,
  type MirrorTable,
  mirrorTables,
  nextTableAt,
  recordsBeforeWalk,
  releaseTable,
  saveDescription,
  saveProgress,
  takeHints,
} from '../db/crm-mirror.ts';
import { learnSizes } from '../db/crm-page.ts';
import { forgetDone, forgetStrayWrites, tryAgain } from '../db/crm-writes.ts';
import { listColumns } from '../db/records.ts';
import type { CrmFailure, RemoteCrm, RemotePage } from '../ports.ts';
import { asking, closedFields } from './column-access.ts';
import type { Context } from './context.ts';
import { asFailure, noteFailure, noteSuccess } from './crm-connection.ts';
import { createHints } from './live.ts';
import { loadRules, mirroredColumns, missingColumns, rereadRecord } from './mirror-records.ts';
import { fieldColumns, loadRecordTypes } from './organisation.ts';
import { Refusal } from './refusal.ts';
import { prepareRow, takeInPage } from './take-in-page.ts';
import { inTransaction } from './transaction.ts';
import { forgetTold } from './write-timeline.ts';

/**
 * Reading a remote CRM. Change tracking is the truth: a first load page by page, each page with the place where it goes on
 * in one transaction, then what changed since, on a schedule. Hints of webhooks only say which record to look at sooner.
 */

export const DELTA_EVERY_MS = 30_000;
const DESCRIBE_EVERY_MS = 10 * 60_000;
/** Whoever asks for tables and columns so soon after a reading gets those of that reading. */
const DESCRIBED_JUST_NOW_MS = 5_000;
const PROBLEM_PAUSE_MS = 60_000;
/** What a dead process left is taken over after this; who lost a table to somebody else stops by itself. */
const LEASE_MS = 90_000;
/**
 * Rows to one transaction: so many that it takes about so long. Customers' messages and people's clicks wait behind it
 * where they touch the same customer, and all of them do with PGlite.
 */
const FIRST_ROWS = 250;
const MOST_ROWS = 1_000;
/** Fewer would not be faster: some twenty statements are the same for one row and for these. */
const LEAST_ROWS = 250;
const ROWS_MS = 80;
/** No page is on its way for so long. */
const KEEP_DONE_MS = 10 * 60_000;
const MOST_HINTS = 20;

/** Reads the tables and columns anew where it is time. */
export async function describeCrm(ctx: Context, remote: RemoteCrm): Promise<void> {
  const { describeAt } = await readConnection(ctx.database.db);
  if (describeAt === null || describeAt <= ctx.clock()) await describe(ctx, remote);
}

/**
 * Reads them for somebody who looks at them now, unless that was done a moment ago: a column that was just made in the
 * organisation is there. Answers when they were read, ms.
 */
export async function describeNow(ctx: Context): Promise<number> {
  const { remote } = ctx.crm;
  if (remote === null)
    throw new Refusal(409, 'crm-is-embedded', 'The records are in Assent’s own database; nothing is loaded.');
  const { describeAt } = await readConnection(ctx.database.db);
  const readAt = (describeAt ?? 0) - DESCRIBE_EVERY_MS;
  if (readAt > ctx.clock() - DESCRIBED_JUST_NOW_MS) return readAt;
  return asking(describe(ctx, remote));
}

/** Answers from when what was read is, ms. */
async function describe(ctx: Context, remote: RemoteCrm): Promise<number> {
  const readAt = ctx.clock();
  const tables = await remote.tables();
  await inTransaction(ctx, async (tx) => {
    await saveDescription(tx, tables);
    // What was left by a node that knew the record types as they were before.
    await forgetStrayWrites(tx, fieldColumns(await loadRecordTypes(tx)));
    await describeNext(tx, readAt + DESCRIBE_EVERY_MS);
    await forgetDone(tx, ctx.clock() - KEEP_DONE_MS);
    await forgetTold(tx, ctx.clock());
    const hints = createHints();
    hints.topic('record');
    hints.topic('settings');
    await hints.send(tx);
  });
  return readAt;
}

/** Records that webhooks named are read as they are now. */
export async function followHints(ctx: Context, remote: RemoteCrm): Promise<boolean> {
  const hints = await inTransaction(ctx, (tx) => takeHints(tx, MOST_HINTS));
  for (const hint of hints)
    await rereadRecord(ctx, remote, hint).catch((error: unknown) => {
      // A table or column that is gone: the reading of the table says so, and the way to the organisation is not broken.
      if (asFailure(error).passing) throw error;
    });
  return hints.length === MOST_HINTS;
}

interface Claimed {
  table: MirrorTable;
  type: RecordType;
  lease: string;
  columns: string[];
  /** Configured columns that the organisation does not have. */
  missing: string[];
  /** Fields that column security closes: all their values read as nothing. */
  closed: string[];
}

/** Reads one page of the table that waits longest. False where none is due. */
export async function readTable(ctx: Context, remote: RemoteCrm): Promise<boolean> {
  const claimed = await claim(ctx);
  if (claimed === null) return false;
  const { table, lease } = claimed;
  const release = (problem: { code: string; text: string } | null, inMs: number): Promise<void> =>
    inTransaction(ctx, async (tx) => {
      const now = ctx.clock();
      await releaseTable(tx, table.name, lease, problem, now + inMs, now);
    });
  const why = problemOf(claimed);
  if (why !== null) {
    await release(why, PROBLEM_PAUSE_MS);
    await inTransaction(ctx, (tx) => describeNext(tx, ctx.clock() + PROBLEM_PAUSE_MS));
    return true;
  }
  try {
    await readPage(ctx, remote, claimed);
    return true;
  } catch (error) {
    const failure = asFailure(error);
    if (failure.kind === 'link-expired') {
      await begin(ctx, claimed);
      return true;
    }
    if (failure.passing) {
      await release(null, 0);
      throw failure;
    }
    await release(problemFrom(failure), PROBLEM_PAUSE_MS);
    // A column or the table may be gone.
    await inTransaction(ctx, (tx) => describeNext(tx, null));
    return true;
  }
}

async function claim(ctx: Context): Promise<Claimed | null> {
  return inTransaction(ctx, async (tx) => {
    const types = await loadRecordTypes(tx);
    const lease = ctx.make.id();
    const now = ctx.clock();
    const table = await claimTable(tx, [...types.keys()], lease, now, now + LEASE_MS);
    const type = table === null ? undefined : types.get(table.name);
    if (table === null || type === undefined) return null;
    const columns = await mirroredColumns(tx, type);
    const known = await listColumns(tx, table.name);
    return {
      table,
      type,
      lease,
      columns,
      missing: missingColumns(table, known, columns),
      closed: await closedFields(tx, type, known),
    };
  });
}

function problemOf({ table, missing, closed }: Claimed): { code: string; text: string } | null {
  if (!table.changeTracking)
    return { code: 'change-tracking-off', text: `Change tracking of the table ${table.name} is off.` };
  if (missing.length > 0)
    return { code: 'column-missing', text: `The organisation has no column ${missing.join(', ')}.` };
  if (closed.length > 0)
    return {
      code: 'column-secured',
      text: `Column security hides ${closed.join(', ')} from the application user: nothing can be read from it.`,
    };
  return null;
}

const problemFrom = (failure: CrmFailure): { code: string; text: string } => ({
  code: failure.kind,
  text: failure.message,
});

/** From the beginning: what the new walk does not list in the end is gone. */
async function begin(ctx: Context, { table, lease, columns }: Claimed): Promise<void> {
  await inTransaction(ctx, (tx) =>
    saveProgress(
      tx,
      table.name,
      lease,
      {
        ...table,
        phase: 'loading',
        walk: table.walk + 1,
        columns,
        link: null,
        loaded: 0,
        total: null,
        rate: null,
        runStartedAt: null,
      },
      ctx.clock(),
    ),
  );
}

async function readPage(ctx: Context, remote: RemoteCrm, claimed: Claimed): Promise<void> {
  const { table, columns } = claimed;
  if (table.phase === 'waiting' || JSON.stringify(table.columns) !== JSON.stringify(columns)) {
    await begin(ctx, claimed);
    return;
  }
  const total = table.phase === 'loading' && table.link === null ? await remote.count(table) : table.total;
  const fetchedAt = ctx.clock();
  const startedAt = performance.now();
  const page = await remote.page(table, columns, table.link);
  await noteSuccess(ctx, 'reading');
  const again = await takePage(ctx, claimed, page, fetchedAt);
  if (again === null) return;
  for (const id of again) await rereadRecord(ctx, remote, { table: table.name, id });
  if (table.phase === 'loading' && page.complete && !(await dropUnlisted(ctx, claimed))) return;
  if (table.phase === 'loading' && doubled(table.loaded, table.loaded + page.rows.length))
    await learnSizes(ctx.database.db);
  const seconds = Math.max(0.001, (performance.now() - startedAt) / 1000);
  const runStartedAt = table.runStartedAt ?? fetchedAt;
  const following = table.phase === 'following';
  await inTransaction(ctx, async (tx) => {
    await saveProgress(
      tx,
      table.name,
      claimed.lease,
      {
        phase: page.complete ? 'following' : table.phase,
        walk: table.walk,
        columns,
        link: page.link,
        loaded: following ? table.loaded : table.loaded + page.rows.length,
        total,
        rate: following ? table.rate : page.rows.length / seconds,
        readAt: following && page.complete ? runStartedAt : table.readAt,
        runStartedAt: page.complete ? null : runStartedAt,
      },
      // After a first load, and between pages, what changed meanwhile is asked for at once. Counted from the beginning of
      // the reading, as its age is: what changed while it was under way does not wait longer.
      following && page.complete ? runStartedAt + DELTA_EVERY_MS : ctx.clock(),
    );
    const hints = createHints();
    // What stood in the way of reading may have stood in the way of writing.
    if (table.problemCode !== null) await tryAgain(tx, table.name, ctx.clock());
    if (!following || page.rows.length + page.deleted.length > 0) hints.topic('record');
    await hints.send(tx);
  });
}

/** After 5,000 records, 10,000, 20,000 and so on. */
function doubled(before: number, after: number): boolean {
  const power = (count: number): number => Math.floor(Math.log2(Math.max(1, count / 5_000)));
  return after >= 5_000 && (before < 5_000 || power(after) > power(before));
}

/** Null where somebody else reads the table by now. */
async function takePage(
  ctx: Context,
  { table, type, lease }: Claimed,
  page: RemotePage,
  fetchedAt: number,
): Promise<string[] | null> {
  const again: string[] = [];
  const how = { fetchedAt, all: table.phase === 'loading', actor: null };
  let most = FIRST_ROWS;
  for (let from = 0; from < page.rows.length; ) {
    const rows = page.rows.slice(from, from + most).map((row) => prepareRow(type, row));
    // Requests that came meanwhile are heard first: PGlite answers without going back to the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    const startedAt = performance.now();
    const left = await inTransaction(ctx, async (tx) => {
      if (!(await holdsTable(tx, table.name, lease, ctx.clock() + LEASE_MS))) return null;
      return takeInPage(tx, ctx, table.name, rows, how, await loadRules(tx));
    });
    if (left === null) return null;
    again.push(...left);
    from += rows.length;
    const fitting = (rows.length * ROWS_MS) / Math.max(1, performance.now() - startedAt);
    most = Math.round(Math.min(MOST_ROWS, Math.max(LEAST_ROWS, Math.min(fitting, most * 2))));
  }
  const held = await inTransaction(ctx, async (tx) => {
    if (!(await holdsTable(tx, table.name, lease, ctx.clock() + LEASE_MS))) return false;
    await dropRecords(tx, table.name, page.deleted);
    return true;
  });
  return held ? again : null;
}

async function dropUnlisted(ctx: Context, { table, lease }: Claimed): Promise<boolean> {
  for (;;) {
    const dropped = await inTransaction(ctx, async (tx) => {
      if (!(await holdsTable(tx, table.name, lease, ctx.clock() + LEASE_MS))) return null;
      const ids = await recordsBeforeWalk(tx, table.name, table.walk, 500);
      await dropRecords(tx, table.name, ids);
      return ids.length;
    });
    if (dropped === null) return false;
    if (dropped === 0) return true;
  }
}

/** When there is something to read next, ms; null: nothing is configured. */
export async function nextReadAt(ctx: Context): Promise<number | null> {
  const { db } = ctx.database;
  const types = await loadRecordTypes(db);
  const known = (await mirrorTables(db)).map((table) => table.name).filter((name) => types.has(name));
  const at = await nextTableAt(db, known);
  const { describeAt } = await readConnection(db);
  return Math.min(at ?? Number.POSITIVE_INFINITY, describeAt ?? 0);
}

/** What stopped a turn is shown and waited out. */
export async function afterFailure(ctx: Context, error: unknown): Promise<void> {
  await noteFailure(ctx, asFailure(error));
}
