import fastify, { type InjectOptions } from 'fastify';
import { z } from 'zod';
import { DEMO } from '../../../../emulators/dataverse/demo.ts';
import { createEmulator } from '../../../../emulators/dataverse/emulator.ts';
import type { Target } from '../target.ts';

const ID = '00000000-0000-4000-8000-0000000000ff';
const METHODS = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'] as const;
const BATCH = [
  '--b',
  'Content-Type: application/http',
  'Content-ID: 1',
  '',
  'POST /api/data/v9.2/contacts HTTP/1.1',
  'Content-Type: application/json',
  '',
  '{"lastname":"A"}',
  '--b',
  'Content-Type: multipart/mixed; boundary=c',
  '',
  '--c',
  'Content-Type: application/http',
  'Content-ID: 2',
  '',
  'PATCH $1 HTTP/1.1',
  'If-Match: *',
  '',
  '{"firstname":"B"}',
  '--c--',
  '--b--',
  '',
].join('\r\n');

/**
 * The emulator of Dataverse, asked without a network. An input is a request: method and address below the service's root in
 * the first line, `Prefer` in the second, the body after them.
 */
export const target: Target = {
  under: ['emulators/dataverse/'],
  seeds: [
    'GET contacts?$select=fullname,mobilephone&$top=5&$orderby=fullname desc,createdon\n\n',
    "GET contacts?$filter=contains(fullname,'an') and (statecode eq 0 or not startswith(lastname,'B'))&$count=true\nodata.maxpagesize=2,odata.include-annotations=\"*\"\n",
    `GET contacts(${ID})?$expand=parentcustomerid_account($select=name)\n\n`,
    'GET contacts?$filter=Microsoft.Dynamics.CRM.In(PropertyName=\'statecode\',PropertyValues=["0","1"])\n\n',
    "GET contacts?$filter=createdon ge 2026-01-01T00:00:00Z and mobilephone ne null and fullname eq 'O''B'\n\n",
    'GET accounts?$filter=contact_customer_accounts/any(c:c/statecode eq 0)\n\n',
    'GET contacts?$apply=aggregate($count as n)\n\n',
    'GET contacts/$count\n\n',
    'GET contacts?$select=fullname\nodata.track-changes\n',
    "GET EntityDefinitions(LogicalName='contact')/Attributes?$select=LogicalName&$filter=IsValidForRead eq true\n\n",
    "GET EntityDefinitions(LogicalName='contact')/Attributes/Microsoft.Dynamics.CRM.BooleanAttributeMetadata?$expand=OptionSet\n\n",
    'GET $metadata\n\n',
    'GET WhoAmI\n\n',
    "GET RetrieveTotalRecordCount(EntityNames=['contact'])\n\n",
    `POST contacts\nreturn=representation\n{"firstname":"A","lastname":"B","mobilephone":"+12025550143","parentcustomerid_account@odata.bind":"/accounts(${ID})"}`,
    `PATCH contacts(${ID})\n\n{"lastname":"C","statecode":1}`,
    `PUT contacts(${ID})/lastname\n\n{"value":"D"}`,
    `DELETE contacts(${ID})\n\n`,
    `POST Merge\n\n{"Target":{"@odata.type":"Microsoft.Dynamics.CRM.contact","contactid":"${ID}"},"Subordinate":{"@odata.type":"Microsoft.Dynamics.CRM.contact","contactid":"${ID}"}}`,
    `POST $batch\nodata.continue-on-error\n${BATCH}`,
  ],
  async open() {
    const emulator = createEmulator({ settings: { enforceLimits: false } });
    const app = fastify({ bodyLimit: 64 * 1024 * 1024 });
    await app.register(emulator.plugin);
    const signedIn = await app.inject({
      method: 'POST',
      url: `/${DEMO.tenant}/oauth2/v2.0/token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: DEMO.clientId,
        client_secret: DEMO.clientSecret,
        scope: 'http://localhost:80/.default',
      }).toString(),
    });
    const token = z.object({ access_token: z.string() }).parse(signedIn.json()).access_token;
    return {
      async run(input) {
        const request = requestOf(input, token);
        const { statusCode, body } = await app.inject(request);
        if (statusCode === 401) throw new Error(`the token is not taken: ${body.slice(0, 200)}`);
        // 501 is what the emulator says of what Dataverse has and it has not.
        if (statusCode >= 500 && statusCode !== 501) throw new Error(`${statusCode} ${body.slice(0, 400)}`);
      },
      reset: () => emulator.reset(),
      async close() {
        await app.close();
        await emulator.close();
      },
    };
  },
};

function requestOf(input: Buffer, token: string): InjectOptions {
  const text = input.toString();
  const [, first = '', second = '', body = ''] = /^([^\n]*)\n?([^\n]*)\n?(.*)$/s.exec(text) ?? [];
  const [name = '', address = ''] = first.split(/ (.*)/s);
  const method = METHODS.find((one) => one === name) ?? 'GET';
  // As a client writes an address: what has no place in a URL is encoded, and what is encoded stays.
  const encoded = encodeURI(address.toWellFormed()).replaceAll('%25', '%').replaceAll('#', '%23');
  const isBatch = encoded.startsWith('$batch');
  return {
    method,
    url: `/api/data/v9.2/${encoded}`,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': isBatch ? 'multipart/mixed; boundary=b' : 'application/json',
      ...(/^[\x20-\x7e]{1,400}$/.test(second) ? { prefer: second } : {}),
    },
    ...(method === 'GET' ? {} : { payload: body }),
  };
}
