import { sql } from 'kysely';
import type { World } from '../stories/world.ts';

/** When somebody was last seen, or a key last used, is no change that a call makes; nor is what nodes settle among themselves. */
const SEEN = ['last_seen_at', 'used_at', 'last_used_at'];
/** What the worker writes that delivers webhooks, whenever one is due. */
const DELIVERED: Record<string, readonly string[]> = {
  webhook_endpoint: ['failing_since', 'last_success_at'],
  webhook_delivery: [
    'state',
    'attempts',
    'next_at',
    'lease',
    'last_status',
    'last_problem',
    'tried_at',
    'delivered_at',
  ],
};

/**
 * What tells that any row was made, changed or taken away, cheap enough to ask after every refusal: of each table the
 * number of its rows and the newest transaction that wrote one. Tables that note when somebody was seen are read whole.
 */
export async function createPrints(world: Pick<World, 'ctx'>): Promise<() => Promise<Map<string, string>>> {
  const { db } = world.ctx.database;
  const { rows: tables } = await sql<{ name: string; whole: boolean }>`
    select t.table_name as name, exists (select from information_schema.columns c
      where c.table_schema = 'public' and c.table_name = t.table_name and c.column_name = any(${SEEN})) as whole
    from information_schema.tables t where t.table_schema = 'public' and t.table_type = 'BASE TABLE'
      and t.table_name <> 'allowance_share'`.execute(db);
  const parts = tables.map(({ name, whole }) =>
    whole || name in DELIVERED
      ? sql`select ${sql.lit(name)} as name, md5(string_agg(line, '' order by line)) as print from
          (select (to_jsonb(t) - ${[...SEEN, ...(DELIVERED[name] ?? [])]}::text[])::text as line from ${sql.table(name)} t) l`
      : sql`select ${sql.lit(name)} as name, count(*)::text || ':' || coalesce(max(xmin::text::bigint), 0)::text as print
          from ${sql.table(name)}`,
  );
  const query = sql<{ name: string; print: string | null }>`${sql.join(parts, sql` union all `)}`;
  return async () => {
    const { rows } = await query.execute(db);
    return new Map(rows.map(({ name, print }) => [name, print ?? '']));
  };
}

export const changed = (before: Map<string, string>, after: Map<string, string>): string[] =>
  [...after].flatMap(([name, print]) => (before.get(name) === print ? [] : [name]));
