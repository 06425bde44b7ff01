import { expect, test } from 'vitest';
import { parseJson } from './json.ts';

test.each([
  [String.raw`{"a": ["x\u0000y", {"b": "\ud83d"}]}`, { a: ['xy', { b: '\ufffd' }] }],
  [String.raw`{"a": "\ud83d\ude42", "b": "\\u0000", "c": 1}`, { a: '🙂', b: String.raw`\u0000`, c: 1 }],
  ['{"a": null}', { a: null }],
])('%s is read as PostgreSQL can keep it', (text, value) => {
  expect(parseJson(text)).toEqual(value);
});

test.each(['', '{', String.raw`{"a": "\u0000"`])('“%s” is no JSON', (text) => {
  expect(() => parseJson(text)).toThrow(SyntaxError);
});
