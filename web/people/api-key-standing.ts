/** Whether a key is taken by the server at a moment (milliseconds). Revoking is final, so it is told before expiry. */
export function standingOf(
  apiKey: { expiresAt: string | null; revokedAt: string | null },
  now: number,
): 'good' | 'expired' | 'revoked' {
  if (apiKey.revokedAt !== null) return 'revoked';
  return apiKey.expiresAt !== null && Date.parse(apiKey.expiresAt) <= now ? 'expired' : 'good';
}

/** How long a new key may live, in days; null: until it is revoked. */
export const LIVES = [30, 90, 365, null] as const;

export function expiryOf(days: number | null, now: number): string | null {
  return days === null ? null : new Date(now + days * 86_400_000).toISOString();
}
