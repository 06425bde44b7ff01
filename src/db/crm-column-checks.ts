import { sql } from 'kysely';
import type { Tx } from './engine.ts';
import { json, time } from './rows.ts';

/** Tests of columns of a remote CRM, the last of each. */

export interface CheckStep {
  step: 'create' | 'write-yes' | 'read-yes' | 'write-no' | 'read-no' | 'delete';
  ok: boolean;
  /** What the CRM said against it. */
  detail: string | null;
}

export interface ColumnCheck {
  table: string;
  column: string;
  at: number;
  actor: string;
  /** `unknown`: it came to no end. */
  verdict: 'works' | 'unreadable' | 'not-writable' | 'unknown';
  steps: CheckStep[];
  /** What metadata said of column security then. */
  security: { read: boolean | null; update: boolean | null } | null;
}

export async function saveColumnCheck(tx: Tx, check: ColumnCheck): Promise<void> {
  await sql`insert into crm_column_check (table_name, column_name, checked_at, actor, verdict, steps, security)
    values (${check.table}, ${check.column}, ${time(check.at)}, ${check.actor}, ${check.verdict}, ${json(check.steps)}, ${json(check.security)})
    on conflict (table_name, column_name) do update set checked_at = excluded.checked_at, actor = excluded.actor,
      verdict = excluded.verdict, steps = excluded.steps, security = excluded.security`.execute(tx);
}

/** By column name. */
export async function columnChecks(tx: Tx, table: string): Promise<Map<string, ColumnCheck>> {
  const { rows } =
    await sql<ColumnCheck>`select table_name as "table", column_name as "column", checked_at as at, actor, verdict, steps, security
    from crm_column_check where table_name = ${table}`.execute(tx);
  return new Map(rows.map((row) => [row.column, row]));
}
