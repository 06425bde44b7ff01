import { type AnswerContext, mayAnswer, type ReadAnswer, readAnswer } from '../core/answer.ts';
import {
  CLOCK_AHEAD_MS,
  type Spoken,
  seenBy,
  spokenTo,
  unseen,
  writtenSince,
} from '../core/consent-requests.ts';
import { tenantKeywords } from '../core/message-template.ts';
import type { InboundContent } from '../core/update.ts';
import type { RequestRow } from '../db/consent.ts';
import type { Tx } from '../db/engine.ts';
import type { KnownMessage } from '../db/known.ts';
import { lastOutboundBefore, statusOf } from '../db/messages.ts';
import { type LinkedRecord, recordsOfContactPoints } from '../db/records.ts';
import type { Context } from './context.ts';
import type { Applying, StoredMessage } from './stored-update.ts';

/** What new messages say about consent, with the context it was read in. */
export interface ReadMessages {
  /** By the id of the update; talk is absent. */
  answers: Map<number, ReadAnswer>;
  /** Of everybody, whatever their age: buttons go on counting. */
  requests: RequestRow[];
  /** Of those whose messages may be answers. */
  records: LinkedRecord[];
}

const DAY = 86_400_000;

/** Most messages are talk whatever their context is; only for the others is the rest of it read. */
export async function readAnswers(
  tx: Tx,
  ctx: Context,
  news: readonly StoredMessage[],
  { contacts, known, configuration }: Pick<Applying, 'contacts' | 'known' | 'configuration'>,
): Promise<ReadMessages> {
  const { settings, published } = configuration;
  const { requests } = known;
  // By the message's own time: it may come days late, and answers what was open when it was written.
  const mayBeOpen = ({ update }: StoredMessage, request: RequestRow): boolean =>
    request.at > Math.min(update.at, ctx.clock()) - (settings.requestOpenDays + 1) * DAY;
  const asked = new Set(
    news
      .filter((one) =>
        requests.some((row) => row.contactPointId === one.contactPointId && mayBeOpen(one, row)),
      )
      .map((one) => one.contactPointId),
  );
  const everyKeyword = tenantKeywords(published, []);
  const holds = (one: StoredMessage): boolean =>
    settings.holdContainsStopForUs &&
    ((one.update.from.phone ?? contacts.get(one.contactPointId)?.phone)?.startsWith('+1') ?? false);
  const serious = news.filter(
    (one) =>
      one.update.context?.forwarded !== true &&
      mayAnswer(one.update.content, {
        token: tokenOf(one, known.tokens),
        asked: asked.has(one.contactPointId),
        keywords: everyKeyword,
        holdContainsStop: holds(one),
      }),
  );
  const answers = new Map<number, ReadAnswer>();
  if (serious.length === 0) return { answers, requests, records: [] };
  const records = await recordsOfContactPoints(tx, [...new Set(serious.map((one) => one.contactPointId))]);
  const last = await lastOutboundBefore(
    tx,
    serious
      .filter((one) => asked.has(one.contactPointId))
      .map((one) => ({
        key: String(one.inboxId),
        contactPointId: one.contactPointId,
        at: one.update.at,
        soonMs: Math.min(CLOCK_AHEAD_MS, seenBy(one.receivedAt) - one.update.at),
      })),
  );
  const corrected = serious.flatMap((one) => {
    const original = asked.has(one.contactPointId) ? correctedBy(one, news, known.messages) : null;
    return original === null ? [] : [{ one, original }];
  });
  const lastThen = await lastOutboundBefore(
    tx,
    corrected.map(({ one, original }) => ({
      key: String(one.inboxId),
      contactPointId: one.contactPointId,
      at: original.at,
      soonMs: Math.min((original.withinMs ?? 0) + CLOCK_AHEAD_MS, seenBy(one.receivedAt) - original.at),
    })),
  );
  for (const one of serious) {
    const mine = requests.filter((request) => request.contactPointId === one.contactPointId);
    // What reached us before a question left may be applied after it.
    const mayBeMeant = mine.filter(
      (request) => mayBeOpen(one, request) && request.at <= seenBy(one.receivedAt),
    );
    const byMessage = (messageId: string | null | undefined): string | null =>
      mine.find((request) => request.messageId === messageId)?.id ?? null;
    const word = last.get(String(one.inboxId));
    const wordThen = lastThen.get(String(one.inboxId));
    const types = [
      ...new Set(
        records.filter((r) => r.contactPointId === one.contactPointId).map((record) => record.recordType),
      ),
    ];
    const quotedId = one.update.context?.id;
    const quotes =
      byMessage(
        quotedId === undefined
          ? undefined
          : known.messages.find((message) => message.whatsappId === quotedId)?.id,
      ) ??
      spokenTo(
        corrected.find((row) => row.one === one)?.original ?? null,
        wordThen?.soonAfter ?? wordThen?.before ?? undefined,
        mine,
      );
    const quotesOther = quotes === null && quotedId !== undefined;
    const unknown = quotesOther && !known.messages.some((message) => message.whatsappId === quotedId);
    const answer = readAnswer(one.update.content, {
      token: tokenOf(one, known.tokens),
      quotes,
      quotesOther,
      mayQuote: unknown ? await unconfirmedAt(tx, mayBeMeant, one.update.at) : null,
      follows: byMessage(word?.before),
      mayFollow: byMessage(word?.soonAfter),
      requests: mayBeMeant.map((request) => ({
        requestId: request.id,
        at: request.at,
        language: request.language,
        buttons: request.buttons ?? [],
      })),
      keywords: tenantKeywords(published, types),
      holdContainsStop: holds(one),
    });
    if (answer !== null) answers.set(one.inboxId, answer);
  }
  return { answers, requests, records };
}

/** The message that this one corrects, which may come after it; null where it corrects none. */
function correctedBy(
  { update: { content, at }, contactPointId }: StoredMessage,
  news: readonly StoredMessage[],
  known: readonly KnownMessage[],
): Spoken | null {
  if (content.kind !== 'edit') return null;
  const { target } = content;
  const fresh = news.find((one) => one.contactPointId === contactPointId && one.update.whatsappId === target);
  if (fresh !== undefined) return { at: fresh.update.at, replyTo: fresh.update.context?.id ?? null };
  const stored = known.find(
    (one) => one.direction === 'in' && one.contactPointId === contactPointId && one.whatsappId === target,
  );
  return stored ?? unseen(at);
}

/** The newest of these requests that a no of then may mean, and that WhatsApp has given no name yet that we know of. */
async function unconfirmedAt(tx: Tx, requests: readonly RequestRow[], at: number): Promise<string | null> {
  for (const { id, messageId, whatsappId, at: askedAt } of requests) {
    if (whatsappId !== null || !writtenSince({ at, meaning: 'no' }, askedAt)) continue;
    const status = await statusOf(tx, messageId);
    if (status === 'unconfirmed' || status === 'handing-over') return id;
  }
  return null;
}

/** A token counts only for the contact point its request was sent to. */
function tokenOf(one: StoredMessage, tokens: Applying['known']['tokens']): AnswerContext['token'] {
  const payload = payloadOf(one.update.content);
  const token = tokens.find((row) => row.token === payload && row.contactPointId === one.contactPointId);
  return token === undefined
    ? null
    : { requestId: token.requestId, meaning: token.meaning, label: token.label };
}

/** What a button or an option brings back of ours; null for what is neither. */
export function payloadOf(content: InboundContent): string | null {
  if (content.kind === 'button') return content.payload;
  return content.kind === 'reply' ? content.id : null;
}
