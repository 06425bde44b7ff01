import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ApiKeyMadeOut, ApiKeysOut } from '../../src/http/schemas/people.ts';
import { NOON } from '../context.ts';
import { nextAddress, openBrowser } from './browser.ts';
import { codeOf, HOUR, MINUTE, type Office, openOffice } from './office.ts';

let test: Office;
beforeAll(async () => {
  test = await openOffice();
});
afterEach(() => test.setNow(NOON));
afterAll(() => test.close());

describe('an API key', () => {
  const make = async (scopes: string[], more: object = {}) => {
    const reply = await test.admin.call('POST', '/api/api-keys', { name: 'Billing', scopes, ...more });
    expect(reply.status).toBe(201);
    return ApiKeyMadeOut.parse(reply.body);
  };
  const ask = (key: string, url = '/api/me') =>
    openBrowser(test).call('GET', url, undefined, { authorization: `Bearer ${key}` });

  it('is shown once, and may what its scopes say', async () => {
    const { key, apiKey } = await make(['see-chats']);
    expect(key).toMatch(/^assent_[\w-]{43,}$/);
    expect(key.endsWith(apiKey.hint)).toBe(true);
    const list = ApiKeysOut.parse((await test.admin.call('GET', '/api/api-keys')).body);
    expect(list.items).toContainEqual(apiKey);
    expect(JSON.stringify(list)).not.toContain(key);
    expect((await ask(key)).body).toMatchObject({ id: apiKey.id, name: 'Billing', rights: ['see-chats'] });
    expect((await ask(key, '/api/audit')).status).toBe(403);
    expect(await test.newestAudit()).toMatchObject({
      action: 'api-key.create',
      after: { name: 'Billing', scopes: ['see-chats'] },
    });
  });

  it('is stored as a hash: what the database holds opens nothing', async () => {
    const { key } = await make(['see-chats']);
    const { rows } = await sql<{ row: string }>`select api_key::text as row from api_key`.execute(
      test.ctx.database.db,
    );
    expect(rows.some(({ row }) => row.includes(key) || row.includes(key.slice(7)))).toBe(false);
    expect((await ask(`assent_${test.ctx.keys.sha256(key)}`)).status).toBe(401);
  });

  it('says when it was last used, to the minute', async () => {
    const { key, apiKey } = await make(['see-chats']);
    const lastUsed = async () =>
      ApiKeysOut.parse((await test.admin.call('GET', '/api/api-keys')).body).items.find(
        (one) => one.id === apiKey.id,
      )?.lastUsedAt;
    expect(await lastUsed()).toBeNull();
    await ask(key);
    test.setNow(NOON + MINUTE - 1);
    await ask(key);
    expect(await lastUsed()).toBe(new Date(NOON).toISOString());
    test.setNow(NOON + MINUTE);
    await ask(key);
    expect(await lastUsed()).toBe(new Date(NOON + MINUTE).toISOString());
  });

  it('works no more once it is revoked', async () => {
    const { key, apiKey } = await make(['see-chats']);
    expect((await test.admin.call('DELETE', `/api/api-keys/${apiKey.id}`)).status).toBe(204);
    const reply = await ask(key);
    expect([reply.status, codeOf(reply)]).toEqual([401, 'wrong-api-key']);
    expect((await test.admin.call('DELETE', `/api/api-keys/${apiKey.id}`)).status).toBe(404);
  });

  it('works until it expires', async () => {
    const past = await test.admin.call('POST', '/api/api-keys', {
      name: 'Late',
      scopes: ['see-chats'],
      expiresAt: new Date(NOON).toISOString(),
    });
    expect([past.status, codeOf(past)]).toEqual([422, 'expiry-past']);
    const { key } = await make(['see-chats'], { expiresAt: new Date(NOON + HOUR).toISOString() });
    test.setNow(NOON + HOUR - 1);
    expect((await ask(key)).status).toBe(200);
    test.setNow(NOON + HOUR);
    expect((await ask(key)).status).toBe(401);
  });

  it('cannot be guessed for long, and has no account of its own', async () => {
    const address = nextAddress();
    const guess = (n: number) =>
      openBrowser(test, address).call('GET', '/api/me', undefined, {
        authorization: `Bearer assent_guess${n}`,
      });
    for (let n = 0; n < 60; n += 1) expect((await guess(n)).status).toBe(401);
    expect((await guess(60)).status).toBe(429);
    const { key } = await make(['see-chats']);
    const reply = await ask(key, '/api/me/sessions');
    expect([reply.status, codeOf(reply)]).toEqual([409, 'not-a-person']);
  });
});
