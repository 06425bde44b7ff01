import { planImport } from '../core/csv-import.ts';
import { parsePhone } from '../core/phone.ts';
import type { RecordType } from '../core/record-type.ts';
import type { Role } from '../core/rights.ts';
import { mirrorTable } from '../db/crm-mirror.ts';
import type { Tx } from '../db/engine.ts';
import {
  type Cells,
  type CellValue,
  type ColumnRow,
  listColumns,
  readRecord,
  saveRecord,
  searchText,
} from '../db/records.ts';
import { isUuid } from '../db/rows.ts';
import { CrmFailure, type RemoteCrm } from '../ports.ts';
import type { Context } from './context.ts';
import { createHints } from './live.ts';
import { rereadRecord } from './mirror-records.ts';
import { lockNumbersOf, observeRecord } from './observe-record.ts';
import { loadRecordTypes, loadSettings } from './organisation.ts';
import { notFound, Refusal } from './refusal.ts';
import { inTransaction } from './transaction.ts';

/** Records of the embedded CRM: create, change, import. A change of a field counts as a change in the CRM. */

export interface EditedRecord {
  table: string;
  id: string | null;
  values: Record<string, CellValue>;
  actor: string;
  source: 'crm' | 'import';
}

/**
 * Within Assent the Compliance Field is read-only: agents record a refusal or a grant instead. The administrator's calls
 * play the CRM's own form, where the field can be edited; such an edit is observed and judged like any other.
 */
export async function refuseFieldByHand(
  tx: Tx,
  table: string,
  values: Record<string, unknown>,
  role: Role,
): Promise<void> {
  if (role === 'administrator') return;
  const type = (await loadRecordTypes(tx)).get(table);
  const fields = [type?.complianceField, type?.marketingField];
  if (fields.some((field) => field != null && field in values))
    throw new Refusal(
      422,
      'compliance-field-read-only',
      'The Compliance Field is set by the customer’s answer. Use Record a refusal or Record a grant.',
    );
}

/** Creates (`id` null) or changes one record; answers its id. Bad values change nothing: 422 with every problem. */
export async function editRecord(ctx: Context, edit: EditedRecord): Promise<string> {
  if (ctx.crm.remote !== null) return editRemotely(ctx, ctx.crm.remote, edit);
  return inTransaction(ctx, async (tx) => {
    const columns = await columnsOf(tx, edit.table);
    const recordTypes = await loadRecordTypes(tx);
    const type = recordTypes.get(edit.table) ?? null;
    const problems = valueProblems(edit.values, columns, type);
    if (problems.length > 0)
      throw new Refusal(422, problems[0]?.code ?? 'invalid-request', problems[0]?.message ?? '', {
        problems,
      });
    const id = await save(tx, ctx, edit, columns, type);
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
          edited: Object.keys(edit.values),
        },
        { settings: await loadSettings(tx), recordTypes },
      );
    const hints = createHints();
    hints.topic('record');
    await hints.send(tx);
    return id;
  });
}

/** In a remote CRM the record itself is made or changed there, and then read as any other change is. */
async function editRemotely(ctx: Context, remote: RemoteCrm, edit: EditedRecord): Promise<string> {
  const { place, problems } = await inTransaction(ctx, async (tx) => {
    const columns = await columnsOf(tx, edit.table);
    const type = (await loadRecordTypes(tx)).get(edit.table);
    if (type === undefined)
      throw new Refusal(
        409,
        'record-type-not-set-up',
        'Set up this record type first, under Configuration, Record types.',
      );
    return {
      place: await mirrorTable(tx, edit.table),
      problems: valueProblems(edit.values, columns, type),
    };
  });
  if (problems.length > 0)
    throw new Refusal(422, problems[0]?.code ?? 'invalid-request', problems[0]?.message ?? '', { problems });
  if (place === null || (edit.id !== null && !isUuid(edit.id))) throw notFound('record');
  try {
    const id = await remote.save(place, edit.id ?? ctx.make.id(), edit.values, edit.id === null);
    if (id === null) throw notFound('record');
    await rereadRecord(ctx, remote, { table: edit.table, id }, { actor: edit.actor });
    return id;
  } catch (error) {
    if (!(error instanceof CrmFailure)) throw error;
    if (error.passing)
      throw new Refusal(503, 'crm-not-reached', 'The CRM cannot be reached. Try again in a moment.');
    throw new Refusal(422, 'crm-refused', `The CRM refused: ${error.message}`);
  }
}

async function columnsOf(tx: Tx, table: string): Promise<ColumnRow[]> {
  const columns = await listColumns(tx, table);
  if (columns.length === 0) throw notFound('table');
  return columns;
}

async function save(
  tx: Tx,
  ctx: Context,
  edit: EditedRecord,
  columns: readonly ColumnRow[],
  type: RecordType | null,
): Promise<string> {
  const now = ctx.clock();
  if (edit.id !== null && !isUuid(edit.id)) throw notFound('record');
  const id = edit.id ?? ctx.make.id();
  const old = edit.id === null ? null : await readRecord(tx, edit.table, edit.id);
  if (edit.id !== null && old === null) throw notFound('record');
  await lockNumbersOf(tx, type, [{ table: edit.table, id, values: { ...old?.data, ...edit.values } }]);
  const current = edit.id === null ? null : await readRecord(tx, edit.table, id, true);
  const data: Cells = withNames(edit.table, { ...(current?.data ?? defaultsOf(columns)), ...edit.values });
  await saveRecord(tx, {
    table: edit.table,
    id,
    data,
    search: searchText(data),
    createdAt: current?.createdAt ?? now,
    updatedAt: now,
  });
  return id;
}

const defaultsOf = (columns: readonly ColumnRow[]): Cells =>
  Object.fromEntries(
    columns
      .filter((column) => column.defaultValue !== null)
      .map((column) => [column.name, column.defaultValue]),
  );

/** As Dataverse does: the full name is made of its parts where only those are given. */
function withNames(table: string, data: Cells): Cells {
  if (table === 'account' || String(data.fullname ?? '').trim() !== '') return data;
  const fullname = [data.firstname, data.lastname]
    .filter((part) => typeof part === 'string' && part !== '')
    .join(' ');
  return fullname === '' ? data : { ...data, fullname };
}

interface ValueProblem {
  code: string;
  message: string;
  path: string;
}

function valueProblems(
  values: Record<string, CellValue>,
  columns: readonly ColumnRow[],
  type: RecordType | null,
): ValueProblem[] {
  return Object.entries(values).flatMap(([name, value]): ValueProblem[] => {
    const column = columns.find((one) => one.name === name);
    const problem = (code: string, message: string): ValueProblem[] => [
      { code, message, path: `values.${name}` },
    ];
    if (column === undefined) return problem('column-missing', `There is no column “${name}” in this table.`);
    if (value === null) return [];
    if (column.kind === 'boolean')
      return typeof value === 'boolean'
        ? []
        : problem('not-boolean', `“${column.label}” takes yes, no or nothing.`);
    if (column.kind === 'number')
      return typeof value === 'number' ? [] : problem('not-a-number', `“${column.label}” takes a number.`);
    if (typeof value !== 'string') return problem('not-text', `“${column.label}” takes text.`);
    if (value.includes('\u0000'))
      return problem('not-text', `“${column.label}” holds a character that cannot be stored.`);
    if (
      column.kind === 'phone' &&
      value.trim() !== '' &&
      parsePhone(value, type?.defaultCountry ?? undefined) === null
    )
      return problem(
        'phone-invalid',
        `“${value}” is not a phone number. Write it with its country code, like +44 20 7946 0958, or set a default country for this record type.`,
      );
    return [];
  });
}

export interface ImportReport {
  created: number;
  updated: number;
  bad: { line: number; code: string; message: string }[];
}

/**
 * Imports rows of a CSV: good ones go in, bad ones are reported by line. A row with an `id` changes that record. Each row
 * is its own transaction, so a stop in the middle leaves whole records.
 */
export async function importRecords(
  ctx: Context,
  table: string,
  rows: { line: number; values: Record<string, string> }[],
  actor: string,
): Promise<ImportReport> {
  const { columns, type } = await inTransaction(ctx, async (tx) => ({
    columns: await columnsOf(tx, table),
    type: (await loadRecordTypes(tx)).get(table) ?? null,
  }));
  const ids = new Map(rows.map((row) => [row.line, row.values.id?.trim() || null]));
  const plan = planImport(
    rows.map((row) => Object.fromEntries(Object.entries(row.values).filter(([name]) => name !== 'id'))),
    columns,
    {
      lines: rows.map((row) => row.line),
      ...(type === null ? {} : { phoneColumns: type.phoneColumns }),
      ...(type?.defaultCountry == null ? {} : { defaultCountry: type.defaultCountry }),
    },
  );
  const report: ImportReport = { created: 0, updated: 0, bad: [...plan.bad] };
  for (const row of plan.good) {
    const id = ids.get(row.line) ?? null;
    try {
      await editRecord(ctx, { table, id, values: row.values, actor, source: 'import' });
      if (id === null) report.created += 1;
      else report.updated += 1;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      report.bad.push({ line: row.line, code: error.code, message: error.message });
    }
  }
  report.bad.sort((a, b) => a.line - b.line);
  return report;
}
