import { createHash } from 'node:crypto';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type pg from 'pg';

/**
 * A statement that begins with this is prepared once per connection and named: PostgreSQL parses and plans it once instead
 * of with every call, which for the statements of a webhook is most of their cost. It has to be one text with parameters
 * for whatever varies, and one plan has to be good for every value of them: it goes by keys.
 *
 * The others stay unnamed on purpose: a list with optional filters wants a plan for the values it is asked with.
 */
const PREPARED = '/* prepared */';
/**
 * The same for a statement that several rows travel into: it goes by keys only where the planner is told so
 * (`Database.keyed`). Elsewhere a plan that was good for empty tables would read them whole once they are large.
 */
const KEYED = '/* keyed */';

/** The code has some fifty such statements; a text that varies would be a mistake, and past this it runs unnamed. */
const MOST_NAMES = 200;
const names = new Map<string, string>();

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= MOST_NAMES) return known;
  const name = createHash('sha256').update(text).digest('hex').slice(0, 24);
  names.set(text, name);
  return name;
}

/** Makes every connection of a pool send marked statements by their name. */
export function prepareMarked(pool: pg.Pool, byKeys: boolean): void {
  const marks = byKeys ? [PREPARED, KEYED] : [PREPARED];
  const isMarked = (text: string): boolean => marks.some((mark) => text.startsWith(mark));
  pool.on('connect', (client) => {
    const query: (...given: unknown[]) => unknown = client.query.bind(client);
    const byName = (text: unknown, ...values: unknown[]): unknown => {
      const name = typeof text === 'string' && isMarked(text) ? nameOf(text) : undefined;
      return name === undefined ? query(text, ...values) : query({ name, text }, ...values);
    };
    client.query = byName as typeof client.query;
  });
}

/** A statement that is asked for the third time will be asked for again. */
const REPEATED = 3;
/** PostgreSQL plans a prepared statement anew five times before it keeps a plan. */
const SETTLED = REPEATED + 6;
/** Each prepared statement takes some tens of kB. */
const MOST_REPEATED = 300;
/** Planning takes a millisecond or so: what runs for longer is planned for the tables as they are now, the next time. */
const WORTH_PLANNING_MS = 5;
const READS_OR_WRITES = /^\s*(\/\*[^*]*\*\/\s*)?(select|insert|update|delete|with)\b/i;
const CHANGES_TABLES = /^\s*(create|alter|drop)\b/i;
let made = 0;
/** No two sessions of a process have one in common: where a driver gives a session up, PGlite does not. */
const nextName = (): string => {
  made += 1;
  return `repeated_${made}`;
};

/**
 * Prepares whatever the one session of PGlite is asked for again and again: to read and plan a statement takes PGlite some
 * five times as long as to run it. A plan that was made for small tables is given up when it becomes slow.
 *
 * Answers the same session for transactions that begin with `settings`: what is prepared in them is planned under these, and
 * kept.
 */
export function prepareRepeated(pool: pg.Pool, settings: string): PostgresPool {
  const sessions = new WeakMap<pg.PoolClient, Session>();
  pool.on('connect', (client) => {
    const query: Session['query'] = client.query.bind(client);
    const session = { query, run: createPrepared(query, (name) => forgetName(client, name)) };
    sessions.set(client, session);
    const plain = (text: unknown, values: unknown, ...more: unknown[]): Promise<pg.QueryResult> =>
      typeof text === 'string' && Array.isArray(values) && more.length === 0
        ? session.run(text, values, 'plain')
        : query(text, values, ...more);
    client.query = plain as typeof client.query;
  });
  return {
    async connect() {
      const client = await pool.connect();
      const session = sessions.get(client);
      if (session === undefined) throw new Error('a session that nothing is prepared in');
      let under: Under = 'plain';
      const query = async (text: string, values: unknown[]): Promise<unknown> => {
        if (text === settings) under = 'settings';
        return session.run(text, values, under);
      };
      return { query: query as PostgresPoolClient['query'], release: () => client.release() };
    },
    async end() {},
    options: pool.options,
  };
}

type Under = 'plain' | 'settings';
interface Session {
  query: (...given: unknown[]) => Promise<pg.QueryResult>;
  run: (text: string, values: unknown[], under: Under) => Promise<pg.QueryResult>;
}

interface Prepared {
  name: string;
  uses: number;
  /** The session has it. To give back a name that it does not know would end a transaction. */
  isThere: boolean;
}

/** `pg` keeps the text of every name it has sent for as long as its client lives, which here is as long as the process. */
function forgetName({ connection }: pg.PoolClient, name: string): void {
  const { parsedStatements } = connection as Knows;
  delete parsedStatements[name];
}
/** Its types leave this out. */
type Knows = pg.Connection & { parsedStatements: Record<string, string> };

function createPrepared(query: Session['query'], forget: (name: string) => void): Session['run'] {
  /** The one that was used last at the end. */
  const known = new Map<string, Prepared>();
  const giveUp = async (key: string): Promise<void> => {
    const one = known.get(key);
    known.delete(key);
    if (one?.isThere !== true) return;
    await query(`deallocate ${one.name}`);
    forget(one.name);
  };
  const use = (key: string): Prepared => {
    const one = known.get(key) ?? { name: nextName(), uses: 0, isThere: false };
    one.uses += 1;
    known.delete(key);
    known.set(key, one);
    return one;
  };
  return async (text, values, under) => {
    if (CHANGES_TABLES.test(text)) for (const key of [...known.keys()]) await giveUp(key);
    if (!READS_OR_WRITES.test(text)) return query(text, values);
    const key = `${under}: ${text}`;
    const one = use(key);
    const [oldest] = known.keys();
    if (known.size > MOST_REPEATED && oldest !== undefined) await giveUp(oldest);
    if (one.uses < REPEATED) return query(text, values);
    const began = performance.now();
    const result = await query({ name: one.name, text, values });
    one.isThere = true;
    const isSlow = performance.now() - began > WORTH_PLANNING_MS && one.uses > SETTLED;
    if (isSlow && under === 'plain' && known.get(key) === one) await giveUp(key);
    return result;
  };
}
