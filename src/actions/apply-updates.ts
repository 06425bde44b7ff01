import { type AnswerContext, purposesOf, type ReadAnswer, readAnswer, words } from '../core/answer.ts';
import { wantsPerson } from '../core/attention.ts';
import { KEYWORD_LIST_VERSION } from '../core/keywords.ts';
import { type PublishedTemplate, tenantKeywords } from '../core/message-template.ts';
import type { Purpose } from '../core/purpose.ts';
import type { InboundContent, Update } from '../core/update.ts';
import { findTokens, type RequestRow, requestsOf, type TokenRow } from '../db/consent.ts';
import { type ContactPoint, type Heard, saveHeard, setLanguage } from '../db/contact-points.ts';
import { ensureConversations, touchConversations } from '../db/conversations.ts';
import type { Tx } from '../db/engine.ts';
import {
  findByIds,
  insertEcho,
  insertInbound,
  lastOutboundBefore,
  type NewInboundMessage,
  setStatuses,
} from '../db/messages.ts';
import { setAnswered } from '../db/ownership.ts';
import { type LinkedRecord, recordsOfContactPoints } from '../db/records.ts';
import { answerOutOfHours } from './answer-out-of-hours.ts';
import { type AnsweredQuestion, answeredQuestion, tellWhoAsked } from './answered-question.ts';
import { applyChannelUpdate } from './apply-channel-update.ts';
import { applyStatuses } from './apply-statuses.ts';
import { queueAutomaticAnswer } from './automatic-answer.ts';
import type { Context } from './context.ts';
import { promiseMedia } from './fetch-media.ts';
import { hearCustomers } from './hear-customers.ts';
import type { Hints } from './live.ts';
import { noteMessages } from './note-timeline.ts';
import { loadPublished } from './organisation.ts';
import { type NewLine, type Rules, recordFacts } from './record-facts.ts';
import { nobodyWaits } from './settle-reminders.ts';

/** A stored update with what is needed to apply it. */
export interface StoredUpdate {
  inboxId: number;
  /** Null where it concerns nobody (templates, the account). */
  contactPointId: string | null;
  update: Update;
  bodySha256: string;
  receivedAt: number;
}

export interface Applied {
  applied: number[];
  /** Statuses of messages we do not know yet: they wait. */
  waiting: number[];
  /** Kinds we do not act on: kept and counted. */
  unknown: number[];
}

type Message = Extract<Update, { kind: 'message' }>;
type StoredMessage = StoredUpdate & { update: Message; contactPointId: string };

const DAY = 86_400_000;

/**
 * Applies stored updates whose contact points are locked. Applying the same update again changes nothing: messages are
 * unique, statuses only move forward, and ledger lines are written for new messages alone.
 */
export async function applyUpdates(
  tx: Tx,
  ctx: Context,
  stored: readonly StoredUpdate[],
  contacts: Map<string, ContactPoint>,
  rules: Rules,
  hints: Hints,
): Promise<Applied> {
  const result: Applied = { applied: [], waiting: [], unknown: [] };
  const messages = stored.filter(
    (one): one is StoredMessage => one.update.kind === 'message' && one.contactPointId !== null,
  );
  await applyMessages(tx, ctx, messages, contacts, rules, hints);
  const statuses = await applyStatuses(tx, ctx, stored, contacts, rules, hints);
  for (const one of stored) {
    const { update } = one;
    switch (update.kind) {
      case 'message':
        result.applied.push(one.inboxId);
        break;
      case 'status':
        (statuses.waiting.has(one.inboxId) ? result.waiting : result.applied).push(one.inboxId);
        break;
      case 'unknown':
        result.unknown.push(one.inboxId);
        break;
      case 'preference': {
        const contact = contacts.get(one.contactPointId ?? '');
        if (contact !== undefined) await applyPreference(tx, ctx, contact, one, update, rules);
        hints.contact(one.contactPointId);
        result.applied.push(one.inboxId);
        break;
      }
      case 'identity-change':
        // The keys were joined when the update was stored (actions/ingest).
        hints.contact(one.contactPointId);
        result.applied.push(one.inboxId);
        break;
      case 'echo': {
        const contact = contacts.get(one.contactPointId ?? '');
        if (contact !== undefined) await applyEcho(tx, ctx, contact, update, hints);
        result.applied.push(one.inboxId);
        break;
      }
      default:
        await applyChannelUpdate(tx, ctx, update, contacts, hints);
        result.applied.push(one.inboxId);
    }
  }
  return result;
}

async function applyMessages(
  tx: Tx,
  ctx: Context,
  messages: readonly StoredMessage[],
  contacts: Map<string, ContactPoint>,
  rules: Rules,
  hints: Hints,
): Promise<void> {
  if (messages.length === 0) return;
  const conversations = await ensureConversations(
    tx,
    [...new Set(messages.map((one) => one.contactPointId))].map((contactPointId) => ({
      id: ctx.make.id(),
      contactPointId,
      channelId: ctx.channel.id,
      at: ctx.clock(),
    })),
  );
  const conversationOf = (one: StoredMessage): string => {
    const id = conversations.get(`${one.contactPointId}/${ctx.channel.id}`);
    if (id === undefined) throw new Error('a conversation that was just made is gone');
    return id;
  };
  const rows = messages.map((one): NewInboundMessage => {
    const content = one.update.content;
    return {
      id: ctx.make.id(),
      conversationId: conversationOf(one),
      contactPointId: one.contactPointId,
      channelId: ctx.channel.id,
      kind: kindOf(content),
      text: words(content) ?? null,
      content: one.update.context?.forwarded === true ? { ...content, forwarded: true } : content,
      whatsappId: one.update.whatsappId,
      replyTo: one.update.context?.id ?? null,
      at: one.update.at,
    };
  });
  const fresh = await insertInbound(tx, rows);
  const news = messages.filter((one) => fresh.has(one.update.whatsappId));
  if (news.length === 0) return;
  await promiseMedia(
    tx,
    ctx,
    news.map(({ contactPointId, update }) => ({ contactPointId, ...update })),
  );
  const read = await readAnswers(tx, ctx, news, contacts, rules);
  await saveHeard(tx, heardOf(news, read, contacts));
  const wants = (one: StoredMessage): boolean =>
    contacts.get(one.contactPointId)?.blocked !== true &&
    wantsPerson(one.update.content, read.answers.get(one.inboxId) ?? null);
  await touchConversations(
    tx,
    news.map((one) => ({
      id: conversationOf(one),
      // WhatsApp's clock has whole seconds: within the second it is our own that orders the list.
      at: Math.max(one.update.at, Math.min(one.receivedAt, one.update.at + 1_000)),
      text: previewOf(one.update.content),
      direction: 'in' as const,
      status: 'received',
      unread: contacts.get(one.contactPointId)?.blocked === true ? 0 : 1,
      ...(wants(one) ? { waitsSince: ctx.clock() } : {}),
    })),
  );
  const newIds = rows.filter((row) => fresh.has(row.whatsappId)).map((row) => row.id);
  await noteMessages(tx, ctx, newIds);
  const answered: AnsweredQuestion[] = [];
  for (const one of news) {
    hints.conversation(conversationOf(one), one.contactPointId);
    const answer = read.answers.get(one.inboxId);
    const contact = contacts.get(one.contactPointId);
    if (answer === undefined || contact === undefined) continue;
    const outcome = await applyAnswer(tx, ctx, one, answer, contact, read, rules);
    if (outcome !== null) answered.push({ ...outcome, conversationId: conversationOf(one) });
  }
  // Who answers whom comes last: nothing here may stand between a customer and their refusal.
  const heard = news.filter((one) => contacts.get(one.contactPointId)?.blocked !== true);
  await hearCustomers(
    tx,
    ctx,
    heard.map((one) => ({ conversationId: conversationOf(one), wantsPerson: wants(one) })),
    rules,
    hints,
  );
  await tellWhoAsked(tx, ctx, answered, hints);
  await answerOutOfHours(
    tx,
    ctx,
    news
      .filter((one) => wants(one) && !read.answers.has(one.inboxId))
      .map((one) => ({ conversationId: conversationOf(one), contactPointId: one.contactPointId })),
    contacts,
    rules,
    hints,
  );
}

interface ReadMessages {
  answers: Map<number, ReadAnswer>;
  requests: RequestRow[];
  published: PublishedTemplate[];
  records: LinkedRecord[];
}

/** Loads the context of new messages in one go and reads each. */
async function readAnswers(
  tx: Tx,
  ctx: Context,
  news: readonly StoredMessage[],
  contacts: Map<string, ContactPoint>,
  rules: Rules,
): Promise<ReadMessages> {
  const ids = [...new Set(news.map((one) => one.contactPointId))];
  const since = ctx.clock() - (rules.settings.requestOpenDays + 1) * DAY;
  const [tokens, requests, records, published] = [
    await findTokens(
      tx,
      news.flatMap((one) => payloadOf(one.update.content) ?? []),
    ),
    await requestsOf(tx, ids, since),
    await recordsOfContactPoints(tx, ids),
    await loadPublished(tx),
  ];
  const quoted = await findByIds(
    tx,
    [],
    news.flatMap((one) => one.update.context?.id ?? []),
  );
  const last = await lastOutboundBefore(
    tx,
    requests.length === 0
      ? []
      : news.map((one) => ({
          key: String(one.inboxId),
          contactPointId: one.contactPointId,
          at: one.update.at,
        })),
  );
  const answers = new Map<number, ReadAnswer>();
  for (const one of news) {
    if (one.update.context?.forwarded === true) continue;
    const contact = contacts.get(one.contactPointId);
    const mine = requests.filter((request) => request.contactPointId === one.contactPointId);
    const byMessage = (messageId: string | undefined): string | null =>
      mine.find((request) => messageId !== undefined && request.messageId === messageId)?.id ?? null;
    const types = [
      ...new Set(
        records.filter((r) => r.contactPointId === one.contactPointId).map((record) => record.recordType),
      ),
    ];
    const quotes = byMessage(quoted.find((message) => message.whatsappId === one.update.context?.id)?.id);
    const context: AnswerContext = {
      token: tokenOf(one, tokens),
      quotes,
      quotesOther: quotes === null && one.update.context?.id !== undefined,
      follows: byMessage(last.get(String(one.inboxId))),
      requests: mine.map((request) => ({
        requestId: request.id,
        at: request.at,
        buttons: request.buttons ?? [],
      })),
      keywords: tenantKeywords(published, types),
      holdContainsStop: rules.settings.holdContainsStopForUs && (contact?.phone?.startsWith('+1') ?? false),
    };
    const answer = readAnswer(one.update.content, context);
    if (answer !== null) answers.set(one.inboxId, answer);
  }
  return { answers, requests, published, records };
}

/** A token counts only for the contact point its request was sent to. */
function tokenOf(one: StoredMessage, tokens: readonly TokenRow[]): AnswerContext['token'] {
  const payload = payloadOf(one.update.content);
  const token = tokens.find((row) => row.token === payload && row.contactPointId === one.contactPointId);
  return token === undefined
    ? null
    : { requestId: token.requestId, meaning: token.meaning, label: token.label };
}

function payloadOf(content: InboundContent): string | null {
  if (content.kind === 'button') return content.payload;
  return content.kind === 'reply' ? content.id : null;
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
    const wordAt = answer !== undefined && refuses(answer) ? null : at;
    const before = heard.get(one.contactPointId);
    const later = before === undefined || at >= before.lastInboundAt;
    heard.set(one.contactPointId, {
      id: one.contactPointId,
      name: profileName ?? before?.name ?? null,
      phone: (later ? from.phone : undefined) ?? before?.phone ?? null,
      userId: (later ? from.userId : undefined) ?? before?.userId ?? null,
      lastInboundAt: Math.max(at, before?.lastInboundAt ?? 0),
      lastInboundWhatsappId: later ? whatsappId : before.lastInboundWhatsappId,
      lastWordAt: maxOrNull(wordAt, before?.lastWordAt ?? null),
    });
    const contact = contacts.get(one.contactPointId);
    if (contact !== undefined) {
      contact.lastInboundAt = Math.max(at, contact.lastInboundAt ?? 0);
      contact.lastWordAt = maxOrNull(wordAt, contact.lastWordAt);
    }
  }
  return [...heard.values()];
}

const maxOrNull = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.max(a, b);

async function applyAnswer(
  tx: Tx,
  ctx: Context,
  one: StoredMessage,
  answer: ReadAnswer,
  contact: ContactPoint,
  read: ReadMessages,
  rules: Rules,
): Promise<Omit<AnsweredQuestion, 'conversationId'> | null> {
  const purposeOf = (id: string): Purpose | null =>
    read.requests.find((request) => request.id === id)?.purpose ?? null;
  const requestId = requestOf(answer);
  const request = read.requests.find((row) => row.id === requestId);
  const { update } = one;
  const line: NewLine = {
    act: answer.act,
    purposes: purposesOf(answer.act, purposeOf),
    at: update.at,
    receivedAt: one.receivedAt,
    source: answer.act.act,
    actor: 'customer',
    detail: {
      rule: answer.rule,
      listVersion: KEYWORD_LIST_VERSION,
      bodySha256: one.bodySha256,
      signatureVerified: true,
      ...(request === undefined ? {} : { language: request.language }),
    },
    personal: {
      phone: update.from.phone ?? null,
      userId: update.from.userId ?? null,
      whatsappId: update.whatsappId,
      quotes: update.context?.id ?? null,
      payload: payloadOf(update.content),
      text: words(update.content),
      content: update.content,
    },
  };
  const recorded = await recordFacts(tx, ctx, contact, [line], rules);
  if (request !== undefined && answer.act.act === 'button') await settleByToken(tx, request, update);
  const language = request?.language ?? answer.language;
  if (request !== undefined && language !== null) await setLanguage(tx, contact.id, language);
  await queueAutomaticAnswer(tx, ctx, {
    act: answer.act.act,
    contact,
    recorded,
    language: language ?? contact.language,
    request: request ?? null,
    replyTo: update.whatsappId,
    published: read.published,
    records: read.records.filter((record) => record.contactPointId === contact.id),
    recordTypes: rules.recordTypes,
  });
  return request === undefined || contact.blocked
    ? null
    : answeredQuestion(request, update.whatsappId, recorded);
}

/** Whoever tapped our button has the message: an unknown outcome is settled by it (product.md §3.9). */
async function settleByToken(tx: Tx, request: RequestRow, update: Message): Promise<void> {
  const [message] = await findByIds(tx, [request.messageId], []);
  if (message?.status !== 'unconfirmed') return;
  const whatsappId = update.context?.id ?? null;
  const settled = {
    id: message.id,
    status: 'delivered',
    at: update.at,
    whatsappId,
    reasonCode: null,
    reasonText: null,
  };
  await setStatuses(tx, [settled]);
}

function requestOf(answer: ReadAnswer): string | null {
  if (answer.act.act === 'button') return answer.act.requestId;
  if (answer.act.act === 'answer') return answer.act.quotes ?? answer.act.follows ?? answer.act.labelOf;
  return null;
}

async function applyPreference(
  tx: Tx,
  ctx: Context,
  contact: ContactPoint,
  one: StoredUpdate,
  update: Extract<Update, { kind: 'preference' }>,
  rules: Rules,
): Promise<void> {
  const line: NewLine = {
    act: update.value === 'signup' ? { act: 'signup' } : { act: 'platform', value: update.value },
    purposes: ['marketing'],
    at: update.at,
    receivedAt: one.receivedAt,
    source: update.value === 'signup' ? 'in-app-signup' : 'platform',
    actor: 'customer',
    detail: { bodySha256: one.bodySha256, signatureVerified: true },
    personal: {
      phone: update.from.phone ?? null,
      userId: update.from.userId ?? null,
      signupId: update.signupId ?? null,
    },
  };
  await recordFacts(tx, ctx, contact, [line], rules);
}

async function applyEcho(
  tx: Tx,
  ctx: Context,
  contact: ContactPoint,
  update: Extract<Update, { kind: 'echo' }>,
  hints: Hints,
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
}

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
      return '[a message WhatsApp cannot show here]';
    default:
      return words(content) ?? '';
  }
}
