import type { MessageOut } from '../../src/http/schemas/chat.ts';

/** How a sent message stands, in words for the screen and for a screen reader; `next` says what a person can do. */
export type Delivery = {
  icon: 'clock' | 'sent' | 'delivered' | 'read' | 'failed' | 'cancelled' | 'unknown';
  label: string;
  explanation?: string;
  next?: string;
};

/** The delivery state of a message of ours; null for what the customer sent. */
export function deliveryOf(message: MessageOut): Delivery | null {
  if (message.direction === 'in') return null;
  switch (message.status) {
    case 'queued':
      return { icon: 'clock', label: 'Waiting to be sent' };
    case 'handing-over':
      return { icon: 'clock', label: 'Being sent' };
    case 'sent':
      return { icon: 'sent', label: 'Sent' };
    case 'delivered':
      return { icon: 'delivered', label: 'Delivered' };
    case 'read':
      return { icon: 'read', label: 'Read' };
    case 'failed':
      return {
        icon: 'failed',
        label: 'Not sent',
        explanation: message.reasonText ?? 'WhatsApp did not accept it.',
        next: 'Nothing was delivered.',
      };
    case 'cancelled':
      return {
        icon: 'cancelled',
        label: 'Cancelled',
        explanation: message.reasonText ?? 'It was cancelled before it left.',
        next: 'It never left Assent. What may be sent now stands above the message box.',
      };
    case 'unconfirmed':
      return {
        icon: 'unknown',
        label: 'Not confirmed',
        explanation: 'We do not know whether it arrived: WhatsApp did not say whether it took it.',
        next: 'Assent will not send it again by itself. If you know, settle it:',
      };
  }
}
