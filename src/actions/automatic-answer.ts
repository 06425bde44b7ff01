import type { ReadAnswer } from '../core/answer.ts';
import { answerTemplate } from '../core/answer-template.ts';
import { type PublishedTemplate, replyText } from '../core/message-template.ts';
import { PURPOSES, type Purpose } from '../core/purpose.ts';
import type { RecordType } from '../core/record-type.ts';
import type { RequestRow } from '../db/consent.ts';
import type { ContactPoint } from '../db/contact-points.ts';
import { ensureConversations, touchConversations } from '../db/conversations.ts';
import type { Tx } from '../db/engine.ts';
import { insertOutbound, stopWordAnsweredSince } from '../db/messages.ts';
import type { LinkedRecord } from '../db/records.ts';
import type { Context } from './context.ts';
import { noteMessages } from './note-timeline.ts';
import type { Recorded } from './record-facts.ts';

const DAY = 86_400_000;

export interface AnsweredBy {
  /** What the customer did. */
  act: ReadAnswer['act'];
  /** What they tapped or typed, and the labels that the request has for it. */
  words: readonly string[];
  contact: ContactPoint;
  recorded: Recorded;
  language: string | null;
  request: RequestRow | null;
  replyTo: string;
  published: readonly PublishedTemplate[];
  records: readonly LinkedRecord[];
  recordTypes: Map<string, RecordType>;
}

/**
 * The one answer that follows a decision (product.md §3.6): only where the answer changed the decision, from the Opt-In
 * or Opt-Out Template that knows what was said, in the request's language. It goes through the outbox and the
 * gate like everything else; a newer decision cancels it while it is queued.
 */
export async function queueAutomaticAnswer(tx: Tx, ctx: Context, by: AnsweredBy): Promise<void> {
  const purpose = changedPurpose(by.recorded);
  if (purpose === null) return;
  const view = by.recorded.after[purpose];
  const type = view.state === 'granted' ? 'opt-in' : 'opt-out';
  const now = ctx.clock();
  // A repeated stop word gets none within 24 hours, also when START came in between; what answered a button counts not.
  if (
    by.act.act === 'stop-word' &&
    (await stopWordAnsweredSince(tx, by.contact.id, by.act.purposes, now - DAY))
  )
    return;
  const template = answerTemplate(by.published, {
    type,
    words: by.words,
    language: by.language,
    recordTypes: recordTypesOf(by),
  });
  const text = template === null ? null : replyText(template.definition, by.language);
  if (template === null || text === null) return;
  const conversations = await ensureConversations(tx, [
    { id: ctx.make.id(), contactPointId: by.contact.id, channelId: ctx.channel.id, at: now },
  ]);
  const conversationId = conversations.get(`${by.contact.id}/${ctx.channel.id}`);
  if (conversationId === undefined) return;
  const id = ctx.make.id();
  await insertOutbound(tx, [
    {
      id,
      conversationId,
      contactPointId: by.contact.id,
      channelId: ctx.channel.id,
      kind: 'text',
      text,
      content: { kind: 'text', text },
      replyTo: null,
      actor: null,
      path: 'automatic',
      automatic: true,
      messageTemplateId: template.id,
      templateType: type,
      templatePurpose: purpose,
      templateName: null,
      templateLanguage: by.language,
      recordType: null,
      recordId: null,
      answersLine: view.decidedBy,
      decision: { answers: view.decidedBy, state: view.state },
      at: now,
    },
  ]);
  await touchConversations(tx, [
    { id: conversationId, at: now, text, direction: 'out', status: 'queued', unread: 0 },
  ]);
  await noteMessages(tx, ctx, [id]);
}

/** The purpose whose decision this answer turned; service speaks for both where both turned. */
function changedPurpose(recorded: Recorded): Purpose | null {
  return (
    PURPOSES.find((purpose) => {
      const [before, after] = [recorded.before[purpose], recorded.after[purpose]];
      return (
        after.projects &&
        (after.state === 'granted' || after.state === 'denied') &&
        after.state !== decided(before)
      );
    }) ?? null
  );
}

/** A value found in the CRM is no decision of the customer's: an answer that confirms it still changes the decision. */
const decided = (view: Recorded['before'][Purpose]): string | null => (view.projects ? view.state : null);

/** The one that was asked, then those of the customer's records, the most important first. */
function recordTypesOf(by: AnsweredBy): string[] {
  const asked = by.published.find((one) => one.id === by.request?.messageTemplateId)?.definition.recordType;
  const linked = by.records
    .map((record) => record.recordType)
    .sort((a, b) => (by.recordTypes.get(a)?.priority ?? 1000) - (by.recordTypes.get(b)?.priority ?? 1000));
  return [...new Set(asked === undefined ? linked : [asked, ...linked])];
}
