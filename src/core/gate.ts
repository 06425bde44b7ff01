import type { ConsentView, RequestView } from './consent.ts';
import { second } from './consent-order.ts';
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

/** A bit for each, in that order. */
const BITS: ReadonlyMap<GateCode, number> = new Map(GATE_CODES.map((code, index) => [code, 1 << index]));

/** Who or what sends. Campaigns and automation never ask after a refusal. */
export type SendPath = 'person' | 'api' | 'campaign' | 'automation';

export type SendTemplateType = 'consent' | 'utility' | 'marketing';

/**
 * As what a queued template is judged, by its type when it was accepted and that of its template today. A question stays what its
 * buttons ask; what was made marketing since needs that consent by now, and never less than when it was accepted.
 */
export function typeByNow(queued: string | null, today: string | undefined): SendTemplateType {
  if (queued === 'consent') return 'consent';
  return queued === 'marketing' || today === 'marketing' ? 'marketing' : 'utility';
}

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
    | {
        kind: 'text';
        /** Somebody writes it who knows what the customer decided; never what was queued before that, or by itself. */
        reply: boolean;
      }
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
  /** The customer's last message, ms by WhatsApp's clock (`windowOpensAt`): opens the service window. */
  lastInboundAt: number | null;
  /** The customer's last message that was no refusal: after a refusal it waives the ask limits. */
  lastWordAt: number | null;
  country: string | null;
  /** A decision rests on a CRM value older than the bound. */
  crmStale: boolean;
}

/**
 * What stands against a send. All rules add to one of these: the gate is asked a thousand times a second, and a list that is put
 * in order afterwards cost it as much as the rules.
 */
interface Blocks {
  /** The bits of the codes. */
  codes: number;
  /** When the last of those that lift by themselves does, ms. */
  until: number;
  /** One of them never does. */
  forGood: boolean;
}

function block(blocks: Blocks, code: GateCode, until?: number): void {
  blocks.codes |= BITS.get(code) ?? 0;
  if (until === undefined) blocks.forGood = true;
  else blocks.until = Math.max(blocks.until, until);
}

export type GateDecision =
  | { allowed: true; requestAfterRefusal: boolean }
  | { allowed: false; code: GateCode; until?: number; alsoBlockedBy: GateCode[] };

/** Decides one send. Pure; a fifth of a microsecond (`npm run bench -- gate`). */
export function decideSend(input: GateInput): GateDecision {
  const blocks: Blocks = { codes: 0, until: 0, forGood: false };
  if (!input.maySend) block(blocks, 'not-allowed');
  if (input.ownedByColleague) block(blocks, 'owned-by-colleague');
  if (input.contactBlocked) block(blocks, 'contact-blocked');
  if (!input.channelConnected) block(blocks, 'channel-disconnected');
  if (input.content.kind === 'template') {
    if (input.content.fault !== null) block(blocks, input.content.fault);
    if (input.content.missingVariables.length > 0) block(blocks, 'template-variable-missing');
  }
  if (input.contact === null) block(blocks, 'contact-point-unknown');
  else addContactBlocks(blocks, input, input.contact);
  if (blocks.codes === 0) return { allowed: true, requestAfterRefusal: isRequestAfterRefusal(input) };
  const [code = 'not-allowed', ...alsoBlockedBy] = codesOf(blocks.codes);
  return blocks.forGood
    ? { allowed: false, code, alsoBlockedBy }
    : { allowed: false, code, until: blocks.until, alsoBlockedBy };
}

/** In the order in which they are named. */
function codesOf(bits: number): GateCode[] {
  const codes: GateCode[] = [];
  for (let index = 0, left = bits; left !== 0; index += 1, left >>>= 1) {
    const code = GATE_CODES[index];
    if ((left & 1) === 1 && code !== undefined) codes.push(code);
  }
  return codes;
}

function isRequestAfterRefusal(input: GateInput): boolean {
  const { content, contact } = input;
  if (content.kind !== 'template' || content.type !== 'consent' || contact === null) return false;
  return contact[content.purpose].state === 'denied';
}

/** What the contact's own state says against it. */
function addContactBlocks(blocks: Blocks, input: GateInput, contact: GateContact): void {
  if (contact.unknownNotAllowed) block(blocks, 'contact-point-unknown');
  const { content } = input;
  if (content.kind === 'template' && content.type === 'consent') {
    if (content.category === 'MARKETING' && contact.marketing.platformStopped)
      block(blocks, 'platform-stopped-marketing');
    addAskBlocks(blocks, contact[content.purpose], contact, input);
    return;
  }
  // A question rests on no value of the CRM, so it is asked all the same.
  if (contact.crmStale) block(blocks, 'crm-unreachable');
  const marketing =
    content.kind === 'template' && (content.type === 'marketing' || content.category === 'MARKETING');
  if (marketing) addMarketingBlocks(blocks, contact);
  else addServiceBlocks(blocks, contact, content, input.now);
}

/** Free text and utility templates: the table of product.md §3.1, one row per line. */
function addServiceBlocks(
  blocks: Blocks,
  contact: GateContact,
  content: GateInput['content'],
  now: number,
): void {
  const inWindow = windowOpen(contact.lastInboundAt, now);
  const { service } = contact;
  const freeText = content.kind === 'text';
  if (service.onHold !== null) block(blocks, 'consent-on-hold');
  if (service.state === 'denied') {
    const answers = freeText && content.reply && inWindow && wroteSinceRefusal(contact, service);
    if (!(contact.allowReplyAfterRefusal && answers)) block(blocks, 'consent-denied');
  } else if (!service.projects && contact.fieldForbids) block(blocks, 'consent-denied');
  else if (service.state !== 'granted' && contact.unset === 'ask-first' && !inWindow)
    block(blocks, service.state === 'expired' ? 'consent-expired' : 'consent-needed');
  if (freeText && !inWindow) block(blocks, 'service-window-closed');
}

function addMarketingBlocks(blocks: Blocks, contact: GateContact): void {
  const { service, marketing } = contact;
  if (isRefused(contact)) block(blocks, 'consent-denied');
  if (service.onHold !== null || marketing.onHold !== null) block(blocks, 'consent-on-hold');
  if (marketing.state === 'expired') block(blocks, 'consent-expired');
  if (marketing.state !== 'granted') block(blocks, 'marketing-consent-needed');
  if (marketing.platformStopped) block(blocks, 'platform-stopped-marketing');
}

/**
 * Whether who wrote a message knew the decision in force: `knowsSeq` is the last line of the contact point's own chain that was
 * known when it was accepted, `at` when that was. Lines of another identity's chain are told by their time.
 */
export function knewDecision(
  { decidedBy, decidedAt }: ConsentView,
  written: { contactPointId: string; knowsSeq: number | null; at: number },
): boolean {
  if (decidedBy === null || decidedAt === null) return true;
  const [chain, seq] = decidedBy.split('/');
  return chain === written.contactPointId
    ? written.knowsSeq !== null && Number(seq) <= written.knowsSeq
    : second(decidedAt) < second(written.at);
}

const DAY = 86_400_000;

/** The customer wrote something that is no refusal, or tapped an old Yes, since the refusal in force. */
export function wroteSinceRefusal(contact: Pick<GateContact, 'lastWordAt'>, view: ConsentView): boolean {
  if (contact.lastWordAt === null || view.decidedAt === null) return false;
  // WhatsApp's clock has whole seconds: what was written in the second of the refusal came before it.
  return second(contact.lastWordAt) > second(view.decidedAt);
}

/**
 * The customer's country is among those where nobody is asked again after a refusal. Unlike the limits it waits for
 * nothing: what the customer writes since does not lift it (product.md §3.5), their own Yes does.
 */
export function countryForbidsAsking(
  contact: Pick<GateContact, 'country'>,
  limits: Pick<AskLimits, 'countriesNoAskAfterRefusal'>,
): boolean {
  return contact.country !== null && limits.countriesNoAskAfterRefusal.includes(contact.country);
}

/** May we ask now (product.md §3.5)? Counted per contact point and purpose, accepted requests only. */
function addAskBlocks(blocks: Blocks, view: ConsentView, contact: GateContact, input: GateInput): void {
  const { limits, now, path } = input;
  const { requests } = view;
  if (view.state !== 'denied') {
    addLimit(blocks, 'asked-too-recently', requests, isUnanswered, limits.unansweredPerDay, DAY, now);
    addLimit(blocks, 'ask-limit-reached', requests, isUnanswered, limits.unansweredPer30Days, 30 * DAY, now);
    return;
  }
  if (path === 'campaign' || path === 'automation') block(blocks, 'asking-forbidden');
  if (countryForbidsAsking(contact, limits)) block(blocks, 'asking-forbidden');
  if (wroteSinceRefusal(contact, view)) return;
  // The first request after each refusal may go at once: what was asked before the newest is settled by it.
  addLimit(blocks, 'asked-too-recently', requests, isSinceRefusal, limits.afterRefusalPerDay, DAY, now);
  addLimit(
    blocks,
    'ask-limit-reached',
    requests,
    isAfterRefusal,
    limits.afterRefusalPer90Days,
    90 * DAY,
    now,
  );
}

const isUnanswered = (request: RequestView): boolean => !request.failed && !request.settled;
const isAfterRefusal = (request: RequestView): boolean => !request.failed && request.afterRefusal;
const isSinceRefusal = (request: RequestView): boolean => isAfterRefusal(request) && !request.settled;

/** At most `most` requests of a kind in any `span`, oldest first; says when the next may go. */
function addLimit(
  blocks: Blocks,
  code: 'asked-too-recently' | 'ask-limit-reached',
  requests: readonly RequestView[],
  counts: (request: RequestView) => boolean,
  most: number | null,
  span: number,
  now: number,
): void {
  if (most === null) return;
  if (most === 0) {
    block(blocks, code);
    return;
  }
  let left = most;
  // From the newest: the one that uses the allowance up is the one whose leaving frees a place.
  for (let index = requests.length - 1; index >= 0; index -= 1) {
    const request = requests[index];
    if (request === undefined || !counts(request) || request.at <= now - span) continue;
    left -= 1;
    if (left > 0) continue;
    block(blocks, code, request.at + span);
    return;
  }
}

/**
 * An automatic answer leaves only while the line it answers still decides, inside the window (product.md §3.6). What is said about
 * marketing does not leave where service was refused: after a refusal its own answer and Consent Templates are all that may.
 * Null allows it; otherwise the code. `line` is `chain/seq`.
 */
export function decideAutomaticAnswer(input: {
  line: string | null;
  contact: Pick<GateContact, 'service' | 'marketing' | 'fieldForbids' | 'lastInboundAt'>;
  now: number;
  blocked: boolean;
  channelConnected: boolean;
}): GateCode | 'superseded' | null {
  const { line, contact, now } = input;
  if (input.blocked) return 'contact-blocked';
  if (!input.channelConnected) return 'channel-disconnected';
  if (!isNewestAnswer(line, [contact.service, contact.marketing])) return 'superseded';
  if (contact.service.decidedBy !== line && isRefused(contact)) return 'consent-denied';
  return windowOpen(contact.lastInboundAt, now) ? null : 'service-window-closed';
}

/** Only Consent Templates may leave: refused, or a No that was found in the CRM and that nobody answered since. */
function isRefused({ service, fieldForbids }: Pick<GateContact, 'service' | 'fieldForbids'>): boolean {
  return service.state === 'denied' || (!service.projects && fieldForbids);
}

/**
 * Whether a line is what an automatic answer may still answer: it decides a purpose, no decision about another purpose is newer,
 * and nothing waits for a person's decision.
 */
function isNewestAnswer(line: string | null, views: readonly ConsentView[]): boolean {
  const own = line === null ? undefined : views.find((view) => view.decidedBy === line);
  if (own === undefined || views.some((view) => view.onHold !== null)) return false;
  return views.every((view) => view.decidedBy === line || (view.decidedAt ?? 0) <= (own.decidedAt ?? 0));
}

const SENTENCES: Record<GateCode | 'superseded', string> = {
  'not-allowed': 'You may not send messages. Ask an administrator for the right to.',
  'owned-by-colleague':
    'A colleague answers this conversation. Take it over as soon as you may, or ask them to assign it to you.',
  'contact-blocked': 'This customer is blocked. Unblock them before you write.',
  'contact-point-unknown':
    'This number is in no CRM record. Save it as a contact, lead or account, or let an administrator allow chats with unknown numbers.',
  'channel-disconnected':
    'The WhatsApp number is not connected. An administrator sees why under Configuration, WhatsApp.',
  'template-not-published':
    'This template is not published, not approved by WhatsApp, or was worded anew there since it was published.',
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
    'Free text needs a message of the customer’s from the last 24 hours. Send a template instead.',
  superseded: 'A newer answer of the customer’s made this automatic answer obsolete.',
};

const SENTENCES_BY_CODE: ReadonlyMap<string, string> = new Map(Object.entries(SENTENCES));

/** Why a record gets nothing that holds no number: chosen from the CRM, what it lacks is a number. */
export const NO_NUMBER = 'This record has no phone number that WhatsApp could know. Add one to write.';

/** Where the No is the CRM's: its column said so at first sight or by somebody's hand, and the customer refused nothing. */
const NO_OF_CRM =
  'The CRM says No for this customer. Only a Consent Template may be sent; the customer’s answer decides.';

/** One sentence a person can act on; the same in API, screen and log. `contact` is whom the gate was asked about. */
export function explainGate(code: string, contact: Pick<GateContact, 'service'> | null = null): string {
  if (code === 'consent-denied' && contact !== null && isNoOfCrm(contact.service)) return NO_OF_CRM;
  return SENTENCES_BY_CODE.get(code) ?? 'This message may not be sent.';
}

/** Of a No that closes: no refusal of the customer's, recorded or their own, is behind it. */
const isNoOfCrm = ({ state, source }: ConsentView): boolean => state !== 'denied' || source === 'crm';
