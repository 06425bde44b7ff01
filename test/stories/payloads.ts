import { randomBytes } from 'node:crypto';

/** Webhook bodies as Meta sends them, for what the emulator would not say: batches, forgeries, odd items. */

const BUSINESS_ACCOUNT_ID = '100200300400500';
const PHONE_NUMBER_ID = '200300400500600';

export type Item = Record<string, unknown>;

export const newWamid = (): string => `wamid.${randomBytes(18).toString('base64')}`;
const digits = (phone: string): string => phone.replace(/\D/g, '');
const seconds = (ms: number): string => String(Math.floor(ms / 1000));

/** An item of `messages`; `more` is everything from `type` on, by default a text. */
export function inbound(phone: string, at: number, more: Item): Item {
  return { from: digits(phone), id: newWamid(), timestamp: seconds(at), type: 'text', ...more };
}

export const inboundText = (phone: string, at: number, body: string, more: Item = {}): Item =>
  inbound(phone, at, { text: { body }, ...more });

/** A tap on a quick reply; without `quotes` the context is missing, as happens. */
export const inboundTap = (
  phone: string,
  at: number,
  button: { payload: string; text: string },
  quotes?: string,
): Item =>
  inbound(phone, at, {
    type: 'button',
    button,
    ...(quotes === undefined ? {} : { context: { from: '12025550100', id: quotes } }),
  });

/** An item of `statuses`. */
export const status = (id: string, phone: string, at: number, name: string, more: Item = {}): Item => ({
  id,
  status: name,
  timestamp: seconds(at),
  recipient_id: digits(phone),
  ...more,
});

/** One change of the field `messages`: `lists` holds `messages`, `statuses` or both. */
export function messagesChange(
  lists: { messages?: Item[]; statuses?: Item[] },
  phoneNumberId = PHONE_NUMBER_ID,
): Item {
  const people = [...new Set((lists.messages ?? []).map((item) => item.from))];
  return {
    field: 'messages',
    value: {
      messaging_product: 'whatsapp',
      metadata: { display_phone_number: '12025550100', phone_number_id: phoneNumberId },
      ...(people.length === 0
        ? {}
        : { contacts: people.map((from) => ({ profile: { name: 'Zoë' }, wa_id: from })) }),
      ...lists,
    },
  };
}

/** A webhook with one entry per list of changes. */
export const webhook = (...entries: Item[][]): Item => ({
  object: 'whatsapp_business_account',
  entry: entries.map((changes) => ({ id: BUSINESS_ACCOUNT_ID, changes })),
});

/** The commonest: one entry, one change, these messages. */
export const webhookOf = (...messages: Item[]): Item => webhook([messagesChange({ messages })]);
