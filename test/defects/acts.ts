import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { z } from 'zod';
import { ConversationPage, MessageOut, MessagePage, type SendMessage } from '../../src/http/schemas/chat.ts';
import { Problem } from '../../src/http/schemas/common.ts';
import type { RecordOut } from '../../src/http/schemas/records.ts';
import type { Answer, Values, World } from '../stories/world.ts';

/** What the defect tests do again and again, in the words of the product. */

const BlockedProblem = Problem.extend({ until: z.string().optional() });
export type Blocked = z.infer<typeof BlockedProblem>;

/** The message must be taken; answers it once everything that follows has happened. */
export async function accepted(world: World, message: SendMessage): Promise<MessageOut> {
  const { id } = takenFrom(await world.send(message));
  await world.settled();
  return world.message(id);
}

/** The answer must be a 202; its message as it was then. */
export function takenFrom(answer: Answer): MessageOut {
  expect(answer.body, JSON.stringify(answer.body)).toMatchObject({ direction: 'out' });
  expect(answer.status).toBe(202);
  return MessageOut.parse(answer.body);
}

/** The gate must refuse the message: 409 with a code. */
export async function blocked(world: World, message: SendMessage): Promise<Blocked> {
  return blockedFrom(await world.send(message));
}

export function blockedFrom(answer: Answer): Blocked {
  expect(answer.status, JSON.stringify(answer.body)).toBe(409);
  return BlockedProblem.parse(answer.body);
}

export const to = (record: Pick<RecordOut, 'recordType' | 'id'>): SendMessage['to'] => ({
  recordType: record.recordType,
  recordId: record.id,
});

/** A contact with a number of its own. */
export async function contact(
  world: World,
  values: Values = {},
): Promise<{ phone: string; record: RecordOut }> {
  const phone = world.newPhone();
  return {
    phone,
    record: await world.record('contact', { fullname: 'Ana Smith', mobilephone: phone, ...values }),
  };
}

/** A contact who was asked and tapped this. */
export async function answered(
  world: World,
  answer: 'yes' | 'no',
): Promise<{ phone: string; record: RecordOut; request: MessageOut }> {
  const { phone, record } = await contact(world);
  const request = await world.sendConsent(record);
  await world.tap(phone, answer);
  return { phone, record: await world.readRecord(record), request };
}

/** WhatsApp takes nothing for this customer for the next hours, so that what is sent stays queued. */
export function keepQueued(world: World, phone: string, messages = 1): void {
  world.emulator.fault({ kind: '429', retryAfter: 7200, to: phone, count: messages });
}

/** The chat with this number, oldest first. */
export async function thread(world: World, phone: string): Promise<MessageOut[]> {
  const { conversationId } = await world.consent(phone);
  return conversationId === null ? [] : threadOf(world, conversationId);
}

export async function threadOf(world: World, conversationId: string): Promise<MessageOut[]> {
  const { items } = await world.ok(
    MessagePage,
    'GET',
    `/api/conversations/${conversationId}/messages?limit=100`,
  );
  return items.toReversed();
}

/** The chat with somebody, found as the list of chats shows it. */
export async function conversationWith(
  world: World,
  is: { userId?: string; phone?: string },
): Promise<z.infer<typeof ConversationPage>['items'][number] | undefined> {
  const { items } = await world.ok(ConversationPage, 'GET', '/api/conversations?limit=100');
  return items.find(({ contactPoint }) =>
    is.userId === undefined ? contactPoint.phone === is.phone : contactPoint.userId === is.userId,
  );
}

export const BUSINESS = { phoneNumberId: '200300400500600', accountId: '100200300400500' };

/** One change as Meta posts it, about our number unless another is named. */
export function webhook(
  field: string,
  value: Record<string, unknown>,
  phoneNumberId = BUSINESS.phoneNumberId,
): Record<string, unknown> {
  const metadata = { display_phone_number: '12025550100', phone_number_id: phoneNumberId };
  return {
    object: 'whatsapp_business_account',
    entry: [
      {
        id: BUSINESS.accountId,
        changes: [{ field, value: { messaging_product: 'whatsapp', metadata, ...value } }],
      },
    ],
  };
}

/** A text message as Meta posts it. */
export function textFrom(
  sender: { phone?: string; userId?: string },
  text: string,
  at: number,
  phoneNumberId?: string,
): Record<string, unknown> {
  const waId = sender.phone?.replace('+', '');
  const wa = waId === undefined ? {} : { wa_id: waId };
  const user = sender.userId === undefined ? {} : { user_id: sender.userId };
  return webhook(
    'messages',
    {
      contacts: [{ profile: { name: 'Ana' }, ...wa, ...user }],
      messages: [
        {
          ...(waId === undefined ? {} : { from: waId }),
          ...(sender.userId === undefined ? {} : { from_user_id: sender.userId }),
          id: `wamid.${randomUUID()}`,
          timestamp: String(Math.floor(at / 1000)),
          type: 'text',
          text: { body: text },
        },
      ],
    },
    phoneNumberId,
  );
}

/** WhatsApp's own marketing preference of a customer, as Meta posts it. */
export function preferenceOf(phone: string, value: 'stop' | 'resume', at: number): Record<string, unknown> {
  const waId = phone.replace('+', '');
  return webhook('user_preferences', {
    contacts: [{ profile: { name: 'Ana' }, wa_id: waId }],
    user_preferences: [
      {
        wa_id: waId,
        detail: `User requested to ${value} marketing messages`,
        category: 'marketing_messages',
        value,
        timestamp: Math.floor(at / 1000),
      },
    ],
  });
}
