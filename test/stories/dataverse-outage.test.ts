import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DataverseWorld, FIELD, openDataverseWorld } from './dataverse-world.ts';

/**
 * The organisation is away for days while customers go on answering; then all of it drains, in the order in which it came,
 * and everybody can see how far it is.
 */
const CUSTOMERS = 28;
let all: DataverseWorld;

beforeAll(async () => {
  all = await openDataverseWorld();
  for (const table of ['contact', 'lead']) await all.setUp(table);
}, 120_000);
afterAll(() => all?.close());

/** The operations of writes that the organisation took: one request, or a member of a batch, each. */
const written = () =>
  all.crm.emulator
    .requests()
    .filter((one) => one.status === 200 && (one.method === 'PATCH' || one.url.endsWith('$batch')))
    .map((one) => one.operations);
/** Grows with each write in the organisation. */
const versionOf = async (set: string, id: string): Promise<number> => {
  const { body } = await all.crm.api(`${set}(${id})?$select=createdon`, { token: await all.crm.signIn() });
  return Number(/\d+/.exec(String(body['@odata.etag']))?.[0]);
};

it('an outage of two days drains in order, each record once, with its last answer', async () => {
  const { world, crm } = all;
  const customers = Array.from({ length: CUSTOMERS }, (_, n) => {
    const phone = world.newPhone();
    return {
      phone,
      contact: crm.emulator.create('contact', { lastname: `C${n}`, mobilephone: phone, [FIELD]: null }),
      lead: crm.emulator.create('lead', { lastname: `L${n}`, mobilephone: phone, [FIELD]: null }),
    };
  });
  await all.synced();
  const at = (n: number) => {
    const found = customers[n];
    if (found === undefined) throw new Error(`no customer ${n}`);
    return found;
  };
  // Two were asked before it goes away.
  for (const n of [3, 5])
    await world.sendConsent(await world.readRecord({ recordType: 'contact', id: at(n).contact }));

  crm.emulator.fault({ kind: 'cut', always: true });
  crm.emulator.fault({ kind: 'cut', scope: 'token', always: true });
  const asked = crm.emulator.requests().length;
  const order = [...customers.keys()].reverse();
  for (const n of order) {
    if (n === 3 || n === 5) await world.tap(at(n).phone, n === 3 ? 'yes' : 'no');
    else await world.says(at(n).phone, 'STOP');
    await world.pass(n % 7 === 0 ? 10 * 3_600_000 : 60_000);
  }
  // Some contradict themselves: No after Yes, Yes after No, and a stop word that is taken back.
  await world.tap(at(3).phone, 'no');
  await world.tap(at(5).phone, 'yes');
  await world.says(at(9).phone, 'START');
  await world.pass(8 * 3_600_000);

  const down = await all.sync();
  expect(down.pendingWrites).toBe(CUSTOMERS * 2);
  expect(down.connection?.problem?.code).toMatch(/unreachable|cut/);
  expect(
    customers.flatMap(({ contact, lead }) => [all.field('contact', contact), all.field('lead', lead)]),
  ).toEqual(Array.from({ length: CUSTOMERS * 2 }, () => null));
  // Nobody hammers at a closed door: a try a minute at most, for two days of the customers' clock.
  expect(crm.emulator.requests().length - asked).toBeLessThan(CUSTOMERS * 4);

  // It comes back for one batch, and goes away again: what is done is done, and the rest waits and says so.
  const before = written().length;
  crm.emulator.clearFaults();
  crm.emulator.fault({ kind: 'cut', method: 'POST', url: '$batch', skip: 1, always: true });
  crm.emulator.fault({ kind: 'cut', method: 'PATCH', always: true });
  await world.pass(61_000);
  world.ctx.wake.crm();
  await expect
    .poll(async () => (await all.sync()).pendingWrites, { timeout: 20_000 })
    .toBe(CUSTOMERS * 2 - 50);
  crm.emulator.clearFaults();
  await all.synced();
  expect(await all.sync()).toMatchObject({ pendingWrites: 0, problems: [], connection: { problem: null } });

  // One write per record and column, of the last answer alone. Number 9 took back what was never written.
  const expected = (n: number) => (n === 5 ? true : n === 9 ? null : false);
  for (const [n, { contact, lead }] of customers.entries())
    expect([all.field('contact', contact), all.field('lead', lead)], `${n}`).toEqual([
      expected(n),
      expected(n),
    ]);
  const operations = written().slice(before);
  expect(operations.reduce((sum, one) => sum + one, 0)).toBe((CUSTOMERS - 1) * 2);
  expect(operations).toHaveLength(2);

  const versions: number[] = [];
  for (const n of order)
    if (n !== 9)
      versions.push(
        Math.min(await versionOf('contacts', at(n).contact), await versionOf('leads', at(n).lead)),
      );
  expect(versions).toEqual(versions.toSorted((a, b) => a - b));
}, 240_000);
