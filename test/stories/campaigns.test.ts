import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  CampaignOut,
  CampaignOutcomes,
  CampaignPage,
  SkippedPage,
} from '../../src/http/schemas/campaigns.ts';
import { MessagePage } from '../../src/http/schemas/chat.ts';
import { Problem } from '../../src/http/schemas/common.ts';
import { ADMIN_API_KEY, openWorld, type TypeSetUp, type World } from './world.ts';

/** A campaign as a program runs it: start, follow, who was skipped and why, cancel. */

let world: World;
let templates: TypeSetUp;
let keys = 0;

beforeAll(async () => {
  world = await openWorld();
  templates = await world.setUpContactType();
});
afterAll(() => world.close());

const headers = (key: string) => ({
  authorization: `Bearer ${ADMIN_API_KEY}`,
  'idempotency-key': key,
});
const newKey = (): string => {
  keys += 1;
  return `campaign-${keys}`;
};
const request = (recordIds: string[], more: object = {}) => ({
  name: 'Order news',
  messageTemplateId: templates.utility,
  audience: { recordType: 'contact', recordIds },
  ...more,
});
const post = (body: unknown, key = newKey()) => world.api('POST', '/api/campaigns', body, headers(key));
const started = async (body: unknown, key = newKey()) => {
  const answer = await post(body, key);
  expect([answer.status, answer.body]).toEqual([202, expect.anything()]);
  return CampaignOut.parse(answer.body);
};
const follow = (id: string) => world.ok(CampaignOut, 'GET', `/api/campaigns/${id}`);

async function agreed(name: string): Promise<{ id: string; phone: string }> {
  const phone = world.newPhone();
  const { id } = await world.record('contact', { fullname: name, mobilephone: phone });
  const grant = { phone, decision: 'granted', evidence: 'On the phone' };
  await world.ok(z.unknown(), 'POST', '/api/consent', grant);
  return { id, phone };
}
const silent = async (name: string): Promise<string> =>
  (await world.record('contact', { fullname: name, mobilephone: world.newPhone() })).id;

it('reaches whoever agreed, in their own words, and says who was skipped and why', async () => {
  const ann = await agreed('Ann');
  const asked = [await silent('Ben'), await silent('Cem'), await silent('Dee')];
  const nobody = (await world.record('contact', { fullname: 'Eve' })).id;
  const { id } = await started(request([ann.id, nobody, ...asked]));
  await world.settled();

  expect(await follow(id)).toMatchObject({
    state: 'done',
    name: 'Order news',
    audience: { recordType: 'contact', everyRecord: false },
    startedBy: 'API key',
    total: 5,
    done: 5,
    queued: 1,
    skipped: [
      {
        code: 'consent-needed',
        count: 3,
        text: 'The customer has not agreed yet. Send a Consent Template first.',
      },
      { code: 'contact-point-unknown', count: 1 },
    ],
    withdrawn: 0,
    waitsFor: null,
  });
  expect(world.emulator.messagesOf(ann.phone).map(({ text }) => text)).toEqual([
    expect.stringContaining('Ann'),
  ]);

  const page = (cursor: string | null) =>
    world.ok(
      SkippedPage,
      'GET',
      `/api/campaigns/${id}/skipped?code=consent-needed&limit=2${cursor === null ? '' : `&cursor=${cursor}`}`,
    );
  const first = await page(null);
  const second = await page(first.nextCursor);
  expect([first.items.length, second.items.length, second.nextCursor]).toEqual([2, 1, null]);
  const all = [...first.items, ...second.items];
  expect(all.map(({ recordId }) => recordId)).toEqual([...asked].sort());
  expect(all.map(({ name }) => name).sort()).toEqual(['Ben', 'Cem', 'Dee']);
  expect(all.every(({ phone, contactPointId }) => phone !== null && contactPointId !== null)).toBe(true);
});

it('takes every record of a type', async () => {
  await silent('Ede');
  const records = await world.ok(
    z.object({ items: z.array(z.unknown()), nextCursor: z.null() }),
    'GET',
    '/api/records?recordType=contact&limit=100',
  );
  const { id } = await started({
    name: 'All',
    messageTemplateId: templates.utility,
    audience: { recordType: 'contact' },
  });
  await world.settled();
  const { audience, total, done, queued, skipped } = await follow(id);
  expect(audience).toEqual({ recordType: 'contact', everyRecord: true });
  expect([total, done]).toEqual([records.items.length, records.items.length]);
  expect(skipped.reduce((sum, { count }) => sum + count, queued)).toBe(done);
});

it('is no news in the list of conversations, and stands in the thread', async () => {
  const { id: recordId, phone } = await agreed('Fay');
  await world.says(phone, 'Where is my order?');
  const before = await world.consent(phone);
  const { id } = await started(request([recordId]));
  await world.settled();
  expect(await follow(id)).toMatchObject({ queued: 1 });
  const list = await world.ok(
    z.object({
      items: z.array(
        z.object({ id: z.string(), lastMessage: z.object({ text: z.string() }).loose().nullable() }).loose(),
      ),
    }),
    'GET',
    `/api/conversations?search=${encodeURIComponent(phone)}`,
  );
  expect(list.items.map(({ lastMessage }) => lastMessage?.text)).toEqual(['Where is my order?']);
  const thread = await world.ok(MessagePage, 'GET', `/api/conversations/${list.items[0]?.id}/messages`);
  expect(thread.items.map(({ text }) => text)).toContainEqual(expect.stringContaining('Fay'));
  expect((await world.consent(phone)).state).toBe(before.state);
});

it('asks for consent, and the answer counts like any other', async () => {
  const phone = world.newPhone();
  const { id: recordId } = await world.record('contact', { fullname: 'Gus', mobilephone: phone });
  await started(request([recordId], { messageTemplateId: templates.consent }));
  await world.settled();
  expect(await world.consent(phone)).toMatchObject({ state: 'requested', requestOpen: true });
  await world.tap(phone, 'yes');
  expect(await world.consent(phone)).toMatchObject({ state: 'granted', complianceValue: true });
});

it('tells what became of its messages, and where those it asked stand', async () => {
  const asked = await Promise.all(
    ['Yes', 'No', 'Silent', 'Away'].map(async (fullname) => {
      const phone = world.newPhone();
      const { id } = await world.record('contact', { fullname, mobilephone: phone });
      return { id, phone };
    }),
  );
  const [yes, no, , away] = asked.map(({ phone }) => phone);
  if (yes === undefined || no === undefined || away === undefined) throw new Error('four were asked');
  world.emulator.fault({ kind: 'code', code: 131026, path: 'async', to: away });
  const ids = asked.map(({ id }) => id);
  const { id } = await started(request(ids, { messageTemplateId: templates.consent }));
  await world.settled();
  await world.tap(yes, 'yes');
  await world.tap(no, 'no');
  const { messages, answers } = await world.ok(CampaignOutcomes, 'GET', `/api/campaigns/${id}/outcomes`);
  expect(messages.reduce((sum, { count }) => sum + count, 0)).toBe(4);
  expect(messages.filter(({ status }) => status === 'failed')).toEqual([
    { status: 'failed', reason: { code: 'whatsapp-131026', text: expect.stringMatching(/\w/) }, count: 1 },
  ]);
  // Whom the question did not reach was not asked.
  expect(Object.fromEntries(answers.map(({ state, count }) => [state, count]))).toEqual({
    granted: 1,
    denied: 1,
    requested: 1,
    'not-asked': 1,
  });
});

it('the same request under the same key is the same campaign', async () => {
  const { id: recordId } = await agreed('Hal');
  const key = newKey();
  const first = await started(request([recordId]), key);
  await world.settled();
  expect((await started(request([recordId]), key)).id).toBe(first.id);
  const other = await post(request([recordId], { name: 'Other' }), key);
  expect([other.status, Problem.parse(other.body).code]).toEqual([422, 'idempotency-key-reused']);
});

it('is found in the list, newest first, page by page', async () => {
  const { id: recordId } = await agreed('Ida');
  const made = [await started(request([recordId])), await started(request([recordId]))];
  await world.settled();
  const first = await world.ok(CampaignPage, 'GET', '/api/campaigns?limit=1');
  const second = await world.ok(CampaignPage, 'GET', `/api/campaigns?limit=1&cursor=${first.nextCursor}`);
  expect([first, second].map(({ items }) => items[0]?.id).sort()).toEqual(made.map(({ id }) => id).sort());
});

it('is cancelled, and the audit says by whom', async () => {
  const { id: recordId } = await agreed('Jo');
  const { id } = await started(request([recordId]));
  await world.settled();
  const answer = await world.api('POST', `/api/campaigns/${id}/cancel`);
  expect([answer.status, CampaignOut.parse(answer.body).state]).toEqual([202, 'cancelling']);
  await world.settled();
  // Its message had left.
  expect(await follow(id)).toMatchObject({ state: 'cancelled', queued: 1, withdrawn: 0 });
  const audit = await world.ok(
    z.object({
      items: z.array(z.object({ action: z.string(), subject: z.string(), actor: z.string() }).loose()),
    }),
    'GET',
    '/api/audit',
  );
  expect(audit.items.filter(({ subject }) => subject === id).map(({ action }) => action)).toEqual([
    'campaign.cancel',
    'campaign.start',
  ]);
});

describe('what does not fit is refused, and nothing begins', () => {
  const NOBODY = '00000000-0000-4000-8000-0000000000ff';
  it.each<[string, () => unknown, number, string]>([
    ['no template of this id', () => request([NOBODY], { messageTemplateId: 'x' }), 404, 'not-found'],
    [
      'a template that is not published',
      () => request([NOBODY], { messageTemplateId: NOBODY }),
      409,
      'template-not-published',
    ],
    [
      'a template that is not sent',
      () => request([NOBODY], { messageTemplateId: templates.optIn }),
      422,
      'template-not-sendable',
    ],
    [
      'a record type that is not set up',
      () => request([NOBODY], { audience: { recordType: 'opportunity' } }),
      404,
      'not-found',
    ],
    ['a record that is not there', () => request([NOBODY]), 422, 'record-unknown'],
    ['a record by no id', () => request(['Ann']), 422, 'record-unknown'],
    [
      'another basis that it does not name',
      () => request([NOBODY], { basis: 'other' }),
      422,
      'basis-text-missing',
    ],
    ['no records', () => request([]), 422, 'invalid-request'],
    ['no name', () => request([NOBODY], { name: ' ' }), 422, 'invalid-request'],
    ['what it does not know', () => request([NOBODY], { sendAt: 'tomorrow' }), 422, 'invalid-request'],
    ['no audience', () => ({ name: 'x', messageTemplateId: templates.utility }), 422, 'invalid-request'],
  ])('%s', async (_what, body, status, code) => {
    const before = await world.ok(CampaignPage, 'GET', '/api/campaigns');
    const answer = await post(body());
    expect([answer.status, Problem.parse(answer.body).code]).toEqual([status, code]);
    expect(await world.ok(CampaignPage, 'GET', '/api/campaigns')).toEqual(before);
  });

  it('a template of another record type', async () => {
    await world.setUpRecordType('lead');
    const answer = await post(request([NOBODY], { audience: { recordType: 'lead' } }));
    expect([answer.status, Problem.parse(answer.body).code]).toEqual([
      422,
      'template-of-another-record-type',
    ]);
  });

  it('no Idempotency-Key', async () => {
    const answer = await world.api('POST', '/api/campaigns', request([NOBODY]));
    expect([answer.status, Problem.parse(answer.body).code]).toEqual([422, 'invalid-request']);
  });

  it.each([
    `/api/campaigns/${NOBODY}`,
    '/api/campaigns/x',
    `/api/campaigns/${NOBODY}/skipped?code=consent-needed`,
    `/api/campaigns/${NOBODY}/outcomes`,
  ])('%s is not there', async (path) => {
    expect((await world.refused(404, 'GET', path)).code).toBe('not-found');
  });

  it('a cursor that Assent did not give', async () => {
    expect((await world.refused(422, 'GET', '/api/campaigns?cursor=x')).code).toBe('invalid-cursor');
    expect((await world.refused(422, 'GET', `/api/campaigns/${NOBODY}/skipped?code=x&cursor=x`)).code).toBe(
      'invalid-cursor',
    );
  });
});
