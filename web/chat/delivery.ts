import type { MessageOut } from '../../src/http/schemas/chat.ts';
import { translate } from '../i18n/i18n.ts';
import { blockedText } from '../i18n/server-text.ts';
import { isWindowClosed, nextStepOf } from './after-failure.ts';

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
      return { icon: 'clock', label: translate('chat:delivery.queued') };
    case 'handing-over':
      return { icon: 'clock', label: translate('chat:delivery.handingOver') };
    case 'sent':
      return { icon: 'sent', label: translate('chat:delivery.sent') };
    case 'delivered':
      return { icon: 'delivered', label: translate('chat:delivery.delivered') };
    case 'read':
      return { icon: 'read', label: translate('chat:delivery.read') };
    case 'failed':
      return {
        icon: 'failed',
        label: translate('chat:delivery.failed'),
        explanation: blockedText(message) ?? translate('chat:delivery.failedWithoutReason'),
        next: nextSentence(message),
      };
    case 'cancelled':
      return {
        icon: 'cancelled',
        label: translate('chat:delivery.cancelled'),
        explanation: blockedText(message) ?? translate('chat:delivery.cancelledWithoutReason'),
        next: translate('chat:delivery.neverLeft'),
      };
    case 'unconfirmed':
      return {
        icon: 'unknown',
        label: translate('chat:delivery.unconfirmed'),
        explanation: translate('chat:delivery.unconfirmedWhy'),
        next: translate('chat:delivery.unconfirmedNext'),
      };
  }
}

function nextSentence(message: MessageOut): string {
  switch (nextStepOf(message)) {
    case 'wait':
      return translate('chat:delivery.next.wait');
    case 'another-template':
      // The reason ends in "Send a template instead."
      if (isWindowClosed(message)) return translate('chat:delivery.next.said');
      return translate('chat:delivery.next.anotherTemplate');
    case 'ask-for-consent':
      return translate('chat:delivery.next.askForConsent');
    case 'send-again':
      return translate('chat:delivery.next.sendAgain');
    case 'none':
      return translate('chat:delivery.next.none');
  }
}
