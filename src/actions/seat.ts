import { type Actor, sent } from '../core/ownership.ts';
import type { Settings } from '../core/settings.ts';
import type { ContactPoint } from '../db/contact-points.ts';
import type { Tx } from '../db/engine.ts';
import { conversationIdOf, markOwnerActive, type OwnershipRow, setAnswered } from '../db/ownership.ts';
import { applyChange, byOf, changeOf, lockForChange } from './apply-ownership.ts';
import type { Context } from './context.ts';
import type { Hints } from './live.ts';
import { nobodyWaits } from './settle-reminders.ts';

/** What a send has to do with who answers: whom it finds there, and who does afterwards. */

/** Who answers this customer's conversation, locked; null where they have none yet. */
export async function lockSeat(
  tx: Tx,
  ctx: Context,
  contact: ContactPoint | null,
  settings: Settings,
  hints: Hints,
): Promise<OwnershipRow | null> {
  const id = contact === null ? null : await conversationIdOf(tx, contact.id, ctx.channel.id);
  return id === null ? null : lockForChange(tx, ctx, id, settings, hints);
}

/** The customer has an answer and waits no more. A person who wrote where nobody owned owns from now on. */
export async function noteAnswer(
  tx: Tx,
  ctx: Context,
  conversationId: string,
  actor: Actor | null,
  settings: Settings,
  hints: Hints,
): Promise<void> {
  await setAnswered(tx, [conversationId]);
  await nobodyWaits(tx, ctx, [conversationId], hints);
  if (actor === null) return;
  const row = await lockForChange(tx, ctx, conversationId, settings, hints);
  const change = changeOf(sent(row, actor));
  if (change === null) await markOwnerActive(tx, row.id, actor.id, ctx.clock());
  else await applyChange(tx, ctx, row, change, { by: byOf(actor), reason: null, settings, hints });
}
