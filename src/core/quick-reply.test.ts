import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fillQuickReply,
  matchingReplies,
  quickReplyValues,
  slashWordAt,
  unknownVariables,
} from './quick-reply.ts';

describe('fillQuickReply', () => {
  const values = quickReplyValues('Ana María López', 'Maria');

  it('fills what it knows, and leaves the rest to be seen', () => {
    expect(fillQuickReply('Hello {name}, {Firstname}! {agent} here. {order}', values)).toBe(
      'Hello Ana María López, Ana! Maria here. {order}',
    );
  });

  it('greets nobody by a number', () => {
    expect(fillQuickReply('Hello {name}', quickReplyValues('+1 202-555-0177', 'Maria'))).toBe('Hello {name}');
  });

  it('takes a name as it is, whatever it holds', () => {
    expect(fillQuickReply('{name}', quickReplyValues('$& {agent} Ana', 'Maria'))).toBe('$& {agent} Ana');
  });

  it('names the variables that nothing fills, once', () => {
    expect(unknownVariables('{name} {NAME} {order} {order} {}')).toEqual(['order']);
  });
});

describe('slashWordAt', () => {
  it.each([
    ['/', 1, { typed: '', from: 0, to: 1 }],
    ['/hel', 4, { typed: 'hel', from: 0, to: 4 }],
    ['Hi /thanks-a now', 7, { typed: 'tha', from: 3, to: 12 }],
    ['line\n/مرحبا', 11, { typed: 'مرحبا', from: 5, to: 11 }],
    ['and/or', 6, null],
    ['https://x', 9, null],
    ['/hello there', 12, null],
    ['hello', 5, null],
  ])('%j with the caret at %d', (text, caret, expected) => {
    expect(slashWordAt(text, caret)).toEqual(expected);
  });

  it('always names the slash and the word after it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('/', 'a', ' ', '-', '\n', '😀') }),
        fc.nat(40),
        (text, at) => {
          const word = slashWordAt(text, Math.min(at, text.length));
          if (word === null) return;
          expect(text.slice(word.from, word.to).startsWith(`/${word.typed}`)).toBe(true);
          expect(/\s/.test(text.slice(word.from, word.to))).toBe(false);
        },
      ),
    );
  });
});

it('puts replies first whose name begins as typed, and finds words of the text without accents', () => {
  const reply = (shortcut: string, text = '') => ({ shortcut, text });
  const replies = [reply('delivery', 'Envío en 2 días'), reply('re-envio'), reply('envio-gratis')];
  expect(matchingReplies(replies, 'envio').map(({ shortcut }) => shortcut)).toEqual([
    'envio-gratis',
    're-envio',
    'delivery',
  ]);
  expect(matchingReplies(replies, '')).toHaveLength(3);
  expect(matchingReplies(replies, 'nothing')).toEqual([]);
});
