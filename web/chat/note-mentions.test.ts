import { describe, expect, it } from 'vitest';
import { matching, mentionAt, mentionsIn, withMention } from './note-mentions.ts';

/** `|` is the caret. */
const at = (marked: string) => {
  const caret = marked.indexOf('|');
  return mentionAt(marked.replace('|', ''), caret);
};

describe('a mention that is being typed', () => {
  it.each([
    { marked: '@|', mention: { start: 0, query: '' } },
    { marked: 'ask @mar| about it', mention: { start: 4, query: 'mar' } },
    { marked: 'ask @Maria Lo|', mention: { start: 4, query: 'Maria Lo' } },
    { marked: '(@åsa|)', mention: { start: 1, query: 'åsa' } },
    { marked: 'ana@example|', mention: null },
    { marked: '@maria and then much more|', mention: null },
    { marked: '@ |', mention: null },
    { marked: '@maria\n|', mention: null },
    { marked: 'nothing|', mention: null },
    { marked: '|@maria', mention: null },
  ])('$marked', ({ marked, mention }) => {
    expect(at(marked)).toEqual(mention);
  });

  it('finds people by any word of their name, without accents, the first word first', () => {
    const people = ['Lars Maria', 'María López', 'Åsa Berg', 'Tomás'].map((name) => ({ name }));
    expect(matching(people, 'mar').map(({ name }) => name)).toEqual(['María López', 'Lars Maria']);
    expect(matching(people, 'asa').map(({ name }) => name)).toEqual(['Åsa Berg']);
    expect(matching(people, 'lopez')).toHaveLength(1);
    expect(matching(people, 'zz')).toEqual([]);
    expect(matching(people, '')).toHaveLength(4);
  });

  it('is written out where it was begun', () => {
    expect(withMention('ask @mar about it', { start: 4, query: 'mar' }, 'Maria López')).toEqual({
      text: 'ask @Maria López about it',
      caret: 17,
    });
    expect(withMention('@m', { start: 0, query: 'm' }, 'Maria')).toEqual({ text: '@Maria ', caret: 7 });
  });

  it('counts only while it stands in the text, once', () => {
    const picked = [
      { id: '1', name: 'Maria' },
      { id: '2', name: 'Ben' },
      { id: '1', name: 'Maria' },
    ];
    expect(mentionsIn('@Maria see this, @Maria', picked)).toEqual(['1']);
    expect(mentionsIn('nobody', picked)).toEqual([]);
  });
});
