import type { Settings } from '../core/settings.ts';
import type { ChannelRow } from '../db/organisation.ts';
import type { Context } from './context.ts';

/** Who the customer saw, as a ledger line keeps it: a business is no person, and names nobody. */
export interface ShownSender {
  phoneNumberId: string;
  businessAccountId: string;
  /** Null where WhatsApp was not asked yet. */
  displayPhoneNumber?: string | null;
  businessName: string | null;
}

/** Our number, and the name in WhatsApp's profile or that of the settings where they have one. `channel` null: not read here. */
export function shownSender(
  { channel: { phoneNumberId, businessAccountId } }: Pick<Context, 'channel'>,
  { businessName }: Pick<Settings, 'businessName'>,
  channel: ChannelRow | null,
): ShownSender {
  const name = businessName === '' ? (channel?.verifiedName ?? null) : businessName;
  const number = { phoneNumberId, businessAccountId };
  return channel === null
    ? { ...number, businessName: name }
    : { ...number, displayPhoneNumber: channel.displayPhoneNumber, businessName: name };
}
