import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { guidOf } from './catalogue.ts';
import { type Bench, errorOf, idOf, linkIn, messageOf, openBench, rowsIn } from './test-bench.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());
beforeEach(() => {
  bench.emulator.clearFaults();
  bench.emulator.reset();
});

const names = async (query: string, set = 'contacts') =>
  rowsIn(await bench.api(`${set}?${query}`)).map((row) => row.fullname ?? row.name);
const filtered = (filter: string, set?: string) =>
  names(
    `$select=${set === 'accounts' ? 'name' : 'fullname'}&$orderby=${set === 'accounts' ? 'name' : 'fullname'}&$filter=${encodeURIComponent(filter)}`,
    set,
  );

describe('$filter', () => {
  const ALL = ['Ana Ruiz', 'Ben Okafor', 'Carla Souza', "Dina O'Bryan", 'Emil Šimek', 'Farah Haddad'];
  it.each([
    ["fullname eq 'ANA RUIZ'", ['Ana Ruiz']],
    ["lastname eq 'O''Bryan'", ["Dina O'Bryan"]],
    ['wa_whatsappconsent eq true', ['Ben Okafor']],
    ['wa_whatsappconsent eq null', ['Ana Ruiz', "Dina O'Bryan", 'Emil Šimek', 'Farah Haddad']],
    ['wa_whatsappconsent ne null', ['Ben Okafor', 'Carla Souza']],
    [
      '(wa_whatsappconsent eq false or wa_whatsappconsent eq null)',
      ALL.filter((name) => name !== 'Ben Okafor'),
    ],
    ["contains(mobilephone,'555')", ['Ana Ruiz']],
    ["contains(mobilephone,'2%5')", ['Ana Ruiz']],
    ["startswith(firstname,'[a-c]')", ['Ana Ruiz', 'Ben Okafor', 'Carla Souza']],
    ["startswith(firstname,'[^a-c]')", ["Dina O'Bryan", 'Emil Šimek', 'Farah Haddad']],
    ["endswith(lastname,'_za')", ['Carla Souza']],
    ["not contains(fullname,'a')", ['Emil Šimek']],
    ["not (fullname eq 'Ana Ruiz') and firstname lt 'C'", ['Ben Okafor']],
    ["mobilephone eq '+1 202 555 0143' or mobilephone eq '07700 900123'", ['Ana Ruiz', 'Ben Okafor']],
    [`contactid eq ${guidOf('contact ana')}`, ['Ana Ruiz']],
    [`contactid eq '${guidOf('contact ana').toUpperCase()}'`, ['Ana Ruiz']],
    [`_parentcustomerid_value eq ${guidOf('account tailwind')}`, ['Ben Okafor']],
    ["parentcustomerid_account/name eq 'Tailwind Traders'", ['Ben Okafor']],
    [
      'Microsoft.Dynamics.CRM.In(PropertyName=\'lastname\',PropertyValues=["ruiz","Souza"])',
      ['Ana Ruiz', 'Carla Souza'],
    ],
    ['statecode eq 0 and createdon ge 2020-01-01T00:00:00Z', ALL],
    ['createdon lt 2020-01-01', []],
    ['firstname eq lastname', []],
  ])('%s', async (filter, expected) => {
    expect(await filtered(filter)).toEqual(expected);
  });

  it('lambdas look into collections, aliases stand for values', async () => {
    expect(
      await filtered("contact_customer_accounts/any(c:startswith(c/firstname,'An'))", 'accounts'),
    ).toEqual(['Fourth Coffee']);
    expect(await filtered('opportunity_parent_account/any()', 'accounts')).toEqual([
      'Fourth Coffee',
      'Tailwind Traders',
    ]);
    expect(await names("$select=fullname&$filter=lastname eq @p&@p='Ruiz'")).toEqual(['Ana Ruiz']);
  });

  it('ne and not on null go by a switch', async () => {
    expect(await filtered('wa_whatsappconsent ne true')).toEqual(['Carla Souza']);
    bench.emulator.settings({ negationMatchesNull: true });
    expect(await filtered('wa_whatsappconsent ne true')).toHaveLength(5);
    bench.emulator.settings({ negationMatchesNull: false });
  });

  it.each([
    ['nope eq 1', "Could not find a property named 'nope'"],
    ["wa_whatsappconsent eq 'true'", 'incompatible types'],
    ["fullname eq 'open", 'unterminated'],
    ["tolower(fullname) eq 'x'", 'unknown function'],
    ['fullname', 'Syntax error'],
    ["fullname in ('a')", 'expected'],
    ["fullname eq 'a' and", 'Syntax error'],
    [`${'('.repeat(300)}fullname eq 'a'${')'.repeat(300)}`, 'Recursion'],
  ])('refuses %s', async (filter, words) => {
    const reply = await bench.api(`contacts?$filter=${encodeURIComponent(filter)}`);
    expect(errorOf(reply)).toEqual([400, '0x80060888']);
    expect(messageOf(reply)).toContain(words);
  });
});

describe('pages', () => {
  it('walks all rows once by maxpagesize, whatever the order, and ignores $top then', async () => {
    for (const order of ['', '&$orderby=wa_whatsappconsent desc', '&$orderby=lastname desc,firstname']) {
      const prefer = { prefer: 'odata.maxpagesize=4' };
      const seen: unknown[] = [];
      let reply = await bench.api(`contacts?$select=fullname&$top=2${order}`, { headers: prefer });
      expect(reply.headers.get('preference-applied')).toBe('odata.maxpagesize=4');
      seen.push(...rowsIn(reply).map((row) => row.fullname));
      expect(seen).toHaveLength(4);
      expect(linkIn(reply, 'nextLink')).toContain('$skiptoken=%3Ccookie%20pagenumber%3D%222%22');
      reply = await bench.api(linkIn(reply, 'nextLink'), { headers: prefer });
      seen.push(...rowsIn(reply).map((row) => row.fullname));
      expect(reply.body['@odata.nextLink']).toBeUndefined();
      expect(new Set(seen).size).toBe(6);
      if (order.includes('lastname')) expect(seen[0]).toBe('Emil Šimek');
    }
  });

  it('$top alone ends the list, $skip is refused, $count counts', async () => {
    const top = await bench.api('contacts?$top=2&$count=true', {
      headers: { prefer: 'odata.include-annotations="*"' },
    });
    expect(rowsIn(top)).toHaveLength(2);
    expect(top.body).toMatchObject({
      '@odata.count': 6,
      '@Microsoft.Dynamics.CRM.totalrecordcount': 6,
      '@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded': false,
    });
    expect(top.body['@odata.nextLink']).toBeUndefined();
    const skip = await bench.api('contacts?$skip=2');
    expect([errorOf(skip), messageOf(skip)]).toEqual([
      [400, '0x80060888'],
      'Skip Clause is not supported in CRM',
    ]);
    expect((await bench.api('contacts/$count?$filter=wa_whatsappconsent eq true')).text).toBe('1');
    expect(errorOf(await bench.api('contacts?$skiptoken=forged'))[0]).toBe(400);
  });

  it('5000 rows a page at most, and counts stop there', async () => {
    await bench.control('POST', '/seed', { table: 'lead', count: 5100 });
    const first = await bench.api('leads?$select=leadid&$count=true', {
      headers: { prefer: 'odata.include-annotations="*"' },
    });
    expect(rowsIn(first)).toHaveLength(5000);
    expect(first.body).toMatchObject({
      '@odata.count': 5000,
      '@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded': true,
    });
    expect(rowsIn(await bench.api(linkIn(first, 'nextLink')))).toHaveLength(102);
    expect((await bench.api('leads/$count')).text).toBe('5000');
  });

  it('labels of formatted values are in the language of the user', async () => {
    const query = `contacts(${guidOf('contact ben')})?$select=wa_whatsappconsent`;
    const label = 'wa_whatsappconsent@OData.Community.Display.V1.FormattedValue';
    const headers = { prefer: 'odata.include-annotations="OData.Community.Display.V1.FormattedValue"' };
    expect((await bench.api(query, { headers })).body[label]).toBe('Yes');
    await bench.control('PUT', '/users/app/rights', { language: 3082 });
    expect((await bench.api(query, { headers })).body[label]).toBe('Sí');
  });
});

describe('change tracking', () => {
  const track = { prefer: 'odata.track-changes,odata.maxpagesize=4' };
  const select = 'contacts?$select=fullname,wa_whatsappconsent';
  const walk = async () => {
    let reply = await bench.api(select, { headers: track });
    const rows = rowsIn(reply);
    while (reply.body['@odata.nextLink']) {
      reply = await bench.api(linkIn(reply, 'nextLink'), { headers: track });
      rows.push(...rowsIn(reply));
    }
    return { rows, link: linkIn(reply, 'deltaLink') };
  };

  it('gives all rows, then what changed: by version, deletions last', async () => {
    const { rows, link } = await walk();
    expect(rows).toHaveLength(6);
    const quiet = await bench.api(link);
    expect(rowsIn(quiet)).toEqual([]);
    const { emulator } = bench;
    emulator.change('contact', guidOf('contact ben'), { jobtitle: 'B' });
    emulator.remove('contact', guidOf('contact carla'));
    emulator.change('contact', guidOf('contact ana'), { jobtitle: 'A' });
    emulator.change('contact', guidOf('contact ben'), { wa_whatsappconsent: false });
    const brief = emulator.create('contact', { lastname: 'Brief' });
    emulator.remove('contact', brief);
    const delta = await bench.api(link);
    expect(delta.body['@odata.context']).toContain('$metadata#contacts(fullname,wa_whatsappconsent)/$delta');
    expect(rowsIn(delta)).toMatchObject([
      { fullname: 'Ana Ruiz' },
      { fullname: 'Ben Okafor', wa_whatsappconsent: false },
      { id: guidOf('contact carla'), reason: 'deleted' },
      { id: brief, reason: 'deleted' },
    ]);
    expect((await bench.api(link.replace('contacts?', 'contacts/$count?'))).text).toBe('4');
    expect(rowsIn(await bench.api(linkIn(delta, 'deltaLink')))).toEqual([]);
  });

  it('pages, and what changes during the first walk comes in the delta', async () => {
    let reply = await bench.api(select, { headers: track });
    bench.emulator.change('contact', guidOf('contact ana'), { jobtitle: 'Meanwhile' });
    reply = await bench.api(linkIn(reply, 'nextLink'), { headers: track });
    const link = linkIn(reply, 'deltaLink');
    for (let n = 0; n < 7; n += 1) bench.emulator.create('contact', { lastname: `New ${n}` });
    bench.emulator.remove('contact', guidOf('contact emil'));
    const seen: unknown[] = [];
    reply = await bench.api(link, { headers: { prefer: 'odata.maxpagesize=3' } });
    expect(rowsIn(reply)).toHaveLength(3);
    seen.push(...rowsIn(reply));
    // What changes while the delta is read belongs to the next one.
    const late = bench.emulator.create('contact', { lastname: 'Late' });
    while (reply.body['@odata.nextLink']) {
      reply = await bench.api(linkIn(reply, 'nextLink'), { headers: { prefer: 'odata.maxpagesize=3' } });
      seen.push(...rowsIn(reply));
    }
    expect(seen).toHaveLength(9);
    expect(seen[0]).toMatchObject({ fullname: 'Ana Ruiz' });
    expect(seen.at(-1)).toMatchObject({ reason: 'deleted' });
    expect(rowsIn(await bench.api(linkIn(reply, 'deltaLink')))).toMatchObject([{ contactid: late }]);
  });

  it('refuses options, tables that are not tracked, old tokens and Read on less than all', async () => {
    for (const option of [
      '$filter=statecode eq 0',
      '$orderby=fullname',
      '$top=3',
      '$expand=parentcustomerid_account',
    ])
      expect((await bench.api(`contacts?${option}`, { headers: track })).status).toBe(400);
    expect((await bench.api('annotations', { headers: track })).status).toBe(400);
    const { link } = await walk();
    await bench.control('POST', '/delta/expire');
    expect(errorOf(await bench.api(link))[1]).toBe('0x80044352');
    const { link: second } = await walk();
    expect((await bench.api(second)).status).toBe(200);
    bench.emulator.advance(3_000_000);
    expect((await bench.api(second)).status).toBe(200);
    bench.emulator.settings({ changeTrackingDays: 0.01 });
    expect(errorOf(await bench.api(second))[1]).toBe('0x80044352');
    bench.emulator.settings({ changeTrackingDays: 7 });
    bench.emulator.advance(-3_000_000);
    await bench.control('PUT', '/users/app/rights', { privileges: { prvReadContact: 'Basic' } });
    expect(errorOf(await bench.api(second))).toEqual([403, '0x80040220']);
  });
});

describe('metadata', () => {
  const contact = "EntityDefinitions(LogicalName='contact')";
  const booleans = `${contact}/Attributes/Microsoft.Dynamics.CRM.BooleanAttributeMetadata`;

  it('tables, with keys and what may be tracked', async () => {
    const reply = await bench.api(
      `${contact}?$select=LogicalName,EntitySetName,PrimaryIdAttribute,PrimaryNameAttribute,ChangeTrackingEnabled,IsOptimisticConcurrencyEnabled&$expand=Keys($select=KeyAttributes)`,
    );
    expect(reply.body).toMatchObject({
      EntitySetName: 'contacts',
      PrimaryIdAttribute: 'contactid',
      ChangeTrackingEnabled: true,
      Keys: [{ KeyAttributes: ['wa_waid'] }],
      MetadataId: expect.any(String),
    });
    const custom = await bench.api(
      'EntityDefinitions?$select=LogicalName&$filter=IsCustomEntity eq false and CanChangeTrackingBeEnabled/Value eq true',
    );
    expect(rowsIn(custom).map((one) => one.LogicalName)).toContain('lead');
    expect((await bench.api("EntityDefinitions(LogicalName='nothing')")).status).toBe(404);
    expect(
      (await bench.api("EntityDefinitions?$filter=DisplayName/UserLocalizedLabel/Label eq 'x'")).status,
    ).toBe(400);
  });

  it('Boolean columns with both labels in every language and in the user’s', async () => {
    await bench.control('PUT', '/users/app/rights', { language: 1046 });
    const reply = await bench.api(
      `${booleans}?$select=LogicalName,DisplayName,DefaultValue,IsSecured,CanBeSecuredForRead&$expand=OptionSet`,
    );
    const column = rowsIn(reply).find((one) => one.LogicalName === 'wa_whatsappconsent');
    expect(column).toMatchObject({
      DefaultValue: false,
      IsSecured: false,
      OptionSet: {
        OptionSetType: 'Boolean',
        TrueOption: { Value: 1, Label: { UserLocalizedLabel: { Label: 'Sim', LanguageCode: 1046 } } },
        FalseOption: { Value: 0, Label: { UserLocalizedLabel: { Label: 'Não' } } },
      },
    });
    const inverse = rowsIn(reply).find((one) => one.LogicalName === 'donotemail');
    expect(Object(inverse).OptionSet.TrueOption.Label.LocalizedLabels).toEqual(
      expect.arrayContaining([expect.objectContaining({ Label: 'Do Not Allow', LanguageCode: 1033 })]),
    );
    expect(rowsIn(reply).every((one) => !('MaxLength' in one))).toBe(true);
  });

  it('needs the cast for what only a type has; filters by enum', async () => {
    expect((await bench.api(`${contact}/Attributes?$select=LogicalName,FormatName`)).status).toBe(400);
    const strings = await bench.api(
      `${contact}/Attributes/Microsoft.Dynamics.CRM.StringAttributeMetadata?$select=LogicalName,FormatName,MaxLength`,
    );
    const phones = rowsIn(strings)
      .filter((one) => Object(one.FormatName).Value === 'Phone')
      .map((one) => one.LogicalName);
    expect(phones).toEqual(['mobilephone', 'telephone1', 'telephone2', 'telephone3', 'assistantphone']);
    const enums = await bench.api(
      `${contact}/Attributes?$select=LogicalName&$filter=AttributeType eq Microsoft.Dynamics.CRM.AttributeTypeCode'Boolean'`,
    );
    expect(rowsIn(enums).map((one) => one.LogicalName)).toContain('donotphone');
    expect(rowsIn(enums).map((one) => one.LogicalName)).not.toContain('fullname');
    const one = await bench.api(
      `${contact}/Attributes(LogicalName='wa_whatsappconsent')/Microsoft.Dynamics.CRM.BooleanAttributeMetadata/OptionSet`,
    );
    expect(one.body).toMatchObject({ TrueOption: { Value: 1 } });
    const related = await bench.api(
      "EntityDefinitions(LogicalName='opportunity')/ManyToOneRelationships?$select=ReferencedEntity,ReferencingAttribute,ReferencingEntityNavigationPropertyName&$filter=ReferencedEntity eq 'contact'",
    );
    expect(rowsIn(related)).toMatchObject([
      { ReferencingAttribute: 'parentcontactid', ReferencingEntityNavigationPropertyName: 'parentcontactid' },
    ]);
    expect((await bench.api('$metadata')).text).toContain('<EntityType Name="contact"');
  });

  it('a column is made, renamed and deleted while others read', async () => {
    const label = (text: string) => ({ LocalizedLabels: [{ Label: text, LanguageCode: 1033 }] });
    const made = await bench.api(`${contact}/Attributes`, {
      method: 'POST',
      body: {
        '@odata.type': 'Microsoft.Dynamics.CRM.BooleanAttributeMetadata',
        SchemaName: 'wa_OptIn',
        DefaultValue: false,
        DisplayName: label('Opt in'),
        OptionSet: {
          OptionSetType: 'Boolean',
          TrueOption: { Value: 1, Label: label('On') },
          FalseOption: { Value: 0, Label: label('Off') },
        },
      },
    });
    expect([made.status, made.headers.get('odata-entityid')]).toEqual([
      204,
      expect.stringContaining('/Attributes('),
    ]);
    const ana = `contacts(${guidOf('contact ana')})`;
    expect((await bench.api(`${ana}?$select=wa_optin`)).body).toMatchObject({ wa_optin: null });
    const fresh = await bench.api('contacts', { method: 'POST', body: { lastname: 'New' } });
    expect((await bench.api(`contacts(${idOf(fresh)})?$select=wa_optin`)).body).toMatchObject({
      wa_optin: false,
    });
    await bench.api(ana, { method: 'PATCH', body: { wa_optin: true } });
    await bench.control('POST', '/tables/contact/columns/wa_optin/rename', { to: 'wa_optedin' });
    expect(errorOf(await bench.api(ana, { method: 'PATCH', body: { wa_optin: true } }))).toEqual([
      400,
      '0x80048d19',
    ]);
    expect((await bench.api(`${ana}?$select=wa_optedin`)).body).toMatchObject({ wa_optedin: true });
    await bench.control('DELETE', '/tables/contact/columns/wa_optedin');
    expect(errorOf(await bench.api(`${ana}?$select=wa_optedin`))).toEqual([400, '0x80060888']);
  });
});
