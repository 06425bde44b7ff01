import { difference, type Standing } from '../core/crm-compare.ts';
import type { RecordType } from '../core/record-type.ts';
import {
  addDrift,
  type CompareRow,
  clearSuspect,
  type HeldRecord,
  heldRecords,
  holdsCompare,
  type Suspect,
  someSuspects,
  trySuspectAgain,
} from '../db/crm-compare.ts';
import { dropRecords, type MirrorTable } from '../db/crm-mirror.ts';
import type { Tx } from '../db/engine.ts';
import type { RemoteCrm, RemoteRow } from '../ports.ts';
import type { Context } from './context.ts';
import { loadRules, takeIn } from './mirror-records.ts';
import { inTransaction } from './transaction.ts';

/**
 * Records that looked different are read once more. What differs still, in the same way, though the changes were read
 * since, is drift: it is listed, and mended by the door that every reading goes through (product.md §3.2).
 */

/** To one step, so that answers and changes go on in between. */
const MOST_AT_ONCE = 20;
/** Readings that newer ones overtake again and again are left to the newer ones. */
const TRIES = 3;

interface Comparing {
  row: CompareRow;
  lease: string;
  place: MirrorTable;
  type: RecordType;
  columns: string[];
}

/** True where no suspect is left. */
export async function settleSuspects(
  ctx: Context,
  remote: RemoteCrm,
  comparing: Comparing,
): Promise<boolean> {
  const { row, lease, place, columns } = comparing;
  const suspects = await someSuspects(ctx.database.db, row.table, MOST_AT_ONCE);
  for (const suspect of suspects) {
    const fetchedAt = ctx.clock();
    const found = await remote.read(place, suspect.id, columns);
    const kind = await inTransaction(ctx, async (tx) => {
      if (!(await holdsCompare(tx, row.table, lease))) return null;
      return settle(tx, ctx, comparing, suspect, found?.merged === true ? null : found, fetchedAt);
    });
    if (kind !== null) ctx.metrics.crmDrift.inc({ kind });
  }
  return suspects.length < MOST_AT_ONCE && (await someSuspects(ctx.database.db, row.table, 1)).length === 0;
}

/** Answers how it differed, where it did. */
async function settle(
  tx: Tx,
  ctx: Context,
  { row: { table }, type }: Comparing,
  suspect: Suspect,
  found: RemoteRow | null,
  fetchedAt: number,
): Promise<string | null> {
  const { id } = suspect;
  const [held = null] = await heldRecords(tx, table, [id], fetchedAt);
  const now =
    found === null || held === null ? null : difference(type, found.values, held.data, standingOf(held));
  const columns =
    now === null ? [] : Object.keys(now.shown).filter((one) => isStill(one, suspect, now.shown));
  const drifted =
    suspect.kind === 'not-in-mirror'
      ? held === null && found !== null
      : suspect.kind === 'not-in-crm'
        ? held !== null && found === null
        : columns.length > 0;
  let mended = true;
  if (found === null) await dropRecords(tx, table, [id]);
  else {
    const how = { fetchedAt, all: drifted, actor: null };
    const left = await takeIn(tx, ctx, table, [found], how, await loadRules(tx));
    if (left.length > 0 && suspect.tries < TRIES) {
      await trySuspectAgain(tx, table, id);
      return null;
    }
    mended = left.length === 0;
  }
  if (!(await clearSuspect(tx, table, id)) || !drifted) return null;
  await addDrift(
    tx,
    { table, id, kind: suspect.kind, columns, name: nameIn(type, found, held) },
    mended,
    ctx.clock(),
  );
  return suspect.kind;
}

/** The CRM holds in it what it held when the list was read, so no change since then is what makes it differ. */
const isStill = (column: string, { shown }: Suspect, now: Suspect['shown']): boolean =>
  Object.hasOwn(shown, column) && shown[column] === now[column];

/** A grant on a shared number is one record's alone, so the others may say anything. */
export function standingOf(held: HeldRecord): Standing {
  const decided: Standing['decided'] = {};
  for (const { purpose, state, shared } of held.decided)
    if (state === 'denied') decided[purpose] = 'denied';
    else if (state !== 'granted') decided[purpose] = 'none';
    else if (!shared) decided[purpose] = 'granted';
  return { decided, writing: held.writing };
}

function nameIn(type: RecordType, found: RemoteRow | null, held: HeldRecord | null): string | null {
  const name = found?.values[type.nameColumn] ?? held?.data[type.nameColumn] ?? null;
  return name === null || name === '' ? null : String(name);
}
