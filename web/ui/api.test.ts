import { afterEach, describe, expect, test, vi } from 'vitest';
import { ApiProblem, answerOf, api, withQuery } from './api.ts';

afterEach(() => vi.unstubAllGlobals());

const promised = answerOf<{ id: string }>();
const answer = (status: number, body: string) => () => Promise.resolve(new Response(body, { status }));

/** An answer whose connection breaks after the first bytes. */
function cutOff(status: number): Response {
  const body = new ReadableStream({
    start(stream) {
      stream.enqueue(new TextEncoder().encode('{"id":'));
    },
    pull(stream) {
      stream.error(new TypeError('network error'));
    },
  });
  return new Response(body, { status });
}

async function problemFrom(fetched: () => Promise<Response>): Promise<ApiProblem> {
  vi.stubGlobal('fetch', fetched);
  const caught: unknown = await api.get('/api/thing', promised).catch((error: unknown) => error);
  if (!(caught instanceof ApiProblem)) throw new Error('an ApiProblem was expected');
  return caught;
}

describe('what a page learns from the server', () => {
  test('an answer arrives as the server wrote it', async () => {
    vi.stubGlobal('fetch', answer(200, '{"id":"1","new":true}'));
    expect(await api.get('/api/thing', promised)).toEqual({ id: '1', new: true });
  });

  test('a refusal keeps its code, its sentence and every problem', async () => {
    const problem = await problemFrom(
      answer(
        422,
        JSON.stringify({
          type: 'about:blank',
          title: 'Not saved',
          status: 422,
          detail: 'Two things are missing.',
          code: 'invalid',
          problems: [
            { code: 'a', message: 'One.', path: 'name' },
            { code: 'b', message: 'Two.', severity: 'warning' },
          ],
        }),
      ),
    );
    expect(problem).toMatchObject({ status: 422, code: 'invalid', detail: 'Two things are missing.' });
    expect(problem.problems.map(({ code }) => code)).toEqual(['a', 'b']);
  });

  test('a proxy’s error page, a connection refused and a page with status 200 are told as problems too', async () => {
    expect(await problemFrom(answer(502, '<h1>Bad gateway</h1>'))).toMatchObject({
      status: 502,
      code: 'unexpected-answer',
    });
    expect(await problemFrom(() => Promise.reject(new TypeError('failed')))).toMatchObject({
      code: 'network',
    });
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    expect(await problemFrom(answer(200, '<h1>Sign in to this network</h1>'))).toMatchObject({
      code: 'unexpected-answer',
    });
  });

  test('an answer cut off in the middle is the network’s fault, whatever its status', async () => {
    for (const status of [200, 503]) {
      expect(await problemFrom(() => Promise.resolve(cutOff(status)))).toMatchObject({
        status,
        code: 'network',
      });
    }
  });

  test('a page that was left learns nothing, wherever the answer was', async () => {
    const left = new AbortController();
    vi.stubGlobal('fetch', () => {
      left.abort();
      return Promise.resolve(cutOff(200));
    });
    const caught: unknown = await api
      .get('/api/thing', promised, { signal: left.signal })
      .catch((error: unknown) => error);
    expect(caught).not.toBeInstanceOf(ApiProblem);
  });
});

test('empty parameters are left out of an address', () => {
  expect(withQuery('/api/records', { search: 'a&b', cursor: '', consent: undefined, limit: 10 })).toBe(
    '/api/records?search=a%26b&limit=10',
  );
  expect(withQuery('/api/records', {})).toBe('/api/records');
});
