import type { FastifyRequest } from 'fastify';
import { Refusal } from '../actions/refusal.ts';

/**
 * A `preValidation` hook: text that PostgreSQL cannot keep is refused before anything reads it. That is NUL (a `%00` in
 * an address, `\u0000` in JSON) and half of a surrogate pair. A body that is one text (CSV) is checked by its reader.
 *
 * https://www.postgresql.org/docs/15/datatype-json.html
 */
export async function refuseUnstorableText(request: FastifyRequest): Promise<void> {
  for (const [part, value] of [
    ['path', request.params],
    ['query', request.query],
    ['body', request.body],
  ] as const) {
    if (typeof value === 'string' || isStorable(value)) continue;
    const message = 'holds a character that cannot be stored: NUL, or half of a surrogate pair';
    throw new Refusal(422, 'text-not-storable', `${part}: ${message}.`, {
      problems: [{ code: 'text-not-storable', message, path: part }],
    });
  }
}

/** Walks without recursion: how deep a body is nested is up to whoever sent it. */
function isStorable(value: unknown): boolean {
  const open: unknown[] = [value];
  while (open.length > 0) {
    const one = open.pop();
    if (typeof one === 'string') {
      if (one.includes('\u0000') || !one.isWellFormed()) return false;
    } else if (typeof one === 'object' && one !== null) {
      for (const [key, inside] of Object.entries(one)) open.push(key, inside);
    }
  }
  return true;
}
