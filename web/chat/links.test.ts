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

it('says where an address really leads when it could pass for another', () => {
  expect(splitLinks('https://аpple.com/login')).toEqual([
    { text: 'https://аpple.com/login', href: 'https://xn--pple-43d.com/login', host: 'xn--pple-43d.com' },
  ]);
  expect(splitLinks('https://example.com/p')[0]?.host).toBeUndefined();
  expect(splitLinks('https://exa\u202Emple.com')[0]).toMatchObject({ href: 'https://example.com/' });
});

it('links an address that begins with www, and keeps brackets that belong to it', () => {
  expect(splitLinks('see www.example.com, ok')).toEqual([
    { text: 'see ' },
    { text: 'www.example.com', href: 'https://www.example.com/' },
    { text: ', ok' },
  ]);
  expect(splitLinks('(https://en.wikipedia.org/wiki/Assent_(law))')[1]?.text).toBe(
    'https://en.wikipedia.org/wiki/Assent_(law)',
  );
  expect(splitLinks('mail me@www.example.com')).toEqual([{ text: 'mail me@www.example.com' }]);
});
