import { columnAccess } from '../core/column-access.ts';
import { fieldsOf, type RecordType } from '../core/record-type.ts';
import { columnChecks } from '../db/crm-column-checks.ts';
import { mirrorTable } from '../db/crm-mirror.ts';
import type { Tx } from '../db/engine.ts';
import { type ColumnRow, listColumns } from '../db/records.ts';
import { CrmFailure, type TableRight, type ValueCounts } from '../ports.ts';
import type { Context } from './context.ts';
import { Refusal } from './refusal.ts';

/** What is known of our access to the columns of a table: what metadata says, and the last test of each. */
export async function withAccess(
  tx: Tx,
  table: string,
  columns: readonly ColumnRow[],
): Promise<(ColumnRow & { access: ReturnType<typeof columnAccess> })[]> {
  const checks = await columnChecks(tx, table);
  return columns.map((column) => ({
    ...column,
    access: columnAccess(column.security ?? null, checks.get(column.name) ?? null),
  }));
}

/** The fields of a record type that may not be read. */
export async function closedFields(
  tx: Tx,
  type: RecordType,
  columns: readonly ColumnRow[],
): Promise<string[]> {
  const fields = columns.filter(({ name }) => fieldsOf(type).includes(name));
  return (await withAccess(tx, type.table, fields))
    .filter((column) => column.access === 'unreadable')
    .map((column) => column.name);
}

/**
 * How many records hold what in the Boolean columns of a table, as the organisation says now: of columns that are not
 * mirrored nobody else knows. Nothing where the CRM is our own.
 */
export async function valuesInCrm(ctx: Context, name: string): Promise<Map<string, ValueCounts>> {
  const { db } = ctx.database;
  const table = await mirrorTable(db, name);
  if (ctx.crm.remote === null || table === null) return new Map();
  const booleans = (await listColumns(db, name)).filter(({ kind }) => kind === 'boolean');
  return asking(
    ctx.crm.remote.countValues(
      table,
      booleans.map((column) => column.name),
    ),
  );
}

/** What Assent needs of a table and these fields, asked of the organisation now; nothing where the CRM is our own. */
export async function rightsOnTable(
  ctx: Context,
  name: string,
  fields: readonly string[],
  writes: boolean,
): Promise<TableRight[]> {
  return ctx.crm.remote === null ? [] : asking(ctx.crm.remote.rights([{ name, fields, writes }]));
}

/** Where the CRM is asked for somebody who waits. */
export async function asking<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof CrmFailure)) throw error;
    throw new Refusal(503, 'crm-not-reached', 'The CRM cannot be reached. Try again in a moment.');
  }
}
