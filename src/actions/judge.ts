import { numberSends } from '../core/channel-stop.ts';
import {
  decideAutomaticAnswer,
  decideSend,
  explainGate,
  knewDecision,
  type SendPath,
  type TemplateFault,
  typeByNow,
} from '../core/gate.ts';
import { type PublishedTemplate, tenantKeywords } from '../core/message-template.ts';
import type { Settings } from '../core/settings.ts';
import type { Tx } from '../db/engine.ts';
import type { ChannelRow } from '../db/organisation.ts';
import type { QueuedMessage } from '../db/outbox.ts';
import type { WhatsAppTemplateRow } from '../db/templates.ts';
import { askLimits, gateFor, type LoadedContact } from './gate-contact.ts';
import { isAnswerable, servesAnother, whatsappFault } from './template-fault.ts';

/** Asks the gate about a message that is queued already: at hand-over, and whenever a decision changed. */

export interface JudgeInputs {
  now: number;
  settings: Settings;
  connected: boolean;
  whatsappTemplates: readonly WhatsAppTemplateRow[];
  published: readonly PublishedTemplate[];
}

export type Judgement =
  | { allowed: true; inputs: Record<string, unknown> }
  | { allowed: false; code: string; text: string; inputs: Record<string, unknown> };

/** What the gate says now. `loaded` is read in the same transaction, its contact point locked. */
export async function judgeQueued(
  tx: Tx,
  message: QueuedMessage,
  loaded: LoadedContact,
  inputs: JudgeInputs,
): Promise<Judgement> {
  const summary = decisionInputs(loaded, inputs.now);
  // What answers a decision leaves only while that decides; the answer out of hours is judged like a person's text.
  if (message.automatic && message.path !== 'automation') {
    const verdict = decideAutomaticAnswer({
      line: message.answersLine,
      contact: { ...loaded.gate, ...loaded.views },
      now: inputs.now,
      blocked: loaded.contact.blocked,
      channelConnected: inputs.connected,
    });
    return verdict === null
      ? { allowed: true, inputs: summary }
      : { allowed: false, code: verdict, text: explainGate(verdict), inputs: summary };
  }
  const addressed =
    message.recordType === null || message.recordId === null
      ? null
      : { recordType: message.recordType, recordId: message.recordId };
  const contact = await gateFor(tx, loaded, addressed, message.request?.id ?? null);
  const decision = decideSend({
    now: inputs.now,
    path: message.path as SendPath,
    content: contentOf(message, loaded, inputs),
    maySend: true,
    // Decided when it was accepted: whoever owns the conversation since then does not undo it.
    ownedByColleague: false,
    contactBlocked: loaded.contact.blocked,
    channelConnected: inputs.connected,
    contact,
    limits: askLimits(inputs.settings),
  });
  return decision.allowed
    ? { allowed: true, inputs: summary }
    : {
        allowed: false,
        code: decision.code,
        text: explainGate(decision.code, contact),
        inputs: summary,
      };
}

function contentOf(
  message: QueuedMessage,
  loaded: LoadedContact,
  inputs: JudgeInputs,
): Parameters<typeof decideSend>[0]['content'] {
  if (message.kind !== 'template')
    return { kind: 'text', reply: !message.automatic && knewDecision(loaded.views.service, message) };
  const template = inputs.whatsappTemplates.find(
    (one) => one.name === message.templateName && one.language === message.templateLanguage,
  );
  const published = inputs.published.find((one) => one.id === message.messageTemplateId);
  return {
    kind: 'template',
    type: typeByNow(message.templateType, published?.definition.type),
    purpose: message.templatePurpose === 'marketing' ? 'marketing' : 'service',
    category: template?.category ?? 'MARKETING',
    fault: published === undefined ? 'template-not-published' : faultOf(message, published, template, inputs),
    missingVariables: [],
  };
}

/** What became of the template since: paused or worded anew at Meta, or its answers are not understood any more. */
function faultOf(
  message: QueuedMessage,
  published: PublishedTemplate,
  whatsapp: WhatsAppTemplateRow | undefined,
  inputs: JudgeInputs,
): TemplateFault | null {
  const { definition } = published;
  const fault = whatsappFault(published, whatsapp);
  if (fault !== null || whatsapp === undefined) return fault;
  if (servesAnother(message.content, whatsapp)) return 'template-not-published';
  if (definition.type !== 'consent') return null;
  return isAnswerable(whatsapp, tenantKeywords(inputs.published, [definition.recordType]))
    ? null
    : 'template-waiting';
}

/** Nothing stopped the number, and it is in a status in which it sends. */
export function channelConnected(channel: ChannelRow | null): boolean {
  return channel !== null && channel.stoppedReason === null && numberSends(channel.status) !== 'no';
}

/** The decision's inputs, kept on the message as evidence. */
export function decisionInputs(loaded: LoadedContact, now: number): Record<string, unknown> {
  const { service, marketing } = loaded.views;
  return {
    at: new Date(now).toISOString(),
    service: {
      state: service.state,
      decidedBy: service.decidedBy,
      source: service.source,
      onHold: service.onHold !== null,
    },
    marketing: {
      state: marketing.state,
      decidedBy: marketing.decidedBy,
      platformStopped: marketing.platformStopped,
    },
    unset: loaded.gate.unset,
    fieldForbids: loaded.gate.fieldForbids,
    lastInboundAt:
      loaded.contact.lastInboundAt === null ? null : new Date(loaded.contact.lastInboundAt).toISOString(),
    ledgerSeq: loaded.contact.ledgerSeq,
  };
}
