import { describe, expect, it } from 'vitest';
import type { MessageOut } from '../../src/http/schemas/chat.ts';
import { threadItems as itemsOf, type ThreadParts } from './thread-items.ts';

const dayOf = (at: string) => at.slice(0, 10);
const threadItems = (
  messages: ThreadParts['messages'],
  lines: ThreadParts['lines'],
  complete: boolean,
  more: Partial<ThreadParts> = {},
) => itemsOf({ messages, lines, trace: [], hasOlder: !complete, hasNewer: false, ...more }, dayOf);

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
    withheld: null,
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
    );
    expect(items.map((item) => item.key)).toEqual(['d-2026-05-12', 'm-a', 'm-b', 'd-2026-05-13', 'm-c']);
  });

  it('puts a consent event right after the message that caused it', () => {
    const at = '2026-05-12T08:00:00.000Z';
    const items = threadItems(
      [message('later', '2026-05-12T08:00:01.000Z'), message('tap', at, { whatsappId: 'wamid.tap' })],
      [2, 1].map((seq) => ({ ...line(seq, at), evidence: { whatsappId: 'wamid.tap' } })),
      true,
    );
    expect(items.map((item) => item.key)).toEqual(['d-2026-05-12', 'm-tap', 'c-p1-1', 'c-p1-2', 'm-later']);
  });

  it('keeps the order of arrival whatever the clocks say, each event behind its message', () => {
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
    const items = threadItems([answer, question], [refused, asked], true);
    expect(items.map((item) => item.key)).toEqual([
      'd-2026-05-12',
      'm-question',
      'c-p1-1',
      'm-answer',
      'c-p1-2',
    ]);
  });

  it('has one separator per day, although a message of yesterday comes late', () => {
    const items = threadItems(
      [
        message('after', '2026-05-13T09:00:00.000Z'),
        message('late', '2026-05-12T20:00:00.000Z'),
        message('today', '2026-05-13T08:00:00.000Z'),
        message('yesterday', '2026-05-12T08:00:00.000Z'),
      ],
      [line(1, '2026-05-13T08:30:00.000Z')],
      true,
    );
    expect(items.map((item) => item.key)).toEqual([
      'd-2026-05-12',
      'm-yesterday',
      'd-2026-05-13',
      'm-today',
      'm-late',
      'c-p1-1',
      'm-after',
    ]);
  });

  it('keeps events back whose messages are not loaded yet', () => {
    const messages = [message('a', '2026-05-12T08:00:00.000Z')];
    const early = line(1, '2026-05-01T08:00:00.000Z');
    expect(threadItems(messages, [early], false).some((item) => item.kind === 'consent')).toBe(false);
    expect(threadItems(messages, [early], true).some((item) => item.kind === 'consent')).toBe(true);
  });

  it('finds the quoted message by either id, and makes an edit an act on its message', () => {
    const asked = message('asked', '2026-05-12T08:00:00.000Z', { direction: 'out', whatsappId: 'wamid.1' });
    const items = threadItems(
      [
        message('edit', '2026-05-12T08:02:00.000Z', { kind: 'edit', replyTo: 'answer' }),
        message('answer', '2026-05-12T08:01:00.000Z', { replyTo: 'wamid.1' }),
        asked,
      ],
      [],
      true,
    );
    expect(items[2]).toMatchObject({ kind: 'message', quoted: { id: 'asked' } });
    expect(items[3]).toMatchObject({ kind: 'act', about: { id: 'answer' } });
  });

  it('shows a reaction on its bubble, and as a row only where there is none or it did not get through', () => {
    const asked = message('asked', '2026-05-12T08:00:00.000Z', { whatsappId: 'wamid.1' });
    const reaction = (id: string, more: Partial<MessageOut> = {}) =>
      message(id, '2026-05-12T08:01:00.000Z', { kind: 'reaction', replyTo: 'wamid.1', ...more });
    const keys = (messages: MessageOut[]) =>
      threadItems(messages, [], true)
        .filter(({ kind }) => kind === 'act')
        .map(({ key }) => key);
    expect(keys([reaction('theirs'), asked])).toEqual([]);
    expect(keys([reaction('unknown')])).toEqual(['m-unknown']);
    expect(keys([reaction('ours', { direction: 'out', status: 'failed' }), asked])).toEqual(['m-ours']);
  });

  it('puts what colleagues did between the messages, and keeps back what belongs to a part not loaded', () => {
    const trace = (id: string, at: string) => ({
      id,
      kind: 'accepted' as const,
      at,
      actor: null,
      subject: null,
      reason: null,
      text: null,
      mentions: [],
    });
    const messages = [message('b', '2026-05-12T10:00:00.000Z'), message('a', '2026-05-12T08:00:00.000Z')];
    const traces = [
      trace('late', '2026-05-12T11:00:00.000Z'),
      trace('mid', '2026-05-12T09:00:00.000Z'),
      trace('early', '2026-05-12T07:00:00.000Z'),
    ];
    const keys = (more: Partial<ThreadParts>) =>
      threadItems(messages, [], true, { trace: traces, ...more }).map(({ key }) => key);
    expect(keys({})).toEqual(['d-2026-05-12', 't-early', 'm-a', 't-mid', 'm-b', 't-late']);
    expect(keys({ hasOlder: true, hasNewer: true })).toEqual(['m-a', 't-mid', 'm-b']);
    const nextDay = [trace('next', '2026-05-13T07:00:00.000Z')];
    expect(keys({ trace: nextDay }).slice(-2)).toEqual(['d-2026-05-13', 't-next']);
  });

  it('dates the first day only when it is known to begin there', () => {
    const messages = [message('b', '2026-05-13T08:00:00.000Z'), message('a', '2026-05-12T08:00:00.000Z')];
    expect(threadItems(messages, [], false).map(({ key }) => key)).toEqual(['m-a', 'd-2026-05-13', 'm-b']);
  });

  it('quotes what the server says where the message itself is not loaded', () => {
    const quoted = { id: 'old', direction: 'out' as const, kind: 'text', text: 'Long ago' };
    const [item] = threadItems(
      [message('a', '2026-05-12T08:00:00.000Z', { replyTo: 'old', quoted })],
      [],
      false,
    );
    expect(item).toMatchObject({ kind: 'message', quoted });
  });
});
