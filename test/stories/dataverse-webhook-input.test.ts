import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DataverseWorld, FIELD, openDataverseWorld, WEBHOOK_KEY } from './dataverse-world.ts';

/** What may come to the webhook of Dataverse: only who shows the key is heard, and only which record changed is believed. */

let all: DataverseWorld;
const SOMEBODY = 'aaaaaaaa-0000-4000-8000-00000000000a';
const NOBODY = 'aaaaaaaa-0000-4000-8000-00000000000b';

beforeAll(async () => {
  all = await openDataverseWorld();
  await all.setUp('contact');
}, 60_000);
afterAll(() => all?.close());
afterEach(() => all.crm.emulator.clearFaults());
// Failures are counted by the minute, and these are many.
beforeEach(() => all.world.pass(61_000));

const post = async (body: string, query = `?code=${WEBHOOK_KEY}`, headers: Record<string, string> = {}) => {
  const answer = await fetch(`${all.world.url}/webhooks/dataverse${query}`, {
    method: 'POST',
    body,
    headers,
  });
  return { status: answer.status, code: JSON.parse((await answer.text()) || '{}').code };
};
const hint = (more: object = {}) =>
  JSON.stringify({ MessageName: 'Update', PrimaryEntityName: 'contact', PrimaryEntityId: SOMEBODY, ...more });
const readsOf = (id: string) =>
  all.crm.emulator.requests().filter((one) => one.method === 'GET' && one.url.includes(`contacts(${id})`))
    .length;

describe('what is not believed', () => {
  it.each<[string, () => ReturnType<typeof post>, number]>([
    ['no key', () => post(hint(), ''), 401],
    ['an empty key', () => post(hint(), '?code='), 401],
    ['a wrong key', () => post(hint(), `?code=${WEBHOOK_KEY.slice(0, -1)}x`), 401],
    ['the beginning of the key', () => post(hint(), `?code=${WEBHOOK_KEY.slice(0, -1)}`), 401],
    ['two keys', () => post(hint(), `?code=${WEBHOOK_KEY}&code=x`), 401],
    ['a wrong key in the header', () => post(hint(), '', { 'x-assent-key': 'wrong' }), 401],
    ['no JSON', () => post('<html>'), 400],
    ['half the JSON', () => post(hint().slice(0, 40)), 400],
    ['nothing', () => post(''), 400],
    ['a list', () => post('[]'), 400],
    ['no record', () => post('{"MessageName":"Update"}'), 400],
    ['an id that is no GUID', () => post(hint({ PrimaryEntityId: "1' or '1'='1" })), 400],
    ['a name that is none', () => post(hint({ PrimaryEntityName: '' })), 400],
    ['a name that cannot be stored', () => post(hint({ PrimaryEntityName: 'con\0tact' })), 400],
    ['four megabytes', () => post(hint({ more: 'x'.repeat(4 * 1024 * 1024) })), 413],
  ])('%s', async (_, send, status) => {
    const before = all.crm.emulator.requests().length;
    expect((await send()).status).toBe(status);
    expect(readsOf(SOMEBODY)).toBe(0);
    const asked = all.crm.emulator.requests().slice(before);
    expect(asked.filter((one) => one.url.includes(SOMEBODY))).toEqual([]);
  });

  it('an address that keeps showing wrong keys is held off; the right one still passes from there', async () => {
    const answers = [];
    for (let n = 0; n < 62; n += 1) answers.push((await post(hint(), '?code=wrong')).status);
    expect(answers[0]).toBe(401);
    expect(answers.at(-1)).toBe(429);
    expect((await post(hint())).status).toBe(200);
  });

  it('a table that is no record type, and a record that is not there, are taken and lead to nothing', async () => {
    expect((await post(hint({ PrimaryEntityName: 'opportunity' }))).status).toBe(200);
    expect((await post(hint({ PrimaryEntityName: 'no such; table' }))).status).toBe(200);
    expect((await post(hint({ PrimaryEntityId: NOBODY }))).status).toBe(200);
    await expect.poll(() => readsOf(NOBODY)).toBe(1);
    const ofRecords = all.crm.emulator.requests().filter((one) => /\/opportunities\b/.test(one.url));
    expect(ofRecords).toEqual([]);
    expect((await all.sync()).connection?.problem).toBeNull();
  });
});

describe('what comes is a hint and no more', () => {
  const person = async (): Promise<{ id: string; phone: string }> => {
    const phone = all.world.newPhone();
    const id = all.crm.emulator.create('contact', { lastname: 'Hinted', mobilephone: phone, [FIELD]: null });
    await all.synced();
    await all.world.sendConsent(await all.world.readRecord({ recordType: 'contact', id }));
    await all.world.tap(phone, 'yes');
    await all.synced();
    return { id, phone };
  };

  it('values that it brings along are not believed', async () => {
    const { id, phone } = await person();
    const Attributes = [{ key: FIELD, value: false }];
    const InputParameters = [{ key: 'Target', value: { Id: id, LogicalName: 'contact', Attributes } }];
    const before = readsOf(id);
    expect((await post(hint({ PrimaryEntityId: id, InputParameters }))).status).toBe(200);
    await expect.poll(() => readsOf(id)).toBeGreaterThan(before);
    await all.synced();
    expect(await all.world.consent(phone)).toMatchObject({ state: 'granted' });
    expect(all.field('contact', id)).toBe(true);
  });

  it('one over 256 KB comes without its values, and is as good', async () => {
    const { id, phone } = await person();
    all.crm.emulator.change('contact', id, { [FIELD]: false });
    const answer = await post(hint({ PrimaryEntityId: id.toUpperCase() }), undefined, {
      'x-ms-dynamics-msg-size-exceeded': 'true',
    });
    expect(answer.status).toBe(200);
    await expect.poll(async () => (await all.world.consent(phone)).state).toBe('denied');
  });

  it('told twice, and in the wrong order, ends in what the record says', async () => {
    const { id, phone } = await person();
    all.crm.emulator.change('contact', id, { [FIELD]: false });
    const deleted = hint({ PrimaryEntityId: id, MessageName: 'Delete' });
    const created = hint({ PrimaryEntityId: id, MessageName: 'Create' });
    const updated = hint({ PrimaryEntityId: id });
    for (const body of [deleted, updated, updated, created, deleted])
      expect((await post(body)).status).toBe(200);
    await expect.poll(async () => (await all.world.consent(phone)).state).toBe('denied');
    expect((await all.world.readRecord({ recordType: 'contact', id })).complianceValue).toBe(false);
    all.crm.emulator.remove('contact', id);
    for (const body of [created, updated]) await post(body);
    await expect
      .poll(async () => (await all.world.api('GET', `/api/records/contact/${id}`)).status)
      .toBe(404);
    await post(updated);
    await all.synced();
    expect(all.crm.emulator.record('contact', id)).toBeUndefined();
    expect(await all.world.consent(phone)).toMatchObject({ state: 'denied' });
  });
});
