import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { DEFAULT_SETTINGS } from '../src/core/settings.ts';
import { openPostgres } from '../src/db/engine.ts';
import { migrate } from '../src/db/migrate.ts';
import { type DeskSize, writeDesk } from './desk-rows.ts';

/**
 * `npm run seed:desk`: a desk of 1,000,000 conversations and 10,000,000 messages (DESK_CONVERSATIONS, DESK_MESSAGES) in a
 * database of its own (DESK_DATABASE, `assent_desk`) on BENCH_DATABASE_URL's server, made anew if it is there.
 */
const server = process.env.BENCH_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
export const DESK_DATABASE = process.env.DESK_DATABASE ?? 'assent_desk';

export function deskUrl(database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export const dropDesk = (database: string): Promise<unknown> =>
  connected(server, (client) =>
    client.query(`drop database if exists ${pg.escapeIdentifier(database)} with (force)`),
  );

/** Whether a seed of this name went through to its end. */
export async function deskSize(database: string): Promise<DeskSize | null> {
  const there = await connected(server, (client) =>
    client.query('select 1 from pg_database where datname = $1', [database]),
  );
  if (there.rowCount === 0) return null;
  const { rows } = await connected(deskUrl(database), (client) =>
    client.query<{ value: DeskSize }>(`select value from setting where name = 'desk-seed'`),
  );
  return rows[0]?.value ?? null;
}

export async function seedDesk(database: string, size: DeskSize, say: (line: string) => void): Promise<void> {
  await dropDesk(database);
  await connected(server, (client) => client.query(`create database ${pg.escapeIdentifier(database)}`));
  const engine = await openPostgres(deskUrl(database));
  await migrate(engine.db);
  await engine.close();
  await connected(deskUrl(database), async (client) => {
    await writeDesk(client, size, DEFAULT_SETTINGS.messageSearchDays, say);
    await client.query(`insert into setting (name, value) values ('desk-seed', $1)`, [JSON.stringify(size)]);
    // What was written is on disk before anything is measured.
    await client.query('checkpoint');
    const { rows } = await client.query<{ size: string }>(
      'select pg_size_pretty(pg_database_size(current_database())) as size',
    );
    say(`${database} has ${rows[0]?.size ?? '?'}`);
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const size = {
    conversations: Number(process.env.DESK_CONVERSATIONS ?? 1_000_000),
    messages: Number(process.env.DESK_MESSAGES ?? 10_000_000),
  };
  const started = performance.now();
  await seedDesk(DESK_DATABASE, size, (line) => console.log(line));
  console.log(`seeded in ${((performance.now() - started) / 1_000).toFixed(0)} s`);
}
