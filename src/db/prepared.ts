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

/** The code has some twenty such statements; a text that varies would be a mistake, and past this it runs unnamed. */
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
export function prepareMarked(pool: pg.Pool): void {
  pool.on('connect', (client) => {
    const query: (...given: unknown[]) => unknown = client.query.bind(client);
    const byName = (text: unknown, ...values: unknown[]): unknown => {
      const name = typeof text === 'string' && text.startsWith(PREPARED) ? nameOf(text) : undefined;
      return name === undefined ? query(text, ...values) : query({ name, text }, ...values);
    };
    client.query = byName as typeof client.query;
  });
}
