import { describe, expect, it } from 'vitest';
import { splitLinks } from './links.ts';

describe('splitLinks', () => {
  it.each([
    ['no address at all', [{ text: 'no address at all' }]],
    [
      'see https://example.com/a?b=1.',
      [
        { text: 'see ' },
        { text: 'https://example.com/a?b=1', href: 'https://example.com/a?b=1' },
        { text: '.' },
      ],
    ],
    ['HTTP://EXAMPLE.COM', [{ text: 'HTTP://EXAMPLE.COM', href: 'http://example.com/' }]],
    ['javascript:alert(1)', [{ text: 'javascript:alert(1)' }]],
    ['data:text/html,<b>x</b>', [{ text: 'data:text/html,<b>x</b>' }]],
    ['https://bank.example@evil.example/', [{ text: 'https://bank.example@evil.example/' }]],
    ['https://', [{ text: 'https://' }]],
  ])('%s', (text, runs) => {
    expect(splitLinks(text)).toEqual(runs);
  });

  it('loses nothing of the text', () => {
    const text = 'a (https://one.example/x), b https://two.example؟ ערב http://three.example/é';
    expect(
      splitLinks(text)
        .map((run) => run.text)
        .join(''),
    ).toBe(text);
  });
});
