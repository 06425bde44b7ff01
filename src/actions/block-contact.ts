import { lockContactPoints } from '../db/contact-points.ts';
import { insertAudit } from '../db/organisation.ts';
import { setBlocked } from '../db/ownership.ts';
import { accessConversation } from './access-conversation.ts';
import { type Acting, actorOf, byOf, leaveTrace } from './apply-ownership.ts';
import type { Context } from './context.ts';
import { createHints } from './live.ts';
import { loadRecordTypes, loadSettings } from './organisation.ts';
import { recordFacts } from './record-facts.ts';
import { notFound } from './refusal.ts';
import { neverAsked, rejudgeQueued } from './rejudge-queued.ts';
import { nobodyWaits } from './settle-reminders.ts';
import { inTransaction } from './transaction.ts';

/**
 * Blocks a customer, or unblocks them: nothing is sent to them, what is queued is cancelled, and what they write wants
 * nobody's attention. It is stored all the same, and a refusal or an agreement in it counts as always.
 */
export async function blockContact(
  ctx: Context,
  caller: Acting,
  conversationId: string,
  blocked: boolean,
  reason: string | undefined,
): Promise<void> {
  const actor = actorOf(caller);
  await inTransaction(ctx, async (tx) => {
    const conversation = await accessConversation(tx, caller, conversationId);
    const [contact] = await lockContactPoints(tx, [conversation.contactPointId]);
    if (contact === undefined) throw notFound('conversation');
    if (contact.blocked === blocked) return;
    const now = ctx.clock();
    const hints = createHints();
    const conversations = await setBlocked(tx, contact.id, blocked);
    contact.blocked = blocked;
    const rules = { settings: await loadSettings(tx), recordTypes: await loadRecordTypes(tx) };
    const lines = neverAsked(await rejudgeQueued(tx, ctx, contact, rules), now);
    if (lines.length > 0) await recordFacts(tx, ctx, contact, lines, rules);
    const kind = blocked ? 'blocked' : 'unblocked';
    await leaveTrace(tx, ctx, conversation.id, [{ kind, subject: null }], byOf(actor), reason || null);
    await insertAudit(tx, {
      at: now,
      actor: actor.name,
      action: blocked ? 'contact.block' : 'contact.unblock',
      subject: contact.id,
      before: { blocked: !blocked },
      after: { blocked, reason: reason ?? null },
    });
    await nobodyWaits(tx, ctx, conversations, hints);
    for (const id of conversations) hints.conversation(id, contact.id);
    await hints.send(tx);
  });
}
