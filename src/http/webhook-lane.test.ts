import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { APP_SECRET, createTestApp, type TestApp } from '../../test/app.ts';
import type { Delivery, Ingest } from '../actions/ingest.ts';
import { createIngest } from '../actions/ingest.ts';
import { inboxFigures } from '../db/inbox.ts';

/** Over real connections: `inject` goes by the route alone, and these are to be answered as the route would. */

const sign = (body: string): string =>
  `sha256=${createHmac('sha256', APP_SECRET).update(body).digest('hex')}`;
const BODY = JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: '1', changes: [{}] }] });

let test: TestApp | undefined;
afterEach(() => test?.close());

async function listening(ingest?: (made: Ingest) => Ingest): Promise<{ url: string; app: TestApp }> {
  const app = await createTestApp({
    ingest: ({ ctx }) => ingest?.(createIngest(ctx)) ?? createIngest(ctx),
  });
  test = app;
  const address = await app.app.listen({ host: '127.0.0.1', port: 0 });
  return { url: `${address}/webhooks/whatsapp`, app };
}

interface Sent {
  body: string;
  headers?: Record<string, string>;
}
const ODD: [string, Sent, number][] = [
  ['signed JSON', { body: BODY, headers: { 'x-hub-signature-256': sign(BODY) } }, 200],
  ['no signature', { body: BODY }, 401],
  ['another body’s', { body: BODY, headers: { 'x-hub-signature-256': sign('{}') } }, 401],
  ['signed text', { body: 'no json', headers: { 'x-hub-signature-256': sign('no json') } }, 400],
  ['nothing', { body: '' }, 401],
  [
    'a content type that is none',
    { body: BODY, headers: { 'x-hub-signature-256': sign(BODY), 'content-type': '???' } },
    200,
  ],
];

describe('a webhook beside the framework', () => {
  it('is answered as its route answers, whatever is odd about it', async () => {
    const { url, app } = await listening();
    for (const [what, { body, headers = {} }, status] of ODD) {
      const answer = await fetch(url, { method: 'POST', body, headers });
      const route = await app.app.inject({
        method: 'POST',
        url: '/webhooks/whatsapp',
        payload: body,
        headers,
      });
      expect([what, answer.status, await answer.text()]).toEqual([what, status, route.body]);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('content-type')).toBe(route.headers['content-type'] ?? null);
    }
    const tooMuch = 'x'.repeat(3 * 1024 * 1024 + 1);
    expect((await fetch(url, { method: 'POST', body: tooMuch })).status).toBe(413);
    const { values } = await app.ctx.metrics.webhooks.get();
    const counted = Object.fromEntries(values.map(({ labels, value }) => [labels.result, value]));
    // Each of them once here and once by its route.
    expect(counted).toEqual({ stored: 4, 'bad-signature': 6, 'invalid-json': 2, 'too-large': 1 });
    // What came twice is kept once: the JSON that says nothing, and what is no JSON.
    expect((await inboxFigures(app.ctx.database.db, app.ctx.clock())).unapplied).toBe(2);
  });

  it('comes in pieces, without a length, and by one connection after the other', async () => {
    const { url, app } = await listening();
    const { port } = new URL(url);
    const socket = connect({ host: '127.0.0.1', port: Number(port) });
    let got = '';
    socket.setEncoding('latin1').on('data', (part: string) => {
      got += part;
    });
    const head = `POST /webhooks/whatsapp HTTP/1.1\r\nhost: x\r\nx-hub-signature-256: ${sign(BODY)}\r\n`;
    const chunked = `transfer-encoding: chunked\r\n\r\n${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`;
    socket.write(`${head}content-length: ${BODY.length}\r\n\r\n${BODY.slice(0, 10)}`);
    await app.app.inject({ url: '/healthz' });
    socket.write(BODY.slice(10));
    socket.write(head + chunked);
    await expect.poll(() => got.match(/HTTP\/1\.1 200/g)?.length).toBe(2);
    socket.destroy();
  });

  it('is tried once where it cannot be stored, and answered by the route', async () => {
    const tried: Delivery[] = [];
    const { url } = await listening(() => ({
      submit: (delivery) => {
        tried.push(delivery);
        return Promise.reject(new Error('disk full at /var/lib/secret'));
      },
    }));
    const headers = { 'x-hub-signature-256': sign(BODY) };
    const answer = await fetch(url, { method: 'POST', body: BODY, headers });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await answer.json()).toMatchObject({ code: 'not-stored' });
    expect(tried).toHaveLength(1);
  });
});
