import type { RecordType } from '../core/record-type.ts';
import { dropRecords, mirrorRecord, mirrorTable, saveMirrorRecord, stillThere } from '../db/crm-mirror.ts';
import { sawRemote, writesOfRecord } from '../db/crm-writes.ts';
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
 * the mirror is our own echo. What shows a value that we are about to replace is no edit either.
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
  ];
  return [...new Set([...own, ...bound])]
    .filter((name): name is string => name !== null && name !== '')
    .sort();
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
  await lockNumbersOf(tx, rules.recordTypes.get(table) ?? null, kept);
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
  const data = await withoutOurOwn(tx, table, row, fetchedAt, current?.data ?? {});
  if (data === null) return false;
  const changed = Object.keys(data).filter((name) => current !== null && current.data[name] !== data[name]);
  if (current !== null && current.fetchedAt !== null && changed.length === 0 && !all) {
    await stillThere(tx, table, row.id, fetchedAt);
    return true;
  }
  await saveMirrorRecord(tx, {
    table,
    id: row.id,
    data,
    search: searchText(data),
    createdAt: row.createdAt ?? current?.createdAt ?? now,
    fetchedAt,
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
    },
    rules,
  );
  return true;
}

/**
 * The row with our own values where the organisation merely does not hold them yet. Null where it was read before a write
 * of ours arrived, and so says nothing.
 */
async function withoutOurOwn(
  tx: Tx,
  table: string,
  row: RemoteRow,
  fetchedAt: number,
  mirror: Cells,
): Promise<Cells | null> {
  const data: Cells = { ...row.values };
  const writes = await writesOfRecord(tx, table, row.id);
  const found = (column: string): unknown => row.values[column] ?? null;
  const differs = writes.filter((write) => found(write.column) !== (mirror[write.column] ?? null));
  if (differs.some((write) => write.writtenAt !== null && fetchedAt <= write.writtenAt)) return null;
  for (const write of differs) {
    const value = found(write.column);
    const ours =
      write.state === 'pending' &&
      (!write.remoteKnown || value === write.remote || (write.sentAny && value === write.sent));
    if (ours) data[write.column] = mirror[write.column] ?? null;
  }
  for (const write of writes)
    if (Object.hasOwn(row.values, write.column))
      await sawRemote(tx, table, row.id, write.column, found(write.column));
  return data;
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
