import { explainGate, type GateCode, type GateContact, wroteSinceRefusal } from './gate.ts';
import { windowClosesAt, windowOpen } from './session.ts';

/** The composer's one banner: what may be written now, why, until when, and what to do next. */
export interface Banner {
  code: string;
  tone: 'success' | 'info' | 'warning' | 'error';
  text: string;
  until?: number;
}

export interface BannerInput {
  contact: GateContact;
  now: number;
  /** Why free text may not leave; null where it may. */
  freeText: GateCode | null;
  /** The customer's country forbids to ask again after a refusal (`countryForbidsAsking`). */
  askingForbidden: boolean;
  /** Who recorded a grant that waits for a second person; null where none waits. */
  grantWaitsFrom: string | null;
}

const NEEDS_CONSENT: ReadonlySet<GateCode | null> = new Set([
  'consent-denied',
  'consent-needed',
  'consent-expired',
]);

/**
 * The banner for one customer, the most telling first: nothing may leave, a hold, a refusal, a missing or expired
 * consent, the window.
 */
export function composerBanner(input: BannerInput): Banner {
  const { contact, now, freeText, grantWaitsFrom } = input;
  const { service } = contact;
  const closesAt = windowClosesAt(contact.lastInboundAt);
  const open = windowOpen(contact.lastInboundAt, now);
  const until = open && closesAt !== null ? { until: closesAt } : {};
  if (contact.unknownNotAllowed)
    return { code: 'unknown-number', tone: 'warning', text: explainGate('contact-point-unknown') };
  // Where nothing at all can leave, to speak of asking again would lead nowhere.
  if (
    freeText === 'not-allowed' ||
    freeText === 'owned-by-colleague' ||
    freeText === 'contact-blocked' ||
    freeText === 'channel-disconnected'
  )
    return { code: freeText, tone: 'warning', text: explainGate(freeText) };
  if (service.onHold !== null)
    return {
      code: 'on-hold',
      tone: 'warning',
      text: 'The customer wrote something that reads like a refusal. Decide whether it is one.',
    };
  if (service.state === 'denied') return deniedBanner(input, until);
  if (grantWaitsFrom !== null && NEEDS_CONSENT.has(freeText))
    return {
      code: 'grant-waits',
      tone: 'info',
      text: `${grantWaitsFrom} recorded that the customer agreed. This counts once a second person approves it; until then, send a Consent Template.`,
    };
  if (!service.projects && contact.fieldForbids)
    return {
      code: 'denied',
      tone: 'error',
      text: 'The CRM says No for this record. Only a Consent Template may be sent; the customer’s answer decides.',
    };
  if (
    freeText !== null &&
    freeText !== 'service-window-closed' &&
    freeText !== 'consent-needed' &&
    freeText !== 'consent-expired'
  )
    return { code: freeText, tone: 'warning', text: explainGate(freeText) };
  if (service.state === 'granted') {
    const unproven = service.source === 'crm-unproven';
    const words = unproven ? 'The CRM says Yes, without proof.' : 'The customer agreed.';
    return open
      ? {
          code: unproven ? 'crm-unproven' : 'granted',
          tone: unproven ? 'info' : 'success',
          text: `${words} Templates may go at any time; free text while the 24-hour window is open.`,
          ...until,
        }
      : {
          code: 'window-closed',
          tone: 'info',
          text: `${words} They have not written in the last 24 hours, so send a template; free text opens when they answer.`,
        };
  }
  if (service.state === 'expired' && !open && contact.unset !== 'allow')
    return { code: 'expired', tone: 'warning', text: explainGate('consent-expired') };
  if (service.openRequest !== null && !open && contact.unset !== 'allow')
    return {
      code: 'requested',
      tone: 'info',
      text: `Asked ${day(service.openRequest.at)}, not answered yet. Writing opens when the customer agrees.`,
    };
  if (contact.unset === 'allow')
    return open
      ? {
          code: 'unset-allowed',
          tone: 'info',
          text: 'The customer has not decided. Your organisation allows messages until they refuse.',
          ...until,
        }
      : { code: 'window-closed', tone: 'info', text: explainGate('service-window-closed') };
  if (open)
    return {
      code: 'wrote-first',
      tone: 'info',
      text:
        service.openRequest === null
          ? 'The customer wrote to you, so you can answer. Ask for consent to write after that.'
          : `The customer wrote to you, so you can answer. Asked ${day(service.openRequest.at)}, not answered yet.`,
      ...until,
    };
  return {
    code: 'ask-first',
    tone: 'warning',
    text: 'The customer has not been asked yet. Send a Consent Template first.',
  };
}

function deniedBanner(input: BannerInput, until: { until?: number }): Banner {
  const { contact, now, freeText, askingForbidden, grantWaitsFrom } = input;
  const { service } = contact;
  const refused = service.decidedAt === null ? 'Refused' : `Refused ${day(service.decidedAt)}`;
  if (grantWaitsFrom !== null && NEEDS_CONSENT.has(freeText))
    return {
      code: 'grant-waits',
      tone: 'info',
      text: `${refused}. ${grantWaitsFrom} recorded that they have agreed since; this counts once a second person approves it.`,
    };
  const wrote = wroteSinceRefusal(contact, service);
  if (wrote && freeText === null)
    return {
      code: 'denied-reply',
      tone: 'warning',
      text: `${refused}, wrote just now: you may answer this message.`,
      ...until,
    };
  const asked = service.openRequest;
  if (asked !== null && !(wrote && contact.lastWordAt !== null && contact.lastWordAt > asked.at))
    return {
      code: 'denied',
      tone: 'error',
      text: `${refused}. Asked again ${day(asked.at)}, not answered yet.`,
    };
  if (askingForbidden)
    return {
      code: 'denied',
      tone: 'error',
      text: `${refused}. The customer’s country does not allow asking again; what they agree to themselves can be recorded as a grant.`,
    };
  return wrote && windowOpen(contact.lastInboundAt, now)
    ? {
        code: 'denied-wrote',
        tone: 'warning',
        text: `${refused}, wrote since then: ask again with a Consent Template.`,
      }
    : { code: 'denied', tone: 'error', text: `${refused}. Only a Consent Template may be sent.` };
}

/** `12 May 2026`, in UTC: the same words on the server and on every screen. */
function day(at: number): string {
  return new Date(at).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  });
}
