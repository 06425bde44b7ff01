import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createHints } from '../../src/actions/live.ts';
import { rejudgeTemplates } from '../../src/actions/rejudge-templates.ts';
import { readSendable } from '../../src/actions/sendable.ts';
import { RIGHTS, type Right } from '../../src/core/rights.ts';
import { saveChannelInfo, stopChannel } from '../../src/db/organisation.ts';
import {
  listWhatsAppTemplates,
  saveWhatsAppTemplates,
  updateWhatsAppTemplate,
} from '../../src/db/templates.ts';
import { MessageTemplateOut, PublishAnswer, WhatsAppTemplateOut } from '../../src/http/schemas/templates.ts';
import { recording } from '../db/plans.ts';
import { openWorld, type TypeSetUp, type World } from '../stories/world.ts';
import {
  accepted,
  answered,
  BUSINESS,
  blocked,
  contact,
  keepQueued,
  preferenceOf,
  takenFrom,
  to,
} from './acts.ts';

/** Defects of templates that peers have (consent-practice.md §7, TPL-1 to TPL-3), and product.md §3.11. */

let world: World;
let type: TypeSetUp;

beforeAll(async () => {
  world = await openWorld();
  type = await world.setUpContactType();
});
afterAll(() => world.close());

const templateOf = (id: string) => world.ok(MessageTemplateOut, 'GET', `/api/message-templates/${id}`);
/** Something happens to a template at Meta, whose clock tells such events apart by whole seconds. */
const play = async (path: string, body: unknown) => {
  await world.advance(1_000);
  await world.ok(z.unknown(), 'POST', `/emulator/templates/${path}`, body);
  await world.settled();
};
const categoryOf = async (name: string, language = 'en') => {
  const { items } = await world.ok(
    z.object({ items: z.array(WhatsAppTemplateOut) }),
    'GET',
    '/api/whatsapp-templates',
  );
  const found = items.find((one) => one.name === name && one.language === language);
  return { category: found?.category, impending: found?.impendingCategory };
};
const offer = async (recordId: string, messageTemplateId: string) => {
  const { templates } = await world.sendable(`recordType=contact&recordId=${recordId}`);
  return templates.find((one) => one.messageTemplateId === messageTemplateId);
};
/** A message of this template that WhatsApp does not take for now. */
const queueFor = async (messageTemplateId: string, asked: 'yes' | null = 'yes') => {
  const { phone, record } = asked === null ? await contact(world) : await answered(world, asked);
  keepQueued(world, phone, 4);
  const message = takenFrom(await world.send({ to: to(record), messageTemplateId }));
  await world.settled();
  expect(await world.message(message.id)).toMatchObject({ status: 'queued' });
  return { phone, record, message };
};

it('TPL-1 a template that Meta makes marketing no longer reaches people who agreed to service alone', async () => {
  const { record } = await answered(world, 'yes');
  const send = { to: to(record), messageTemplateId: type.utility };
  expect(await accepted(world, send)).toMatchObject({ status: 'delivered' });
  await play('order_update:en/category', { category: 'MARKETING' });
  try {
    expect(await categoryOf('order_update')).toEqual({ category: 'MARKETING', impending: null });
    expect(await blocked(world, send)).toMatchObject({ code: 'marketing-consent-needed' });
    expect(await offer(record.id, type.utility)).toMatchObject({
      allowed: false,
      reason: 'marketing-consent-needed',
    });
  } finally {
    await play('order_update:en/category', { category: 'UTILITY' });
  }
  expect(await accepted(world, send)).toMatchObject({ status: 'delivered' });
});

it('TPL-2 a category that is only announced changes nothing but what is shown', async () => {
  const { record } = await answered(world, 'yes');
  const { message } = await queueFor(type.utility);
  const impendingAt = Math.floor(world.now() / 1000) + 86_400;
  const send = { to: to(record), messageTemplateId: type.utility };
  try {
    await play('order_update:en/category', { category: 'MARKETING', impendingAt });
    expect(await categoryOf('order_update')).toEqual({ category: 'UTILITY', impending: 'MARKETING' });
    expect(await world.message(message.id)).toMatchObject({ status: 'queued' });
    expect(await accepted(world, send)).toMatchObject({ status: 'delivered' });
    await play('order_update:en/category', { category: 'MARKETING' });
    expect(await categoryOf('order_update')).toEqual({ category: 'MARKETING', impending: null });
    expect(await blocked(world, send)).toMatchObject({ code: 'marketing-consent-needed' });
  } finally {
    await play('order_update:en/category', { category: 'UTILITY' });
  }
});

it('TPL-3 what is queued is judged as marketing once its template is made one', async () => {
  const made = await world.template({
    name: 'Order news',
    type: 'utility',
    recordType: 'contact',
    session: 'utility',
    whatsappTemplate: { name: 'order_update', language: 'en' },
    bindings: {
      '1': { column: 'fullname', fallback: 'there' },
      '2': { text: '4711' },
      '3': { text: 'in Berlin' },
    },
  });
  await world.publish(made);
  const { message } = await queueFor(made.id);
  await world.ok(MessageTemplateOut, 'PATCH', `/api/message-templates/${made.id}`, { type: 'marketing' });
  expect(await world.message(message.id)).toMatchObject({ status: 'queued' });
  await world.ok(PublishAnswer, 'POST', `/api/message-templates/${made.id}/publish`);
  await world.advance(3 * 3_600_000);
  expect(await world.message(message.id)).toMatchObject({
    status: 'cancelled',
    reason: 'marketing-consent-needed',
  });
  await world.ok(z.unknown(), 'POST', `/api/message-templates/${made.id}/retire`);
});

it('TPL-3 what is queued is judged again when Meta changes the category', async () => {
  const { phone, message } = await queueFor(type.utility);
  await play('order_update:en/category', { category: 'MARKETING' });
  try {
    expect(await world.message(message.id)).toMatchObject({
      status: 'cancelled',
      reason: 'marketing-consent-needed',
    });
  } finally {
    await play('order_update:en/category', { category: 'UTILITY' });
  }
  await world.advance(3 * 3_600_000);
  expect(world.emulator.messagesOf(phone).filter((one) => one.template?.name === 'order_update')).toEqual([]);
});

it('TPL-3 what is queued is judged again when Meta pauses or rejects the template', async () => {
  for (const [event, code] of [
    ['PAUSED', 'template-paused'],
    ['REJECTED', 'template-not-published'],
  ] as const) {
    const { record, message } = await queueFor(type.utility);
    await play('order_update:en/status', { event });
    try {
      expect(await world.message(message.id)).toMatchObject({ status: 'cancelled', reason: code });
      expect(await blocked(world, { to: to(record), messageTemplateId: type.utility })).toMatchObject({
        code,
      });
      expect(await offer(record.id, type.utility)).toMatchObject({ allowed: false, reason: code });
      expect((await templateOf(type.utility)).waitingFor).toMatchObject([
        { code: 'whatsapp-template-suspended' },
      ]);
    } finally {
      await play('order_update:en/status', { event: 'APPROVED' });
    }
    expect((await templateOf(type.utility)).waitingFor).toEqual([]);
  }
});

it('TPL-3 templates are read once for all whose messages wait, as every webhook of the node waits meanwhile', async () => {
  const queued = [await queueFor(type.utility), await queueFor(type.utility), await queueFor(type.utility)];
  const { ctx } = world;
  const { database, statements } = recording(ctx.database);
  const ended = new Error('nothing of it is kept');
  const judged = database.db.transaction().execute(async (tx) => {
    await sql`update whatsapp_template set status = 'PAUSED' where name = 'order_update'`.execute(tx);
    await rejudgeTemplates(tx, ctx, createHints());
    const { rows } = await sql<{ status: string }>`
      select status from message where id = any(${queued.map(({ message }) => message.id)}::uuid[])`.execute(
      tx,
    );
    expect(rows).toEqual(queued.map(() => ({ status: 'cancelled' })));
    throw ended;
  });
  await expect(judged).rejects.toBe(ended);
  const reads = (table: string) => statements.filter((one) => one.sql.includes(`from ${table}`)).length;
  expect([reads('whatsapp_template'), reads('channel')]).toEqual([1, 0]);
});

it('what may be sent is read once, however many templates there are', async () => {
  const { record } = await contact(world);
  // The configuration is known then.
  expect(await offer(record.id, type.consent)).toMatchObject({ allowed: true });
  const { database, statements } = recording(world.ctx.database);
  const sender = { path: 'api', rights: new Set<Right>(RIGHTS), actor: null } as const;
  const { templates } = await readSendable(database.db, world.ctx, to(record), sender, null);
  expect(templates.length).toBeGreaterThan(1);
  const reads = (from: string) => statements.filter((one) => one.sql.includes(`from ${from}`)).length;
  expect(['whatsapp_template', 'message_template', 'crm_record r'].map(reads)).toEqual([0, 0, 1]);
});

it('TPL-3 a request that is cancelled was never asked', async () => {
  const { phone, record, message } = await queueFor(type.consent, null);
  expect(await world.consent(phone)).toMatchObject({ state: 'requested', requestOpen: true });
  await play('consent_request:en/status', { event: 'DISABLED' });
  try {
    expect(await world.message(message.id)).toMatchObject({
      status: 'cancelled',
      reason: 'template-paused',
    });
    const consent = await world.consent(phone);
    expect(consent).toMatchObject({ state: 'not-asked', requestOpen: false });
    expect(consent.history.map((line) => line.type)).toEqual(['requested', 'request-failed']);
  } finally {
    await play('consent_request:en/status', { event: 'APPROVED' });
  }
  // It counts for nothing: the one ask of this day is still free.
  world.emulator.clearFaults();
  expect(await accepted(world, { to: to(record), messageTemplateId: type.consent })).toMatchObject({
    status: 'delivered',
  });
});

it('TPL-3 a retired Opt-In Template suspends its Consent Template, visibly, and what is queued of it', async () => {
  const { phone, record, message } = await queueFor(type.consent, null);
  const before = await answered(world, 'no');
  const retired = await templateOf(type.optIn);
  await world.ok(z.unknown(), 'POST', `/api/message-templates/${type.optIn}/retire`);
  expect((await templateOf(type.consent)).waitingFor).toEqual([
    {
      code: 'opt-in-missing',
      message: 'Waits for an Opt-In Template with the keyword “Yes, I Agree”',
      values: { keywords: '“Yes, I Agree”' },
    },
  ]);
  expect(await offer(record.id, type.consent)).toMatchObject({
    allowed: false,
    reason: 'template-waiting',
  });
  expect(await blocked(world, { to: to(before.record), messageTemplateId: type.consent })).toMatchObject({
    code: 'template-waiting',
  });
  expect(await world.message(message.id)).toMatchObject({
    status: 'cancelled',
    reason: 'template-waiting',
  });
  // What was asked before keeps its meaning: it is frozen in the tokens.
  await world.advance(1_000);
  await world.tap(before.phone, 'yes');
  expect(await world.consent(before.phone)).toMatchObject({ state: 'granted' });
  const again = await world.template({
    name: 'contact opt-in again',
    type: 'opt-in',
    recordType: 'contact',
    session: 'utility',
    ...(retired.keywords === undefined ? {} : { keywords: retired.keywords }),
    ...(retired.reply === undefined ? {} : { reply: retired.reply }),
  });
  await world.publish(again);
  expect((await templateOf(type.consent)).waitingFor).toEqual([]);
  world.emulator.clearFaults();
  expect((await world.consent(phone)).state).toBe('not-asked');
  expect(await accepted(world, { to: to(record), messageTemplateId: type.consent })).toMatchObject({
    status: 'delivered',
  });
});

it('TPL-3 a template that is retired takes what is queued of it along', async () => {
  const made = await world.template({
    name: 'Reminder',
    type: 'utility',
    recordType: 'contact',
    session: 'utility',
    whatsappTemplate: { name: 'appointment_reminder', language: 'en' },
    bindings: { '1': { text: 'Ana' }, '2': { text: '12 May' }, '3': { text: '10:00' } },
  });
  await world.publish(made);
  const { record, message } = await queueFor(made.id);
  await world.ok(z.unknown(), 'POST', `/api/message-templates/${made.id}/retire`);
  expect(await world.message(message.id)).toMatchObject({
    status: 'cancelled',
    reason: 'template-not-published',
  });
  expect(await blocked(world, { to: to(record), messageTemplateId: made.id })).toMatchObject({
    code: 'template-not-published',
  });
  expect(await offer(record.id, made.id)).toBeUndefined();
  const change = await world.refused(409, 'PATCH', `/api/message-templates/${made.id}`, {
    name: 'Back again',
  });
  expect(change.code).toBe('template-retired');
  expect((await world.refused(409, 'POST', `/api/message-templates/${made.id}/publish`)).code).toBe(
    'template-retired',
  );
});

/** The text of `consent_request` in one language is edited at Meta, which approves it at once. */
const editAtMeta = async (change: (body: string) => string, language = 'en') => {
  const { items } = await world.ok(
    z.object({
      items: z.array(WhatsAppTemplateOut.pick({ id: true, name: true, language: true, components: true })),
    }),
    'GET',
    '/emulator/templates',
  );
  const template = items.find((one) => one.name === 'consent_request' && one.language === language);
  const components = z
    .array(z.looseObject({ type: z.string(), text: z.string().optional() }))
    .parse(template?.components)
    .map((one) => (one.type === 'BODY' ? { ...one, text: change(one.text ?? '') } : one));
  const edited = await fetch(`${world.url}/v26.0/${template?.id}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${world.accessToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ components }),
  });
  expect(edited.status).toBe(200);
  await play(`consent_request:${language}/status`, { event: 'APPROVED' });
};
const synchronised = async () => {
  await world.ok(z.unknown(), 'POST', '/api/whatsapp-templates/sync');
  await world.settled();
};
const toldOfComponents = async (language = 'en') => {
  await world.advance(1_000);
  const value = {
    message_template_id: '1',
    message_template_name: 'consent_request',
    message_template_language: language,
    message_template_element: 'anything',
  };
  const change = { field: 'message_template_components_update', value };
  const entry = [{ id: '100200300400500', time: Math.floor(world.now() / 1000), changes: [change] }];
  const told = await world.postWebhook({ object: 'whatsapp_business_account', entry });
  expect(told.status).toBe(200);
};

it('TPL-3 a wording that changes at Meta suspends the template until it is published again', async () => {
  const { phone, record, message } = await queueFor(type.consent, null);
  const send = { to: to(record), messageTemplateId: type.consent };
  await editAtMeta((body) => `${body} Our 300 partners will call you.`);
  await synchronised();
  expect(await world.message(message.id)).toMatchObject({
    status: 'cancelled',
    reason: 'template-not-published',
  });
  expect(await blocked(world, send)).toMatchObject({ code: 'template-not-published' });
  expect(await offer(record.id, type.consent)).toMatchObject({
    allowed: false,
    reason: 'template-not-published',
  });
  const { version, waitingFor } = await templateOf(type.consent);
  expect(waitingFor).toEqual([
    {
      code: 'whatsapp-template-changed',
      message: 'WhatsApp has another wording in en than was published: read it, and publish again',
      values: { languages: 'en' },
    },
  ]);
  const again = await world.ok(PublishAnswer, 'POST', `/api/message-templates/${type.consent}/publish`);
  expect(again).toMatchObject({ version: version + 1, waitingFor: [] });
  world.emulator.clearFaults();
  await accepted(world, send);
  const { history } = await world.consent(phone);
  const served = world.emulator.messagesOf(phone).at(-1)?.text;
  expect(served).toContain('300 partners');
  expect(history.at(-1)?.evidence).toMatchObject({ wording: { body: served } });
  // What did not change is not published anew by another click.
  const once = await world.ok(PublishAnswer, 'POST', `/api/message-templates/${type.consent}/publish`);
  expect(once.version).toBe(version + 1);
});

it('TPL-3 a wording that WhatsApp only told of suspends the template until it was read', async () => {
  const { record, message } = await queueFor(type.consent, null);
  const { ctx } = world;
  const templates = vi.spyOn(ctx.provider, 'templates').mockRejectedValue(new Error('not now'));
  await toldOfComponents();
  await world.settled();
  expect(await world.message(message.id)).toMatchObject({
    status: 'cancelled',
    reason: 'template-not-published',
  });
  const send = { to: to(record), messageTemplateId: type.consent };
  expect(await blocked(world, send)).toMatchObject({ code: 'template-not-published' });
  expect((await templateOf(type.consent)).waitingFor).toMatchObject([{ code: 'whatsapp-template-unread' }]);
  templates.mockRestore();
  await synchronised();
  expect((await templateOf(type.consent)).waitingFor).toEqual([]);
  world.emulator.clearFaults();
  expect(await accepted(world, send)).toMatchObject({ status: 'delivered' });
});

it('TPL-3 what WhatsApp was asked before it told of another wording does not settle which it is', async () => {
  const { db } = world.ctx.database;
  const [held] = await listWhatsAppTemplates(db, 'appointment_reminder');
  if (held === undefined) throw new Error('no such template');
  const { name, language } = held;
  const read = async () =>
    (await listWhatsAppTemplates(db, name)).find((one) => one.language === language)?.componentsChangedAt;
  const told = world.now();
  const all = await listWhatsAppTemplates(db);
  await updateWhatsAppTemplate(db, name, language, { componentsChangedAt: told });
  await saveWhatsAppTemplates(db, all, told + 500, told - 500);
  expect(await read()).toBe(told);
  await saveWhatsAppTemplates(db, all, told + 1_500, told + 500);
  expect(await read()).toBe(null);
});

it('TPL-1 what WhatsApp was asked before it told of a status or category takes neither back', async () => {
  const { db } = world.ctx.database;
  const name = 'appointment_reminder';
  const language = (await listWhatsAppTemplates(db, name))[0]?.language ?? '';
  const read = async () => {
    const held = (await listWhatsAppTemplates(db, name)).find((one) => one.language === language);
    return { status: held?.status, category: held?.category };
  };
  const before = await read();
  const asked = world.now();
  const all = await listWhatsAppTemplates(db);
  const others = all.filter((one) => one.name !== name);
  // By Meta's clock, which has whole seconds: the one in which the list was asked for.
  const toldAt = Math.floor(asked / 1_000) * 1_000;
  const told = { status: 'PAUSED', category: 'MARKETING' };
  await updateWhatsAppTemplate(db, name, language, { ...told, toldAt });
  await saveWhatsAppTemplates(db, all, asked + 500, asked);
  expect(await read()).toEqual(told);
  await saveWhatsAppTemplates(db, others, asked + 600, asked);
  expect(await read()).toEqual(told);
  await saveWhatsAppTemplates(db, others, asked + 2_500, asked + 2_000);
  expect(await read()).toEqual({ ...told, status: 'DELETED' });
  await saveWhatsAppTemplates(db, all, asked + 3_500, asked + 3_000);
  expect(await read()).toEqual(before);
});

it('TPL-3 what was queued with the old wording does not leave with the new one that was published since', async () => {
  const { phone, message } = await queueFor(type.utility);
  const { db } = world.ctx.database;
  const change = (from: string, to: string) =>
    sql`update whatsapp_template set components = replace(components::text, ${from}, ${to})::jsonb
         where name = 'order_update'`.execute(db);
  // As if nobody had judged what was queued when the wording changed: another transaction held the customer.
  await change('your order', 'the order');
  await sql`update message_template_version v set wording = replace(wording::text, 'your order', 'the order')::jsonb
             where template_id = ${type.utility}::uuid`.execute(db);
  try {
    await world.advance(3 * 3_600_000);
    expect(await world.message(message.id)).toMatchObject({
      status: 'cancelled',
      reason: 'template-not-published',
    });
    expect(world.emulator.messagesOf(phone).filter((one) => one.template?.name === 'order_update')).toEqual(
      [],
    );
  } finally {
    await change('the order', 'your order');
    await sql`update message_template_version v set wording = replace(wording::text, 'the order', 'your order')::jsonb
               where template_id = ${type.utility}::uuid`.execute(db);
  }
});

/** A template as Meta's page makes it, approved and read. */
const makeAtMeta = async (name: string, buttons: readonly object[]) => {
  const body = {
    type: 'BODY',
    text: 'Hello {{1}}, may Contoso write to you here?',
    example: { body_text: [['Ana']] },
  };
  const made = await fetch(`${world.url}/v26.0/${BUSINESS.accountId}/message_templates`, {
    method: 'POST',
    headers: { authorization: `Bearer ${world.accessToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      name,
      language: 'en',
      category: 'UTILITY',
      components: [body, { type: 'BUTTONS', buttons }],
    }),
  });
  expect(made.status).toBe(200);
  await play(`${name}:en/status`, { event: 'APPROVED' });
  await synchronised();
};

it('a pause that Meta did not tell of is known once a send is refused for it', async () => {
  const { record } = await answered(world, 'yes');
  const send = { to: to(record), messageTemplateId: type.utility };
  world.emulator.fault({ kind: 'drop', field: 'message_template_status_update' });
  await play('order_update:en/status', { event: 'PAUSED' });
  try {
    expect(await accepted(world, send)).toMatchObject({ status: 'failed', reason: 'whatsapp-132015' });
    await vi.waitFor(
      async () => expect((await world.send(send)).body).toMatchObject({ code: 'template-paused' }),
      { timeout: 5_000 },
    );
  } finally {
    await play('order_update:en/status', { event: 'APPROVED' });
  }
});

it('quick replies that stand after a link are asked with, and understood', async () => {
  await makeAtMeta('ask_with_policy', [
    { type: 'URL', text: 'Privacy policy', url: 'https://contoso.example/privacy' },
    { type: 'QUICK_REPLY', text: 'Yes, I Agree' },
    { type: 'QUICK_REPLY', text: 'No, Thank You' },
  ]);
  const made = await world.template({
    name: 'Ask with policy',
    type: 'consent',
    recordType: 'contact',
    session: 'utility',
    whatsappTemplate: { name: 'ask_with_policy', language: 'en' },
    bindings: { '1': { column: 'fullname' } },
  });
  await world.publish(made);
  for (const [index, state] of [
    [1, 'granted'],
    [2, 'denied'],
  ] as const) {
    const { phone, record } = await contact(world);
    const asked = await accepted(world, { to: to(record), messageTemplateId: made.id });
    expect(asked).toMatchObject({ status: 'delivered' });
    world.emulator.customerSends(phone, { buttonOf: asked.whatsappId ?? '', button: index });
    await world.settled();
    expect(await world.consent(phone)).toMatchObject({ state, source: 'button' });
  }
  await world.ok(z.unknown(), 'POST', `/api/message-templates/${made.id}/retire`);
});

describe('a number that cannot send', () => {
  const stopped = async (work: () => Promise<void>) => {
    const { database, channel } = world.ctx;
    await stopChannel(database.db, channel.id, 'a test');
    try {
      await work();
    } finally {
      await world.ok(z.unknown(), 'POST', '/api/channel/resume');
    }
  };

  it('is waited for by what is queued, whatever else becomes known meanwhile', async () => {
    const { phone, message } = await queueFor(type.utility);
    await stopped(async () => {
      await world.postWebhook(preferenceOf(phone, 'stop', world.now()));
      await synchronised();
      expect(await world.consent(phone, 'marketing')).toMatchObject({ platformStopped: true });
      expect(await world.message(message.id)).toMatchObject({ status: 'queued' });
    });
    world.emulator.clearFaults();
    await world.advance(3 * 3_600_000);
    expect(await world.message(message.id)).toMatchObject({ status: 'delivered' });
  });

  it('hides no refusal: what is queued is cancelled for that', async () => {
    const { phone, message } = await queueFor(type.utility);
    await stopped(async () => {
      await world.says(phone, 'STOP');
      expect(await world.message(message.id)).toMatchObject({
        status: 'cancelled',
        reason: 'consent-denied',
      });
    });
  });
});

/** What Meta says of a template of an account, as of a moment. */
const said = async (field: string, value: object, at = world.now(), accountId = BUSINESS.accountId) => {
  const about = {
    message_template_id: '1',
    message_template_name: 'order_update',
    message_template_language: 'en',
  };
  const entry = [
    { id: accountId, time: Math.floor(at / 1000), changes: [{ field, value: { ...about, ...value } }] },
  ];
  expect((await world.postWebhook({ object: 'whatsapp_business_account', entry })).status).toBe(200);
  await world.settled();
};

/** What `/api/channel` says of our number. */
const channel = () =>
  world.ok(
    z.object({ stoppedReason: z.string().nullable(), quality: z.string().nullable() }),
    'GET',
    '/api/channel',
  );
/** What Meta says of the account. */
const account = (state: string) =>
  said('account_update', { event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: state } });

it('what Meta says of another account of the app changes nothing of ours', async () => {
  const { record } = await answered(world, 'yes');
  const another = '100200300400999';
  await said('message_template_status_update', { event: 'PAUSED', reason: 'NONE' }, world.now(), another);
  await said('template_category_update', { new_category: 'MARKETING' }, world.now(), another);
  await said('account_update', { event: 'DISABLED_UPDATE' }, world.now(), another);
  await said('phone_number_quality_update', { event: 'FLAGGED' }, world.now(), another);
  expect(await channel()).toMatchObject({
    stoppedReason: null,
    quality: expect.not.stringContaining('FLAGGED'),
  });
  expect(await categoryOf('order_update')).toMatchObject({ category: 'UTILITY' });
  expect(await accepted(world, { to: to(record), messageTemplateId: type.utility })).toMatchObject({
    status: 'delivered',
  });
});

it('what Meta tells of a number’s limits is no quality, and ours is asked for', async () => {
  const quality = (value: string) =>
    saveChannelInfo(world.ctx.database.db, world.ctx.channel.phoneNumberId, { quality: value });
  await quality('YELLOW');
  // Another number of the account, named by its digits as Meta does.
  await said('phone_number_quality_update', {
    display_phone_number: '12025550199',
    event: 'FLAGGED',
    current_limit: 'TIER_2K',
  });
  await expect.poll(channel).toMatchObject({ quality: 'GREEN' });
});

it('the end of a ban stops no number, and ends what the ban stopped', async () => {
  const { record } = await answered(world, 'yes');
  const send = { to: to(record), messageTemplateId: type.utility };
  await account('DISABLE');
  expect(await channel()).toMatchObject({ stoppedReason: 'DISABLED_UPDATE: DISABLE' });
  await world.advance(1_000);
  await account('REINSTATE');
  expect(await channel()).toMatchObject({ stoppedReason: null });
  expect(await accepted(world, send)).toMatchObject({ status: 'delivered' });
});

it('TPL-1 an older word of Meta’s that comes late takes back no later one', async () => {
  const { record } = await answered(world, 'yes');
  const send = { to: to(record), messageTemplateId: type.utility };
  const earlier = world.now() - 60_000;
  const approved = { event: 'APPROVED', reason: 'NONE', message_template_category: 'UTILITY' };
  try {
    await play('order_update:en/category', { category: 'MARKETING' });
    await said('message_template_status_update', approved, earlier);
    await said('template_category_update', { new_category: 'UTILITY' }, earlier);
    expect(await categoryOf('order_update')).toEqual({ category: 'MARKETING', impending: null });
    expect(await blocked(world, send)).toMatchObject({ code: 'marketing-consent-needed' });
    await play('order_update:en/category', { category: 'UTILITY' });
    await play('order_update:en/status', { event: 'PAUSED' });
    await said('message_template_status_update', approved, earlier + 1_000);
    expect(await blocked(world, send)).toMatchObject({ code: 'template-paused' });
  } finally {
    await play('order_update:en/category', { category: 'UTILITY' });
    await play('order_update:en/status', { event: 'APPROVED' });
  }
  expect(await accepted(world, send)).toMatchObject({ status: 'delivered' });
});

it('a published template is edited beside its live version', async () => {
  const { record } = await answered(world, 'yes');
  const bindings = { '1': { text: 'Version Two' }, '2': { text: 'B-2' }, '3': { text: 'Friday' } };
  const edited = await world.ok(MessageTemplateOut, 'PATCH', `/api/message-templates/${type.utility}`, {
    bindings,
  });
  expect(edited).toMatchObject({ status: 'published', version: 1, draft: { bindings } });
  expect(edited.bindings).not.toEqual(bindings);
  const first = await accepted(world, { to: to(record), messageTemplateId: type.utility });
  expect(first.text).toContain('A-1042');
  const published = await world.ok(PublishAnswer, 'POST', `/api/message-templates/${type.utility}/publish`);
  expect(published).toMatchObject({ status: 'published', version: 2, draft: null, bindings });
  const second = await accepted(world, { to: to(record), messageTemplateId: type.utility });
  expect(second.text).toContain('Hello Version Two, your order B-2');
});

it('publishing names every problem at once', async () => {
  const draft = await world.template({
    name: 'Everything wrong',
    type: 'consent',
    recordType: 'contact',
    session: 'utility',
    whatsappTemplate: { name: 'order_update', language: 'en' },
    bindings: { '1': { column: 'nosuchcolumn' }, '2': { column: 'assent_allowwhatsapp' } },
  });
  const problem = await world.refused(422, 'POST', `/api/message-templates/${draft.id}/publish`);
  expect(problem.problems?.map((one) => [one.severity, one.code]).sort()).toEqual([
    ['error', 'binding-column-missing'],
    ['error', 'binding-not-text'],
    ['error', 'no-quick-replies'],
    ['error', 'variable-unbound'],
  ]);
  const Check = z.object({ problems: z.array(z.object({ code: z.string() })) });
  const check = await world.ok(Check, 'POST', `/api/message-templates/${draft.id}/check`);
  expect(check.problems.map((one) => one.code).sort()).toEqual(
    problem.problems?.map((one) => one.code).sort(),
  );
  expect((await templateOf(draft.id)).status).toBe('draft');
  const words = await world.template({
    name: 'No words',
    type: 'opt-in',
    recordType: 'contact',
    session: 'utility',
    keywords: [{ text: 'STOP' }, { text: 'No, Thank You' }, { text: 'No' }],
  });
  const wrong = await world.refused(422, 'POST', `/api/message-templates/${words.id}/publish`);
  expect(wrong.problems?.map((one) => one.code)).toEqual(
    expect.arrayContaining(['keyword-reserved', 'keyword-in-both-lists', 'keyword-opposite']),
  );
});

it('a Consent Template cannot be saved for a record type without a Compliance Field', async () => {
  const lead = {
    displayName: 'Lead',
    phoneColumns: ['mobilephone'],
    nameColumn: 'fullname',
    complianceField: null,
  };
  await world.ok(z.unknown(), 'PUT', '/api/record-types/lead', lead);
  const input = {
    name: 'Ask leads',
    type: 'consent',
    recordType: 'lead',
    whatsappTemplate: { name: 'consent_request', language: 'en' },
  };
  expect((await world.refused(422, 'POST', '/api/message-templates', input)).code).toBe(
    'compliance-field-missing',
  );
  const utility = await world.ok(MessageTemplateOut, 'POST', '/api/message-templates', {
    ...input,
    type: 'utility',
    name: 'Tell leads',
  });
  const change = await world.refused(422, 'PATCH', `/api/message-templates/${utility.id}`, {
    type: 'consent',
  });
  expect(change.code).toBe('compliance-field-missing');
  await world.ok(z.unknown(), 'PUT', '/api/record-types/lead', {
    ...lead,
    complianceField: 'assent_allowwhatsapp',
  });
  await world.ok(MessageTemplateOut, 'POST', '/api/message-templates', input);
});
