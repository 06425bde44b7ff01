import type { ConsentEventType } from '../../src/core/consent-event.ts';
import type { DeliveryOut, WebhookOut } from '../../src/http/schemas/webhooks.ts';
import { translate } from '../i18n/i18n.ts';

const EVENTS = {
  'consent.requested': 'requested',
  'consent.granted': 'granted',
  'consent.denied': 'denied',
  'consent.expired': 'expired',
  'consent.not-asked': 'notAsked',
  'consent.held': 'held',
  'consent.released': 'released',
  'consent.platform-stopped': 'platformStopped',
  'consent.platform-resumed': 'platformResumed',
} as const satisfies Record<ConsentEventType, string>;

export const eventWord = (type: ConsentEventType): string =>
  translate(`integrations:webhooks.event.${EVENTS[type]}`);

/** An event as a delivery names it: a test is none that can be chosen. */
export function deliveredWord(type: string): string {
  const known = Object.keys(EVENTS).find((one): one is ConsentEventType => one === type);
  return known === undefined ? translate('integrations:webhooks.event.test') : eventWord(known);
}

/** How an endpoint stands. */
export function standingOf({ disabledReason, failingSince }: WebhookOut) {
  if (disabledReason === 'failing') return 'given-up';
  return disabledReason ?? (failingSince === null ? 'works' : 'failing');
}

/** Why the last try failed; null where it did not, or there was none. */
export function problemWords({ problem, status }: DeliveryOut): string | null {
  switch (problem) {
    case null:
      return null;
    case 'status':
    case 'redirect':
      return translate(`integrations:deliveries.problem.${problem}`, { status: String(status ?? '') });
    case 'address-refused':
      return translate('integrations:deliveries.problem.addressRefused');
    default:
      return translate(`integrations:deliveries.problem.${problem}`);
  }
}
