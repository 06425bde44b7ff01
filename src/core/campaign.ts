import type { ConsentView } from './consent.ts';
import { explainGate, type GateDecision, NO_NUMBER } from './gate.ts';

/**
 * A campaign: one message template to many records, each judged by the gate like a single send. What is particular to it
 * stands here: who is passed over without asking the gate, what makes it wait, and how fast it goes.
 */

/** `running` queues messages; `cancelling` withdraws what was queued and has not left. */
export const CAMPAIGN_STATES = ['running', 'done', 'cancelling', 'cancelled'] as const;
export type CampaignState = (typeof CAMPAIGN_STATES)[number];

/** Beside the gate's codes: another record with the same number was there before. */
export const SAME_NUMBER = 'same-number';
/** And: a question that they have answered. */
export const AGREED_ALREADY = 'agreed-already';

/**
 * Whether a campaign need not ask: the customer's own Yes stands, or a recorded one. A Yes that was found in the CRM proves nothing,
 * and one that is on hold may be over, so these are asked.
 */
export const hasAgreed = ({
  state,
  source,
  onHold,
}: Pick<ConsentView, 'state' | 'source' | 'onHold'>): boolean =>
  state === 'granted' && source !== 'crm-unproven' && onHold === null;

/** What stands in everybody's way alike and passes, or is for a person to mend: the campaign waits, and nobody is skipped. */
const HALTS: ReadonlySet<string> = new Set([
  'channel-disconnected',
  'template-not-published',
  'template-waiting',
  'template-paused',
]);

/** The code for which the whole campaign waits; null where the decision is about this customer alone. */
export function haltOf(decision: GateDecision): string | null {
  if (decision.allowed) return null;
  return [decision.code, ...decision.alsoBlockedBy].find((code) => HALTS.has(code)) ?? null;
}

/** One sentence for a reason to skip. */
export const explainSkip = (code: string): string => SENTENCES.get(code) ?? explainGate(code);

const SENTENCES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    // A campaign goes to records of the CRM: what one lacks is a number.
    'contact-point-unknown': NO_NUMBER,
    'agreed-already': 'The customer has agreed already.',
    'same-number': 'Another record with this number has the message already.',
  }),
);

/** Where a cancel may begin: also after the last message was queued, as most of them wait for their turn. */
export const mayCancel = (state: CampaignState): boolean => state === 'running' || state === 'done';

/** For so long, ms, the contact points of one set are locked: a webhook of one of them waits no longer. */
export const SET_MS = 80;
/** Where the machine is so busy that even these take longer, still smaller ones would only cost more. */
const SMALLEST_SET = 200;
const LARGEST_SET = 2_000;
export const FIRST_SET = 200;

/** How many records the next set takes, from how long the last one took: toward `SET_MS`, half or one and a half at most. */
export function nextSetSize(size: number, tookMs: number): number {
  const factor = Math.min(1.5, Math.max(0.5, SET_MS / Math.max(1, tookMs)));
  return Math.min(LARGEST_SET, Math.max(SMALLEST_SET, Math.round(size * factor)));
}

/** How long to leave the machine to others after a set, ms: as long as it took while webhooks come in, a tenth otherwise. */
export const restAfter = (tookMs: number, webhooksComeIn: boolean): number =>
  Math.ceil(webhooksComeIn ? tookMs : tookMs / 10);
