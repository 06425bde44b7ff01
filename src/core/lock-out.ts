/**
 * How long an account is closed after wrong passwords in a row. Five are let pass, then each doubles the wait; at a
 * hundred only an administrator or a reset opens it (NIST SP 800-63B-4 §3.2.2: at most 100).
 */
const FREE = 5;
const FIRST_WAIT = 60_000;
const LONGEST_WAIT = 3_600_000;
export const MOST_FAILED = 100;

/** Until when no password is looked at, ms; null where one may be tried; Infinity where waiting does not help. */
export function lockedUntil(failed: number, lastAt: number, now: number): number | null {
  if (failed < FREE) return null;
  if (failed >= MOST_FAILED) return Number.POSITIVE_INFINITY;
  const until = lastAt + Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (failed - FREE));
  return until > now ? until : null;
}
