import { type ContactPoint, lockContactPoints } from '../db/contact-points.ts';
import type { Tx } from '../db/engine.ts';
import { awaitingTemplates } from '../db/messages.ts';
import { lockFree } from '../db/outbox.ts';
import type { Context } from './context.ts';
import type { Hints } from './live.ts';
import { loadRecordTypes, loadSettings } from './organisation.ts';
import { recordFacts } from './record-facts.ts';
import { loadJudging, neverAsked, rejudgeQueued } from './rejudge-queued.ts';

/** More than this wait for their turn: hand-over judges everything again in any case. */
const AT_ONCE = 500;

/**
 * A template changed, here or at Meta: what is queued of templates is judged again now, so that a cancelled message
 * shows its reason at once (product.md §3.11). Whoever another transaction holds is passed over, and so no deadlock can
 * come of it. `held` are contact points that the caller has locked, as it knows them.
 */
export async function rejudgeTemplates(
  tx: Tx,
  ctx: Context,
  hints: Hints,
  held: Map<string, ContactPoint> = new Map(),
): Promise<void> {
  const waiting = await awaitingTemplates(tx, AT_ONCE);
  if (waiting.length === 0) return;
  const free = await lockFree(tx, waiting);
  const rules = {
    settings: await loadSettings(tx),
    recordTypes: await loadRecordTypes(tx),
    judging: await loadJudging(tx),
  };
  for (const read of await lockContactPoints(tx, free)) {
    const contact = held.get(read.id) ?? read;
    const cancelled = await rejudgeQueued(tx, ctx, contact, rules);
    for (const { message } of cancelled) hints.conversation(message.conversationId, contact.id);
    const lines = neverAsked(cancelled, ctx.clock());
    if (lines.length > 0) await recordFacts(tx, ctx, contact, lines, rules);
  }
}
