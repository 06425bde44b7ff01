import { showsPhone } from './customers.ts';
import { webhookError } from './errors.ts';
import type { Customer, Message, Template } from './model.ts';
import type { Update } from './webhooks.ts';
import type { World } from './world.ts';

/** Webhook bodies as of https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview */

const seconds = (ms: number): string => String(Math.floor(ms / 1000));

function envelope(world: World): Record<string, unknown> {
  return {
    messaging_product: 'whatsapp',
    metadata: {
      display_phone_number: world.business.displayPhoneNumber.replace(/\D/g, ''),
      phone_number_id: world.business.phoneNumberId,
    },
  };
}

function contactOf(customer: Customer, phone: boolean, profile: boolean): object {
  return {
    ...(profile
      ? {
          profile: {
            name: customer.name,
            ...(customer.username === null ? {} : { username: customer.username }),
          },
        }
      : {}),
    ...(phone ? { wa_id: customer.waId } : {}),
    user_id: customer.userId,
    ...(customer.parentUserId === null ? {} : { parent_user_id: customer.parentUserId }),
  };
}

const addressesOf = (customer: Customer): string[] => [customer.phone, customer.waId, customer.userId];

/** Inbound message: `content` is everything from `type` on. */
export function inboundUpdate(
  world: World,
  customer: Customer,
  id: string,
  at: number,
  content: Readonly<Record<string, unknown>>,
  more: { phone: boolean; errors?: object[] },
): Update {
  const type = content.type;
  return {
    field: 'messages',
    key: customer.key,
    addresses: addressesOf(customer),
    type: typeof type === 'string' ? type : undefined,
    value: {
      ...envelope(world),
      contacts: [contactOf(customer, more.phone, true)],
      ...(more.errors ? { errors: more.errors } : {}),
      messages: [
        {
          ...(more.phone ? { from: customer.waId } : {}),
          from_user_id: customer.userId,
          ...(customer.parentUserId === null ? {} : { from_parent_user_id: customer.parentUserId }),
          id,
          timestamp: seconds(at),
          ...content,
        },
      ],
    },
  };
}

/** Number and identity changes: no `contacts`. */
export function systemUpdate(
  world: World,
  customer: Customer,
  base: Readonly<Record<string, unknown>>,
  system: object,
  more: Readonly<Record<string, unknown>> = {},
): Update {
  return {
    field: 'messages',
    key: customer.key,
    addresses: addressesOf(customer),
    type: 'system',
    value: {
      ...envelope(world),
      messages: [{ ...base, timestamp: seconds(world.now()), type: 'system', system, ...more }],
    },
  };
}

export function statusUpdate(world: World, customer: Customer, message: Message, status: string): Update {
  const settings = world.settings();
  const phone = showsPhone(customer, world.now());
  const failed = status === 'failed';
  const billed = (status === 'sent' || status === 'delivered') && message.pricing !== null;
  return {
    field: 'messages',
    key: customer.key,
    addresses: addressesOf(customer),
    status,
    value: {
      ...envelope(world),
      ...(failed || settings.statusContacts === 'none'
        ? {}
        : { contacts: [contactOf(customer, phone, settings.statusContacts === 'full')] }),
      statuses: [
        {
          id: message.id,
          status,
          timestamp: seconds(world.now()),
          ...(phone || (failed && !message.byUserId) ? { recipient_id: customer.waId } : {}),
          ...(failed && !message.byUserId ? {} : { recipient_user_id: customer.userId }),
          ...(message.callbackData === null ? {} : { biz_opaque_callback_data: message.callbackData }),
          ...(settings.statusStyle === 'v23' && !failed
            ? { conversation: conversationOf(message, status) }
            : {}),
          ...(billed && message.pricing
            ? {
                pricing: {
                  billable: message.pricing.type === 'regular',
                  pricing_model: 'PMP',
                  ...message.pricing,
                },
              }
            : {}),
          ...(message.error ? { errors: [webhookError(message.error.code, message.error.details)] } : {}),
        },
      ],
    },
  };
}

function conversationOf(message: Message, status: string): object {
  return {
    id: Buffer.from(message.id).toString('hex').slice(-32),
    ...(status === 'sent' ? { expiration_timestamp: seconds(message.at + 86_400_000) } : {}),
    origin: { type: message.pricing?.category ?? 'service' },
  };
}

export function preferenceUpdate(
  world: World,
  customer: Customer,
  value: 'stop' | 'resume' | 'signup',
  signupId: string | null,
): Update {
  const phone = showsPhone(customer, world.now());
  const detail = { stop: 'stop', resume: 'resume', signup: 'sign up for' }[value];
  return {
    field: 'user_preferences',
    key: customer.key,
    addresses: addressesOf(customer),
    value: {
      ...envelope(world),
      contacts: [contactOf(customer, phone, true)],
      user_preferences: [
        {
          ...(phone ? { wa_id: customer.waId } : {}),
          user_id: customer.userId,
          detail: `User requested to ${detail} marketing messages`,
          category: 'marketing_messages',
          value,
          timestamp: Math.floor(world.now() / 1000),
          ...(signupId === null ? {} : { signup_id: signupId }),
        },
      ],
    },
  };
}

/** One of the template fields; ids are numbers here and strings in REST. */
export function templateUpdate(
  world: World,
  field: string,
  template: Template,
  more: Readonly<Record<string, unknown>>,
): Update {
  return {
    field,
    key: `template ${template.id}`,
    addresses: [],
    time: Math.floor(world.now() / 1000),
    value: {
      message_template_id: Number(template.id),
      message_template_name: template.name,
      message_template_language: template.language,
      ...more,
    },
  };
}
