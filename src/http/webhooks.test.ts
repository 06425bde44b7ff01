import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { APP_SECRET, createTestApp, type TestApp, VERIFY_TOKEN } from '../../test/app.ts';
import type { Delivery } from '../actions/ingest.ts';
import { inboxFigures } from '../db/inbox.ts';
import { readSetting } from '../db/organisation.ts';

const URL_ = '/webhooks/whatsapp';
const sign = (body: string | Buffer, secret = APP_SECRET): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

/** One text message as Meta sends it; `id` makes it another one. */
function payload(id: string, text = 'hello'): string {
  return JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [
      {
        id: '100200300400500',
        changes: [
          {
            field: 'messages',
            value: {
              messaging_product: 'whatsapp',
              metadata: { display_phone_number: '12025550100', phone_number_id: '200300400500600' },
              contacts: [{ profile: { name: 'Ann' }, wa_id: '12025550147' }],
              messages: [
                { from: '12025550147', id, timestamp: '1778587200', type: 'text', text: { body: text } },
              ],
            },
          },
        ],
      },
    ],
  });
}

let test: TestApp;
beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());

let lastAddress = 0;
function from(): { remoteAddress: string } {
  lastAddress += 1;
  return { remoteAddress: `10.1.0.${lastAddress}` };
}

async function post(
  body: string | Buffer,
  headers: Record<string, string> = { 'x-hub-signature-256': sign(body) },
  app = test,
) {
  return app.app.inject({
    method: 'POST',
    url: URL_,
    headers: { 'content-type': 'application/json', ...headers },
    payload: body,
    ...from(),
  });
}

async function webhookCount(result: string): Promise<number> {
  const { values } = await test.ctx.metrics.webhooks.get();
  return values.find((value) => value.labels.result === result)?.value ?? 0;
}

const stored = (app = test) => inboxFigures(app.ctx.database.db, app.ctx.clock());

describe('ING-1: only what Meta signed is taken', () => {
  it.each<[string, Record<string, string>]>([
    ['no signature', {}],
    ['an empty one', { 'x-hub-signature-256': '' }],
    ['another body’s', { 'x-hub-signature-256': sign('{}') }],
    ['another secret’s', { 'x-hub-signature-256': sign(payload('a'), 'other') }],
    ['an empty secret’s', { 'x-hub-signature-256': sign(payload('a'), '') }],
    ['the old SHA-1 header', { 'x-hub-signature': sign(payload('a')) }],
    ['the digest without its prefix', { 'x-hub-signature-256': sign(payload('a')).slice('sha256='.length) }],
    ['a key of ours instead', { authorization: 'Bearer a-key-for-tests-that-is-long-enough' }],
  ])('%s is 401', async (_what, headers) => {
    const before = await stored();
    const bad = await webhookCount('bad-signature');
    const answer = await post(payload('a'), headers);
    expect([answer.statusCode, answer.json().code]).toEqual([401, 'bad-signature']);
    expect(await stored()).toEqual(before);
    expect(await webhookCount('bad-signature')).toBe(bad + 1);
  });

  it('a secret being changed: both are good, any other is not', async () => {
    const rotating = await createTestApp({ context: test, env: { WHATSAPP_APP_SECRET: 'new,old' } });
    const body = payload('rotated');
    const outcomes = [];
    for (const secret of ['new', 'old', APP_SECRET, 'new,old'])
      outcomes.push((await post(body, { 'x-hub-signature-256': sign(body, secret) }, rotating)).statusCode);
    expect(outcomes).toEqual([200, 200, 401, 401]);
    await rotating.close();
  });

  it('signs bytes: the same document written otherwise is another', async () => {
    const escaped = payload('bytes', 'Olá').replace('á', '\\u00e1');
    expect((await post(escaped)).statusCode).toBe(200);
    const written = JSON.stringify(JSON.parse(escaped));
    expect((await post(written, { 'x-hub-signature-256': sign(escaped) })).statusCode).toBe(401);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/octet-stream', 'nonsense', ''])(
    'the bytes are read whatever the content type %j',
    async (type) => {
      const body = payload(`type-${type}`);
      const headers = { 'content-type': type, 'x-hub-signature-256': sign(body) };
      expect((await post(body, headers)).statusCode).toBe(200);
    },
  );

  it('the bytes are read without any content type', async () => {
    const body = payload('untyped');
    const own = await createTestApp({ context: test });
    const address = await own.app.listen({ port: 0, host: '127.0.0.1' });
    const answer = await fetch(`${address}${URL_}`, {
      method: 'POST',
      headers: { 'x-hub-signature-256': sign(body) },
      body: Buffer.from(body),
    });
    expect(answer.status).toBe(200);
    await own.close();
  });

  it('an address that keeps sending bad signatures is held off; good ones from there still pass', async () => {
    const address = from();
    const send = (body: string, signature: string) =>
      test.app.inject({
        method: 'POST',
        url: URL_,
        headers: { 'content-type': 'application/json', 'x-hub-signature-256': signature },
        payload: body,
        ...address,
      });
    for (let n = 0; n < 60; n += 1) expect((await send('{}', 'sha256=00')).statusCode).toBe(401);
    const refused = await send('{}', 'sha256=00');
    expect([refused.statusCode, refused.json().code]).toEqual([429, 'too-many-requests']);
    for (let n = 0; n < 100; n += 1) {
      const body = payload(`busy-${n}`);
      expect((await send(body, sign(body))).statusCode).toBe(200);
    }
  });
});

describe('ING-2: the handshake needs no signature, just the verify token', () => {
  const ask = (query: Record<string, string>) => test.app.inject({ url: URL_, query, ...from() });
  const good = { 'hub.mode': 'subscribe', 'hub.verify_token': VERIFY_TOKEN, 'hub.challenge': '1158201444' };

  it('answers the challenge alone, as text', async () => {
    const answer = await ask(good);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(answer.body).toBe('1158201444');
  });

  it('does not let a challenge become a page', async () => {
    const answer = await ask({ ...good, 'hub.challenge': '<script>alert(1)</script>' });
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
  });

  it.each<[string, Record<string, string>]>([
    ['a wrong token', { ...good, 'hub.verify_token': 'wrong' }],
    ['an empty token', { ...good, 'hub.verify_token': '' }],
    ['the start of the token', { ...good, 'hub.verify_token': VERIFY_TOKEN.slice(0, -1) }],
    ['another mode', { ...good, 'hub.mode': 'unsubscribe' }],
    ['no challenge', { 'hub.mode': 'subscribe', 'hub.verify_token': VERIFY_TOKEN }],
    ['nothing', {}],
  ])('refuses %s with 403', async (_what, query) => {
    const answer = await ask(query);
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'wrong-verify-token']);
  });
});

describe('ING-5: a 200 says "stored"; what is not stored is not acknowledged', () => {
  it('hands over every update with the body’s hash and the time of arrival, and answers when that is done', async () => {
    const taken: Delivery[] = [];
    let commit = () => {};
    const committed = new Promise<void>((resolve) => {
      commit = resolve;
    });
    const slow = await createTestApp({
      context: test,
      ingest: () => ({
        submit: (delivery) => {
          taken.push(delivery);
          return committed;
        },
      }),
    });
    const body = payload('slow');
    let answered = false;
    const answer = post(body, undefined, slow).then((one) => {
      answered = true;
      return one;
    });
    await expect.poll(() => taken.length).toBe(1);
    expect(answered).toBe(false);
    commit();
    expect((await answer).statusCode).toBe(200);
    expect(taken[0]).toMatchObject({
      bodySha256: createHash('sha256').update(body).digest('hex'),
      receivedAt: test.ctx.clock(),
      updates: [{ update: { kind: 'message' }, raw: { id: 'slow' } }],
    });
    await slow.close();
  });

  it('a store that fails is 503, so that Meta sends it again', async () => {
    const failing = await createTestApp({
      context: test,
      ingest: () => ({ submit: () => Promise.reject(new Error('disk full at /var/lib/secret')) }),
    });
    const answer = await post(payload('lost'), undefined, failing);
    expect([answer.statusCode, answer.json().code]).toEqual([503, 'not-stored']);
    expect(answer.headers['retry-after']).toBe('5');
    expect(answer.body).not.toContain('secret');
    await failing.close();
  });

  it('a database that is gone is 503, for JSON and for anything else', async () => {
    const lost = await createTestApp();
    await lost.ctx.database.close();
    expect((await post(payload('lost'), undefined, lost)).statusCode).toBe(503);
    expect((await post('no json', undefined, lost)).statusCode).toBe(503);
    await lost.app.close();
  });

  it.each([
    ['a cut body', payload('cut').slice(0, -20)],
    ['an empty body', ''],
    ['a form', 'entry=1'],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0x7b])],
  ])('%s, signed, is 400 and kept as it came', async (_what, body) => {
    const before = (await stored()).unapplied;
    const answer = await post(body);
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'invalid-json']);
    expect((await stored()).unapplied).toBe(before + 1);
    expect((await post(body)).statusCode).toBe(400);
    expect((await stored()).unapplied).toBe(before + 1);
  });

  it.each([
    ['JSON of another shape', '{"hello":"world"}'],
    ['a list', '[1,2,3]'],
    ['null', 'null'],
    ['a number', '42'],
  ])('%s is stored and acknowledged', async (_what, body) => {
    const before = (await stored()).unapplied;
    expect((await post(body)).statusCode).toBe(200);
    expect((await stored()).unapplied).toBe(before + 1);
  });

  it('nesting of a million levels is stored and acknowledged, and the server lives', async () => {
    const deep = `{"entry":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`;
    const before = (await stored()).unapplied;
    expect((await post(deep)).statusCode).toBe(200);
    expect((await stored()).unapplied).toBe(before + 1);
    expect(await readSetting(test.ctx.database.db, 'organisation')).toBeNull();
  });

  it('three megabytes are taken, one byte more is 413', async () => {
    const most = 3 * 1024 * 1024;
    const body = payload('big').padEnd(most, ' ');
    expect((await post(body)).statusCode).toBe(200);
    const answer = await post(`${body} `);
    expect([answer.statusCode, answer.json().code]).toEqual([413, 'too-large']);
  });

  it('three megabytes and more over a real socket are 413 as well', async () => {
    const own = await createTestApp({ context: test });
    const address = await own.app.listen({ port: 0, host: '127.0.0.1' });
    const answer = await fetch(`${address}${URL_}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.alloc(3 * 1024 * 1024 + 1, 'x'),
    });
    expect(answer.status).toBe(413);
    await own.close();
  });

  it('a message sent again is acknowledged again and stored once', async () => {
    const body = payload('twice');
    const counted = async () =>
      (await test.ctx.metrics.updates.get()).values.find((value) => value.labels.kind === 'message')?.value;
    expect((await post(body)).statusCode).toBe(200);
    const once = await counted();
    expect((await post(body)).statusCode).toBe(200);
    expect(await counted()).toBe(once);
  });
});

it('takes no webhooks of Dataverse where none are expected', async () => {
  const answer = await test.app.inject({ method: 'POST', url: '/webhooks/dataverse', payload: {} });
  expect([answer.statusCode, answer.json().code]).toEqual([501, 'not-available']);
});
