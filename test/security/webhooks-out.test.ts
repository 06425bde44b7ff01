import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { claimWebhooks } from '../../src/actions/deliver-webhooks.ts';
import { WORK } from '../../src/actions/transaction.ts';
import { CONSENT_EVENTS } from '../../src/core/consent-event.ts';
import { notify } from '../../src/db/engine.ts';
import { DeliveryPage, WebhookOut, WebhookSecretOut, WebhooksOut } from '../../src/http/schemas/webhooks.ts';
import { answered, webhook } from '../defects/acts.ts';
import { openWorld, type World } from '../stories/world.ts';

/** Consent events to other systems: made with the ledger line, signed as the standard says, at least once. */

const HOUR = 3_600_000;
const Event = z.object({
  type: z.string(),
  timestamp: z.string(),
  data: z.object({
    contactPoint: z
      .object({ id: z.string(), phone: z.string().nullable(), userId: z.string().nullable() })
      .optional(),
    purpose: z.string().optional(),
    state: z.string().optional(),
    decidedAt: z.string().nullable().optional(),
    source: z.string().nullable().optional(),
    onHold: z.boolean().optional(),
    platformStopped: z.boolean().optional(),
    ledger: z.object({ seq: z.number(), hash: z.string() }).optional(),
  }),
});
interface Got {
  path: string;
  headers: Record<string, string>;
  body: string;
  event: z.infer<typeof Event>;
}

let world: World;
let receiver: Server;
let base: string;
let got: Got[] = [];
/** What a path answers; 200 where nothing is said. 0: nothing at all. */
const answers = new Map<string, number>();

beforeAll(async () => {
  world = await openWorld({ env: { ASSENT_SEAL_KEYS: 'a-seal-key-for-stories-0123456789-01' } });
  await world.setUpContactType();
  receiver = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const path = request.url ?? '';
      const body = Buffer.concat(parts).toString();
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      );
      got.push({ path, headers, body, event: Event.parse(JSON.parse(body)) });
      const status = answers.get(path) ?? 200;
      if (status === 0) return;
      response.writeHead(status);
      response.end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await world.close();
  receiver.closeAllConnections();
  receiver.close();
});
beforeEach(async () => {
  for (const { id } of (await world.ok(WebhooksOut, 'GET', '/api/webhooks')).items)
    await world.api('DELETE', `/api/webhooks/${id}`);
  got = [];
  answers.clear();
});

const make = (path: string, types: readonly string[] = CONSENT_EVENTS) =>
  world.ok(WebhookSecretOut, 'POST', '/api/webhooks', { url: base + path, types });
const readWebhook = async (id: string) =>
  (await world.ok(WebhooksOut, 'GET', '/api/webhooks')).items.find((one) => one.id === id);
const deliveries = async (id: string) =>
  (await world.ok(DeliveryPage, 'GET', `/api/webhooks/${id}/deliveries`)).items;
const at = (path: string): Got[] => got.filter((one) => one.path === path);
const arrived = (path: string, count: number) =>
  expect.poll(() => at(path).length, { timeout: 10_000, interval: 20 }).toBe(count);
/** Time passes, and the loop looks again as it would by itself within ten seconds. */
const later = async (ms: number): Promise<void> => {
  await world.advance(ms);
  await notify(world.ctx.database.db, WORK, '');
};
/** Until every delivery of this endpoint was tried so often, and the last of it ended after `since`. */
const tried = (id: string, attempts: number, since = 0) =>
  expect
    .poll(
      async () =>
        (await deliveries(id)).every(
          (one) => one.attempts >= attempts && one.triedAt !== null && Date.parse(one.triedAt) >= since,
        ),
      { timeout: 10_000, interval: 20 },
    )
    .toBe(true);

/** As an independent receiver reads it, at the world's time. */
function verified(secret: string, one: Got | undefined): z.infer<typeof Event> {
  vi.useFakeTimers({ toFake: ['Date'], now: world.now() });
  try {
    return Event.parse(new Webhook(secret).verify(one?.body ?? '', one?.headers ?? {}));
  } finally {
    vi.useRealTimers();
  }
}

/** Somebody refuses: one event of type consent.denied for each purpose. */
async function stop(): Promise<string> {
  const phone = world.newPhone();
  await world.says(phone, 'STOP');
  return phone;
}

describe('a consent event', () => {
  it('arrives signed, says what is so now, and holds no text', async () => {
    const { webhook, secret } = await make('/all');
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const record = await world.record('contact', {
      fullname: 'Wanda Webhook',
      mobilephone: world.newPhone(),
    });
    const phone = record.phones[0] ?? '';
    await world.sendConsent(record);
    await world.tap(phone, 'yes');
    await world.says(phone, 'please don’t write me again');
    // A refusal in words is one for marketing too.
    await arrived('/all', 4);

    const events = at('/all')
      .map((one) => verified(secret, one))
      .filter(({ data }) => data.purpose === 'service');
    expect(events.map(({ type }) => type)).toEqual([
      'consent.requested',
      'consent.granted',
      'consent.denied',
    ]);
    const consent = await world.consent(phone);
    const last = consent.history.at(-1);
    expect(events[2]).toEqual({
      type: 'consent.denied',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      data: {
        contactPoint: { id: expect.any(String), phone, userId: expect.any(String) },
        purpose: 'service',
        state: 'denied',
        decidedAt: consent.decidedAt,
        source: 'refusal-phrase',
        onHold: false,
        platformStopped: false,
        ledger: { seq: last?.seq, hash: last?.hash },
      },
    });
    for (const { body, headers } of got) {
      expect(body + JSON.stringify(headers)).not.toMatch(/write me|Wanda|Agree/);
      expect(headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'Assent' });
    }
    expect(new Set(at('/all').map((one) => one.headers['webhook-id'])).size).toBe(4);
    await expect
      .poll(async () => (await deliveries(webhook.id)).map((one) => one.state))
      .toEqual(Array(4).fill('delivered'));
  });

  it('does not pass where a letter of it was changed, or with another secret', async () => {
    const { secret } = await make('/forged', ['consent.denied']);
    await stop();
    await arrived('/forged', 2);
    const [one] = at('/forged');
    if (one === undefined) throw new Error('nothing came');
    expect(() => verified(secret, { ...one, body: one.body.replace('denied', 'grante') })).toThrow();
    expect(() => verified(`whsec_${'A'.repeat(43)}=`, one)).toThrow();
    expect(() =>
      verified(secret, { ...one, headers: { ...one.headers, 'webhook-id': 'another' } }),
    ).toThrow();
  });

  it('commits with its ledger line or not at all', async () => {
    await make('/commit', ['consent.denied']);
    const phone = await stop();
    const { rows } = await sql<{ same: boolean }>`
      select (select l.xmin::text from ledger l where l.contact_point_id = c.id order by l.seq desc limit 1)
           = all (select v.xmin::text from webhook_event v where v.contact_point_id = c.id) as same
        from contact_point c where c.phone = ${phone}`.execute(world.ctx.database.db);
    expect(rows).toEqual([{ same: true }]);
    await arrived('/commit', 2);
  });

  it('goes to whoever wants it, and to nobody who is switched off', async () => {
    await make('/denied', ['consent.denied']);
    await make('/granted', ['consent.granted']);
    const { webhook: off } = await make('/off');
    await world.ok(WebhookOut, 'PATCH', `/api/webhooks/${off.id}`, { enabled: false });
    await stop();
    await arrived('/denied', 2);
    expect(got.map((one) => one.path)).toEqual(['/denied', '/denied']);
    expect(await deliveries(off.id)).toEqual([]);
  });

  it.each(['granted', 'denied'] as const)('tells what a merge made of who was %s', async (staying) => {
    const one = await answered(world, staying === 'granted' ? 'no' : 'yes');
    await later(2_000);
    const other = await answered(world, staying === 'granted' ? 'yes' : 'no');
    await make('/merge', ['consent.granted', 'consent.denied']);
    const wa = { wa_id: other.phone.slice(1), user_id: world.emulator.userIdOf(other.phone) };
    const moved = {
      from: one.phone.slice(1),
      from_user_id: world.emulator.userIdOf(one.phone),
      id: `wamid.merged.${staying}`,
      timestamp: String(Math.floor(world.now() / 1000)),
      type: 'system',
      system: { type: 'user_changed_number', body: 'User Ana changed from one number to another', ...wa },
    };
    expect((await world.postWebhook(webhook('messages', { messages: [moved] }))).status).toBe(200);
    await world.settled();
    const consent = await world.consent(other.phone);
    expect(consent).toMatchObject({ state: 'denied' });
    // Whoever stays was told before what they were: a change is told, and with it what is so now.
    await expect.poll(() => at('/merge').length).toBeGreaterThan(0);
    for (const { event } of at('/merge'))
      expect(event.data).toMatchObject({ purpose: 'service', state: 'denied' });
  });
});

describe('what does not arrive', () => {
  it('is sent again later, under the same id, signed anew', async () => {
    answers.set('/down', 503);
    const { webhook, secret } = await make('/down', ['consent.denied']);
    await stop();
    await tried(webhook.id, 1);
    const [failed] = await deliveries(webhook.id);
    expect(failed).toMatchObject({ state: 'pending', attempts: 1, status: 503, problem: 'status' });
    expect((await readWebhook(webhook.id))?.failingSince).not.toBeNull();

    answers.set('/down', 204);
    await later(60_000);
    await arrived('/down', 4);
    const ids = at('/down').map((one) => one.headers['webhook-id']);
    expect(new Set(ids).size).toBe(2);
    expect(at('/down')[3]?.headers['webhook-timestamp']).not.toBe(
      at('/down')[0]?.headers['webhook-timestamp'],
    );
    verified(secret, at('/down')[3]);
    await expect.poll(async () => (await readWebhook(webhook.id))?.failingSince).toBeNull();
  });

  it('counts for the address where it failed: another one begins anew, another description does not', async () => {
    const { webhook } = await make('/old', ['consent.denied']);
    const change = (input: object) => world.ok(WebhookOut, 'PATCH', `/api/webhooks/${webhook.id}`, input);
    await stop();
    await expect.poll(async () => (await readWebhook(webhook.id))?.lastSuccessAt).not.toBeNull();
    answers.set('/old', 500);
    answers.set('/new', 500);
    await stop();
    await expect.poll(async () => (await readWebhook(webhook.id))?.failingSince).not.toBeNull();
    const before = await readWebhook(webhook.id);
    const { failingSince, lastSuccessAt } = await change({ description: 'Orders', url: `${base}/old` });
    expect({ failingSince, lastSuccessAt }).toEqual({
      failingSince: before?.failingSince,
      lastSuccessAt: before?.lastSuccessAt,
    });
    await world.advance(120 * HOUR);
    expect(await change({ url: `${base}/new` })).toMatchObject({ failingSince: null, lastSuccessAt: null });
    await stop();
    // The first failure there is no sixth day of failing.
    await expect.poll(async () => (await readWebhook(webhook.id))?.failingSince).not.toBeNull();
    expect(await readWebhook(webhook.id)).toMatchObject({ enabled: true, disabledReason: null });
  });

  it('says why, whatever it was', async () => {
    answers.set('/moved', 302);
    const { webhook: moved } = await make('/moved', ['consent.denied']);
    const { webhook: nobody } = await world.ok(WebhookSecretOut, 'POST', '/api/webhooks', {
      url: 'http://127.0.0.1:9/',
      types: ['consent.denied'],
    });
    await stop();
    await tried(moved.id, 1);
    await tried(nobody.id, 1);
    expect((await deliveries(moved.id))[0]).toMatchObject({ status: 302, problem: 'redirect' });
    expect((await deliveries(nobody.id))[0]).toMatchObject({ status: null, problem: 'unreachable' });
    expect(at('/moved')).toHaveLength(2);
  });

  it('is given up after three days of tries, and its endpoint after five', async () => {
    answers.set('/dead', 500);
    const { webhook } = await make('/dead', ['consent.denied']);
    await stop();
    const minutes = [1, 6, 35, 140, 330, 660, 930, 1330, 1600];
    let since = 0;
    for (const [index, pause] of minutes.entries()) {
      await tried(webhook.id, index + 1, since);
      since = world.now() + pause * 60_000;
      await later(pause * 60_000);
    }
    await tried(webhook.id, 10, since);
    for (const one of await deliveries(webhook.id))
      expect(one).toMatchObject({ state: 'failed', attempts: 10, nextAt: null });
    expect(await readWebhook(webhook.id)).toMatchObject({ enabled: true, pending: 0 });

    await later(48 * HOUR);
    await stop();
    await expect
      .poll(async () => (await readWebhook(webhook.id))?.disabledReason, { timeout: 10_000 })
      .toBe('failing');
    const audit = await world.ok(
      z.object({ items: z.array(z.object({ action: z.string(), actor: z.string(), after: z.unknown() })) }),
      'GET',
      '/api/audit?limit=5',
    );
    expect(audit.items).toContainEqual({
      action: 'webhook.disable',
      actor: 'Assent',
      after: { name: `${base}/dead`, enabled: false, reason: 'failing' },
    });

    answers.set('/dead', 200);
    got = [];
    await world.ok(WebhookOut, 'PATCH', `/api/webhooks/${webhook.id}`, { enabled: true });
    expect(await readWebhook(webhook.id)).toMatchObject({
      enabled: true,
      disabledReason: null,
      failingSince: null,
    });
  });

  it('is not tried again where the endpoint is gone (410)', async () => {
    answers.set('/gone', 410);
    const { webhook } = await make('/gone', ['consent.denied']);
    await stop();
    await expect.poll(async () => (await readWebhook(webhook.id))?.disabledReason).toBe('gone');
    const before = got.length;
    await later(HOUR);
    await stop();
    expect(got.length).toBe(before);
    expect((await world.refused(409, 'POST', `/api/webhooks/${webhook.id}/test`)).code).toBe('webhook-off');
  });

  it('holds up no other endpoint where one hangs', async () => {
    answers.set('/hangs', 0);
    await make('/hangs', ['consent.denied']);
    await make('/quick', ['consent.denied']);
    for (let turn = 0; turn < 6; turn += 1) await stop();
    await arrived('/quick', 12);
    expect(at('/hangs').length).toBeLessThanOrEqual(4);
  });

  it('is taken up by another node once a lease ran out, and not before', async () => {
    answers.set('/lease', 0);
    const { webhook } = await make('/lease', ['consent.denied']);
    await stop();
    await arrived('/lease', 2);
    // Another node, with the same clock.
    expect(await claimWebhooks(world.ctx, 10)).toEqual([]);
    const after = { ...world.ctx, clock: () => world.now() + 61_000 };
    const taken = await claimWebhooks(after, 10);
    expect(taken.map(({ delivery }) => [delivery.endpointId, delivery.attempts])).toEqual([
      [webhook.id, 2],
      [webhook.id, 2],
    ]);
  });
});

describe('an administrator', () => {
  it('changes the secret: both sign for a day, then the new one alone', async () => {
    const { webhook, secret: old } = await make('/rotate', ['consent.denied']);
    const rotated = await world.ok(WebhookSecretOut, 'POST', `/api/webhooks/${webhook.id}/rotate-secret`);
    expect(rotated.secret).not.toBe(old);
    expect(rotated.webhook.oldSecretUntil).not.toBeNull();
    await stop();
    await arrived('/rotate', 2);
    for (const secret of [old, rotated.secret]) verified(secret, at('/rotate')[0]);

    await later(25 * HOUR);
    expect((await readWebhook(webhook.id))?.oldSecretUntil).toBeNull();
    await stop();
    await arrived('/rotate', 4);
    verified(rotated.secret, at('/rotate')[3]);
    expect(() => verified(old, at('/rotate')[3])).toThrow();
  });

  it('sends a test, and an event again under its id', async () => {
    const { webhook, secret } = await make('/test', ['consent.denied']);
    const sent = await world.ok(z.object({ id: z.string() }), 'POST', `/api/webhooks/${webhook.id}/test`);
    await arrived('/test', 1);
    expect(verified(secret, at('/test')[0])).toMatchObject({ type: 'assent.test', data: {} });
    await tried(webhook.id, 1);
    await world.ok(z.unknown(), 'POST', `/api/webhooks/${webhook.id}/deliveries/${sent.id}/redeliver`);
    await arrived('/test', 2);
    expect(at('/test').map((one) => one.headers['webhook-id'])).toEqual([sent.id, sent.id]);
  });

  it.each([
    'https://10.0.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'http://[::ffff:10.0.0.1]/',
    'https://2852039166/',
    'https://hooks.example/#x',
    'ftp://127.0.0.1/',
    'nowhere',
  ])('enters no address like %s', async (url) => {
    const { code } = await world.refused(422, 'POST', '/api/webhooks', { url, types: ['consent.denied'] });
    expect(code).toBe('webhook-address-refused');
    const { webhook } = await make('/fine', ['consent.denied']);
    expect((await world.refused(422, 'PATCH', `/api/webhooks/${webhook.id}`, { url })).code).toBe(
      'webhook-address-refused',
    );
  });

  it('finds no secret anywhere afterwards', async () => {
    const { webhook, secret } = await make('/hidden', ['consent.denied']);
    const { rows } = await sql<{ all: string }>`
      select concat((select json_agg(s) from secret s), (select json_agg(w) from webhook_secret w),
                    (select json_agg(a) from audit a)) as all`.execute(world.ctx.database.db);
    expect(rows[0]?.all).toContain('sealed:1:');
    expect(rows[0]?.all).not.toContain(secret.slice('whsec_'.length));
    await world.api('DELETE', `/api/webhooks/${webhook.id}`);
    const left = await sql`select 1 from secret where name like 'webhook/%'`.execute(world.ctx.database.db);
    expect(left.rows).toEqual([]);
  });
});
