import { canonicalJson } from '../core/evidence.ts';
import {
  decideSend,
  explainGate,
  type GateContact,
  type GateDecision,
  type GateInput,
  NO_NUMBER,
  type SendPath,
} from '../core/gate.ts';
import { type Actor, sendHeldBy } from '../core/ownership.ts';
import { type RecordType, relationOf } from '../core/record-type.ts';
import { type Right, rightsBeyond } from '../core/rights.ts';
import { rightsToSend } from '../core/send-rights.ts';
import type { Settings } from '../core/settings.ts';
import type { ContactPoint } from '../db/contact-points.ts';
import { ensureConversations, touchConversations } from '../db/conversations.ts';
import { notify, type Tx } from '../db/engine.ts';
import { insertOutbound, type MessageRow, readMessage } from '../db/messages.ts';
import { bindIdempotencyKey, readChannel, takeIdempotencyKey } from '../db/organisation.ts';
import type { OwnershipRow } from '../db/ownership.ts';
import { isUuid } from '../db/rows.ts';
import { askConsent, needBasisText } from './ask-consent.ts';
import { attachFile, type ContentRequest, composeContent, quotedId } from './compose-content.ts';
import { targetComposer } from './compose-for-target.ts';
import { type Composed, mustKnow, NO_TEMPLATE, needSendable, templateParts } from './compose-template.ts';
import { type Configuration, loadConfiguration } from './configuration.ts';
import type { Context } from './context.ts';
import { askLimits, gateFor, type LoadedContact, loadContacts } from './gate-contact.ts';
import { channelConnected, decisionInputs } from './judge.ts';
import { createHints, type Hints } from './live.ts';
import { noteMessages } from './note-timeline.ts';
import { refreshRecords } from './refresh-records.ts';
import { notFound, Refusal } from './refusal.ts';
import { lockSeat, noteAnswer } from './seat.ts';
import { lockTarget, openedFrom, recordFor, type Target, type To } from './target.ts';
import { inTransaction, WORK } from './transaction.ts';

export interface SendRequest extends ContentRequest {
  to: To;
  messageTemplateId?: string | undefined;
  variables?: Record<string, string> | undefined;
  language?: string | undefined;
  replyTo?: string | undefined;
  basis?: 'customer-wrote' | 'existing-customer' | 'other' | undefined;
  basisText?: string | undefined;
}

export interface Sender {
  /** Scope of idempotency keys, and who is named in the ledger. */
  id: string;
  name: string;
  path: SendPath;
  /** A send takes one or more of them (core/send-rights.ts). */
  rights: ReadonlySet<Right>;
  /** Reads and changes nothing: no administrator can grant them what a send takes. Left out for who is none. */
  auditor?: boolean;
  /** The person who sends, bound by who answers the conversation; null for what is no person. */
  actor: Actor | null;
}

/**
 * Accepts one message: asks the gate, queues it, and for a Consent Template writes the request with its exact wording and
 * one unguessable token per button. Throws `Refusal` 409 with the gate's code. With a key, the same request again answers
 * the same message, and another request under the same key is refused.
 */
export async function sendMessage(
  ctx: Context,
  request: SendRequest,
  sender: Sender,
  idempotencyKey: string | null,
): Promise<MessageRow> {
  needBasisText(request);
  await refreshRecords(ctx, request.to);
  const message = await inTransaction(ctx, async (tx) => {
    if (idempotencyKey !== null) {
      const used = await takeIdempotencyKey(
        tx,
        sender.id,
        idempotencyKey,
        ctx.keys.sha256(canonicalJson(request)),
        ctx.clock(),
      );
      if (used !== null) return replay(tx, ctx, used, request);
    }
    const id = await accept(tx, ctx, request, sender);
    if (idempotencyKey !== null) await bindIdempotencyKey(tx, sender.id, idempotencyKey, id);
    return required(await readMessage(tx, id));
  });
  ctx.wake.outbox();
  if (request.mediaId !== undefined) ctx.wake.media();
  return message;
}

async function replay(
  tx: Tx,
  ctx: Context,
  used: { requestHash: string; messageId: string | null },
  request: SendRequest,
): Promise<MessageRow> {
  if (used.requestHash !== ctx.keys.sha256(canonicalJson(request)))
    throw new Refusal(
      422,
      'idempotency-key-reused',
      'This Idempotency-Key was used for another message. Use a new one.',
    );
  const message = used.messageId === null ? null : await readMessage(tx, used.messageId);
  if (message !== null) return message;
  throw new Refusal(
    410,
    'message-erased',
    'The message of this Idempotency-Key was erased with its customer’s data. Use a new key for another one.',
  );
}

function required(message: MessageRow | null): MessageRow {
  if (message === null) throw new Error('a message that was just written is gone');
  return message;
}

async function accept(tx: Tx, ctx: Context, request: SendRequest, sender: Sender): Promise<string> {
  const now = ctx.clock();
  const configuration = await loadConfiguration(tx, ctx);
  const { settings, recordTypes } = configuration;
  const target = await lockTarget(tx, ctx, request.to);
  const loaded =
    target.contact === null
      ? null
      : ((await loadContacts(tx, [target.contact], now, settings, recordTypes)).get(target.contact.id) ??
        null);
  const composed = await compose(tx, ctx, request, target, loaded, configuration);
  const hints = createHints();
  const seat = await lockSeat(tx, ctx, target.contact, settings, hints);
  const heldBy = seat === null || sender.actor === null ? null : sendHeldBy(seat, sender.actor);
  const content = contentFor(composed);
  const missing = missingToSend(sender, content, loaded, seat);
  const contact = loaded === null ? null : await gateFor(tx, loaded, target.addressed, null);
  const decision = decideSend({
    now,
    path: sender.path,
    content,
    maySend: missing.length === 0,
    ownedByColleague: heldBy !== null,
    contactBlocked: target.contact?.blocked ?? false,
    channelConnected: channelConnected(await readChannel(tx, ctx.channel.phoneNumberId)),
    contact,
    limits: askLimits(settings),
  });
  ctx.metrics.gateDecisions.inc({ code: decision.allowed ? 'allowed' : decision.code });
  if (!decision.allowed)
    throw refusalOf(decision, {
      heldBy,
      missing,
      auditor: sender.auditor === true,
      noNumber: noNumberText(target, recordTypes),
      contact,
    });
  if (loaded === null || target.contact === null) throw new Error('the gate let a message pass to nobody');
  return queue(tx, ctx, {
    request,
    sender,
    target,
    contact: target.contact,
    loaded,
    composed,
    decision,
    settings,
    recordTypes,
    hints,
  });
}

/** What the gate's sentence cannot know. */
export interface WhyNot {
  /** Who answers instead. */
  heldBy: string | null;
  /** Rights that the sender has not. */
  missing: readonly Right[];
  auditor: boolean;
  /** Where there is not even a number: what to do about it (`noNumberText`). */
  noNumber: string | null;
  /** Whom the gate was asked about. */
  contact: GateContact | null;
}

/** The gate's sentence, or one that says more of this sender and this record. */
export function sentenceOf(code: string, { heldBy, missing, auditor, noNumber, contact }: WhyNot): string {
  if (code === 'contact-point-unknown' && noNumber !== null) return noNumber;
  if (code === 'owned-by-colleague' && heldBy !== null) return heldBy;
  if (code === 'not-allowed' && missing.length > 0) {
    const needed = missing.join('” and “');
    return auditor
      ? `This needs the right “${needed}”. An auditor reads and changes nothing; an administrator can give you another role.`
      : `This needs the right “${needed}”. An administrator can grant it.`;
  }
  return explainGate(code, contact);
}

/** The gate's no as HTTP: its code, its sentence and when it lifts, with 409, or 403 where a right is missing. */
export function refusalOf(
  decision: Extract<GateDecision, { allowed: false }>,
  why: WhyNot = { heldBy: null, missing: [], auditor: false, noNumber: null, contact: null },
): Refusal {
  const status = decision.code === 'not-allowed' ? 403 : 409;
  return new Refusal(status, decision.code, sentenceOf(decision.code, why), {
    alsoBlockedBy: decision.alsoBlockedBy,
    ...(decision.until === undefined ? {} : { until: decision.until }),
  });
}

/** A record that holds no number, nor is related to one that does: what to do about it. Null where there is a number. */
export function noNumberText(
  { contact, phone, opened, addressed }: Target,
  recordTypes: Map<string, RecordType>,
): string | null {
  if (contact !== null || phone !== null) return null;
  const type = recordTypes.get((opened ?? addressed)?.recordType ?? '');
  const relation = type === undefined ? null : relationOf(type);
  if (relation === null) return NO_NUMBER;
  const from = recordTypes.get(relation.table)?.displayName ?? relation.table;
  return `The number of this record is that of its related record (${from}). There is none, or none with a number that WhatsApp could know.`;
}

/** The rights that this send takes and the sender has not. */
export function missingToSend(
  { rights }: Pick<Sender, 'rights'>,
  content: GateInput['content'],
  loaded: Pick<LoadedContact, 'views'> | null,
  seat: Pick<OwnershipRow, 'status'> | null,
): Right[] {
  const question = content.kind === 'template' && content.type === 'consent' ? content.purpose : null;
  const needed = rightsToSend({
    consentTemplate: question !== null,
    refused: question !== null && loaded?.views[question].state === 'denied',
    conversationOpen: seat?.status === 'open',
  });
  return rightsBeyond(rights, needed);
}

/** What is to be sent as the gate sees it; null: a text. */
export function contentFor(composed: Composed | null): GateInput['content'] {
  if (composed === null) return { kind: 'text', reply: true };
  const { type } = composed.template.definition;
  return {
    kind: 'template',
    type: type === 'consent' || type === 'marketing' ? type : 'utility',
    purpose: composed.purpose,
    category: composed.whatsapp?.category ?? 'MARKETING',
    fault: composed.fault,
    missingVariables: composed.missing,
  };
}

/** The template that is asked for, made ready for the target; null for what needs none. */
async function compose(
  tx: Tx,
  ctx: Context,
  request: SendRequest,
  target: Target,
  loaded: LoadedContact | null,
  configuration: Configuration,
): Promise<Composed | null> {
  if (request.messageTemplateId === undefined) return null;
  const { published, whatsappTemplates } = configuration;
  const template = published.find((one) => one.id === request.messageTemplateId);
  if (template === undefined) {
    if (!isUuid(request.messageTemplateId)) throw notFound('message template');
    throw refusalOf({ allowed: false, code: 'template-not-published', alsoBlockedBy: [] });
  }
  needSendable(template);
  if (request.variables !== undefined || request.language !== undefined)
    mustKnow(template, whatsappTemplates, published, request);
  const compose = targetComposer(tx, ctx, target, loaded, configuration);
  return compose(template, request.variables ?? {}, request.language ?? null);
}

interface Accepted {
  request: SendRequest;
  sender: Sender;
  target: Target;
  contact: ContactPoint;
  loaded: LoadedContact;
  composed: Composed | null;
  decision: Extract<GateDecision, { allowed: true }>;
  settings: Settings;
  recordTypes: Map<string, RecordType>;
  hints: Hints;
}

async function queue(tx: Tx, ctx: Context, accepted: Accepted): Promise<string> {
  const { request, sender, contact, composed, target } = accepted;
  const now = ctx.clock();
  const id = ctx.make.id();
  const conversations = await ensureConversations(tx, [
    { id: ctx.make.id(), contactPointId: contact.id, channelId: ctx.channel.id, at: now },
  ]);
  const conversationId = conversations.get(`${contact.id}/${ctx.channel.id}`);
  if (conversationId === undefined) throw new Error('a conversation that was just made is gone');
  // The one that the wording names.
  const about = composed?.template.definition.recordType ?? null;
  const record = await recordFor(tx, target, accepted.loaded.records, about);
  const tokens = composed === null ? [] : composed.buttons.map(() => ctx.make.token());
  const ready = composed === null ? await composeContent(tx, ctx, request, sender.id, conversationId) : null;
  const text = ready?.text ?? composed?.rendered.body ?? '';
  await insertOutbound(tx, [
    {
      id,
      conversationId,
      contactPointId: contact.id,
      channelId: ctx.channel.id,
      kind: ready?.kind ?? 'template',
      text,
      content: ready?.content,
      waitsForMedia: ready?.file?.upload ?? false,
      replyTo: await quotedId(tx, request.replyTo, conversationId),
      actor: sender.name,
      path: sender.path,
      automatic: false,
      ...(composed === null ? NO_TEMPLATE : templateParts(composed, tokens)),
      recordType: target.addressed?.recordType ?? null,
      recordId: target.addressed?.recordId ?? null,
      answersLine: null,
      decision: { ...decisionInputs(accepted.loaded, now), ...openedFrom(target) },
      at: now,
    },
  ]);
  if (ready !== null) await attachFile(tx, ctx, ready, { messageId: id, contactPointId: contact.id });
  const preview = ready?.preview ?? text;
  await touchConversations(tx, [
    { id: conversationId, at: now, text: preview, direction: 'out', status: 'queued', unread: 0 },
  ]);
  await noteMessages(tx, ctx, [id], sender.actor?.id ?? null);
  if (composed?.template.definition.type === 'consent')
    await askConsent(
      tx,
      ctx,
      [
        {
          contact,
          composed,
          messageId: id,
          tokens,
          record,
          target,
          afterRefusal: accepted.decision.requestAfterRefusal,
        },
      ],
      {
        path: sender.path,
        name: sender.name,
        personId: sender.actor?.id ?? null,
        basis: request.basis ?? null,
        basisText: request.basisText ?? null,
      },
      { settings: accepted.settings, recordTypes: accepted.recordTypes },
    );
  await noteAnswer(tx, ctx, conversationId, sender.actor, accepted.settings, accepted.hints);
  accepted.hints.conversation(conversationId, contact.id);
  await accepted.hints.send(tx);
  await notify(tx, WORK, '');
  return id;
}
