import { z } from 'zod';
import { customerAt, findCustomer, isPhone } from './customers.ts';
import { GraphError, noSuchObject } from './errors.ts';
import type { Fault } from './faults.ts';
import { userIdPattern } from './ids.ts';
import type { Customer, Message } from './model.ts';
import { type Content, readContent } from './send-content.ts';
import { startJourney } from './status.ts';
import { saveMessage, threadOf, type World } from './world.ts';

const envelopeSchema = z.looseObject({
  messaging_product: z.literal('whatsapp'),
  recipient_type: z.string().optional(),
  to: z.union([z.string(), z.number()]).transform(String).optional(),
  recipient: z.string().optional(),
  type: z.string().optional(),
  context: z.looseObject({ message_id: z.string().optional() }).optional(),
  biz_opaque_callback_data: z.string().max(512).optional(),
});

/** A send that Meta would take, not yet taken. */
export type Accepted = {
  customer: Customer;
  /** Stores the message, starts its statuses and returns the answer. */
  commit: (failure?: { code: number; details: string }) => object;
};

/**
 * `POST /{phone-number-id}/messages`, up to the point where the message would be taken. Throws GraphError.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
 */
export function readSend(world: World, body: unknown): Accepted {
  const result = envelopeSchema.safeParse(body);
  if (!result.success) {
    const [issue] = result.error.issues;
    const path = issue?.path.join('.') || 'body';
    throw new GraphError(100, `${path}: ${issue?.message ?? 'invalid'}`, {
      message: `(#100) The parameter ${path} is required or has a wrong value.`,
    });
  }
  const send = result.data;
  if (send.recipient_type === 'group') throw new GraphError(100, 'groups are not emulated');
  const to = send.to === undefined || send.to === '' ? undefined : send.to;
  const type = send.type ?? 'text';
  const content = readContent(world, type, send);
  const customer = recipientOf(world, to, send.recipient);
  const now = world.now();
  const settings = world.settings();
  if (customer.phone === world.business.displayPhoneNumber.replace(/\D/g, '')) throw new GraphError(131021);
  if (settings.allowList && !settings.allowList.includes(customer.phone)) throw new GraphError(131030);
  if (customer.blockedByBusiness) throw new GraphError(130403);
  if (settings.enforceThroughput && !world.limits.takeNumber(now, settings.throughputPerSecond))
    throw new GraphError(130429, 'Cloud API message throughput has been reached.', {
      headers: { 'retry-after': '1' },
    });
  if (settings.enforcePairLimit && !world.limits.takePair(customer.key, now))
    throw new GraphError(131056, 'Too many messages sent from this phone number to the same recipient.');

  const commit = (failure?: { code: number; details: string }): object => {
    const message: Message = {
      ...content,
      id: world.messageId(customer.waId, 'out'),
      customer: customer.key,
      direction: 'out',
      at: now,
      replyTo: content.replyTo ?? send.context?.message_id ?? null,
      callbackData: send.biz_opaque_callback_data ?? null,
      pricing: pricingOf(content),
      byUserId: to === undefined,
      status: 'accepted',
      error: failure ?? foreseenFailure(world, customer, content),
      seen: false,
      tapped: [],
      edited: false,
      revoked: false,
    };
    saveMessage(world, message);
    world.notify({ customer: customer.key, typing: false });
    startJourney(world, message);
    return {
      messaging_product: 'whatsapp',
      contacts: [
        to === undefined
          ? { input: send.recipient, user_id: customer.userId }
          : { input: to, wa_id: customer.waId },
      ],
      messages: [{ id: message.id, ...(message.template ? { message_status: 'accepted' } : {}) }],
    };
  };
  return { customer, commit };
}

/** Every address a fault's `to` may name, without creating anybody. */
export function addressesOfSend(world: World, body: unknown): string[] {
  const result = z
    .looseObject({ to: z.coerce.string().optional(), recipient: z.string().optional() })
    .safeParse(body);
  const address = result.success ? (result.data.to ?? result.data.recipient) : undefined;
  if (address === undefined) return [];
  const customer = findCustomer(world, address);
  return customer ? [customer.phone, customer.waId, customer.userId] : [address.replace(/\D/g, '')];
}

/** What a `code` fault does besides, or instead of, an error response. */
export function failureOf(fault: Fault): { code: number; details: string } {
  return { code: fault.code ?? 131000, details: fault.details ?? 'Set by a fault.' };
}

function recipientOf(world: World, to: string | undefined, recipient: string | undefined): Customer {
  if (to !== undefined) {
    const customer =
      /^[\d+\-() ]+$/.test(to) && isPhone(to.replace(/\D/g, '')) ? customerAt(world, to) : null;
    if (customer) return customer;
    throw new GraphError(
      131009,
      `Recipient phone number '${to}' is not valid; a user id belongs in 'recipient'`,
    );
  }
  if (recipient === undefined)
    throw new GraphError(100, 'to or recipient is needed', {
      message: '(#100) The parameter to is required.',
    });
  if (!userIdPattern.test(recipient)) throw new GraphError(131009, `recipient '${recipient}' is no user id`);
  const customer = findCustomer(world, recipient);
  if (!customer) throw noSuchObject(recipient, 'post');
  return customer;
}

/** Since 2026-10-01 messages inside the window are billed too, after a free quota that is not modelled. */
function pricingOf(content: Content): Message['pricing'] {
  return { type: 'regular', category: content.template?.category.toLowerCase() ?? 'service' };
}

function foreseenFailure(world: World, customer: Customer, content: Content): Message['error'] {
  const settings = world.settings();
  if (!customer.onWhatsApp || customer.blocksBusiness)
    return { code: 131026, details: 'Message Undeliverable.' };
  const marketing = content.template?.category === 'MARKETING';
  if (marketing && customer.marketing === 'stop')
    return {
      code: 131050,
      details: 'Unable to deliver: this user stopped marketing messages from this business.',
    };
  if (marketing && settings.marketingCap !== null) {
    const recent = threadOf(world, customer).filter(
      (other) =>
        other.template?.category === 'MARKETING' &&
        other.status !== 'failed' &&
        world.now() - other.at < 86_400_000,
    );
    if (recent.length >= settings.marketingCap)
      return { code: 131049, details: 'Not delivered to maintain healthy ecosystem engagement.' };
  }
  const open = customer.lastInboundAt !== null && world.now() - customer.lastInboundAt < 86_400_000;
  if (settings.enforceWindow && !content.template && !open)
    return {
      code: 131047,
      details: 'More than 24 hours have passed since the customer last replied to this number.',
    };
  return null;
}
