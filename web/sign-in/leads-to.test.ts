import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leadsTo } from './leads-to.ts';

describe('where a sign-in leads', () => {
  it.each([
    [undefined, '/'],
    ['', '/'],
    ['/chats/7', '/chats/7'],
    ['/records?consent=denied#top', '/records?consent=denied#top'],
    ['//evil.example', '/'],
    ['/.//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['/\t/evil.example', '/'],
    ['https://evil.example/', '/'],
    ['javascript:alert(1)', '/'],
    ['chats', '/'],
    ['/sign-in?next=/chats', '/'],
    ['/welcome-in?token=1', '/'],
    ['/api/records.csv', '/'],
  ])('%j: %s', (next, place) => {
    expect(leadsTo(next)).toBe(place);
  });

  it('never leaves this origin', () => {
    const nasty = fc.string({
      unit: fc.constantFrom('/', '\\', ':', '.', '@', '\t', '\n', 'a', '#', '?', '%'),
    });
    fc.assert(
      fc.property(nasty, (text) => {
        expect(new URL(leadsTo(`/${text}`), 'https://desk.example').origin).toBe('https://desk.example');
      }),
    );
  });
});
