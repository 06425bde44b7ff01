import { z } from 'zod';
import type { Update } from '../../core/update.ts';
import { anything, complaint, known, lenient, shortText, unixSeconds } from './fields.ts';
import { completed, identityOf, isNobody } from './identity.ts';
import type { ItemParser, Misfit, Surroundings } from './item.ts';
import { parseContent } from './parse-content.ts';

const messageItem = z.looseObject({
  id: shortText,
  timestamp: unixSeconds,
  type: lenient(shortText),
  from: anything,
  from_user_id: anything,
  from_parent_user_id: anything,
  group_id: lenient(shortText),
  context: lenient(
    z.looseObject({
      id: lenient(shortText),
      forwarded: lenient(z.boolean()),
      frequently_forwarded: lenient(z.boolean()),
    }),
  ),
});

const systemPart = z.looseObject({
  type: shortText,
  // The old id, in payloads before 2022.
  customer: anything,
  wa_id: anything,
  new_wa_id: anything,
  user_id: anything,
  parent_user_id: anything,
  previous_user_id: anything,
  previous_parent_user_id: anything,
});

/** One of `value.messages[]`: what a customer sent, or WhatsApp's note that a customer is known otherwise now. */
export const parseMessage: ItemParser = (item, around) => {
  const parsed = messageItem.safeParse(item);
  if (!parsed.success) return { misfit: complaint(parsed.error) };
  const message = parsed.data;
  if (around.phoneNumberId === '') return { misfit: 'metadata.phone_number_id is missing' };
  if (message.group_id !== undefined) return { misfit: 'a message in a group' };
  if (message.type === 'system') return parseSystem(message, around);
  const own = identityOf(message.from, message.from_user_id, message.from_parent_user_id);
  const { identity: from, profileName } = completed(own, around.contacts);
  if (isNobody(from)) return { misfit: 'nobody is named as the sender' };
  const { id, timestamp, context } = message;
  return known({
    kind: 'message',
    phoneNumberId: around.phoneNumberId,
    eventKey: `m:${id}`,
    at: timestamp,
    from,
    profileName,
    whatsappId: id,
    content: parseContent(message.type ?? 'unknown', message),
    context:
      context === undefined
        ? null
        : known({
            id: context.id,
            forwarded: context.forwarded === true || context.frequently_forwarded === true,
          }),
  });
};

/**
 * The ids inside `system` come first: what `from_user_id` holds on these is not documented. The text in `body` names
 * both ids as well, but beside a profile name the customer may choose, so nothing is read from it.
 *
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/system
 */
function parseSystem(message: z.infer<typeof messageItem>, around: Surroundings): Update | Misfit {
  const parsed = systemPart.safeParse(message.system);
  if (!parsed.success) return { misfit: `system.${complaint(parsed.error)}` };
  const system = parsed.data;
  const change = changeOf(system.type);
  if (change === undefined) return { misfit: `system message of unknown type ${system.type}` };
  const to =
    change === 'number'
      ? identityOf(system.wa_id, system.new_wa_id, system.user_id, system.parent_user_id)
      : change === 'user-id'
        ? identityOf(system.user_id, system.parent_user_id)
        : {};
  const named = [message.from, message.from_user_id, message.from_parent_user_id].filter(
    (id) => id !== system.user_id && id !== system.parent_user_id,
  );
  const own = identityOf(system.previous_user_id, system.previous_parent_user_id, ...named, system.customer);
  // A contact entry is read for the change of a device only: after the others it may show the new ids.
  const from = change === 'identity' ? completed(own, around.contacts).identity : own;
  if (isNobody(from)) return { misfit: `${system.type} without the old id` };
  if (change !== 'identity' && isNobody(to)) return { misfit: `${system.type} without the new id` };
  return {
    kind: 'identity-change',
    phoneNumberId: around.phoneNumberId,
    eventKey: `m:${message.id}`,
    at: message.timestamp,
    from,
    to,
    change,
  };
}

function changeOf(type: string): 'number' | 'user-id' | 'identity' | undefined {
  if (type === 'user_changed_number' || type === 'customer_changed_number') return 'number';
  if (type === 'user_changed_user_id') return 'user-id';
  return type === 'customer_identity_changed' ? 'identity' : undefined;
}

const userIdUpdate = z.looseObject({
  timestamp: unixSeconds,
  user_id: z.looseObject({ previous: anything, current: anything }),
  parent_user_id: lenient(z.looseObject({ previous: anything, current: anything })),
});

/**
 * One of `value.user_id_update[]`, a field an earlier edition of Meta's page described. Whether its `wa_id` is the old
 * or the new number is not said, so it names neither.
 */
export const parseUserIdUpdate: ItemParser = (item, around) => {
  const parsed = userIdUpdate.safeParse(item);
  if (!parsed.success) return { misfit: complaint(parsed.error) };
  if (around.phoneNumberId === '') return { misfit: 'metadata.phone_number_id is missing' };
  const { timestamp, user_id, parent_user_id } = parsed.data;
  const from = identityOf(user_id.previous, parent_user_id?.previous);
  const to = identityOf(user_id.current, parent_user_id?.current);
  if (from.userId === undefined || to.userId === undefined)
    return { misfit: 'user_id: not two ids of a user' };
  return {
    kind: 'identity-change',
    phoneNumberId: around.phoneNumberId,
    eventKey: `i:${from.userId}:${to.userId}:${timestamp}`,
    at: timestamp,
    from,
    to,
    change: 'user-id',
  };
};

const echoItem = z.looseObject({
  id: shortText,
  timestamp: unixSeconds,
  to: anything,
  to_user_id: anything,
  to_parent_user_id: anything,
});

/** One of `value.message_echoes[]`: what we ourselves sent from the WhatsApp Business app. Never a customer's answer. */
export const parseEcho: ItemParser = (item, around) => {
  const parsed = echoItem.safeParse(item);
  if (!parsed.success) return { misfit: complaint(parsed.error) };
  if (around.phoneNumberId === '') return { misfit: 'metadata.phone_number_id is missing' };
  const echo = parsed.data;
  const own = identityOf(echo.to, echo.to_user_id, echo.to_parent_user_id);
  const to = completed(own, around.contacts).identity;
  if (isNobody(to)) return { misfit: 'nobody is named as the recipient' };
  return {
    kind: 'echo',
    phoneNumberId: around.phoneNumberId,
    eventKey: `e:${echo.id}`,
    at: echo.timestamp,
    to,
    whatsappId: echo.id,
  };
};
