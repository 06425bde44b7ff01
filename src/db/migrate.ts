import { sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { Db } from './engine.ts';
import { up as consentLoop } from './migrations/0001-consent-loop.ts';

/** Named migrations in order. Kysely keeps what was done in `kysely_migration` and takes a lock, so nodes may race. */
const MIGRATIONS: Record<string, readonly string[]> = {
  '0001-consent-loop': consentLoop,
};

function migration(statements: readonly string[]): Migration {
  return {
    async up(db) {
      for (const statement of statements) await sql.raw(statement).execute(db);
    },
  };
}

/** Brings the schema to the newest version; throws with the name of the migration that failed. */
export async function migrate(db: Db): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: {
      async getMigrations() {
        return Object.fromEntries(
          Object.entries(MIGRATIONS).map(([name, statements]) => [name, migration(statements)]),
        );
      },
    },
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const failed = results?.find((result) => result.status === 'Error')?.migrationName;
  throw new Error(
    `migration ${failed ?? '?'} failed: ${error instanceof Error ? error.message : String(error)}`,
    {
      cause: error,
    },
  );
}

/** The schema as the catalogue answers it, one line per column, index, check and trigger; equal on both engines. */
export async function schemaLines(db: Db): Promise<string[]> {
  const { rows } = await sql<{ line: string }>`
    select format('column %s.%s %s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                  case when a.attnotnull then ' not null' else '' end,
                  case when d.oid is null then '' else ' default ' || pg_get_expr(d.adbin, d.adrelid) end) as line
      from pg_attribute a
      join pg_class c on c.oid = a.attrelid and c.relkind = 'r'
      join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
      left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where a.attnum > 0 and not a.attisdropped and c.relname not like 'kysely%'
    union all
    select format('index %s', indexdef) from pg_indexes where schemaname = 'public' and tablename not like 'kysely%'
    union all
    select format('constraint %s.%s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
      from pg_constraint where connamespace = 'public'::regnamespace and contype <> 'n' and conrelid::regclass::text not like 'kysely%'
    union all
    select format('trigger %s', pg_get_triggerdef(oid)) from pg_trigger where not tgisinternal
    order by line`.execute(db);
  return rows.map((row) => row.line).sort();
}
