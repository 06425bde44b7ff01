/**
 * When a webhook that did not arrive is tried again, and when its endpoint is given up.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#deliverability-and-reliability
 */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Pauses after the first try and each further one: ten tries over some three days, as the specification suggests. */
const PAUSES = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];
/** Nobody answers for so long: the endpoint is switched off, and says why. */
export const GIVE_UP_MS = 5 * 24 * HOUR;
/** An endpoint may ask for a longer pause, but not for longer than this. */
const LONGEST_ASKED = 24 * HOUR;

/**
 * How long to wait after so many tries (from 1), ms; null: there is no further one. `chance` (0 to 1) spreads by a fifth,
 * so that what failed together does not come back together.
 */
export function pauseAfter(attempts: number, askedMs: number | null, chance: number): number | null {
  const pause = PAUSES[attempts - 1];
  if (pause === undefined) return null;
  return Math.max(Math.round(pause * (0.9 + 0.2 * chance)), Math.min(askedMs ?? 0, LONGEST_ASKED));
}

/** `Retry-After`: seconds, or a moment (RFC 9110 §10.2.3). ms from `now`, null where it says neither. */
export function retryAfterMs(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * SECOND;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

export type Ending = 'delivered' | 'gone' | 'failed';

/** How a try ended: `status` is what the other side answered, or null where it did not. */
export function endingOf(status: number | null): Ending {
  if (status === null) return 'failed';
  if (status >= 200 && status < 300) return 'delivered';
  return status === 410 ? 'gone' : 'failed';
}
