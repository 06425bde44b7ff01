import { canonicalJson } from '../core/evidence.ts';
import type { Tx } from '../db/engine.ts';
import { bindIdempotencyKey, freeIdempotencyKey, takeIdempotencyKey } from '../db/organisation.ts';
import type { CellValue } from '../db/records.ts';
import type { Context } from './context.ts';
import { Refusal } from './refusal.ts';

/** A program that repeats a request whose answer was lost makes no second record: `Idempotency-Key`, as for messages. */

/** Under which key of which caller a record is made. */
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
 * Takes the key for a record that is made now, null; or answers the id that the same request got before, under which the
 * record stands, or stood. Another request under the key is refused.
 */
export async function madeBefore(
  tx: Tx,
  ctx: Context,
  { caller, key }: Once,
  { table, values, newId }: NewRecord,
): Promise<string | null> {
  const hash = ctx.keys.sha256(canonicalJson({ record: { table, values } }));
  const used = await takeIdempotencyKey(tx, caller, key, hash, ctx.clock());
  if (used === null) {
    await bindIdempotencyKey(tx, caller, key, newId);
    return null;
  }
  if (used.requestHash === hash && used.messageId !== null) return used.messageId;
  throw new Refusal(
    422,
    'idempotency-key-reused',
    'This Idempotency-Key was used for something else. Use a new one.',
  );
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
