import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { forgetFieldsSeen } from '../../src/db/records.ts';
import type { SendMessage } from '../../src/http/schemas/chat.ts';
import type { RecordOut } from '../../src/http/schemas/records.ts';
import { openWorld, type TypeSetUp, type Values, type World } from '../stories/world.ts';
import { accepted, answered, blocked, contact, textFrom, to } from './acts.ts';

/** What stands in the CRM, and whose a decision is: found values, shared numbers, changed numbers and columns (product.md §3.2). */
describe('a value of the CRM, and whose it is', () => {
  const FIELD = 'assent_allowwhatsapp';
  const DAY = 86_400_000;
  let world: World;
  let type: TypeSetUp;

  beforeAll(async () => {
    world = await openWorld();
    type = await world.setUpContactType();
    await world.setUpRecordType('lead');
  });
  afterAll(() => world.close());

  type Named = Pick<RecordOut, 'recordType' | 'id'>;
  const field = async (record: Named) => (await world.readRecord(record)).complianceValue;
  const change = (record: Named, values: Values) =>
    world.ok(z.unknown(), 'PATCH', `/api/records/${record.recordType}/${record.id}`, { values });
  const stateOf = async (phone: string) => (await world.consent(phone)).state;
  const text = (record: Named): SendMessage => ({ to: to(record), text: 'Your order is here.' });
  const utility = (record: Named): SendMessage => ({ to: to(record), messageTemplateId: type.utility });
  /** STOP, and START a while later. */
  const stopAndStart = async (phone: string): Promise<void> => {
    await world.says(phone, 'STOP');
    await world.pass(3_000);
    await world.says(phone, 'START');
    await world.settled();
  };
  /** Two people on one number that is known to be shared; the first is a contact, the other a lead. */
  const onOneNumber = async (): Promise<{ phone: string; record: RecordOut; other: RecordOut }> => {
    const { phone, record } = await contact(world);
    const other = await world.record('lead', { fullname: 'Ben Smith', mobilephone: phone });
    await world.says(phone, 'Hello');
    const { conversationId } = await world.consent(phone);
    await world.ok(z.unknown(), 'POST', `/api/conversations/${conversationId}/shared`, { shared: true });
    return { phone, record, other };
  };

  it('a No that was found stands again after STOP and START', async () => {
    const { phone, record } = await contact(world, { [FIELD]: false });
    await world.says(phone, 'Hello');
    await stopAndStart(phone);
    expect(await field(record)).toBe(false);
    expect((await blocked(world, text(record))).code).toBe('consent-denied');
  });

  it('a Yes that was found stands again after STOP and START on its own record alone', async () => {
    const { phone, record } = await contact(world, { [FIELD]: true });
    const other = await world.record('lead', { fullname: 'Ben Smith', mobilephone: phone });
    await stopAndStart(phone);
    expect([await field(record), await field(other)]).toEqual([true, null]);
  });

  it('a Yes and a No that were found stand again, each on its record', async () => {
    const { phone, record } = await contact(world, { [FIELD]: true });
    const other = await world.record('lead', { fullname: 'Ben Smith', mobilephone: phone, [FIELD]: false });
    await stopAndStart(phone);
    expect([await field(record), await field(other)]).toEqual([true, false]);
    expect((await blocked(world, text(other))).code).toBe('consent-denied');
  });

  it('on a shared number a stop word that is taken back leaves no No', async () => {
    const { phone, record, other } = await onOneNumber();
    await stopAndStart(phone);
    expect([await field(record), await field(other)]).toEqual([null, null]);
  });

  it('on a shared number the No of one outlives the Yes of another', async () => {
    const { phone, record, other } = await onOneNumber();
    await world.says(phone, 'STOP');
    await world.advance(2_000);
    await world.sendConsent(record);
    await world.tap(phone, 'yes');
    expect((await blocked(world, text(other))).code).toBe('consent-denied');
    await world.ok(z.unknown(), 'PATCH', '/api/settings', { serviceExpiresDays: 30 });
    try {
      await world.pass(31 * DAY);
      await world.says(phone, 'Hi, it is me');
      expect((await blocked(world, text(other))).code).toBe('consent-denied');
      await world.advance(3_000);
      expect([await field(record), await field(other)]).toEqual([null, false]);
      expect((await blocked(world, text(other))).code).toBe('consent-denied');
    } finally {
      await world.ok(z.unknown(), 'PATCH', '/api/settings', { serviceExpiresDays: null });
    }
  });

  it('START brings back no Yes whose evidence was erased', async () => {
    const { phone, record } = await answered(world, 'yes');
    await world.pass(3_000);
    await world.says(phone, 'STOP');
    await world.ok(z.unknown(), 'POST', '/api/erasures', {
      reason: 'asked for it',
      to: to(record),
      deleteRecords: true,
    });
    await world.pass(3_000);
    await world.says(phone, 'START');
    expect(await stateOf(phone)).toBe('expired');
  });

  it('a Yes that is sent along as it stood does not open a new number', async () => {
    const { record } = await answered(world, 'yes');
    await change(record, { mobilephone: world.newPhone(), [FIELD]: true });
    expect(await field(record)).toBe(null);
    expect((await blocked(world, utility(record))).code).toBe('consent-needed');
  });

  it('a Yes that is set with a new number opens it', async () => {
    const { record } = await contact(world);
    await change(record, { mobilephone: world.newPhone(), [FIELD]: true });
    await accepted(world, utility(record));
  });

  it('a Yes that was found opens a number no longer than a record says so', async () => {
    const { phone, record } = await contact(world, { [FIELD]: true });
    await change(record, { mobilephone: world.newPhone() });
    const next = await world.record('contact', { fullname: 'Ana Jones', mobilephone: phone });
    expect((await blocked(world, utility(next))).code).toBe('consent-needed');
    const given = await contact(world, { [FIELD]: true });
    await change(given.record, { mobilephone: null });
    await change(given.record, { mobilephone: given.phone });
    expect((await blocked(world, utility(given.record))).code).toBe('consent-needed');
  });

  it('a Yes of the CRM that was set back against a STOP does not count after START', async () => {
    const { phone, record } = await contact(world);
    await world.says(phone, 'STOP');
    await world.pass(3_000);
    await change(record, { [FIELD]: true });
    expect([await field(record), await stateOf(phone)]).toEqual([false, 'denied']);
    await world.pass(3_000);
    await world.says(phone, 'START');
    expect([await field(record), await stateOf(phone)]).toEqual([null, 'not-asked']);
  });

  it('between the choice of another field and its reading nothing leaves that rests on it', async () => {
    const { phone, record } = await contact(world, { [FIELD]: false });
    await world.says(phone, 'Hello');
    const decided = await answered(world, 'yes');
    await forgetFieldsSeen(world.ctx.database.db, 'contact', 'service');
    expect((await blocked(world, text(record))).code).toBe('crm-unreachable');
    await accepted(world, text(decided.record));
  });

  it('what may be a stop is held from a +1 number that is known from this message on', async () => {
    await world.ok(z.unknown(), 'PATCH', '/api/settings', { holdContainsStopForUs: true });
    const phone = world.newPhone();
    const userId = `US.${phone.slice(2)}77`;
    await world.postWebhook(textFrom({ userId }, 'Hello', world.now()));
    await world.pass(2_000);
    await world.postWebhook(textFrom({ userId, phone }, 'my bus goes from the next stop', world.now()));
    await world.settled();
    expect((await world.consent(phone)).onHold).not.toBe(null);
  });

  it('on a shared number a grant is not recorded, as nothing would show whose it is', async () => {
    const { phone } = await onOneNumber();
    const { conversationId } = await world.consent(phone);
    const grant = { purpose: 'service', decision: 'granted', evidence: 'signed a form' };
    for (const whom of [{ phone }, { conversationId }])
      expect(await world.api('POST', '/api/consent', { ...whom, ...grant })).toMatchObject({
        status: 409,
        body: { code: 'number-shared' },
      });
    expect(await stateOf(phone)).toBe('not-asked');
  });
});
