import type { MessageOut } from '../../src/http/schemas/chat.ts';
import { translate } from '../i18n/i18n.ts';

type Written = Pick<MessageOut, 'direction'> & { actor?: string | null | undefined; automatic?: boolean };

/** Who a message is from: the customer, a colleague, or Assent itself. */
export function authorOf(message: Written, customer: string): string {
  if (message.direction === 'in') return customer;
  if (message.automatic === true) return translate('chat:bubble.automatic');
  return message.actor ?? translate('chat:bubble.us');
}
