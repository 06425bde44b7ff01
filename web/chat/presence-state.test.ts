import { describe, expect, it } from 'vitest';
import type { LiveHint } from '../../src/http/schemas/administration.ts';
import { FADES_AFTER, faded, heard, type Presence, presentIn } from './presence-state.ts';

const hint = (conversationId: string, name: string, state: 'viewing' | 'typing' | 'left'): LiveHint => ({
  topic: 'presence',
  conversationId,
  presence: { person: { id: name.toLowerCase(), name }, state, at: '2026-03-01T10:00:00.000Z' },
});
const empty: Presence = new Map();
const names = (presence: Presence, id = 'c1') =>
  presentIn(presence, id).map(({ name, typing }) => (typing ? `${name} types` : name));

describe('who is in a conversation', () => {
  it('is who told so, those who type first, and never oneself', () => {
    const hints = [hint('c1', 'Ann', 'viewing'), hint('c1', 'Maria', 'typing'), hint('c1', 'Me', 'typing')];
    expect(names(heard(empty, hints, 'me', 0))).toEqual(['Maria types', 'Ann']);
  });

  it('follows what each says last, in each conversation by itself', () => {
    const first = heard(empty, [hint('c1', 'Maria', 'viewing'), hint('c2', 'Maria', 'viewing')], 'me', 0);
    const typing = heard(first, [hint('c1', 'Maria', 'typing')], 'me', 1);
    expect(names(typing)).toEqual(['Maria types']);
    const left = heard(typing, [hint('c1', 'Maria', 'left')], 'me', 2);
    expect(names(left)).toEqual([]);
    expect(names(left, 'c2')).toEqual(['Maria']);
  });

  it('fades without a word, and a word keeps it', () => {
    const first = heard(empty, [hint('c1', 'Maria', 'typing'), hint('c1', 'Ann', 'viewing')], 'me', 0);
    const again = heard(first, [hint('c1', 'Ann', 'viewing')], 'me', FADES_AFTER - 1);
    expect(faded(again, FADES_AFTER - 1)).toBe(again);
    expect(names(faded(again, FADES_AFTER))).toEqual(['Ann']);
    expect(names(faded(again, 2 * FADES_AFTER))).toEqual([]);
  });

  it('is not touched by hints about other things', () => {
    const first = heard(empty, [hint('c1', 'Maria', 'typing')], 'me', 0);
    expect(heard(first, [{ topic: 'conversation', conversationId: 'c1' }], 'me', 5)).toBe(first);
  });
});
