import { describe, expect, test } from 'vitest';
import { isTouched, keys } from './queries.ts';

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

  test('a hint without a conversation touches every conversation', () => {
    expect(isTouched(keys.messages('c1'), { topic: 'message' })).toBe(true);
    expect(isTouched(keys.sendable({ conversationId: 'c1' }), { topic: 'settings' })).toBe(true);
  });

  test('who is signed in is no matter of hints', () => {
    expect(isTouched(keys.me(), { topic: 'settings' })).toBe(false);
  });
});
