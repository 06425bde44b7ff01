import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConversationPage } from '../../src/http/schemas/chat.ts';
import { Problem } from '../../src/http/schemas/common.ts';
import {
  ColumnCheckOut,
  ColumnOut,
  ColumnValuesOut,
  RecordTypeOut,
  TableOut,
} from '../../src/http/schemas/records.ts';
import { type DataverseWorld, FIELD, openDataverseWorld } from './dataverse-world.ts';
import { ADMIN_API_KEY } from './world.ts';

/** What an administrator is shown and told while a record type of a Dataverse organisation is set up. */
describe('setting up a record type of an organisation', () => {
  let all: DataverseWorld;
  const Tables = z.object({ items: z.array(TableOut) });
  const Columns = z.object({ items: z.array(ColumnOut) });
  const CONTACT = { displayName: 'Contact', phoneColumns: ['mobilephone'], nameColumn: 'fullname' };

  /** As a page asks, in its language. */
  const inLanguage = async <T extends z.ZodType>(schema: T, path: string, language: string) => {
    const answer = await all.world.api('GET', path, undefined, {
      authorization: `Bearer ${ADMIN_API_KEY}`,
      'accept-language': language,
    });
    return schema.parse(answer.body);
  };
  const column = async (name: string, table = 'contact', language = 'en') => {
    const { items } = await inLanguage(Columns, `/api/crm/tables/${table}/columns`, language);
    const found = items.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no column ${name}`);
    return found;
  };
  const secure = (permissions: object, secured = true) =>
    all.crm.control('PUT', '/column-security', { table: 'contact', column: FIELD, secured, permissions });
  const test = () => all.world.ok(ColumnCheckOut, 'POST', `/api/crm/tables/contact/columns/${FIELD}/test`);
  const described = async (is: (found: z.infer<typeof ColumnOut>) => boolean) => {
    let passedAt = Number.NEGATIVE_INFINITY;
    const seen = async () => {
      // A description that was being read while the clock moved is of before, and the next is due in ten minutes.
      if (performance.now() - passedAt > 3_000) {
        await all.world.pass(11 * 60_000);
        all.world.ctx.wake.crm();
        passedAt = performance.now();
      }
      return is(await column(FIELD));
    };
    await expect.poll(seen, { timeout: 20_000 }).toBe(true);
  };
  const save = (change: object = {}) =>
    all.world.api('PUT', '/api/record-types/contact', { ...CONTACT, complianceField: FIELD, ...change });

  beforeAll(async () => {
    all = await openDataverseWorld();
  }, 60_000);
  afterAll(() => all?.close());

  it('tables, columns, lookups and options are called as the person calls them', async () => {
    const labels = async (language: string) => {
      const { items } = await inLanguage(Tables, '/api/crm/tables', language);
      const opportunity = items.find(({ name }) => name === 'opportunity');
      const { label, options } = await column('donotphone', 'contact', language);
      return [
        opportunity?.label,
        opportunity?.lookups.find(({ name }) => name === 'parentcontactid')?.label,
        label,
        options?.yes,
      ];
    };
    const english = ['Opportunity', 'Contact', 'Do not allow Phone Calls', 'Do Not Allow'];
    expect(await labels('es')).toEqual(['Oportunidad', 'Contacto', 'No permitir llamadas', 'No permitir']);
    expect(await labels('pt-BR')).toEqual([
      'Oportunidade',
      'Contato',
      'Não Permitir Telefonemas',
      'Não Permitir',
    ]);
    // The organisation has no Arabic: its base language.
    expect(await labels('ar')).toEqual(english);
    expect(await labels('en')).toEqual(english);
  });

  it('what Yes means is proposed by the words of the column', async () => {
    const polarity = async (name: string) => (await column(name)).polarity;
    expect(await polarity(FIELD)).toBe('allows');
    expect(await polarity('donotphone')).toBe('forbids');
    expect(await polarity('donotsendmm')).toBe('forbids');
    expect(await polarity('followemail')).toBe('allows');
  });

  it('what a column holds is counted by the organisation while its values are not here', async () => {
    const Values = z.object({ items: z.array(ColumnValuesOut) });
    const held = async (name: string) =>
      (await all.world.ok(Values, 'GET', '/api/crm/tables/contact/values')).items.find(
        (one) => one.name === name,
      );
    for (const [donotemail, allowed] of [
      [true, true],
      [true, null],
      [false, false],
    ])
      all.crm.emulator.create('contact', { lastname: 'Counted', donotemail, [FIELD]: allowed });
    const records = all.crm.emulator.records('contact');
    const holding = (name: string, value: boolean | null) =>
      records.filter(({ values }) => (values[name] ?? null) === value).length;
    expect(holding('donotemail', true)).toBe(2);
    for (const name of ['donotemail', FIELD])
      expect(await held(name)).toEqual({
        name,
        yes: holding(name, true),
        no: holding(name, false),
        empty: holding(name, null),
        upTo: 5_000,
      });
    // Nothing is mirrored yet, and nobody is told that all of it is empty.
    expect((await column('donotemail')).counts).toBeUndefined();
    expect((await column(FIELD)).counts).toBeUndefined();
    await all.crm.control('POST', '/faults', { kind: 'status', always: true });
    const refused = await all.world.api('GET', '/api/crm/tables/contact/values');
    await all.crm.control('DELETE', '/faults');
    expect([refused.status, Problem.parse(refused.body).code]).toEqual([503, 'crm-not-reached']);
  });

  it('the test of a column writes and reads a record of its own, and leaves nothing behind', async () => {
    const before = all.crm.emulator.records('contact').length;
    expect(await test()).toMatchObject({
      verdict: 'works',
      steps: ['create', 'write-yes', 'read-yes', 'write-no', 'read-no', 'delete'].map((step) => ({
        step,
        ok: true,
      })),
    });
    expect(all.crm.emulator.records('contact')).toHaveLength(before);
    expect(await column(FIELD)).toMatchObject({
      security: null,
      obstacle: null,
      check: { verdict: 'works' },
    });
    expect((await all.world.ok(ConversationPage, 'GET', '/api/conversations')).items).toEqual([]);
  });

  it('the null trap: a column that is written and cannot be read is no Compliance Field', async () => {
    await secure({ app: { read: false, update: true } });
    expect(await test()).toMatchObject({ verdict: 'unreadable' });
    const refused = await save();
    expect(refused.status).toBe(422);
    expect(Problem.parse(refused.body).problems).toMatchObject([
      { path: 'complianceField', code: 'column-unreadable' },
    ]);
    // Metadata, which is read anew for it, says the same.
    await expect
      .poll(async () => (await column(FIELD)).security, { timeout: 20_000 })
      .toEqual({ read: false, update: true });
    expect(await column(FIELD)).toMatchObject({ obstacle: 'unreadable' });
  });

  it('a column that cannot be written is refused too, and both are over once a profile opens it', async () => {
    await secure({ app: { read: true, update: false } });
    expect(await test()).toMatchObject({
      verdict: 'not-writable',
      steps: expect.arrayContaining([
        expect.objectContaining({ step: 'write-yes', ok: false, detail: expect.stringContaining('Update') }),
      ]),
    });
    await described((found) => found.security?.update === false);
    expect(await save()).toMatchObject({ status: 422, body: { code: 'column-not-writable' } });
    await secure({ app: { read: true, update: true } });
    await described((found) => found.security?.update === true);
    expect(await column(FIELD)).toMatchObject({ obstacle: null });
    expect((await save()).status).toBe(200);
  });

  it('a field that is closed while running stops the reading, so that no emptiness is taken for an edit', async () => {
    const { world, crm } = all;
    await all.synced();
    const phone = world.newPhone();
    const contact = crm.emulator.create('contact', { lastname: 'Closed', mobilephone: phone, [FIELD]: true });
    await all.synced();
    expect((await world.readRecord({ recordType: 'contact', id: contact })).complianceValue).toBe(true);
    await secure({ app: { read: false, update: false } });
    await described((found) => found.security?.read === false);
    crm.emulator.change('contact', contact, { jobtitle: 'Baker' });
    await world.pass(61_000);
    world.ctx.wake.crm();
    const problem = async () => (await all.sync()).tables.find(({ table }) => table === 'contact')?.problem;
    await expect.poll(async () => (await problem())?.code, { timeout: 10_000 }).toBe('column-secured');
    expect((await world.readRecord({ recordType: 'contact', id: contact })).complianceValue).toBe(true);
    await secure({}, false);
    await described((found) => found.security === null);
    await all.synced();
    expect(await problem()).toBeNull();
  });

  it('without the right to make and delete a record nothing is tried, and the rights are named', async () => {
    await all.crm.control('PUT', '/users/app/rights', { privileges: { prvDeleteContact: 'None' } });
    const before = all.crm.emulator.records('contact').length;
    const refused = await all.world.refused(409, 'POST', `/api/crm/tables/contact/columns/${FIELD}/test`);
    expect(refused).toMatchObject({
      code: 'column-test-needs-rights',
      detail: expect.stringContaining('Give the application user Delete on this table'),
    });
    expect(all.crm.emulator.records('contact')).toHaveLength(before);
    await all.crm.control('PUT', '/users/app/rights', { privileges: {} });
  });

  it('of several records with one number, the first by priority, kind, use and age names the customer', async () => {
    const { world, crm } = all;
    for (const table of ['lead', 'account'])
      await world.ok(RecordTypeOut, 'PUT', `/api/record-types/${table}`, {
        ...CONTACT,
        displayName: table,
        phoneColumns: [table === 'account' ? 'telephone1' : 'mobilephone'],
        nameColumn: table === 'account' ? 'name' : 'fullname',
        complianceField: FIELD,
      });
    const phone = world.newPhone();
    const account = crm.emulator.create('account', { name: 'Account', telephone1: phone });
    const lead = crm.emulator.create('lead', { lastname: 'Lead', mobilephone: phone });
    const old = crm.emulator.create('contact', { lastname: 'Old', mobilephone: phone });
    await all.synced();
    await crm.control('POST', '/clock', { advanceMs: 60_000 });
    const young = crm.emulator.create('contact', { lastname: 'Young', mobilephone: phone });
    await all.synced();
    await world.says(phone, 'Hello');
    const names = async () => {
      const { items } = await world.ok(
        ConversationPage,
        'GET',
        `/api/conversations?recordType=contact&recordId=${young}`,
      );
      return items[0]?.records.map(({ name }) => name);
    };
    expect(await names()).toEqual(['Old', 'Young', 'Lead', 'Account']);
    crm.emulator.change('contact', old, { statecode: 1 });
    await all.synced();
    expect(await names()).toEqual(['Young', 'Old', 'Lead', 'Account']);
    await world.ok(RecordTypeOut, 'PUT', '/api/record-types/account', {
      ...CONTACT,
      displayName: 'account',
      phoneColumns: ['telephone1'],
      nameColumn: 'name',
      complianceField: FIELD,
      priority: 10,
    });
    expect(await names()).toEqual(['Account', 'Young', 'Old', 'Lead']);
    expect([account, lead, old]).toHaveLength(3);
  });

  it('a record shows the columns that are read: the others never leave the organisation', async () => {
    await all.world.ok(RecordTypeOut, 'PUT', '/api/record-types/lead', { ...CONTACT, displayName: 'Lead' });
    await all.synced();
    const { items } = await inLanguage(Columns, '/api/crm/tables/lead/columns', 'en');
    const read = items.filter((one) => one.read).map((one) => one.name);
    expect(read.sort()).toEqual(['fullname', 'mobilephone']);
    const id = all.crm.emulator.create('lead', { lastname: 'Read', mobilephone: all.world.newPhone() });
    await all.synced();
    const { values } = await all.world.readRecord({ recordType: 'lead', id });
    expect(Object.keys(values).sort()).toEqual(['fullname', 'mobilephone', 'statecode']);
  });
});
