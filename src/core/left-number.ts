import { matchKey } from './phone.ts';

/** Where a customer is, as far as WhatsApp told. */
export interface Whereabouts {
  /** Their number, E.164. */
  phone: string | null;
  /** When they came to it from another one, ms by WhatsApp's clock; null where no other one is known. */
  renumberedAt: number | null;
}

/**
 * Whether the customer who had this number (its `matchKey`) had given it up before `at`; without a moment, by now. Carriers give
 * it to somebody else after 45 days and more: https://www.ecfr.gov/current/title-47/section-52.15 (f)(1)(ii).
 */
export function hasLeft(
  { phone, renumberedAt }: Whereabouts,
  key: string,
  at = Number.POSITIVE_INFINITY,
): boolean {
  return phone !== null && renumberedAt !== null && at > renumberedAt && matchKey(phone) !== key;
}
