import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { answerOf, api } from './api.ts';
import { opening, openingOf, partOf } from './opening.ts';
import { applyHints, keys } from './queries.ts';

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
    opening('c 1', () => void parts.push(part('messages'), part('trace'), part('sendable')));
    expect(await Promise.all(parts)).toEqual(['m', 't', 's']);
    expect(asked).toEqual(['/api/conversations/c%201/opening']);
  });

  test('one or two are asked for by themselves, and so is what is asked later', async () => {
    const parts: Promise<unknown>[] = [];
    opening('c1', () => void parts.push(part('messages'), part('events')));
    expect(await Promise.all(parts)).toEqual([{ alone: '/messages' }, { alone: '/events' }]);
    opening('c1', () => void parts.push(part('messages'), part('trace'), part('events')));
    expect(await part('sendable')).toEqual({ alone: '/sendable' });
    expect(asked).toEqual(['/messages', '/events', '/api/conversations/c1/opening', '/sendable']);
  });

  test('where the one answer is refused, each says by itself what is wrong', async () => {
    answers = (path) => (path === '/trace' ? json({ alone: path }) : new Response('{}', { status: 404 }));
    const parts: Promise<unknown>[] = [];
    opening('c1', () => void parts.push(part('messages'), part('trace'), part('events')));
    expect(await Promise.allSettled(parts)).toMatchObject([
      { status: 'rejected', reason: { status: 404 } },
      { status: 'fulfilled', value: { alone: '/trace' } },
      { status: 'rejected', reason: { status: 404 } },
    ]);
  });

  test('that are under way can be waited for, answered or not', async () => {
    expect(openingOf('c1')).toBe(null);
    answers = () => new Response('{}', { status: 500 });
    const parts: Promise<unknown>[] = [];
    opening('c1', () => void parts.push(part('messages'), part('trace'), part('events')));
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

  test('a hint asks for those that are shown in one question, and for those of another chat not at all', async () => {
    const client = new QueryClient();
    const watch = (queryKey: readonly unknown[], name: keyof typeof whole) =>
      new QueryObserver(client, { queryKey, queryFn: () => part(name), retry: false }).subscribe(() => {});
    const stops = [
      watch(keys.messages('c1'), 'messages'),
      watch(keys.conversation('c1'), 'conversation'),
      watch(keys.sendable({ conversationId: 'c1' }), 'sendable'),
      watch(keys.messages('c2'), 'messages'),
    ];
    await vi.waitFor(() => expect(client.isFetching()).toBe(0));
    asked.length = 0;
    applyHints(client, [{ topic: 'message', conversationId: 'c1' }]);
    await vi.waitFor(() => expect(client.isFetching()).toBe(0));
    expect(asked).toEqual(['/api/conversations/c1/opening']);
    expect(client.getQueryData(keys.messages('c1'))).toBe('m');
    for (const stop of stops) stop();
    client.clear();
  });
});
