import { type DriftKind, difference, lastHour, tooMany } from '../core/crm-compare.ts';
import type { RecordType } from '../core/record-type.ts';
import {
  addCompares,
  addSuspects,
  beginCompare,
  type CompareRow,
  claimCompare,
  countSuspects,
  endCompare,
  type HeldRecord,
  heldRecords,
  holdsCompare,
  markListed,
  requestCompares,
  saveCompare,
  suspectUnlisted,
} from '../db/crm-compare.ts';
import { spareRequests } from '../db/crm-connection.ts';
import { type MirrorTable, mirrorTable, readSoon } from '../db/crm-mirror.ts';
import type { Tx } from '../db/engine.ts';
import { insertAudit } from '../db/organisation.ts';
import { listColumns } from '../db/records.ts';
import type { RemoteCrm, RemoteRow } from '../ports.ts';
import type { Context } from './context.ts';
import { asFailure, noteSuccess } from './crm-connection.ts';
import { createHints } from './live.ts';
import { mirroredColumns, missingColumns } from './mirror-records.ts';
import { loadRecordTypes, loadSettings } from './organisation.ts';
import { Refusal } from './refusal.ts';
import { settleSuspects, standingOf } from './settle-drift.ts';
import { inTransaction } from './transaction.ts';
import { loadWorkingHours } from './working-hours.ts';

/**
 * Once a night all records of the organisation are listed and compared with the mirror and the ledger, apart from the
 * reading of changes and after it: whatever differs is only suspected, for a change that was not read yet differs too. Once
 * the changes were read to a later moment, what differs still in the same way is drift (actions/settle-drift.ts).
 */

/** Longer than the longest request. */
const LEASE_MS = 3 * 60_000;
/** Answers, changes and timelines have the rest of the allowance (db/crm-connection.ts) before the compare takes any. */
const KEPT_FOR_OTHERS = 300;
/** While the changes are still to be read. */
const WAIT_MS = 2_000;

interface Claimed {
  row: CompareRow;
  lease: string;
  place: MirrorTable;
  type: RecordType;
  columns: string[];
  /** Columns of the record type that the organisation does not have: without them every record would differ. */
  missing: string[];
}

/** One step of a compare that is due: a page, or some of the suspects. False where there is nothing to do now. */
export async function compareSome(ctx: Context, remote: RemoteCrm): Promise<boolean> {
  if ((await spareRequests(ctx.database.db, ctx.clock())) < KEPT_FOR_OTHERS) return false;
  const claimed = await claim(ctx);
  if (claimed === null) return false;
  const { row, lease, missing } = claimed;
  if (missing.length > 0) {
    const text = `The organisation has no column ${missing.join(', ')}.`;
    await end(ctx, claimed, { code: 'column-missing', text });
    return true;
  }
  try {
    if (row.phase === 'confirming') return await confirm(ctx, remote, claimed);
    if (row.phase === 'idle' || JSON.stringify(row.columns) !== JSON.stringify(claimed.columns))
      await inTransaction(ctx, (tx) =>
        beginCompare(tx, row.table, lease, claimed.columns, ctx.clock()).then(() => tellLive(tx)),
      );
    else await listSome(ctx, remote, claimed);
    return true;
  } catch (error) {
    const failure = asFailure(error);
    if (failure.kind === 'link-expired') await again(ctx, claimed);
    else if (failure.passing) {
      await inTransaction(ctx, (tx) =>
        saveCompare(tx, row.table, lease, { ...row, compared: 0, nextAt: null }),
      );
      throw failure;
    } else await end(ctx, claimed, { code: failure.kind, text: failure.message });
    return true;
  }
}

async function claim(ctx: Context): Promise<Claimed | null> {
  return inTransaction(ctx, async (tx) => {
    const types = await loadRecordTypes(tx);
    const now = ctx.clock();
    await addCompares(tx, [...types.keys()], now);
    const { crmCompareHour: hour } = await loadSettings(tx);
    const since = hour === null ? null : lastHour((await loadWorkingHours(tx)).timeZone, hour, now);
    const lease = ctx.make.id();
    const row = await claimCompare(tx, [...types.keys()], since, lease, now, now + LEASE_MS);
    const type = row === null ? undefined : types.get(row.table);
    const place = row === null ? null : await mirrorTable(tx, row.table);
    if (row === null || type === undefined || place === null) return null;
    const columns = await mirroredColumns(tx, type);
    const missing = missingColumns(place, await listColumns(tx, row.table), columns);
    return { row, lease, place, type, columns, missing };
  });
}

/** The link leads nowhere any more: from the first record. */
async function again(ctx: Context, { row, lease, columns }: Claimed): Promise<void> {
  await inTransaction(ctx, (tx) => beginCompare(tx, row.table, lease, columns, ctx.clock()));
}

async function end(
  ctx: Context,
  { row, lease }: Claimed,
  problem: { code: string; text: string } | null,
): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await endCompare(tx, row.table, lease, problem, 0, ctx.clock());
    await tellLive(tx);
  });
}

/** A page is compared in one transaction, with the place where the walk goes on. */
async function listSome(ctx: Context, remote: RemoteCrm, claimed: Claimed): Promise<void> {
  const { row, lease, place, type, columns } = claimed;
  const askedAt = ctx.clock();
  const page = await remote.list(place, columns, row.link);
  await noteSuccess(ctx, 'reading');
  const there = page.rows.filter((one) => !one.merged);
  await inTransaction(ctx, async (tx) => {
    if (!(await holdsCompare(tx, row.table, lease))) return;
    const ids = there.map((one) => one.id);
    const held = new Map((await heldRecords(tx, row.table, ids, askedAt)).map((one) => [one.id, one]));
    const suspects = there.flatMap((one) => suspectOf(type, one, held.get(one.id) ?? null, askedAt) ?? []);
    await addSuspects(tx, row.table, suspects);
    await markListed(tx, row.table, ids);
    const done = page.link === null;
    if (done) await suspectUnlisted(tx, row.table, row.startedAt);
    const count = done ? await countSuspects(tx, row.table) : 0;
    const now = ctx.clock();
    if (tooMany(count, row.compared + there.length))
      await endCompare(tx, row.table, lease, tooManyOf(count), there.length, now);
    else {
      const listedAt = done ? now : null;
      await saveCompare(tx, row.table, lease, {
        link: page.link,
        compared: there.length,
        listedAt,
        nextAt: null,
      });
      if (done) await readSoon(tx, row.table);
    }
    await tellLive(tx);
  });
}

/** Nothing is mended: a column that nobody may read any more looks like this, and another organisation. */
const tooManyOf = (count: number): { code: string; text: string } => ({
  code: 'too-many-differences',
  text: `${count} records differ, which is no drift. Nothing was mended.`,
});

function suspectOf(
  type: RecordType,
  row: RemoteRow,
  held: HeldRecord | null,
  askedAt: number,
): { id: string; kind: DriftKind; shown: RemoteRow['values'] } | null {
  if (held === null) return { id: row.id, kind: 'not-in-mirror', shown: {} };
  // Read again since the page was asked for: what the page says is the older word.
  if (held.fetchedAt !== null && held.fetchedAt > askedAt) return null;
  const found = difference(type, row.values, held.data, standingOf(held));
  return found === null ? null : { id: row.id, ...found };
}

/** Only after the changes were read to a moment behind the list. */
async function confirm(ctx: Context, remote: RemoteCrm, claimed: Claimed): Promise<boolean> {
  const { row, lease, place } = claimed;
  if (place.readAt === null || row.listedAt === null || place.readAt < row.listedAt) {
    await inTransaction(ctx, (tx) =>
      saveCompare(tx, row.table, lease, { ...row, compared: 0, nextAt: ctx.clock() + WAIT_MS }),
    );
    return false;
  }
  if (await settleSuspects(ctx, remote, claimed)) await end(ctx, claimed, null);
  else
    await inTransaction(ctx, async (tx) => {
      await saveCompare(tx, row.table, lease, { ...row, compared: 0, nextAt: null });
      await tellLive(tx);
    });
  return true;
}

async function tellLive(tx: Tx): Promise<void> {
  const hints = createHints();
  hints.topic('record');
  await hints.send(tx);
}

/** A person wants all set up tables compared now. Those that are being compared go on. */
export async function compareNow(ctx: Context, actor: string): Promise<void> {
  if (ctx.crm.remote === null)
    throw new Refusal(
      409,
      'crm-is-embedded',
      'The records are in Assent’s own database; there is nothing to compare.',
    );
  await inTransaction(ctx, async (tx) => {
    const tables = [...(await loadRecordTypes(tx)).keys()];
    const now = ctx.clock();
    await addCompares(tx, tables, now);
    await requestCompares(tx, tables, now);
    await insertAudit(tx, {
      at: now,
      actor,
      action: 'crm.compare',
      subject: tables.join(', '),
      before: null,
      after: null,
    });
    await tellLive(tx);
  });
  ctx.wake.crm();
}
