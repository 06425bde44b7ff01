import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type MessageStatus, nextStatus } from './delivery.ts';
import type { DeliveryStatus } from './update.ts';

const EVENTS = ['sent', 'delivered', 'read', 'failed'] as const satisfies readonly DeliveryStatus[];
const STATUSES = [
  'queued',
  'handing-over',
  'cancelled',
  'unconfirmed',
  ...EVENTS,
] as const satisfies readonly MessageStatus[];

const after = (start: MessageStatus, events: readonly DeliveryStatus[]) => events.reduce(nextStatus, start);

test.each<[current: MessageStatus, event: DeliveryStatus, next: MessageStatus]>([
  ['sent', 'delivered', 'delivered'],
  ['sent', 'read', 'read'],
  ['delivered', 'sent', 'delivered'],
  ['read', 'delivered', 'read'],
  ['sent', 'failed', 'failed'],
  ['delivered', 'failed', 'failed'],
  ['read', 'failed', 'failed'],
  ['failed', 'sent', 'failed'],
  ['failed', 'read', 'failed'],
  ['unconfirmed', 'sent', 'sent'],
  ['unconfirmed', 'failed', 'failed'],
  ['handing-over', 'delivered', 'delivered'],
  ['queued', 'sent', 'sent'],
  ['cancelled', 'sent', 'cancelled'],
  ['cancelled', 'failed', 'cancelled'],
])('%s, then %s: %s', (current, event, next) => {
  expect(nextStatus(current, event)).toBe(next);
});

test('the same statuses in any order, any number of times, end the same (ING-8)', () => {
  const events = fc.array(fc.constantFrom(...EVENTS), { minLength: 1, maxLength: 8 });
  const orders = events.chain((seen) =>
    fc.tuple(
      fc.constant(seen),
      fc.shuffledSubarray(seen, { minLength: seen.length }),
      fc.array(fc.constantFrom(...seen)),
    ),
  );
  fc.assert(
    fc.property(fc.constantFrom(...STATUSES), orders, (start, [seen, shuffled, again]) => {
      expect(after(start, [...shuffled, ...again])).toBe(after(start, seen));
    }),
  );
});

test('no status moves a message back to what it was before WhatsApp had it', () => {
  fc.assert(
    fc.property(fc.constantFrom(...STATUSES), fc.constantFrom(...EVENTS), (current, event) => {
      const next = nextStatus(current, event);
      expect([current, event]).toContain(next);
      expect(nextStatus(next, event)).toBe(next);
    }),
  );
});
