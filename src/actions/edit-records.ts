import { fieldsOf, type RecordType } from '../core/record-type.ts';
import { emptyProblem, valueProblems, withFullName } from '../core/record-values.ts';
import type { Role } from '../core/rights.ts';
import { statesOf } from '../db/consent.ts';
import { findAliases } from '../db/contact-points.ts';
import { type MirrorTable, mirrorRecord, mirrorTable } from '../db/crm-mirror.ts';
import type { Tx } from '../db/engine.ts';
import {
  type Cells,
  type CellValue,
  type ColumnRow,
  linksOfRecords,
  listColumns,
  readRecord,
  saveRecord,
  searchText,
} from '../db/records.ts';
import { isUuid } from '../db/rows.ts';
import { CrmFailure, type RemoteCrm } from '../ports.ts';
import type { Context } from './context.ts';
import { letHandoversPass } from './handovers.ts';
import { createHints } from './live.ts';
import { loadRules, rereadRecord } from './mirror-records.ts';
import { lockNumbersOf, observeRecord } from './observe-record.ts';
import { freeKey, madeBefore, type Once, recordGone } from './once.ts';
import { loadRecordTypes, loadSettings } from './organisation.ts';
import { notFound, Refusal } from './refusal.ts';
import { inTransaction } from './transaction.ts';

/** Records are created and changed, here or in a remote CRM. A change of a field counts as a change in the CRM. */

export interface EditedRecord {
  table: string;
  id: string | null;
  values: Record<string, CellValue>;
  actor: string;
  source: 'crm' | 'import';
  /** The id of a new record where it has to be the same the next time; else it is made. */
  newId?: string;
  /** The same new record under the same key is made once. */
  once?: Once;
}

/** Where a new record would go is known before anything is done. */
type PlannedEdit = EditedRecord & { newId: string };

/**
 * Within Assent the Compliance Field is read-only: agents record a refusal or a grant instead. The administrator's calls
 * play the CRM's own form, where the field can be edited; such an edit is observed and judged like any other.
 */
export async function refuseFieldByHand(
  tx: Tx,
  table: string,
  columns: readonly string[],
  role: Role,
): Promise<void> {
  if (role === 'administrator') return;
  const type = (await loadRecordTypes(tx)).get(table);
  if (type !== undefined && fieldsOf(type).some((field) => columns.includes(field)))
    throw new Refusal(
      422,
      'compliance-field-read-only',
      'The Compliance Field is set by the customer’s answer. Use Record a refusal or Record a grant.',
    );
}

/**
 * Creates (`id` null) or changes one record; answers its id, and where a field turned to No not before every message that was
 * marked earlier has left or gone back. Bad values change nothing: 422 with every problem. With a key, the same request again
 * answers the id of the same record.
 */
export async function editRecord(ctx: Context, given: EditedRecord): Promise<string> {
  const edit = { ...given, newId: given.newId ?? ctx.make.id() };
  if (ctx.crm.remote !== null) return editRemotely(ctx, ctx.crm.remote, edit);
  const { id, refusing } = await inTransaction(ctx, async (tx) => {
    const columns = await columnsOf(tx, edit.table);
    const recordTypes = await loadRecordTypes(tx);
    const type = recordTypes.get(edit.table) ?? null;
    const made = edit.once === undefined ? null : await madeBefore(tx, ctx, edit.once, edit);
    if (made !== null) {
      if ((await readRecord(tx, edit.table, made)) === null) throw recordGone();
      // Whoever was not told of a refusal the first time is told of it now, so no sooner than then.
      return { id: made, refusing: await refusedBy(tx, type, made, Object.keys(edit.values)) };
    }
    const problems = [
      ...valueProblems(edit.values, columns, type, edit.id === null ? 'create' : 'update'),
      ...(edit.id === null ? emptyProblem(edit.table, edit.values, type) : []),
    ];
    if (problems.length > 0)
      throw new Refusal(422, problems[0]?.code ?? 'invalid-request', problems[0]?.message ?? '', {
        problems,
      });
    const { id, before } = await save(tx, ctx, edit, columns, type);
    const stored = await readRecord(tx, edit.table, id);
    if (stored !== null)
      await observeRecord(
        tx,
        ctx,
        {
          table: edit.table,
          id,
          values: stored.data,
          actor: edit.actor,
          source: edit.source,
          // What was sent along as it stood is no edit: an old Yes does not open a new number.
          edited: Object.keys(edit.values).filter((name) => before?.[name] !== stored.data[name]),
          shownAt: null,
        },
        { settings: await loadSettings(tx), recordTypes },
      );
    const hints = createHints();
    hints.topic('record');
    await hints.send(tx);
    return { id, refusing: await refusedBy(tx, type, id, Object.keys(edit.values)) };
  });
  await letHandoversPass(ctx, refusing);
  return id;
}

/** The customer of this record, where a field that was edited says now that they refused. */
async function refusedBy(
  tx: Tx,
  type: RecordType | null,
  id: string,
  edited: readonly string[],
): Promise<string[]> {
  if (type === null || !fieldsOf(type).some((field) => edited.includes(field))) return [];
  const links = await linksOfRecords(tx, type.table, [id]);
  const keys = links.filter(({ messaging }) => messaging).map(({ matchKey }) => matchKey);
  const aliases = await findAliases(
    tx,
    keys.map((value) => ({ kind: 'phone' as const, value })),
  );
  const states = await statesOf(tx, [...new Set(aliases.map(({ contactPointId }) => contactPointId))]);
  return states.filter(({ state }) => state === 'denied').map(({ contactPointId }) => contactPointId);
}

/** In a remote CRM the record itself is made or changed there, and then read as any other change is. */
async function editRemotely(ctx: Context, remote: RemoteCrm, edit: PlannedEdit): Promise<string> {
  const { place, problems, fields, made } = await inTransaction(ctx, async (tx) => {
    const columns = await columnsOf(tx, edit.table);
    const type = (await loadRecordTypes(tx)).get(edit.table);
    if (type === undefined)
      throw new Refusal(
        409,
        'record-type-not-set-up',
        'Set up this record type first, under Configuration, Record types.',
      );
    const problems = valueProblems(edit.values, columns, type, edit.id === null ? 'create' : 'update');
    return {
      place: await mirrorTable(tx, edit.table),
      problems,
      fields: fieldsOf(type),
      made:
        edit.once === undefined || problems.length > 0 ? null : await madeBefore(tx, ctx, edit.once, edit),
    };
  });
  if (problems.length > 0)
    throw new Refusal(422, problems[0]?.code ?? 'invalid-request', problems[0]?.message ?? '', { problems });
  if (place === null || (edit.id !== null && !isUuid(edit.id))) throw notFound('record');
  const isField = ([name]: [string, CellValue]): boolean => edit.id !== null && fields.includes(name);
  const entries = Object.entries(edit.values);
  const values = Object.fromEntries(entries.filter((entry) => !isField(entry)));
  try {
    if (made !== null && (await rereadRecord(ctx, remote, { table: edit.table, id: made }))) return made;
    // Nothing is there of the try before: it goes by the same id, so that it may still arrive and make no second one.
    const { once, ...again } = edit;
    const planned = made === null ? edit : { ...again, newId: made };
    const nothing = edit.id !== null && Object.keys(values).length === 0;
    const id = nothing ? edit.id : await saveRemotely(ctx, remote, place, planned, values);
    if (id === null || !(await rereadRecord(ctx, remote, { table: edit.table, id }, { actor: edit.actor })))
      throw notFound('record');
    await editFields(ctx, edit, id, Object.fromEntries(entries.filter(isField)));
    return id;
  } catch (error) {
    if (!(error instanceof CrmFailure)) throw error;
    if (error.passing)
      throw new Refusal(503, 'crm-not-reached', 'The CRM cannot be reached. Try again in a moment.');
    throw new Refusal(422, 'crm-refused', `The CRM refused: ${error.message}`);
  }
}

/** Tries, each after reading what somebody else wrote before it. */
const TRIES = 3;

/** A change is made on what was read, and on nothing newer: so nobody's edit stands unseen below one of ours. */
async function saveRemotely(
  ctx: Context,
  remote: RemoteCrm,
  place: MirrorTable,
  edit: PlannedEdit,
  values: Record<string, CellValue>,
): Promise<string | null> {
  const { id } = edit;
  if (id === null) return makeRemotely(ctx, remote, place, edit, values);
  for (let tries = 1; ; tries += 1) {
    const etag = await inTransaction(
      ctx,
      async (tx) => (await mirrorRecord(tx, place.name, id))?.etag ?? null,
    );
    try {
      return await remote.save(place, id, values, false, etag);
    } catch (error) {
      const changed = error instanceof CrmFailure && error.kind === 'conflict' && etag !== null;
      if (!changed || tries === TRIES) throw error;
      if (!(await rereadRecord(ctx, remote, { table: place.name, id }))) return null;
    }
  }
}

/**
 * A record that the CRM refused is not made, so its key is free again; after anything else it may be there, or arrive yet, and
 * whoever comes again under the key does not free it.
 */
async function makeRemotely(
  ctx: Context,
  remote: RemoteCrm,
  place: MirrorTable,
  { newId, once }: PlannedEdit,
  values: Record<string, CellValue>,
): Promise<string | null> {
  try {
    return await remote.save(place, newId, values, true);
  } catch (error) {
    if (once !== undefined && error instanceof CrmFailure && !error.passing)
      await inTransaction(ctx, (tx) => freeKey(tx, once));
    throw error;
  }
}

/**
 * A field edited here is judged here, like one of the embedded CRM, and what comes of it is written like any decision: an
 * edit that was only sent there could get lost between there and its reading.
 */
async function editFields(
  ctx: Context,
  edit: EditedRecord,
  id: string,
  fields: Record<string, CellValue>,
): Promise<void> {
  const { table, actor, source } = edit;
  const edited = Object.keys(fields);
  if (edited.length === 0) return;
  const refusing = await inTransaction(ctx, async (tx) => {
    const rules = await loadRules(tx);
    const known = await readRecord(tx, table, id);
    if (known === null) throw notFound('record');
    await lockNumbersOf(tx, ctx, rules.recordTypes.get(table) ?? null, [{ table, id, values: known.data }]);
    const record = await mirrorRecord(tx, table, id);
    if (record === null) throw notFound('record');
    for (const [column, value] of Object.entries(fields))
      if (typeof value === 'boolean' || value === null)
        await ctx.crm.writeFields(tx, [{ table, recordId: id, column, value }], ctx.clock());
    const values = { ...record.data, ...fields };
    await observeRecord(tx, ctx, { table, id, values, actor, source, edited, shownAt: null }, rules);
    const hints = createHints();
    hints.topic('record');
    await hints.send(tx);
    return refusedBy(tx, rules.recordTypes.get(table) ?? null, id, edited);
  });
  await letHandoversPass(ctx, refusing);
}

/** At least one; 404 where there is no such table. */
export async function columnsOf(tx: Tx, table: string): Promise<ColumnRow[]> {
  const columns = await listColumns(tx, table);
  if (columns.length === 0) throw notFound('table');
  return columns;
}

async function save(
  tx: Tx,
  ctx: Context,
  edit: PlannedEdit,
  columns: readonly ColumnRow[],
  type: RecordType | null,
): Promise<{ id: string; before: Cells | null }> {
  const now = ctx.clock();
  if (edit.id !== null && !isUuid(edit.id)) throw notFound('record');
  const id = edit.id ?? edit.newId;
  const old = edit.id === null ? null : await readRecord(tx, edit.table, edit.id);
  if (edit.id !== null && old === null) throw notFound('record');
  await lockNumbersOf(tx, ctx, type, [{ table: edit.table, id, values: { ...old?.data, ...edit.values } }]);
  const current = edit.id === null ? null : await readRecord(tx, edit.table, id, true);
  const data: Cells = withFullName(edit.table, { ...(current?.data ?? defaultsOf(columns)), ...edit.values });
  await saveRecord(tx, {
    table: edit.table,
    id,
    data,
    search: searchText(data),
    createdAt: current?.createdAt ?? now,
    updatedAt: now,
  });
  return { id, before: current?.data ?? null };
}

const defaultsOf = (columns: readonly ColumnRow[]): Cells =>
  Object.fromEntries(
    columns
      .filter((column) => column.defaultValue !== null)
      .map((column) => [column.name, column.defaultValue]),
  );
