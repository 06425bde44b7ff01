import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ADMIN_API_KEY, openWorld, type TypeSetUp, type World } from '../stories/world.ts';
import { accepted, blocked, contact, to } from './acts.ts';

/** A number that several people use: what one of them agreed to is theirs alone, what one of them refuses is refused for all. */

const DAY = 86_400_000;
let world: World;
let contacts: TypeSetUp;
let leads: TypeSetUp;
const any = z.unknown();

beforeAll(async () => {
  world = await openWorld();
  contacts = await world.setUpContactType();
  leads = await world.setUpRecordType('lead');
});
afterAll(() => world.close());

type Person = Awaited<ReturnType<World['record']>>;

const settings = (patch: Record<string, unknown>) => world.ok(any, 'PATCH', '/api/settings', patch);
const field = async (person: Person) => (await world.readRecord(person)).complianceValue;
const banner = async ({ recordType, id }: Person) =>
  (await world.sendable(`recordType=${recordType}&recordId=${id}`)).banner;
const utility = (person: Person) => ({
  to: to(person),
  messageTemplateId: (person.recordType === 'lead' ? leads : contacts).utility,
});
const share = async (phone: string, shared = true) => {
  const { conversationId } = await world.consent(phone);
  await world.ok(any, 'POST', `/api/conversations/${conversationId}/shared`, { shared });
  return conversationId ?? '';
};

/** A contact and a lead; the chat is marked as shared. */
async function two() {
  const { phone, record: ana } = await contact(world);
  const ben = await world.record('lead', { fullname: 'Ben Smith', mobilephone: phone });
  await world.says(phone, 'Hello');
  return { phone, ana, ben, conversationId: await share(phone) };
}

async function agrees(phone: string, person: Person): Promise<void> {
  await world.pass(DAY + 1000);
  await world.sendConsent(person);
  await world.tap(phone, 'yes');
}

it('who is asked from the chat is who the wording names', async () => {
  const { phone, ana, ben, conversationId } = await two();
  const asked = await accepted(world, { to: { conversationId }, messageTemplateId: leads.consent });
  expect(asked.text).toContain('Ben Smith');
  await world.tap(phone, 'yes');
  const [line] = (await world.consent(phone)).history.filter(({ act }) => act === 'requested');
  expect(line?.evidence).toMatchObject({ record: { recordType: 'lead', recordId: ben.id } });
  expect([await field(ana), await field(ben)]).toEqual([null, true]);
  await world.pass(2 * DAY);
  expect(await blocked(world, utility(ana))).toMatchObject({ code: 'consent-needed' });
  await accepted(world, utility(ben));
});

it('each one’s grant expires by itself', async () => {
  const { phone, ana, ben } = await two();
  await agrees(phone, ana);
  await settings({ serviceExpiresDays: 30 });
  try {
    await world.advance(20 * DAY);
    await agrees(phone, ben);
    await world.advance(13 * DAY);
    expect([await field(ana), await field(ben)]).toEqual([null, true]);
    expect((await banner(ana)).code).toBe('expired');
    expect(await blocked(world, utility(ana))).toMatchObject({ code: 'consent-expired' });
    await accepted(world, utility(ben));
    await world.advance(20 * DAY);
    expect([await field(ana), await field(ben)]).toEqual([null, null]);
  } finally {
    await settings({ serviceExpiresDays: null });
  }
});

it('nor has expired what somebody was never asked', async () => {
  const { phone, ana, ben } = await two();
  await agrees(phone, ana);
  await settings({ serviceExpiresDays: 30 });
  try {
    await world.advance(31 * DAY);
    expect([(await banner(ana)).code, (await banner(ben)).code]).toEqual(['expired', 'ask-first']);
  } finally {
    await settings({ serviceExpiresDays: null });
  }
});

it('a Yes that came from somebody else’s answer goes when the number is marked as shared', async () => {
  const { phone, record: ana } = await contact(world);
  const ben = await world.record('lead', { fullname: 'Ben Smith', mobilephone: phone });
  await world.sendConsent(ana);
  await world.tap(phone, 'yes');
  expect([await field(ana), await field(ben)]).toEqual([true, true]);
  await share(phone);
  expect([await field(ana), await field(ben)]).toEqual([true, null]);
  await world.pass(2 * DAY);
  expect(await blocked(world, utility(ben))).toMatchObject({ code: 'consent-needed' });
  await accepted(world, utility(ana));
});

it('a refusal stands for whoever did not agree since: no campaign asks them, and the banner says whose No it is', async () => {
  const { phone, ana, ben } = await two();
  await world.says(phone, 'STOP');
  await agrees(phone, ana);
  await world.pass(2 * DAY);
  expect([await field(ana), await field(ben)]).toEqual([true, false]);
  expect(await banner(ben)).toMatchObject({ code: 'denied', text: expect.stringMatching(/^Refused/) });
  const key = { authorization: `Bearer ${ADMIN_API_KEY}`, 'idempotency-key': randomUUID() };
  const audience = { recordType: 'lead', recordIds: [ben.id] };
  const begun = z
    .object({ id: z.string() })
    .parse(
      (
        await world.api(
          'POST',
          '/api/campaigns',
          { name: 'Ask', messageTemplateId: leads.consent, audience },
          key,
        )
      ).body,
    );
  await world.settled();
  expect(await world.ok(any, 'GET', `/api/campaigns/${begun.id}`)).toMatchObject({ queued: 0 });
});

it('after a stop word and START each has their own answer again', async () => {
  const { phone, ana, ben } = await two();
  await agrees(phone, ana);
  await agrees(phone, ben);
  await world.pass(2000);
  await world.says(phone, 'STOP');
  expect([await field(ana), await field(ben)]).toEqual([false, false]);
  await world.pass(2000);
  await world.says(phone, 'START');
  expect([await field(ana), await field(ben)]).toEqual([true, true]);
});

it('what somebody sets in the CRM for one of them is no less proof for the other', async () => {
  const { phone, ana, ben } = await two();
  await agrees(phone, ana);
  await world.pass(3000);
  await world.ok(any, 'PATCH', `/api/records/lead/${ben.id}`, { values: { assent_allowwhatsapp: true } });
  expect((await banner(ana)).code).toBe('granted');
  expect((await banner(ben)).code).toBe('crm-unproven');
});

describe('record types of another kind', () => {
  const RecordTypes = z.object({
    items: z.array(z.looseObject({ table: z.string(), takingIn: z.unknown() })),
  });
  /** Sets a record type up otherwise, and as it was afterwards. */
  async function otherwise(table: string, more: object, story: () => Promise<void>): Promise<void> {
    const { items } = await world.ok(RecordTypes, 'GET', '/api/record-types');
    const found = items.find((one) => one.table === table);
    if (found === undefined) throw new Error('not set up');
    const { table: _table, takingIn: _takingIn, ...input } = found;
    await world.ok(any, 'PUT', `/api/record-types/${table}`, { ...input, ...more });
    try {
      await story();
    } finally {
      await world.ok(any, 'PUT', `/api/record-types/${table}`, input);
    }
  }

  it('a field that forbids is no Yes of who was not asked, renamed or born later', async () => {
    const named = { label: 'Do not message', default: false };
    const column = await world.ok(
      z.object({ name: z.string() }),
      'POST',
      '/api/crm/tables/lead/columns',
      named,
    );
    await otherwise('lead', { complianceField: column.name, polarity: 'forbids' }, async () => {
      const { phone, ana, ben } = await two();
      await agrees(phone, ana);
      await world.pass(2 * DAY);
      const born = await world.record('lead', { fullname: 'Born Later', mobilephone: phone });
      await world.ok(any, 'PATCH', `/api/records/lead/${ben.id}`, { values: { fullname: 'Benjamin Smith' } });
      for (const one of [ben, born])
        expect(await blocked(world, utility(one))).toMatchObject({ code: 'consent-needed' });
      const { history } = await world.consent(phone);
      expect(history.filter(({ act }) => act === 'crm')).toEqual([]);
    });
  });

  it('a record without a Compliance Field is not opened by somebody else’s answer', async () => {
    const accounts = await world.setUpRecordType('account');
    await otherwise('account', { complianceField: null }, async () => {
      const { phone, record: ana } = await contact(world);
      const account = await world.record('account', { name: 'ACME', telephone1: phone });
      await world.says(phone, 'Hello');
      await share(phone);
      await agrees(phone, ana);
      await world.pass(2 * DAY);
      expect(await blocked(world, { to: to(account), messageTemplateId: accounts.utility })).toMatchObject({
        code: 'consent-needed',
      });
    });
  });
});
