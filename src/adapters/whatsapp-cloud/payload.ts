import type { ContactCard, Identity } from '../../core/update.ts';
import type { OutboundMessage, TemplateParameter } from '../../ports.ts';
import { known } from './fields.ts';

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
      const interactive = { type: 'button', ...around(content), action: { buttons } };
      return { type: 'interactive', interactive };
    }
    case 'list': {
      const { button, rows } = content;
      const interactive = { type: 'list', ...around(content), action: { button, sections: [{ rows }] } };
      return { type: 'interactive', interactive };
    }
    case 'media': {
      const { media, mediaId: id, caption, fileName } = content;
      const filename = media === 'document' ? fileName : undefined;
      return { type: media, [media]: known({ id, caption, filename }) };
    }
    case 'reaction':
      return { type: 'reaction', reaction: { message_id: content.target, emoji: content.emoji } };
    case 'location': {
      const { latitude, longitude, name, address } = content;
      return { type: 'location', location: known({ latitude, longitude, name, address }) };
    }
    case 'contacts':
      return { type: 'contacts', contacts: content.cards.map(cardOf) };
    case 'template': {
      const components = [
        ...textComponent('header', content.header),
        ...textComponent('body', content.body),
        ...content.buttonPayloads.map((payload, n) => ({
          type: 'button',
          sub_type: 'quick_reply',
          index: String(content.buttonIndexes?.[n] ?? n),
          parameters: [{ type: 'payload', payload }],
        })),
      ];
      const { name, language } = content;
      return { type: 'template', template: { name, language: { code: language }, components } };
    }
  }
}

/** What stands round the buttons or the list of a free-form message. */
function around({ text, header, footer }: { text: string; header?: string; footer?: string }): object {
  return {
    ...(header === undefined ? {} : { header: { type: 'text', text: header } }),
    body: { text },
    ...(footer === undefined ? {} : { footer: { text: footer } }),
  };
}

/** WhatsApp wants one part of the name beside the whole one. */
function cardOf({ name, phones, emails }: ContactCard): object {
  return {
    name: { formatted_name: name, first_name: name },
    ...(phones.length === 0 ? {} : { phones: phones.map(({ phone, type = 'CELL' }) => ({ phone, type })) }),
    ...(emails.length === 0 ? {} : { emails: emails.map((email) => ({ email, type: 'WORK' })) }),
  };
}

/** A component without variables is left out. A named variable is matched by its name, the others by their order. */
function textComponent(type: 'header' | 'body', values: readonly TemplateParameter[]): object[] {
  if (values.length === 0) return [];
  const parameters = values.map(({ name, text }) =>
    name === undefined ? { type: 'text', text } : { type: 'text', parameter_name: name, text },
  );
  return [{ type, parameters }];
}
