import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { describe, expect, test } from 'vitest';
import { applyHints, isHint, isTouched, keys } from './queries.ts';

test('a hint of a kind that this page does not know is none', () => {
  expect(isHint({ topic: 'message', conversationId: 'c1' })).toBe(true);
  for (const other of [{ topic: 'weather' }, { topic: 'constructor' }, {}, 'message', null])
    expect(isHint(other)).toBe(false);
});

describe('which shown queries a live hint makes stale', () => {
  test('a message in one conversation touches its thread and the list, not another thread', () => {
    const hint = { topic: 'message', conversationId: 'c1' } as const;
    expect(isTouched(keys.messages('c1'), hint)).toBe(true);
    expect(isTouched(keys.messages('c2'), hint)).toBe(false);
    expect(isTouched(keys.conversations({ search: 'ana' }), hint)).toBe(true);
    expect(isTouched(keys.settings(), hint)).toBe(false);
  });

  test('a consent change reaches what may be sent, the record and the counts, whoever shows them', () => {
    const hint = { topic: 'consent', conversationId: 'c1' } as const;
    expect(isTouched(keys.sendable({ conversationId: 'c1' }), hint)).toBe(true);
    // A record page does not know the conversation's id, so its composer must not be left out.
    expect(isTouched(keys.sendable({ recordType: 'contact', recordId: 'r1' }), hint)).toBe(true);
    expect(isTouched(keys.record('contact', 'r1'), hint)).toBe(true);
    expect(isTouched(keys.consentSummary('contact'), hint)).toBe(true);
    expect(isTouched(keys.held(), hint)).toBe(true);
    expect(isTouched(keys.sendable({ conversationId: 'c2' }), hint)).toBe(false);
  });

  test('what became of one customer’s consent touches no thread of another, and no list of chats', () => {
    const hint = { topic: 'consent', contactPointId: 'p1' } as const;
    const customerOf = (conversationId: string) => ({ c1: 'p1', c2: 'p2' })[conversationId];
    expect(isTouched(keys.consentEvents('c1'), hint, customerOf)).toBe(true);
    expect(isTouched(keys.consentEvents('c2'), hint, customerOf)).toBe(false);
    expect(isTouched(keys.sendable({ conversationId: 'c2' }), hint, customerOf)).toBe(false);
    // Whose a conversation is may not be known yet.
    expect(isTouched(keys.consentEvents('c3'), hint, customerOf)).toBe(true);
    expect(isTouched(keys.record('contact', 'r1'), hint, customerOf)).toBe(true);
    expect(isTouched(keys.conversations({}), hint, customerOf)).toBe(false);
  });

  test('a number that stops, or sends again, touches what may be sent to everybody', () => {
    expect(isTouched(keys.sendable({ conversationId: 'c1' }), { topic: 'channel' })).toBe(true);
    expect(isTouched(keys.messages('c1'), { topic: 'channel' })).toBe(false);
  });

  test('a hint without a conversation touches every conversation', () => {
    expect(isTouched(keys.messages('c1'), { topic: 'message' })).toBe(true);
    expect(isTouched(keys.sendable({ conversationId: 'c1' }), { topic: 'settings' })).toBe(true);
  });

  test('who is signed in is no matter of hints', () => {
    expect(isTouched(keys.me(), { topic: 'settings' })).toBe(false);
  });
});

describe('hints that come faster than answers', () => {
  test('neither keep an answer from being shown, nor leave an old one standing', async () => {
    const client = new QueryClient();
    const answers: ((value: string) => void)[] = [];
    const observer = new QueryObserver(client, {
      queryKey: keys.sendable({ conversationId: 'c1' }),
      queryFn: () => new Promise<string>((resolve) => answers.push(resolve)),
      retry: false,
    });
    const seen: (string | undefined)[] = [];
    const stop = observer.subscribe(({ data }) => {
      if (data !== seen.at(-1)) seen.push(data);
    });
    const hint = { topic: 'conversation', conversationId: 'c1' } as const;
    const settled = () => new Promise((resolve) => setImmediate(resolve));
    for (let count = 0; count < 5; count += 1) applyHints(client, [hint]);
    expect(answers).toHaveLength(1);
    answers[0]?.('asked before the hints');
    await settled();
    expect(seen).toContain('asked before the hints');
    expect(answers).toHaveLength(2);
    answers[1]?.('asked after them');
    await settled();
    expect(seen.at(-1)).toBe('asked after them');
    expect(answers).toHaveLength(2);
    stop();
    client.clear();
  });
});
