import type { MessageOut } from '../../src/http/schemas/chat.ts';

/** What an agent can do about a message that did not leave, each one button; the likeliest first. */
export type Step =
  | { do: 'ask-for-consent' }
  | { do: 'choose-template'; messageTemplateId: string | null }
  | { do: 'write-again'; text: string };

/** WhatsApp's own word that the service window is closed: "Re-engagement message" (Meta, Cloud API error codes). */
const WINDOW_CLOSED = new Set(['service-window-closed', 'whatsapp-131047']);

const CONSENT_MISSING = new Set([
  'consent-denied',
  'consent-on-hold',
  'consent-needed',
  'consent-expired',
  'marketing-consent-needed',
]);

/** The next steps after a failed or cancelled message of a person's; none for what a person cannot send again. */
export function stepsAfter(message: MessageOut): Step[] {
  const over = message.status === 'failed' || message.status === 'cancelled';
  if (!over || message.direction === 'in' || message.automatic) return [];
  const reason = message.reason ?? '';
  const { text = '', template } = message;
  const again: Step[] =
    template !== undefined
      ? [{ do: 'choose-template', messageTemplateId: template.messageTemplateId }]
      : text === ''
        ? []
        : [{ do: 'write-again', text }];
  if (CONSENT_MISSING.has(reason)) {
    const asksItself = template?.type === 'consent';
    return asksItself ? again : [{ do: 'ask-for-consent' }, ...(template === undefined ? again : [])];
  }
  if (WINDOW_CLOSED.has(reason) && template === undefined)
    return [{ do: 'choose-template', messageTemplateId: null }, ...again];
  return again;
}
