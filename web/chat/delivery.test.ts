import { expect, it } from 'vitest';
import { MessageStatusName } from '../../src/http/schemas/chat.ts';
import { deliveryOf } from './delivery.ts';

const sent = {
  id: 'm1',
  conversationId: 'c1',
  direction: 'out' as const,
  kind: 'text',
  text: 'Hello',
  automatic: false,
  actor: 'Alex',
  at: '2026-05-12T08:00:00.000Z',
  statusAt: null,
};

it('gives every status of ours its own words, and none to what the customer sent', () => {
  const labels = MessageStatusName.options.map((status) => deliveryOf({ ...sent, status })?.label);
  expect(new Set(labels).size).toBe(MessageStatusName.options.length);
  expect(labels).not.toContain(undefined);
  expect(deliveryOf({ ...sent, status: 'delivered', direction: 'in' })).toBeNull();
});

it('says why a message did not leave, in the server’s words, and what to do', () => {
  const reasonText = 'The customer refused before it left.';
  const cancelled = deliveryOf({ ...sent, status: 'cancelled', reason: 'consent-denied', reasonText });
  expect(cancelled?.explanation).toBe(reasonText);
  expect(cancelled?.next).toContain('never left');
});

it('never calls an unconfirmed message lost or sent', () => {
  const unconfirmed = deliveryOf({ ...sent, status: 'unconfirmed' });
  expect(unconfirmed?.label).toBe('Not confirmed');
  expect(unconfirmed?.explanation).toContain('We do not know whether it arrived');
});
