import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signatureOf } from '../../emulators/whatsapp-cloud/signature.ts';
import { createWhatsAppSecrets } from '../../src/actions/whatsapp-secrets.ts';
import { createWhatsAppCloud } from '../../src/adapters/whatsapp-cloud/client.ts';
import { ChannelSecretsOut } from '../../src/http/schemas/channel-secrets.ts';
import { APP_SECRET, createTestApp, type TestApp } from '../app.ts';

/** The number's secrets are changed while it runs: two app secrets at once, another access token, and none ever shown. */

const SECOND = 'a-second-app-secret-0123456789';
const TOKEN = 'EAAG-a-new-access-token-0123456789';

let test: TestApp;
let graph: Server;
const asked: (string | undefined)[] = [];
beforeAll(async () => {
  test = await createTestApp({ routes: 'api' });
  const { phoneNumberId, businessAccountId } = test.ctx.channel;
  // The one call that tries a token, as the Graph API answers it.
  graph = createServer((request, response) => {
    asked.push(request.headers.authorization);
    const good = request.headers.authorization === `Bearer ${TOKEN}`;
    response.writeHead(good ? 200 : 401, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify(
        good
          ? { id: phoneNumberId, display_phone_number: '+1 202 555 0100', status: 'CONNECTED' }
          : { error: { code: 190, message: 'Invalid OAuth access token.' } },
      ),
    );
  });
  await new Promise<void>((resolve) => graph.listen(0, '127.0.0.1', resolve));
  const { port } = graph.address() as AddressInfo;
  test.ctx.secrets.connect({
    make: (token) =>
      createWhatsAppCloud({
        apiUrl: `http://127.0.0.1:${port}`,
        apiVersion: 'v26.0',
        phoneNumberId,
        businessAccountId,
        accessToken: token ?? 'the-token-of-the-environment',
      }),
    use: (provider) => {
      test.ctx.provider = provider;
    },
  });
});
afterAll(async () => {
  await test.close();
  graph.close();
});

const api = async (method: 'GET' | 'PUT' | 'POST' | 'DELETE', url: string, payload?: object) => {
  const answer = await test.app.inject({
    method,
    url: `/api/channel${url}`,
    headers: test.key,
    ...(payload === undefined ? {} : { payload }),
  });
  return { status: answer.statusCode, text: answer.body, code: codeOf(answer.body) };
};
const codeOf = (text: string): unknown => JSON.parse(text).code;
const secrets = async () => ChannelSecretsOut.parse(JSON.parse((await api('GET', '/secrets')).text));
const webhook = async (secret: string): Promise<number> => {
  const payload = JSON.stringify({ object: 'whatsapp_business_account', entry: [] });
  const answer = await test.app.inject({
    method: 'POST',
    url: '/webhooks/whatsapp',
    payload,
    headers: { 'x-hub-signature-256': signatureOf(payload, secret) },
  });
  return answer.statusCode;
};

describe('app secrets', () => {
  it('are two at once, each with when it was last used, and the old one goes', async () => {
    expect(await webhook(SECOND)).toBe(401);
    expect((await api('POST', '/app-secrets', { appSecret: SECOND })).status).toBe(200);
    expect([await webhook(APP_SECRET), await webhook(SECOND)]).toEqual([200, 200]);

    await expect
      .poll(async () => (await secrets()).appSecrets.map((one) => one.lastUsedAt))
      .toEqual([expect.any(String), expect.any(String)]);
    const [environment, second] = (await secrets()).appSecrets;
    expect(environment).toMatchObject({ id: null, hint: APP_SECRET.slice(-4), createdBy: null });
    expect(second).toMatchObject({ hint: '6789', createdBy: 'API key' });

    expect((await api('POST', '/app-secrets', { appSecret: SECOND })).code).toBe('app-secret-known');
    expect((await api('POST', '/app-secrets', { appSecret: APP_SECRET })).code).toBe('app-secret-known');
    expect((await api('DELETE', `/app-secrets/${second?.id}`)).status).toBe(200);
    expect([await webhook(APP_SECRET), await webhook(SECOND)]).toEqual([200, 401]);
    expect((await api('DELETE', `/app-secrets/${second?.id}`)).status).toBe(404);
  });

  it('are heard of by another node', async () => {
    const other = createWhatsAppSecrets(test.ctx);
    await api('POST', '/app-secrets', { appSecret: SECOND });
    await other.reload();
    expect(other.appSecrets()).toEqual([SECOND]);
  });
});

describe('the access token', () => {
  it('is tried with WhatsApp before it counts', async () => {
    const refused = await api('PUT', '/access-token', { accessToken: 'a-token-that-nobody-gave' });
    expect([refused.status, refused.code]).toEqual([422, 'access-token-refused']);
    expect((await secrets()).accessToken.id).toBeNull();
  });

  it('takes the environment’s place at once, and gives it back', async () => {
    expect((await api('PUT', '/access-token', { accessToken: TOKEN })).status).toBe(200);
    await test.ctx.provider.number();
    expect(asked.at(-1)).toBe(`Bearer ${TOKEN}`);
    expect((await secrets()).accessToken).toMatchObject({ hint: '6789', createdBy: 'API key' });

    expect((await api('DELETE', '/access-token')).status).toBe(200);
    await test.ctx.provider.number().catch(() => {});
    expect(asked.at(-1)).toBe('Bearer the-token-of-the-environment');
  });
});

describe('no secret', () => {
  it('is answered, audited or stored in clear', async () => {
    await api('PUT', '/access-token', { accessToken: TOKEN });
    const { text } = await api('GET', '/secrets');
    const { rows } = await sql<{ all: string }>`
      select concat((select json_agg(s) from secret s), (select json_agg(w) from whatsapp_secret w),
                    (select json_agg(a) from audit a), (select json_agg(u) from app_secret_use u)) as all`.execute(
      test.ctx.database.db,
    );
    for (const secret of [TOKEN, SECOND, APP_SECRET])
      expect([secret, (text + rows[0]?.all).includes(secret)]).toEqual([secret, false]);
    expect(rows[0]?.all).toContain('channel.access-token');
  });

  it('is kept outside a sandbox where there is no key to seal it', async () => {
    const bare = await createTestApp({ routes: 'api' });
    Object.assign(bare.ctx, { sandbox: false, seal: { ...bare.ctx.seal, hasKey: false } });
    const answer = await bare.app.inject({
      method: 'POST',
      url: '/api/channel/app-secrets',
      headers: bare.key,
      payload: { appSecret: SECOND },
    });
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'no-seal-key']);
    await bare.close();
  });
});
