import type { MediaOut, MessageOut } from '../../src/http/schemas/chat.ts';

/** What an agent can do about a message that did not leave, each one button; the likeliest first. */
export type Step =
  | { do: 'ask-for-consent' }
  | { do: 'choose-template'; messageTemplateId: string | null }
  | { do: 'write-again'; text: string }
  | { do: 'attach-again'; media: MediaOut; text: string };

/** WhatsApp's own word that the service window is closed: "Re-engagement message" (Meta, Cloud API error codes). */
const WINDOW_CLOSED = new Set(['service-window-closed', 'whatsapp-131047']);

/** It failed because the window was closed; the reason says itself what may go instead. */
export const isWindowClosed = ({ reason = '' }: MessageOut): boolean => WINDOW_CLOSED.has(reason);

const CONSENT_MISSING = new Set([
  'consent-denied',
  'consent-on-hold',
  'consent-needed',
  'consent-expired',
  'marketing-consent-needed',
]);

/**
 * The next steps after a failed or cancelled message of a person's; none for what a person cannot send again.
 * `windowOpen`: free text may go by the customer service window now.
 */
export function stepsAfter(message: MessageOut, windowOpen: boolean): Step[] {
  const over = message.status === 'failed' || message.status === 'cancelled';
  if (!over || message.direction === 'in' || message.automatic) return [];
  const { template } = message;
  const again = sendingAgain(message);
  switch (nextStepOf(message)) {
    case 'ask-for-consent':
      // A question that was refused is asked again as itself.
      if (template?.type === 'consent') return again;
      return [{ do: 'ask-for-consent' }, ...(template === undefined ? again : [])];
    case 'another-template':
      return template === undefined
        ? [
            { do: 'choose-template', messageTemplateId: null },
            ...(isWindowClosed(message) && !windowOpen ? [] : again),
          ]
        : [{ do: 'choose-template', messageTemplateId: null }];
    case 'none':
      return [];
    default:
      return again;
  }
}

/** What to do next, as the server says; where it does not, as the reason's code says. */
export function nextStepOf(message: MessageOut): NonNullable<MessageOut['nextStep']> {
  if (message.nextStep !== undefined) return message.nextStep;
  const reason = message.reason ?? '';
  if (CONSENT_MISSING.has(reason)) return 'ask-for-consent';
  return isWindowClosed(message) && message.template === undefined ? 'another-template' : 'send-again';
}

function sendingAgain({ template, media, text = '' }: MessageOut): Step[] {
  if (template !== undefined)
    return [{ do: 'choose-template', messageTemplateId: template.messageTemplateId }];
  if (media !== undefined) return media.state === 'stored' ? [{ do: 'attach-again', media, text }] : [];
  return text === '' ? [] : [{ do: 'write-again', text }];
}
