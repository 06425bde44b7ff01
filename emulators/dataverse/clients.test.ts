import { createHash, generateKeyPairSync } from 'node:crypto';
import https from 'node:https';
import tls from 'node:tls';
import { ConfidentialClientApplication } from '@azure/msal-node';
import { OData } from '@odata/client';
import {
  batchOperation,
  createWithReturnData,
  deleteProperty,
  deleteRecord,
  retrieve,
  retrieveAlternateKey,
  retrieveMultiple,
  retrieveMultipleNextPage,
  unboundFunction,
  update,
  WebApiConfig,
} from 'dataverse-webapi/lib/node';
import { DynamicsWebApi } from 'dynamics-web-api';
import fastify from 'fastify';
import odataQuery from 'odata-query';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { guidOf } from './catalogue.ts';
import { selfSignedCertificate } from './certificate.ts';
import { DEMO } from './demo.ts';
import { createEmulator } from './emulator.ts';
import { type Bench, openBench, portOf, rowsIn } from './test-bench.ts';

/** Its type declarations are of CommonJS, its code of modules, so TypeScript sees no function in the import. */
const buildQuery = z
  .custom<(query: object) => string>((value) => typeof value === 'function')
  .parse(odataQuery);

const ana = guidOf('contact ana');
const ben = guidOf('contact ben');
const contact = z.looseObject({
  contactid: z.string(),
  fullname: z.string().nullish(),
  wa_whatsappconsent: z.boolean().nullish(),
});

/** An emulator with TLS that this process trusts: MSAL and dataverse-webapi speak nothing else. */
async function openSecure(options: Parameters<typeof createEmulator>[0] = {}) {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const certificate = selfSignedCertificate(pair, Date.now());
  const before = tls.getCACertificates('default');
  tls.setDefaultCACertificates([...before, certificate]);
  const emulator = createEmulator(options);
  const key = pair.privateKey.export({ type: 'pkcs8', format: 'pem' });
  const app = fastify({ https: { key, cert: certificate }, forceCloseConnections: true });
  await app.register(emulator.plugin);
  await app.listen({ port: 0, host: '127.0.0.1' });
  return {
    emulator,
    certificate,
    port: portOf(app.server.address()),
    close: async () => {
      await app.close();
      await emulator.close();
      tls.setDefaultCACertificates(before);
    },
  };
}

describe('@azure/msal-node', () => {
  it('gets tokens by secret and by certificate, caches them, and reads a refusal', async () => {
    const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const publicCertificate = selfSignedCertificate(own, Date.now());
    const secure = await openSecure({ certificates: [publicCertificate] });
    const origin = `https://localhost:${secure.port}`;
    const base = {
      clientId: DEMO.clientId,
      authority: `${origin}/${DEMO.tenant}`,
      knownAuthorities: [`localhost:${secure.port}`],
    };
    const request = { scopes: [`${origin}/.default`] };
    try {
      const bySecret = new ConfidentialClientApplication({
        auth: { ...base, clientSecret: DEMO.clientSecret },
      });
      const first = await bySecret.acquireTokenByClientCredential(request);
      expect(first).toMatchObject({ tokenType: 'Bearer', fromCache: false });
      const second = await bySecret.acquireTokenByClientCredential(request);
      expect([second?.fromCache, second?.accessToken]).toEqual([true, first?.accessToken]);
      const who = await fetch(`${origin}/api/data/v9.2/WhoAmI`, {
        headers: { authorization: `Bearer ${first?.accessToken}` },
      });
      expect(await who.json()).toMatchObject({ UserId: DEMO.applicationUserId });

      const der = Buffer.from(publicCertificate.replace(/-----[^-]+-----|\s/g, ''), 'base64');
      const byCertificate = new ConfidentialClientApplication({
        auth: {
          ...base,
          clientCertificate: {
            thumbprintSha256: createHash('sha256').update(der).digest('hex'),
            privateKey: own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
          },
        },
      });
      expect(await byCertificate.acquireTokenByClientCredential(request)).toMatchObject({
        tokenType: 'Bearer',
      });

      const wrong = new ConfidentialClientApplication({ auth: { ...base, clientSecret: 'wrong' } });
      await expect(wrong.acquireTokenByClientCredential(request)).rejects.toMatchObject({
        errorCode: 'invalid_client',
        errorMessage: expect.stringContaining('AADSTS7000215'),
      });
    } finally {
      await secure.close();
    }
  });
});

describe('dynamics-web-api', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());
  const client = () =>
    new DynamicsWebApi({
      serverUrl: bench.url,
      dataApi: { version: '9.2' },
      onTokenRefresh: async () => bench.token,
      // Without it a 412 resolves as false.
      propagateErrors: true,
    });

  it('creates, reads, changes and deletes, and sees every refusal', async () => {
    const api = client();
    expect(await api.callFunction('WhoAmI')).toMatchObject({ UserId: DEMO.applicationUserId });
    const id = z
      .string()
      .parse(await api.create({ collection: 'contacts', data: { lastname: 'Köhler', wa_waid: '4915' } }));
    const shown = contact.parse(
      await api.create({ collection: 'contacts', data: { lastname: 'Shown' }, returnRepresentation: true }),
    );
    expect(shown.fullname).toBe('Shown');
    const read = await api.retrieve({
      collection: 'contacts',
      key: id,
      select: ['fullname', 'wa_whatsappconsent'],
    });
    expect(contact.parse(read)).toMatchObject({ fullname: 'Köhler', wa_whatsappconsent: false });
    const etag = z.object({ '@odata.etag': z.string() }).parse(read)['@odata.etag'];
    expect(await api.retrieve({ collection: 'contacts', key: id, ifnonematch: etag })).toBeUndefined();
    expect(await api.retrieve({ collection: 'contacts', key: "wa_waid='4915'" })).toMatchObject({
      contactid: id,
    });
    const set = { collection: 'contacts', key: id };
    expect(
      await api.update({
        ...set,
        data: { wa_whatsappconsent: true },
        returnRepresentation: true,
        select: ['wa_whatsappconsent'],
      }),
    ).toMatchObject({ wa_whatsappconsent: true });
    await expect(api.update({ ...set, data: { jobtitle: 'X' }, ifmatch: etag })).rejects.toMatchObject({
      status: 412,
      code: '0x80060882',
    });
    await expect(api.upsert({ ...set, data: { jobtitle: 'X' }, ifnonematch: '*' })).rejects.toMatchObject({
      status: 412,
    });
    await api.updateSingleProperty({ ...set, fieldValuePair: { jobtitle: 'Buyer' } });
    await api.deleteRecord({ ...set, fieldName: 'jobtitle' });
    expect(bench.emulator.record('contact', id)).not.toHaveProperty('jobtitle');
    await api.deleteRecord(set);
    await expect(api.retrieve(set)).rejects.toMatchObject({ status: 404, code: '0x80040217' });
    await expect(api.update({ ...set, data: { jobtitle: 'X' } })).rejects.toMatchObject({ status: 404 });
  });

  it('filters, sorts, counts and pages; formatted values come along', async () => {
    const api = client();
    const found = await api.retrieveMultiple({
      collection: 'contacts',
      select: ['fullname'],
      filter: "contains(fullname,'a') and wa_whatsappconsent eq null",
      orderBy: ['fullname desc'],
      count: true,
    });
    expect(found.value.map((row: unknown) => contact.parse(row).fullname)).toEqual([
      'Farah Haddad',
      "Dina O'Bryan",
      'Ana Ruiz',
    ]);
    expect(found['@odata.count']).toBe(3);
    const all = await api.retrieveAll({ collection: 'contacts', select: ['fullname'], maxPageSize: 2 });
    expect(all.value).toHaveLength(6);
    expect(bench.emulator.requests().filter(({ url }) => url.includes('skiptoken'))).toHaveLength(2);
    const annotated = await api.retrieve({
      collection: 'contacts',
      key: ben,
      includeAnnotations: '*',
      expand: [{ property: 'parentcustomerid_account', select: ['name'] }],
    });
    expect(annotated).toMatchObject({
      'wa_whatsappconsent@OData.Community.Display.V1.FormattedValue': 'Yes',
      parentcustomerid_account: { name: 'Tailwind Traders' },
    });
    expect(await api.count({ collection: 'contacts', filter: 'statecode eq 0' })).toBe(6);
    // Over 2000 characters the library posts the query as a batch.
    const long = Array.from({ length: 80 }, (_one, n) => `mobilephone eq '+1202555${n}'`).join(' or ');
    const hits = await api.retrieveMultiple({
      collection: 'contacts',
      filter: `${long} or mobilephone eq '07700 900123'`,
    });
    expect(hits.value).toMatchObject([{ contactid: ben }]);
    expect(bench.emulator.requests().at(-1)).toMatchObject({ method: 'POST', url: '/api/data/v9.2/$batch' });
  });

  it('associates, impersonates, and writes a batch whole or not at all', async () => {
    const api = client();
    const account = guidOf('account tailwind');
    await api.associate({
      collection: 'accounts',
      primaryKey: account,
      relationshipName: 'contact_customer_accounts',
      relatedCollection: 'contacts',
      relatedKey: ana,
    });
    expect(bench.emulator.record('contact', ana)?.parentcustomerid).toBe(`account/${account}`);
    await api.disassociate({
      collection: 'accounts',
      primaryKey: account,
      relationshipName: 'contact_customer_accounts',
      relatedKey: ana,
    });
    await api.update({
      collection: 'contacts',
      key: ana,
      data: { jobtitle: 'S' },
      impersonateAAD: DEMO.people.sasha.object,
    });
    expect(bench.emulator.record('contact', ana)?.modifiedby).toBe(`systemuser/${DEMO.people.sasha.user}`);

    const good = client();
    good.startBatch();
    void good.update({ collection: 'contacts', key: ana, data: { wa_whatsappconsent: true } });
    void good.create({
      collection: 'annotations',
      data: { subject: 'Agreed', 'objectid_contact@odata.bind': `contacts(${ana})` },
    });
    expect(await good.executeBatch()).toHaveLength(2);
    expect(bench.emulator.record('contact', ana)?.wa_whatsappconsent).toBe(true);
    const bad = client();
    bad.startBatch();
    void bad.update({ collection: 'contacts', key: ana, data: { wa_whatsappconsent: false } });
    void bad.update({ collection: 'contacts', key: guidOf('nobody'), data: { wa_whatsappconsent: false } });
    await expect(bad.executeBatch()).rejects.toMatchObject([{ status: 404 }]);
    expect(bench.emulator.record('contact', ana)?.wa_whatsappconsent).toBe(true);
  });

  it('reads metadata and creates a column', async () => {
    const api = client();
    const table = await api.retrieveEntity({
      key: "LogicalName='contact'",
      select: ['EntitySetName', 'ChangeTrackingEnabled'],
    });
    expect(table).toMatchObject({ EntitySetName: 'contacts', ChangeTrackingEnabled: true });
    const booleans = await api.retrieveAttributes({
      entityKey: "LogicalName='contact'",
      castType: 'Microsoft.Dynamics.CRM.BooleanAttributeMetadata',
      select: ['LogicalName', 'DefaultValue'],
      expand: [{ property: 'OptionSet' }],
    });
    expect(
      booleans.value.find((one: { LogicalName: string }) => one.LogicalName === 'wa_whatsappconsent'),
    ).toMatchObject({
      OptionSet: { TrueOption: { Label: { UserLocalizedLabel: { Label: 'Yes' } } } },
    });
    const label = (text: string) => ({ LocalizedLabels: [{ Label: text, LanguageCode: 1033 }] });
    await api.createAttribute({
      entityKey: "LogicalName='lead'",
      data: {
        '@odata.type': 'Microsoft.Dynamics.CRM.BooleanAttributeMetadata',
        SchemaName: 'wa_Second',
        DisplayName: label('Second'),
        OptionSet: {
          TrueOption: { Value: 1, Label: label('Yes') },
          FalseOption: { Value: 0, Label: label('No') },
        },
      },
    });
    expect(rowsIn(await bench.api('leads?$select=wa_second'))).toHaveLength(2);
    expect(String(await api.retrieveCsdlMetadata())).toContain('EntityType Name="lead"');
    const named = new DynamicsWebApi({
      serverUrl: bench.url,
      dataApi: { version: '9.2' },
      onTokenRefresh: async () => bench.token,
      useEntityNames: true,
      propagateErrors: true,
    });
    expect(await named.retrieve({ collection: 'contact', key: ana, select: ['fullname'] })).toMatchObject({
      fullname: 'Ana Ruiz',
    });
  });

  it('follows changes through a delta link', async () => {
    const api = client();
    const request = {
      collection: 'contacts',
      select: ['fullname', 'wa_whatsappconsent'],
      trackChanges: true,
    };
    const first = await api.retrieveMultiple(request);
    expect(first.value).toHaveLength(6);
    bench.emulator.change('contact', ana, { wa_whatsappconsent: false });
    bench.emulator.remove('contact', ben);
    const link = z.string().parse(first['@odata.deltaLink']);
    const delta = await api.retrieveMultiple({ collection: 'contacts' }, link);
    expect(delta.value).toMatchObject([
      { contactid: ana, wa_whatsappconsent: false },
      { id: ben, reason: 'deleted' },
    ]);
  });
});

describe('dataverse-webapi', () => {
  it('creates, reads, pages, changes, deletes and batches', async () => {
    const secure = await openSecure();
    // The library leaves the port of its URL out.
    const agent = https.globalAgent;
    const before = Reflect.get(agent, 'defaultPort');
    Reflect.set(agent, 'defaultPort', secure.port);
    try {
      const answer = await fetch(`https://localhost:${secure.port}/${DEMO.tenant}/oauth2/v2.0/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: DEMO.clientId,
          client_secret: DEMO.clientSecret,
          scope: 'https://localhost/.default',
        }),
      });
      const { access_token } = z.object({ access_token: z.string() }).parse(await answer.json());
      const configured = () => new WebApiConfig('9.2', access_token, 'https://localhost');
      const config = configured();
      expect(await unboundFunction(config, 'WhoAmI')).toMatchObject({ UserId: DEMO.applicationUserId });
      const made = await createWithReturnData(
        config,
        'contacts',
        { lastname: 'Lee', donotphone: true },
        '$select=fullname',
      );
      const { contactid } = contact.parse(made);
      await update(config, 'contacts', contactid, { wa_whatsappconsent: true });
      expect(await retrieve(config, 'contacts', contactid, '$select=wa_whatsappconsent')).toMatchObject({
        wa_whatsappconsent: true,
        'wa_whatsappconsent@OData.Community.Display.V1.FormattedValue': 'Yes',
      });
      await deleteProperty(config, 'contacts', contactid, 'wa_whatsappconsent');
      expect(secure.emulator.record('contact', contactid)).not.toHaveProperty('wa_whatsappconsent');
      expect(await retrieveAlternateKey(config, 'contacts', "wa_waid='447700900123'")).toMatchObject({
        contactid: ben,
      });
      const page = await retrieveMultiple(config, 'contacts', '$select=fullname&$orderby=fullname', {
        maxPageSize: 4,
      });
      // It keeps the next page's address in its configuration, so that one is used up.
      const rest = await retrieveMultipleNextPage(configured(), page['@odata.nextLink'], { maxPageSize: 4 });
      expect([page.value.length, rest.value.length]).toEqual([4, 3]);
      await deleteRecord(config, 'contacts', contactid);
      await expect(retrieve(config, 'contacts', contactid)).rejects.toMatchObject({ code: '0x80040217' });
      const batch = await batchOperation(
        config,
        'B1',
        'C1',
        [
          { queryString: `contacts(${ana})`, method: 'PATCH', entity: { wa_whatsappconsent: true } },
          { queryString: 'contacts', method: 'POST', entity: { lastname: 'Batch' } },
        ],
        [`contacts(${ana})?$select=fullname`],
      );
      expect(batch).toMatchObject([
        { httpStatus: 204 },
        { httpStatus: 204 },
        { httpStatus: 200, data: { fullname: 'Ana Ruiz' } },
      ]);
      expect(secure.emulator.record('contact', ana)?.wa_whatsappconsent).toBe(true);
    } finally {
      Reflect.set(agent, 'defaultPort', before);
      agent.destroy();
      await secure.close();
    }
  });
});

describe('@odata/client and odata-query', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  it('a client without OData headers and with quoted ids is served all the same', async () => {
    const client = OData.New4({
      serviceEndpoint: `${bench.url}/api/data/v9.2/`,
      commonHeaders: { Authorization: `Bearer ${bench.token}` },
    });
    const contacts = client.getEntitySet<z.infer<typeof contact> & Record<string, unknown>>('contacts');
    const named = (name: string) => contacts.newFilter().property('lastname').eq(name);
    expect(await contacts.query(named('Ruiz'))).toMatchObject([{ fullname: 'Ana Ruiz' }]);
    // It does not double the quote in a name.
    await expect(contacts.query(named("O'Bryan"))).rejects.toThrow(/unterminated/);
    expect(await contacts.retrieve(ana)).toMatchObject({ fullname: 'Ana Ruiz' });
    const page = await contacts.query(
      contacts.newOptions().select('fullname').orderby('fullname', 'asc').top(2),
    );
    expect(page.map(({ fullname }) => fullname)).toEqual(['Ana Ruiz', 'Ben Okafor']);
    await contacts.update(ana, { wa_whatsappconsent: false });
    expect(bench.emulator.record('contact', ana)?.wa_whatsappconsent).toBe(false);
    await contacts.create({ lastname: 'Sloppy' });
    expect(await contacts.count()).toBe(7);
    await contacts.delete(ana);
    await expect(contacts.retrieve(ana)).rejects.toThrow(/Does Not Exist/);
  });

  it('URLs of an independent builder mean what they say', async () => {
    const ask = async (query: object) =>
      rowsIn(
        await bench.api(`contacts${buildQuery({ select: ['fullname'], orderBy: 'fullname', ...query })}`),
      ).map((row) => row.fullname);
    expect(await ask({ filter: { lastname: "O'Bryan" } })).toEqual(["Dina O'Bryan"]);
    expect(await ask({ filter: { mobilephone: '+1 202 555 0143' } })).toEqual(['Ana Ruiz']);
    expect(
      await ask({ filter: { or: [{ wa_whatsappconsent: true }, { wa_whatsappconsent: false }] } }),
    ).toEqual(['Ben Okafor', 'Carla Souza']);
    expect(await ask({ filter: { contactid: { eq: { type: 'guid', value: ben } } } })).toEqual([
      'Ben Okafor',
    ]);
    expect(await ask({ filter: { fullname: { contains: 'AN' } } })).toEqual(['Ana Ruiz', "Dina O'Bryan"]);
    expect(await ask({ filter: { not: { statecode: 0 } } })).toEqual([]);
    expect(await ask({ filter: { createdon: { ge: new Date('2020-01-01T00:00:00Z') } }, top: 1 })).toEqual([
      'Ana Ruiz',
    ]);
    const expanded = await bench.api(
      `accounts${buildQuery({ select: ['name'], expand: { primarycontactid: { select: ['fullname'] } }, filter: { name: { startswith: 'Fourth' } }, count: true })}`,
    );
    expect(expanded.body['@odata.count']).toBe(1);
    expect(rowsIn(expanded)).toMatchObject([{ primarycontactid: { fullname: 'Ana Ruiz' } }]);
  });
});
