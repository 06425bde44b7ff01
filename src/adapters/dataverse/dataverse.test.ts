import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DEMO } from '../../../emulators/dataverse/demo.ts';
import { type Bench, openBench, portOf } from '../../../emulators/dataverse/test-bench.ts';
import type { CrmFailureKind, RemoteCrm, RemoteTable } from '../../ports.ts';
import { createClient } from './client.ts';
import { failureOfStatus } from './failures.ts';
import { readRights, readTables } from './metadata.ts';
import { listPage, readOne, readPage, saveOne, writeRecords } from './records.ts';
import { createTokens } from './tokens.ts';

const FIELD = 'wa_whatsappconsent';
let crm: Bench;
let contact: RemoteTable;
let client: ReturnType<typeof newClient>;

const options = (clientSecret: string = DEMO.clientSecret) => ({
  url: crm.url,
  tenantId: DEMO.tenant,
  clientId: DEMO.clientId,
  clientSecret,
  certificateFile: null,
  authority: crm.url,
});
const pauses: number[] = [];
const newClient = (secret?: string) =>
  createClient({
    url: crm.url,
    tokens: createTokens(options(secret)),
    allowance: { take: async () => {}, pause: async (ms) => void pauses.push(ms) },
  });

beforeAll(async () => {
  crm = await openBench();
  client = newClient();
  const found = (await readTables(client, async () => DEMO.applicationUserId)).find(
    (table) => table.name === 'contact',
  );
  if (found === undefined) throw new Error('no contact');
  contact = found;
});
afterAll(() => crm?.close());
afterEach(() => crm.emulator.clearFaults());

const made = (values: Record<string, unknown> = {}) =>
  crm.emulator.create('contact', { lastname: 'Made', [FIELD]: null, ...values });
const writeTo = (
  recordId: string,
  value: boolean | null = true,
): Parameters<RemoteCrm['write']>[0][number] => ({
  table: contact,
  recordId,
  column: FIELD,
  value,
});
const fieldOf = (id: string) => crm.emulator.record('contact', id)?.[FIELD] ?? null;

describe('a read', () => {
  type Fault = Parameters<Bench['emulator']['fault']>[0];
  it.each<[Fault, CrmFailureKind]>([
    [{ kind: 'html', always: true }, 'unreadable'],
    [{ kind: 'truncated', always: true }, 'unreadable'],
    [{ kind: 'gzip-broken', always: true }, 'unreadable'],
    [{ kind: 'cut', always: true }, 'unreachable'],
    [{ kind: 'cut-body', always: true }, 'cut'],
    [{ kind: 'status', httpStatus: 503, always: true }, 'unavailable'],
    [{ kind: '401', always: true }, 'sign-in'],
    [{ kind: '429', retryAfter: 7 }, 'throttled'],
    [{ kind: 'hang' }, 'timeout'],
    [{ kind: 'code', httpStatus: 403, code: '0x80040220' }, 'missing-right'],
    [{ kind: 'code', httpStatus: 403, code: '0x80072560' }, 'not-a-member'],
    [{ kind: 'code', httpStatus: 403, code: '0x80040225' }, 'user-disabled'],
    [{ kind: 'code', httpStatus: 400, code: '0x80060888' }, 'refused'],
    [{ kind: 'html', scope: 'token', always: true }, 'unreadable'],
    [{ kind: 'cut', scope: 'token', always: true }, 'unreachable'],
  ])('that meets %j fails as %s', async (fault, kind) => {
    const id = made();
    const fresh = newClient();
    crm.emulator.fault(fault);
    const reading =
      fault.kind === 'hang'
        ? readOne(fresh, contact, id, [FIELD], 300)
        : readPage(fresh, contact, [FIELD], null);
    await expect(reading).rejects.toMatchObject({ name: 'CrmFailure', kind });
    if (kind === 'throttled') expect(pauses.at(-1)).toBe(7_000);
  });

  it.each<Fault>([
    { kind: 'cut' },
    { kind: 'status' },
    { kind: 'truncated' },
    { kind: 'html' },
    { kind: '401' },
  ])('gets over %j once', async (fault) => {
    const id = made({ mobilephone: '+12025550143' });
    crm.emulator.fault(fault);
    expect(await readOne(client, contact, id, ['mobilephone', FIELD])).toMatchObject({
      id,
      values: { mobilephone: '+12025550143', [FIELD]: null },
      merged: false,
    });
  });

  it('sends nothing more after a 4xx that says stop', async () => {
    crm.emulator.fault({ kind: 'code', httpStatus: 403, code: '0x80040220', always: true });
    const before = crm.emulator.requests().length;
    await expect(readPage(client, contact, [FIELD], null)).rejects.toMatchObject({ kind: 'missing-right' });
    expect(crm.emulator.requests().length - before).toBe(1);
  });

  it('says what the organisation said in text that can be kept', async () => {
    const message = `Not\u0000 allowed${'.'.repeat(288)}\u{1f642}`;
    crm.emulator.fault({ kind: 'code', httpStatus: 403, code: '0x80040220', message });
    const failure: unknown = await readPage(client, contact, [FIELD], null).catch((error: unknown) => error);
    expect(failure).toMatchObject({ message: expect.stringContaining('Not allowed..') });
    expect(String(failure)).not.toContain('\u0000');
    expect(String(failure).isWellFormed()).toBe(true);
  });

  it('tells a record that is gone from a page of a proxy with the same status', async () => {
    expect(await readOne(client, contact, DEMO.organizationId, [FIELD])).toBeNull();
    const kindOf = (status: number, text: string) => failureOfStatus(status, null, text).kind;
    expect(kindOf(404, '{"error":{"code":"","message":"contact With Id = 1 Does Not Exist"}}')).toBe(
      'not-found',
    );
    expect(kindOf(404, '<html>Not Found</html>')).toBe('unreadable');
    expect(kindOf(404, '{"error":{"code":"0x80060888","message":"Resource not found"}}')).toBe('refused');
    expect(kindOf(302, '')).toBe('unreadable');
  });

  it('never takes the token to another address', async () => {
    await expect(client.send('http://127.0.0.1:9/x?$deltatoken=1')).rejects.toMatchObject({
      kind: 'unreadable',
    });
    const asked: string[] = [];
    const stranger = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.setHeader('content-type', 'application/json');
      const link = 'http://127.0.0.1:9/x';
      response.end(JSON.stringify({ value: [], '@odata.deltaLink': link, '@odata.nextLink': link }));
    });
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    try {
      const misled = createClient({
        url: `http://127.0.0.1:${portOf(stranger.address())}`,
        tokens: { get: async () => 'token', forget: () => {} },
        allowance: { take: async () => {}, pause: async () => {} },
      });
      // Said at once: kept, such a link would have the table read from its beginning for ever.
      for (const read of [readPage, listPage])
        await expect(read(misled, contact, [FIELD], null)).rejects.toMatchObject({ kind: 'unreadable' });
      // And one that was kept from another address asks nobody.
      const before = asked.length;
      for (const read of [readPage, listPage])
        for (const kept of ['http://127.0.0.1:9/x?$deltatoken=1', 'http://[broken'])
          await expect(read(misled, contact, [FIELD], kept)).rejects.toMatchObject({ kind: 'link-expired' });
      expect(asked).toHaveLength(before);
    } finally {
      stranger.close();
      stranger.closeAllConnections();
    }
  });

  it('an expired delta link is told from all else', async () => {
    const { link } = await readPage(client, contact, [FIELD], null);
    crm.emulator.expireDelta();
    await expect(readPage(client, contact, [FIELD], link)).rejects.toMatchObject({ kind: 'link-expired' });
  });

  it('pages, and then tells what changed and what was deleted', async () => {
    await crm.control('POST', '/seed', { table: 'contact', count: 700 });
    crm.emulator.settings({ maxPageSize: 200 });
    let page = await readPage(client, contact, [FIELD], null);
    const ids = page.rows.map((row) => row.id);
    while (!page.complete) {
      page = await readPage(client, contact, [FIELD], page.link);
      ids.push(...page.rows.map((row) => row.id));
    }
    expect(new Set(ids).size).toBe(crm.emulator.records('contact').length);
    const changed = made();
    const deleted = ids[0] ?? '';
    crm.emulator.remove('contact', deleted);
    const delta = await readPage(client, contact, [FIELD], page.link);
    expect([delta.rows.map((row) => row.id), delta.deleted]).toEqual([[changed], [deleted]]);
    expect(delta.rows[0]?.actor).toBe('Robin Counts');
  });

  it('and who changed it, in text that can be kept', async () => {
    const robin = `/rows/systemusers/${DEMO.people.robin.user}`;
    await crm.control('PATCH', robin, { fullname: 'Robin\u0000 \ud83d' });
    const id = made({ lastname: 'Nul\u0000' });
    expect(await readOne(client, contact, id, ['lastname'])).toMatchObject({
      values: { lastname: 'Nul' },
      actor: 'Robin \ufffd',
    });
    await crm.control('PATCH', robin, { fullname: 'Robin Counts' });
  });
});

describe('a write', () => {
  it('never makes a deleted record again, alone or in a batch', async () => {
    const [gone, there] = [made(), made()];
    crm.emulator.remove('contact', gone);
    expect(await writeRecords(client, [writeTo(gone)])).toEqual([{ kind: 'gone' }]);
    expect(await writeRecords(client, [writeTo(gone), writeTo(there)])).toMatchObject([
      { kind: 'gone' },
      { kind: 'written' },
    ]);
    expect(crm.emulator.record('contact', gone)).toBeUndefined();
    expect(fieldOf(there)).toBe(true);
  });

  it('counts as done only once the organisation shows the value', async () => {
    const id = made();
    crm.emulator.fault({ kind: 'ignore-representation' });
    expect(await writeRecords(client, [writeTo(id)])).toMatchObject([{ kind: 'written' }]);
    await crm.control('PUT', '/column-security', {
      table: 'contact',
      column: FIELD,
      secured: true,
      permissions: { app: { update: true, read: false } },
    });
    const [hidden] = await writeRecords(client, [writeTo(id, false)]);
    await crm.control('PUT', '/column-security', {
      table: 'contact',
      column: FIELD,
      secured: true,
      permissions: {},
    });
    const [closed] = await writeRecords(client, [writeTo(id, true)]);
    await crm.control('PUT', '/column-security', { table: 'contact', column: FIELD, secured: false });
    expect(hidden).toMatchObject({ kind: 'refused', failure: { kind: 'not-accepted' } });
    expect(closed).toMatchObject({ kind: 'refused', failure: { kind: 'column-secured' } });
  });

  it.each(['html', 'truncated', 'cut-body', 'gzip-broken', 'status', 'cut', '401'] as const)(
    'whose answer is %s may have arrived, and is never taken for done',
    async (kind) => {
      const ids = [made(), made()];
      crm.emulator.fault({ kind, method: 'POST', always: true });
      const outcomes = await writeRecords(
        client,
        ids.map((id) => writeTo(id)),
      );
      expect(outcomes.map((one) => one.kind)).toEqual(['unknown', 'unknown']);
    },
  );

  it('a part that is throttled or has no token does not speak for the others', async () => {
    const ids = [made(), made(), made()];
    crm.emulator.fault({ kind: '401', scope: 'part', skip: 1 });
    const outcomes = await writeRecords(
      client,
      ids.map((id) => writeTo(id)),
    );
    expect(outcomes.map((one) => one.kind)).toEqual(['written', 'unknown', 'written']);
    expect(ids.map(fieldOf)).toEqual([true, null, true]);
  });

  it('a creation that is tried twice makes one record', async () => {
    const id = '11111111-1111-4111-8111-111111111111';
    expect(await saveOne(client, contact, id, { lastname: 'Once' }, true)).toBe(id);
    expect(await saveOne(client, contact, id, { lastname: 'Once' }, true)).toBe(id);
    expect(await saveOne(client, contact, DEMO.tenant, { lastname: 'Nobody' }, false)).toBeNull();
  });

  it.each(['0x80040333', '0x80060892', '0x80040237'])(
    'that a duplicate stands against (%s) makes nothing, and says so',
    async (code) => {
      const id = randomUUID();
      const message = 'A record that has the same e-mail address already exists.';
      crm.emulator.fault({ kind: 'code', httpStatus: 412, code, message, method: 'PATCH' });
      await expect(saveOne(client, contact, id, { lastname: 'Twice' }, true)).rejects.toMatchObject({
        kind: 'conflict',
        message: expect.stringContaining('same e-mail address'),
      });
      expect(crm.emulator.record('contact', id)).toBeUndefined();
    },
  );
});

it('tables come with their phone columns, and Yes/No columns with what their values are called', async () => {
  expect(contact).toMatchObject({
    entitySet: 'contacts',
    idColumn: 'contactid',
    changeTracking: true,
    canBeMerged: true,
  });
  expect(contact.columns.filter((column) => column.kind === 'phone').map((column) => column.name)).toContain(
    'mobilephone',
  );
  expect(contact.columns.find((column) => column.name === 'donotemail')?.options).toEqual({
    yes: 'Do Not Allow',
    no: 'Allow',
  });
  expect(contact.columns[0]?.name).toBe('fullname');
});

it('a wrong secret says so', async () => {
  await expect(newClient('wrong').send('WhoAmI')).rejects.toMatchObject({
    kind: 'sign-in',
    message: expect.stringContaining('AADSTS7000215'),
  });
});

it('rights that are missing are named, each with what to grant', async () => {
  const wanted = [{ name: 'contact', fields: [FIELD, 'no_such_column'], writes: true }];
  const missing = async () =>
    (await readRights(client, DEMO.applicationUserId, wanted))
      .filter((right) => right.ok === false)
      .map((right) => right.what);
  expect(await missing()).toEqual(['column contact.no_such_column']);
  await crm.control('PUT', '/users/app/rights', { privileges: { prvWriteContact: 'Basic' } });
  expect(await missing()).toEqual(['Write on contact', 'column contact.no_such_column']);
  await crm.control('PUT', '/users/app/rights', { privileges: {} });
});

const tables = async () => readTables(client, async () => DEMO.applicationUserId);
const fieldOfContact = async () =>
  (await tables()).find(({ name }) => name === 'contact')?.columns.find(({ name }) => name === FIELD);

it('words come in every language of the organisation, those of its base language before the user’s own', async () => {
  await crm.control('PUT', '/users/app/rights', { language: 3082 });
  const [found] = await tables();
  await crm.control('PUT', '/users/app/rights', { language: 1033 });
  expect(found).toMatchObject({
    label: 'Contact',
    labels: { en: 'Contact', es: 'Contacto', 'pt-BR': 'Contato' },
  });
  expect(found?.columns.find((column) => column.name === 'donotemail')).toMatchObject({
    label: 'Do not allow Emails',
    options: { yes: 'Do Not Allow', no: 'Allow' },
    labels: {
      label: { es: 'No permitir correos' },
      yes: { 'pt-BR': 'Não Permitir' },
      no: { es: 'Permitir' },
    },
  });
});

it('tables without a phone column are there where a lookup leads to one that has some', async () => {
  const found = await tables();
  const lookups = (table: string) =>
    found.find(({ name }) => name === table)?.lookups.map(({ name, targets }) => [name, targets]);
  expect(found.map(({ name }) => name)).toEqual(['contact', 'lead', 'account', 'opportunity', 'incident']);
  expect(lookups('opportunity')).toEqual([
    ['parentcontactid', ['contact']],
    ['parentaccountid', ['account']],
    ['originatingleadid', ['lead']],
  ]);
  expect(lookups('incident')).toEqual([
    ['customerid', ['account', 'contact']],
    ['primarycontactid', ['contact']],
  ]);
  expect(found.map(({ stateColumn }) => stateColumn)).toEqual(Array(5).fill('statecode'));
});

it('a lookup is read as the id of the record it names', async () => {
  const opportunity = (await tables()).find(({ name }) => name === 'opportunity');
  if (opportunity === undefined) throw new Error('no opportunity');
  const person = made();
  const id = crm.emulator.create('opportunity', {
    name: 'Beans',
    'parentcontactid@odata.bind': `/contacts(${person})`,
  });
  const columns = ['name', 'parentcontactid', 'parentaccountid', 'statecode'];
  const values = { name: 'Beans', parentcontactid: person, parentaccountid: null, statecode: 0 };
  expect(await readOne(client, opportunity, id, columns)).toMatchObject({ values });
  const page = await readPage(client, opportunity, columns, null);
  expect(page.rows.find((row) => row.id === id)?.values).toEqual(values);
});

it('column security says what is closed to us, and what a profile opens', async () => {
  const secure = (permissions: object, secured = true) =>
    crm.control('PUT', '/column-security', { table: 'contact', column: FIELD, secured, permissions });
  expect((await fieldOfContact())?.security).toBeNull();
  await secure({});
  expect((await fieldOfContact())?.security).toEqual({ read: false, update: false });
  await secure({ app: { read: true, update: false } });
  expect((await fieldOfContact())?.security).toEqual({ read: true, update: false });
  crm.emulator.fault({
    kind: 'code',
    httpStatus: 403,
    code: '0x80040220',
    url: 'RetrievePrincipalAttributePrivileges',
  });
  expect((await fieldOfContact())?.security).toEqual({ read: null, update: null });
  await secure({}, false);
});
