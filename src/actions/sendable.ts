import { composerBanner } from '../core/banner.ts';
import {
  countryForbidsAsking,
  decideSend,
  type GateContact,
  type GateDecision,
  type GateInput,
  wroteSinceRefusal,
} from '../core/gate.ts';
import { sendHeldBy, standing } from '../core/ownership.ts';
import type { Purpose } from '../core/purpose.ts';
import { fieldOf, type RecordType } from '../core/record-type.ts';
import { windowClosesAt } from '../core/session.ts';
import type { Settings } from '../core/settings.ts';
import type { Rendered } from '../core/template.ts';
import { conversationSeen } from '../db/access.ts';
import type { Tx } from '../db/engine.ts';
import { readChannel } from '../db/organisation.ts';
import { conversationIdOf, readOwnership } from '../db/ownership.ts';
import { targetComposer } from './compose-for-target.ts';
import { fitsRecordTypes, recognisesAnswers } from './compose-template.ts';
import { loadConfiguration } from './configuration.ts';
import type { Context } from './context.ts';
import { askLimits, gateFor, type LoadedContact, loadTarget } from './gate-contact.ts';
import { channelConnected } from './judge.ts';
import {
  contentFor,
  missingToSend,
  noNumberText,
  type Sender,
  sentenceOf,
  type WhyNot,
} from './send-message.ts';
import { findTarget, needKnownRecord, type To, typesFor } from './target.ts';
import { firstWaitingGrant } from './waiting-grants.ts';

export interface Reason {
  code: string;
  message: string;
  until?: number;
}

export interface SendableTemplate {
  messageTemplateId: string;
  name: string;
  type: string;
  /** What a Consent Template asks for. */
  asksFor: Purpose | null;
  /** A record of the number has a field that the answer to it is written to. */
  answerHasField: boolean;
  allowed: boolean;
  reason: Reason | null;
  alsoBlockedBy: string[];
  language: string;
  languages: string[];
  preview: Rendered;
  missing: string[];
  confirm: string | null;
}

export interface Sendable {
  freeText: { allowed: boolean; reason: Reason | null };
  templates: SendableTemplate[];
  /** As a send to them sees it. */
  contact: GateContact;
  records: LoadedContact['records'];
  phone: string | null;
  conversationId: string | null;
  serviceWindowClosesAt: number | null;
  banner: ReturnType<typeof composerBanner>;
}

/**
 * What the gate offers now: the same function with the same inputs as a send, asked for free text and for every
 * published template, so that the list and the gate can never disagree.
 */
export async function readSendable(
  tx: Tx,
  ctx: Context,
  to: To,
  sender: Pick<Sender, 'path' | 'rights' | 'actor' | 'auditor'>,
  language: string | null,
): Promise<Sendable> {
  const now = ctx.clock();
  const configuration = await loadConfiguration(tx, ctx);
  const { settings, recordTypes, published } = configuration;
  const target = await findTarget(tx, ctx, to);
  await needKnownRecord(tx, to, target, recordTypes);
  const loaded = await loadTarget(tx, target, now, settings, recordTypes);
  const { contact } = loaded;
  const noNumber = noNumberText(target, recordTypes);
  const gateContact = await gateFor(tx, loaded, target.addressed, null);
  const connected = channelConnected(await readChannel(tx, ctx.channel.phoneNumberId));
  const conversationId =
    target.contact === null ? null : await conversationIdOf(tx, target.contact.id, ctx.channel.id);
  const seat = conversationId === null ? null : await readOwnership(tx, conversationId);
  const { actor } = sender;
  const heldBy = seat === null || actor === null ? null : sendHeldBy(standing(seat, now), actor);
  const ask = (content: GateInput['content']): { decision: GateDecision; why: WhyNot } => {
    const missing = missingToSend(sender, content, loaded, seat);
    const decision = decideSend({
      now,
      path: sender.path,
      content,
      maySend: missing.length === 0,
      ownedByColleague: heldBy !== null,
      contactBlocked: contact.blocked,
      channelConnected: connected,
      contact: noNumber === null ? gateContact : null,
      limits: askLimits(settings),
    });
    return {
      decision,
      why: { heldBy, missing, auditor: sender.auditor === true, noNumber, contact: gateContact },
    };
  };
  const freeText = ask({ kind: 'text', reply: true });
  const compose = targetComposer(tx, ctx, target, loaded, configuration);
  const theirTypes = typesFor(target, loaded.records);
  const templates: SendableTemplate[] = [];
  for (const template of published) {
    // One of another record type is never offered (product.md §3.1), whatever else is the matter with it.
    if (recognisesAnswers(template) || !fitsRecordTypes(template, theirTypes)) continue;
    const { type, name } = template.definition;
    const composed = await compose(template, {}, language);
    const content = contentFor(composed);
    // What no column fills is asked from the agent when sending, so it does not grey the template.
    const { decision, why } = ask(
      content.kind === 'template' ? { ...content, missingVariables: [] } : content,
    );
    templates.push({
      messageTemplateId: template.id,
      name,
      type,
      asksFor: type === 'consent' ? composed.purpose : null,
      answerHasField:
        type === 'consent' &&
        loaded.records.some((record) => hasField(record, composed.purpose, recordTypes)),
      allowed: decision.allowed,
      reason: reasonOf(decision, why),
      alsoBlockedBy: decision.allowed ? [] : decision.alsoBlockedBy,
      language: composed.language,
      languages: composed.languages,
      preview: composed.rendered,
      missing: composed.missing,
      confirm:
        type === 'consent' && decision.allowed ? confirmation(gateContact, composed.purpose, now) : null,
    });
  }
  const waiting =
    target.contact === null || freeText.decision.allowed
      ? null
      : await firstWaitingGrant(tx, ctx, target.contact.id, 'service');
  return {
    freeText: { allowed: freeText.decision.allowed, reason: reasonOf(freeText.decision, freeText.why) },
    templates,
    contact: gateContact,
    records: loaded.records,
    phone: target.phone,
    conversationId:
      conversationId === null || !(await sees(tx, conversationId, actor)) ? null : conversationId,
    serviceWindowClosesAt: windowClosesAt(contact.lastInboundAt),
    banner:
      noNumber === null
        ? bannerOf(gateContact, now, freeText.decision, freeText.why, settings, waiting?.requestedBy ?? null)
        : { code: 'no-phone', tone: 'warning', text: noNumber },
  };
}

/** Only a record that is messaged by this number takes its answers. */
function hasField(
  { messaging, recordType }: LoadedContact['records'][number],
  purpose: Purpose,
  recordTypes: ReadonlyMap<string, RecordType>,
): boolean {
  const type = recordTypes.get(recordType);
  return messaging && type !== undefined && fieldOf(type, purpose) !== null;
}

async function sees(tx: Tx, conversationId: string, actor: Sender['actor']): Promise<boolean> {
  return actor === null || (await conversationSeen(tx, conversationId, actor)) !== null;
}

/** Banners that say what only this sender is told. */
const OWN_WORDS: ReadonlySet<string> = new Set(['owned-by-colleague', 'not-allowed']);

function bannerOf(
  contact: GateContact,
  now: number,
  freeText: GateDecision,
  why: WhyNot,
  settings: Settings,
  grantWaitsFrom: string | null,
): ReturnType<typeof composerBanner> {
  const banner = composerBanner({
    contact,
    now,
    freeText: freeText.allowed ? null : freeText.code,
    askingForbidden: countryForbidsAsking(contact, askLimits(settings)),
    grantWaitsFrom,
  });
  if (!OWN_WORDS.has(banner.code)) return banner;
  // That an auditor writes nothing is no obstacle to their work.
  const tone = banner.code === 'not-allowed' && why.auditor ? 'info' : banner.tone;
  return { ...banner, tone, text: sentenceOf(banner.code, why) };
}

function reasonOf(decision: GateDecision, why: WhyNot): Reason | null {
  if (decision.allowed) return null;
  const reason = { code: decision.code, message: sentenceOf(decision.code, why) };
  return decision.until === undefined ? reason : { ...reason, until: decision.until };
}

/** After a refusal the agent confirms that they know of it; the API needs no confirmation (product.md §3.5). */
function confirmation(contact: GateContact, purpose: Purpose, now: number): string | null {
  const view = contact[purpose];
  if (view.state !== 'denied' || view.decidedAt === null || wroteSinceRefusal(contact, view)) return null;
  return `The customer refused ${ago(now - view.decidedAt)}.`;
}

function ago(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} minute${minutes === 1 ? '' : 's'} ago`;
  const hours = Math.round(minutes / 60);
  if (hours < 48) return `${hours} hour${hours === 1 ? '' : 's'} ago`;
  return `${Math.round(hours / 24)} days ago`;
}
