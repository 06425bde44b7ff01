import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { createSignInLink, SANDBOX_PEOPLE } from '../../src/actions/sign-in.ts';
import { inTransaction } from '../../src/actions/transaction.ts';
import { ApiKeyMadeOut, InvitedOut } from '../../src/http/schemas/people.ts';
import { WebhookSecretOut } from '../../src/http/schemas/webhooks.ts';
import { jpeg } from '../stories/files.ts';
import { ADMIN_API_KEY, APP_SECRET, openWorld, VERIFY_TOKEN } from '../stories/world.ts';

/**
 * A day at the desk with words that stand nowhere else, what fails included, under the most talkative log there is: none
 * of the words, numbers, addresses or secrets is in it.
 */

const SEAL = 'seal-key-for-the-log-story-0123456789';
/** Each is somebody's or something secret. */
const WORDS = {
  customer: 'Zyxana Quillfeather',
  profile: 'Zyx Profilename',
  mail: 'zyxana.quillfeather@customer.example',
  said: 'my vexing plumbus is leaking',
  answered: 'we shall mend the plumbus tomorrow',
  noted: 'she sounded like a gremlin',
  caption: 'a picture of my flumph',
  file: 'flumph-holiday.jpg',
  agent: 'Wiggly Agentson',
  agentMail: 'wiggly.agentson@office.example',
  password: 'correct horse zebra staple',
  wrongPassword: 'incorrect horse zebra staple',
  evidence: 'agreed beside the marmoset cage',
  keyName: 'Key of the wombat shop',
  wrongKey: 'assent_wrongwrongwrongwrongwrongwrong',
  search: 'xylophonist',
  quick: 'narwhal greetings to you',
  garbage: 'garbled-okapi-payload',
  appSecret: 'a-new-app-secret-of-the-okapi',
  token: 'EAAG-wrong-token-of-the-okapi-0123456789',
};

it('nothing of it is in the log', { timeout: 120_000 }, async () => {
  const lines: string[] = [];
  const world = await openWorld({
    env: { LOG_LEVEL: 'trace', ASSENT_SEAL_KEYS: SEAL },
    logTo: { write: (line) => void lines.push(line) },
  });
  const secrets: string[] = [ADMIN_API_KEY, APP_SECRET, VERIFY_TOKEN, SEAL];
  const phone = world.newPhone();
  const stranger = world.newPhone();
  try {
    await world.setUpContactType();
    const ok = (method: string, path: string, body?: unknown) => world.ok(z.unknown(), method, path, body);
    const tried = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
      (await world.api(method, path, body, headers)).status;

    // The customer: a record, a request, an answer, messages, a file, a refusal.
    const record = await world.record('contact', {
      fullname: WORDS.customer,
      mobilephone: phone,
      emailaddress1: WORDS.mail,
    });
    world.emulator.changeCustomer(phone, { name: WORDS.profile });
    await world.sendConsent(record);
    await world.tap(phone, 'yes');
    await world.says(phone, WORDS.said);
    const to = { recordType: 'contact', recordId: record.id };
    expect((await world.send({ to, text: WORDS.answered })).status).toBe(202);
    world.emulator.customerSends(phone, {
      image: { base64: (await jpeg()).toString('base64'), caption: WORDS.caption },
    });
    await world.settled();
    const { id: conversation } = z
      .object({ items: z.array(z.object({ id: z.string() })).min(1) })
      .parse((await world.api('GET', `/api/conversations?phone=${encodeURIComponent(phone)}`)).body)
      .items[0] ?? { id: '' };
    await ok('GET', `/api/conversations?search=${WORDS.search}`);
    await ok('GET', `/api/consent-export?phone=${encodeURIComponent(phone)}`);
    await ok('POST', '/api/consent', { phone: stranger, decision: 'granted', evidence: WORDS.evidence });
    await ok('POST', '/api/quick-replies', { shortcut: 'narwhal', text: WORDS.quick, personal: false });

    // The desk: people, keys, links, sessions, a note; and everything that goes wrong with them.
    const made = await world.ok(ApiKeyMadeOut, 'POST', '/api/api-keys', {
      name: WORDS.keyName,
      scopes: ['see-chats'],
    });
    const { invitation } = await world.ok(InvitedOut, 'POST', '/api/people', {
      name: WORDS.agent,
      email: WORDS.agentMail,
      role: 'agent',
    });
    const invited = new URL(invitation.url).searchParams.get('token') ?? '';
    secrets.push(made.key, invited);
    const own = { origin: world.url, authorization: '' };
    const page = async (path: string, body: unknown) => {
      const answer = await fetch(world.url + path, {
        method: 'POST',
        headers: { origin: world.url, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return answer;
    };
    const joined = await page('/api/sign-in/link', { token: invited, password: WORDS.password });
    expect(joined.status).toBe(204);
    secrets.push(joined.headers.getSetCookie()[0]?.split(/[=;]/)[1] ?? 'no cookie');
    expect(
      (await page('/api/sign-in/password', { email: WORDS.agentMail, password: WORDS.wrongPassword })).status,
    ).toBe(401);
    const link = await createSignInLink(world.ctx, SANDBOX_PEOPLE[0].id, world.url);
    secrets.push(new URL(link).searchParams.get('token') ?? '');
    const opened = await fetch(link, { redirect: 'manual' });
    const cookie = opened.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    secrets.push(cookie.split('=')[1] ?? 'no cookie');
    expect((await fetch(link, { redirect: 'manual' })).status).toBe(410);
    const noted = await tried(
      'POST',
      `/api/conversations/${conversation}/notes`,
      { text: WORDS.noted },
      { ...own, cookie, authorization: `Bearer ${ADMIN_API_KEY}` },
    );
    expect(noted).toBeLessThan(500);
    expect(await tried('GET', '/api/me', undefined, { authorization: `Bearer ${WORDS.wrongKey}` })).toBe(401);
    expect(
      await tried('POST', '/api/messages', { to: { phone: stranger }, text: WORDS.said, more: WORDS.agent }),
    ).toBeGreaterThanOrEqual(400);
    expect(await tried('GET', `/api/conversations/${encodeURIComponent(WORDS.customer)}`)).toBe(404);
    expect(await tried('PUT', '/api/channel/access-token', { accessToken: WORDS.token })).toBe(422);
    await ok('POST', '/api/channel/app-secrets', { appSecret: WORDS.appSecret });
    const { secret } = await world.ok(WebhookSecretOut, 'POST', '/api/webhooks', {
      url: 'http://127.0.0.1:9/',
      types: ['consent.denied'],
    });
    secrets.push(secret);

    // Webhooks: forged, garbled, twice, and of a kind that nobody knows.
    const text = (body: string) => ({
      object: 'whatsapp_business_account',
      entry: [
        {
          id: '1',
          changes: [{ field: 'messages', value: { messages: [{ from: phone.slice(1), text: { body } }] } }],
        },
      ],
    });
    expect((await world.postWebhook(text(WORDS.said), { signed: false })).status).toBe(401);
    expect((await world.postWebhook(text(WORDS.said), { signed: WORDS.token })).status).toBe(401);
    expect((await world.postWebhook(`{"${WORDS.garbage}`)).status).toBe(400);
    expect((await world.postWebhook(text(WORDS.said))).status).toBe(200);

    // What the database refuses, and what breaks in the middle: with the values in the error.
    const broken = inTransaction(world.ctx, (tx) =>
      sql`insert into person (id, name, role, email) values (gen_random_uuid(), ${WORDS.agent}, 'king', ${WORDS.agentMail})`.execute(
        tx,
      ),
    );
    await broken.catch((error: unknown) => world.ctx.log.error({ err: error }, 'a statement of this test'));
    await sql`alter table message rename column text to hidden`.execute(world.ctx.database.db);
    expect((await world.send({ to, text: WORDS.answered })).status).toBe(500);
    await world.postWebhook({
      object: 'whatsapp_business_account',
      entry: [
        {
          id: '1',
          changes: [
            {
              field: 'messages',
              value: {
                messaging_product: 'whatsapp',
                metadata: { display_phone_number: '1', phone_number_id: world.ctx.channel.phoneNumberId },
                contacts: [{ wa_id: phone.slice(1), profile: { name: WORDS.profile } }],
                messages: [
                  {
                    from: phone.slice(1),
                    id: 'wamid.okapi',
                    timestamp: String(Math.floor(world.now() / 1000)),
                    type: 'text',
                    text: { body: WORDS.said },
                  },
                ],
              },
            },
          ],
        },
      ],
    });
    await sql`alter table message rename column hidden to text`.execute(world.ctx.database.db);
    await world.says(phone, 'STOP');
  } finally {
    await world.close();
  }

  const log = lines.join('');
  // It was talkative, and told of what failed.
  expect(lines.length).toBeGreaterThan(50);
  for (const told of ['a request failed', 'a statement of this test', 'could not be applied'])
    expect(log).toContain(told);
  const numbers = [phone, stranger].flatMap((one) => [one, one.slice(1), one.slice(2)]);
  const found = [...Object.values(WORDS), ...numbers, ...secrets].filter(
    (one) => one === '' || log.includes(one) || log.includes(encodeURIComponent(one)),
  );
  expect(found).toEqual([]);
});
