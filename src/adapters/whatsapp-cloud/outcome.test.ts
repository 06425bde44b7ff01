import { describe, expect, it } from 'vitest';
import { outcomeOfFailure } from './outcome.ts';

const now = 1795000000_000;

/** What `fetch` throws when the network failed. */
function fetchFailed(cause: object): TypeError {
  return new TypeError('fetch failed', { cause });
}
const systemError = (parts: object) => Object.assign(new Error('failed'), parts);

describe('a send without an answer', () => {
  it.each<[string, object]>([
    ['the connection was refused', systemError({ code: 'ECONNREFUSED', syscall: 'connect' })],
    ['the name does not exist', systemError({ code: 'ENOTFOUND', syscall: 'getaddrinfo' })],
    ['names cannot be looked up now', systemError({ code: 'EAI_AGAIN', syscall: 'getaddrinfo' })],
    ['connecting took too long', systemError({ code: 'UND_ERR_CONNECT_TIMEOUT' })],
    ['there is no route', systemError({ code: 'EHOSTUNREACH', syscall: 'connect' })],
    [
      'every address of the name refused',
      Object.assign(
        new AggregateError([
          systemError({ code: 'ECONNREFUSED', syscall: 'connect' }),
          systemError({ code: 'ENETUNREACH', syscall: 'connect' }),
        ]),
        { code: 'ECONNREFUSED' },
      ),
    ],
  ])('may be tried again when %s', (_, cause) => {
    expect(outcomeOfFailure(fetchFailed(cause), now)).toEqual({
      kind: 'throttled',
      scope: 'connection',
      until: now + 5000,
    });
  });

  it.each<[string, unknown]>([
    ['the connection was reset', fetchFailed(systemError({ code: 'ECONNRESET', syscall: 'read' }))],
    ['the other side closed', fetchFailed(systemError({ code: 'UND_ERR_SOCKET' }))],
    ['the route was lost later', fetchFailed(systemError({ code: 'EHOSTUNREACH', syscall: 'read' }))],
    ['the answer was too long in coming', fetchFailed(systemError({ code: 'UND_ERR_HEADERS_TIMEOUT' }))],
    ['writing failed', fetchFailed(systemError({ code: 'EPIPE', syscall: 'write' }))],
    [
      'one of several addresses may have been reached',
      fetchFailed(
        Object.assign(
          new AggregateError([
            systemError({ code: 'ECONNREFUSED', syscall: 'connect' }),
            systemError({ code: 'ECONNRESET', syscall: 'read' }),
          ]),
          { code: 'ECONNREFUSED' },
        ),
      ),
    ],
    ['our time ran out', new DOMException('timed out', 'TimeoutError')],
    ['something else was thrown', 'nonsense'],
    ['nothing is known', fetchFailed({})],
  ])('is unconfirmed when %s', (_, error) => {
    expect(outcomeOfFailure(error, now)).toMatchObject({ kind: 'unconfirmed' });
  });
});
