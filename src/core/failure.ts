import type { Act } from './consent-fact.ts';
import type { Purpose } from './purpose.ts';
import { SERVICE_WINDOW_MS } from './session.ts';
import type { ProviderError } from './update.ts';

/** Why the number stands, as an administrator reads it: WhatsApp's code and its own words. */
export const stoppedBy = ({ code, title, details }: ProviderError): string => `${code}: ${details ?? title}`;

/** What WhatsApp says about the customer when it takes a message not at all, or fails it later. */
export interface FailureMeaning {
  /** What the ledger has to hold, in order. */
  lines: {
    act: Act;
    purposes: Purpose[];
    source: 'whatsapp' | 'platform';
    actor: 'customer' | null;
  }[];
  /** When the customer last wrote as it has to stand now, ms, so that the window is closed; null: it stands as it is. */
  lastInboundAt: number | null;
}

export interface FailedMessage {
  /** When WhatsApp said so, ms, by its clock where it told. */
  at: number;
  /** The request that the message was, where it asked for consent. */
  request: { id: string; purpose: Purpose } | null;
  /** When the customer last wrote, ms; null: never. */
  lastInboundAt: number | null;
}

/** The customer told WhatsApp to stop marketing messages from us (product.md §3.3 rule 2). */
const STOPPED_MARKETING = 131050;
/** The customer service window is closed by WhatsApp's clock, whatever ours says. */
const WINDOW_CLOSED = 131047;

/**
 * A failure with these codes (https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes)
 * may say something beyond the message: a request that never arrived was never asked, Meta's marketing stop is the
 * customer's own, and a window that Meta calls closed is closed, unless the customer wrote since.
 */
export function meaningOfFailure(
  codes: readonly number[],
  { at, request, lastInboundAt }: FailedMessage,
): FailureMeaning {
  const lines: FailureMeaning['lines'] = [];
  if (request !== null)
    lines.push({
      act: { act: 'request-failed', requestId: request.id },
      purposes: [request.purpose],
      source: 'whatsapp',
      actor: null,
    });
  if (codes.includes(STOPPED_MARKETING))
    lines.push({
      act: { act: 'platform', value: 'stop' },
      purposes: ['marketing'],
      source: 'platform',
      actor: 'customer',
    });
  const closed = at - SERVICE_WINDOW_MS;
  const closes =
    codes.includes(WINDOW_CLOSED) && lastInboundAt !== null && lastInboundAt <= at && lastInboundAt > closed;
  return { lines, lastInboundAt: closes ? closed : null };
}
