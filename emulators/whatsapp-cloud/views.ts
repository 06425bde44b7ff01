import type { Customer, Message } from './model.ts';
import { threadOf, type World } from './world.ts';

/** A message as the control API shows it; `direction` is the business's: `out` is business to customer. */
export type MessageView = {
  id: string;
  direction: 'in' | 'out';
  kind: string;
  text: string;
  template: { name: string; language: string } | null;
  header: string | null;
  footer: string | null;
  buttons: { index: number; label: string; payload: string; description?: string; tapped: boolean }[];
  listLabel: string | null;
  media: Message['media'];
  replyTo: string | null;
  status: Message['status'];
  error: { code: number; details: string } | null;
  seen: boolean;
  edited: boolean;
  revoked: boolean;
  callbackData: string | null;
  /** ISO 8601, UTC. */
  at: string;
};

export function messageView(_world: World, message: Message): MessageView {
  return {
    id: message.id,
    direction: message.direction,
    kind: message.kind,
    text: message.text,
    template: message.template && { name: message.template.name, language: message.template.language },
    header: message.header,
    footer: message.footer,
    buttons: message.buttons.map(({ index, label, payload, description }) => ({
      index,
      label,
      payload,
      ...(description === null ? {} : { description }),
      tapped: message.tapped.includes(index),
    })),
    listLabel: message.listLabel,
    media: message.media,
    replyTo: message.replyTo,
    status: message.status,
    error: message.status === 'failed' ? message.error : null,
    seen: message.seen,
    edited: message.edited,
    revoked: message.revoked,
    callbackData: message.callbackData,
    at: new Date(message.at).toISOString(),
  };
}

/** The whole chat, oldest first. */
export function threadView(world: World, customer: Customer): MessageView[] {
  return threadOf(world, customer).map((message) => messageView(world, message));
}

export function customerView(world: World, customer: Customer) {
  const current = world.store.customers.get(customer.key) ?? customer;
  const thread = threadOf(world, current);
  const arrived = thread.filter(({ direction, status }) => direction === 'in' || reached.has(status));
  const last = arrived.filter(({ kind }) => kind !== 'edit' && kind !== 'revoke').at(-1);
  const { key: _, userIdGeneration: __, phone, ...rest } = current;
  return {
    ...rest,
    phone: `+${phone}`,
    lastInboundAt: iso(current.lastInboundAt),
    lastContactAt: iso(current.lastContactAt),
    unread: arrived.filter(({ direction, seen }) => direction === 'out' && !seen).length,
    lastMessage: last ? messageView(world, last) : null,
  };
}

/** Outbound statuses in which the customer has the message. */
const reached: ReadonlySet<string> = new Set(['delivered', 'read', 'played']);

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
