import { missingSince } from './restored.ts';

/** Events of `account_update` after which a number sends nothing until somebody has seen to it (Meta, webhooks reference). */
const STOPS = new Set(['DISABLED_UPDATE', 'ACCOUNT_RESTRICTION', 'ACCOUNT_VIOLATION', 'ACCOUNT_DELETED']);
/** Tells of a ban, and of its end: which of the two, its `waba_ban_state` says. */
const BAN = 'DISABLED_UPDATE';

/**
 * Why the number sends nothing after an event of its account; null where it sends. The end of a ban ends what a ban stopped and
 * nothing else. The stop of a restore is for a person to end, and no word of WhatsApp's takes its place.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/account_update
 */
export function stopAfter(
  stopped: string | null,
  { event, detail = '' }: { event: string; detail?: string | undefined },
): string | null {
  if (event === BAN && detail === 'REINSTATE') return stopped?.startsWith(`${BAN}:`) ? null : stopped;
  if (!STOPS.has(event) || (stopped !== null && missingSince(stopped) !== null)) return stopped;
  return `${event}: ${detail}`.trim();
}

/** What Meta calls a number that sends, though it warns of it or holds new conversations back; `UNKNOWN` was not asked yet. */
const SENDS: ReadonlyMap<string, 'yes' | 'warned'> = new Map([
  ['CONNECTED', 'yes'],
  ['UNKNOWN', 'yes'],
  ['FLAGGED', 'warned'],
  ['RESTRICTED', 'warned'],
  ['RATE_LIMITED', 'warned'],
]);

/**
 * Whether a number of this status at Meta sends. Of a flagged one the quality is low; one that has reached a limit may still
 * answer who wrote, and what it may not send WhatsApp itself refuses, message by message.
 * https://community.sinch.com/t5/WhatsApp/What-do-the-various-connection-statuses-for-phone-numbers/ta-p/6878
 */
export function numberSends(status: string): 'yes' | 'warned' | 'no' {
  return SENDS.get(status) ?? 'no';
}
