import { conversationOfMessageSeen, conversationSeen, conversationWith, type Viewer } from '../db/access.ts';
import type { Tx } from '../db/engine.ts';
import { isUuid } from '../db/rows.ts';
import type { Context } from './context.ts';
import { notFound, Refusal } from './refusal.ts';
import { findTarget, type To } from './target.ts';

/**
 * Whatever takes the id of a conversation or a message asks here first, and nobody can go round it: what a person may
 * not see does not exist for them (404). The rule itself is `visibleTo` in db/access.ts.
 */
export async function accessConversation(
  tx: Tx,
  viewer: Viewer,
  id: string,
): Promise<{ id: string; contactPointId: string }> {
  const seen = isUuid(id) ? await conversationSeen(tx, id, viewer) : null;
  if (seen === null) throw notFound('conversation');
  return seen;
}

/** The same for a message; answers its conversation. */
export async function accessMessage(tx: Tx, viewer: Viewer, messageId: string): Promise<string> {
  const conversationId = isUuid(messageId) ? await conversationOfMessageSeen(tx, messageId, viewer) : null;
  if (conversationId === null) throw notFound('message');
  return conversationId;
}

/**
 * The same for what may name a conversation, a number or a record. A number and a record are there for everybody; what was
 * said in another team's conversation with them is not (`conversationWith`).
 */
export async function accessTo(tx: Tx, viewer: Viewer, to: object): Promise<void> {
  if ('conversationId' in to && typeof to.conversationId === 'string')
    await accessConversation(tx, viewer, to.conversationId);
}

/** Evidence holds every word of the customer's: only who sees their conversation takes it along. */
export async function accessEvidence(tx: Tx, ctx: Context, viewer: Viewer, to: To): Promise<void> {
  await accessTo(tx, viewer, to);
  const { contact } = await findTarget(tx, ctx, to);
  if (contact === null || !(await conversationWith(tx, contact.id, viewer)).another) return;
  throw new Refusal(
    403,
    'evidence-of-another-team',
    'This customer’s conversation is another team’s. Ask that team, an administrator or an auditor for the evidence.',
  );
}
