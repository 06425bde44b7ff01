import { createHash } from 'node:crypto';
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
