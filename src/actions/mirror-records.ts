import { fieldToCompliance, type RecordType, relationOf } from '../core/record-type.ts';
import {
  dropRecords,
  type MirrorTable,
  mirrorRecord,
  mirrorTable,
  saveHint,
  saveMirrorRecord,
  stillThere,
} from '../db/crm-mirror.ts';
import { sawRemote, type WriteOfRecord, writeAgain, writesOfRecord } from '../db/crm-writes.ts';
import type { Tx } from '../db/engine.ts';
import { type Cells, searchText } from '../db/records.ts';
import { CrmFailure, type RemoteCrm, type RemoteRow } from '../ports.ts';
import type { Context } from './context.ts';
import { createHints } from './live.ts';
import { lockNumbersOf, observeRecord } from './observe-record.ts';
import { loadPublished, loadRecordTypes, loadSettings } from './organisation.ts';
import type { Rules } from './record-facts.ts';
import { inTransaction } from './transaction.ts';

/**
 * Records of a remote CRM are taken into the mirror, and their fields judged like edits in the embedded CRM. What equals
 * the mirror is our own echo. What shows a value that we are about to replace, or wrote ourselves, is no edit either.
 */

/** The columns of a record type that Assent reads: no others leave the organisation. */
export async function mirroredColumns(tx: Tx, type: RecordType): Promise<string[]> {
  const bound = (await loadPublished(tx))
    .filter((template) => template.definition.recordType === type.table)
    .flatMap((template) =>
      Object.values(template.definition.bindings).flatMap((binding) =>
        'column' in binding ? [binding.column] : [],
      ),
    );
  const own = [
    type.nameColumn,
    ...type.phoneColumns,
    type.complianceField,
    type.marketingField,
    type.languageColumn,
    relationOf(type)?.column ?? null,
    (await mirrorTable(tx, type.table))?.stateColumn ?? null,
  ];
  return [...new Set([...own, ...bound])]
    .filter((name): name is string => name !== null && name !== '')
    .sort();
}

/** Those of these columns that the organisation does not have: nothing can be read while one is missing. */
export function missingColumns(
  place: MirrorTable,
  known: readonly { name: string }[],
  columns: readonly string[],
): string[] {
  const there = new Set(
    [...known, ...place.lookups].map((column) => column.name).concat(place.stateColumn ?? []),
  );
  return columns.filter((name) => !there.has(name));
}

export async function loadRules(tx: Tx): Promise<Rules> {
  return { settings: await loadSettings(tx), recordTypes: await loadRecordTypes(tx) };
}

export interface TakenIn {
  /** When the request for these rows was sent. */
  fetchedAt: number;
  /** Judged although nothing differs: a first load, or another field. */
  all: boolean;
  /** Who is named for a change; the organisation's word where null. */
  actor: string | null;
}

/** Answers the ids that must be read again: something newer was read, or written, while these were on their way. */
export async function takeIn(
  tx: Tx,
  ctx: Context,
  table: string,
  rows: readonly RemoteRow[],
  how: TakenIn,
  rules: Rules,
): Promise<string[]> {
  const again: string[] = [];
  // All of them at once: one record after the other would take them in another order than ingest does.
  const kept = rows.filter((row) => !row.merged).map(({ id, values }) => ({ table, id, values }));
  await lockNumbersOf(tx, ctx, rules.recordTypes.get(table) ?? null, kept);
  for (const row of rows)
    if (row.merged) await dropRecords(tx, table, [row.id]);
    else if (!(await takeInOne(tx, ctx, table, row, how, rules))) again.push(row.id);
  return again;
}

async function takeInOne(
  tx: Tx,
  ctx: Context,
  table: string,
  row: RemoteRow,
  { fetchedAt, all, actor }: TakenIn,
  rules: Rules,
): Promise<boolean> {
  const now = ctx.clock();
  const current = await mirrorRecord(tx, table, row.id);
  if (current !== null && current.fetchedAt !== null && fetchedAt < current.fetchedAt) return false;
  const writes = await writesOfRecord(tx, table, row.id, now);
  const known = { mirror: current?.data ?? {}, etag: current?.etag ?? null };
  const type = rules.recordTypes.get(table) ?? null;
  const data = await withoutOurOwn(tx, ctx, table, row, { fetchedAt, writes, ...known, type });
  if (data === null) return false;
  if (data === 'undecided') {
    // It is there, for the walk that lists it; everything else is read again.
    await stillThere(tx, table, row.id, current?.fetchedAt ?? null, current?.etag ?? null);
    await saveHint(tx, table, row.id, now);
    return true;
  }
  const changed = Object.keys(data).filter((name) => current !== null && current.data[name] !== data[name]);
  if (current !== null && current.fetchedAt !== null && changed.length === 0 && !all) {
    await stillThere(tx, table, row.id, fetchedAt, row.etag);
    return true;
  }
  await saveMirrorRecord(tx, {
    table,
    id: row.id,
    data,
    search: searchText(data),
    createdAt: row.createdAt ?? current?.createdAt ?? now,
    fetchedAt,
    etag: row.etag,
    at: now,
  });
  await observeRecord(
    tx,
    ctx,
    {
      table,
      id: row.id,
      values: data,
      actor: actor ?? row.actor,
      source: 'crm',
      edited: current === null || current.fetchedAt === null ? null : changed,
      shownAt: changed.length === 0 ? null : await shownAt(tx, table, current?.fetchedAt ?? null, writes),
    },
    rules,
  );
  return true;
}

/** When the organisation last showed what the mirror held until now. */
async function shownAt(
  tx: Tx,
  table: string,
  fetchedAt: number | null,
  writes: readonly WriteOfRecord[],
): Promise<number | null> {
  if (fetchedAt === null) return null;
  const readAt = (await mirrorTable(tx, table))?.readAt ?? 0;
  return Math.max(fetchedAt, readAt, ...writes.map((write) => write.writtenAt ?? 0));
}

interface Found {
  fetchedAt: number;
  writes: readonly WriteOfRecord[];
  mirror: Cells;
  etag: string | null;
  type: RecordType | null;
}

/**
 * The row with our own values where the organisation merely does not hold them yet. Null where it was read before a write
 * of ours arrived, and so says nothing; undecided where the answer to a write that is under way will tell what it says.
 */
async function withoutOurOwn(
  tx: Tx,
  ctx: Context,
  table: string,
  row: RemoteRow,
  { fetchedAt, writes, mirror, etag, type }: Found,
): Promise<Cells | 'undecided' | null> {
  const data: Cells = { ...row.values };
  const found = (column: string): unknown => row.values[column] ?? null;
  const differs = writes.filter((write) => found(write.column) !== (mirror[write.column] ?? null));
  if (differs.some((write) => write.writtenAt !== null && fetchedAt <= write.writtenAt)) return null;
  const moved = row.etag !== null && row.etag !== etag;
  const how = differs.map((write) => {
    const value = found(write.column);
    const given = { byUs: row.byUs, moved, refuses: refuses(type, write.column, value) };
    return { write, whose: whoseIs(write, value, given) };
  });
  if (how.some((one) => one.whose === 'undecided')) return 'undecided';
  for (const { write, whose } of how) {
    if (whose === 'theirs') continue;
    data[write.column] = mirror[write.column] ?? null;
    if (write.state === 'done') await writeAgain(tx, table, row.id, write.column, ctx.clock());
  }
  for (const write of writes)
    if (Object.hasOwn(row.values, write.column))
      await sawRemote(tx, table, row.id, write.column, found(write.column), moved);
  return data;
}

/**
 * Whose a value is that is not the mirror's (docs/decisions/0024). A record that we wrote last holds nothing of anybody's
 * that we did not read before. Where somebody else changed it while a write of ours is without an answer, nobody can tell
 * who set what it shows: then a No is theirs and closes, and a Yes is ours and opens nothing.
 */
function whoseIs(
  write: WriteOfRecord,
  value: unknown,
  row: { byUs: boolean; moved: boolean; refuses: boolean },
): 'ours' | 'theirs' | 'undecided' {
  if (row.byUs) return 'ours';
  if (write.state === 'done') return 'theirs';
  if (!write.remoteKnown) return 'ours';
  if (write.sentAny && row.moved && row.refuses) return write.underWay ? 'undecided' : 'theirs';
  return value === write.remote || (write.sentAny && value === write.sent) ? 'ours' : 'theirs';
}

function refuses(type: RecordType | null, column: string, value: unknown): boolean {
  if (typeof value !== 'boolean') return false;
  return type?.complianceField === column ? fieldToCompliance(value, type.polarity) === false : !value;
}

/** Reads of one record that overtook each other; each try begins after all that came before it. */
const TRIES = 4;

/** Reads one record as it is now and takes it in. False where there is no such record any more, or no such table. */
export async function rereadRecord(
  ctx: Context,
  remote: RemoteCrm,
  record: { table: string; id: string },
  options: { timeoutMs?: number; actor?: string } = {},
): Promise<boolean> {
  const { table, id } = record;
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const known = await inTransaction(ctx, async (tx) => {
      const type = (await loadRecordTypes(tx)).get(table);
      const place = await mirrorTable(tx, table);
      return type === undefined || place === null
        ? null
        : { place, columns: await mirroredColumns(tx, type) };
    });
    if (known === null) return false;
    const fetchedAt = ctx.clock();
    const row = await remote.read(known.place, id, known.columns, options.timeoutMs);
    const again = await inTransaction(ctx, async (tx) => {
      if (row === null) {
        await dropRecords(tx, table, [id]);
        return [];
      }
      const how = { fetchedAt, all: false, actor: options.actor ?? null };
      const left = await takeIn(tx, ctx, table, [row], how, await loadRules(tx));
      const hints = createHints();
      hints.topic('record');
      await hints.send(tx);
      return left;
    });
    if (again.length === 0) return row !== null && !row.merged;
  }
  throw new CrmFailure('conflict', 'The record changes faster than it can be read.');
}
