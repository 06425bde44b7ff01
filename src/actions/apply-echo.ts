import { overtakesYes } from '../core/consent-requests.ts';
import { PURPOSES } from '../core/purpose.ts';
import type { Update } from '../core/update.ts';
import type { ContactPoint } from '../db/contact-points.ts';
import { ensureConversations, touchConversations } from '../db/conversations.ts';
import type { Tx } from '../db/engine.ts';
import { factsOf } from '../db/ledger.ts';
import { insertEcho } from '../db/messages.ts';
import { setAnswered } from '../db/ownership.ts';
import type { Context } from './context.ts';
import { noteMessages } from './note-timeline.ts';
import { type NewLine, recordFacts } from './record-facts.ts';
import { nobodyWaits } from './settle-reminders.ts';
import type { Applying, StoredUpdate } from './stored-update.ts';

/**
 * What somebody of us wrote from the WhatsApp Business app: shown in the thread, and our last word for what follows it. Where
 * we learn of it after a yes that came later, the ledger says so, and the yes answers no question of ours any more.
 */
export async function applyEcho(
  tx: Tx,
  ctx: Context,
  contact: ContactPoint,
  { receivedAt, bodySha256 }: StoredUpdate,
  update: Extract<Update, { kind: 'echo' }>,
  { configuration, hints }: Pick<Applying, 'configuration' | 'hints'>,
): Promise<void> {
  const wanted = [
    { id: ctx.make.id(), contactPointId: contact.id, channelId: ctx.channel.id, at: update.at },
  ];
  const conversationId = (await ensureConversations(tx, wanted)).get(`${contact.id}/${ctx.channel.id}`);
  if (conversationId === undefined) return;
  const id = ctx.make.id();
  await insertEcho(tx, {
    id,
    conversationId,
    contactPointId: contact.id,
    channelId: ctx.channel.id,
    whatsappId: update.whatsappId,
    at: update.at,
  });
  await touchConversations(tx, [
    {
      id: conversationId,
      at: update.at,
      text: 'Sent from the WhatsApp Business app',
      direction: 'out',
      status: 'sent',
      unread: 0,
    },
  ]);
  await noteMessages(tx, ctx, [id]);
  // One that was written before the customer's last message does not answer it.
  if (contact.lastInboundAt === null || update.at >= contact.lastInboundAt) {
    await setAnswered(tx, [conversationId]);
    await nobodyWaits(tx, ctx, [conversationId], hints);
  }
  hints.conversation(conversationId, contact.id);
  if (contact.ledgerSeq === 0) return;
  const facts = (await factsOf(tx, [contact.id])).get(contact.id) ?? [];
  if (!overtakesYes(facts, update.at)) return;
  const line: NewLine = {
    act: { act: 'written-in-app' },
    purposes: [...PURPOSES],
    at: update.at,
    receivedAt,
    source: 'app',
    actor: null,
    detail: { bodySha256, signatureVerified: true },
    personal: { whatsappId: update.whatsappId },
  };
  await recordFacts(tx, ctx, contact, [line], configuration);
}
