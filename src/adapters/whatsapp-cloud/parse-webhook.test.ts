import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Update } from '../../core/update.ts';
import { FIELDS_BESIDE_APP, WEBHOOK_FIELDS } from '../../core/webhook-fields.ts';
import payloads from './fixtures/webhooks.json' with { type: 'json' };
import { parseWebhook } from './parse-webhook.ts';

const at = 1795000000_000;
const phoneNumberId = '200300400500600';
const businessAccountId = '100200300400500';
const phone = '+12025550143';
const userId = 'US.7391046628105547';
const newUserId = 'US.8842207715330916';
const parentUserId = 'US.ENT.5520071936';
const template = { id: '300400500600700', name: 'agent_chat_consent', language: 'en_US' };

function message(content: object, more: object = {}) {
  return { kind: 'message', phoneNumberId, at, from: { phone }, profileName: 'Ana Ruiz', content, ...more };
}
const quoting = (id: string) => ({ context: { id, forwarded: false } });
const unknown = (reason: string) => ({ kind: 'unknown', reason: expect.stringContaining(reason) });

/** What each kind of payload says. An update must show at least these parts. */
const told: Record<keyof typeof payloads, object[]> = {
  'text, with every id': [
    message(
      { kind: 'text', text: 'Hello' },
      {
        from: { phone, userId, parentUserId },
        eventKey: 'm:wamid.IN1',
        whatsappId: 'wamid.IN1',
        context: null,
      },
    ),
  ],
  'text, from a person without a phone': [message({ kind: 'text', text: 'STOP' }, { from: { userId } })],
  'text, from an advertisement': [message({ kind: 'text', text: 'Is it still there?' })],
  'template button': [
    message({ kind: 'button', payload: 'consent:v3:yes:8f2c', label: 'Yes, I Agree' }, quoting('wamid.OUT1')),
  ],
  'template button without context': [
    message({ kind: 'button', payload: 'consent:v3:yes:8f2c', label: 'Yes, I Agree' }, { context: null }),
  ],
  'reply button': [
    message(
      { kind: 'reply', form: 'button', id: 'consent:v3:no:8f2c', label: 'No, Thank You' },
      quoting('wamid.OUT2'),
    ),
  ],
  'list row': [
    message(
      {
        kind: 'reply',
        form: 'list',
        id: 'topic:billing',
        label: 'Billing',
        description: 'Invoices and payments',
      },
      quoting('wamid.OUT3'),
    ),
  ],
  'flow completed': [message({ kind: 'other', type: 'nfm_reply' })],
  'interactive without its object, error beside it': [
    message({ kind: 'other', type: 'interactive' }),
    unknown('errors'),
  ],
  image: [
    message({
      kind: 'media',
      media: 'image',
      mediaId: '400500600700801',
      mimeType: 'image/jpeg',
      caption: 'Here it is',
    }),
  ],
  audio: [
    message({
      kind: 'media',
      media: 'audio',
      mediaId: '400500600700802',
      mimeType: 'audio/ogg; codecs=opus',
      voice: true,
    }),
  ],
  'video, forwarded': [
    message(
      { kind: 'media', media: 'video', mediaId: '400500600700803', mimeType: 'video/mp4' },
      { context: { forwarded: true } },
    ),
  ],
  document: [
    message({
      kind: 'media',
      media: 'document',
      mediaId: '400500600700804',
      mimeType: 'application/pdf',
      filename: 'form.pdf',
      caption: 'signed',
    }),
  ],
  sticker: [message({ kind: 'media', media: 'sticker', mediaId: '400500600700805', mimeType: 'image/webp' })],
  reaction: [message({ kind: 'reaction', target: 'wamid.OUT1', emoji: '👍' })],
  'reaction taken back': [message({ kind: 'reaction', target: 'wamid.OUT1', emoji: null })],
  location: [
    message({
      kind: 'location',
      latitude: 38.8977,
      longitude: -77.0365,
      name: 'Office',
      address: '12 Example St',
    }),
  ],
  'address card': [message({ kind: 'contacts', names: ['Luis Vega'] })],
  edit: [
    message(
      { kind: 'edit', target: 'wamid.IN1', text: 'Hello again' },
      { eventKey: 'm:wamid.IN13', whatsappId: 'wamid.IN13' },
    ),
  ],
  'edit of a caption': [message({ kind: 'edit', target: 'wamid.IN5', text: 'Please stop' })],
  revoke: [message({ kind: 'revoke', target: 'wamid.IN1' })],
  order: [message({ kind: 'other', type: 'order' })],
  'order with a note': [message({ kind: 'other', type: 'order', text: 'Stop' })],
  'a type of tomorrow': [message({ kind: 'other', type: 'hologram' })],
  'unsupported, naming its type': [message({ kind: 'unsupported', type: 'button' })],
  unsupported: [message({ kind: 'unsupported', type: 'unknown' })],
  'changed number': [
    {
      kind: 'identity-change',
      change: 'number',
      eventKey: 'm:wamid.SYS1',
      at: 1795000100_000,
      from: { phone, userId },
      to: { phone: '+12025550188', userId: newUserId },
    },
  ],
  'changed number, as before 2022': [
    { kind: 'identity-change', change: 'number', from: { phone }, to: { phone: '+12025550188' } },
  ],
  'changed user id': [
    { kind: 'identity-change', change: 'user-id', from: { userId }, to: { userId: newUserId } },
  ],
  'changed user id, the base naming the new one': [
    {
      kind: 'identity-change',
      change: 'user-id',
      from: { userId, parentUserId },
      to: { userId: newUserId, parentUserId: 'US.ENT.9920' },
    },
  ],
  'changed user id, the old one untold': [unknown('without the old id')],
  'identity changed': [{ kind: 'identity-change', change: 'identity', from: { phone, userId }, to: {} }],
  user_id_update: [
    { kind: 'identity-change', change: 'user-id', from: { userId }, to: { userId: newUserId } },
  ],
  statuses: [
    {
      kind: 'status',
      status: 'sent',
      eventKey: 's:wamid.OUT1:sent',
      at: 1795000001_000,
      whatsappId: 'wamid.OUT1',
      recipient: { phone, userId },
      callbackData: 'job-4711',
      errors: [],
    },
    { kind: 'status', status: 'delivered', recipient: { userId }, callbackData: 'job-4711' },
    { kind: 'status', status: 'read', eventKey: 's:wamid.OUT1:read', recipient: { phone } },
    { kind: 'status', status: 'read', eventKey: 's:wamid.OUT1:played' },
    {
      kind: 'status',
      status: 'failed',
      eventKey: 's:wamid.OUT4:failed',
      errors: [
        {
          code: 131049,
          title: 'Message not delivered to keep engagement healthy',
          details: 'Not delivered to maintain healthy ecosystem engagement.',
        },
      ],
    },
  ],
  'status as of v23, contact without profile': [
    { kind: 'status', status: 'sent', recipient: { phone, userId } },
  ],
  'preference stop': [
    {
      kind: 'preference',
      value: 'stop',
      eventKey: 'p:stop:1795000200000',
      at: 1795000200_000,
      from: { phone, userId },
    },
  ],
  'preference resume': [{ kind: 'preference', value: 'resume' }],
  'preference signup': [{ kind: 'preference', value: 'signup', signupId: '500600700800' }],
  'preference of another category': [unknown('category')],
  'template approved': [
    {
      kind: 'template-status',
      phoneNumberId: '',
      businessAccountId,
      at: 1795000300_000,
      template,
      event: 'APPROVED',
      category: 'UTILITY',
    },
  ],
  'template rejected': [{ kind: 'template-status', event: 'REJECTED', reason: 'INVALID_FORMAT' }],
  'template paused': [{ kind: 'template-status', event: 'PAUSED', reason: 'FIRST_PAUSE', template }],
  'template deleted': [{ kind: 'template-status', event: 'DELETED' }],
  'template quality': [{ kind: 'template-quality', quality: 'YELLOW', template }],
  'template quality under the name of the status': [{ kind: 'template-quality', quality: 'YELLOW' }],
  'template category, announced': [
    {
      kind: 'template-category',
      phase: 'impending',
      current: 'UTILITY',
      next: 'MARKETING',
      effectiveAt: 1795086704_000,
    },
  ],
  'template category, done': [{ kind: 'template-category', phase: 'done', current: 'MARKETING' }],
  'template category, done, without the previous one': [
    { kind: 'template-category', phase: 'done', current: 'MARKETING' },
  ],
  'template components': [{ kind: 'template-components', template }],
  'account disabled': [
    { kind: 'account', businessAccountId, event: 'DISABLED_UPDATE', detail: 'SCHEDULE_FOR_DISABLE' },
  ],
  'account restricted': [
    {
      kind: 'account',
      event: 'ACCOUNT_RESTRICTION',
      detail: 'RESTRICTED_BIZ_INITIATED_MESSAGING, RESTRICTED_ADD_PHONE_NUMBER_ACTION',
    },
  ],
  'account violation': [{ kind: 'account', event: 'ACCOUNT_VIOLATION', detail: 'SPAM' }],
  'account deleted': [{ kind: 'account', event: 'ACCOUNT_DELETED' }],
  'number quality': [{ kind: 'phone-number', event: 'DOWNGRADE', detail: '12025550100 TIER_2K' }],
  echo: [{ kind: 'echo', to: { phone, userId }, whatsappId: 'wamid.ECHO1', eventKey: 'e:wamid.ECHO1' }],
  'business capability': [unknown('does not read')],
  'account alert': [unknown('does not read')],
  'a field of tomorrow': [unknown('does not read')],
  'calls beside messages': [unknown('calls')],
  'a batch of two numbers, mixed fields, one item broken': [
    message({ kind: 'text', text: 'one' }, { from: { phone, userId } }),
    unknown('timestamp'),
    message(
      { kind: 'text', text: 'three' },
      { from: { phone: '+12025550177' }, profileName: 'Luis Vega', at: 1795000002_000 },
    ),
    { kind: 'status', status: 'delivered' },
    unknown('status'),
    { kind: 'preference', value: 'stop', from: { phone } },
    { kind: 'message', phoneNumberId: '200300400500601', content: { kind: 'text', text: 'four' } },
    { kind: 'template-status', businessAccountId: '100200300400501', event: 'PAUSED' },
  ],
};

const updates = (body: unknown): Update[] => parseWebhook(body).map(({ update }) => update);

/** A body with one value under one field. */
const webhook = (field: string, value: unknown, time?: unknown) => ({
  object: 'whatsapp_business_account',
  entry: [{ id: businessAccountId, time, changes: [{ field, value }] }],
});
const inbound = (messages: unknown, contacts?: unknown) =>
  webhook('messages', { metadata: { phone_number_id: phoneNumberId }, contacts, messages });
const text = (more: object = {}) => ({
  from: '12025550143',
  id: 'wamid.IN1',
  timestamp: '1795000000',
  type: 'text',
  text: { body: 'Hello' },
  ...more,
});

describe('parseWebhook', () => {
  it.each(Object.entries(payloads))('reads: %s', (name, payload) => {
    const expected = Object.entries(told).find(([key]) => key === name)?.[1];
    expect(updates(payload)).toMatchObject(expected ?? []);
    expect(updates(payload)).toHaveLength(expected?.length ?? -1);
  });

  it('gives a key to each event that its redelivery has too, whatever the order of its keys', () => {
    const reversed = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(reversed)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([key, item]) => [key, reversed(item)]),
            )
          : value;
    for (const payload of Object.values(payloads)) {
      const keys = updates(payload).map(({ eventKey }) => eventKey);
      expect(new Set(keys).size).toBe(keys.length);
      expect(updates(structuredClone(payload)).map(({ eventKey }) => eventKey)).toEqual(keys);
      const again = updates(reversed(payload)).map(({ eventKey }) => eventKey);
      expect(again.sort()).toEqual(keys.sort());
    }
  });

  it('hands over each item as it came, for the evidence', () => {
    const item = text();
    expect(parseWebhook(inbound([item, text({ id: '' })]))).toMatchObject([
      { raw: item },
      { raw: { ...item, id: '' } },
    ]);
  });
});

it.each(['text, with every id', 'statuses', 'user_id_update', 'echo', 'changed number'])(
  'cannot say for which number it is, without one: %s',
  (name) => {
    const payload = Object.entries(payloads).find(([key]) => key === name)?.[1];
    const nameless = JSON.stringify(payload).replaceAll(/"phone_number_id":"\d+"/g, '"other":1');
    const read = updates(JSON.parse(nameless));
    expect(read).toHaveLength(updates(payload).length);
    for (const update of read)
      expect(update).toMatchObject({ kind: 'unknown', reason: 'metadata.phone_number_id is missing' });
  },
);

describe('who is meant', () => {
  const fromOf = (message: object, contacts?: unknown[]) =>
    updates(inbound([message], contacts)).map((update) => ('from' in update ? update.from : update.kind));

  it('joins contact entries by an id, not by position', () => {
    const contacts = [
      { profile: { name: 'Luis' }, wa_id: '12025550177', user_id: 'US.2' },
      { profile: { name: 'Ana' }, wa_id: '12025550143', user_id: 'US.1' },
    ];
    const ana = text();
    const luis = text({ from: undefined, from_user_id: 'US.2', id: 'wamid.IN2' });
    expect(updates(inbound([ana, luis], contacts))).toMatchObject([
      { from: { phone, userId: 'US.1' }, profileName: 'Ana' },
      { from: { phone: '+12025550177', userId: 'US.2' }, profileName: 'Luis' },
    ]);
  });

  it('does not give a person the ids of an entry that contradicts the message', () => {
    const ana = text({ from_user_id: 'US.1' });
    const own = { phone, userId: 'US.1' };
    expect(fromOf(ana, [{ wa_id: '12025550143', user_id: 'US.2', parent_user_id: 'US.ENT.2' }])).toEqual([
      own,
    ]);
    expect(fromOf(ana, [{ wa_id: '12025550199', user_id: 'US.9' }])).toEqual([own]);
    const parent = { ...ana, from: undefined, from_parent_user_id: 'US.ENT.1' };
    expect(fromOf(parent, [{ user_id: 'US.2', parent_user_id: 'US.ENT.1', wa_id: '12025550143' }])).toEqual([
      { userId: 'US.1', parentUserId: 'US.ENT.1' },
    ]);
  });

  it('takes the only contact entry for a message that names nobody, and no one of several', () => {
    const nobody = text({ from: undefined });
    expect(fromOf(nobody, [{ wa_id: '12025550143' }])).toEqual([{ phone }]);
    expect(fromOf(nobody, [{ wa_id: '12025550143' }, { wa_id: '12025550177' }])).toEqual(['unknown']);
    expect(fromOf(nobody)).toEqual(['unknown']);
  });

  it('never makes a shared address card the sender', () => {
    const card = {
      type: 'contacts',
      text: undefined,
      contacts: [{ name: { formatted_name: 'Luis' }, phones: [{ wa_id: '12025550177' }] }],
    };
    expect(fromOf(text(card))).toEqual([{ phone }]);
    expect(fromOf(text({ ...card, from: undefined }))).toEqual(['unknown']);
  });

  it('keeps the digits WhatsApp gave: no ninth digit, no country code of its own', () => {
    expect(fromOf(text({ from: '551187654321' }))).toEqual([{ phone: '+551187654321' }]);
    expect(fromOf(text({ from: '5215512345678' }))).toEqual([{ phone: '+5215512345678' }]);
    expect(fromOf(text({ from: '+12025550143' }))).toEqual([{ phone }]);
  });

  it('keeps the message of a person whose user id has a form nobody knows', () => {
    expect(fromOf(text({ from_user_id: 'us-17' }))).toEqual([{ phone }]);
    expect(fromOf(text({ from_user_id: {} }), [{ wa_id: 7, user_id: [] }])).toEqual([{ phone }]);
  });

  it('never takes the new id of a person for the old one', () => {
    const system = (type: string) =>
      text({
        type: 'system',
        from_user_id: newUserId,
        system: { type, user_id: newUserId, wa_id: '12025550188' },
      });
    expect(updates(inbound([system('user_changed_number')]))).toMatchObject([
      { from: { phone }, to: { phone: '+12025550188', userId: newUserId } },
    ]);
    const [change] = updates(inbound([system('user_changed_number')]));
    expect(change).not.toHaveProperty('from.userId');
    const unnamed = { ...system('user_changed_user_id'), from: undefined };
    expect(updates(inbound([unnamed], [{ wa_id: '12025550143' }]))).toMatchObject([unknown('the old id')]);
  });

  it.each(['', '0', 'abc', '12025550143x', '1'.repeat(16), null, {}, true])(
    'does not take %j for a phone',
    (from) => {
      expect(fromOf(text({ from }))).toEqual(['unknown']);
    },
  );

  it('leaves a message in a group alone: it is no answer to us', () => {
    expect(fromOf(text({ group_id: 'Y2FwaV9ncm91cDo' }))).toEqual(['unknown']);
  });
});

describe('times', () => {
  it.each([
    undefined,
    null,
    '',
    '0',
    0,
    -1795000000,
    '1795000000.5',
    1795000000.5,
    '1795000000000',
    1795000000000,
    'today',
    ' 1795000000',
    {},
  ])('does not take %j for a time: neither our clock nor 1970 stands in for it', (timestamp) => {
    expect(updates(inbound([text({ timestamp })]))).toMatchObject([{ kind: 'unknown', at: 0 }]);
    const template = {
      message_template_id: 1,
      message_template_name: 'a',
      message_template_language: 'en',
      event: 'PAUSED',
    };
    expect(updates(webhook('message_template_status_update', template, timestamp))).toMatchObject([
      { kind: 'unknown' },
    ]);
  });

  it('reads strings and numbers', () => {
    expect(updates(inbound([text({ timestamp: 1795000000 })]))).toMatchObject([{ kind: 'message', at }]);
  });
});

describe('text PostgreSQL cannot hold', () => {
  it('replaces NUL and halves of an emoji, and keeps whole ones', () => {
    const contacts = [{ wa_id: '12025550143', profile: { name: 'Ana \ud83d' } }];
    const [first] = parseWebhook(inbound([text({ text: { body: 'ST\u0000OP \udc4d 👍' } })], contacts));
    expect(first?.update).toMatchObject({
      profileName: 'Ana \uFFFD',
      content: { text: 'ST\uFFFDOP \uFFFD 👍' },
    });
    expect(first?.raw).toMatchObject({ text: { body: 'ST\uFFFDOP \uFFFD 👍' } });
  });

  it('keeps an empty text an empty text', () => {
    expect(updates(inbound([text({ text: { body: '' } })]))).toMatchObject([
      { content: { kind: 'text', text: '' } },
    ]);
  });
});

describe('broken bodies', () => {
  it.each([[null], [true], [7], ['text'], [[]], [{}], [{ entry: [] }], [{ entry: {} }], [{ entry: 'x' }]])(
    'makes one unknown update of %j',
    (body) => {
      expect(updates(body)).toMatchObject([{ kind: 'unknown', phoneNumberId: '' }]);
    },
  );

  it('makes one unknown update of each part that does not fit, beside those that do', () => {
    const good = inbound([text()]).entry[0];
    expect(
      updates({ entry: [null, { changes: [] }, { changes: [7, { field: 'messages' }] }, good] }),
    ).toMatchObject([
      unknown('entry'),
      unknown('entry'),
      unknown('change'),
      unknown('change'),
      { kind: 'message' },
    ]);
    expect(updates(inbound({ id: 'wamid.IN1' }))).toMatchObject([unknown('not a list')]);
    expect(updates(inbound([]))).toMatchObject([unknown('nothing')]);
  });

  it('reads a message beside which something nests a hundred thousand levels deep', () => {
    const depth = 100_000;
    const deep = JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);
    const deeper = JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);
    const [first] = parseWebhook(inbound([text({ extra: deep })]));
    expect(first?.update.kind).toBe('message');
    expect(JSON.stringify(first?.raw)).toContain('nested too deeply');
    const keys = updates({ entry: [deep, deeper] }).map(({ eventKey }) => eventKey);
    expect(new Set(keys).size).toBe(2);
  });

  it('is not confused by names every object has', () => {
    const body = JSON.parse(
      '{"entry":[{"changes":[{"field":"constructor","value":{}},{"field":"messages","value":{"__proto__":[1],"toString":[2]}}]}]}',
    );
    expect(updates(body).map(({ kind }) => kind)).toEqual(['unknown', 'unknown', 'unknown']);
    expect(updates(inbound([text({ type: '__proto__' }), text({ type: 'toString' })]))).toMatchObject([
      { content: { kind: 'other', type: '__proto__' } },
      { content: { kind: 'other', type: 'toString' } },
    ]);
  });
});

describe('for every JSON value', () => {
  const stringUnit = fc.constantFrom('a', '7', '"', '\u0000', '\ud83d', '\udc4d', 'é', '.', '_');
  const storedAsJson = (value: unknown) => {
    const json = JSON.stringify(value);
    expect(json).not.toContain('\\u0000');
    expect(json).not.toMatch(/\\ud[89a-f]/);
    return JSON.parse(json);
  };
  const holds = (body: unknown) => {
    const parsed = parseWebhook(body);
    expect(parsed.length).toBeGreaterThan(0);
    for (const { update, raw } of parsed) {
      expect(update.eventKey).not.toBe('');
      // Plain JSON: what is stored reads back as it was.
      expect(storedAsJson(update)).toEqual(update);
      storedAsJson(raw);
    }
    return parsed;
  };

  it('answers with at least one update, plain JSON that PostgreSQL holds, and never throws', () => {
    const anything = fc.jsonValue({ stringUnit });
    fc.assert(fc.property(anything, (body) => void holds(body)));
  });

  it('does the same for a body of the right shape with anything in it, and loses no item', () => {
    const anything = fc.jsonValue({ stringUnit, maxDepth: 3 });
    const item = fc.record(
      {
        id: fc.oneof(fc.string(), anything),
        from: fc.constantFrom('12025550143', '', null, 7),
        timestamp: fc.constantFrom('1795000000', 1795000000, 'x'),
        type: fc.constantFrom('text', 'button', 'interactive', 'system', 'edit', 'contacts', 'reaction', 'x'),
        status: fc.constantFrom('sent', 'failed', 'x'),
        text: anything,
        button: anything,
        interactive: anything,
        system: anything,
        edit: anything,
        contacts: anything,
        errors: anything,
        context: anything,
      },
      { requiredKeys: [] },
    );
    const list = fc.array(fc.oneof(item, anything), { maxLength: 4 });
    const value = fc.record(
      { metadata: fc.constant({ phone_number_id: '1' }), messages: list, statuses: list, contacts: anything },
      { requiredKeys: ['messages'] },
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 3 }), (values) => {
        const body = { entry: [{ changes: values.map((value) => ({ field: 'messages', value })) }] };
        const items = values.map(({ messages, statuses }) => messages.length + (statuses?.length ?? 0));
        const least = items.reduce((sum, count) => sum + Math.max(count, 1), 0);
        expect(holds(body)).toHaveLength(least);
      }),
    );
  });
});

/** Examples of Meta's own (https://github.com/facebook/openapi, MIT), where they were fetched. */
const examples = new URL(
  '../../../../shared/contracts/whatsapp/facebook-openapi/extracted/',
  import.meta.url,
);

describe.skipIf(!existsSync(examples))("Meta's examples", () => {
  const read = (name: string) =>
    z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(new URL(name, examples), 'utf8')));

  it('reads all of its webhooks: one event each, and only those about groups are unknown', () => {
    const all = Object.entries(read('webhook.payload.examples.json'));
    expect(all).toHaveLength(16);
    for (const [name, body] of all) {
      const expected = name.startsWith('Group')
        ? 'unknown'
        : name.startsWith('System')
          ? 'identity-change'
          : 'message';
      expect([name, ...updates(body).map(({ kind }) => kind)]).toEqual([name, expected]);
    }
  });

  it('reads all of its messages', () => {
    const all = Object.values(read('webhook.message-object.examples.json')).filter(
      (item) => typeof item === 'object',
    );
    expect(all).toHaveLength(10);
    const parsed = updates(inbound(all));
    expect(parsed.map((update) => update.kind)).not.toContain('unknown');
    expect(parsed).toHaveLength(10);
  });
});

it('every field that people are told to subscribe to is read, and the README names each', () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  for (const field of [...WEBHOOK_FIELDS, ...FIELDS_BESIDE_APP]) {
    expect(readme).toContain(`\`${field}\``);
    const [parsed] = parseWebhook(webhook(field, { odd: true }));
    expect(parsed?.update).not.toMatchObject({ reason: 'a field Assent does not read' });
  }
});
