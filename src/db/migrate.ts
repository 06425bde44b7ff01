import { sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { Db } from './engine.ts';
import { buildLargeIndexes } from './large-indexes.ts';
import { up as consentLoop } from './migrations/0001-consent-loop.ts';
import { up as people } from './migrations/0002-people.ts';
import { up as ownership } from './migrations/0003-ownership.ts';
import { up as conversationList } from './migrations/0004-conversation-list.ts';
import { up as media } from './migrations/0005-media.ts';
import { up as quickReplies } from './migrations/0006-quick-replies.ts';
import { up as unknownNumbers } from './migrations/0007-unknown-numbers.ts';
import { up as settledReminders } from './migrations/0008-settled-reminders.ts';
import { up as crmMirror } from './migrations/0009-crm-mirror.ts';
import { up as embedTokens } from './migrations/0010-embed-tokens.ts';
import { up as crmActivities } from './migrations/0011-crm-activities.ts';
import { up as crmCompare } from './migrations/0012-crm-compare.ts';
import { up as crmSetUp } from './migrations/0013-crm-set-up.ts';
import { up as crmEtags } from './migrations/0014-crm-etags.ts';
import { up as configurationVersion } from './migrations/0016-configuration-version.ts';
import { up as secretsAndWebhooks } from './migrations/0017-secrets-and-webhooks.ts';
import { up as silence } from './migrations/0019-silence.ts';
import { up as campaign } from './migrations/0020-campaign.ts';
import { up as allowanceShares } from './migrations/0021-allowance-shares.ts';
import { up as erasure } from './migrations/0022-erasure.ts';
import { up as whoRecordedAGrant } from './migrations/0023-who-recorded-a-grant.ts';
import { up as takingIn } from './migrations/0024-taking-in.ts';
import { up as renumbered } from './migrations/0025-renumbered.ts';
import { up as publishedWording } from './migrations/0026-published-wording.ts';
import { up as requestDelivery } from './migrations/0027-request-delivery.ts';
import { up as crmColumnTakes } from './migrations/0028-crm-column-takes.ts';
import { up as whoMadeAKey } from './migrations/0029-who-made-a-key.ts';
import { up as numbersPassedOn } from './migrations/0030-numbers-passed-on.ts';
import { up as openRequests } from './migrations/0031-open-requests.ts';
import { up as toldOfTemplates } from './migrations/0032-told-of-templates.ts';

/** Named migrations in order. Kysely keeps what was done in `kysely_migration` and takes a lock, so nodes may race. */
export const MIGRATIONS: Record<string, readonly string[]> = {
  '0001-consent-loop': consentLoop,
  '0002-people': people,
  '0003-ownership': ownership,
  '0004-conversation-list': conversationList,
  '0005-media': media,
  '0006-quick-replies': quickReplies,
  '0007-unknown-numbers': unknownNumbers,
  '0008-settled-reminders': settledReminders,
  '0009-crm-mirror': crmMirror,
  '0010-embed-tokens': embedTokens,
  '0016-configuration-version': configurationVersion,
  '0011-crm-activities': crmActivities,
  '0012-crm-compare': crmCompare,
  '0014-crm-etags': crmEtags,
  '0017-secrets-and-webhooks': secretsAndWebhooks,
  '0013-crm-set-up': crmSetUp,
  '0019-silence': silence,
  '0020-campaign': campaign,
  '0021-allowance-shares': allowanceShares,
  '0022-erasure': erasure,
  '0023-who-recorded-a-grant': whoRecordedAGrant,
  '0024-taking-in': takingIn,
  '0025-renumbered': renumbered,
  '0026-published-wording': publishedWording,
  '0027-request-delivery': requestDelivery,
  '0028-crm-column-takes': crmColumnTakes,
  '0029-who-made-a-key': whoMadeAKey,
  '0030-numbers-passed-on': numbersPassedOn,
  '0031-open-requests': openRequests,
  '0032-told-of-templates': toldOfTemplates,
};

function migration(statements: readonly string[]): Migration {
  return {
    async up(db) {
      // Whoever waits for a table's lock stops everybody behind them. This gives up instead and tries again.
      await sql`set local lock_timeout = '5s'`.execute(db);
      for (const statement of statements) await sql.raw(statement).execute(db);
    },
  };
}

/**
 * Brings the schema to the newest version; throws with the name of the migration that failed. Where a later version was
 * here first, this one works beside it, as long as that only added to the schema (docs/deployment.md, “Upgrade”).
 */
export async function migrate(db: Db): Promise<void> {
  await ensureTrigrams(db);
  const exists = await isMigrated(db);
  const later = exists ? await migrationsFromLater(db) : [];
  const contract = later.find((name) => CONTRACT.test(name));
  if (contract !== undefined)
    throw new Error(
      `A later version took away from this database what this one needs (${contract}). Start that version.`,
    );
  if (exists && (await schemaState(db)) === 'ready') {
    if (later.length === 0) await buildLargeIndexes(db);
    return;
  }
  const migrator = new Migrator({
    db,
    // Numbers are given out before work begins, and what has a lower one may come later.
    allowUnorderedMigrations: true,
    provider: {
      async getMigrations() {
        return Object.fromEntries(
          Object.entries(MIGRATIONS).map(([name, statements]) => [name, migration(statements)]),
        );
      },
    },
  });
  // Each in a transaction of its own: one that held the locks of all their tables would meet the version before, which works
  // on them meanwhile, in a deadlock after another. What is done stays done, and only adds.
  while (await migrateNext(migrator));
  return buildLargeIndexes(db);
}

/** Does the first migration that is not done yet; false where none is left. Tries again where somebody was in the way. */
async function migrateNext(migrator: Migrator): Promise<boolean> {
  let { error, results = [] } = await migrator.migrateUp();
  for (let again = 1; error !== undefined && again < TRIES && wasInTheWay(error); again += 1) {
    await new Promise((resolve) => setTimeout(resolve, again * 500));
    ({ error, results = [] } = await migrator.migrateUp());
  }
  if (error === undefined) return results.length > 0;
  const failed = results.find((result) => result.status === 'Error')?.migrationName;
  throw new Error(
    `migration ${failed ?? '?'} failed: ${error instanceof Error ? error.message : String(error)}`,
    { cause: error },
  );
}

/** Of one migration. Then the start gives up, and whoever supervises it starts it again. */
const TRIES = 4;
/** Broken off as a deadlock, or waited too long for a lock (https://www.postgresql.org/docs/15/errcodes-appendix.html). */
const IN_THE_WAY: ReadonlySet<unknown> = new Set(['40P01', '55P03']);

const wasInTheWay = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && IN_THE_WAY.has(error.code);

/** The name of a migration that takes away: versions from before it cannot run any more. */
export const CONTRACT = /^\d{4}-contract-/;

/** Whether this version can work on the schema as it is: `behind` lacks a migration of ours, `taken-away` has a later one's. */
export async function schemaState(db: Db): Promise<'ready' | 'behind' | 'taken-away'> {
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
  const done = new Set(rows.map(({ name }) => name));
  if ([...done].some((name) => !(name in MIGRATIONS) && CONTRACT.test(name))) return 'taken-away';
  return Object.keys(MIGRATIONS).every((name) => done.has(name)) ? 'ready' : 'behind';
}

/** Whether any version of Assent made its tables here. */
export async function isMigrated(db: Db): Promise<boolean> {
  const { rows } =
    await sql`select 1 from pg_tables where schemaname = 'public' and tablename = 'kysely_migration'`.execute(
      db,
    );
  return rows.length > 0;
}

/** Names of migrations that were done here and that this version does not know: a later one did them. */
export async function migrationsFromLater(db: Db): Promise<string[]> {
  if (!(await isMigrated(db))) return [];
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return rows.map(({ name }) => name).filter((name) => !(name in MIGRATIONS));
}

/** The search of names needs it. Any role that may create in the database may add it: the extension is trusted. */
async function ensureTrigrams(db: Db): Promise<void> {
  const { rows } = await sql`select 1 from pg_extension where extname = 'pg_trgm'`.execute(db);
  if (rows.length > 0) return;
  try {
    await sql`create extension if not exists pg_trgm`.execute(db);
  } catch (error) {
    // Another node was first.
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === '23505') return;
    throw new Error(
      `The database needs PostgreSQL's extension pg_trgm, which comes with the server's contrib modules, and it could not be added: ${
        error instanceof Error ? error.message : String(error)
      }. Run “create extension pg_trgm” in this database as a role that may, then start again.`,
      { cause: error },
    );
  }
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
  return rows.map((row) => row.line.replaceAll(/\s+/g, ' ')).sort();
}
