/**
 * Why a number does not send is kept as a text. Most are what WhatsApp said; this one is ours, and asks for something else:
 * a restored database lacks what customers said since its backup.
 */
const BEFORE = 'restored from a backup: what customers said after ';
const AFTER = ' is missing';
/** Nothing in the backup tells when WhatsApp was heard last. */
const UNKNOWN = 'it was made';

/** `until`: when WhatsApp was heard last before the backup, ISO 8601. */
export const restoredReason = (until: string | null): string => `${BEFORE}${until ?? UNKNOWN}${AFTER}`;

/** Since when the database does not know what customers said, where a restore stopped the number; null for any other stop. */
export function missingSince(reason: string): { at: string | null } | null {
  if (!reason.startsWith(BEFORE)) return null;
  const at = reason.slice(BEFORE.length).replace(AFTER, '');
  return { at: at === UNKNOWN ? null : at };
}
