import { decideSend } from '../core/gate.ts';
import type { Viewer } from '../db/access.ts';
import { requestOfMessage } from '../db/consent.ts';
import { type ContactPoint, lockContactPoints, readContactPoint } from '../db/contact-points.ts';
import { markConversationRead, readConversation } from '../db/conversations.ts';
import type { Tx } from '../db/engine.ts';
import { type MessageRow, readMessage, setStatuses } from '../db/messages.ts';
import { insertAudit } from '../db/organisation.ts';
import { markOwnerActive } from '../db/ownership.ts';
import { isUuid } from '../db/rows.ts';
import { accessConversation } from './access-conversation.ts';
import { loadConfiguration } from './configuration.ts';
import type { Context } from './context.ts';
import { askLimits, loadContacts } from './gate-contact.ts';
import { createHints } from './live.ts';
import { loadRecordTypes, loadSettings } from './organisation.ts';
import { recordFacts } from './record-facts.ts';
import { notFound, Refusal } from './refusal.ts';
import { inTransaction } from './transaction.ts';

/** What an agent does to a chat besides writing. */

/** Clears the unread count and shows the customer that the messages were read. WhatsApp's failure to is no error. */
export async function markRead(ctx: Context, viewer: Viewer, conversationId: string): Promise<void> {
  const last = await lastInbound(ctx, viewer, conversationId, true);
  if (last !== null) await ctx.provider.markRead(ctx.channel.phoneNumberId, last, false).catch(() => {});
}

/** "typing…" on the customer's phone, for 25 seconds or until the next message; not to who may not be written to. */
export async function showTyping(ctx: Context, viewer: Viewer, conversationId: string): Promise<void> {
  const last = await lastInbound(ctx, viewer, conversationId, false);
  if (last !== null) await ctx.provider.markRead(ctx.channel.phoneNumberId, last, true).catch(() => {});
}

async function lastInbound(
  ctx: Context,
  viewer: Viewer,
  conversationId: string,
  read: boolean,
): Promise<string | null> {
  return inTransaction(ctx, async (tx) => {
    const { id } = await accessConversation(tx, viewer, conversationId);
    const conversation = await readConversation(tx, id);
    if (conversation === null) throw notFound('conversation');
    // A colleague who looks in has not read it for its owner, and tells the customer nothing.
    if (conversation.owner !== null && conversation.owner.id !== viewer.id) return null;
    if (conversation.owner !== null) await markOwnerActive(tx, id, viewer.id, ctx.clock());
    const unread = conversation.unread > 0;
    if (read && unread) {
      await markConversationRead(tx, conversation.id);
      const hints = createHints();
      hints.conversation(conversation.id, conversation.contactPointId);
      await hints.send(tx);
    }
    const contact = await readContactPoint(tx, conversation.contactPointId);
    if (contact === null || (read ? !unread : !(await mayBeWrittenTo(tx, ctx, contact)))) return null;
    return contact.lastInboundWhatsappId;
  });
}

/** Whether a person's words could leave now, as far as it is the customer's to say. */
async function mayBeWrittenTo(tx: Tx, ctx: Context, contact: ContactPoint): Promise<boolean> {
  const now = ctx.clock();
  const { settings, recordTypes } = await loadConfiguration(tx, ctx);
  const loaded = (await loadContacts(tx, [contact], now, settings, recordTypes)).get(contact.id);
  return decideSend({
    now,
    path: 'person',
    content: { kind: 'text', reply: true },
    maySend: true,
    ownedByColleague: false,
    contactBlocked: contact.blocked,
    channelConnected: true,
    contact: loaded?.gate ?? null,
    limits: askLimits(settings),
  }).allowed;
}

/** A person settles what nobody knows: whether an unconfirmed message arrived. */
export async function settleUnconfirmed(
  ctx: Context,
  messageId: string,
  outcome: 'sent' | 'not-sent',
  actor: string,
): Promise<MessageRow> {
  return inTransaction(ctx, async (tx) => {
    const message = isUuid(messageId) ? await readMessage(tx, messageId) : null;
    if (message === null) throw notFound('message');
    const [contact] = await lockContactPoints(tx, [message.contactPointId]);
    const current = await readMessage(tx, messageId);
    if (current === null || contact === undefined) throw notFound('message');
    if (current.status !== 'unconfirmed')
      throw new Refusal(409, 'not-unconfirmed', 'This message is settled already.');
    const now = ctx.clock();
    await setStatuses(tx, [
      {
        id: messageId,
        status: outcome === 'sent' ? 'sent' : 'failed',
        at: now,
        whatsappId: null,
        reasonCode: outcome === 'sent' ? null : 'not-sent',
        reasonText: outcome === 'sent' ? null : `${actor} found that it did not arrive.`,
      },
    ]);
    await insertAudit(tx, {
      at: now,
      actor,
      action: 'message.settle',
      subject: messageId,
      before: { status: 'unconfirmed' },
      after: { outcome },
    });
    const request =
      outcome === 'not-sent' && current.templateType === 'consent'
        ? await requestOfMessage(tx, messageId)
        : null;
    if (request !== null)
      await recordFacts(
        tx,
        ctx,
        contact,
        [
          {
            act: { act: 'request-failed', requestId: request.id },
            purposes: [request.purpose],
            at: now,
            receivedAt: now,
            source: 'person',
            actor,
            detail: {},
            personal: { messageId },
          },
        ],
        { settings: await loadSettings(tx), recordTypes: await loadRecordTypes(tx) },
      );
    const hints = createHints();
    hints.conversation(current.conversationId, current.contactPointId);
    await hints.send(tx);
    const settled = await readMessage(tx, messageId);
    if (settled === null) throw notFound('message');
    return settled;
  });
}
