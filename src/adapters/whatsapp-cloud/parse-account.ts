import { z } from 'zod';
import type { TemplateRef } from '../../core/update.ts';
import { anything, complaint, idText, known, lenient, shortText, unixSeconds } from './fields.ts';
import type { ItemParser } from './item.ts';
import { digestOf } from './storable.ts';

/**
 * The fields that concern the account, its numbers and its templates: one event per change, its time in `entry[].time`.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview
 */

const NO_TIME: { misfit: string } = { misfit: 'entry.time: not a time in unix seconds' };

const template = {
  message_template_id: idText,
  message_template_name: shortText,
  message_template_language: shortText,
};

/** Webhooks write the language `en_US` or `en-US`, the rest of the API `en_US`. */
function templateRef(value: z.infer<z.ZodObject<typeof template>>): TemplateRef {
  return {
    id: value.message_template_id,
    name: value.message_template_name,
    language: value.message_template_language.replaceAll('-', '_'),
  };
}

const templateStatus = z.looseObject({
  ...template,
  event: shortText,
  reason: lenient(shortText),
  message_template_category: lenient(shortText),
  other_info: lenient(z.looseObject({ title: lenient(shortText) })),
});

/** `reason` is null on deletion and `NONE` on most; a pause says which one it is in `other_info`. */
export const parseTemplateStatus: ItemParser = (value, { entryTime, businessAccountId }) => {
  const parsed = templateStatus.safeParse(value);
  if (!parsed.success) return { misfit: complaint(parsed.error) };
  if (entryTime === undefined) return NO_TIME;
  const { event, reason, other_info, message_template_category } = parsed.data;
  const ref = templateRef(parsed.data);
  return known({
    kind: 'template-status',
    phoneNumberId: '',
    eventKey: `ts:${ref.id}:${event}:${entryTime}`,
    at: entryTime,
    businessAccountId,
    template: ref,
    event,
    reason: reason === undefined || reason === 'NONE' ? other_info?.title : reason,
    category: message_template_category,
  });
};

const templateQuality = z.looseObject({ ...template, new_quality_score: shortText });

export const parseTemplateQuality: ItemParser = (value, { entryTime, businessAccountId }) => {
  const parsed = templateQuality.safeParse(value);
  if (!parsed.success) return { misfit: complaint(parsed.error) };
  if (entryTime === undefined) return NO_TIME;
  const ref = templateRef(parsed.data);
  const quality = parsed.data.new_quality_score;
  return {
    kind: 'template-quality',
    phoneNumberId: '',
    eventKey: `tq:${ref.id}:${quality}:${entryTime}`,
    at: entryTime,
    businessAccountId,
    template: ref,
    quality,
  };
};

const templateCategory = z.looseObject({
  ...template,
  new_category: shortText,
  correct_category: lenient(shortText),
  category_update_timestamp: lenient(unixSeconds),
});

/**
 * Meta tells a change of category twice. In the announcement `new_category` is the category the template still has, and
 * `correct_category` the one it will get; when it is done, `new_category` is what it says.
 */
export const parseTemplateCategory: ItemParser = (value, { entryTime, businessAccountId }) => {
  const parsed = templateCategory.safeParse(value);
  if (!parsed.success) return { misfit: complaint(parsed.error) };
  if (entryTime === undefined) return NO_TIME;
  const { new_category: current, correct_category: next, category_update_timestamp } = parsed.data;
  const ref = templateRef(parsed.data);
  const phase = next === undefined ? 'done' : 'impending';
  return known({
    kind: 'template-category',
    phoneNumberId: '',
    eventKey: `tc:${ref.id}:${phase}:${next ?? current}:${entryTime}`,
    at: entryTime,
    businessAccountId,
    template: ref,
    phase,
    current,
    next,
    effectiveAt: category_update_timestamp,
  });
};

const templateComponents = z.looseObject(template);

export const parseTemplateComponents: ItemParser = (value, { entryTime, businessAccountId }) => {
  const parsed = templateComponents.safeParse(value);
  if (!parsed.success) return { misfit: complaint(parsed.error) };
  if (entryTime === undefined) return NO_TIME;
  const ref = templateRef(parsed.data);
  return {
    kind: 'template-components',
    phoneNumberId: '',
    eventKey: `tm:${ref.id}:${entryTime}`,
    at: entryTime,
    businessAccountId,
    template: ref,
  };
};

const accountUpdate = z.looseObject({
  event: shortText,
  ban_info: lenient(z.looseObject({ waba_ban_state: anything })),
  violation_info: lenient(z.looseObject({ violation_type: lenient(z.string()) })),
  restriction_info: lenient(z.array(z.looseObject({ restriction_type: lenient(z.string()) }))),
});

/** `detail` holds what a DISABLED_UPDATE, ACCOUNT_VIOLATION or ACCOUNT_RESTRICTION is about. */
export const parseAccountUpdate: ItemParser = (value, { entryTime, businessAccountId }) => {
  const parsed = accountUpdate.safeParse(value);
  if (!parsed.success) return { misfit: complaint(parsed.error) };
  if (entryTime === undefined) return NO_TIME;
  const { event, ban_info, violation_info, restriction_info } = parsed.data;
  const details = [
    [ban_info?.waba_ban_state].flat(),
    violation_info?.violation_type,
    restriction_info?.map(({ restriction_type }) => restriction_type),
  ].flat();
  const detail = details.filter((part) => typeof part === 'string').join(', ');
  return known({
    kind: 'account',
    phoneNumberId: '',
    eventKey: `a:${event}:${entryTime}:${digestOf([businessAccountId, value])}`,
    at: entryTime,
    businessAccountId,
    event,
    detail: detail === '' ? undefined : detail,
  });
};

const numberQuality = z.looseObject({
  event: shortText,
  display_phone_number: lenient(z.string()),
  current_limit: lenient(z.string()),
});

/** Names the number by its digits only; `detail` is those and the messaging limit, where they are given. */
export const parseNumberQuality: ItemParser = (value, { entryTime, phoneNumberId, businessAccountId }) => {
  const parsed = numberQuality.safeParse(value);
  if (!parsed.success) return { misfit: complaint(parsed.error) };
  if (entryTime === undefined) return NO_TIME;
  const { event, display_phone_number, current_limit } = parsed.data;
  const detail = [display_phone_number, current_limit].filter((part) => part !== undefined).join(' ');
  return known({
    kind: 'phone-number',
    phoneNumberId,
    eventKey: `n:${event}:${entryTime}:${digestOf(value)}`,
    at: entryTime,
    businessAccountId,
    event,
    detail: detail === '' ? undefined : detail,
  });
};
