import { expect, test } from 'vitest';
import { createEventParser } from './event-stream.ts';

const WHOLE =
  'retry: 2000\nevent: hello\ndata: {}\n\n: \n\nevent: hint\ndata: {"topic":"message"}\n\ndata: a\r\ndata: b\r\n\r\n';

test.each([1, 2, 3, 7, 1000])('events are read whole from pieces of %i characters', (size) => {
  const heard: [string, string][] = [];
  const parse = createEventParser((name, data) => heard.push([name, data]));
  for (let at = 0; at < WHOLE.length; at += size) parse(WHOLE.slice(at, at + size));
  expect(heard).toEqual([
    ['hello', '{}'],
    ['hint', '{"topic":"message"}'],
    ['message', 'a\nb'],
  ]);
});
