import { QueryClient } from '@tanstack/react-query';
import { afterEach, expect, test, vi } from 'vitest';
import { opening } from '../ui/opening.ts';
import { consentEventsQuery, conversationQuery, sendableQuery, traceQuery } from './chat-queries.ts';

afterEach(() => vi.unstubAllGlobals());

test('what may be sent in another language, or to a record, is never taken from what the chat shows', async () => {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (path: string) => {
    asked.push(path);
    const part = path.startsWith('/api/sendable') ? { phone: path } : { items: [], nextCursor: null };
    const all = { conversation: {}, events: part, trace: part, sendable: { phone: 'of the chat' } };
    return new Response(JSON.stringify(path.endsWith('/opening') ? all : part), { status: 200 });
  });
  const client = new QueryClient();
  const to = { conversationId: 'c1' };
  const record = { recordType: 'contact', recordId: 'r1' };
  const queries = [sendableQuery(to), sendableQuery(to, 'es'), sendableQuery(record)];
  opening('c1', () => {
    void client.prefetchQuery(conversationQuery('c1'));
    void client.prefetchQuery(consentEventsQuery('c1'));
    void client.prefetchInfiniteQuery(traceQuery('c1'));
    for (const query of queries) void client.prefetchQuery(query);
  });
  await vi.waitFor(() => expect(client.isFetching()).toBe(0));
  expect(asked.toSorted()).toEqual([
    '/api/conversations/c1/opening',
    '/api/sendable?conversationId=c1&language=es',
    '/api/sendable?recordType=contact&recordId=r1',
  ]);
  expect(queries.map((query) => client.getQueryData(query.queryKey)?.phone)).toEqual([
    'of the chat',
    '/api/sendable?conversationId=c1&language=es',
    '/api/sendable?recordType=contact&recordId=r1',
  ]);
  client.clear();
});
