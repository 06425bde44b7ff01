import { purposesOf, type ReadAnswer, words } from '../core/answer.ts';
import { KEYWORD_LIST_VERSION } from '../core/keywords.ts';
import type { Purpose } from '../core/purpose.ts';
import type { RequestRow } from '../db/consent.ts';
import { type ContactPoint, setLanguage } from '../db/contact-points.ts';
import type { Tx } from '../db/engine.ts';
import type { Knowledge } from '../db/known.ts';
import { setStatuses, statusOf } from '../db/messages.ts';
import { type AnsweredQuestion, answeredQuestion } from './answered-question.ts';
import { queueAutomaticAnswer } from './automatic-answer.ts';
import type { Context } from './context.ts';
import { payloadOf, type ReadMessages } from './read-answers.ts';
import { type NewLine, recordFacts } from './record-facts.ts';
import { shownSender } from './shown-sender.ts';
import type { Applying, StoredMessage } from './stored-update.ts';

/** What one message said about consent becomes a line of the ledger, with all that follows from it. */
export async function applyAnswer(
  tx: Tx,
  ctx: Context,
  one: StoredMessage,
  answer: ReadAnswer,
  contact: ContactPoint,
  read: ReadMessages,
  { configuration, known }: Applying,
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
      sender: shownSender(ctx, configuration.settings, null),
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
  const recorded = await recordFacts(tx, ctx, contact, [line], configuration);
  if (request !== undefined && answer.act.act === 'button') await settleByToken(tx, request, update, known);
  const language = request?.language ?? answer.language;
  if (request !== undefined && language !== null) await setLanguage(tx, contact.id, language);
  await queueAutomaticAnswer(tx, ctx, {
    act: answer.act,
    words: saidWords(one, answer, request, known),
    contact,
    recorded,
    language: language ?? contact.language,
    request: request ?? null,
    replyTo: update.whatsappId,
    published: configuration.published,
    records: read.records.filter((record) => record.contactPointId === contact.id),
    recordTypes: configuration.recordTypes,
  });
  return request === undefined || contact.blocked
    ? null
    : answeredQuestion(request, update.whatsappId, recorded);
}

/** Whoever tapped our button has the message: an unknown outcome is settled by it (product.md §3.9). */
async function settleByToken(
  tx: Tx,
  request: RequestRow,
  update: StoredMessage['update'],
  known: Knowledge,
): Promise<void> {
  const { messageId } = request;
  if ((await statusOf(tx, messageId)) !== 'unconfirmed') return;
  const whatsappId = update.context?.id ?? null;
  const settled = {
    id: messageId,
    status: 'delivered',
    at: update.at,
    whatsappId,
    reasonCode: null,
    reasonText: null,
  };
  await setStatuses(tx, [settled]);
  // A status in the same batch must not set it back.
  for (const one of known.messages) if (one.id === messageId) one.status = settled.status;
}

/** A label stands as it was frozen in its token: what the phone shows says nothing. */
function saidWords(
  { update, contactPointId }: StoredMessage,
  { act }: ReadAnswer,
  request: RequestRow | undefined,
  known: Knowledge,
): string[] {
  const payload = payloadOf(update.content);
  const token = known.tokens.find((row) => row.token === payload && row.contactPointId === contactPointId);
  const said = token?.label ?? words(update.content);
  const meaning = act.act === 'button' || act.act === 'answer' ? act.meaning : null;
  const labels = (request?.buttons ?? []).filter((one) => one.meaning === meaning).map((one) => one.label);
  return said === null ? labels : [said, ...labels];
}

function requestOf(answer: ReadAnswer): string | null {
  if (answer.act.act === 'button') return answer.act.requestId;
  if (answer.act.act === 'answer') return answer.act.quotes ?? answer.act.follows ?? answer.act.labelOf;
  return null;
}
