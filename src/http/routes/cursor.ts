import { Refusal } from '../../actions/refusal.ts';
import { PURPOSES, type Purpose } from '../../core/purpose.ts';
import { isUuid } from '../../db/rows.ts';

/** Cursors are opaque to callers: the sort key of the last row, as JSON in base64url. */
export function toCursor(key: unknown): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

const invalid = (): Refusal =>
  new Refusal(422, 'invalid-cursor', 'This cursor is not one that Assent gave. Start from the first page.');

function decode(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw invalid();
  }
}

/** A position of one number. Throws 422 for anything Assent did not make. */
export function numberCursor(cursor: string | undefined): number | null {
  if (cursor === undefined) return null;
  const value = decode(cursor);
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw invalid();
  return value;
}

/** What JavaScript's dates and PostgreSQL's both can say: 1970 to 9999. */
const isTime = (ms: number): boolean => ms >= 0 && ms < 253_402_300_800_000;

/** A time and an id. */
export function timeCursor(cursor: string | undefined): { at: number; id: string } | null {
  if (cursor === undefined) return null;
  const value = decode(cursor);
  if (typeof value !== 'object' || value === null || !('at' in value) || !('id' in value)) throw invalid();
  const { at, id } = value;
  if (typeof at !== 'number' || !isTime(at) || typeof id !== 'string' || !isUuid(id)) throw invalid();
  return { at, id };
}

/** Of those on hold: a time, an id and a purpose. */
export function heldCursor(cursor: string | undefined): { at: number; id: string; purpose: Purpose } | null {
  const place = timeCursor(cursor);
  if (place === null || cursor === undefined) return null;
  const value = decode(cursor);
  const purpose =
    typeof value === 'object' && value !== null && 'purpose' in value
      ? PURPOSES.find((one) => one === value.purpose)
      : undefined;
  if (purpose === undefined) throw invalid();
  return { ...place, purpose };
}

/** A name and an id. */
export function nameCursor(cursor: string | undefined): { name: string; id: string } | null {
  if (cursor === undefined) return null;
  const value = decode(cursor);
  if (typeof value !== 'object' || value === null || !('name' in value) || !('id' in value)) throw invalid();
  const { name, id } = value;
  const isName = typeof name === 'string' && name.isWellFormed() && !name.includes('\u0000');
  if (!isName || typeof id !== 'string' || !isUuid(id)) throw invalid();
  return { name, id };
}

/** The sort key of a list and an id. */
export function keyCursor(cursor: string | undefined): { key: number; id: string } | null {
  if (cursor === undefined) return null;
  const value = decode(cursor);
  if (typeof value !== 'object' || value === null || !('key' in value) || !('id' in value)) throw invalid();
  const { key, id } = value;
  if (typeof key !== 'number' || !Number.isSafeInteger(key) || typeof id !== 'string' || !isUuid(id))
    throw invalid();
  return { key, id };
}

/** An id alone. */
export function idCursor(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  const value = decode(cursor);
  if (typeof value !== 'object' || value === null || !('id' in value)) throw invalid();
  const { id } = value;
  if (typeof id !== 'string' || !isUuid(id)) throw invalid();
  return id;
}

/** A page of a list that was read whole, after the item whose key the cursor holds. Throws 422 for one that is not in it. */
export function pageOfAll<T>(
  all: readonly T[],
  { limit = all.length, cursor }: { limit?: number | undefined; cursor?: string | undefined },
  keyOf: (item: T) => string,
): { items: T[]; nextCursor: string | null } {
  const last = cursor === undefined ? null : decode(cursor);
  const from = last === null ? 0 : all.findIndex((item) => keyOf(item) === last) + 1;
  if (last !== null && from === 0) throw invalid();
  const items = all.slice(from, from + limit);
  const end = items.at(-1);
  return { items, nextCursor: end === undefined || from + limit >= all.length ? null : toCursor(keyOf(end)) };
}
