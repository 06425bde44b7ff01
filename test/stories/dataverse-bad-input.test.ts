import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Bench } from '../../emulators/dataverse/test-bench.ts';
import { hookOf } from '../../src/actions/crm-webhook.ts';
import { checkCrm } from '../../src/cli/doctor-crm.ts';
import { checkRunningCrm } from '../../src/cli/doctor-running.ts';
import { readConfig } from '../../src/config.ts';
import {
  type DataverseWorld,
  dataverseCrm,
  environment,
  FIELD,
  openDataverseWorld,
} from './dataverse-world.ts';
import { ADMIN_API_KEY } from './world.ts';

/**
 * What an organisation, or something on the way to it, can answer: each is a problem that the page, the API and `doctor`
 * show, nothing that a customer answered is lost, no field says what nobody decided, and afterwards all is as it should be.
 */

let all: DataverseWorld;
type Fault = Parameters<Bench['emulator']['fault']>[0];

const person = (lastname: string, mobilephone: string, more: Record<string, unknown> = {}) =>
  all.crm.emulator.create('contact', { firstname: 'Ana', lastname, mobilephone, [FIELD]: null, ...more });
const record = (id: string) => all.world.readRecord({ recordType: 'contact', id });

/** Everybody's problem codes, as `GET /api/crm/sync` tells them. */
async function problems(): Promise<string[]> {
  const { connection, tables, problems: writes } = await all.sync();
  return [connection?.problem, ...tables.map((table) => table.problem), ...writes].flatMap(
    (one) => one?.code ?? [],
  );
}

/** Lets time pass until it is so. */
async function until(so: () => Promise<boolean>): Promise<void> {
  await expect
    .poll(
      async () => {
        await all.world.pass(31_000);
        all.world.ctx.wake.crm();
        return so();
      },
      { timeout: 20_000, interval: 50 },
    )
    .toBe(true);
}

/** What `doctor` would say of the CRM, by a connection of its own. */
async function doctorSays(): Promise<string[]> {
  const { ctx } = all.world;
  const read = readConfig(environment(all.crm));
  if (!read.ok || read.config.dataverse === null) throw new Error('bad environment');
  const own = dataverseCrm(ctx.database.db, read.config.dataverse, ctx.clock);
  const said: string[] = [];
  await checkCrm({ ...ctx, crm: own }, hookOf(read.config), (level, what, detail) =>
    said.push(`${level} ${what} ${detail}`),
  );
  return said.filter((line) => line.startsWith('fail'));
}

/** What it would say where it can only ask the running server. */
async function doctorHears(adminApiKey: string | null = ADMIN_API_KEY): Promise<string[]> {
  const said: string[] = [];
  await checkRunningCrm({ crm: 'dataverse', adminApiKey, publicUrl: all.world.url }, (level, what, detail) =>
    said.push(`${level} ${what} ${detail}`),
  );
  return said.filter((line) => !line.startsWith('ok'));
}

/** Nothing waits, and nothing is wrong. */
const atRest = async (): Promise<boolean> =>
  (await all.sync()).pendingWrites === 0 && (await problems()).length === 0;

beforeAll(async () => {
  all = await openDataverseWorld();
  for (const table of ['contact', 'lead']) await all.setUp(table);
}, 60_000);
afterAll(() => all?.close());
afterEach(() => all.crm.emulator.clearFaults());

const batch = { method: 'POST', url: '$batch' };
const write = { method: 'PATCH', url: 'contacts' };
const list = { method: 'GET', url: 'contacts?' };
/** One write is a request of its own, and two that wait together are members of a batch: which it is, is a matter of moments. */
const everyWrite = (httpStatus: number, code: string): Fault[] =>
  (['api', 'part'] as const).map((scope) => ({
    kind: 'code',
    httpStatus,
    code,
    ...write,
    scope,
    always: true,
  }));

describe.each<[string, Fault[], string]>([
  ['a page with status 200', [{ kind: 'html', always: true }], 'unreadable'],
  ['half the JSON with status 200', [{ kind: 'truncated', always: true }], 'unreadable'],
  ['gzip that cannot be unpacked', [{ kind: 'gzip-broken', always: true }], 'unreadable'],
  ['a body that is cut', [{ kind: 'cut-body', always: true }], 'cut'],
  ['a connection that is cut', [{ kind: 'cut', always: true }], 'unreachable'],
  ['401 whatever the token', [{ kind: '401', always: true }], 'sign-in'],
  [
    'no token, but a page',
    [
      { kind: 'html', scope: 'token', always: true },
      { kind: '401', always: true },
    ],
    'unreadable',
  ],
  ['429 with Retry-After', [{ kind: '429', retryAfter: 30, always: true }], 'throttled'],
  ['429 without', [{ kind: '429', retryAfter: null, always: true }], 'throttled'],
  ['500', [{ kind: 'status', httpStatus: 500, always: true }], 'unavailable'],
  [
    '503 with Retry-After',
    [{ kind: 'status', httpStatus: 503, retryAfter: 30, always: true }],
    'unavailable',
  ],
  [
    'no right to read',
    [{ kind: 'code', httpStatus: 403, code: '0x80040220', ...list, always: true }],
    'missing-right',
  ],
  [
    'no table of that name',
    [{ kind: 'code', httpStatus: 404, code: '0x80060888', ...list, always: true }],
    'refused',
  ],
  ['no right to write', everyWrite(403, '0x80040220'), 'missing-right'],
  ['a secured column', everyWrite(403, '0x8004F507'), 'column-secured'],
  ['412 of a version', everyWrite(412, '0x80060882'), 'conflict'],
  ['412 of a duplicate', everyWrite(412, '0x80040333'), 'conflict'],
  [
    'a proxy’s page for all that writes',
    [write, batch].map((request) => ({ kind: 'html', ...request, always: true })),
    'unreadable',
  ],
])('%s', (_, faults, code) => {
  it(`is shown as ${code}, loses no answer and turns no field`, async () => {
    const { world, crm } = all;
    const [phone, other] = [world.newPhone(), world.newPhone()];
    const answering = person('Answering', phone);
    const refusing = person('Refusing', other);
    await until(async () =>
      (
        await Promise.all([answering, refusing].map((id) => world.api('GET', `/api/records/contact/${id}`)))
      ).every((one) => one.status === 200),
    );
    await world.sendConsent(await record(answering));
    await world.sendConsent(await record(refusing));
    for (const fault of faults) crm.emulator.fault(fault);
    await world.tap(phone, 'yes');
    await world.tap(other, 'no');
    crm.emulator.change('contact', answering, { lastname: 'Renamed' });
    await until(async () => (await problems()).includes(code));
    const said = await doctorSays();
    expect(said.length).toBeGreaterThan(0);
    const heard = (await doctorHears()).filter((line) => line.startsWith('fail'));
    expect(heard.length).toBeGreaterThan(0);
    // Each says what to do, and a pause is none of the problems.
    for (const line of [...said, ...heard])
      expect(line).toMatch(/ (Check|It is tried|Requests go on|Something between|Give|Look|A rule) /);
    expect(said.join('\n')).not.toContain('paused');
    expect(await world.consent(phone)).toMatchObject({ state: 'granted' });
    expect(await world.consent(other)).toMatchObject({ state: 'denied' });
    // What arrived although its answer did not is right; nothing else may stand there.
    expect([null, true]).toContain(all.field('contact', answering));
    expect([null, false]).toContain(all.field('contact', refusing));
    expect(await world.send({ to: { recordType: 'contact', recordId: refusing }, text: 'Hi' })).toMatchObject(
      {
        status: 409,
        body: { code: 'consent-denied' },
      },
    );

    crm.emulator.clearFaults();
    await world.pass(3_600_000);
    await until(atRest);
    await until(async () => (await record(answering)).values.fullname === 'Ana Renamed');
    expect([all.field('contact', answering), all.field('contact', refusing)]).toEqual([true, false]);
    expect(await doctorSays()).toEqual([]);
    expect(await doctorHears()).toEqual([]);
  });
});

it('a running server that does not know the key, or none to show, is said', async () => {
  expect(await doctorHears('k'.repeat(40))).toEqual([
    expect.stringContaining('is ADMIN_API_KEY the one it has?'),
  ]);
  expect(await doctorHears(null)).toEqual([expect.stringContaining('set ADMIN_API_KEY')]);
});

it('401 of one member of a batch does not speak for the others', async () => {
  const { world, crm } = all;
  const phones = [world.newPhone(), world.newPhone(), world.newPhone()];
  const ids = phones.map((phone, n) => person(`Member ${n}`, phone));
  await all.synced();
  for (const id of ids) await world.sendConsent(await record(id));
  // They wait together, and go out together.
  crm.emulator.fault({ kind: 'cut', always: true });
  for (const phone of phones) await world.tap(phone, 'yes');
  await until(async () => (await problems()).includes('unreachable'));
  crm.emulator.clearFaults();
  crm.emulator.fault({ kind: '401', scope: 'part', skip: 1 });
  const before = crm.emulator.requests().filter((one) => one.url.includes(batch.url)).length;
  await until(atRest);
  expect(crm.emulator.requests().filter((one) => one.url.includes(batch.url)).length).toBeGreaterThan(before);
  expect(ids.map((id) => all.field('contact', id))).toEqual([true, true, true]);
});

it('what stands in the way of writing is shown all the while that reading works', async () => {
  const { world, crm } = all;
  const phone = world.newPhone();
  const id = person('Awaiting', phone);
  await all.synced();
  await world.sendConsent(await record(id));
  crm.emulator.fault({ kind: 'html', ...write, always: true });
  await world.tap(phone, 'yes');
  await until(async () => (await problems()).includes('unreadable'));
  for (let round = 0; round < 5; round += 1) {
    crm.emulator.change('contact', id, { lastname: `Read ${round}` });
    await until(async () => {
      expect(await problems()).toContain('unreadable');
      return (await record(id)).values.fullname === `Ana Read ${round}`;
    });
  }
  crm.emulator.clearFaults();
  await until(atRest);
  expect(all.field('contact', id)).toBe(true);
});

describe('clocks that differ', () => {
  it.each([
    ['the organisation is three days ahead', 3],
    ['the organisation is three days behind', -3],
  ])('%s: what was read later counts later, whatever modifiedon says', async (_, days) => {
    const { world, crm } = all;
    const skew = days * 86_400_000;
    crm.emulator.advance(skew);
    try {
      const [phone, other] = [world.newPhone(), world.newPhone()];
      const [agreed, refused] = [person('Agreed', phone), person('Refused', other)];
      await all.synced();
      await world.sendConsent(await record(agreed));
      await world.tap(phone, 'yes');
      await world.sendConsent(await record(refused));
      await world.tap(other, 'no');
      await all.synced();
      expect([all.field('contact', agreed), all.field('contact', refused)]).toEqual([true, false]);
      crm.emulator.change('contact', agreed, { [FIELD]: false });
      crm.emulator.change('contact', refused, { [FIELD]: true });
      await all.synced();
      expect(await world.consent(phone)).toMatchObject({ state: 'denied', source: 'crm' });
      expect(await world.consent(other)).toMatchObject({ state: 'denied' });
      expect([all.field('contact', agreed), all.field('contact', refused)]).toEqual([false, false]);
      // Tokens run out by the organisation's clock.
      crm.emulator.expireTokens();
      await all.synced();
      expect(await problems()).toEqual([]);
    } finally {
      crm.emulator.advance(-skew);
    }
  });
});

it('phone columns full of rubbish make no contact of anybody, and records of everything else', async () => {
  const { world, crm } = all;
  const rubbish = [
    'n/a',
    '0',
    '+',
    '++++',
    'ask his wife',
    '📞📞📞',
    '1234',
    '00000000000000000000000000',
    '999999999999999999999999999999999',
    '+1 (000) 000-0000',
    '‮+12025550143',
    'tel:+',
    "'; drop table crm_record; --",
    '{"phone": null}',
    '\u0000\u0001\u0007',
    '١٢٣',
  ];
  const ids = rubbish.map((mobilephone, n) => person(`Rubbish ${n}`, mobilephone.slice(0, 50)));
  const phone = world.newPhone();
  const sound = person(
    'Sound',
    ` ${phone.replace('+1', '+1 (').replace(/(\d{3})(\d{4})$/, ') $1-$2')} ext. 5`,
  );
  await all.synced();
  for (const [n, id] of ids.entries()) {
    expect((await record(id)).values.fullname).toBe(`Ana Rubbish ${n}`);
    const answer = await world.send({ to: { recordType: 'contact', recordId: id }, text: 'Hi' });
    expect([n, answer.status]).toEqual([n, 409]);
  }
  expect((await record(sound)).phones).toEqual([phone]);
  expect(await problems()).toEqual([]);
  for (const id of [...ids, sound]) crm.emulator.remove('contact', id);
  await all.synced();
});

describe('a Compliance Field that is not there any more', () => {
  const rename = (from: string, to: string) =>
    all.crm.control('POST', `/tables/lead/columns/${from}/rename`, { to });
  const lead = (lastname: string, mobilephone: string) =>
    all.crm.emulator.create('lead', { lastname, mobilephone, [FIELD]: null });
  const leadOf = (id: string) => all.world.readRecord({ recordType: 'lead', id });
  const missing = async () => {
    await until(async () => (await problems()).some((code) => /column-missing|refused/.test(code)));
    expect((await doctorSays()).join('\n')).toMatch(/no column|Could not find a property/i);
  };
  const textTo = (recordId: string) =>
    all.world.send({ to: { recordType: 'lead', recordId }, text: 'Your parcel is ready.' });

  it('the gate follows the ledger, answers wait, and are written once it is back', async () => {
    const { world } = all;
    const [phone, other] = [world.newPhone(), world.newPhone()];
    const [agreed, later] = [lead('Agreed', phone), lead('Later', other)];
    await all.synced();
    await world.sendConsent(await leadOf(agreed));
    await world.tap(phone, 'yes');
    await all.synced();
    await world.sendConsent(await leadOf(later));
    await rename(FIELD, 'wa_away');
    await missing();
    expect((await textTo(agreed)).status).toBe(202);
    await world.settled();
    await world.says(phone, 'STOP');
    await world.tap(other, 'yes');
    expect(await textTo(agreed)).toMatchObject({ status: 409, body: { code: 'consent-denied' } });
    expect((await textTo(later)).status).toBe(202);
    await world.settled();
    for (let hour = 0; hour < 3; hour += 1) await until(async () => true);
    expect((await all.sync()).pendingWrites).toBe(2);
    expect(await world.consent(phone)).toMatchObject({ state: 'denied' });
    // A webhook of that table is no reason to stop asking the organisation anything.
    await fetch(`${world.url}/webhooks/dataverse?code=webhook-key-for-stories-0123456789ab`, {
      method: 'POST',
      body: JSON.stringify({ PrimaryEntityName: 'lead', PrimaryEntityId: agreed }),
    });
    await until(async () => true);
    expect((await all.sync()).connection?.problem).toBeNull();

    await rename('wa_away', FIELD);
    await until(atRest);
    expect([all.field('lead', agreed), all.field('lead', later)]).toEqual([false, true]);
    expect(await doctorSays()).toEqual([]);
  });

  it('another one is chosen: it says what was decided, and nothing waits for the old one', async () => {
    const { world, crm } = all;
    const phone = world.newPhone();
    const id = lead('Moved', phone);
    await all.synced();
    await world.sendConsent(await leadOf(id));
    await crm.control('POST', '/tables/lead/columns', {
      name: 'wa_second',
      type: 'boolean',
      label: 'Second field',
    });
    await crm.control('DELETE', `/tables/lead/columns/${FIELD}`);
    await missing();
    await world.tap(phone, 'yes');
    // Columns are described anew every ten minutes, and once something is missing sooner.
    await until(async () => {
      const { status } = await world.api('PUT', '/api/record-types/lead', {
        displayName: 'Lead',
        phoneColumns: ['mobilephone', 'telephone1'],
        nameColumn: 'fullname',
        complianceField: 'wa_second',
        defaultCountry: 'US',
      });
      return status === 200;
    });
    await until(async () => crm.emulator.record('lead', id)?.wa_second === true);
    await until(atRest);
    expect(await world.consent(phone)).toMatchObject({ state: 'granted' });
    expect(await doctorSays()).toEqual([]);
  });
});

it('change tracking that is switched off is said, and what changed meanwhile is read once it is on again', async () => {
  const { world, crm } = all;
  const phone = world.newPhone();
  const id = person('Tracked', phone);
  await all.synced();
  await world.sendConsent(await record(id));
  await world.tap(phone, 'yes');
  await all.synced();
  await crm.control('PUT', '/tables/contact', { changeTracking: false });
  await until(async () => (await problems()).includes('change-tracking-off'));
  expect((await doctorSays()).join('\n')).toContain('Track changes');
  crm.emulator.change('contact', id, { [FIELD]: false });
  // Before one send its record is read as it is, tracked or not.
  expect(await world.send({ to: { recordType: 'contact', recordId: id }, text: 'Hi' })).toMatchObject({
    status: 409,
    body: { code: 'consent-denied' },
  });
  crm.emulator.change('contact', id, { lastname: 'Untracked' });
  await crm.control('PUT', '/tables/contact', { changeTracking: true });
  await until(atRest);
  await until(async () => (await record(id)).values.fullname === 'Ana Untracked');
  expect(all.field('contact', id)).toBe(false);
});
