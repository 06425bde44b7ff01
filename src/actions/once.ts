import { canonicalJson } from '../core/evidence.ts';
import type { Tx } from '../db/engine.ts';
import { bindIdempotencyKey, freeIdempotencyKey, takeIdempotencyKey } from '../db/organisation.ts';
import type { CellValue } from '../db/records.ts';
import type { Context } from './context.ts';
import { Refusal } from './refusal.ts';

/** A program that repeats a request whose answer was lost makes no second record and no second campaign: `Idempotency-Key`. */

/** Under which key of which caller something is made. */
export interface Once {
  caller: string;
  key: string;
}

interface NewRecord {
  table: string;
  values: Record<string, CellValue>;
  /** The id that it gets. */
  newId: string;
}

/**
 * Takes the key for what is made now, null: its id is to be bound to the key. Or answers the id that the same request got before.
 * Another request under the key is refused.
 */
export async function idUnderKey(
  tx: Tx,
  ctx: Context,
  { caller, key }: Once,
  request: object,
): Promise<string | null> {
  const hash = ctx.keys.sha256(canonicalJson(request));
  const used = await takeIdempotencyKey(tx, caller, key, hash, ctx.clock());
  if (used === null) return null;
  if (used.requestHash === hash && used.messageId !== null) return used.messageId;
  throw new Refusal(
    422,
    'idempotency-key-reused',
    'This Idempotency-Key was used for something else. Use a new one.',
  );
}

/** The same of a record, whose id is bound here: under an id that is answered the record stands, or stood. */
export async function madeBefore(
  tx: Tx,
  ctx: Context,
  once: Once,
  { table, values, newId }: NewRecord,
): Promise<string | null> {
  const before = await idUnderKey(tx, ctx, once, { record: { table, values } });
  if (before === null) await bindIdempotencyKey(tx, once.caller, once.key, newId);
  return before;
}

/** What was refused made nothing: its key may be used again, for what is mended. */
export function freeKey(tx: Tx, { caller, key }: Once): Promise<void> {
  return freeIdempotencyKey(tx, caller, key);
}

export const recordGone = (): Refusal =>
  new Refusal(
    410,
    'record-gone',
    'The record of this Idempotency-Key is there no more. Use a new key for another one.',
  );
