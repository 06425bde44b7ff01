/**
 * The customer service window: free text may be sent for 24 hours from the customer's last message, by WhatsApp's
 * clock; afterwards WhatsApp answers 131047.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages#customer-service-windows
 */
export const SERVICE_WINDOW_MS = 24 * 60 * 60 * 1000;

/**
 * When the window of a message begins, ms: as WhatsApp dates it, but no later than it reached us (by our clock). One that is dated
 * ahead would keep the window open for longer than a day from then.
 */
export const windowOpensAt = (at: number, receivedAt: number): number => Math.min(at, receivedAt);

/** The first moment at which the window is shut, ms; null where the customer never wrote. */
export function windowClosesAt(lastInboundAt: number | null): number | null {
  return lastInboundAt === null ? null : lastInboundAt + SERVICE_WINDOW_MS;
}

/**
 * Whether free text may be sent at `now`. `lastInboundAt` is the timestamp of WhatsApp's webhook (`windowOpensAt`). No margin is
 * taken off for clocks that differ: WhatsApp itself refuses what comes too late, and nothing wrong reaches the customer.
 */
export function windowOpen(lastInboundAt: number | null, now: number): boolean {
  const closesAt = windowClosesAt(lastInboundAt);
  return closesAt !== null && now < closesAt;
}
