import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guidOf } from './catalogue.ts';
import { DEMO } from './demo.ts';
import { type Bench, errorOf, idOf, messageOf, openBench, rowsIn } from './test-bench.ts';

const ana = guidOf('contact ana');
const ben = guidOf('contact ben');
const fourth = guidOf('account fourth');

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());
const write = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  bench.api(path, { method, body, ...(headers ? { headers } : {}) });

describe('who asks', () => {
  it('no token, a foreign one, an expired and a revoked one are refused with 401', async () => {
    const missing = await bench.api('WhoAmI', { token: null });
    expect(missing.status).toBe(401);
    expect(missing.headers.get('www-authenticate')).toContain('authorization_uri=');
    expect((await bench.api('WhoAmI', { token: 'a.b.c' })).status).toBe(401);
    expect((await bench.api('WhoAmI')).body).toMatchObject({ UserId: DEMO.applicationUserId });
    expect((await bench.api('WhoAmI()')).status).toBe(200);
    bench.emulator.advance(3_600_000);
    expect((await bench.api('WhoAmI')).status).toBe(401);
    const fresh = await bench.signIn();
    expect((await bench.api('WhoAmI', { token: fresh })).status).toBe(200);
    await bench.control('POST', '/tokens/expire');
    expect((await bench.api('WhoAmI', { token: fresh })).status).toBe(401);
    expect((await bench.api('WhoAmI', { token: await bench.signIn() })).status).toBe(200);
  });

  it('the token endpoint refuses as Entra does, with AADSTS numbers', async () => {
    const ask = async (form: Record<string, string>, tenant: string = DEMO.tenant) => {
      const response = await fetch(`${bench.url}/${tenant}/oauth2/v2.0/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: DEMO.clientId,
          client_secret: DEMO.clientSecret,
          scope: `${bench.url}/.default`,
          ...form,
        }),
      });
      return [response.status, Object(await response.json()).error_codes?.[0]];
    };
    expect(await ask({ client_secret: 'wrong' })).toEqual([401, 7000215]);
    expect(await ask({ client_id: randomUUID() })).toEqual([400, 700016]);
    expect(await ask({ scope: bench.url })).toEqual([400, 1002012]);
    expect(await ask({}, randomUUID())).toEqual([400, 90002]);
    expect(await ask({ client_assertion: 'x' })).toEqual([401, 700027]);
  });

  it('a token for another organisation is refused, and so is an app without an application user', async () => {
    const response = await fetch(`${bench.url}/${DEMO.tenant}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: DEMO.clientId,
        client_secret: DEMO.clientSecret,
        scope: 'https://fabrikam.crm4.dynamics.com/.default',
      }),
    });
    const { access_token } = Object(await response.json());
    expect((await bench.api('WhoAmI', { token: access_token })).status).toBe(401);
    await bench.control('DELETE', `/rows/systemusers/${DEMO.applicationUserId}`);
    expect(errorOf(await bench.api('WhoAmI'))).toEqual([403, '0x80072560']);
  });
});

describe('one record', () => {
  it('reads with ETag and context; unknown ids, sets and columns are told apart', async () => {
    const read = await bench.api(`contacts(${ana})?$select=fullname,wa_whatsappconsent`);
    expect(read.body).toEqual({
      '@odata.context': `${bench.url}/api/data/v9.2/$metadata#contacts(fullname,wa_whatsappconsent)/$entity`,
      '@odata.etag': expect.stringMatching(/^W\/"\d+"$/),
      fullname: 'Ana Ruiz',
      wa_whatsappconsent: null,
      contactid: ana,
    });
    const none = await bench.api(`contacts(${randomUUID()})`);
    expect(errorOf(none)).toEqual([404, '0x80040217']);
    expect(messageOf(none)).toMatch(/^contact With Id = .* Does Not Exist$/);
    expect(errorOf(await bench.api('contakts'))).toEqual([404, '0x80060888']);
    const column = await bench.api(`contacts(${ana})?$select=nope`);
    expect(errorOf(column)).toEqual([400, '0x80060888']);
    expect(messageOf(column)).toBe(
      "Could not find a property named 'nope' on type 'Microsoft.Dynamics.CRM.contact'.",
    );
    expect(errorOf(await bench.api(`contacts(${ana})?$select=parentcustomeridname`))[0]).toBe(400);
  });

  it('creates: 204 with OData-EntityId, 201 with the body and without it', async () => {
    const made = await write('POST', 'contacts', { firstname: 'Eva', lastname: 'Kim', donotemail: true });
    expect([made.status, made.text]).toEqual([204, '']);
    const id = idOf(made);
    const shown = await write(
      'POST',
      'contacts?$select=fullname',
      { lastname: 'Lee' },
      { prefer: 'return=representation' },
    );
    expect(shown.status).toBe(201);
    expect(shown.headers.get('odata-entityid')).toBeNull();
    expect(shown.headers.get('preference-applied')).toBe('return=representation');
    expect(shown.body).toMatchObject({ fullname: 'Lee' });
    // Column defaults fill new records only: the seeded ones hold null.
    expect((await bench.api(`contacts(${id})`)).body).toMatchObject({
      fullname: 'Eva Kim',
      donotemail: true,
      wa_whatsappconsent: false,
      _createdby_value: DEMO.applicationUserId,
    });
    expect((await bench.api(`contacts(${ana})`)).body).toMatchObject({
      wa_whatsappconsent: null,
      donotemail: null,
    });
  });

  it.each([
    ['PATCH without a condition on nothing', {}, false, 204],
    ['PATCH If-Match: * on nothing', { 'if-match': '*' }, false, 404],
    ['PATCH If-None-Match: * on nothing', { 'if-none-match': '*' }, false, 204],
    ['PATCH If-None-Match: * on something', { 'if-none-match': '*' }, true, 412],
    ['PATCH If-Match: * on something', { 'if-match': '*' }, true, 204],
    ['PATCH If-None-Match: null on something', { 'if-none-match': 'null' }, true, 204],
    ['PATCH with another version', { 'if-match': 'W/"1"' }, true, 412],
  ])('upsert matrix: %s', async (_name, headers, there, status) => {
    const id = there ? ana : randomUUID();
    const reply = await write('PATCH', `contacts(${id})`, { jobtitle: 'Buyer' }, headers);
    expect(reply.status).toBe(status);
    const after = await bench.api(`contacts(${id})?$select=jobtitle`);
    if (status === 204) expect(after.body).toMatchObject({ jobtitle: 'Buyer' });
    else if (there) expect(after.body).toMatchObject({ jobtitle: null });
    else expect(after.status).toBe(404);
  });

  it('412 of both kinds: a version that moved, and a duplicate', async () => {
    const { body } = await bench.api(`contacts(${ana})?$select=fullname`);
    const etag = String(body['@odata.etag']);
    expect((await write('PATCH', `contacts(${ana})`, { jobtitle: 'A' }, { 'if-match': etag })).status).toBe(
      204,
    );
    const moved = await write('PATCH', `contacts(${ana})`, { jobtitle: 'B' }, { 'if-match': etag });
    expect(errorOf(moved)).toEqual([412, '0x80060882']);
    expect((await write('DELETE', `contacts(${ana})`, undefined, { 'if-match': etag })).status).toBe(412);
    expect(errorOf(await write('PATCH', `contacts(${ana})`, { wa_waid: '447700900123' }))).toEqual([
      412,
      '0x80060892',
    ]);
    expect(errorOf(await write('POST', 'contacts', { contactid: ana, lastname: 'X' }))).toEqual([
      412,
      '0x80040237',
    ]);
    await bench.control('PUT', '/settings', { duplicateRules: { contact: ['mobilephone'] } });
    const copy = { lastname: 'Copy', mobilephone: '+1 202 555 0143' };
    expect((await write('POST', 'contacts', copy)).status).toBe(204);
    expect(
      errorOf(await write('POST', 'contacts', copy, { 'mscrm.suppressduplicatedetection': 'false' })),
    ).toEqual([412, '0x80040333']);
  });

  it('304 for a version the client has, but not with expand or annotations', async () => {
    const etag = String((await bench.api(`contacts(${ana})`)).body['@odata.etag']);
    const known = { 'if-none-match': etag };
    expect((await bench.api(`contacts(${ana})`, { headers: known })).status).toBe(304);
    expect(
      (await bench.api(`contacts(${ana})?$expand=parentcustomerid_account`, { headers: known })).status,
    ).toBe(200);
    const annotated = { ...known, prefer: 'odata.include-annotations="*"' };
    expect((await bench.api(`contacts(${ana})`, { headers: annotated })).status).toBe(200);
    await write('PATCH', `contacts(${ana})`, { jobtitle: 'C' });
    expect((await bench.api(`contacts(${ana})`, { headers: known })).status).toBe(200);
  });

  it('addresses by alternate key and lookup key, refuses what is no key and characters a key cannot hold', async () => {
    expect((await bench.api("contacts(wa_waid='447700900123')?$select=fullname")).body).toMatchObject({
      contactid: ben,
    });
    expect((await bench.api(`contacts(contactid=${ben})`)).status).toBe(200);
    expect((await bench.api(`accounts(_primarycontactid_value=${ana})`)).body).toMatchObject({
      accountid: fourth,
    });
    const noKey = await bench.api("contacts(mobilephone='1')");
    expect(errorOf(noKey)[0]).toBe(400);
    expect(messageOf(noKey)).toContain('The key in the request URI is not valid for resource');
    for (const value of ['+447700900123', 'a%2Fb', 'a:b', 'a%26b'])
      expect((await bench.api(`contacts(wa_waid='${value}')`)).status).toBe(400);
    const upserted = await write('PATCH', "contacts(wa_waid='4915')", { lastname: 'By key' });
    expect((await bench.api(`contacts(${idOf(upserted)})`)).body).toMatchObject({
      wa_waid: '4915',
      lastname: 'By key',
    });
  });

  it('refuses unknown properties, wrong types, long texts and null where it must not be', async () => {
    const change = (body: object) => write('PATCH', `contacts(${ana})`, body, { 'if-match': '*' });
    expect(errorOf(await change({ wa_nothing: true }))).toEqual([400, '0x80048d19']);
    expect(errorOf(await change({ wa_whatsappconsent: 'true' }))).toEqual([400, '0x80048d19']);
    expect(errorOf(await change({ jobtitle: 'x'.repeat(101) }))).toEqual([400, '0x80044331']);
    expect(errorOf(await change({ statecode: null }))[0]).toBe(400);
    expect(errorOf(await write('PATCH', `contacts(${ana})`, '{"jobtitle":'))).toEqual([400, '0x80048d19']);
    expect((await change({ fullname: 'ignored', modifiedon: '2001-01-01T00:00:00Z' })).status).toBe(204);
    expect((await bench.api(`contacts(${ana})`)).body).toMatchObject({ fullname: 'Ana Ruiz' });
    // A lead's mobile phone is shorter than a contact's.
    expect(errorOf(await write('POST', 'leads', { lastname: 'L', mobilephone: '1'.repeat(21) }))[1]).toBe(
      '0x80044331',
    );
  });

  it('sets and clears one column; a Boolean has three states', async () => {
    const path = `contacts(${ben})/wa_whatsappconsent`;
    expect((await bench.api(path)).body).toMatchObject({ value: true });
    expect((await write('DELETE', path)).status).toBe(204);
    expect((await bench.api(path)).status).toBe(204);
    expect((await write('PUT', path, { value: false })).status).toBe(204);
    expect((await bench.api(`${path}/$value`)).text).toBe('false');
  });

  it('deletes once; other lookups at it are emptied, its notes go', async () => {
    const note = idOf(
      await write('POST', 'annotations', {
        subject: 'Hi',
        'objectid_contact@odata.bind': `/contacts(${ana})`,
      }),
    );
    expect((await write('DELETE', `contacts(${ana})`)).status).toBe(204);
    expect(errorOf(await write('DELETE', `contacts(${ana})`))).toEqual([404, '0x80040217']);
    expect((await bench.api(`accounts(${fourth})`)).body).toMatchObject({ _primarycontactid_value: null });
    expect((await bench.api(`annotations(${note})`)).status).toBe(404);
  });
});

describe('relations', () => {
  it('binds, expands and takes apart lookups', async () => {
    const made = await write('POST', 'contacts', {
      lastname: 'B',
      'parentcustomerid_account@odata.bind': `accounts(${fourth})`,
    });
    const path = `contacts(${idOf(made)})`;
    const read = await bench.api(`${path}?$select=lastname&$expand=parentcustomerid_account($select=name)`, {
      headers: { prefer: 'odata.include-annotations="*"' },
    });
    expect(read.body).toMatchObject({
      parentcustomerid_account: { name: 'Fourth Coffee', accountid: fourth },
    });
    const shown = await bench.api(`${path}?$select=_parentcustomerid_value`, {
      headers: { prefer: 'odata.include-annotations="*"' },
    });
    expect(shown.body).toMatchObject({
      _parentcustomerid_value: fourth,
      '_parentcustomerid_value@OData.Community.Display.V1.FormattedValue': 'Fourth Coffee',
      '_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname': 'account',
      '_parentcustomerid_value@Microsoft.Dynamics.CRM.associatednavigationproperty':
        'parentcustomerid_account',
    });
    expect((await bench.api(`${path}/parentcustomerid_account?$select=name`)).body).toMatchObject({
      name: 'Fourth Coffee',
    });
    expect((await write('DELETE', `${path}/parentcustomerid_account/$ref`)).status).toBe(204);
    expect((await bench.api(`${path}/parentcustomerid_account`)).status).toBe(204);
    expect(
      (await write('PATCH', path, { 'parentcustomerid_account@odata.bind': `/accounts(${randomUUID()})` }))
        .status,
    ).toBe(404);
  });

  it('associates and disassociates through collections, both kinds', async () => {
    const emil = guidOf('contact emil');
    const id = (path: string) => ({ '@odata.id': `${bench.url}/api/data/v9.2/${path}` });
    expect(
      (await write('POST', `accounts(${fourth})/contact_customer_accounts/$ref`, id(`contacts(${emil})`)))
        .status,
    ).toBe(204);
    const listed = await bench.api(
      `accounts(${fourth})/contact_customer_accounts?$select=fullname&$orderby=fullname`,
    );
    expect(rowsIn(listed).map((row) => row.fullname)).toEqual(['Ana Ruiz', 'Emil Šimek', 'Farah Haddad']);
    expect(
      (await write('DELETE', `accounts(${fourth})/contact_customer_accounts(${emil})/$ref`)).status,
    ).toBe(204);
    expect((await bench.api(`accounts(${fourth})/contact_customer_accounts/$count`)).text).toBe('2');
    const lead = guidOf('lead george');
    expect(
      (await write('POST', `contacts(${emil})/contactleads_association/$ref`, id(`leads(${lead})`))).status,
    ).toBe(204);
    expect(rowsIn(await bench.api(`leads(${lead})/contactleads_association`))).toMatchObject([
      { contactid: emil },
    ]);
    const gone = `${bench.url}/api/data/v9.2/leads(${lead})`;
    expect(
      (await write('DELETE', `contacts(${emil})/contactleads_association/$ref?$id=${gone}`)).status,
    ).toBe(204);
    expect(rowsIn(await bench.api(`contacts(${emil})/contactleads_association`))).toEqual([]);
  });

  it('an activity on a record, with its parties, shows among the activities', async () => {
    expect((await write('POST', 'assent_whatsappconversations', {})).status).toBe(404);
    await bench.control('POST', '/activity-table');
    const made = await write('POST', 'assent_whatsappconversations', {
      subject: 'WhatsApp chat',
      'regardingobjectid_contact_assent_WhatsAppConversation@odata.bind': `/contacts(${ana})`,
      assent_whatsappconversation_activity_parties: [
        {
          participationtypemask: 1,
          'partyid_systemuser@odata.bind': `/systemusers(${DEMO.people.robin.user})`,
        },
        { participationtypemask: 2, 'partyid_contact@odata.bind': `/contacts(${ana})` },
      ],
    });
    const id = idOf(made);
    expect((await bench.api(`activitypointers(${id})`)).body).toMatchObject({
      subject: 'WhatsApp chat',
      activitytypecode: 'assent_whatsappconversation',
    });
    const parties = await bench.api(
      `activityparties?$filter=_activityid_value eq ${id}&$select=participationtypemask`,
    );
    expect(
      rowsIn(parties)
        .map((row) => row.participationtypemask)
        .sort(),
    ).toEqual([1, 2]);
    const done = await write('PATCH', `assent_whatsappconversations(${id})`, { statecode: 1 });
    expect(done.status).toBe(204);
    expect((await bench.api(`assent_whatsappconversations(${id})`)).body).toMatchObject({ statuscode: 2 });
  });

  it('Merge: the subordinate stays, inactive and pointing at the target, which has its children', async () => {
    const note = idOf(
      await write('POST', 'annotations', {
        subject: 'N',
        'objectid_contact@odata.bind': `/contacts(${ben})`,
      }),
    );
    const merged = await write('POST', 'Merge', {
      Target: { '@odata.type': 'Microsoft.Dynamics.CRM.contact', contactid: ana },
      Subordinate: { '@odata.type': 'Microsoft.Dynamics.CRM.contact', contactid: ben },
      UpdateContent: { '@odata.type': 'Microsoft.Dynamics.CRM.contact', jobtitle: 'Both' },
      PerformParentingChecks: false,
    });
    expect(merged.status).toBe(204);
    expect((await bench.api(`contacts(${ben})`)).body).toMatchObject({
      statecode: 1,
      statuscode: 2,
      merged: true,
      _masterid_value: ana,
    });
    expect((await bench.api(`contacts(${ana})`)).body).toMatchObject({ jobtitle: 'Both', statecode: 0 });
    expect((await bench.api(`annotations(${note})`)).body).toMatchObject({ _objectid_value: ana });
  });
});

describe('rights', () => {
  it('a missing privilege is named in a 403; a column closed by security reads null and refuses writes', async () => {
    await bench.control('PUT', '/users/app/rights', { privileges: { prvWriteContact: 'None' } });
    const refused = await write('PATCH', `contacts(${ana})`, { jobtitle: 'X' });
    expect(errorOf(refused)).toEqual([403, '0x80040220']);
    expect(messageOf(refused)).toContain('is missing prvWriteContact privilege');
    await bench.control('PUT', '/users/app/rights', { privileges: {} });

    const secure = { table: 'contact', column: 'wa_whatsappconsent', secured: true };
    await bench.control('PUT', '/column-security', secure);
    expect((await bench.api(`contacts(${ben})`)).body).toMatchObject({ wa_whatsappconsent: null });
    expect(rowsIn(await bench.api('contacts?$filter=wa_whatsappconsent eq true'))).toEqual([]);
    expect(errorOf(await write('PATCH', `contacts(${ben})`, { wa_whatsappconsent: false }))).toEqual([
      403,
      '0x8004F507',
    ]);
    expect(errorOf(await write('POST', 'contacts', { lastname: 'Z', wa_whatsappconsent: false }))).toEqual([
      403,
      '0x8004F502',
    ]);
    expect(bench.emulator.record('contact', ben)).toMatchObject({ wa_whatsappconsent: true });
    await bench.control('PUT', '/column-security', {
      ...secure,
      permissions: { app: { read: false, update: true } },
    });
    const blind = await write(
      'PATCH',
      `contacts(${ben})?$select=wa_whatsappconsent`,
      { wa_whatsappconsent: false },
      { prefer: 'return=representation' },
    );
    expect(blind.body).toMatchObject({ wa_whatsappconsent: null });
    expect(bench.emulator.record('contact', ben)).toMatchObject({ wa_whatsappconsent: false });
    // Acting for somebody takes the permission of both.
    const asSasha = { callerobjectid: DEMO.people.sasha.object };
    const both = await write('PATCH', `contacts(${ben})`, { wa_whatsappconsent: true }, asSasha);
    expect(errorOf(both)).toEqual([403, '0x8004F507']);
    await bench.control('PUT', '/column-security', { ...secure, secured: false });
    expect((await bench.api(`contacts(${ben})`)).body).toMatchObject({ wa_whatsappconsent: false });
  });

  it('impersonation: the intersection of rights, and both names on the record', async () => {
    const as = { callerobjectid: DEMO.people.sasha.object };
    expect((await write('PATCH', `contacts(${ana})`, { jobtitle: 'S' }, as)).status).toBe(204);
    expect((await bench.api(`contacts(${ana})`)).body).toMatchObject({
      _modifiedby_value: DEMO.people.sasha.user,
      _modifiedonbehalfby_value: DEMO.applicationUserId,
    });
    await bench.control('PUT', '/users/sasha/rights', { privileges: { prvWriteContact: 'Basic' } });
    expect(errorOf(await write('PATCH', `contacts(${ana})`, { jobtitle: 'T' }, as))).toEqual([
      403,
      '0x80040220',
    ]);
    await bench.control('PUT', '/users/app/rights', { privileges: { prvActOnBehalfOfAnotherUser: 'None' } });
    expect(errorOf(await write('PATCH', `contacts(${ana})`, { jobtitle: 'U' }, as))).toEqual([
      403,
      '0x8004A110',
    ]);
    const own = await write('PATCH', `contacts(${ana})`, { jobtitle: 'V' });
    expect(own.status).toBe(204);
    expect((await bench.api(`contacts(${ana})`)).body).toMatchObject({ _modifiedonbehalfby_value: null });
  });

  it('a note on a record takes the rights to append it, and to append to the record', async () => {
    const note = { subject: 'Note', 'objectid_contact@odata.bind': `/contacts(${ana})` };
    expect((await write('POST', 'annotations', note)).status).toBe(204);
    for (const privilege of ['prvCreateNote', 'prvAppendNote', 'prvAppendToContact']) {
      await bench.control('PUT', '/users/app/rights', { privileges: { [privilege]: 'None' } });
      const refused = await write('POST', 'annotations', note);
      expect([privilege, ...errorOf(refused)]).toEqual([privilege, 403, '0x80040220']);
      expect(refused.text).toContain(privilege);
    }
  });

  it('says what a user may do', async () => {
    const me = `systemusers(${DEMO.applicationUserId})/Microsoft.Dynamics.CRM`;
    await bench.control('PUT', '/users/app/rights', {
      privileges: { prvDeleteContact: 'None', prvReadLead: 'Basic' },
    });
    const all = await bench.api(`${me}.RetrieveUserPrivileges()`);
    const names = Object(all.body).RolePrivileges.map((one: { PrivilegeName: string }) => one.PrivilegeName);
    expect(names).toContain('prvWriteContact');
    expect(names).not.toContain('prvDeleteContact');
    const one = await bench.api(`${me}.RetrieveUserPrivilegeByPrivilegeName(PrivilegeName='prvReadLead')`);
    expect(one.body).toMatchObject({ RolePrivileges: [{ Depth: 'Basic' }] });
    const target = encodeURIComponent(JSON.stringify({ '@odata.id': `contacts(${ana})` }));
    const access = await bench.api(`${me}.RetrievePrincipalAccess(Target=@t)?@t=${target}`);
    expect(access.body).toMatchObject({
      AccessRights:
        'ReadAccess, CreateAccess, WriteAccess, AppendAccess, AppendToAccess, AssignAccess, ShareAccess',
    });
  });
});
