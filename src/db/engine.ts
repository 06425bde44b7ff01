import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import {
  CompiledQuery,
  Kysely,
  PostgresDialect,
  type PostgresDialectConfig,
  PostgresDriver,
  type PostgresPool,
  sql,
  type Transaction,
} from 'kysely';
import pg from 'pg';
import { PGliteStream } from './pglite-stream.ts';
import { prepareMarked, prepareRepeated } from './prepared.ts';

/**
 * The two engines behind one SQL dialect: PGlite inside the process (default), PostgreSQL 15+ by `DATABASE_URL`.
 * Everything above sees `Db` and `Tx` alone. Both engines give int8 as a number and timestamptz as ms since 1970.
 */

/** Rows are typed where they are read, so the schema is not described a second time here. */
type Schema = Record<string, never>;
export type Db = Kysely<Schema>;
/** A transaction or, for single reads, the database itself. */
export type Tx = Transaction<Schema> | Db;

export interface Database {
  engine: 'pglite' | 'postgres';
  db: Db;
  /**
   * For what runs all the time and goes by keys alone: connections on which the planner reads no table whole. A plan that
   * is prepared while the tables are new must be good when they are large.
   */
  keyed: Db;
  /** Calls back with each payload of NOTIFY on this channel; returns how to stop. */
  listen(channel: string, callback: (payload: string) => void): Promise<() => Promise<void>>;
  /** Connections by pool; none with PGlite. */
  pools(): PoolFigures[];
  /** The embedded database as it stands at one moment, a gzipped tar; null where backups are the server's own. */
  dump: (() => Promise<Blob>) | null;
  close(): Promise<void>;
}

export interface PoolFigures {
  pool: 'all' | 'keyed';
  used: number;
  idle: number;
  /** Who waits for one. */
  waiting: number;
}

const INT8 = 20;
const TIMESTAMPTZ = 1184;
const toNumber = (text: string): number => Number(text);
/** PostgreSQL writes `2026-05-12 10:00:00.123+00`; sessions are set to UTC. */
const toMillis = (text: string): number => {
  const iso = text.replace(' ', 'T');
  return Date.parse(/[+-]\d\d$/.test(iso) ? `${iso}:00` : iso);
};

const TYPES = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): unknown {
    if (oid === INT8) return toNumber;
    if (oid === TIMESTAMPTZ) return toMillis;
    return format === 'binary' ? pg.types.getTypeParser(oid, 'binary') : pg.types.getTypeParser(oid, 'text');
  },
} as pg.CustomTypesConfig;

/** Of the 128 MB that PGlite takes by itself an embedded database hardly uses any, and the process holds them. */
const BUFFERS = '32MB';

/**
 * Opens PGlite in `directory`, or in memory where it is null (tests), on what `snapshot` holds. `buffers`: its shared buffers,
 * as PostgreSQL writes sizes; all of them are touched when it opens.
 */
export async function openPGlite(
  directory: string | null,
  { snapshot, buffers = BUFFERS }: { snapshot?: Blob; buffers?: string } = {},
): Promise<Database> {
  if (directory !== null && !existsSync(directory)) mkdirSync(directory, { recursive: true });
  const [{ PGlite }, { pg_trgm }] = await Promise.all([
    import('@electric-sql/pglite'),
    import('@electric-sql/pglite/contrib/pg_trgm'),
  ]);
  const pglite = await PGlite.create({
    ...(directory === null ? {} : { dataDir: path.resolve(directory) }),
    ...(snapshot === undefined ? {} : { loadDataDir: snapshot }),
    startParams: [...PGlite.defaultStartParams, '-c', `shared_buffers=${buffers}`],
    extensions: { pg_trgm },
  });
  await pglite.exec(`set timezone to 'UTC'`);
  // One session, and it lasts: who waits for it waits until the transaction before has ended.
  const pool = new pg.Pool({
    types: TYPES,
    user: 'postgres',
    database: 'postgres',
    stream: () => new PGliteStream(pglite),
    max: 1,
    idleTimeoutMillis: 0,
  });
  const byKeys = prepareRepeated(pool, SET_BY_KEYS);
  const listeners = new Map<string, Set<(payload: string) => void>>();
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    client.on('error', () => {});
    client.on('notification', ({ channel, payload }) => {
      for (const callback of listeners.get(channel) ?? []) callback(payload ?? '');
    });
    // Where the driver gave a client up, its session is still there, in the middle of what failed.
    client.query('rollback').catch(() => {});
  });
  const db = pooled(pool);
  const keyed = new Kysely<Schema>({ dialect: new ByKeysDialect({ pool: byKeys }) });
  return {
    engine: 'pglite',
    db,
    keyed,
    pools: () => [],
    async listen(channel, callback) {
      const callbacks = listeners.get(channel) ?? new Set();
      listeners.set(channel, callbacks.add(callback));
      await pool.query(`listen ${pg.escapeIdentifier(channel)}`);
      return async () => void callbacks.delete(callback);
    },
    // No statement runs meanwhile, so the files are of one moment; what was not committed is undone when it is opened.
    dump: () => pglite.dumpDataDir('gzip'),
    async close() {
      await Promise.all([db.destroy(), keyed.destroy()]);
      // Kysely ends no pool that it was never asked to use.
      if (!pool.ending) await pool.end();
      if (!pglite.closed) await pglite.close();
    },
  };
}

/**
 * Connects to PostgreSQL. The pool reconnects by itself; a listener does too, and says `''` when it is back. `abandonedAfterMs`:
 * how long a transaction may be open and silent (0: for ever).
 */
export async function openPostgres(
  url: string,
  options: { poolSize?: number; abandonedAfterMs?: number } = {},
): Promise<Database> {
  // Every statement here is short. PostgreSQL compiles one whose estimated cost is high, at a desk of a million chats the
  // list's: 1.5 s of compiling for 0.4 ms of work.
  const abandoned = options.abandonedAfterMs ?? ABANDONED_AFTER_MS;
  const sessions = `-c timezone=UTC -c jit=off -c idle_in_transaction_session_timeout=${abandoned}`;
  const settings = { connectionString: url, types: TYPES, options: sessions, application_name: 'assent' };
  const all = openPool({ ...settings, max: options.poolSize ?? 12 }, false);
  const byKeys = openPool(
    { ...settings, options: [sessions, ...BY_KEYS].join(' -c '), max: KEYED_CONNECTIONS },
    true,
  );
  const [db, keyed] = [pooled(all), pooled(byKeys)];
  const listeners = new Set<() => Promise<void>>();
  return {
    engine: 'postgres',
    db,
    keyed,
    pools: () => [figuresOf('all', all), figuresOf('keyed', byKeys)],
    async listen(channel, callback) {
      const stop = await keepListening(settings, channel, callback);
      listeners.add(stop);
      return async () => {
        listeners.delete(stop);
        await stop();
      };
    },
    dump: null,
    async close() {
      await Promise.all([...listeners].map((stop) => stop()));
      await Promise.all([db.destroy(), keyed.destroy()]);
      // Kysely ends no pool that it was never asked to use.
      for (const pool of [all, byKeys]) if (!pool.ending) await pool.end();
    },
  };
}

/**
 * No transaction of ours waits for anything but the database. Where one is open and silent for so long, its process was
 * stopped or its machine is gone: the server ends it, and the other nodes get its locks (a refused customer's, the number's).
 */
const ABANDONED_AFTER_MS = 15_000;

/**
 * Opened when they are used: the writer of webhooks, its retries, claims, how sends ended, whom hints are for, campaigns, and
 * one to spare.
 */
const KEYED_CONNECTIONS = 7;
const BY_KEYS = [
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  'plan_cache_mode=force_generic_plan',
];

const SET_BY_KEYS = BY_KEYS.map((one) => `set local ${one}`).join(';');

/** A session that is not for this alone: its transactions begin with the settings. */
class ByKeysDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig;
  constructor(config: PostgresDialectConfig) {
    super(config);
    this.#config = config;
  }
  override createDriver(): ByKeysDriver {
    return new ByKeysDriver(this.#config);
  }
}
class ByKeysDriver extends PostgresDriver {
  override async beginTransaction(...given: Parameters<PostgresDriver['beginTransaction']>): Promise<void> {
    await super.beginTransaction(...given);
    await given[0].executeQuery(CompiledQuery.raw(SET_BY_KEYS));
  }
}

function openPool(settings: pg.PoolConfig, byKeys: boolean): pg.Pool {
  const pool = new pg.Pool({ ...settings, connectionTimeoutMillis: 5_000 });
  // An idle connection that breaks is replaced by the pool; without a handler the process would end.
  pool.on('error', () => {});
  // So is one that breaks between two statements of a transaction: the next statement says so.
  pool.on('connect', (client) => client.on('error', () => {}));
  prepareMarked(pool, byKeys);
  return pool;
}

const pooled = (pool: PostgresPool): Db => new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });

const figuresOf = (pool: PoolFigures['pool'], of: pg.Pool): PoolFigures => ({
  pool,
  used: of.totalCount - of.idleCount,
  idle: of.idleCount,
  waiting: of.waitingCount,
});

/** One connection of its own that listens, and comes back after a loss. */
async function keepListening(
  settings: pg.ClientConfig,
  channel: string,
  callback: (payload: string) => void,
): Promise<() => Promise<void>> {
  let client: pg.Client | null = null;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const connect = async (): Promise<void> => {
    const next = new pg.Client(settings);
    const lost = (): void => {
      if (client !== next) return;
      client = null;
      if (!stopped) timer = setTimeout(() => void connect().catch(lost), 1_000);
    };
    client = next;
    next.on('error', lost);
    next.on('end', lost);
    next.on('notification', (notice) => callback(notice.payload ?? ''));
    await next.connect();
    await next.query(`listen ${pg.escapeIdentifier(channel)}`);
    callback('');
  };
  await connect();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    const last = client;
    client = null;
    await last?.end().catch(() => {});
  };
}

/** Takes part in the transaction: the notice goes out when it commits. One per batch, ids only. */
export async function notify(tx: Tx, channel: string, payload: string): Promise<void> {
  await sql`select pg_notify(${channel}, ${payload})`.execute(tx);
}

/** Answers when the database can be written; throws otherwise. */
export async function probe(db: Db): Promise<void> {
  await sql`insert into setting (name, value) values ('probe', to_jsonb(now()))
    on conflict (name) do update set value = excluded.value, updated_at = now()`.execute(db);
}

/** Runs a part of a transaction that may fail by itself: then only this part is undone, and the error is thrown. */
export async function inSavepoint<T>(tx: Tx, work: () => Promise<T>): Promise<T> {
  await sql`savepoint part`.execute(tx);
  try {
    const result = await work();
    await sql`release savepoint part`.execute(tx);
    return result;
  } catch (error) {
    await sql`rollback to savepoint part`.execute(tx);
    await sql`release savepoint part`.execute(tx);
    throw error;
  }
}
