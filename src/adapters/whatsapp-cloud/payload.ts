import type { Identity } from '../../core/update.ts';
import type { OutboundMessage, TemplateParameter } from '../../ports.ts';

/**
 * The body of `POST /{phone number id}/messages`.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
 */
export function sendPayload(message: OutboundMessage): object {
  return {
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    ...addressOf(message.to),
    ...contentOf(message.content),
    ...(message.replyTo === undefined ? {} : { context: { message_id: message.replyTo } }),
    biz_opaque_callback_data: message.callbackData,
  };
}

/**
 * A phone goes into `to`, with its `+` (without it WhatsApp may put our own country's code in front); a user id goes
 * into `recipient` and never into `to`. A phone wins at WhatsApp, so the other is not sent beside it.
 */
function addressOf(to: Identity): { to: string } | { recipient: string } | undefined {
  if (to.phone !== undefined) return { to: to.phone.startsWith('+') ? to.phone : `+${to.phone}` };
  const recipient = to.userId ?? to.parentUserId;
  return recipient === undefined ? undefined : { recipient };
}

function contentOf(content: OutboundMessage['content']): object {
  switch (content.kind) {
    case 'text':
      return { type: 'text', text: { body: content.text } };
    case 'buttons': {
      const buttons = content.buttons.map(({ id, title }) => ({ type: 'reply', reply: { id, title } }));
      const interactive = { type: 'button', body: { text: content.text }, action: { buttons } };
      return { type: 'interactive', interactive };
    }
    case 'template': {
      const components = [
        ...textComponent('header', content.header),
        ...textComponent('body', content.body),
        ...content.buttonPayloads.map((payload, index) => ({
          type: 'button',
          sub_type: 'quick_reply',
          index: String(index),
          parameters: [{ type: 'payload', payload }],
        })),
      ];
      const { name, language } = content;
      return { type: 'template', template: { name, language: { code: language }, components } };
    }
  }
}

/** A component without variables is left out. A named variable is matched by its name, the others by their order. */
function textComponent(type: 'header' | 'body', values: readonly TemplateParameter[]): object[] {
  if (values.length === 0) return [];
  const parameters = values.map(({ name, text }) =>
    name === undefined ? { type: 'text', text } : { type: 'text', parameter_name: name, text },
  );
  return [{ type, parameters }];
}
