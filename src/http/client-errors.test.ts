import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestApp, type TestApp } from '../../test/app.ts';
import { Problem } from './schemas/common.ts';

let test: TestApp;
let port: number;
beforeAll(async () => {
  test = await createTestApp();
  port = Number(new URL(await test.app.listen({ port: 0, host: '127.0.0.1' })).port);
});
afterAll(() => test.close());

/** Everything the server writes until it closes the connection. */
const said = (bytes: string): Promise<string> =>
  new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (part) => {
      text += part.toString();
    });
    // What closes a connection on bytes not yet read is a reset.
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });

it.each([
  [
    'an address of 20 KB',
    `GET /api/me?a=${'a'.repeat(20_000)} HTTP/1.1\r\nhost: a\r\n\r\n`,
    431,
    'too-large',
  ],
  ['what is no HTTP', 'nonsense\r\n\r\n', 400, 'invalid-request'],
])('%s is answered with a problem', async (_what, bytes, status, code) => {
  const [head = '', body = ''] = (await said(bytes)).split('\r\n\r\n');
  expect(head).toContain(`HTTP/1.1 ${status} `);
  expect(head).toContain('content-type: application/problem+json');
  expect(Problem.parse(JSON.parse(body))).toMatchObject({ status, code });
});
