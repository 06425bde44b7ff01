import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { answerOf, api } from '../ui/api.ts';
import { opening, openingOf, partOf } from './opening.ts';

const asked: string[] = [];
let answers: (path: string) => Response | Promise<Response>;
const whole = { conversation: 'c', messages: 'm', events: 'e', trace: 't', sendable: 's' };
const json = (body: unknown): Response => new Response(JSON.stringify(body), { status: 200 });

beforeEach(() => {
  asked.length = 0;
  answers = (path) => (path.endsWith('/opening') ? json(whole) : json({ alone: path }));
  vi.stubGlobal('fetch', async (path: string) => {
    asked.push(path);
    return answers(path);
  });
});
afterEach(() => vi.unstubAllGlobals());

const part = (name: keyof typeof whole): Promise<unknown> =>
  partOf<never>(name as never, () => api.get(`/${name}`, answerOf<never>()));

describe('the parts of a chat', () => {
  test('that are asked for together come in one answer', async () => {
    const parts: Promise<unknown>[] = [];
    opening('c 1', () => void parts.push(part('messages'), part('sendable')));
    expect(await Promise.all(parts)).toEqual(['m', 's']);
    expect(asked).toEqual(['/api/conversations/c%201/opening']);
  });

  test('one by itself is asked for by itself, and so is what is asked later', async () => {
    const parts: Promise<unknown>[] = [];
    opening('c1', () => void parts.push(part('messages')));
    expect(await Promise.all(parts)).toEqual([{ alone: '/messages' }]);
    opening('c1', () => void parts.push(part('messages'), part('trace')));
    expect(await part('sendable')).toEqual({ alone: '/sendable' });
    expect(asked).toEqual(['/messages', '/api/conversations/c1/opening', '/sendable']);
  });

  test('where the one answer is refused, each says by itself what is wrong', async () => {
    answers = (path) => (path === '/trace' ? json({ alone: path }) : new Response('{}', { status: 404 }));
    const parts: Promise<unknown>[] = [];
    opening('c1', () => void parts.push(part('messages'), part('trace')));
    await expect(parts[0]).rejects.toMatchObject({ status: 404 });
    expect(await parts[1]).toEqual({ alone: '/trace' });
  });

  test('that are under way can be waited for, answered or not', async () => {
    expect(openingOf('c1')).toBe(null);
    answers = () => new Response('{}', { status: 500 });
    const parts: Promise<unknown>[] = [];
    opening('c1', () => void parts.push(part('messages'), part('trace')));
    await openingOf('c1');
    expect(openingOf('c1')).toBe(null);
    await Promise.allSettled(parts);
  });

  test('a mistake in who asks keeps nobody from asking by himself', async () => {
    expect(() =>
      opening('c1', () => {
        throw new Error('a mistake');
      }),
    ).toThrow('a mistake');
    expect(await part('messages')).toEqual({ alone: '/messages' });
  });
});
