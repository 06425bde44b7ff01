import { expect, it } from 'vitest';
import { partsOf, type ReadyFile } from './use-send-draft.ts';

const to = { conversationId: 'c1' };
const file = (id: string, kind: ReadyFile['kind'] = 'image'): ReadyFile => ({ id, kind, mediaId: `m-${id}` });
const reply = { id: 'q1', direction: 'in' as const, kind: 'text' };
const bodies = (text: string, files: ReadyFile[], quoted: typeof reply | null = null) =>
  partsOf(to, { text, reply: quoted }, files).map(({ body }) => ({
    ...('mediaId' in body ? { mediaId: body.mediaId } : {}),
    ...(body.text === undefined ? {} : { text: body.text }),
    ...(body.replyTo === undefined ? {} : { replyTo: body.replyTo }),
  }));

it('sends files in their order, the text with the first that takes one, and quotes once', () => {
  expect(bodies(' Look ', [file('a', 'audio'), file('b'), file('c')], reply)).toEqual([
    { mediaId: 'm-a', replyTo: 'q1' },
    { mediaId: 'm-b', text: 'Look' },
    { mediaId: 'm-c' },
  ]);
});

it('sends the text after the files where none takes it, or it is too long for that', () => {
  expect(bodies('Listen', [file('a', 'audio')])).toEqual([{ mediaId: 'm-a' }, { text: 'Listen' }]);
  const long = 'x'.repeat(1025);
  expect(bodies(long, [file('a')])).toEqual([{ mediaId: 'm-a' }, { text: long }]);
});

it('makes one message of a text, and none of nothing', () => {
  expect(bodies('Hello', [], reply)).toEqual([{ text: 'Hello', replyTo: 'q1' }]);
  expect(bodies('  ', [])).toEqual([]);
});
