import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { inTransaction } from '../../src/actions/transaction.ts';
import { ColumnOut, RecordTypeOut } from '../../src/http/schemas/records.ts';
import { type DataverseWorld, FIELD, openDataverseWorld } from './dataverse-world.ts';

/** Whose a column of the organisation is: ours while it is a field of a record type, and nobody's but theirs after that. */
describe('the columns that Assent writes', () => {
  let all: DataverseWorld;
  const CONTACT = { displayName: 'Contact', phoneColumns: ['mobilephone'], nameColumn: 'fullname' };
  const choose = (complianceField: string, polarity: 'allows' | 'forbids') =>
    all.world.ok(RecordTypeOut, 'PUT', '/api/record-types/contact', {
      ...CONTACT,
      complianceField,
      polarity,
    });
  const refuseWrites = () =>
    all.crm.emulator.fault({
      kind: 'code',
      httpStatus: 403,
      code: '0x8004F507',
      method: 'PATCH',
      always: true,
    });

  beforeAll(async () => {
    all = await openDataverseWorld();
    await all.setUp('contact');
  }, 60_000);
  afterAll(() => all?.close());

  it('a column that is the Compliance Field no more is left alone, whatever waits to be written there', async () => {
    const { world, crm } = all;
    const phone = world.newPhone();
    const contact = crm.emulator.create('contact', {
      lastname: 'Chosen',
      mobilephone: phone,
      [FIELD]: null,
      donotphone: false,
    });
    await all.synced();
    await world.sendConsent(await world.readRecord({ recordType: 'contact', id: contact }));
    refuseWrites();
    await world.tap(phone, 'yes');
    await all.synced();
    expect((await all.sync()).problems).toMatchObject([
      { recordId: contact, column: FIELD, code: 'column-secured' },
    ]);

    await choose('donotphone', 'forbids');
    expect(await all.sync()).toMatchObject({ problems: [], pendingWrites: 0 });
    crm.emulator.clearFaults();
    crm.emulator.change('contact', contact, { [FIELD]: false });
    await world.pass(3_600_000);
    await all.synced();
    expect(all.field('contact', contact)).toBe(false);
    expect(await world.consent(phone)).toMatchObject({ state: 'granted' });

    // A node that decided by the record type as it was leaves a write behind after the change.
    await inTransaction(world.ctx, (tx) =>
      world.ctx.crm.writeFields(
        tx,
        [{ table: 'contact', recordId: contact, column: FIELD, value: true }],
        world.now(),
      ),
    );
    await all.synced();
    expect(all.field('contact', contact)).toBe(false);
    expect(await all.sync()).toMatchObject({ problems: [], pendingWrites: 0 });

    await choose(FIELD, 'allows');
    await all.synced();
    expect((await all.sync()).problems).toEqual([]);
  });

  it('a column that the organisation keeps itself is offered for no answer, and refused', async () => {
    const { world } = all;
    const { items } = await world.ok(
      z.object({ items: z.array(ColumnOut) }),
      'GET',
      '/api/crm/tables/contact/columns?counts=false',
    );
    const names = items.map(({ name }) => name);
    expect(names).toContain('donotphone');
    expect(names).not.toContain('merged');
    expect(items.find(({ name }) => name === 'fullname')?.takes).toEqual({ create: false, update: false });
    expect(items.find(({ name }) => name === 'lastname')?.takes).toBeUndefined();
    for (const field of ['complianceField', 'marketingField']) {
      const refused = await world.refused(422, 'PUT', '/api/record-types/contact', {
        ...CONTACT,
        [field]: 'merged',
      });
      expect(refused.problems).toMatchObject([{ path: field, code: 'column-read-only' }]);
    }
  });

  it('a record takes nothing for a column that the organisation keeps itself, and says so', async () => {
    const { world, crm } = all;
    const mobilephone = world.newPhone();
    const values = { lastname: 'Typed', mobilephone };
    const made = await world.record('contact', { ...values, fullname: null });
    const before = crm.emulator.records('contact').length;
    const read = { code: 'column-read-only', problems: [{ path: 'values.fullname' }] };
    const more = { values: { ...values, fullname: 'Another' } };
    expect(await world.refused(422, 'POST', '/api/records/contact', more)).toMatchObject(read);
    expect(crm.emulator.records('contact')).toHaveLength(before);
    const path = `/api/records/contact/${made.id}`;
    expect(await world.refused(422, 'PATCH', path, { values: { fullname: 'Another' } })).toMatchObject(read);
  });

  it('a record type that is removed leaves nothing to be written, and no problem', async () => {
    const { world, crm } = all;
    await world.ok(RecordTypeOut, 'PUT', '/api/record-types/account', {
      displayName: 'Account',
      phoneColumns: ['telephone1'],
      nameColumn: 'name',
      complianceField: FIELD,
    });
    const phone = world.newPhone();
    const contact = crm.emulator.create('contact', { lastname: 'Both', mobilephone: phone });
    const account = crm.emulator.create('account', { name: 'Both', telephone1: phone, [FIELD]: null });
    await all.synced();
    await world.sendConsent(await world.readRecord({ recordType: 'contact', id: contact }));
    crm.emulator.fault({ kind: 'status', method: 'PATCH', always: true });
    crm.emulator.fault({ kind: 'status', method: 'POST', url: '$batch', always: true });
    await world.tap(phone, 'no');
    const removed = await world.api('DELETE', '/api/record-types/account');
    expect(removed.status).toBe(204);
    crm.emulator.clearFaults();
    await world.pass(3_600_000);
    await all.synced();
    expect(all.field('account', account)).toBeNull();
    expect(all.field('contact', contact)).toBe(false);
    expect(await all.sync()).toMatchObject({ problems: [], pendingWrites: 0 });
  });
});
