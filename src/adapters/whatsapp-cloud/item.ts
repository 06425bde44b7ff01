import type { Update } from '../../core/update.ts';
import type { ContactEntry } from './identity.ts';

/** What surrounds one item of a webhook. */
export interface Surroundings {
  /** The field the app is subscribed to: `messages`, `account_update`, … */
  field: string;
  /** `entry[].id`, the WhatsApp Business Account; empty where it is missing. */
  businessAccountId: string;
  /** `metadata.phone_number_id`; empty where the change is not about one number. */
  phoneNumberId: string;
  contacts: readonly ContactEntry[];
  /** `entry[].time` in milliseconds: present on the fields about the account. */
  entryTime: number | undefined;
}

/** Why an item cannot be understood. It is kept, counted and shown as an `unknown` update. */
export interface Misfit {
  misfit: string;
}

/** Reads one item. A misfit, or a throw, concerns this item alone. */
export type ItemParser = (item: unknown, around: Surroundings) => Update | Misfit;
