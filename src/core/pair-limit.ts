/** Meta takes a burst of 45 messages from a number to one person, then one every 6 s; more is refused with 131056. */
const BURST = 45;
const REFILL_MS = 6_000;

/** What a pair of number and customer had left, and when that was counted, ms. */
export interface PairAllowance {
  tokens: number;
  at: number;
}

/**
 * Takes a token, where one is left by `now` (ms since 1970).
 * @returns `tokens` left then; `wait` for the next where none was, ms, or 0
 */
export function takeFromPair({ tokens, at }: PairAllowance, now: number): { tokens: number; wait: number } {
  const available = Math.min(BURST, tokens + Math.max(0, now - at) / REFILL_MS);
  return available >= 1
    ? { tokens: available - 1, wait: 0 }
    : { tokens: available, wait: (1 - available) * REFILL_MS };
}
