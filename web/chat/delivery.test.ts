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
  expect(labels.filter((label) => label === undefined)).toHaveLength(1);
  expect(new Set(labels).size).toBe(MessageStatusName.options.length);
  expect(deliveryOf({ ...sent, status: 'received' })).toBeNull();
});

it('says why a message did not leave, in the server’s words, and what to do', () => {
  const reason = { code: 'consent-denied', message: 'The customer refused before it left.' };
  const cancelled = deliveryOf({ ...sent, status: 'cancelled', reason });
  expect(cancelled?.explanation).toBe(reason.message);
  expect(cancelled?.next).toContain('never left');
});

it('never calls an unconfirmed message lost or sent', () => {
  const unconfirmed = deliveryOf({ ...sent, status: 'unconfirmed' });
  expect(unconfirmed?.label).toBe('Not confirmed');
  expect(unconfirmed?.explanation).toContain('We do not know whether it arrived');
});
