import { type ReadAnswer, words } from '../core/answer.ts';
import { isOwnWord, wantsPerson } from '../core/attention.ts';
import { windowOpensAt } from '../core/session.ts';
import type { InboundContent } from '../core/update.ts';
import { type Heard, type NewInboundMessage, storeArrivals } from '../db/arrivals.ts';
import type { ContactPoint } from '../db/contact-points.ts';
import { ensureConversations } from '../db/conversations.ts';
import type { Tx } from '../db/engine.ts';
import { answerOutOfHours } from './answer-out-of-hours.ts';
import { type AnsweredQuestion, tellWhoAsked } from './answered-question.ts';
import { applyAnswer } from './apply-answer.ts';
import type { Context } from './context.ts';
import { promiseMedia } from './fetch-media.ts';
import { hearCustomers } from './hear-customers.ts';
import { countryOf } from './identify.ts';
import { noteMessages } from './note-timeline.ts';
import { type ReadMessages, readAnswers } from './read-answers.ts';
import type { Applying, StoredMessage } from './stored-update.ts';
import { LIVE } from './transaction.ts';

/**
 * Applies customers' messages: all that is the same for each in one statement, what they say about consent one by one.
 * A message that is stored already changes nothing. Answers whether something may have been queued for it.
 */
export async function applyMessages(
  tx: Tx,
  ctx: Context,
  messages: readonly StoredMessage[],
  applying: Applying,
): Promise<boolean> {
  const { contacts, configuration, hints } = applying;
  const news = newOnes(messages, applying);
  if (news.length === 0) return false;
  const conversationOf = await conversationsOf(tx, ctx, news, applying);
  const read = await readAnswers(tx, ctx, news, applying);
  const blocked = (one: StoredMessage): boolean => contacts.get(one.contactPointId)?.blocked === true;
  const wants = (one: StoredMessage): boolean =>
    !blocked(one) && wantsPerson(one.update.content, read.answers.get(one.inboxId) ?? null);
  const wanting = new Set(news.filter(wants).map(conversationOf));
  const rows = news.map((one) => rowOf(ctx, one, conversationOf(one)));
  for (const one of news) hints.conversation(conversationOf(one), one.contactPointId);
  const text = hints.take();
  const closed = await storeArrivals(tx, {
    messages: rows,
    heard: heardOf(news, read, contacts),
    touches: news.map((one) => ({
      id: conversationOf(one),
      // WhatsApp's clock has whole seconds: within the second it is our own that orders the list.
      at: Math.max(one.update.at, Math.min(one.receivedAt, one.update.at + 1_000)),
      text: previewOf(one.update.content),
      direction: 'in' as const,
      status: 'received',
      unread: blocked(one) ? 0 : 1,
      ...(wants(one) ? { waitsSince: ctx.clock() } : {}),
    })),
    shown: [...new Set(news.filter((one) => !blocked(one)).map(conversationOf))],
    notice: text === null ? null : { channel: LIVE, text },
  });
  await noteMessages(
    tx,
    ctx,
    rows.map((row) => row.id),
  );
  await promiseMedia(
    tx,
    ctx,
    news.map(({ contactPointId, update }) => ({ contactPointId, ...update })),
  );
  const answered: AnsweredQuestion[] = [];
  for (const one of news) {
    const answer = read.answers.get(one.inboxId);
    const contact = contacts.get(one.contactPointId);
    if (answer === undefined || contact === undefined) continue;
    const outcome = await applyAnswer(tx, ctx, one, answer, contact, read, applying);
    if (outcome !== null) answered.push({ ...outcome, conversationId: conversationOf(one) });
  }
  // Who answers whom comes last: nothing here may stand between a customer and their refusal.
  await hearCustomers(
    tx,
    ctx,
    closed.filter((id) => wanting.has(id)),
    configuration,
    hints,
  );
  await tellWhoAsked(tx, ctx, answered, hints);
  const away = await answerOutOfHours(
    tx,
    ctx,
    news
      .filter((one) => wants(one) && !read.answers.has(one.inboxId))
      .map((one) => ({ conversationId: conversationOf(one), contactPointId: one.contactPointId })),
    applying,
  );
  return away || read.answers.size > 0;
}

/** Once each, and not those a thread has: under the lock of its contact point nobody else can store one meanwhile. */
function newOnes(messages: readonly StoredMessage[], { known }: Applying): StoredMessage[] {
  const key = (contactPointId: string, whatsappId: string | null): string =>
    `${contactPointId}/${whatsappId}`;
  const there = new Set(
    known.messages
      .filter((one) => one.direction === 'in')
      .map((one) => key(one.contactPointId, one.whatsappId)),
  );
  return messages.filter((one) => {
    const own = key(one.contactPointId, one.update.whatsappId);
    return !there.has(own) && there.add(own);
  });
}

async function conversationsOf(
  tx: Tx,
  ctx: Context,
  news: readonly StoredMessage[],
  { known }: Applying,
): Promise<(one: StoredMessage) => string> {
  const ids = new Map(known.conversations.map((one) => [one.contactPointId, one.id]));
  const without = new Set(
    news.map((one) => one.contactPointId).filter((contactPointId) => !ids.has(contactPointId)),
  );
  const made = await ensureConversations(
    tx,
    [...without].map((contactPointId) => ({
      id: ctx.make.id(),
      contactPointId,
      channelId: ctx.channel.id,
      at: ctx.clock(),
    })),
  );
  return (one) => {
    const id = ids.get(one.contactPointId) ?? made.get(`${one.contactPointId}/${ctx.channel.id}`);
    if (id === undefined) throw new Error('a conversation that was just made is gone');
    return id;
  };
}

function rowOf(
  ctx: Context,
  { update, contactPointId }: StoredMessage,
  conversationId: string,
): NewInboundMessage {
  const { content } = update;
  return {
    id: ctx.make.id(),
    conversationId,
    contactPointId,
    channelId: ctx.channel.id,
    kind: kindOf(content),
    text: words(content) ?? null,
    content: update.context?.forwarded === true ? { ...content, forwarded: true } : content,
    whatsappId: update.whatsappId,
    replyTo: update.context?.id ?? null,
    at: update.at,
  };
}

const refuses = (answer: ReadAnswer): boolean =>
  ['stop-word', 'refusal-phrase', 'hold'].includes(answer.act.act) ||
  ('meaning' in answer.act && answer.act.meaning === 'no');

function heardOf(
  news: readonly StoredMessage[],
  read: ReadMessages,
  contacts: Map<string, ContactPoint>,
): Heard[] {
  const heard = new Map<string, Heard>();
  for (const one of news) {
    const { at, from, profileName, whatsappId } = one.update;
    const answer = read.answers.get(one.inboxId);
    const wordAt = !isOwnWord(one.update) || (answer !== undefined && refuses(answer)) ? null : at;
    const before = heard.get(one.contactPointId);
    const opensAt = windowOpensAt(at, one.receivedAt);
    const later = before === undefined || opensAt >= before.lastInboundAt;
    const phone = (later ? from.phone : undefined) ?? before?.phone ?? null;
    const contact = contacts.get(one.contactPointId);
    heard.set(one.contactPointId, {
      id: one.contactPointId,
      name: profileName ?? before?.name ?? null,
      phone,
      // Reading a number is dear, and most write from the one they wrote from before.
      country: phone !== null && phone === contact?.phone ? contact.country : countryOf(phone),
      userId: (later ? from.userId : undefined) ?? before?.userId ?? null,
      lastInboundAt: Math.max(opensAt, before?.lastInboundAt ?? 0),
      lastInboundWhatsappId: later ? whatsappId : before.lastInboundWhatsappId,
      lastWordAt: maxOrNull(wordAt, before?.lastWordAt ?? null),
    });
    if (contact !== undefined) {
      contact.lastInboundAt = Math.max(opensAt, contact.lastInboundAt ?? 0);
      contact.lastWordAt = maxOrNull(wordAt, contact.lastWordAt);
    }
  }
  return [...heard.values()];
}

const maxOrNull = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.max(a, b);

function kindOf(content: InboundContent): string {
  return content.kind === 'media' ? content.media : content.kind;
}

/** One line for the conversation list. */
export function previewOf(content: InboundContent): string {
  switch (content.kind) {
    case 'media':
      return content.caption ?? `[${content.media}]`;
    case 'reaction':
      return content.emoji === null ? 'Took a reaction back' : `Reacted ${content.emoji}`;
    case 'location':
      return `[location] ${content.name ?? ''}`.trim();
    case 'contacts':
      return `[contact] ${content.names.join(', ')}`.trim();
    case 'revoke':
      return 'Deleted a message';
    case 'unsupported':
    case 'other':
      return words(content) ?? '[a message WhatsApp cannot show here]';
    default:
      return words(content) ?? '';
  }
}
