import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { inTransaction } from '../../src/actions/transaction.ts';
import { dropRecords } from '../../src/db/crm-mirror.ts';
import { RecordOut, RecordPage } from '../../src/http/schemas/records.ts';
import { type DataverseWorld, openDataverseWorld } from './dataverse-world.ts';
import { ADMIN_API_KEY, type Answer, openWorld, type World } from './world.ts';

/** A program whose answer was lost asks again under the same key: there is one record. */

const make = (world: World, key: string, values: object): Promise<Answer> =>
  world.api(
    'POST',
    '/api/records/contact',
    { values },
    { authorization: `Bearer ${ADMIN_API_KEY}`, 'idempotency-key': key },
  );
const idOf = ({ status, body }: Answer): string => {
  expect(status, JSON.stringify(body)).toBe(201);
  return RecordOut.parse(body).id;
};
const expectReused = ({ status, body }: Answer): void => {
  expect(status).toBe(422);
  expect(body).toMatchObject({ code: 'idempotency-key-reused' });
};

describe('in the embedded CRM', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
    await world.setUpContactType();
  });
  afterAll(() => world.close());
  const named = async (name: string): Promise<number> =>
    (await world.ok(RecordPage, 'GET', `/api/records?recordType=contact&search=${name}`)).items.length;

  it('the same request again answers the same record, also of several at once', async () => {
    const key = randomUUID();
    const values = { fullname: 'Onnie', mobilephone: world.newPhone() };
    const answers = await Promise.all([1, 2, 3].map(() => make(world, key, values)));
    const ids = [...answers, await make(world, key, values)].map(idOf);
    expect(new Set(ids).size).toBe(1);
    expect(await named('Onnie')).toBe(1);
    // As it is now: what was changed since is not undone.
    await world.ok(RecordOut, 'PATCH', `/api/records/contact/${ids[0]}`, { values: { fullname: 'Onnieta' } });
    expect(RecordOut.parse((await make(world, key, values)).body).name).toBe('Onnieta');
  });

  it('another request under the key is refused, and so is one for a message', async () => {
    const key = randomUUID();
    const phone = world.newPhone();
    const id = idOf(await make(world, key, { fullname: 'Otis', mobilephone: phone }));
    expectReused(await make(world, key, { fullname: 'Otis B', mobilephone: phone }));
    expect(await named('Otis')).toBe(1);
    const to = { recordType: 'contact', recordId: id };
    expect(await world.send({ to, text: 'Hello' }, { 'idempotency-key': key })).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
  });

  it('what was refused leaves its key free, and without a key each request makes a record', async () => {
    const key = randomUUID();
    expect((await make(world, key, { nothing: 'there' })).status).toBe(422);
    idOf(await make(world, key, { fullname: 'Orla', mobilephone: world.newPhone() }));
    for (const fullname of ['Twin', 'Twin']) await world.record('contact', { fullname });
    expect(await named('Twin')).toBe(2);
  });

  it('a record that is gone is not made again', async () => {
    const key = randomUUID();
    const values = { fullname: 'Gone', mobilephone: world.newPhone() };
    const id = idOf(await make(world, key, values));
    await inTransaction(world.ctx, (tx) => dropRecords(tx, 'contact', [id]));
    expect(await make(world, key, values)).toMatchObject({ status: 410, body: { code: 'record-gone' } });
    expect(await named('Gone')).toBe(0);
  });
});

describe('in Dataverse', () => {
  let all: DataverseWorld;
  beforeAll(async () => {
    all = await openDataverseWorld();
    await all.setUp('contact');
  }, 60_000);
  afterAll(() => all?.close());
  /** The ids of the organisation's contacts of that name. */
  const named = async (lastname: string): Promise<string[]> => {
    const query = `contacts?$select=contactid&$filter=lastname eq '${lastname}'`;
    const { body } = await all.crm.api(query, { token: await all.crm.signIn() });
    const { value } = z.object({ value: z.array(z.object({ contactid: z.string() })) }).parse(body);
    return value.map(({ contactid }) => contactid);
  };

  it('an answer that was lost on its way is given the second time, and there is one record', async () => {
    const { world, crm } = all;
    const key = randomUUID();
    const values = { lastname: 'Lost', mobilephone: world.newPhone() };
    // The organisation made it, and nobody heard.
    crm.emulator.fault({ kind: 'cut', method: 'PATCH', accepted: true, always: true });
    expect((await make(world, key, values)).status).toBe(503);
    crm.emulator.clearFaults();
    const made = await named('Lost');
    expect(made).toHaveLength(1);
    expect(idOf(await make(world, key, values))).toBe(made[0]);
    expect(await named('Lost')).toEqual(made);
    expectReused(await make(world, key, { ...values, lastname: 'Found' }));
  });

  it('one that never arrived is made the second time', async () => {
    const { world, crm } = all;
    const key = randomUUID();
    const values = { lastname: 'Late', mobilephone: world.newPhone() };
    crm.emulator.fault({ kind: 'cut', method: 'PATCH', accepted: false, always: true });
    expect((await make(world, key, values)).status).toBe(503);
    crm.emulator.clearFaults();
    expect(await named('Late')).toEqual([]);
    const id = idOf(await make(world, key, values));
    expect(await named('Late')).toEqual([id]);
  });

  it('two at once make one, and what the organisation refused leaves its key free', async () => {
    const { world, crm } = all;
    const key = randomUUID();
    const values = { lastname: 'Both', mobilephone: world.newPhone() };
    const ids = (await Promise.all([1, 2].map(() => make(world, key, values)))).map(idOf);
    expect(await named('Both')).toEqual([ids[0]]);
    expect(ids[1]).toBe(ids[0]);

    const other = randomUUID();
    crm.emulator.fault({ kind: 'code', httpStatus: 400, code: '0x80040203', method: 'PATCH' });
    expect(await make(world, other, { ...values, lastname: 'Bad' })).toMatchObject({
      status: 422,
      body: { code: 'crm-refused' },
    });
    idOf(await make(world, other, { ...values, lastname: 'Good' }));
  });

  it('a refusal of the second try frees no key under which the first may still arrive', async () => {
    const { world, crm } = all;
    const key = randomUUID();
    const values = { lastname: 'Still', mobilephone: world.newPhone() };
    crm.emulator.fault({ kind: 'cut', method: 'PATCH', accepted: false, always: true });
    expect((await make(world, key, values)).status).toBe(503);
    crm.emulator.clearFaults();
    crm.emulator.fault({ kind: 'code', httpStatus: 400, code: '0x80040203', method: 'PATCH' });
    expect(await make(world, key, values)).toMatchObject({ status: 422, body: { code: 'crm-refused' } });
    expectReused(await make(world, key, { ...values, lastname: 'Other' }));
    const id = idOf(await make(world, key, values));
    expect(await named('Still')).toEqual([id]);
  });
});
