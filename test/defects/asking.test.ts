import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { AuditOut, Settings } from '../../src/http/schemas/administration.ts';
import type { SendableOut } from '../../src/http/schemas/chat.ts';
import { openWorld, type TypeSetUp, type World } from '../stories/world.ts';
import { accepted, answered, blocked, blockedFrom, contact, preferenceOf, takenFrom, to } from './acts.ts';

/** How often may be asked (product.md §3.5), and that what is offered and what is sent never disagree (§3.1). */

let world: World;
let type: TypeSetUp;
let marketing: string;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LIMITS = {
  askUnansweredPerDay: 1,
  askUnansweredPer30Days: 3,
  askAfterRefusalPerDay: 1,
  askAfterRefusalPer90Days: 3,
};
const NO_LIMIT = {
  askUnansweredPerDay: null,
  askUnansweredPer30Days: null,
  askAfterRefusalPerDay: null,
  askAfterRefusalPer90Days: null,
};

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

const RecordTypes = z.object({ items: z.array(z.looseObject({ table: z.string() })) });
const settings = (patch: Partial<Settings>) => world.ok(Settings, 'PATCH', '/api/settings', patch);
const ask = (record: { recordType: string; id: string }) => ({
  to: to(record),
  messageTemplateId: type.consent,
});
/** When the newest question of this number was asked, ms. */
const askedAt = async (phone: string): Promise<number> =>
  Date.parse((await world.consent(phone)).history.findLast((line) => line.type === 'requested')?.at ?? '');
const untilOf = (answer: { until?: string | undefined }): number => Date.parse(answer.until ?? '');

it('an unanswered question goes once a day and three times in 30 days, and the answer says when next', async () => {
  const { phone, record } = await contact(world);
  const asked: number[] = [];
  for (let time = 0; time < 3; time += 1) {
    await accepted(world, ask(record));
    asked.push(await askedAt(phone));
    if (time === 2) break;
    const again = await blocked(world, ask(record));
    expect(again).toMatchObject({ code: 'asked-too-recently' });
    expect(untilOf(again)).toBe((asked.at(-1) ?? 0) + DAY);
    await world.advance(DAY + 1_000);
  }
  const third = await blocked(world, ask(record));
  expect(third).toMatchObject({ code: 'asked-too-recently', alsoBlockedBy: ['ask-limit-reached'] });
  await world.advance(DAY);
  const limit = await blocked(world, ask(record));
  expect(limit).toMatchObject({ code: 'ask-limit-reached' });
  expect(untilOf(limit)).toBe((asked[0] ?? 0) + 30 * DAY);
  const { templates } = await world.sendable(`recordType=contact&recordId=${record.id}`);
  expect(templates.find((one) => one.type === 'consent')).toMatchObject({
    allowed: false,
    reason: 'ask-limit-reached',
    until: new Date((asked[0] ?? 0) + 30 * DAY).toISOString(),
  });
  await world.advance((asked[0] ?? 0) + 30 * DAY + 1_000 - world.now());
  expect(await accepted(world, ask(record))).toMatchObject({ status: 'delivered' });
});

it('a question WhatsApp refused was not asked', async () => {
  const { phone, record } = await contact(world);
  world.emulator.fault({ kind: 'code', code: 131026, to: phone });
  expect(await accepted(world, ask(record))).toMatchObject({ status: 'failed' });
  expect((await world.consent(phone)).history.map((line) => line.type)).toEqual([
    'requested',
    'request-failed',
  ]);
  expect(await accepted(world, ask(record))).toMatchObject({ status: 'delivered' });
});

it('a question of unknown outcome was asked', async () => {
  const { phone, record } = await contact(world);
  world.emulator.fault({ kind: '5xx', to: phone });
  expect(await accepted(world, ask(record))).toMatchObject({ status: 'unconfirmed' });
  expect(await blocked(world, ask(record))).toMatchObject({ code: 'asked-too-recently' });
});

it('after a refusal the first question goes at once, then one a day, three in 90 days', async () => {
  const { phone, record } = await contact(world);
  await world.says(phone, 'STOP');
  const { templates } = await world.sendable(`recordType=contact&recordId=${record.id}`);
  expect(templates.find((one) => one.type === 'consent')).toMatchObject({
    allowed: true,
    confirm: 'The customer refused just now.',
  });
  await accepted(world, ask(record));
  const first = await askedAt(phone);
  const again = await blocked(world, ask(record));
  expect(again).toMatchObject({ code: 'asked-too-recently' });
  expect(untilOf(again)).toBe(first + DAY);
  for (let time = 0; time < 2; time += 1) {
    await world.advance(DAY + 1_000);
    expect(await accepted(world, ask(record))).toMatchObject({ status: 'delivered' });
  }
  await world.advance(2 * DAY);
  const limit = await blocked(world, ask(record));
  expect(limit).toMatchObject({ code: 'ask-limit-reached' });
  expect(untilOf(limit)).toBe(first + 90 * DAY);
  // Another refusal resets nothing of the ninety days.
  await world.says(phone, 'STOP');
  expect(await blocked(world, ask(record))).toMatchObject({ code: 'ask-limit-reached' });
  // The customer writes: the limits are waived until the next refusal.
  await world.advance(1_000);
  await world.says(phone, 'Are you open on Saturday?');
  expect(await accepted(world, ask(record))).toMatchObject({ direction: 'out' });
  await world.advance(1_000);
  await world.tap(phone, 'no');
  expect(await blocked(world, ask(record))).toMatchObject({ code: 'ask-limit-reached' });
});

it('only words of the customer’s own waive what a refusal forbids, not a reaction or a deletion', async () => {
  const { items } = await world.ok(RecordTypes, 'GET', '/api/record-types');
  const { table, ...input } = items.find((one) => one.table === 'contact') ?? { table: '' };
  await world.ok(z.unknown(), 'PUT', `/api/record-types/${table}`, {
    ...input,
    allowReplyAfterRefusal: true,
  });
  try {
    const { phone, record, request } = await answered(world, 'yes');
    await world.advance(2_000);
    const stop = world.emulator.customerSends(phone, { text: 'STOP' });
    await world.settled();
    await world.advance(2_000);
    await accepted(world, ask(record));
    const acts = [
      { reaction: { messageId: request.whatsappId ?? '', emoji: '👎' } },
      { revoke: { messageId: stop.id } },
      { text: 'Look what Ben wrote', forwarded: true },
    ];
    for (const act of acts) {
      await world.advance(2_000);
      world.emulator.customerSends(phone, act);
      await world.settled();
      expect(await blocked(world, { to: to(record), text: 'Hello' })).toMatchObject({
        code: 'consent-denied',
      });
      expect(await blocked(world, ask(record))).toMatchObject({ code: 'asked-too-recently' });
    }
    await world.advance(2_000);
    await world.says(phone, 'Are you open on Saturday?');
    expect(await accepted(world, { to: to(record), text: 'We are' })).toMatchObject({ status: 'delivered' });
    expect(await accepted(world, ask(record))).toMatchObject({ direction: 'out' });
  } finally {
    await world.ok(z.unknown(), 'PUT', `/api/record-types/${table}`, input);
  }
});

it('each limit is a setting, “no limit” one of its values, and every change is audited', async () => {
  const before = await settings({});
  expect(before).toMatchObject(LIMITS);
  await settings(NO_LIMIT);
  try {
    const { phone, record } = await contact(world);
    for (let time = 0; time < 4; time += 1)
      expect((await accepted(world, ask(record))).status).toMatch(/delivered|read/);
    await world.says(phone, 'STOP');
    for (let time = 0; time < 4; time += 1)
      expect((await accepted(world, ask(record))).status).toMatch(/delivered|read/);
    await settings({ askAfterRefusalPerDay: 2 });
    expect(await blocked(world, ask(record))).toMatchObject({ code: 'asked-too-recently' });
    await settings({ askAfterRefusalPerDay: 0, askUnansweredPerDay: 0 });
    const other = await contact(world);
    expect(await blocked(world, ask(other.record))).toMatchObject({ code: 'asked-too-recently' });
  } finally {
    await settings(LIMITS);
  }
  const { items } = await world.ok(z.object({ items: z.array(AuditOut) }), 'GET', '/api/audit?limit=10');
  const changes = items.filter((one) => one.action === 'settings.change');
  expect(changes[0]).toMatchObject({
    actor: 'API key',
    before: { askAfterRefusalPerDay: 0, askUnansweredPerDay: 0 },
    after: { askAfterRefusalPerDay: 1, askUnansweredPerDay: 1 },
  });
  expect(
    changes.some((one) => JSON.stringify(one.after) === JSON.stringify({ askAfterRefusalPerDay: 2 })),
  ).toBe(true);
});

it('in some countries nobody asks again after a refusal', async () => {
  await settings({ countriesNoAskAfterRefusal: ['DE'] });
  try {
    const german = await world.record('contact', {
      fullname: 'Anna Schmidt',
      mobilephone: '+49 170 5550001',
    });
    expect(await accepted(world, ask(german))).toMatchObject({ status: 'delivered' });
    await world.tap('+491705550001', 'no');
    expect(await blocked(world, ask(german))).toMatchObject({ code: 'asking-forbidden' });
    // Nor once the customer wrote; and the banner does not lead there.
    await world.says('+491705550001', 'When do you open?');
    expect(await blocked(world, ask(german))).toMatchObject({ code: 'asking-forbidden' });
    expect(await world.sendable(`recordType=contact&recordId=${german.id}`)).toMatchObject({
      banner: { code: 'denied', text: expect.stringContaining('does not allow asking again') },
    });
    const american = await answered(world, 'no');
    expect((await accepted(world, ask(american.record))).status).toMatch(/delivered|read/);
  } finally {
    await settings({ countriesNoAskAfterRefusal: [] });
  }
});

it('a country that no number has is refused: it would protect nobody', async () => {
  for (const code of ['UK', 'ZZ', 'EU'])
    expect(
      await world.api('PATCH', '/api/settings', { countriesNoAskAfterRefusal: ['DE', code] }),
    ).toMatchObject({
      status: 422,
      body: { code: 'invalid-request', detail: expect.stringContaining('GB and not UK') },
    });
});

it('each request keeps why it was allowed to be sent', async () => {
  const { phone, record } = await contact(world);
  await accepted(world, { ...ask(record), basis: 'other', basisText: 'Asked for it at the fair' });
  const [line] = (await world.consent(phone)).history;
  expect(line?.evidence).toMatchObject({ basis: 'other', basisText: 'Asked for it at the fair' });
  // Another basis without its words would be evidence of nothing.
  for (const basisText of [undefined, '  '])
    expect((await world.send({ ...ask(record), basis: 'other', basisText })).body).toMatchObject({
      status: 422,
      code: 'basis-text-missing',
      problems: [{ path: 'basisText' }],
    });
  const usual = await contact(world);
  await accepted(world, ask(usual.record));
  expect((await world.consent(usual.phone)).history[0]?.evidence).toMatchObject({
    basis: 'existing-customer',
  });
});

/** Everything somebody's situation may be; each makes its own customer and answers how to name them. */
const situations: Record<
  string,
  () => Promise<{ query: string; target: Parameters<World['send']>[0]['to'] }>
> = {
  'never asked': async () => byRecord((await contact(world)).record),
  'wrote first': async () => {
    const { phone, record } = await contact(world);
    await world.says(phone, 'Hello');
    return byRecord(record);
  },
  asked: async () => {
    const { record } = await contact(world);
    await world.sendConsent(record);
    return byRecord(record);
  },
  granted: async () => byRecord((await answered(world, 'yes')).record),
  'granted, by phone': async () => byPhone((await answered(world, 'yes')).phone),
  denied: async () => byRecord((await answered(world, 'no')).record),
  'denied, by chat': async () => byChat((await answered(world, 'no')).phone),
  'denied and asked again': async () => {
    const { record } = await answered(world, 'no');
    await world.sendConsent(record);
    return byRecord(record);
  },
  'denied, then wrote': async () => {
    const { phone, record } = await answered(world, 'no');
    await world.advance(1_000);
    await world.says(phone, 'When do you open?');
    return byRecord(record);
  },
  'on hold': async () => {
    const { phone, record } = await answered(world, 'yes');
    await world.advance(1_000);
    await world.says(phone, 'no más');
    return byRecord(record);
  },
  'granted for marketing too': async () => {
    const { phone, record } = await answered(world, 'yes');
    const evidence = { text: 'Signed the form' };
    await world.ok(z.unknown(), 'POST', '/api/consent', {
      phone,
      purpose: 'marketing',
      decision: 'granted',
      evidence,
    });
    return byRecord(record);
  },
  'stopped at WhatsApp': async () => {
    const { phone, record } = await answered(world, 'yes');
    const evidence = { text: 'Signed the form' };
    await world.ok(z.unknown(), 'POST', '/api/consent', {
      phone,
      purpose: 'marketing',
      decision: 'granted',
      evidence,
    });
    await world.postWebhook(preferenceOf(phone, 'stop', world.now()));
    await world.settled();
    return byRecord(record);
  },
  'No at first sight': async () => byRecord((await contact(world, { assent_allowwhatsapp: false })).record),
  'Yes at first sight': async () => byRecord((await contact(world, { assent_allowwhatsapp: true })).record),
  'a number nobody knows': async () => byPhone(world.newPhone()),
  'a record without a number': async () => byRecord(await world.record('contact', { fullname: 'No Phone' })),
  'a chat with somebody known by user id': async () => {
    const phone = world.newPhone();
    world.emulator.changeCustomer(phone, { username: `user${phone.slice(1)}`, hidePhone: true });
    await world.says(phone, 'Hello');
    const { items } = await world.ok(
      z.object({
        items: z.array(
          z.object({ id: z.string(), contactPoint: z.object({ userId: z.string().optional() }) }),
        ),
      }),
      'GET',
      '/api/conversations?limit=100',
    );
    const userId = world.emulator.userIdOf(phone);
    const id = items.find((one) => one.contactPoint.userId === userId)?.id ?? '';
    return { query: `conversationId=${id}`, target: { conversationId: id } };
  },
};
const byRecord = (record: { recordType: string; id: string }) => ({
  query: `recordType=${record.recordType}&recordId=${record.id}`,
  target: to(record),
});
const byPhone = (phone: string) => ({ query: `phone=${encodeURIComponent(phone)}`, target: { phone } });
const byChat = async (phone: string) => {
  const { conversationId } = await world.consent(phone);
  return { query: `conversationId=${conversationId}`, target: { conversationId: conversationId ?? '' } };
};

for (const [situation, prepare] of Object.entries(situations))
  for (const later of [0, 25 * HOUR])
    it(`what is offered is what is sent: ${situation}${later === 0 ? '' : ', a day later'}`, async () => {
      const { query, target } = await prepare();
      if (later > 0) await world.advance(later);
      const offered = await world.sendable(query);
      const greyed = choices(offered).filter((one) => !one.allowed);
      for (const choice of greyed) {
        const problem = blockedFrom(await world.send({ to: target, ...choice.message }));
        expect(
          { code: problem.code, until: problem.until, also: problem.alsoBlockedBy ?? [] },
          choice.name,
        ).toEqual({
          code: choice.reason,
          until: choice.until,
          also: choice.alsoBlockedBy ?? problem.alsoBlockedBy ?? [],
        });
        expect(problem.detail).toBe(choice.reasonText);
      }
      for (const { name } of choices(offered).filter((one) => one.allowed)) {
        // A request that was sent changes what may be sent next, so that the list is read again before each.
        const now = choices(await world.sendable(query)).find((one) => one.name === name);
        if (now?.allowed !== true) continue;
        takenFrom(await world.send({ to: target, ...now.message }));
        await world.settled();
      }
      expect(offered.templates.map((one) => one.messageTemplateId).sort()).toEqual(
        [type.consent, type.utility, marketing].sort(),
      );
    });

function choices(offered: SendableOut) {
  const text = {
    name: 'free text',
    message: { text: 'Hello' },
    alsoBlockedBy: undefined,
    ...offered.freeText,
  };
  return [
    text,
    ...offered.templates.map((template) => ({
      ...template,
      alsoBlockedBy: template.alsoBlockedBy ?? [],
      message: {
        messageTemplateId: template.messageTemplateId,
        variables: Object.fromEntries(template.missing.map((key) => [key, 'something'])),
      },
    })),
  ];
}
