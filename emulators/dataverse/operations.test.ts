import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guidOf } from './catalogue.ts';
import { type Bench, errorOf, idOf, messageOf, openBench, type Reply, rowsIn } from './test-bench.ts';

const ana = guidOf('contact ana');
const ben = guidOf('contact ben');

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

type Member = { method?: string; url: string; body?: object | string; id?: string; headers?: string };
const member = ({ method = 'PATCH', url, body, id, headers = '' }: Member, eol = '\r\n') =>
  [
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    ...(id === undefined ? [] : [`Content-ID: ${id}`]),
    '',
    `${method} ${url} HTTP/1.1`,
    'Content-Type: application/json',
    ...(headers === '' ? [] : [headers]),
    '',
    body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body),
  ].join(eol);
const batchText = (parts: (Member | Member[])[]) =>
  `${parts
    .map((part) =>
      Array.isArray(part)
        ? `--b\r\nContent-Type: multipart/mixed; boundary="c"\r\n\r\n${part.map((one) => `--c\r\n${member(one)}\r\n`).join('')}--c--\r\n`
        : `--b\r\n${member(part)}\r\n`,
    )
    .join('')}--b--\r\n`;
const batch = (parts: (Member | Member[])[], headers: Record<string, string> = {}) =>
  bench.api('$batch', {
    method: 'POST',
    body: batchText(parts),
    headers: { 'content-type': 'multipart/mixed; boundary="b"', ...headers },
  });
const statuses = (reply: Reply) =>
  [...reply.text.matchAll(/HTTP\/1\.1 (\d+)/g)].map((found) => Number(found[1]));
const consent = (id: string) => bench.emulator.record('contact', id)?.wa_whatsappconsent;

describe('$batch', () => {
  const yes = { wa_whatsappconsent: true };

  it('answers in order; absolute, rooted and relative URLs; the first error stops it and is the status', async () => {
    const reply = await batch([
      { url: `/api/data/v9.2/contacts(${ana})`, body: yes },
      { method: 'GET', url: `${bench.url}/api/data/v9.2/contacts(${ana})?$select=wa_whatsappconsent` },
      { url: `contacts(${ben})`, body: { nope: 1 } },
      { url: `contacts(${ben})`, body: { wa_whatsappconsent: false } },
    ]);
    expect(reply.headers.get('content-type')).toMatch(/^multipart\/mixed; boundary=batchresponse_/);
    expect([reply.status, statuses(reply)]).toEqual([400, [204, 200, 400]]);
    expect(reply.text).toContain('REQ_ID: ');
    expect(reply.text).toContain('0x80048d19');
    expect([consent(ana), consent(ben)]).toEqual([true, true]);
    const on = await batch(
      [
        { url: `contacts(${ana})`, body: { nope: 1 } },
        { url: `contacts(${ben})`, body: { wa_whatsappconsent: false } },
      ],
      { prefer: 'odata.continue-on-error' },
    );
    expect([on.status, statuses(on), consent(ben)]).toEqual([200, [400, 204], false]);
  });

  it('a change set is one transaction, with $1 for what it made', async () => {
    const reply = await batch([
      [
        { method: 'POST', url: 'contacts', body: { lastname: 'New' }, id: '1' },
        {
          method: 'POST',
          url: 'annotations',
          body: { subject: 'N', 'objectid_contact@odata.bind': '$1' },
          id: '2',
        },
        { method: 'PUT', url: '$1/jobtitle', body: { value: 'Buyer' }, id: '3' },
      ],
    ]);
    expect([reply.status, statuses(reply)]).toEqual([200, [204, 204, 204]]);
    expect(reply.text).toMatch(/boundary=changesetresponse_/);
    expect(reply.text).toContain('Content-ID: 2');
    const [made] = rowsIn(await bench.api("contacts?$filter=lastname eq 'New'"));
    expect(made).toMatchObject({ jobtitle: 'Buyer' });
    expect(rowsIn(await bench.api(`annotations?$filter=_objectid_value eq ${made?.contactid}`))).toHaveLength(
      1,
    );

    const { link } = await tracked();
    const failed = await batch([
      [
        { url: `contacts(${ana})`, body: yes, id: '1' },
        { method: 'DELETE', url: `contacts(${ben})`, id: '2' },
        { url: `contacts(${guidOf('nobody')})`, body: yes, id: '3', headers: 'If-Match: *' },
      ],
    ]);
    expect([failed.status, statuses(failed)]).toEqual([404, [404]]);
    expect([consent(ana), consent(ben)]).toEqual([undefined, true]);
    // Nothing of it is a change.
    expect(rowsIn(await bench.api(link))).toEqual([]);
    const forward = await batch([[{ url: '$9', body: yes, id: '1' }]]);
    expect(forward.text).toContain("Content-ID Reference: '$9' does not exist in the batch context.");
    expect((await batch([[{ method: 'GET', url: 'contacts', id: '1' }]])).status).toBe(400);
  });

  it('refuses more than 1000, batches in batches, and what is no batch', async () => {
    const many = Array.from({ length: 1001 }, () => ({ method: 'GET', url: 'WhoAmI' }));
    expect((await batch(many)).status).toBe(400);
    expect((await batch(many.slice(1))).status).toBe(200);
    expect((await batch([{ method: 'POST', url: '$batch' }])).status).toBe(400);
    expect(
      (
        await bench.api('$batch', {
          method: 'POST',
          body: 'x',
          headers: { 'content-type': 'multipart/mixed' },
        })
      ).status,
    ).toBe(400);
  });

  it('reads what lenient clients write: bare line feeds, no boundary quotes, a preamble, no last line end', async () => {
    const text = `\r\n--b x\r\n\r\n--b\n${member({ url: `contacts(${ana})`, body: { jobtitle: 'Žižkov' } }, '\n').replace('Encoding: ', 'Encoding:')}\n--b--`;
    const reply = await bench.api('$batch', {
      method: 'POST',
      body: text.replace('--b x\r\n\r\n', ''),
      headers: { 'content-type': 'multipart/mixed;boundary=b' },
    });
    expect(statuses(reply)).toEqual([204]);
    expect(bench.emulator.record('contact', ana)).toMatchObject({ jobtitle: 'Žižkov' });
  });
});

async function tracked() {
  const reply = await bench.api('contacts?$select=fullname', { headers: { prefer: 'odata.track-changes' } });
  return { link: String(reply.body['@odata.deltaLink']) };
}

describe('service protection', () => {
  it('429 with Retry-After past the limit of a window; sending on makes it longer; another user is free', async () => {
    bench.emulator.settings({ maxRequests: 5, windowSeconds: 60 });
    for (let n = 0; n < 5; n += 1) expect((await bench.api('WhoAmI')).status).toBe(200);
    bench.emulator.advance(10_000);
    const refused = await bench.api('WhoAmI');
    expect(errorOf(refused)).toEqual([429, '0x80072322']);
    expect(messageOf(refused)).toBe(
      'Number of requests exceeded the limit of 5 over time window of 60 seconds.',
    );
    const wait = Number(refused.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(40);
    expect(wait).toBeLessThanOrEqual(51);
    for (let n = 0; n < 5; n += 1) await bench.api('WhoAmI');
    const longer = Number((await bench.api('WhoAmI')).headers.get('retry-after'));
    expect(longer).toBeGreaterThan(wait);
    bench.emulator.advance(longer * 1000);
    const again = await bench.api('WhoAmI');
    expect(again.status).toBe(200);
    expect(Number(again.headers.get('x-ms-ratelimit-burst-remaining-xrm-requests'))).toBeLessThan(5);
    expect((await bench.control('GET', '/requests')).body).toMatchObject({ peak: { refused: 7 } });
  });

  it('execution time and concurrency have their own codes; a batch counts as one unless asked otherwise', async () => {
    bench.emulator.settings({ costMs: 600, maxExecutionMs: 1000 });
    await batch([
      { method: 'GET', url: 'WhoAmI' },
      { method: 'GET', url: 'WhoAmI' },
    ]);
    expect(errorOf(await bench.api('WhoAmI'))).toEqual([429, '0x80072321']);
    bench.emulator.settings({ maxExecutionMs: 1_200_000, costMs: 0, maxConcurrent: 1 });
    bench.emulator.fault({ kind: 'hang' });
    const stuck = bench.api('WhoAmI').catch(() => null);
    await expect.poll(async () => (await bench.api('WhoAmI')).status).toBe(429);
    expect(errorOf(await bench.api('WhoAmI'))).toEqual([429, '0x80072326']);
    bench.emulator.reset();
    await stuck;
    bench.emulator.settings({ maxConcurrent: 52, maxRequests: 3, batchCountsMembers: true });
    expect((await batch(Array.from({ length: 4 }, () => ({ method: 'GET', url: 'WhoAmI' })))).status).toBe(
      429,
    );
  });
});

describe('faults', () => {
  const patch = () => bench.api(`contacts(${ana})`, { method: 'PATCH', body: { wa_whatsappconsent: true } });

  it.each([
    [{ kind: '429', retryAfter: 7, limit: 'time' }, 429, '7'],
    [{ kind: '429', retryAfter: null }, 429, null],
    [{ kind: 'status' }, 503, null],
    [{ kind: 'status', httpStatus: 502, retryAfter: 3 }, 502, '3'],
    [{ kind: '401' }, 401, null],
    [{ kind: 'code', httpStatus: 403, code: '0x8004F507' }, 403, null],
  ] as const)('%j: refused, and not done', async (fault, status, retryAfter) => {
    expect((await bench.control('POST', '/faults', fault)).status).toBe(201);
    const reply = await patch();
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([status, retryAfter]);
    expect(consent(ana)).toBeUndefined();
    expect((await patch()).status).toBe(204);
  });

  it('an answer that is no answer: HTML, cut text, broken gzip, a cut body, no body at all', async () => {
    bench.emulator.fault({ kind: 'html' });
    const page = await patch();
    expect([page.status, page.headers.get('content-type'), consent(ana)]).toEqual([
      200,
      'text/html; charset=utf-8',
      undefined,
    ]);
    bench.emulator.fault({ kind: 'truncated' });
    await expect(bench.api('contacts')).rejects.toThrow(SyntaxError);
    bench.emulator.fault({ kind: 'gzip-broken' });
    await expect(bench.api('contacts')).rejects.toThrow();
    bench.emulator.fault({ kind: 'cut' });
    await expect(patch()).rejects.toThrow();
    expect(consent(ana)).toBeUndefined();
    bench.emulator.fault({ kind: 'cut-body' });
    await expect(patch()).rejects.toThrow();
    expect(consent(ana)).toBe(true);
    for (const kind of ['cut', 'html'] as const) {
      bench.emulator.change('contact', ana, { wa_whatsappconsent: null });
      bench.emulator.fault({ kind, accepted: true });
      await patch().catch(() => null);
      expect(consent(ana)).toBe(true);
    }
  });

  it('hangs until the client gives up; filters, skips and repeats', async () => {
    bench.emulator.fault({ kind: 'hang', method: 'PATCH', url: `contacts(${ana})`, skip: 1 });
    expect((await patch()).status).toBe(204);
    expect((await bench.api('contacts')).status).toBe(200);
    await expect(
      fetch(`${bench.url}/api/data/v9.2/contacts(${ana})`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${bench.token}` },
        body: '{}',
        signal: AbortSignal.timeout(50),
      }),
    ).rejects.toThrow();
    bench.emulator.fault({ kind: 'status', every: 2 });
    expect([
      (await patch()).status,
      (await patch()).status,
      (await patch()).status,
      (await patch()).status,
    ]).toEqual([204, 503, 204, 503]);
    bench.emulator.clearFaults();
    expect((await patch()).status).toBe(204);
    expect((await bench.control('POST', '/faults', { kind: 'duplicate', scope: 'api' })).status).toBe(400);
  });

  it('late: done at once, answered later', async () => {
    bench.emulator.fault({ kind: 'late', delayMs: 30 });
    const reply = patch();
    await expect.poll(() => consent(ana)).toBe(true);
    expect((await reply).status).toBe(204);
  });

  it('401 in mid-batch, a stale read, a preference that is ignored, empty codes, no token', async () => {
    bench.emulator.fault({ kind: '401', scope: 'part', skip: 1 });
    const reply = await batch([
      { url: `contacts(${ana})`, body: { wa_whatsappconsent: true } },
      { url: `contacts(${ben})`, body: { wa_whatsappconsent: false } },
    ]);
    expect([reply.status, statuses(reply), consent(ana), consent(ben)]).toEqual([
      401,
      [204, 401],
      true,
      true,
    ]);
    bench.emulator.fault({ kind: 'stale-read', url: 'contacts' });
    expect((await bench.api(`contacts(${ana})`)).body).toMatchObject({ wa_whatsappconsent: null });
    expect((await bench.api(`contacts(${ana})`)).body).toMatchObject({ wa_whatsappconsent: true });
    bench.emulator.fault({ kind: 'ignore-representation' });
    const headers = { prefer: 'return=representation' };
    expect((await bench.api(`contacts(${ana})`, { method: 'PATCH', body: {}, headers })).status).toBe(204);
    bench.emulator.settings({ emptyErrorCodes: true });
    expect(errorOf(await bench.api(`contacts(${guidOf('x')})`))).toEqual([404, '']);
    bench.emulator.fault({ kind: 'html', scope: 'token' });
    await expect(bench.signIn()).rejects.toThrow();
    expect(await bench.signIn()).toMatch(/\./);
  });

  it('says what went wrong in detail to who asks for all annotations', async () => {
    const reply = await bench.api('contacts?$skip=1', {
      headers: { prefer: 'odata.include-annotations="*"' },
    });
    expect(Object(reply.body.error)['@Microsoft.PowerApps.CDS.ErrorDetails.OperationStatus']).toBe('0');
  });

  it('a URL that is no URL is refused, not a crash', async () => {
    const { port } = new URL(bench.url);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () =>
        socket.write(
          `GET /api/data/v9.2/contacts?$filter=%E0%A4%A HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${bench.token}\r\nConnection: close\r\n\r\n`,
        ),
      );
      let text = '';
      socket.on('data', (data) => {
        text += data.toString();
      });
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400/);
  });
});

describe('webhooks', () => {
  const register = async (
    more: { url?: string; authtype?: number; authvalue?: string; filter?: string; message?: string } = {},
  ) => {
    const post = async (set: string, body: object) => idOf(await bench.api(set, { method: 'POST', body }));
    const endpoint = await post('serviceendpoints', {
      name: 'wa',
      url: more.url ?? bench.hookUrl,
      contract: 8,
      authtype: more.authtype ?? 4,
      authvalue: more.authvalue ?? 'key&1',
      messageformat: 2,
    });
    const [message] = rowsIn(
      await bench.api(`sdkmessages?$filter=name eq '${more.message ?? 'Update'}'&$select=sdkmessageid`),
    );
    const [filter] = rowsIn(
      await bench.api(
        `sdkmessagefilters?$filter=primaryobjecttypecode eq 'contact' and _sdkmessageid_value eq ${message?.sdkmessageid}`,
      ),
    );
    const step = await post('sdkmessageprocessingsteps', {
      name: 'wa contact update',
      stage: 40,
      mode: 1,
      rank: 1,
      supporteddeployment: 0,
      asyncautodelete: true,
      filteringattributes: more.filter ?? 'wa_whatsappconsent,mobilephone',
      'eventhandler_serviceendpoint@odata.bind': `/serviceendpoints(${endpoint})`,
      'sdkmessageid@odata.bind': `/sdkmessages(${message?.sdkmessageid})`,
      'sdkmessagefilterid@odata.bind': `/sdkmessagefilters(${filter?.sdkmessagefilterid})`,
    });
    return { endpoint, step };
  };
  const changeAna = (value: boolean | null) =>
    bench.emulator.change('contact', ana, { wa_whatsappconsent: value });

  it('posts the context with its key for watched columns, and keeps the key to itself', async () => {
    const { endpoint, step } = await register();
    expect((await bench.api(`serviceendpoints(${endpoint})`)).body).not.toHaveProperty('authvalue');
    bench.emulator.change('contact', ana, { jobtitle: 'Not watched' });
    await bench.api(`contacts(${ana})?tag=wa-consent`, {
      method: 'PATCH',
      body: { wa_whatsappconsent: true },
    });
    await bench.emulator.idle();
    expect(bench.heard).toHaveLength(1);
    expect(bench.heard[0]).toMatchObject({
      url: '/hook?code=key%261',
      headers: { 'x-ms-dynamics-entity-name': 'contact', 'x-ms-dynamics-request-name': 'Update' },
      body: {
        MessageName: 'Update',
        PrimaryEntityName: 'contact',
        PrimaryEntityId: ana,
        Stage: 40,
        Mode: 1,
        OwningExtension: { Id: step },
        SharedVariables: [{ key: 'tag', value: 'wa-consent' }],
      },
    });
    expect(JSON.stringify(bench.heard[0]?.body)).toContain('{"key":"wa_whatsappconsent","value":true}');
    expect(bench.emulator.deliveries()[0]?.body).toContain('\\/Date(');
    await batch([[{ url: `contacts(${ana})?tag=b`, body: { wa_whatsappconsent: null }, id: '1' }]]);
    await bench.emulator.idle();
    expect(bench.heard.splice(1)).toMatchObject([{ body: { SharedVariables: [{ value: 'b' }] } }]);
    // Neither a disabled step nor what was rolled back is told.
    await bench.api(`sdkmessageprocessingsteps(${step})`, {
      method: 'PATCH',
      body: { statecode: 1, statuscode: 2 },
    });
    changeAna(false);
    await bench.api(`sdkmessageprocessingsteps(${step})`, {
      method: 'PATCH',
      body: { statecode: 0, statuscode: 1 },
    });
    await batch([
      [
        { url: `contacts(${ana})`, body: { wa_whatsappconsent: true }, id: '1' },
        { url: 'contacts', method: 'POST', body: { no: 1 }, id: '2' },
      ],
    ]);
    await bench.emulator.idle();
    expect(bench.heard).toHaveLength(1);
  });

  it('tells of new, deleted and merged records where a step asks for them', async () => {
    for (const message of ['Create', 'Delete', 'Merge']) await register({ message, filter: '' });
    const id = bench.emulator.create('contact', { lastname: 'New', mobilephone: '1' });
    bench.emulator.remove('contact', id);
    bench.emulator.merge('contact', ana, ben);
    bench.emulator.create('lead', { lastname: 'Other table' });
    await bench.emulator.idle();
    const told = bench.heard.map(({ body }) => [body.MessageName, body.PrimaryEntityId]);
    expect(told.sort()).toEqual([
      ['Create', id],
      ['Delete', id],
      ['Merge', ana],
    ]);
    const deleted = bench.heard.find(({ body }) => body.MessageName === 'Delete');
    expect(deleted?.body.InputParameters).toMatchObject([{ value: { Id: id, LogicalName: 'contact' } }]);
  });

  it('tries once more after 503, not after 500, and leaves a failed system job', async () => {
    const { step } = await register({
      authtype: 5,
      authvalue: '<settings><setting name="x-wa-secret" value="s1" /></settings>',
    });
    bench.answers.push(503);
    changeAna(true);
    await bench.emulator.idle();
    expect(bench.heard.map(({ headers }) => headers['x-wa-secret'])).toEqual(['s1', 's1']);
    bench.answers.push(500);
    changeAna(false);
    await bench.emulator.idle();
    expect(bench.heard).toHaveLength(3);
    bench.answers.push(504, 504);
    changeAna(null);
    await bench.emulator.idle();
    expect(bench.heard).toHaveLength(5);
    const jobs = await bench.api(
      `asyncoperations?$filter=statuscode eq 31 and _owningextensionid_value eq ${step}&$select=name,friendlymessage,errorcode,message,completedon&$orderby=completedon desc`,
    );
    expect(rowsIn(jobs)).toHaveLength(2);
  });

  it('over 256 KB the images and parameters are missing; ports may be limited; duplicates and disorder', async () => {
    await register({ filter: '' });
    bench.emulator.settings({ webhookMaxBytes: 1500 });
    changeAna(true);
    await bench.emulator.idle();
    expect(bench.heard[0]?.headers['x-ms-dynamics-msg-size-exceeded']).toBe('true');
    expect(bench.heard[0]?.body).not.toHaveProperty('InputParameters');
    expect(bench.heard[0]?.body).toMatchObject({ PrimaryEntityId: ana });
    bench.emulator.settings({ webhookMaxBytes: 262_144 });
    bench.emulator.settings({ tagIn: 'parent' });
    await bench.api(`contacts(${ana})?tag=t`, { method: 'PATCH', body: { wa_whatsappconsent: null } });
    await bench.emulator.idle();
    expect(bench.heard.splice(1)).toMatchObject([
      {
        body: {
          SharedVariables: [],
          ParentContext: { Stage: 30, SharedVariables: [{ key: 'tag', value: 't' }] },
        },
      },
    ]);
    bench.emulator.fault({ kind: 'duplicate' });
    changeAna(false);
    await bench.emulator.idle();
    expect(bench.heard).toHaveLength(3);
    expect(bench.heard[2]?.body.OperationId).toBe(bench.heard[1]?.body.OperationId);
    bench.emulator.fault({ kind: 'drop' });
    changeAna(true);
    await bench.emulator.idle();
    expect(bench.heard).toHaveLength(3);
    bench.emulator.settings({ webhookPorts: [80, 443] });
    changeAna(false);
    await bench.emulator.idle();
    expect(bench.heard).toHaveLength(3);
    expect(bench.emulator.deliveries().at(-1)?.error).toContain('is not allowed');
  });
});
