import type { DeliveryStatus } from './update.ts';

/** What became of an outbound message; the last four are told by WhatsApp's statuses or by its answer to the send. */
export type MessageStatus =
  | 'queued'
  | 'handing-over'
  | 'cancelled'
  | 'unconfirmed'
  | 'sent'
  | 'delivered'
  | 'read'
  | 'failed';

/**
 * Where a status of WhatsApp's takes a message. Webhooks come late, twice and in any order, so the answer is the
 * furthest thing that is known: sent < delivered < read < failed. `failed` is terminal: it stays, and it overrides
 * whatever stood there, also `delivered` and `read`. Only so do the same statuses end the same in every order; and a
 * message that WhatsApp calls failed must not look read to an agent who relies on it.
 *
 * A status is proof that WhatsApp has the message, so it settles `unconfirmed`, `handing-over` and `queued` (our own
 * record was behind; sending again would send twice). `cancelled` stays: only what was never handed over is
 * cancelled, so a status cannot be about it.
 */
export function nextStatus(current: MessageStatus, event: DeliveryStatus): MessageStatus {
  return current !== 'cancelled' && RANK[event] > RANK[current] ? event : current;
}

/** Zero: WhatsApp has told us nothing. */
const RANK: Readonly<Record<MessageStatus, number>> = {
  queued: 0,
  'handing-over': 0,
  cancelled: 0,
  unconfirmed: 0,
  sent: 1,
  delivered: 2,
  read: 3,
  failed: 4,
};
