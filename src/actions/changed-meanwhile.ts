import { type MadeOn, stillStands } from '../core/entity-tag.ts';
import { canonicalJson } from '../core/evidence.ts';
import type { Context } from './context.ts';
import { Refusal } from './refusal.ts';

/**
 * Two who edit one thing: whoever saves second is told, where they said what they began with. The tag is a hash of what is
 * stored, so it needs no column, and comes out the same on every node.
 */

/** The entity tag of what is stored, with its quotation marks, as it goes into `ETag` and comes back in `If-Match`. */
export function entityTag(ctx: Pick<Context, 'keys'>, stored: object): string {
  // Through JSON first: what is undefined is not there, as in the database.
  const text = canonicalJson(JSON.parse(JSON.stringify(stored)));
  return `"${ctx.keys.sha256(text).slice(0, 32)}"`;
}

/**
 * Throws 412 where `stored` is not what the change was made on; null where nothing is stored. Called in the transaction
 * of the change, under the lock of the row: of two at once, the second sees what the first one wrote.
 */
export function refuseIfChanged(ctx: Pick<Context, 'keys'>, on: MadeOn, stored: object | null): void {
  if (stillStands(on, stored === null ? null : entityTag(ctx, stored))) return;
  throw new Refusal(
    412,
    'changed-meanwhile',
    'Somebody else changed this in the meantime, so nothing was saved. Read it again before you save.',
  );
}
