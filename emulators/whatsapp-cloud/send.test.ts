import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, errorOf, idOf, openBench } from './test-bench.ts';

const ana = '+12025550143';
const text = { to: ana, type: 'text', text: { body: 'Hello' } };
const consent = {
  to: ana,
  type: 'template',
  template: {
    name: 'consent_request',
    language: { code: 'en' },
    components: [
      { type: 'body', parameters: [{ type: 'text', text: 'Ana' }] },
      {
        type: 'button',
        sub_type: 'quick_reply',
        index: '0',
        parameters: [{ type: 'payload', payload: 'yes:1' }],
      },
      {
        type: 'button',
        sub_type: 'quick_reply',
        index: 1,
        parameters: [{ type: 'payload', payload: 'no:1' }],
      },
    ],
  },
};

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

describe('the mission', () => {
  it('a consent template goes out, its button is tapped, and everything is told by signed webhooks', async () => {
    const answer = await bench.send({ ...consent, biz_opaque_callback_data: 'job-1' });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      messaging_product: 'whatsapp',
      contacts: [{ input: ana, wa_id: '12025550143' }],
      messages: [{ message_status: 'accepted' }],
    });
    await bench.emulator.idle();
    const [message] = bench.emulator.messagesOf(ana);
    expect(message).toMatchObject({
      id: idOf(answer),
      direction: 'out',
      text: 'Hello Ana, may Contoso write to you here on WhatsApp about your orders and requests?',
      template: { name: 'consent_request', language: 'en' },
      buttons: [
        { index: 0, label: 'Yes, I Agree', payload: 'yes:1' },
        { index: 1, label: 'No, Thank You', payload: 'no:1' },
      ],
      status: 'delivered',
      callbackData: 'job-1',
    });

    const reply = await bench.control('POST', `/customers/${encodeURIComponent(ana)}/messages`, {
      buttonOf: idOf(answer),
      button: 1,
    });
    expect(reply.status).toBe(201);
    await bench.emulator.idle();
    expect(bench.inbound()).toMatchObject([
      {
        from: '12025550143',
        type: 'button',
        context: { from: '12025550100', id: idOf(answer) },
        button: { payload: 'no:1', text: 'No, Thank You' },
      },
    ]);
    expect(bench.statuses().map(({ status }) => status)).toEqual(['sent', 'delivered', 'read']);
    expect(bench.statuses().every((status) => status.biz_opaque_callback_data === 'job-1')).toBe(true);
    expect(bench.badSignatures()).toBe(0);
  });

  it('the seeded consent question exists in three languages', async () => {
    const list = await bench.graph(
      '/v26.0/100200300400500/message_templates?name=consent_request&status=APPROVED',
    );
    expect(list.body).toMatchObject({
      data: expect.arrayContaining(
        ['en', 'es', 'pt_BR'].map((language) =>
          expect.objectContaining({ name: 'consent_request', language, category: 'UTILITY' }),
        ),
      ),
    });
  });
});

describe('the customer service window', () => {
  it('takes free text outside it, and then says it failed with 131047', async () => {
    const answer = await bench.send(text);
    expect(answer.status).toBe(200);
    await bench.emulator.idle();
    expect(bench.statuses()).toMatchObject([
      { id: idOf(answer), status: 'failed', errors: [{ code: 131047 }] },
    ]);
    expect(bench.statuses()[0]).not.toHaveProperty('recipient_user_id');
  });

  it('is open for 24 hours of the controllable clock after the customer wrote', async () => {
    bench.emulator.customerSends(ana, { text: 'Hi' });
    bench.emulator.advance(86_400_000 - 60_000);
    await bench.send(text);
    bench.emulator.advance(61_000);
    await bench.send(text);
    await bench.emulator.idle();
    expect(bench.emulator.messagesOf(ana).map(({ status }) => status)).toEqual([
      'delivered',
      'delivered',
      'failed',
    ]);
  });
});

describe('who may not get it', () => {
  const sale = {
    to: ana,
    type: 'template',
    template: {
      name: 'spring_sale',
      language: { code: 'en' },
      components: [
        {
          type: 'body',
          parameters: [
            { type: 'text', text: 'Ana' },
            { type: 'text', text: '31 May' },
          ],
        },
      ],
    },
  };
  const codesAfter = async (body: object) => {
    await bench.send(body);
    await bench.emulator.idle();
    return bench.statuses().flatMap(({ errors }) => errors ?? []);
  };

  it('marketing after a stop: 131050, and utility goes on', async () => {
    bench.emulator.customerPrefers(ana, 'stop');
    expect(await codesAfter(sale)).toMatchObject([{ code: 131050 }]);
    const utility = await bench.send(consent);
    await bench.emulator.idle();
    expect(bench.emulator.messagesOf(ana).find(({ id }) => id === idOf(utility))?.status).toBe('delivered');
    expect(bench.changes()[0]).toMatchObject({
      field: 'user_preferences',
      value: { user_preferences: [{ value: 'stop', timestamp: expect.any(Number) }] },
    });
  });

  it('somebody who blocked the business: 131026', async () => {
    bench.emulator.changeCustomer(ana, { blocksBusiness: true });
    expect(await codesAfter(consent)).toMatchObject([{ code: 131026 }]);
  });

  it('more marketing than the cap: 131049', async () => {
    bench.emulator.settings({ marketingCap: 1 });
    expect(await codesAfter(sale)).toEqual([]);
    expect(await codesAfter(sale)).toMatchObject([{ code: 131049 }]);
  });

  it('somebody the business blocked: 130403; not on the allow-list: 131030; ourselves: 131021', async () => {
    const users = { messaging_product: 'whatsapp', block_users: [{ user: ana }] };
    const blocked = await bench.graph('/v26.0/200300400500600/block_users', { method: 'POST', body: users });
    expect(blocked.body).toMatchObject({
      block_users: { added_users: [{ input: ana, wa_id: '12025550143' }] },
    });
    expect(errorOf(await bench.send(consent)).code).toBe(130403);
    await bench.graph('/v26.0/200300400500600/block_users', { method: 'DELETE', body: users });
    bench.emulator.settings({ allowList: ['12025550199'] });
    expect(errorOf(await bench.send(consent)).code).toBe(131030);
    expect(errorOf(await bench.send({ ...consent, to: '+1 202 555 0100' })).code).toBe(131021);
  });
});

describe('rates', () => {
  it('45 to one customer at once, then one each 6 s; others are unaffected', async () => {
    const fixed = await openBench({ now: () => 1_795_000_000_000 });
    for (let n = 0; n < 45; n += 1) expect((await fixed.send(consent)).status).toBe(200);
    expect(errorOf(await fixed.send(consent)).code).toBe(131056);
    expect((await fixed.send({ ...consent, to: '+12025550144' })).status).toBe(200);
    fixed.emulator.advance(6000);
    expect((await fixed.send(consent)).status).toBe(200);
    expect(errorOf(await fixed.send(consent)).code).toBe(131056);
    await fixed.close();
  });

  it('the number takes so many a second, then 130429 with Retry-After', async () => {
    const fixed = await openBench({ now: () => 1_795_000_000_000, settings: { throughputPerSecond: 3 } });
    for (const last of ['1', '2', '3']) await fixed.send({ ...consent, to: `+1202555014${last}` });
    const refused = await fixed.send({ ...consent, to: '+12025550149' });
    expect(errorOf(refused).code).toBe(130429);
    expect(refused.headers.get('retry-after')).toBe('1');
    fixed.emulator.advance(1000);
    expect((await fixed.send({ ...consent, to: '+12025550149' })).status).toBe(200);
    await fixed.close();
  });
});

describe('what Meta refuses at once', () => {
  const template = (
    name: string,
    language: string,
    parameters: object[] = [{ type: 'text', text: 'Ana' }],
  ) => ({
    to: ana,
    type: 'template',
    template: { name, language: { code: language }, components: [{ type: 'body', parameters }] },
  });
  const buttons = (...titles: string[]) => ({
    to: ana,
    type: 'interactive',
    interactive: {
      type: 'button',
      body: { text: 'Well?' },
      action: { buttons: titles.map((title, n) => ({ type: 'reply', reply: { id: String(n), title } })) },
    },
  });
  it.each([
    ['no recipient', { type: 'text', text: { body: 'x' } }, 100],
    ['a user id in `to`', { ...text, to: 'US.7391046628105547' }, 131009],
    ['a phone that is none', { ...text, to: 'ana' }, 131009],
    ['an unknown user id', { type: 'text', text: { body: 'x' }, recipient: 'US.1' }, 100],
    ['an unknown type', { to: ana, type: 'poll', poll: {} }, 100],
    ['no text', { to: ana, type: 'text' }, 131008],
    ['text over 4096', { to: ana, type: 'text', text: { body: 'x'.repeat(4097) } }, 100],
    ['callback data over 512', { ...text, biz_opaque_callback_data: 'x'.repeat(513) }, 100],
    ['a button title over 20', buttons('x'.repeat(21)), 100],
    ['two equal titles', buttons('Yes', 'Yes'), 100],
    ['four buttons', buttons('1', '2', '3', '4'), 100],
    ['an unknown template', template('no_such', 'en'), 132001],
    ['an unapproved language', template('consent_request', 'fr'), 132001],
    ['a missing parameter', template('consent_request', 'en', []), 132000],
    [
      'a wrong kind of parameter',
      template('consent_request', 'en', [{ type: 'image', image: { id: '1' } }]),
      132012,
    ],
    ['an unknown media id', { to: ana, type: 'image', image: { id: '1' } }, 100],
  ])('%s', async (_name, body, code) => {
    const answer = await bench.send(body);
    expect(answer.status).toBe(400 + (code === 132001 ? 4 : 0));
    expect(errorOf(answer).code).toBe(code);
  });

  it('a paused template is 132015, a disabled one 132016', async () => {
    await bench.control('POST', '/templates/consent_request:en/status', { event: 'PAUSED' });
    expect(errorOf(await bench.send(consent)).code).toBe(132015);
    await bench.control('POST', '/templates/consent_request:en/status', { event: 'DISABLED' });
    expect(errorOf(await bench.send(consent)).code).toBe(132016);
  });

  it('a bad or expired token is 401 with 190; an unknown object 400 with 100/33', async () => {
    const bad = await bench.graph('/v26.0/200300400500600', { token: 'nonsense' });
    expect([bad.status, errorOf(bad).code]).toEqual([401, 190]);
    expect(bad.headers.get('x-fb-request-id')).toBeTruthy();
    const unknown = await bench.graph('/v26.0/999');
    expect([unknown.status, errorOf(unknown)]).toEqual([400, { code: 100, subcode: 33 }]);
    bench.emulator.settings({ token: 'expired' });
    expect(errorOf(await bench.graph('/v26.0/200300400500600'))).toEqual({ code: 190, subcode: 463 });
  });
});

describe('identity', () => {
  it('a customer known by user id is answered there, and the phone stays out', async () => {
    bench.emulator.changeCustomer(ana, { username: 'anaruiz', hidePhone: true });
    bench.emulator.customerSends(ana, { text: 'Hi' });
    await bench.emulator.idle();
    const userId = bench.emulator.userIdOf(ana);
    expect(userId).toMatch(/^US\.\d{16}$/);
    expect(bench.inbound()[0]).toMatchObject({ from_user_id: userId });
    expect(bench.inbound()[0]).not.toHaveProperty('from');
    const answer = await bench.send({ type: 'text', text: { body: 'Hello' }, recipient: userId });
    expect(answer.body.contacts).toEqual([{ input: userId, user_id: userId }]);
    await bench.emulator.idle();
    expect(JSON.stringify(bench.changes())).not.toContain('12025550143');
  });

  it.each([
    ['Brazil', '+5511987654321', '551187654321'],
    ['Mexico', '+525512345678', '5215512345678'],
  ])('%s: the number WhatsApp knows may differ from the one we wrote to', async (_name, written, known) => {
    bench.emulator.customerSends(known, { text: 'oi' });
    const answer = await bench.send({ ...text, to: written });
    expect(answer.body.contacts).toEqual([{ input: written, wa_id: known }]);
  });

  it('a number change brings a new user id and a system message with both', async () => {
    const before = bench.emulator.userIdOf(ana);
    await bench.control('POST', `/customers/${ana}/number`, { phone: '+12025550188' });
    await bench.emulator.idle();
    const after = bench.emulator.userIdOf('+12025550188');
    expect(after).not.toBe(before);
    expect(bench.inbound()).toMatchObject([
      {
        from: '12025550143',
        type: 'system',
        system: {
          type: 'user_changed_number',
          wa_id: '12025550188',
          user_id: after,
          previous_user_id: before,
        },
      },
    ]);
    expect(bench.changes()[0]?.value).not.toHaveProperty('contacts');
  });
});

describe('mark as read', () => {
  it('marks this and earlier messages of the customer, and refuses our own', async () => {
    const first = bench.emulator.customerSends(ana, { text: 'one' });
    const second = bench.emulator.customerSends(ana, { text: 'two' });
    const sent = await bench.send(text);
    const read = { status: 'read', message_id: second.id, typing_indicator: { type: 'text' } };
    expect((await bench.send(read)).body).toEqual({ success: true });
    const statusOf = (id: string) =>
      bench.emulator.messagesOf(ana).find((message) => message.id === id)?.status;
    expect([statusOf(first.id), statusOf(second.id)]).toEqual(['read', 'read']);
    expect(errorOf(await bench.send({ ...read, message_id: idOf(sent) })).code).toBe(100);
  });
});
