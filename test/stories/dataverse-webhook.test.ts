import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { portOf } from '../../emulators/dataverse/test-bench.ts';
import { keepWebhook, registerWebhook, webhookStanding } from '../../src/actions/crm-webhook.ts';
import { checkRefusedCalls } from '../../src/cli/doctor-running.ts';
import { webhookObstacle } from '../../src/core/crm-webhook.ts';
import { CrmWebhookOut } from '../../src/http/schemas/crm-sync.ts';
import type { RemoteCrm } from '../../src/ports.ts';
import { type DataverseWorld, FIELD, openDataverseWorld, WEBHOOK_KEY } from './dataverse-world.ts';
import { ADMIN_API_KEY } from './world.ts';

/** The webhook, registered in the organisation by the product itself. */

let all: DataverseWorld;
/** Of a poll, on a machine that has other things to do. */
const PATIENCE = { timeout: 20_000, interval: 50 };
const remote = (): RemoteCrm => {
  if (all.world.ctx.crm.remote === null) throw new Error('no remote CRM');
  return all.world.ctx.crm.remote;
};
const endpoints = () => all.crm.emulator.records('serviceendpoint');
const steps = () => all.crm.emulator.records('sdkmessageprocessingstep');
const see = () => all.world.ok(CrmWebhookOut, 'GET', '/api/crm/webhook');
async function doctorHears(): Promise<string[]> {
  const said: string[] = [];
  await checkRefusedCalls(
    { crm: 'dataverse', adminApiKey: ADMIN_API_KEY, publicUrl: all.world.url },
    (...line) => said.push(line.join(' ')),
  );
  return said;
}
const hook = (more: object = {}) => ({
  publicUrl: all.world.url,
  key: WEBHOOK_KEY,
  organisationUrl: all.crm.url,
  ...more,
});
const audit = async (): Promise<string[]> => {
  const { body } = await all.world.api('GET', '/api/audit?limit=20');
  return JSON.stringify(body).match(/crm\.webhook-\w+/g) ?? [];
};

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = portOf(server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

beforeAll(async () => {
  // What is registered is the address that is configured.
  const port = String(await freePort());
  all = await openDataverseWorld({ PORT: port, PUBLIC_URL: `http://127.0.0.1:${port}` });
  await all.setUp('contact');
}, 60_000);
afterAll(() => all?.close());
afterEach(() => all.crm.emulator.clearFaults());

describe('from Configuration, CRM', () => {
  it('is registered, told by it, and registering again changes nothing', async () => {
    expect(await see()).toMatchObject({
      state: 'not-registered',
      obstacle: null,
      tables: [{ table: 'contact', told: false }],
    });
    const made = await all.world.ok(CrmWebhookOut, 'POST', '/api/crm/webhook');
    expect(made).toMatchObject({ state: 'registered', tables: [{ table: 'contact', told: true }] });
    expect(endpoints()).toMatchObject([
      { values: { contract: 8, authtype: 4, url: `${all.world.url}/webhooks/dataverse` } },
    ]);
    expect(steps().map(({ values }) => [values.mode, values.stage, values.asyncautodelete])).toEqual(
      Array.from({ length: 3 }, () => [1, 40, true]),
    );
    const updates = steps().filter(({ values }) => String(values.name).includes('Update'));
    expect(updates).toHaveLength(1);
    expect(String(updates[0]?.values.filteringattributes).split(',')).toEqual(
      expect.arrayContaining([FIELD, 'mobilephone', 'fullname', 'firstname', 'lastname']),
    );
    const before = JSON.stringify([endpoints().map((one) => one.id), steps().map((one) => one.id)]);
    await all.world.ok(CrmWebhookOut, 'POST', '/api/crm/webhook');
    expect(JSON.stringify([endpoints().map((one) => one.id), steps().map((one) => one.id)])).toBe(before);
    expect(await audit()).toEqual(['crm.webhook-register', 'crm.webhook-register']);
    expect(JSON.stringify(await see())).not.toContain(WEBHOOK_KEY);

    // A person of the organisation makes a record: it is here before any change was asked for.
    const id = all.crm.emulator.create('contact', {
      firstname: 'Told',
      lastname: 'Soon',
      mobilephone: all.world.newPhone(),
      [FIELD]: null,
    });
    await all.crm.emulator.idle();
    await expect
      .poll(async () => (await all.world.api('GET', `/api/records/contact/${id}`)).status)
      .toBe(200);
    expect(all.crm.emulator.deliveries().at(-1)).toMatchObject({ status: 200, message: 'Create' });
    all.crm.emulator.change('contact', id, { jobtitle: 'Baker' });
    await all.crm.emulator.idle();
    expect(all.crm.emulator.deliveries().at(-1)?.message).toBe('Create');
    all.crm.emulator.change('contact', id, { lastname: 'Now' });
    all.crm.emulator.remove('contact', id);
    await all.crm.emulator.idle();
    expect(
      all.crm.emulator
        .deliveries()
        .slice(-2)
        .map((one) => one.status),
    ).toEqual([200, 200]);
    await expect
      .poll(async () => (await all.world.api('GET', `/api/records/contact/${id}`)).status)
      .toBe(404);
  });

  it('one too large to carry its values, told twice and out of order, has the record read all the same', async () => {
    const phone = all.world.newPhone();
    all.crm.emulator.settings({ webhookMaxBytes: 1_000 });
    all.crm.emulator.fault({ kind: 'out-of-order' });
    all.crm.emulator.fault({ kind: 'duplicate' });
    const id = all.crm.emulator.create('contact', { lastname: 'Large', mobilephone: phone, [FIELD]: null });
    all.crm.emulator.change('contact', id, { lastname: 'Large too' });
    // The first goes after this one.
    all.crm.emulator.change('contact', id, { lastname: 'Larger' });
    await all.crm.emulator.idle();
    const told = all.crm.emulator.deliveries().filter((one) => one.id === id);
    expect(told.map((one) => one.message)).toEqual(expect.arrayContaining(['Create', 'Update']));
    expect(told).toHaveLength(4);
    for (const { status, headers, body } of told) {
      expect([status, headers['x-ms-dynamics-msg-size-exceeded']]).toEqual([200, 'true']);
      expect(body).not.toContain('InputParameters');
    }
    await expect
      .poll(async () => JSON.stringify((await all.world.api('GET', `/api/records/contact/${id}`)).body))
      .toContain('Larger');
    all.crm.emulator.settings({ webhookMaxBytes: 262_144 });
  });

  it('shows deliveries that fail, a step that somebody switched off, and mends what is ours', async () => {
    const [endpoint] = endpoints();
    const update = steps().find(({ values }) => String(values.name).includes('Update'));
    await all.crm.control('PATCH', `/rows/serviceendpoints/${endpoint?.id}`, {
      authvalue: 'another-key-than-the-one-that-counts-012345',
    });
    all.crm.emulator.create('contact', { lastname: 'Unheard', [FIELD]: null });
    await all.crm.emulator.idle();
    expect((await see()).failures).toMatchObject([{ text: 'The webhook answered 401.' }]);
    expect((await see()).refusedAt).not.toBeNull();
    expect(await doctorHears()).toEqual([
      expect.stringMatching(/^note crm webhook a call without the right key/),
    ]);
    await all.crm.control('PATCH', `/rows/sdkmessageprocessingsteps/${update?.id}`, {
      statecode: 1,
      statuscode: 2,
    });
    expect(await see()).toMatchObject({ state: 'incomplete', tables: [{ told: false }] });
    expect((await all.world.ok(CrmWebhookOut, 'POST', '/api/crm/webhook')).state).toBe('registered');
    expect((await see()).refusedAt).toBeNull();
    expect(await doctorHears()).toEqual([]);
    all.crm.emulator.create('contact', { lastname: 'Heard', [FIELD]: null });
    await all.crm.emulator.idle();
    expect(all.crm.emulator.deliveries().at(-1)?.status).toBe(200);
  });

  it('another key or another address is said, and nothing is changed by itself', async () => {
    const { ctx } = all.world;
    const other = hook({ key: 'k'.repeat(40) });
    expect((await webhookStanding(ctx, remote(), other)).state).toBe('key-differs');
    const moved = hook({ publicUrl: 'http://127.0.0.1:9' });
    expect((await webhookStanding(ctx, remote(), moved)).state).toBe('wrong-address');
    const before = JSON.stringify(endpoints());
    expect(await keepWebhook(ctx, remote(), other)).toBe(false);
    expect(await keepWebhook(ctx, remote(), moved)).toBe(false);
    expect(JSON.stringify(endpoints())).toBe(before);
    // By a person, it is.
    await registerWebhook(ctx, remote(), moved, 'Ada');
    expect(endpoints()).toMatchObject([{ values: { url: 'http://127.0.0.1:9/webhooks/dataverse' } }]);
    await registerWebhook(ctx, remote(), hook(), 'Ada');
  });

  it('follows when record types and their columns change', async () => {
    await all.setUp('lead');
    await expect
      .poll(async () => {
        await all.world.pass(16_000);
        all.world.ctx.wake.crm();
        return (await see()).state;
      }, PATIENCE)
      .toBe('registered');
    expect(steps()).toHaveLength(6);
    await all.world.ok(CrmWebhookOut.partial().loose(), 'PUT', '/api/record-types/lead', {
      displayName: 'Lead',
      phoneColumns: ['telephone1'],
      nameColumn: 'fullname',
      complianceField: FIELD,
      defaultCountry: 'US',
    });
    const watched = () =>
      String(
        steps().find(({ values }) => String(values.name).endsWith('Update of lead'))?.values
          .filteringattributes,
      );
    await expect
      .poll(async () => {
        await all.world.pass(16_000);
        all.world.ctx.wake.crm();
        return watched();
      }, PATIENCE)
      .not.toContain('mobilephone');
    expect(watched()).toContain('telephone1');
  });

  it('a right that is missing is said, and somebody else’s webhook stays', async () => {
    await all.crm.control('POST', '/rows/serviceendpoints', {
      name: 'By hand',
      url: `${all.world.url}/webhooks/dataverse`,
      contract: 8,
      authtype: 4,
      authvalue: WEBHOOK_KEY,
    });
    expect((await see()).others).toEqual(['By hand']);
    await all.crm.control('PUT', '/users/app/rights', {
      privileges: { prvDeleteSdkMessageProcessingStep: 'None' },
    });
    expect(await all.world.api('DELETE', '/api/crm/webhook')).toMatchObject({
      status: 422,
      body: { code: 'crm-refused' },
    });
    expect((await remote().webhooks.rights()).filter((right) => right.ok !== true)).toMatchObject([
      { what: 'Delete on Sdk Message Processing Step' },
    ]);
    await all.crm.control('PUT', '/users/app/rights', { privileges: {} });
    expect((await all.world.ok(CrmWebhookOut, 'DELETE', '/api/crm/webhook')).state).toBe('not-registered');
    expect(endpoints().map(({ values }) => values.name)).toEqual(['By hand']);
    expect(steps()).toEqual([]);
    await all.world.pass(16_000);
    expect(await keepWebhook(all.world.ctx, remote(), hook())).toBe(false);
    expect((await all.world.ok(CrmWebhookOut, 'DELETE', '/api/crm/webhook')).state).toBe('not-registered');
  });

  it('an organisation that cannot be asked is said', async () => {
    all.crm.emulator.fault({
      kind: 'code',
      httpStatus: 403,
      code: '0x80040220',
      always: true,
      url: 'serviceendpoints',
    });
    expect(await see()).toMatchObject({ state: 'unknown', problem: { code: 'missing-right' } });
  });
});

it.each([
  ['https://assent.example.com', 'k', null],
  ['https://assent.example.com', null, 'webhook-key-missing'],
  ['http://assent.example.com', 'k', 'webhook-needs-https'],
  ['https://assent.example.com:8443', 'k', 'webhook-needs-port-443'],
  ['https://localhost', 'k', 'webhook-not-reachable'],
])('from %s with the key %s: %s', (publicUrl, key, code) => {
  const organisationUrl = 'https://contoso.crm4.dynamics.com';
  expect(webhookObstacle({ publicUrl, key, organisationUrl })?.code ?? null).toBe(code);
});
