/**
 * WhatsApp tells by webhook what becomes of each message it took, at first within seconds. Where it took messages and no
 * webhook at all comes, nothing tells us what customers answer either, their refusals among it: the webhook's
 * subscription is gone, or the way to us.
 */
export interface Hearing {
  /** When WhatsApp took the first message that was sent after what was heard last, ms; null: nothing was sent yet. */
  unheardSince: number | null;
  lastWebhookAt: number | null;
}

/** Each of several nodes notes a webhook every five seconds at most, so one may have come so much later than it is noted. */
export const NOTED_WITHIN_MS = 10_000;
/** After so long it is no delay of Meta's any more, and somebody should look. */
export const SILENT_AFTER_MS = 15 * 60_000;

/** For how long WhatsApp took messages and told nothing, ms; 0 where it was heard. */
export function unheardFor({ unheardSince, lastWebhookAt }: Hearing, now: number): number {
  if (unheardSince === null) return 0;
  if (lastWebhookAt !== null && unheardSince <= lastWebhookAt + NOTED_WITHIN_MS) return 0;
  return Math.max(0, now - unheardSince);
}

/** Since when WhatsApp is silent, ms; null while nobody need look. */
export function silentSince(hearing: Hearing, now: number): number | null {
  return unheardFor(hearing, now) >= SILENT_AFTER_MS ? hearing.unheardSince : null;
}
