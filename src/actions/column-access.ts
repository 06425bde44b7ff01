import { columnAccess } from '../core/column-access.ts';
import type { RecordType } from '../core/record-type.ts';
import { columnChecks } from '../db/crm-column-checks.ts';
import type { Tx } from '../db/engine.ts';
import type { ColumnRow } from '../db/records.ts';
import { CrmFailure, type TableRight } from '../ports.ts';
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
  const fields = columns.filter(({ name }) => name === type.complianceField || name === type.marketingField);
  return (await withAccess(tx, type.table, fields))
    .filter((column) => column.access === 'unreadable')
    .map((column) => column.name);
}

/** What Assent needs of a table and these fields, asked of the organisation now; nothing where the CRM is our own. */
export async function rightsOnTable(
  ctx: Context,
  name: string,
  fields: readonly string[],
  writes: boolean,
): Promise<TableRight[]> {
  try {
    return (await ctx.crm.remote?.rights([{ name, fields, writes }])) ?? [];
  } catch (error) {
    if (!(error instanceof CrmFailure)) throw error;
    throw new Refusal(503, 'crm-not-reached', 'The CRM cannot be reached. Try again in a moment.');
  }
}
