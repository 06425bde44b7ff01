import { showsPhone } from './customers.ts';
import type { Customer, Message } from './model.ts';
import { statusUpdate } from './payloads.ts';
import { saveCustomer, saveMessage, threadOf, type World } from './world.ts';

/** Lets an accepted message go its way: sent and then delivered, or failed when it carries an error. */
export function startJourney(world: World, message: Message): void {
  world.work.after(world.statusDelayMs, () => step(world, message.id));
}

/** Goes on with messages that were under way when the emulator stopped. */
export function resumeJourneys(world: World): void {
  for (const message of world.store.messages.values())
    if (message.direction === 'out' && (message.status === 'accepted' || message.status === 'sent'))
      startJourney(world, message);
}

/** The phone is on again: what waited is delivered. */
export function deliverWaiting(world: World, customer: Customer): void {
  for (const message of threadOf(world, customer))
    if (message.direction === 'out' && message.status === 'sent') step(world, message.id);
}

/** The customer looks at the chat. Business learns it only with read receipts on. */
export function markSeen(world: World, customer: Customer): void {
  for (const message of threadOf(world, customer)) {
    if (message.direction !== 'out' || message.seen || message.status === 'failed') continue;
    const seen = saveMessage(world, { ...message, seen: true });
    if (seen.status === 'delivered') tellRead(world, customer, seen);
  }
}

function step(world: World, id: string): void {
  const message = world.store.messages.get(id);
  const customer = message && world.store.customers.get(message.customer);
  if (!message || !customer) return;
  if (message.status === 'accepted' && message.error) {
    tell(world, saveMessage(world, { ...message, status: 'failed' }), 'failed');
    return;
  }
  if (message.status === 'accepted') {
    tell(world, saveMessage(world, { ...message, status: 'sent' }), 'sent');
    if (customer.online) world.work.after(world.statusDelayMs, () => step(world, id));
    return;
  }
  if (message.status !== 'sent' || !customer.online) return;
  const delivered = saveMessage(world, { ...message, status: 'delivered' });
  tell(world, delivered, 'delivered');
  saveCustomer(world, { ...customer, lastContactAt: world.now() });
  if (delivered.seen) tellRead(world, customer, delivered);
}

function tellRead(world: World, customer: Customer, message: Message): void {
  if (!customer.readReceipts) return;
  tell(world, saveMessage(world, { ...message, status: 'read' }), 'read');
}

function tell(world: World, message: Message, status: string): void {
  const customer = world.store.customers.get(message.customer);
  if (customer) world.webhooks.tell(statusUpdate(world, customer, message, status));
}

/** Remembers that the customer wrote: this opens the window and may show the phone again. */
export function noteContact(world: World, customer: Customer, at: number): boolean {
  const phone = showsPhone(customer, world.now());
  saveCustomer(world, {
    ...customer,
    lastInboundAt: Math.max(customer.lastInboundAt ?? 0, at),
    lastContactAt: world.now(),
  });
  return phone;
}
