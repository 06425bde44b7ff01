import { CompiledQuery, type KyselyPlugin } from 'kysely';
import { z } from 'zod';
import type { Database, Db, Tx } from '../../src/db/engine.ts';

/** What the database does to answer: the statements that some work sends, and their plans. */

export interface Statement {
  sql: string;
  parameters: readonly unknown[];
}

/** The same database, and every statement that goes through it from now on. */
export function recording(database: Database): { database: Database; statements: Statement[] } {
  const statements: Statement[] = [];
  const plugin: KyselyPlugin = {
    transformQuery({ node, queryId }) {
      const { sql, parameters } = database.db.getExecutor().compileQuery(node, queryId);
      statements.push({ sql, parameters });
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  return { database: { ...database, db: database.db.withPlugin(plugin) }, statements };
}

/** Sets a limit for the statements after it, or asks the planner itself: carried out, and has no plan. */
export const isPlanless = ({ sql }: Statement): boolean => /^(select set_config|explain)/.test(sql);

/** Explains the statements of one transaction in their order, under the settings they set themselves and those given. */
export async function explainEach<T>(
  db: Db,
  statements: readonly Statement[],
  explain: (tx: Tx, statement: Statement) => Promise<T>,
  settings: readonly string[] = [],
): Promise<T[]> {
  return db.transaction().execute(async (tx) => {
    for (const setting of settings) await tx.executeQuery(CompiledQuery.raw(`set local ${setting}`));
    const explained: T[] = [];
    for (const statement of statements) {
      if (isPlanless(statement))
        await tx.executeQuery(CompiledQuery.raw(statement.sql, [...statement.parameters]));
      else explained.push(await explain(tx, statement));
    }
    return explained;
  });
}

/** As `psql` shows it. */
export async function planText(tx: Tx, { sql, parameters }: Statement): Promise<string[]> {
  const { rows } = await tx.executeQuery<{ 'QUERY PLAN': string }>(
    CompiledQuery.raw(`explain (analyze, buffers, costs off, timing off, summary off) ${sql}`, [
      ...parameters,
    ]),
  );
  return rows.map((row) => row['QUERY PLAN']);
}

/** How a table is read in a plan, and how many of its rows in all loops together. */
export interface Read {
  table: string;
  /** Null for a sequential scan. */
  index: string | null;
  rows: number;
  /** Under a sort with no limit between: then all that the index finds is read, whatever the page shows. */
  sorted: boolean;
}

export async function readsOf(tx: Tx, { sql, parameters }: Statement): Promise<Read[]> {
  const { rows } = await tx.executeQuery<{ 'QUERY PLAN': unknown }>(
    CompiledQuery.raw(`explain (analyze, costs off, timing off, summary off, format json) ${sql}`, [
      ...parameters,
    ]),
  );
  return Answer.parse(rows[0]?.['QUERY PLAN']).flatMap(({ Plan }) => reads(Plan, false));
}

function reads(node: Node, sorted: boolean): Read[] {
  const below = node['Node Type'] === 'Limit' ? false : sorted || node['Node Type'] === 'Sort';
  const children = (node.Plans ?? []).flatMap((child) => reads(child, below));
  const table = node['Relation Name'];
  if (table === undefined) return children;
  const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
  const index = node['Index Name'] ?? (node.Plans ?? []).map(indexOf).find((name) => name !== null) ?? null;
  const count = (node['Actual Rows'] + removed) * node['Actual Loops'] + entriesOf(node);
  return [{ table, index, rows: count, sorted }, ...children];
}

/** What a bitmap was made of: of two indexes that are combined, all that either found. */
function entriesOf(node: Node): number {
  return (node.Plans ?? [])
    .filter((child) => /^Bitmap/.test(child['Node Type']))
    .reduce((sum, child) => {
      const own =
        child['Node Type'] === 'Bitmap Index Scan' ? child['Actual Rows'] * child['Actual Loops'] : 0;
      return sum + own + entriesOf(child);
    }, 0);
}

const indexOf = (node: Node): string | null =>
  node['Index Name'] ?? (node.Plans ?? []).map(indexOf).find((name) => name !== null) ?? null;

interface Node {
  'Node Type': string;
  'Relation Name'?: string | undefined;
  'Index Name'?: string | undefined;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number | undefined;
  'Rows Removed by Index Recheck'?: number | undefined;
  Plans?: Node[] | undefined;
}
const Node: z.ZodType<Node> = z.object({
  'Node Type': z.string(),
  'Relation Name': z.string().optional(),
  'Index Name': z.string().optional(),
  'Actual Rows': z.number(),
  'Actual Loops': z.number(),
  'Rows Removed by Filter': z.number().optional(),
  'Rows Removed by Index Recheck': z.number().optional(),
  Plans: z.lazy(() => z.array(Node)).optional(),
});
const Answer = z.array(z.object({ Plan: Node }));
