import type { ConsentState, ConsentView } from './consent.ts';
import { PURPOSES, type Purpose } from './purpose.ts';

/** What other systems are told of consent: that a decision changed, by states and not by acts (docs/webhooks.md). */

export const CONSENT_EVENTS = [
  'consent.requested',
  'consent.granted',
  'consent.denied',
  'consent.expired',
  'consent.not-asked',
  'consent.held',
  'consent.released',
  'consent.platform-stopped',
  'consent.platform-resumed',
] as const;
export type ConsentEventType = (typeof CONSENT_EVENTS)[number];

export interface ConsentEvent {
  type: ConsentEventType;
  purpose: Purpose;
  /** As it is now, whatever the event is about. */
  state: ConsentState;
  /** ms; null where nothing was decided. */
  decidedAt: number | null;
  source: string | null;
  /** A message that reads like a refusal waits for a decision: nothing may be sent meanwhile. */
  onHold: boolean;
  platformStopped: boolean;
}

type Views = Record<Purpose, ConsentView>;

/** What changed between two answers of the fold. A grant that another grant took the place of is told again. */
export function consentEvents(before: Views, after: Views): ConsentEvent[] {
  return PURPOSES.flatMap((purpose) => {
    const [was, is] = [before[purpose], after[purpose]];
    const types: ConsentEventType[] = [];
    if (was.state !== is.state || was.decidedBy !== is.decidedBy) types.push(`consent.${is.state}`);
    if ((was.onHold === null) !== (is.onHold === null))
      types.push(is.onHold === null ? 'consent.released' : 'consent.held');
    // WhatsApp's own stop is about marketing, and stands beside both purposes in the fold.
    if (purpose === 'marketing' && was.platformStopped !== is.platformStopped)
      types.push(is.platformStopped ? 'consent.platform-stopped' : 'consent.platform-resumed');
    return types.map((type) => ({
      type,
      purpose,
      state: is.state,
      decidedAt: is.decidedAt,
      source: is.source,
      onHold: is.onHold !== null,
      platformStopped: is.platformStopped,
    }));
  });
}
