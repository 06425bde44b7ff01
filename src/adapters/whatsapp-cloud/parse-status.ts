import { z } from 'zod';
import type { DeliveryStatus, ProviderError } from '../../core/update.ts';
import { anything, complaint, idText, known, lenient, shortText, unixSeconds } from './fields.ts';
import { completed, identityOf, isNobody } from './identity.ts';
import type { ItemParser } from './item.ts';

const errorItem = z.looseObject({
  code: z.coerce.number().int(),
  error_subcode: lenient(z.number().int()),
  title: lenient(z.string()),
  message: lenient(z.string()),
  // An object on messages, now and then a text on templates.
  error_data: lenient(z.union([z.string(), z.looseObject({ details: lenient(z.string()) })])),
});

/** An error object of Meta's, in a webhook or in an answer; undefined when it has no code. */
export function parseProviderError(error: unknown): ProviderError | undefined {
  const parsed = errorItem.safeParse(error);
  if (!parsed.success) return undefined;
  const { code, error_subcode, title, message, error_data } = parsed.data;
  return known({
    code,
    subcode: error_subcode,
    title: title ?? message ?? '',
    details: typeof error_data === 'string' ? error_data : error_data?.details,
  });
}

/** `played` (a voice message was heard) is more than read, and nothing we act on. */
const DELIVERY = {
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
  played: 'read',
  failed: 'failed',
} as const satisfies Record<string, DeliveryStatus>;

const statusItem = z.looseObject({
  id: shortText,
  status: z.enum(['sent', 'delivered', 'read', 'played', 'failed']),
  timestamp: unixSeconds,
  recipient_id: anything,
  recipient_user_id: anything,
  recipient_parent_user_id: anything,
  biz_opaque_callback_data: lenient(shortText),
  errors: lenient(z.array(z.unknown())),
});

/**
 * One of `value.statuses[]`.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status
 */
export const parseStatus: ItemParser = (item, around) => {
  const parsed = statusItem.safeParse(item);
  if (!parsed.success) return { misfit: complaint(parsed.error) };
  const { id, status, timestamp, biz_opaque_callback_data, errors, ...rest } = parsed.data;
  if (around.phoneNumberId === '') return { misfit: 'metadata.phone_number_id is missing' };
  const own = identityOf(rest.recipient_id, rest.recipient_user_id, rest.recipient_parent_user_id);
  const recipient = completed(own, around.contacts).identity;
  if (isNobody(recipient)) return { misfit: 'nobody is named as the recipient' };
  return known({
    kind: 'status',
    phoneNumberId: around.phoneNumberId,
    eventKey: `s:${id}:${status}`,
    at: timestamp,
    recipient,
    whatsappId: id,
    status: DELIVERY[status],
    callbackData: biz_opaque_callback_data,
    errors: (errors ?? []).flatMap((error) => parseProviderError(error) ?? []),
  });
};

const preferenceItem = z.looseObject({
  value: z.enum(['stop', 'resume', 'signup']),
  // Another category would be another promise: it must not lift or lay down the stop of marketing.
  category: z.literal('marketing_messages').optional(),
  timestamp: unixSeconds,
  wa_id: anything,
  user_id: anything,
  parent_user_id: anything,
  signup_id: lenient(idText),
});

/**
 * One of `value.user_preferences[]`: what the customer told WhatsApp about marketing from us.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/user_preferences
 */
export const parsePreference: ItemParser = (item, around) => {
  const parsed = preferenceItem.safeParse(item);
  if (!parsed.success) return { misfit: complaint(parsed.error) };
  const { value, timestamp, wa_id, user_id, parent_user_id, signup_id } = parsed.data;
  if (around.phoneNumberId === '') return { misfit: 'metadata.phone_number_id is missing' };
  const from = completed(identityOf(wa_id, user_id, parent_user_id), around.contacts).identity;
  if (isNobody(from)) return { misfit: 'nobody is named' };
  return known({
    kind: 'preference',
    phoneNumberId: around.phoneNumberId,
    eventKey: `p:${value}:${timestamp}`,
    at: timestamp,
    from,
    value,
    signupId: signup_id,
  });
};
