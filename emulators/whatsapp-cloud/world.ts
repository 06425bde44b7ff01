import type { Socket } from 'node:net';
import type { Faults } from './faults.ts';
import type { Limits } from './limits.ts';
import type { Customer, Message, Settings } from './model.ts';
import type { PendingWork } from './pending-work.ts';
import type { Store } from './store.ts';
import type { Webhooks } from './webhooks.ts';

/** What the phone page is told: something about this customer changed (null: everything did). */
export type Notice = { customer: string | null; typing?: boolean };

/** The business side, as configured. Ids are digit strings. */
export type Business = {
  phoneNumberId: string;
  businessAccountId: string;
  displayPhoneNumber: string;
  verifiedName: string;
  accessToken: string;
  verifyToken: string;
};

/** Everything the emulator's parts share. */
export type World = {
  readonly business: Business;
  readonly store: Store;
  /** Milliseconds of the controllable clock. */
  readonly now: () => number;
  /** Sets the clock to this time; it goes on from there. */
  readonly setNow: (ms: number) => void;
  readonly settings: () => Settings;
  readonly changeSettings: (change: Partial<Settings>) => void;
  readonly messageId: (digits: string, direction: 'in' | 'out') => string;
  /** A digit string no other object has, below 2^53. */
  readonly newId: () => string;
  readonly limits: Limits;
  readonly faults: Faults;
  readonly work: PendingWork;
  readonly webhooks: Webhooks;
  readonly statusDelayMs: number;
  /** Connections that a fault left without an answer, until the host closes. */
  readonly hungSockets: Set<Socket>;
  readonly notify: (notice: Notice) => void;
};

export function threadOf(world: World, customer: Customer): Message[] {
  const ids = world.store.threads.get(customer.key) ?? [];
  return ids.flatMap((id) => world.store.messages.get(id) ?? []).sort((a, b) => a.at - b.at);
}

export function saveMessage(world: World, message: Message): Message {
  world.store.put({ t: 'message', v: message });
  world.notify({ customer: message.customer });
  return message;
}

export function saveCustomer(world: World, customer: Customer): Customer {
  world.store.put({ t: 'customer', v: customer });
  world.notify({ customer: customer.key });
  return customer;
}
