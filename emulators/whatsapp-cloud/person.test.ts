import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, idOf, openBench } from './test-bench.ts';

const ana = '+12025550143';
const path = `/customers/${encodeURIComponent(ana)}`;

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const choose = (interactive: object) => bench.send({ to: ana, type: 'interactive', interactive });

describe('what a customer can do', () => {
  it('tap a reply button and pick a list row of a free-form message', async () => {
    bench.emulator.customerSends(ana, { text: 'Hi' });
    const buttons = await choose({
      type: 'button',
      body: { text: 'May we write?' },
      action: {
        buttons: [
          { type: 'reply', reply: { id: 'y', title: 'Yes' } },
          { type: 'reply', reply: { id: 'n', title: 'No' } },
        ],
      },
    });
    const list = await choose({
      type: 'list',
      body: { text: 'About what?' },
      action: {
        button: 'Topics',
        sections: [{ rows: [{ id: 'topic:billing', title: 'Billing', description: 'Invoices' }] }],
      },
    });
    bench.emulator.customerSends(ana, { buttonOf: idOf(buttons), button: 1 });
    bench.emulator.customerSends(ana, { buttonOf: idOf(list), button: 0 });
    await bench.emulator.idle();
    expect(bench.inbound().slice(1)).toMatchObject([
      {
        type: 'interactive',
        context: { id: idOf(buttons) },
        interactive: { type: 'button_reply', button_reply: { id: 'n', title: 'No' } },
      },
      {
        interactive: {
          type: 'list_reply',
          list_reply: { id: 'topic:billing', title: 'Billing', description: 'Invoices' },
        },
      },
    ]);
  });

  it.each([
    [
      'quote',
      (id: string) => ({ text: 'Yes', replyTo: id }),
      (id: string) => ({ type: 'text', context: { id } }),
    ],
    [
      'react',
      (id: string) => ({ reaction: { messageId: id, emoji: '👍' } }),
      (id: string) => ({ type: 'reaction', reaction: { message_id: id, emoji: '👍' } }),
    ],
    [
      'answer unreadably',
      () => ({ unsupported: 'button' }),
      () => ({ type: 'unsupported', unsupported: { type: 'button' }, errors: [{ code: 131051 }] }),
    ],
    [
      'send a photo',
      () => ({ image: { caption: 'Here' } }),
      () => ({
        type: 'image',
        image: { caption: 'Here', mime_type: 'image/png', sha256: expect.any(String) },
      }),
    ],
    [
      'send what nobody knows',
      () => ({ raw: { type: 'hologram', hologram: { shape: 'cat' } } }),
      () => ({ type: 'hologram', hologram: { shape: 'cat' } }),
    ],
    [
      'send at another time',
      () => ({ text: 'x', timestamp: 1_795_000_000 }),
      () => ({ timestamp: '1795000000' }),
    ],
    [
      'send a location',
      () => ({ location: { latitude: 1, longitude: 2 } }),
      () => ({ type: 'location', location: { latitude: 1, longitude: 2 } }),
    ],
  ])('%s', async (_name, act, expected) => {
    bench.emulator.customerSends(ana, { text: 'Hi' });
    const sent = idOf(await bench.send({ to: ana, text: { body: 'Hello' } }));
    await bench.emulator.idle();
    expect((await bench.control('POST', `${path}/messages`, act(sent))).status).toBe(201);
    await bench.emulator.idle();
    expect(bench.inbound().at(-1)).toMatchObject(expected(sent));
  });

  it('edit and revoke, and the chat shows it', async () => {
    const { id } = bench.emulator.customerSends(ana, { text: 'Yes' });
    bench.emulator.customerSends(ana, { edit: { messageId: id, text: 'No' } });
    bench.emulator.customerSends(ana, { revoke: { messageId: id } });
    await bench.emulator.idle();
    expect(bench.inbound().slice(1)).toMatchObject([
      { type: 'edit', edit: { original_message_id: id, message: { type: 'text', text: { body: 'No' } } } },
      { type: 'revoke', revoke: { original_message_id: id } },
    ]);
    expect(bench.emulator.messagesOf(ana)[0]).toMatchObject({ text: 'No', edited: true, revoked: true });
  });

  it('a tap without context, and an interactive answer without its object', async () => {
    const template = { name: 'consent_request', language: { code: 'en' } };
    const components = [{ type: 'body', parameters: [{ type: 'text', text: 'Ana' }] }];
    const sent = await bench.send({ to: ana, type: 'template', template: { ...template, components } });
    await bench.emulator.idle();
    bench.emulator.customerSends(ana, { buttonOf: idOf(sent), button: 0, withoutContext: true });
    bench.emulator.customerSends(ana, { brokenInteractive: true });
    await bench.emulator.idle();
    const [tap, broken] = bench.inbound();
    expect(tap).not.toHaveProperty('context');
    expect(tap).toMatchObject({ button: { payload: 'Yes, I Agree' } });
    expect(broken).not.toHaveProperty('interactive');
    expect(bench.changes().at(-1)?.value).toMatchObject({ errors: [{ code: 131000 }] });
  });

  it.each([
    ['nothing', {}, 400],
    ['two things at once', { text: 'a', unsupported: true }, 400],
    ['a button of no message', { buttonOf: 'wamid.none', button: 0 }, 409],
    ['an unknown key', { text: 'a', colour: 'red' }, 400],
  ])('not %s', async (_name, act, status) => {
    expect((await bench.control('POST', `${path}/messages`, act)).status).toBe(status);
    await bench.emulator.idle();
    expect(bench.bodies).toEqual([]);
  });

  it('nobody has a number that is none', async () => {
    expect((await bench.control('POST', '/customers/ana/messages', { text: 'Hi' })).status).toBe(404);
  });
});

describe('read receipts', () => {
  const send = async () => {
    bench.emulator.customerSends(ana, { text: 'Hi' });
    await bench.send({ to: ana, text: { body: 'Hello' } });
    await bench.emulator.idle();
  };

  it('come when the chat is opened, once', async () => {
    await send();
    expect((await bench.control('GET', '/customers')).body).toMatchObject({ items: [{ unread: 1 }] });
    await bench.control('POST', `${path}/read`);
    await bench.control('POST', `${path}/read`);
    await bench.emulator.idle();
    expect(bench.statuses().map(({ status }) => status)).toEqual(['sent', 'delivered', 'read']);
    expect((await bench.control('GET', '/customers')).body).toMatchObject({ items: [{ unread: 0 }] });
  });

  it('never come from somebody who has them off', async () => {
    await bench.control('PUT', path, { readReceipts: false });
    await send();
    bench.emulator.customerReads(ana);
    bench.emulator.customerSends(ana, { text: 'Thanks' });
    await bench.emulator.idle();
    expect(bench.statuses().map(({ status }) => status)).toEqual(['sent', 'delivered']);
  });

  it('a phone that is off gets its messages when it is on again', async () => {
    bench.emulator.changeCustomer(ana, { online: false });
    await send();
    expect(bench.statuses().map(({ status }) => status)).toEqual(['sent']);
    bench.emulator.changeCustomer(ana, { online: true });
    await bench.emulator.idle();
    expect(bench.statuses().map(({ status }) => status)).toEqual(['sent', 'delivered']);
  });
});

it('preferences are told as numbers of seconds, and signup with its id', async () => {
  for (const value of ['stop', 'resume', 'signup'])
    await bench.control('POST', `${path}/preferences`, { value });
  await bench.emulator.idle();
  expect(bench.changes().map(({ value }) => value.user_preferences)).toMatchObject([
    [{ value: 'stop', category: 'marketing_messages', timestamp: expect.any(Number) }],
    [{ value: 'resume' }],
    [{ value: 'signup', signup_id: expect.stringMatching(/^\d+$/) }],
  ]);
});

it('the clock is set and advanced, and messages bear its time in whole seconds', async () => {
  const set = await bench.control('POST', '/clock', { now: '2030-01-01T00:00:00.000Z' });
  expect(set.body).toMatchObject({ now: expect.stringMatching(/^2030-01-01T00:00:00/) });
  await bench.control('POST', '/clock', { advanceMs: 86_400_000 });
  bench.emulator.customerSends(ana, { text: 'Hi' });
  await bench.emulator.idle();
  const start = Date.UTC(2030, 0, 2) / 1000;
  expect(Number(bench.inbound()[0]?.timestamp) - start).toBeLessThan(30);
});
