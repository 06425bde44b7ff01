import { describe, expect, it } from 'vitest';
import type { MessageOut } from '../../src/http/schemas/chat.ts';
import { threadItems } from './thread-items.ts';

const dayOf = (at: string) => at.slice(0, 10);

function message(id: string, at: string, more: Partial<MessageOut> = {}): MessageOut {
  return {
    id,
    conversationId: 'c1',
    direction: 'in',
    kind: 'text',
    text: id,
    status: 'delivered',
    automatic: false,
    actor: null,
    at,
    statusAt: null,
    ...more,
  };
}

function line(seq: number, at: string) {
  return {
    seq,
    contactPointId: 'p1',
    type: 'denied' as const,
    act: 'button',
    purposes: ['service' as const],
    at,
    receivedAt: at,
    source: 'button',
    actor: null,
    summary: 'Tapped "No, Thank You"',
    evidence: {},
    hash: '00',
    prevHash: null,
  };
}

describe('threadItems', () => {
  it('shows the newest last, whatever the order of the pages, with a separator per day', () => {
    const items = threadItems(
      [
        message('c', '2026-05-13T08:00:00.000Z'),
        message('b', '2026-05-12T09:00:00.000Z'),
        message('a', '2026-05-12T08:00:00.000Z'),
      ],
      [],
      true,
      dayOf,
    );
    expect(items.map((item) => item.key)).toEqual(['d-2026-05-12', 'm-a', 'm-b', 'd-2026-05-13', 'm-c']);
  });

  it('puts a consent event right after the message that caused it', () => {
    const at = '2026-05-12T08:00:00.000Z';
    const items = threadItems(
      [message('later', '2026-05-12T08:00:01.000Z'), message('tap', at)],
      [line(2, at), line(1, at)],
      true,
      dayOf,
    );
    expect(items.map((item) => item.key)).toEqual(['d-2026-05-12', 'm-tap', 'c-p1-1', 'c-p1-2', 'm-later']);
  });

  it('puts an answer after its question although WhatsApp’s clock has whole seconds', () => {
    const question = message('question', '2026-05-12T08:00:10.900Z', {
      direction: 'out',
      whatsappId: 'wamid.q',
    });
    const answer = message('answer', '2026-05-12T08:00:10.000Z', {
      replyTo: 'wamid.q',
      whatsappId: 'wamid.a',
    });
    const asked = { ...line(1, '2026-05-12T08:00:10.850Z'), evidence: { messageId: 'question' } };
    const refused = { ...line(2, '2026-05-12T08:00:10.000Z'), evidence: { whatsappId: 'wamid.a' } };
    const items = threadItems([question, answer], [refused, asked], true, dayOf);
    expect(items.map((item) => item.key)).toEqual([
      'd-2026-05-12',
      'm-question',
      'c-p1-1',
      'm-answer',
      'c-p1-2',
    ]);
  });

  it('keeps the server’s order within one millisecond, and survives messages that quote each other', () => {
    const at = '2026-05-12T08:00:00.000Z';
    const items = threadItems([message('second', at), message('first', at)], [], true, dayOf);
    expect(items.map((item) => item.key)).toEqual(['d-2026-05-12', 'm-first', 'm-second']);
    expect(
      threadItems([message('a', at, { replyTo: 'b' }), message('b', at, { replyTo: 'a' })], [], true, dayOf),
    ).toHaveLength(3);
  });

  it('keeps events back whose messages are not loaded yet', () => {
    const messages = [message('a', '2026-05-12T08:00:00.000Z')];
    const early = line(1, '2026-05-01T08:00:00.000Z');
    expect(threadItems(messages, [early], false, dayOf).some((item) => item.kind === 'consent')).toBe(false);
    expect(threadItems(messages, [early], true, dayOf).some((item) => item.kind === 'consent')).toBe(true);
  });

  it('finds the quoted message by either id, and makes an edit a note about its message', () => {
    const asked = message('asked', '2026-05-12T08:00:00.000Z', { direction: 'out', whatsappId: 'wamid.1' });
    const items = threadItems(
      [
        asked,
        message('answer', '2026-05-12T08:01:00.000Z', { replyTo: 'wamid.1' }),
        message('edit', '2026-05-12T08:02:00.000Z', { kind: 'edit', replyTo: 'answer' }),
      ],
      [],
      true,
      dayOf,
    );
    expect(items[2]).toMatchObject({ kind: 'message', quoted: { id: 'asked' } });
    expect(items[3]).toMatchObject({ kind: 'note', about: { id: 'answer' } });
  });
});
