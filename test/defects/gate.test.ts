import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { SendableOut } from '../../src/http/schemas/chat.ts';
import { openWorld, REPLY_NO, REPLY_YES, type TypeSetUp, type World } from '../stories/world.ts';
import {
  accepted,
  answered,
  blocked,
  blockedFrom,
  contact,
  conversationWith,
  keepQueued,
  preferenceOf,
  takenFrom,
  textFrom,
  thread,
  threadOf,
  to,
  webhook,
} from './acts.ts';

/** Defects of the gate that peers have (consent-practice.md §7, GAT-1 to GAT-9), tried on the product as it runs. */

let world: World;
let type: TypeSetUp;
let marketing: string;
const HOUR = 3_600_000;

beforeAll(async () => {
  world = await openWorld();
  type = await world.setUpContactType();
  const sale = await world.template({
    name: 'Spring sale',
    type: 'marketing',
    recordType: 'contact',
    session: 'utility',
    whatsappTemplate: { name: 'spring_sale', language: 'en' },
    bindings: { '1': { column: 'fullname', fallback: 'there' }, '2': { text: '31 May' } },
  });
  await world.publish(sale);
  marketing = sale.id;
});
afterAll(() => world.close());

const settings = (patch: Record<string, unknown>) => world.ok(z.unknown(), 'PATCH', '/api/settings', patch);
const conversationTo = async (phone: string) => {
  const { conversationId } = await world.consent(phone);
  if (conversationId === null) throw new Error(`nobody talked to ${phone} yet`);
  return { conversationId };
};

it('GAT-1 nobody known is nobody written to', async () => {
  const unreachable = await world.record('contact', { fullname: 'No Phone' });
  // It is in the CRM; what it lacks is a number.
  for (const message of [
    { text: 'Hello' },
    { messageTemplateId: type.consent },
    { messageTemplateId: type.utility },
  ])
    expect(await blocked(world, { to: to(unreachable), ...message })).toMatchObject({
      code: 'contact-point-unknown',
      detail: 'This record has no phone number that WhatsApp could know. Add one to write.',
    });
  const nowhere = { recordType: 'contact', recordId: '018f0000-0000-7000-8000-000000000000' };
  expect(await blocked(world, { to: nowhere, text: 'Hello' })).toMatchObject({
    code: 'contact-point-unknown',
  });
  const offered = await world.sendable(`recordType=contact&recordId=${unreachable.id}`);
  expect(offered).toMatchObject({ freeText: { allowed: false }, phone: null, banner: { code: 'no-phone' } });
  expect(offered.freeText.reasonText).toBe(offered.banner.text);
  expect(offered.templates.filter((template) => template.allowed)).toEqual([]);
});

it('GAT-1 a message that names nobody is kept and makes nobody known', async () => {
  const anonymous = webhook('messages', {
    messages: [
      {
        id: 'wamid.nobody',
        timestamp: String(Math.floor(world.now() / 1000)),
        type: 'text',
        text: { body: 'STOP' },
      },
    ],
  });
  const before = await world.ok(
    z.object({ items: z.array(z.unknown()) }),
    'GET',
    '/api/conversations?limit=100',
  );
  expect((await world.postWebhook(anonymous)).status).toBe(200);
  await world.settled();
  expect(await world.ok(z.unknown(), 'GET', '/api/conversations?limit=100')).toEqual(
    before.items.length === 0
      ? { items: [], nextCursor: null }
      : expect.objectContaining({ items: before.items }),
  );
});

it('GAT-1 a number in no record is closed to agents where the organisation says so', async () => {
  const phone = world.newPhone();
  await world.says(phone, 'Hello, who is there?');
  await settings({ chatWithUnknown: false });
  try {
    expect(await blocked(world, { to: { phone }, text: 'Hello' })).toMatchObject({
      code: 'contact-point-unknown',
    });
    await world.record('contact', { fullname: 'Found', mobilephone: phone });
    expect(await accepted(world, { to: { phone }, text: 'Hello' })).toMatchObject({ status: 'delivered' });
  } finally {
    await settings({ chatWithUnknown: true });
  }
});

it('GAT-2 no setting lets a refusal pass', async () => {
  const { phone, record } = await answered(world, 'no');
  const lenient = { unset: 'allow', allowReplyAfterRefusal: true };
  const { items } = await world.ok(
    z.object({ items: z.array(z.looseObject({ table: z.string() })) }),
    'GET',
    '/api/record-types',
  );
  const { table, ...input } = items.find((one) => one.table === 'contact') ?? { table: '' };
  const limits = {
    askUnansweredPerDay: null,
    askUnansweredPer30Days: null,
    askAfterRefusalPerDay: null,
    askAfterRefusalPer90Days: null,
  };
  await world.ok(z.unknown(), 'PUT', `/api/record-types/${table}`, { ...input, ...lenient });
  await settings({ ...limits, unknownUnset: 'allow', chatWithUnknown: true, serviceExpiresDays: 1 });
  try {
    for (const target of [to(record), { phone }, await conversationTo(phone)])
      for (const message of [
        { text: 'Hello' },
        { messageTemplateId: type.utility },
        { messageTemplateId: marketing },
      ])
        expect(await blocked(world, { to: target, ...message })).toMatchObject({ code: 'consent-denied' });
    expect((await world.readRecord(record)).complianceValue).toBe(false);
  } finally {
    await world.ok(z.unknown(), 'PUT', `/api/record-types/${table}`, input);
    await settings({
      askUnansweredPerDay: 1,
      askUnansweredPer30Days: 3,
      askAfterRefusalPerDay: 1,
      askAfterRefusalPer90Days: 3,
      unknownUnset: 'ask-first',
      serviceExpiresDays: null,
    });
  }
});

it('GAT-2 nobody asked is nobody written to, unless an administrator said otherwise', async () => {
  const { record } = await contact(world);
  for (const message of [{ text: 'Hello' }, { messageTemplateId: type.utility }])
    expect(await blocked(world, { to: to(record), ...message })).toMatchObject({ code: 'consent-needed' });
});

it('GAT-3 calling a template a Consent Template does not lift the rule', async () => {
  const dressedUp = await world.template({
    name: 'Order update, dressed up',
    type: 'consent',
    recordType: 'contact',
    session: 'utility',
    whatsappTemplate: { name: 'order_update', language: 'en' },
    bindings: { '1': { text: 'Ana' }, '2': { text: 'A-1' }, '3': { text: 'today' } },
  });
  const problem = await world.refused(422, 'POST', `/api/message-templates/${dressedUp.id}/publish`);
  expect(problem.problems?.map((one) => one.code)).toContain('no-quick-replies');
  const { phone, record } = await answered(world, 'no');
  expect(await blocked(world, { to: to(record), messageTemplateId: dressedUp.id })).toMatchObject({
    code: 'template-not-published',
  });
  // A draft beside the live version changes nothing of what the live one may do.
  await world.ok(z.unknown(), 'PATCH', `/api/message-templates/${type.utility}`, { type: 'consent' });
  expect(await blocked(world, { to: { phone }, messageTemplateId: type.utility })).toMatchObject({
    code: 'consent-denied',
  });
  await world.ok(z.unknown(), 'PATCH', `/api/message-templates/${type.utility}`, { type: 'utility' });
});

it('GAT-3 Opt-In and Opt-Out Templates are not sent at all', async () => {
  const { record } = await answered(world, 'yes');
  for (const messageTemplateId of [type.optIn, type.optOut]) {
    const answer = await world.send({ to: to(record), messageTemplateId });
    expect([answer.status, answer.body]).toMatchObject([422, { code: 'template-not-sendable' }]);
  }
});

it('GAT-4 the key and the person meet the same gate on every way to a customer', async () => {
  const person = await world.as('agent');
  const refused = await answered(world, 'no');
  const quiet = await contact(world);
  const unset = await accepted(world, { to: { phone: quiet.phone }, messageTemplateId: type.consent });
  const cases = [
    [refused.phone, refused.record, 'consent-denied'],
    [quiet.phone, quiet.record, 'consent-needed'],
  ] as const;
  for (const [phone, record, code] of cases)
    for (const target of [to(record), { phone }, await conversationTo(phone)])
      for (const message of [{ text: 'Hello' }, { messageTemplateId: type.utility }]) {
        const byKey = blockedFrom(await world.send({ to: target, ...message }));
        const byPerson = blockedFrom(await person('POST', '/api/messages', { to: target, ...message }));
        expect([byKey.code, byPerson.code]).toEqual([code, code]);
        expect(byPerson.detail).toBe(byKey.detail);
      }
  expect(unset.conversationId).toBe((await conversationTo(quiet.phone)).conversationId);
});

it('GAT-4 an auditor reads and sends nothing', async () => {
  const { record } = await answered(world, 'yes');
  const auditor = await world.as('auditor');
  const answer = await auditor('POST', '/api/messages', { to: to(record), text: 'Hello' });
  expect([answer.status, answer.body]).toMatchObject([403, { code: 'not-allowed' }]);
  // Which is how it should be: their composer says it as a fact, and an agent's who may not write as an obstacle.
  const offered = await auditor('GET', `/api/sendable?recordType=${record.recordType}&recordId=${record.id}`);
  expect(SendableOut.parse(offered.body).banner).toMatchObject({ code: 'not-allowed', tone: 'info' });
});

it('GAT-5 a refusal cancels what is queued, and the message says why', async () => {
  const { phone, record } = await answered(world, 'yes');
  keepQueued(world, phone);
  const queued = [takenFrom(await world.send({ to: to(record), text: 'One' })).id];
  await world.settled();
  // The first waits for WhatsApp, the others for the first.
  for (const message of [{ text: 'Two' }, { messageTemplateId: type.utility }])
    queued.push(takenFrom(await world.send({ to: to(record), ...message })).id);
  expect((await Promise.all(queued.map(world.message))).map((one) => one.status)).toEqual([
    'queued',
    'queued',
    'queued',
  ]);
  await world.says(phone, 'STOP');
  for (const id of queued)
    expect(await world.message(id)).toMatchObject({
      status: 'cancelled',
      reason: 'consent-denied',
      reasonText: 'The customer refused messages. Only a Consent Template may be sent.',
    });
  expect((await thread(world, phone)).filter((one) => one.status === 'cancelled')).toHaveLength(3);
  await world.advance(3 * HOUR);
  const received = world.emulator.messagesOf(phone).filter((one) => one.direction === 'out');
  expect(received.map((one) => one.text)).not.toEqual(expect.arrayContaining(['One']));
  expect(received.map((one) => one.text)).not.toEqual(expect.arrayContaining(['Two']));
});

it('GAT-5 a queued Consent Template survives the refusal, and is one ask', async () => {
  const { phone, record } = await contact(world);
  keepQueued(world, phone);
  const request = takenFrom(await world.send({ to: to(record), messageTemplateId: type.consent }));
  await world.settled();
  world.emulator.customerSends(phone, { text: 'STOP' });
  await world.emulator.idle();
  expect(await world.consent(phone)).toMatchObject({ state: 'denied' });
  expect(await world.message(request.id)).toMatchObject({ status: 'queued' });
  await world.advance(3 * HOUR);
  expect(await world.message(request.id)).toMatchObject({ status: 'delivered' });
});

it('GAT-6 free text asks for consent, window or not', async () => {
  const denied = await answered(world, 'no');
  expect(await blocked(world, { to: to(denied.record), text: 'Hello' })).toMatchObject({
    code: 'consent-denied',
  });
  const wroteFirst = await contact(world);
  await world.says(wroteFirst.phone, 'Hello, is my order on its way?');
  expect(await accepted(world, { to: to(wroteFirst.record), text: 'It is' })).toMatchObject({
    status: 'delivered',
  });
  const granted = await answered(world, 'yes');
  expect(await accepted(world, { to: to(granted.record), text: 'Thank you' })).toMatchObject({
    status: 'delivered',
  });
  await world.advance(25 * HOUR);
  expect(await blocked(world, { to: to(granted.record), text: 'Hello' })).toMatchObject({
    code: 'service-window-closed',
  });
  expect(await blocked(world, { to: to(wroteFirst.record), text: 'Hello' })).toMatchObject({
    code: 'consent-needed',
    alsoBlockedBy: ['service-window-closed'],
  });
});

it('GAT-7 an answer that decides is answered once, in the chat, and not again at a replay', async () => {
  for (const [answer, reply] of [
    ['yes', REPLY_YES],
    ['no', REPLY_NO],
  ] as const) {
    const { phone } = await answered(world, answer);
    const automatic = async () => (await thread(world, phone)).filter((one) => one.automatic);
    expect(await automatic()).toMatchObject([{ text: reply, status: 'delivered', actor: null }]);
    const deliveries = world.emulator.deliveries().filter((one) => one.body.includes('"type":"button"'));
    for (const { body } of deliveries) expect((await world.postWebhook(body)).status).toBe(200);
    // The same tap again is a new message of the customer's, and decides nothing new.
    await world.tap(phone, answer);
    expect(await automatic()).toHaveLength(1);
    expect(world.emulator.messagesOf(phone).filter((one) => one.text === reply)).toHaveLength(1);
  }
});

it('GAT-7 a repeated stop word is answered once', async () => {
  const phone = world.newPhone();
  for (const word of ['STOP', 'Stop', 'unsubscribe']) await world.says(phone, word);
  const automatic = (await thread(world, phone)).filter((one) => one.automatic);
  expect(automatic).toMatchObject([{ text: REPLY_NO, status: 'read' }]);
  expect((await world.consent(phone)).history.map((line) => line.type)).toEqual([
    'denied',
    'denied',
    'denied',
  ]);
});

it('GAT-7 a newer answer cancels the automatic answer that still waits', async () => {
  const { phone, record } = await contact(world);
  await world.sendConsent(record);
  keepQueued(world, phone);
  await world.tap(phone, 'yes');
  await world.tap(phone, 'no');
  const automatic = (await thread(world, phone)).filter((one) => one.automatic);
  expect(automatic).toMatchObject([
    { text: REPLY_YES, status: 'cancelled', reason: 'superseded' },
    { text: REPLY_NO, status: 'delivered' },
  ]);
  await world.advance(3 * HOUR);
  const received = world.emulator.messagesOf(phone).map((one) => one.text);
  expect(received).toContain(REPLY_NO);
  expect(received).not.toContain(REPLY_YES);
});

it('GAT-7 somebody known by user id only is answered too', async () => {
  const phone = world.newPhone();
  world.emulator.changeCustomer(phone, { username: 'nameless', hidePhone: true });
  const userId = world.emulator.userIdOf(phone);
  await world.says(phone, 'STOP');
  const conversation = await conversationWith(world, { userId });
  expect(conversation).toMatchObject({
    contactPoint: { userId },
    consent: { service: 'denied', marketing: 'denied' },
  });
  expect(conversation?.contactPoint.phone).toBeUndefined();
  const automatic = (await threadOf(world, conversation?.id ?? '')).filter((one) => one.automatic);
  expect(automatic).toMatchObject([{ text: REPLY_NO, status: 'delivered' }]);
  expect(world.emulator.messagesOf(phone).map((one) => one.text)).toEqual(['STOP', REPLY_NO]);
});

it('GAT-7 a person’s entry and WhatsApp’s own preference are answered by nothing', async () => {
  const { phone } = await contact(world);
  await world.says(phone, 'Hello');
  await world.ok(z.unknown(), 'POST', '/api/consent', { phone, decision: 'denied', reason: 'by telephone' });
  expect((await world.postWebhook(preferenceOf(phone, 'stop', world.now()))).status).toBe(200);
  await world.settled();
  expect((await thread(world, phone)).filter((one) => one.automatic)).toEqual([]);
});

it('GAT-8 a refusal does not close the customer’s own way to us', async () => {
  const { phone, record } = await answered(world, 'no');
  await world.advance(1_000);
  await world.says(phone, 'When do you open tomorrow?');
  world.emulator.customerSends(phone, { image: { caption: 'This is what arrived' } });
  await world.settled();
  const inbound = (await thread(world, phone)).filter((one) => one.direction === 'in');
  expect(inbound.map((one) => [one.kind, one.text])).toEqual([
    ['button', 'No, Thank You'],
    ['text', 'When do you open tomorrow?'],
    ['image', 'This is what arrived'],
  ]);
  expect(await conversationWith(world, { phone })).toMatchObject({
    unread: 3,
    consent: { service: 'denied' },
  });
  expect((await world.sendable(`recordType=contact&recordId=${record.id}`)).banner.code).toBe('denied-wrote');
});

it('GAT-9 stop, resume and stop again end in stop, in whatever order they arrive', async () => {
  const at = world.now() - 600_000;
  const events = [
    ['stop', at],
    ['resume', at + 60_000],
    ['stop', at + 120_000],
  ] as const;
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
    [0, 2, 1],
  ]) {
    const phone = world.newPhone();
    for (const index of order) {
      const [value, when] = events[index] ?? events[0];
      // Meta delivers at least once.
      for (let times = 0; times < 2; times += 1)
        expect((await world.postWebhook(preferenceOf(phone, value, when))).status).toBe(200);
    }
    await world.settled();
    const consent = await world.consent(phone, 'marketing');
    expect(consent, order.join()).toMatchObject({ platformStopped: true, state: 'not-asked' });
    expect(consent.history).toHaveLength(3);
    expect((await world.consent(phone)).state).toBe('not-asked');
  }
});

it('GAT-9 WhatsApp’s stop closes marketing alone, and only the customer lifts it', async () => {
  const { phone, record } = await answered(world, 'yes');
  const send = { to: to(record), messageTemplateId: marketing };
  expect(await blocked(world, send)).toMatchObject({ code: 'marketing-consent-needed' });
  const evidence = { text: 'Signed the form at the fair on 3 May' };
  const grant = { phone, purpose: 'marketing', decision: 'granted', evidence };
  await world.ok(z.unknown(), 'POST', '/api/consent', grant);
  expect(await accepted(world, send)).toMatchObject({ status: 'delivered' });
  world.emulator.customerPrefers(phone, 'stop');
  await world.settled();
  expect(await blocked(world, send)).toMatchObject({ code: 'platform-stopped-marketing' });
  expect(await accepted(world, { to: to(record), messageTemplateId: type.utility })).toMatchObject({
    status: 'delivered',
  });
  // Our own grant does not lift what only the customer may lift.
  await world.ok(z.unknown(), 'POST', '/api/consent', grant);
  expect(await blocked(world, send)).toMatchObject({ code: 'platform-stopped-marketing' });
  await world.advance(1_000);
  world.emulator.customerPrefers(phone, 'resume');
  await world.settled();
  expect(await accepted(world, send)).toMatchObject({ status: 'delivered' });
});

it('GAT-9 a resume undoes no refusal to us', async () => {
  const { phone, record } = await answered(world, 'yes');
  await world.says(phone, 'STOP');
  await world.advance(1_000);
  world.emulator.customerPrefers(phone, 'resume');
  await world.settled();
  expect(await world.consent(phone, 'marketing')).toMatchObject({ state: 'denied', platformStopped: false });
  expect(await blocked(world, { to: to(record), messageTemplateId: marketing })).toMatchObject({
    code: 'consent-denied',
  });
});

it('GAT-9 error 131050 is the customer’s stop, whether WhatsApp says it at once or later', async () => {
  for (const path of ['sync', 'async'] as const) {
    const { phone, record } = await answered(world, 'yes');
    const evidence = { text: 'Signed the form at the fair' };
    await world.ok(z.unknown(), 'POST', '/api/consent', {
      phone,
      purpose: 'marketing',
      decision: 'granted',
      evidence,
    });
    world.emulator.fault({ kind: 'code', code: 131050, path, to: phone });
    const message = await accepted(world, { to: to(record), messageTemplateId: marketing });
    expect(message).toMatchObject({ status: 'failed', reason: 'whatsapp-131050' });
    expect(await world.consent(phone, 'marketing'), path).toMatchObject({
      platformStopped: true,
      state: 'granted',
    });
    expect(await world.consent(phone)).toMatchObject({ state: 'granted' });
    expect(await blocked(world, { to: to(record), messageTemplateId: marketing })).toMatchObject({
      code: 'platform-stopped-marketing',
    });
  }
});

it('GAT-9 a request that Meta classes as marketing stops at WhatsApp’s stop, another does not', async () => {
  const question = await world.template({
    name: 'May we send offers?',
    type: 'consent',
    recordType: 'contact',
    session: 'utility',
    whatsappTemplate: { name: 'marketing_consent_request', language: 'en' },
    bindings: { '1': { column: 'fullname', fallback: 'there' } },
  });
  await world.publish(question);
  await world.ok(z.unknown(), 'POST', `/api/message-templates/${question.id}/answer-templates`);
  const { phone, record } = await contact(world);
  world.emulator.customerPrefers(phone, 'stop');
  await world.settled();
  expect(await blocked(world, { to: to(record), messageTemplateId: question.id })).toMatchObject({
    code: 'platform-stopped-marketing',
  });
  expect(await accepted(world, { to: to(record), messageTemplateId: type.consent })).toMatchObject({
    status: 'delivered',
  });
});

it('GAT-9 marketing needs its own consent, by type and by Meta’s category, in either session', async () => {
  const utilityOnMarketing = await world.template({
    name: 'Sale as utility',
    type: 'utility',
    recordType: 'contact',
    session: 'utility',
    whatsappTemplate: { name: 'spring_sale', language: 'en' },
    bindings: { '1': { text: 'Ana' }, '2': { text: '31 May' } },
  });
  const problem = await world.refused(422, 'POST', `/api/message-templates/${utilityOnMarketing.id}/publish`);
  expect(problem.problems?.map((one) => one.code)).toContain('marketing-category');
  const session = await world.refused(422, 'POST', '/api/message-templates', {
    name: 'Campaign',
    type: 'utility',
    recordType: 'contact',
    session: 'marketing',
  });
  expect(session.code).toBe('marketing-session-not-available');
  const utilityAsMarketing = await world.template({
    name: 'Order update as marketing',
    type: 'marketing',
    recordType: 'contact',
    session: 'utility',
    whatsappTemplate: { name: 'order_update', language: 'en' },
    bindings: { '1': { text: 'Ana' }, '2': { text: 'A-1' }, '3': { text: 'today' } },
  });
  await world.publish(utilityAsMarketing);
  const ofCampaigns = await world.template({
    name: 'Order update in the marketing session',
    type: 'marketing',
    recordType: 'contact',
    session: 'marketing',
    whatsappTemplate: { name: 'order_update', language: 'en' },
    bindings: { '1': { text: 'Ana' }, '2': { text: 'A-1' }, '3': { text: 'today' } },
  });
  await world.publish(ofCampaigns);
  const sent = [marketing, utilityAsMarketing.id, ofCampaigns.id];
  const { phone, record } = await answered(world, 'yes');
  for (const messageTemplateId of sent)
    expect(await blocked(world, { to: to(record), messageTemplateId })).toMatchObject({
      code: 'marketing-consent-needed',
    });
  const evidence = { text: 'Signed the form' };
  await world.ok(z.unknown(), 'POST', '/api/consent', {
    phone,
    purpose: 'marketing',
    decision: 'granted',
    evidence,
  });
  for (const messageTemplateId of sent) await accepted(world, { to: to(record), messageTemplateId });
  await world.ok(z.unknown(), 'POST', '/api/consent', { phone, purpose: 'service', decision: 'denied' });
  for (const messageTemplateId of sent)
    expect(await blocked(world, { to: to(record), messageTemplateId })).toMatchObject({
      code: 'consent-denied',
    });
});

it('a payment that fails is told of messages that were taken, and stops the number for all', async () => {
  const { phone } = await answered(world, 'yes');
  const other = await answered(world, 'yes');
  const taken = await accepted(world, { to: { phone }, text: 'Hello' });
  keepQueued(world, other.phone);
  const waiting = takenFrom(await world.send({ to: to(other.record), text: 'Hello' }));
  await world.settled();
  const failed = {
    id: taken.whatsappId,
    status: 'failed',
    timestamp: String(Math.floor(world.now() / 1000)),
    recipient_id: phone.slice(1),
    errors: [{ code: 131042, title: 'Business eligibility payment issue' }],
  };
  expect((await world.postWebhook(webhook('messages', { statuses: [failed] }))).status).toBe(200);
  await world.settled();
  const Channel = z.object({ stoppedReason: z.string().nullable() });
  try {
    expect(await world.ok(Channel, 'GET', '/api/channel')).toEqual({
      stoppedReason: '131042: Business eligibility payment issue',
    });
    expect(await blocked(world, { to: to(other.record), text: 'Hello' })).toMatchObject({
      code: 'channel-disconnected',
    });
    expect(await world.message(waiting.id)).toMatchObject({ status: 'queued' });
  } finally {
    await world.ok(z.unknown(), 'POST', '/api/channel/resume');
  }
  // The same word again is no second reason.
  expect((await world.postWebhook(webhook('messages', { statuses: [failed] }))).status).toBe(200);
  await world.settled();
  expect(await world.ok(Channel, 'GET', '/api/channel')).toEqual({ stoppedReason: null });
  world.emulator.clearFaults();
  await world.advance(3 * HOUR);
  expect(await world.message(waiting.id)).toMatchObject({ status: 'delivered' });
});

it.each([
  ['dated two days ahead', 48 * HOUR, 24 * HOUR],
  ['delivered five hours late', -5 * HOUR, 19 * HOUR],
])('a message %s leaves the service window open for a day at most', async (_when, aheadMs, leftMs) => {
  const { phone, record } = await contact(world);
  const received = world.now();
  const answer = await world.postWebhook(textFrom({ phone }, 'Hello', received + aheadMs));
  expect(answer.status).toBe(200);
  await world.settled();
  const closes = (await world.sendable(`recordType=contact&recordId=${record.id}`)).serviceWindowClosesAt;
  expect(Math.abs(Date.parse(closes ?? '') - received - leftMs)).toBeLessThan(2_000);
  await world.pass(leftMs + 2_000);
  expect(await blocked(world, { to: to(record), text: 'Hello again' })).toMatchObject({
    alsoBlockedBy: ['service-window-closed'],
  });
});
