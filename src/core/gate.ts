import type { ConsentView, RequestView } from './consent.ts';
import type { Purpose } from './purpose.ts';
import { windowOpen } from './session.ts';

/**
 * The gate: the one function that decides whether a message may leave (product.md §3.1, §3.5, §4).
 * Whatever sends asks it, when a send is accepted and again at hand-over. It fails closed: what is not known is no.
 */

/** Stable codes, in the order in which they are named: the first that applies is the reason, the rest stand beside it. */
export const GATE_CODES = [
  'not-allowed',
  'owned-by-colleague',
  'contact-blocked',
  'contact-point-unknown',
  'channel-disconnected',
  'template-not-published',
  'template-waiting',
  'template-paused',
  'template-of-another-record-type',
  'template-variable-missing',
  'consent-denied',
  'consent-on-hold',
  'consent-needed',
  'consent-expired',
  'marketing-consent-needed',
  'platform-stopped-marketing',
  'asked-too-recently',
  'ask-limit-reached',
  'asking-forbidden',
  'crm-unreachable',
  'service-window-closed',
] as const;
export type GateCode = (typeof GATE_CODES)[number];

const RANKS: ReadonlyMap<string, number> = new Map(GATE_CODES.map((code, index) => [code, index]));
const rank = (code: GateCode): number => RANKS.get(code) ?? GATE_CODES.length;

/** Who or what sends. Campaigns and automation never ask after a refusal. */
export type SendPath = 'person' | 'api' | 'campaign' | 'automation';

export type SendTemplateType = 'consent' | 'utility' | 'marketing';

/**
 * A value of a CRM behind a network that was read longer ago may have changed since, and decides nothing (product.md
 * §3.9). Changes are asked for every 30 s, so it is reached in an outage alone.
 */
export const CRM_STALE_AFTER_MS = 15 * 60_000;

/** How often we may ask; `null` is "no limit" (settings). */
export interface AskLimits {
  unansweredPerDay: number | null;
  unansweredPer30Days: number | null;
  afterRefusalPerDay: number | null;
  afterRefusalPer90Days: number | null;
  countriesNoAskAfterRefusal: readonly string[];
}

export interface GateInput {
  now: number;
  path: SendPath;
  content:
    | { kind: 'text' }
    | {
        kind: 'template';
        type: SendTemplateType;
        /** What a Consent Template asks for; otherwise unused. */
        purpose: Purpose;
        /** Meta's category today. */
        category: string;
        /** What is wrong with the template itself, if anything. */
        fault: TemplateFault | null;
        missingVariables: readonly string[];
      };
  /** The person or key may send at all. */
  maySend: boolean;
  /** A person sends where somebody else answers; never for keys and for what Assent sends by itself. */
  ownedByColleague: boolean;
  contactBlocked: boolean;
  channelConnected: boolean;
  /** Null: we do not know who this is, so nothing leaves (GAT-1). */
  contact: GateContact | null;
  limits: AskLimits;
}

export type TemplateFault =
  | 'template-not-published'
  | 'template-waiting'
  | 'template-paused'
  | 'template-of-another-record-type';

export interface GateContact {
  service: ConsentView;
  marketing: ConsentView;
  /** In no CRM record, and the organisation does not let agents answer such numbers. */
  unknownNotAllowed: boolean;
  /** The record's rule for "nothing decided"; `ask-first` where several differ. */
  unset: 'ask-first' | 'allow';
  /** The field of the record addressed (of any record, when a number is addressed) holds a No found at first sight. */
  fieldForbids: boolean;
  allowReplyAfterRefusal: boolean;
  /** The customer's last message, ms by WhatsApp's clock: opens the service window. */
  lastInboundAt: number | null;
  /** The customer's last message that was no refusal: after a refusal it waives the ask limits. */
  lastWordAt: number | null;
  country: string | null;
  /** A decision rests on a CRM value older than the bound. */
  crmStale: boolean;
}

export interface Block {
  code: GateCode;
  /** When it lifts by itself, ms. */
  until?: number;
}

export type GateDecision =
  | { allowed: true; requestAfterRefusal: boolean }
  | { allowed: false; code: GateCode; until?: number; alsoBlockedBy: GateCode[] };

/** Decides one send. Pure; about a microsecond. */
export function decideSend(input: GateInput): GateDecision {
  const blocks: Block[] =
    input.contact === null ? [{ code: 'contact-point-unknown' }] : contactBlocks(input, input.contact);
  if (!input.maySend) blocks.push({ code: 'not-allowed' });
  if (input.ownedByColleague) blocks.push({ code: 'owned-by-colleague' });
  if (input.contactBlocked) blocks.push({ code: 'contact-blocked' });
  if (!input.channelConnected) blocks.push({ code: 'channel-disconnected' });
  if (input.content.kind === 'template') {
    if (input.content.fault !== null) blocks.push({ code: input.content.fault });
    if (input.content.missingVariables.length > 0) blocks.push({ code: 'template-variable-missing' });
  }
  if (blocks.length > 1) blocks.sort((a, b) => rank(a.code) - rank(b.code));
  const [first] = blocks;
  if (first === undefined) return { allowed: true, requestAfterRefusal: isRequestAfterRefusal(input) };
  const alsoBlockedBy: GateCode[] = [];
  // In order, so that the same reason stands beside itself.
  for (const { code } of blocks)
    if (code !== first.code && code !== alsoBlockedBy.at(-1)) alsoBlockedBy.push(code);
  const until = liftedAt(blocks);
  return until === null
    ? { allowed: false, code: first.code, alsoBlockedBy }
    : { allowed: false, code: first.code, until, alsoBlockedBy };
}

/** When the last of them lifts; null where one of them never lifts by itself. */
function liftedAt(blocks: readonly Block[]): number | null {
  let last = 0;
  for (const { until } of blocks) {
    if (until === undefined) return null;
    last = Math.max(last, until);
  }
  return last;
}

function isRequestAfterRefusal(input: GateInput): boolean {
  const { content, contact } = input;
  if (content.kind !== 'template' || content.type !== 'consent' || contact === null) return false;
  return contact[content.purpose].state === 'denied';
}

function contactBlocks(input: GateInput, contact: GateContact): Block[] {
  const blocks: Block[] = [];
  if (contact.unknownNotAllowed) blocks.push({ code: 'contact-point-unknown' });
  const { content } = input;
  if (content.kind === 'template' && content.type === 'consent') {
    if (content.category === 'MARKETING' && contact.marketing.platformStopped)
      blocks.push({ code: 'platform-stopped-marketing' });
    return [...blocks, ...askBlocks(contact[content.purpose], contact, input)];
  }
  // A question rests on no value of the CRM, so it is asked all the same.
  if (contact.crmStale) blocks.push({ code: 'crm-unreachable' });
  const marketing =
    content.kind === 'template' && (content.type === 'marketing' || content.category === 'MARKETING');
  if (marketing) return [...blocks, ...marketingBlocks(contact)];
  return [...blocks, ...serviceBlocks(contact, content.kind === 'text', input.now)];
}

/** Free text and utility templates: the table of product.md §3.1, one row per line. */
function serviceBlocks(contact: GateContact, freeText: boolean, now: number): Block[] {
  const blocks: Block[] = [];
  const inWindow = windowOpen(contact.lastInboundAt, now);
  const { service } = contact;
  const closed: Block[] = freeText && !inWindow ? [{ code: 'service-window-closed' }] : [];
  if (service.onHold !== null) blocks.push({ code: 'consent-on-hold' });
  if (service.state === 'denied') {
    if (!(contact.allowReplyAfterRefusal && inWindow && wroteSinceRefusal(contact, service)))
      blocks.push({ code: 'consent-denied' });
  } else if (!service.projects && contact.fieldForbids) blocks.push({ code: 'consent-denied' });
  else if (service.state !== 'granted' && contact.unset === 'ask-first' && !inWindow)
    blocks.push({ code: service.state === 'expired' ? 'consent-expired' : 'consent-needed' });
  return [...blocks, ...closed];
}

function marketingBlocks(contact: GateContact): Block[] {
  const { service, marketing } = contact;
  const blocks: Block[] = [];
  if (service.state === 'denied' || (!service.projects && contact.fieldForbids))
    blocks.push({ code: 'consent-denied' });
  if (service.onHold !== null || marketing.onHold !== null) blocks.push({ code: 'consent-on-hold' });
  if (marketing.state === 'expired') blocks.push({ code: 'consent-expired' });
  if (marketing.state !== 'granted') blocks.push({ code: 'marketing-consent-needed' });
  if (marketing.platformStopped) blocks.push({ code: 'platform-stopped-marketing' });
  return blocks;
}

const DAY = 86_400_000;

/** The customer wrote something that is no refusal, or tapped an old Yes, since the refusal in force. */
export function wroteSinceRefusal(contact: Pick<GateContact, 'lastWordAt'>, view: ConsentView): boolean {
  if (contact.lastWordAt === null || view.decidedAt === null) return false;
  // WhatsApp's clock has whole seconds: what was written in the second of the refusal came before it.
  return Math.floor(contact.lastWordAt / 1000) > Math.floor(view.decidedAt / 1000);
}

/** May we ask now (product.md §3.5)? Counted per contact point and purpose, accepted requests only. */
function askBlocks(view: ConsentView, contact: GateContact, input: GateInput): Block[] {
  const { limits, now, path } = input;
  const asked = view.requests.filter((request) => !request.failed);
  if (view.state !== 'denied') {
    const unanswered = asked.filter((request) => !request.settled);
    return [
      ...limit('asked-too-recently', unanswered, limits.unansweredPerDay, DAY, now),
      ...limit('ask-limit-reached', unanswered, limits.unansweredPer30Days, 30 * DAY, now),
    ];
  }
  const blocks: Block[] = [];
  if (path === 'campaign' || path === 'automation') blocks.push({ code: 'asking-forbidden' });
  if (contact.country !== null && limits.countriesNoAskAfterRefusal.includes(contact.country))
    blocks.push({ code: 'asking-forbidden' });
  if (wroteSinceRefusal(contact, view)) return blocks;
  // The first request after each refusal may go at once: what was asked before the newest is settled by it.
  const sinceRefusal = asked.filter((request) => request.afterRefusal && !request.settled);
  const afterRefusals = asked.filter((request) => request.afterRefusal);
  return [
    ...blocks,
    ...limit('asked-too-recently', sinceRefusal, limits.afterRefusalPerDay, DAY, now),
    ...limit('ask-limit-reached', afterRefusals, limits.afterRefusalPer90Days, 90 * DAY, now),
  ];
}

/** At most `most` requests in any `span`; says when the next may go. */
function limit(
  code: 'asked-too-recently' | 'ask-limit-reached',
  requests: readonly RequestView[],
  most: number | null,
  span: number,
  now: number,
): Block[] {
  if (most === null) return [];
  const recent = requests.filter((request) => request.at > now - span);
  if (recent.length < most) return [];
  const freed = recent.at(recent.length - most);
  return [freed === undefined ? { code } : { code, until: freed.at + span }];
}

/**
 * An automatic answer leaves only while the line it answers still decides, inside the window (product.md §3.6).
 * Null allows it; otherwise the code.
 */
export function decideAutomaticAnswer(input: {
  stillDecides: boolean;
  lastInboundAt: number | null;
  now: number;
  blocked: boolean;
  channelConnected: boolean;
}): GateCode | 'superseded' | null {
  if (input.blocked) return 'contact-blocked';
  if (!input.channelConnected) return 'channel-disconnected';
  if (!input.stillDecides) return 'superseded';
  return windowOpen(input.lastInboundAt, input.now) ? null : 'service-window-closed';
}

const SENTENCES: Record<GateCode | 'superseded', string> = {
  'not-allowed': 'You may not send messages. Ask an administrator for the right to.',
  'owned-by-colleague':
    'A colleague answers this conversation. Ask them to assign it to you, or take it over once they are idle.',
  'contact-blocked': 'This customer is blocked. Unblock them before you write.',
  'contact-point-unknown':
    'This number is in no CRM record. Save it as a contact, lead or account, or let an administrator allow chats with unknown numbers.',
  'channel-disconnected':
    'The WhatsApp number is not connected. An administrator sees why under Configuration, WhatsApp.',
  'template-not-published': 'This template is not published or not approved by WhatsApp.',
  'template-waiting': 'This Consent Template waits for its Opt-In and Opt-Out Templates.',
  'template-paused': 'WhatsApp has paused this template. Choose another one.',
  'template-of-another-record-type': 'This template belongs to another record type.',
  'template-variable-missing': 'A variable of this template has no value. Fill it in, here or on the record.',
  'consent-denied': 'The customer refused messages. Only a Consent Template may be sent.',
  'consent-on-hold':
    'The customer wrote something that reads like a refusal. Decide it first, or send a Consent Template.',
  'consent-needed': 'The customer has not agreed yet. Send a Consent Template first.',
  'consent-expired': 'The customer’s consent has expired. Send a Consent Template to ask again.',
  'marketing-consent-needed': 'Marketing messages need the customer’s consent to marketing.',
  'platform-stopped-marketing':
    'The customer stopped marketing messages in WhatsApp. Only they can resume them.',
  'asked-too-recently': 'The customer was asked too recently. Wait before you ask again.',
  'ask-limit-reached':
    'The customer was asked as often as your organisation allows. Wait before you ask again.',
  'asking-forbidden': 'Asking again after a refusal is not allowed here.',
  'crm-unreachable': 'The CRM cannot be reached, and the value it last gave is too old to rely on.',
  'service-window-closed':
    'More than 24 hours have passed since the customer’s last message. Send a template instead.',
  superseded: 'A newer answer of the customer’s made this automatic answer obsolete.',
};

const SENTENCES_BY_CODE: ReadonlyMap<string, string> = new Map(Object.entries(SENTENCES));

/** One sentence a person can act on; the same in API, screen and log. */
export function explainGate(code: string): string {
  return SENTENCES_BY_CODE.get(code) ?? 'This message may not be sent.';
}
