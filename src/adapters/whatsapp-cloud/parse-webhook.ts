import { z } from 'zod';
import type { Update } from '../../core/update.ts';
import type { WebhookField } from '../../core/webhook-fields.ts';
import { idText, lenient, unixSeconds } from './fields.ts';
import { contactEntries } from './identity.ts';
import type { ItemParser, Surroundings } from './item.ts';
import {
  parseAccountUpdate,
  parseNumberQuality,
  parseTemplateCategory,
  parseTemplateComponents,
  parseTemplateQuality,
  parseTemplateStatus,
} from './parse-account.ts';
import { parseEcho, parseMessage, parseUserIdUpdate } from './parse-message.ts';
import { parsePreference, parseStatus } from './parse-status.ts';
import { digestOf, storable } from './storable.ts';

/** One update and the JSON it was read from, the element as WhatsApp sent it (see `storable` for what is replaced). */
export interface ParsedUpdate {
  update: Update;
  raw: unknown;
}

/** Fields that are lists of events about people. Others that carry `messages` (`standby`, `history`) are not for us. */
const LIST_FIELDS: ReadonlySet<string> = new Set<WebhookField>([
  'messages',
  'user_preferences',
  'user_id_update',
  'smb_message_echoes',
]);

const LISTS = new Map<string, ItemParser>([
  ['messages', parseMessage],
  ['statuses', parseStatus],
  ['user_preferences', parsePreference],
  ['user_id_update', parseUserIdUpdate],
  ['message_echoes', parseEcho],
]);

const WHOLE_FIELDS: Record<string, ItemParser> = {
  message_template_status_update: parseTemplateStatus,
  message_template_quality_update: parseTemplateQuality,
  template_category_update: parseTemplateCategory,
  message_template_components_update: parseTemplateComponents,
  account_update: parseAccountUpdate,
  phone_number_quality_update: parseNumberQuality,
} satisfies Partial<Record<WebhookField, ItemParser>>;

/** Not `z.record`, which copies the object and forgets a key named `__proto__`. */
const objectOf = z.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);
const webhookSchema = z.looseObject({ entry: z.array(z.unknown()).min(1) });
const entrySchema = z.looseObject({
  id: lenient(idText),
  time: lenient(unixSeconds),
  changes: z.array(z.unknown()).min(1),
});
const changeSchema = z.looseObject({ field: z.string().min(1).max(512), value: objectOf });
const timedSchema = z.looseObject({ timestamp: unixSeconds });
const metadataSchema = z.looseObject({ phone_number_id: lenient(idText) });

/**
 * Everything a webhook body says, in its order: all entries, all changes, all items of every list. Takes any JSON value
 * and never throws. Each item stands alone; one that does not fit becomes an `unknown` update with the reason, its key
 * made from its content so that a redelivery is recognised, its time zero when it has none, and no item is passed over.
 *
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview
 */
export function parseWebhook(body: unknown): ParsedUpdate[] {
  const kept = storable(body);
  const webhook = webhookSchema.safeParse(kept);
  if (!webhook.success) return [unknownUpdate(kept, nowhere(''), 'not a webhook of WhatsApp')];
  return webhook.data.entry.flatMap(parseEntry);
}

function parseEntry(item: unknown): ParsedUpdate[] {
  const entry = entrySchema.safeParse(item);
  if (!entry.success) return [unknownUpdate(item, nowhere(''), 'an entry without changes')];
  const { id: businessAccountId = '', time: entryTime, changes } = entry.data;
  return changes.flatMap((change) => parseChange(change, businessAccountId, entryTime));
}

function parseChange(
  item: unknown,
  businessAccountId: string,
  entryTime: number | undefined,
): ParsedUpdate[] {
  const change = changeSchema.safeParse(item);
  if (!change.success) {
    const around = { ...nowhere(''), businessAccountId, entryTime };
    return [unknownUpdate(item, around, 'a change without a field and its value')];
  }
  const { field, value } = change.data;
  const metadata = metadataSchema.safeParse(value.metadata);
  const around: Surroundings = {
    field,
    businessAccountId,
    entryTime,
    phoneNumberId: metadata.success ? (metadata.data.phone_number_id ?? '') : '',
    contacts: contactEntries(value.contacts),
  };
  if (LIST_FIELDS.has(field)) return parseLists(value, around);
  // One of Meta's pages shows the quality event under the field of the status event.
  const parse =
    field === 'message_template_status_update' && 'new_quality_score' in value
      ? parseTemplateQuality
      : Object.hasOwn(WHOLE_FIELDS, field)
        ? WHOLE_FIELDS[field]
        : undefined;
  if (parse === undefined) return [unknownUpdate(value, around, 'a field Assent does not read')];
  return [parseItem(parse, value, around)];
}

function parseLists(value: Record<string, unknown>, around: Surroundings): ParsedUpdate[] {
  const updates: ParsedUpdate[] = [];
  for (const [key, list] of Object.entries(value)) {
    const parse = LISTS.get(key);
    if (key === 'contacts') continue;
    if (!Array.isArray(list)) {
      if (parse !== undefined) updates.push(unknownUpdate(list, around, `${key} is not a list`));
      continue;
    }
    for (const item of list) {
      if (parse !== undefined) updates.push(parseItem(parse, item, around));
      else updates.push(unknownUpdate(item, around, `an item of ${key}, which Assent does not read`));
    }
  }
  return updates.length > 0 ? updates : [unknownUpdate(value, around, 'nothing in it')];
}

function parseItem(parse: ItemParser, item: unknown, around: Surroundings): ParsedUpdate {
  try {
    const result = parse(item, around);
    if ('misfit' in result) return unknownUpdate(item, around, result.misfit);
    return { update: result, raw: item };
  } catch (error) {
    // A fault of ours in one item must not cost its neighbours.
    return unknownUpdate(item, around, `could not be read: ${String(error)}`);
  }
}

function unknownUpdate(raw: unknown, around: Surroundings, reason: string): ParsedUpdate {
  const timed = timedSchema.safeParse(raw);
  const { field, phoneNumberId, businessAccountId } = around;
  return {
    raw,
    update: {
      kind: 'unknown',
      phoneNumberId,
      // The same item under another account or number is another event.
      eventKey: `u:${digestOf([field, businessAccountId, phoneNumberId, raw])}`,
      at: timed.success ? timed.data.timestamp : (around.entryTime ?? 0),
      field,
      reason,
    },
  };
}

function nowhere(field: string): Surroundings {
  return { field, businessAccountId: '', phoneNumberId: '', contacts: [], entryTime: undefined };
}
