import {
  type CedarValueJson,
  preparsePolicySet,
  statefulIsAuthorized,
} from '@cedar-policy/cedar-wasm/nodejs';
import type { ConsentView } from '../src/core/consent.ts';
import { GATE_CODES, type GateInput, wroteSinceRefusal } from '../src/core/gate.ts';
import { windowOpen } from '../src/core/session.ts';

/**
 * The gate's rules as Cedar policies, one per reason, for a comparison on the same decisions. What Cedar cannot reckon
 * (whole seconds, how many requests fall into a span) it is told, at no cost of its own.
 */
const everything = 'principal, action, resource';
const talk = 'principal, action in [Action::"text", Action::"utility"], resource';
const on = (action: string): string => `principal, action == Action::"${action}", resource`;
const forbid = (scope: string, when: string): string => `forbid (${scope}) when { ${when} };`;

const POLICIES: Record<string, string> = {
  permitted: `permit (${everything});`,
  'not-allowed': forbid(everything, '!context.maySend'),
  'owned-by-colleague': forbid(everything, 'context.ownedByColleague'),
  'contact-blocked': forbid(everything, 'context.blocked'),
  'contact-point-unknown': forbid(everything, 'context.unknownNotAllowed'),
  'channel-disconnected': forbid(everything, '!context.connected'),
  'template-not-published': forbid(everything, 'context.fault == "template-not-published"'),
  'template-waiting': forbid(everything, 'context.fault == "template-waiting"'),
  'template-paused': forbid(everything, 'context.fault == "template-paused"'),
  'template-of-another-record-type': forbid(everything, 'context.fault == "template-of-another-record-type"'),
  'template-variable-missing': forbid(everything, 'context.missingVariables > 0'),
  'consent-denied': forbid(
    talk,
    `if context.service == "denied" then !(context.replyAfterRefusal && context.inWindow && context.wroteSince)
     else !context.projects && context.fieldForbids`,
  ),
  'consent-denied/marketing': forbid(
    on('marketing'),
    'context.service == "denied" || (!context.projects && context.fieldForbids)',
  ),
  'consent-on-hold': forbid(talk, 'context.onHold'),
  'consent-on-hold/marketing': forbid(on('marketing'), 'context.onHold || context.marketingOnHold'),
  'consent-needed': forbid(talk, `${undecided()} && context.service != "expired"`),
  'consent-expired': forbid(talk, `${undecided()} && context.service == "expired"`),
  'consent-expired/marketing': forbid(on('marketing'), 'context.marketing == "expired"'),
  'marketing-consent-needed': forbid(on('marketing'), 'context.marketing != "granted"'),
  'platform-stopped-marketing': forbid(on('marketing'), 'context.platformStopped'),
  'platform-stopped-marketing/asking': forbid(
    on('consent'),
    'context.category == "MARKETING" && context.platformStopped',
  ),
  'asked-too-recently': forbid(on('consent'), 'context.askedToday >= context.mostPerDay'),
  'ask-limit-reached': forbid(on('consent'), 'context.askedLately >= context.mostLately'),
  'asking-forbidden': forbid(
    on('consent'),
    'context.service == "denied" && (context.path == "campaign" || context.path == "automation" || context.countryForbids)',
  ),
  'crm-unreachable': forbid(
    'principal, action in [Action::"text", Action::"utility", Action::"marketing"], resource',
    'context.crmStale',
  ),
  'service-window-closed': forbid(on('text'), '!context.inWindow'),
};

function undecided(): string {
  return `context.service != "denied" && !(!context.projects && context.fieldForbids) && context.service != "granted"
     && context.askFirst && !context.inWindow`;
}

const SET = 'gate';

export function prepareCedar(): void {
  const answer = preparsePolicySet(SET, { staticPolicies: POLICIES });
  if (answer.type !== 'success') throw new Error(`Cedar refuses the policies: ${JSON.stringify(answer)}`);
}

export interface CedarCall {
  action: { type: string; id: string };
  context: Record<string, CedarValueJson>;
}

const PRINCIPAL = { type: 'Sender', id: 'agent' };
const RESOURCE = { type: 'Contact', id: 'customer' };

/** The codes of all reasons, in the gate's own order; none where it may be sent. */
export function askCedar({ action, context }: CedarCall): string[] {
  const answer = statefulIsAuthorized({
    principal: PRINCIPAL,
    resource: RESOURCE,
    action,
    context,
    preparsedPolicySetId: SET,
    entities: [],
  });
  if (answer.type !== 'success') throw new Error(`Cedar failed: ${JSON.stringify(answer)}`);
  const { decision, diagnostics } = answer.response;
  if (diagnostics.errors.length > 0) throw new Error(`Cedar erred: ${JSON.stringify(diagnostics.errors)}`);
  if (decision === 'allow') return [];
  const codes = new Set(diagnostics.reason.map((id) => id.split('/')[0] ?? id));
  return GATE_CODES.filter((code) => codes.has(code));
}

/** The gate's input as Cedar takes it. */
export function cedarCall(input: GateInput): CedarCall {
  const { content, contact } = input;
  if (contact === null) throw new Error('the comparison knows whom it asks about');
  const template = content.kind === 'template' ? content : null;
  const marketing = template?.type === 'marketing' || template?.category === 'MARKETING';
  const action =
    template === null
      ? 'text'
      : template.type === 'consent'
        ? 'consent'
        : marketing
          ? 'marketing'
          : 'utility';
  return {
    action: { type: 'Action', id: action },
    context: {
      maySend: input.maySend,
      ownedByColleague: input.ownedByColleague,
      blocked: input.contactBlocked,
      connected: input.channelConnected,
      path: input.path,
      category: template?.category ?? '',
      fault: template?.fault ?? '',
      missingVariables: template?.missingVariables.length ?? 0,
      unknownNotAllowed: contact.unknownNotAllowed,
      askFirst: contact.unset === 'ask-first',
      fieldForbids: contact.fieldForbids,
      replyAfterRefusal:
        contact.allowReplyAfterRefusal && input.content.kind === 'text' && input.content.reply,
      crmStale: contact.crmStale,
      service: contact.service.state,
      projects: contact.service.projects,
      onHold: contact.service.onHold !== null,
      marketing: contact.marketing.state,
      marketingOnHold: contact.marketing.onHold !== null,
      platformStopped: contact.marketing.platformStopped,
      inWindow: windowOpen(contact.lastInboundAt, input.now),
      wroteSince: wroteSinceRefusal(contact, contact.service),
      countryForbids:
        contact.country !== null && input.limits.countriesNoAskAfterRefusal.includes(contact.country),
      ...asked(contact.service, wroteSinceRefusal(contact, contact.service), input),
    },
  };
}

const DAY = 86_400_000;
const NO_LIMIT = 1_000;

function asked(service: ConsentView, wrote: boolean, { limits, now }: GateInput): Record<string, number> {
  const denied = service.state === 'denied';
  const known = service.requests.filter((one) => !one.failed);
  const waiting = known.filter((one) => !one.settled && (!denied || one.afterRefusal));
  const lately = denied ? known.filter((one) => one.afterRefusal) : waiting;
  const limit = (most: number | null): number => (most === null || (denied && wrote) ? NO_LIMIT : most);
  return {
    askedToday: waiting.filter((one) => one.at > now - DAY).length,
    askedLately: lately.filter((one) => one.at > now - (denied ? 90 : 30) * DAY).length,
    mostPerDay: limit(denied ? limits.afterRefusalPerDay : limits.unansweredPerDay),
    mostLately: limit(denied ? limits.afterRefusalPer90Days : limits.unansweredPer30Days),
  };
}
