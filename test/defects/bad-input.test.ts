import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { SANDBOX_PEOPLE } from '../../src/actions/sign-in.ts';
import { Problem } from '../../src/http/schemas/common.ts';
import { ImportReport } from '../../src/http/schemas/records.ts';
import { ADMIN_API_KEY, type Answer, openWorld, type TypeSetUp, type World } from '../stories/world.ts';
import { accepted, answered, blocked, contact, takenFrom, textFrom, thread, to } from './acts.ts';

/** Bad input never changes state and never loses what was stored (issue, “Bad input”; product.md §4). */

let world: World;
let type: TypeSetUp;
const directory = mkdtempSync(path.join(tmpdir(), 'assent-bad-input-'));
const KEY = { authorization: `Bearer ${ADMIN_API_KEY}` };

beforeAll(async () => {
  world = await openWorld({ env: { DATA_DIR: directory } });
  type = await world.setUpContactType();
});
afterAll(async () => {
  await world.close();
  rmSync(directory, { recursive: true, force: true });
});

const CONTACT = { displayName: 'Contact', phoneColumns: ['mobilephone'], nameColumn: 'fullname' };
const codesOf = (problem: z.infer<typeof Problem>) => problem.problems?.map((one) => [one.path, one.code]);

it('a record type on columns that are not there or not Boolean is refused, with everything that is wrong', async () => {
  const before = await world.ok(z.unknown(), 'GET', '/api/record-types');
  const wrong = await world.refused(422, 'PUT', '/api/record-types/contact', {
    ...CONTACT,
    phoneColumns: ['mobilephone', 'nosuch', 'assent_allowwhatsapp'],
    nameColumn: 'alsonot',
    complianceField: 'fullname',
    marketingField: 'fullname',
    relatedTable: 'opportunity',
    defaultCountry: 'XX',
  });
  expect(codesOf(wrong)?.sort()).toEqual(
    [
      ['relatedTable', 'table-missing'],
      ['defaultCountry', 'bad-country'],
      ['marketingField', 'same-field'],
      ['phoneColumns', 'column-missing'],
      ['phoneColumns', 'not-text'],
      ['nameColumn', 'column-missing'],
      ['complianceField', 'not-boolean'],
      ['marketingField', 'not-boolean'],
    ].sort(),
  );
  const table = await world.refused(422, 'PUT', '/api/record-types/opportunity', {
    ...CONTACT,
    complianceField: null,
  });
  expect(codesOf(table)).toContainEqual(['table', 'table-missing']);
  expect(await world.ok(z.unknown(), 'GET', '/api/record-types')).toEqual(before);
});

it('a webhook of a number that is not ours is stored, answered with 200, and decides nothing', async () => {
  const { phone, record } = await answered(world, 'yes');
  const lines = (await world.consent(phone)).history.length;
  for (const text of ['STOP', 'Hello'])
    expect((await world.postWebhook(textFrom({ phone }, text, world.now(), '999888777666555'))).status).toBe(
      200,
    );
  await world.settled();
  expect(await world.consent(phone)).toMatchObject({ state: 'granted', history: { length: lines } });
  expect((await world.readRecord(record)).complianceValue).toBe(true);
  expect((await thread(world, phone)).filter((one) => one.text === 'STOP')).toEqual([]);
  const stranger = world.newPhone();
  await world.postWebhook(textFrom({ phone: stranger }, 'STOP', world.now(), '999888777666555'));
  expect(await world.consent(stranger)).toMatchObject({ state: 'not-asked', conversationId: null });
});

it('a variable or a language that the template has not is refused, and nothing else is sent in its place', async () => {
  const { record } = await answered(world, 'yes');
  const send = { to: to(record), messageTemplateId: type.utility };
  const campaign = {
    name: 'Unknown words',
    messageTemplateId: type.utility,
    audience: { recordType: 'contact', recordIds: [record.id] },
  };
  const refusedBoth = async (asked: object, code: string, words: string) => {
    const one = await world.send({ ...send, ...asked });
    const many = await world.api(
      'POST',
      '/api/campaigns',
      { ...campaign, ...asked },
      {
        ...KEY,
        'idempotency-key': randomUUID(),
      },
    );
    const problem = { status: 422, body: { code, detail: expect.stringContaining(words) } };
    expect([one, many]).toMatchObject([problem, problem]);
  };
  await refusedBoth({ variables: { '99': 'z' } }, 'template-variable-unknown', '“99”. It has: 1, 2, 3.');
  await refusedBoth({ language: 'xx' }, 'template-language-unknown', '“xx”, but in: en');
  expect(await world.send({ ...send, variables: { '2': 'A-8' }, language: 'en' })).toMatchObject({
    status: 202,
  });
});

it('a template with a variable nobody fills is not sent, and the answer is 409', async () => {
  const template = await world.template({
    name: 'Order by hand',
    type: 'utility',
    recordType: 'contact',
    session: 'utility',
    whatsappTemplate: { name: 'order_update', language: 'en' },
    bindings: { '1': { column: 'firstname' }, '2': { column: 'jobtitle' }, '3': { text: 'Friday' } },
  });
  await world.publish(template);
  const { record } = await answered(world, 'yes');
  const send = { to: to(record), messageTemplateId: template.id };
  expect(await blocked(world, send)).toMatchObject({ code: 'template-variable-missing' });
  expect(await blocked(world, { ...send, variables: { '1': 'Ana' } })).toMatchObject({
    code: 'template-variable-missing',
  });
  expect(await blocked(world, { ...send, variables: { '1': 'Ana', '2': '  ' } })).toMatchObject({
    code: 'template-variable-missing',
  });
  const whole = await accepted(world, { ...send, variables: { '1': 'Ana', '2': 'A-7' } });
  expect(whole).toMatchObject({ status: 'delivered', text: expect.stringContaining('your order A-7') });
  const { templates } = await world.sendable(`recordType=contact&recordId=${record.id}`);
  expect(templates.find((one) => one.messageTemplateId === template.id)).toMatchObject({
    missing: ['1', '2'],
  });
});

it('phone numbers that are none are refused wherever they are given', async () => {
  for (const phone of ['hello', '12', '+', '555-0123', '+1 202', 'ana@example.com', '+999999999999999999']) {
    const query = `phone=${encodeURIComponent(phone)}`;
    for (const answer of [
      await world.send({ to: { phone }, text: 'Hello' }),
      await world.api('GET', `/api/sendable?${query}`),
      await world.api('GET', `/api/consent?${query}`),
      await world.api('GET', `/api/conversations?${query}`),
      await world.api('GET', `/api/consent-export?${query}`),
      await world.api('POST', '/api/consent', { phone, decision: 'denied' }),
    ])
      expect([answer.status, answer.body], phone).toMatchObject([422, { code: 'phone-invalid' }]);
  }
  const problem = await world.refused(422, 'POST', '/api/records/contact', {
    values: { fullname: 'Ana', mobilephone: '12', assent_allowwhatsapp: 'yes', nosuch: 'x' },
  });
  expect(codesOf(problem)).toEqual([
    ['values.mobilephone', 'phone-invalid'],
    ['values.assent_allowwhatsapp', 'not-boolean'],
    ['values.nosuch', 'column-missing'],
  ]);
});

it('a record or a table that is not known here is 404, and one without a number is asked for it', async () => {
  const nameless = await world.record('contact', { fullname: 'Nina Numberless' });
  const asked = (recordType: string, recordId: string) =>
    world.api('GET', `/api/sendable?${new URLSearchParams({ recordType, recordId }).toString()}`);
  for (const [recordType, id, detail] of [
    ['contact', randomUUID(), 'There is no such record.'],
    ['contact', 'no-id', 'There is no such record.'],
    ['account', nameless.id, 'There is no such record type.'],
    ['nosuch', nameless.id, 'There is no such record type.'],
  ] as const) {
    const { status, body } = await asked(recordType, id);
    expect([status, body], `${recordType} ${id}`).toMatchObject([404, { code: 'not-found', detail }]);
  }
  expect(await world.sendable(`recordType=contact&recordId=${nameless.id}`)).toMatchObject({
    banner: { code: 'no-phone' },
  });
});

it('a new record has a name or a number, and an e-mail address is one', async () => {
  for (const values of [{}, { fullname: ' ', mobilephone: '' }, { description: 'who?' }])
    expect(codesOf(await world.refused(422, 'POST', '/api/records/contact', { values }))).toEqual([
      ['values.fullname', 'record-empty'],
    ]);
  const bad = await world.refused(422, 'POST', '/api/records/contact', {
    values: { fullname: 'Ana', emailaddress1: 'bad' },
  });
  expect(codesOf(bad)).toEqual([['values.emailaddress1', 'email-invalid']]);
  const spaced = await world.record('contact', { firstname: '  Ana ', emailaddress1: ' ana@contoso ' });
  expect(spaced).toMatchObject({ name: 'Ana', values: { firstname: 'Ana', emailaddress1: 'ana@contoso' } });
  const numbered = await world.record('contact', { mobilephone: world.newPhone() });
  // A change may leave out what is there already.
  const change = { values: { emailaddress1: null } };
  await world.ok(z.unknown(), 'PATCH', `/api/records/contact/${numbered.id}`, change);
});

it('of a CSV the good rows go in, the bad ones are reported by line', async () => {
  const csv = [
    'fullname,mobilephone,assent_allowwhatsapp,shoe size',
    `Good One,${world.newPhone()},,42`,
    'Bad Phone,12,,41',
    `Bad Answer,${world.newPhone()},perhaps,40`,
    `"Good`,
    `Two",${world.newPhone()},Yes,39`,
    `Both,34,maybe,38`,
    ',,,',
    `Good Three,${world.newPhone()},No`,
  ].join('\r\n');
  const send = (body: string, contentType = 'text/csv') =>
    world.api('POST', '/api/records/contact/import', body, { ...KEY, 'content-type': contentType });
  const report = ImportReport.parse((await send(csv)).body);
  expect(report).toMatchObject({ created: 3, updated: 0 });
  expect(report.bad.map((one) => [one.line, one.code])).toEqual([
    [1, 'column-unknown'],
    [3, 'phone-invalid'],
    [4, 'boolean-invalid'],
    [7, 'phone-invalid'],
    [7, 'boolean-invalid'],
  ]);
  const { items } = await world.ok(
    z.object({ items: z.array(z.object({ name: z.string() })) }),
    'GET',
    '/api/records?recordType=contact&search=Good&limit=100',
  );
  expect(items.map((one) => one.name).sort()).toEqual(['Good\nTwo', 'Good One', 'Good Three']);
  expect(await send('')).toMatchObject({ status: 422, body: { code: 'csv-empty' } });
  expect(await send('fullname,mobilephone\n"open,12\n')).toMatchObject({
    status: 422,
    body: { code: 'csv-invalid', detail: expect.stringMatching(/from line 2 on: a quotation mark/) },
  });
  const strange = await send(`id,fullname\nnot-an-id,Ana\n${randomUUID()},Ben\n`);
  expect(ImportReport.parse(strange.body)).toMatchObject({
    created: 0,
    updated: 0,
    bad: [
      { line: 2, code: 'not-found' },
      { line: 3, code: 'not-found' },
    ],
  });
});

it('a CSV from Excel on Windows keeps its accents, and cells keep what else could separate them', async () => {
  const phone = world.newPhone();
  const answer = await fetch(`${world.url}/api/records/contact/import`, {
    method: 'POST',
    headers: { ...KEY, 'content-type': 'text/csv' },
    body: Buffer.from(
      `fullname;mobilephone;fullname\r\nZo\xeb M\xfcller, MD;${phone};No\r\nToo;;Many;cells\r\n`,
      'latin1',
    ),
  });
  const report = ImportReport.parse(await answer.json());
  expect(report).toMatchObject({ encoding: 'windows-1252', created: 1 });
  expect(report.bad.map((one) => [one.line, one.code])).toEqual([
    [1, 'column-twice'],
    [3, 'cells-too-many'],
  ]);
  const names = z.object({ items: z.array(z.object({ name: z.string(), phones: z.array(z.string()) })) });
  const found = await world.ok(names, 'GET', '/api/records?recordType=contact&search=Zo%C3%AB');
  expect(found.items).toEqual([{ name: 'Zoë Müller, MD', phones: [phone] }]);
});

it.each([
  ['2026-11-29T00:00:00Z', 200],
  ['2026-11-29T00:00:00.000Z', 200],
  ['2026-11-29T02:00:00+02:00', 200],
  ['2026-11-29', 422],
  ['May', 422],
])('records are asked for since a time as programs write it: %s', async (time, status) => {
  const answer = await world.api('GET', `/api/records?decidedSince=${encodeURIComponent(time)}`);
  expect(answer.status).toBe(status);
});

it('a key is one intent: replayed, refused with another body, and no business of another caller’s', async () => {
  const { phone, record } = await answered(world, 'yes');
  const message = { to: to(record), text: 'Once' };
  const key = { 'idempotency-key': randomUUID() };
  const first = takenFrom(await world.send(message, key));
  expect(first.status).toBe('queued');
  await world.settled();
  expect((await world.message(first.id)).status).toBe('delivered');
  expect(takenFrom(await world.send(message, key))).toEqual(first);
  const reordered = { text: 'Once', to: { recordId: record.id, recordType: 'contact' } };
  expect(takenFrom(await world.send(reordered, key)).id).toBe(first.id);
  const other = await world.send({ ...message, text: 'Twice' }, key);
  expect([other.status, other.body]).toMatchObject([422, { code: 'idempotency-key-reused' }]);
  const agent = await world.as('agent');
  const theirs = await agent('POST', '/api/messages', { ...message, text: 'Another’s' }, key);
  expect(theirs.status).toBe(202);
  await world.settled();
  expect(world.emulator.messagesOf(phone).filter((one) => one.text === 'Once')).toHaveLength(1);
  // A replay answers what was promised then, also when it would be refused now.
  await world.advance(1_000);
  await world.says(phone, 'STOP');
  expect(takenFrom(await world.send(message, key)).id).toBe(first.id);
  expect(await blocked(world, message)).toMatchObject({ code: 'consent-denied' });
});

it.each(['', ' ', '\n \t'])('a text that says nothing is refused: %j', async (text) => {
  const { record } = await answered(world, 'yes');
  const answer = await world.send({ to: to(record), text });
  expect([answer.status, answer.body]).toMatchObject([422, { code: 'invalid-request' }]);
});

it.each([
  '/api/record-types',
  '/api/message-templates',
  '/api/whatsapp-templates',
  '/api/crm/tables',
  '/api/crm/tables/contact/columns',
])('a list that comes whole comes in pages too: %s', async (path) => {
  const Page = z.object({ items: z.array(z.looseObject({})), nextCursor: z.string().nullable() });
  const whole = await world.ok(Page, 'GET', path);
  expect(whole.items.length).toBeGreaterThan(0);
  expect(whole.nextCursor).toBeNull();
  const walked: unknown[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: z.infer<typeof Page> = await world.ok(Page, 'GET', `${path}?limit=2${query}`);
    expect(page.items.length).toBeLessThanOrEqual(2);
    walked.push(...page.items);
    cursor = page.nextCursor;
  }
  expect(walked).toEqual(whole.items);
  for (const [query, code] of [
    ['limit=101', 'invalid-request'],
    ['limit=0', 'invalid-request'],
    ['cursor=zz', 'invalid-cursor'],
  ] as const)
    expect((await world.refused(422, 'GET', `${path}?${query}`)).code).toBe(code);
});

it('a refused send leaves its key free', async () => {
  const { phone, record } = await answered(world, 'no');
  const key = { 'idempotency-key': randomUUID() };
  const message = { to: to(record), text: 'Hello' };
  expect((await world.send(message, key)).status).toBe(409);
  await world.advance(1_000);
  await world.tap(phone, 'yes');
  expect((await world.send(message, key)).status).toBe(202);
});

it('the same post ten times at once sends once', async () => {
  const { phone, record } = await answered(world, 'yes');
  const key = { 'idempotency-key': randomUUID() };
  const message = { to: to(record), text: 'All at once' };
  const answers = await Promise.all(Array.from({ length: 10 }, () => world.send(message, key)));
  expect(new Set(answers.map((answer) => takenFrom(answer).id)).size).toBe(1);
  await world.settled();
  expect(world.emulator.messagesOf(phone).filter((one) => one.text === 'All at once')).toHaveLength(1);
});

it('a refusal is a problem with its code, all that stands in the way, and until when', async () => {
  const { record } = await contact(world);
  await accepted(world, { to: to(record), messageTemplateId: type.consent });
  const again = await world.send({ to: to(record), messageTemplateId: type.consent });
  expect(again.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(again.body).toEqual({
    type: 'about:blank',
    title: 'Conflict',
    status: 409,
    detail: 'The customer was asked too recently. Wait before you ask again.',
    code: 'asked-too-recently',
    until: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  });
  const text = await world.send({ to: to(record), text: 'Hello' });
  expect(text.body).toEqual({
    type: 'about:blank',
    title: 'Conflict',
    status: 409,
    detail: 'The customer has not agreed yet. Send a Consent Template first.',
    code: 'consent-needed',
    alsoBlockedBy: ['service-window-closed'],
  });
  const shapes: unknown[] = [
    {},
    { to: to(record) },
    { to: to(record), text: 'a', messageTemplateId: type.consent },
    { to: { phone: '+12025550123', conversationId: 'x' }, text: 'a' },
    { to: to(record), text: '' },
    { to: to(record), text: 'a'.repeat(4097) },
    { to: to(record), messageTemplateId: type.consent, basis: 'because' },
  ];
  for (const body of shapes) {
    const answer = await world.api('POST', '/api/messages', body);
    expect([answer.status, answer.body], JSON.stringify(body).slice(0, 80)).toMatchObject([
      422,
      { code: 'invalid-request', problems: expect.any(Array) },
    ]);
  }
});

it('a second process on the same data directory is refused with its reason', async () => {
  const child = spawn(process.execPath, [path.resolve('src/main.ts')], {
    env: { PATH: process.env.PATH, DATA_DIR: directory, PORT: '0', LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += String(chunk);
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(code).toBe(1);
  expect(said).toContain(`Another Assent process uses the data directory ${directory}.`);
  expect((await world.api('GET', '/readyz')).status).toBe(200);
  const { record } = await contact(world);
  expect((await world.readRecord(record)).id).toBe(record.id);
});

/** What people and attackers put where a value belongs: as it stands in an address. */
const HOSTILE_SEGMENTS = [
  'x',
  '-1',
  '%00',
  '%F0%9F%98%80',
  '%ED%A0%80',
  '%ff',
  '..%2f..%2fetc',
  'a'.repeat(250),
  '018f0000-0000-7000-8000-000000000000',
  '%27%3B%20drop%20table%20ledger%3B--',
  '__proto__',
  'constructor',
];
const cursor = (key: unknown): string => Buffer.from(JSON.stringify(key)).toString('base64url');
const HOSTILE_QUERIES = [
  ...HOSTILE_SEGMENTS,
  '',
  '0',
  '1e309',
  '99999999999999999999',
  '2026-13-45T99:99:99.000Z',
  '%25_%5C',
  cursor(null),
  cursor(1e300),
  cursor(-1),
  cursor(9007199254740991),
  cursor({ at: 1e300, id: '018f0000-0000-7000-8000-000000000000' }),
  cursor({ at: -1e15, id: '018f0000-0000-7000-8000-000000000000' }),
  cursor({ at: 0, id: '------------------------------------' }),
];
const HOSTILE_BODIES = [
  '',
  '{',
  'null',
  '[]',
  '"text"',
  '1e999',
  '{"__proto__":{"role":"administrator"}}',
  `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
  JSON.stringify({ values: { fullname: null }, to: null, text: 7, phone: {}, decision: [], items: 'x' }),
];
/** Text that a database or a JSON parser may stumble over. */
const HOSTILE_TEXTS = ['a\u0000b', 'a\ud800b', '\u202e\ufeff', '🙂'.repeat(20)];

/** Every call the API describes, but for the stream and what signs the caller out. */
async function calls(): Promise<{ method: string; path: string; query: string[] }[]> {
  const Operation = z.object({
    parameters: z.array(z.object({ name: z.string(), in: z.string() })).optional(),
  });
  const Document = z.object({ paths: z.record(z.string(), z.record(z.string(), Operation)) });
  const { paths } = await world.ok(Document, 'GET', '/api/openapi.json');
  return Object.entries(paths)
    .filter(([one]) => !one.endsWith('/events') || one.includes('{'))
    .filter(([one]) => one !== '/api/sign-out')
    .flatMap(([one, operations]) =>
      Object.entries(operations).map(([method, { parameters = [] }]) => ({
        method: method.toUpperCase(),
        path: one,
        query: parameters.filter((parameter) => parameter.in === 'query').map((parameter) => parameter.name),
      })),
    );
}

function expectNoFault(answer: Answer, what: string): void {
  // 502: WhatsApp itself was asked, and said no.
  if (answer.status >= 500 && answer.status !== 502)
    throw new Error(`${what} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  if (answer.status < 400) return;
  expect(answer.headers.get('content-type'), what).toBe('application/problem+json; charset=utf-8');
  expect(Problem.parse(answer.body).code, what).toMatch(/^[a-z0-9-]+$/);
}

it('no address, query or body of the API makes a fault of ours', async () => {
  const requests: { method: string; path: string; body?: string }[] = [];
  const all = await calls();
  expect(all.length).toBeGreaterThan(35);
  for (const { method, path: address, query } of all) {
    const plain = address
      .replaceAll('{table}', 'contact')
      .replaceAll('{id}', '018f0000-0000-7000-8000-000000000000');
    if (address.includes('{'))
      for (const value of HOSTILE_SEGMENTS)
        requests.push({
          method,
          path: address.includes('{id}')
            ? address.replace('{table}', 'contact').replace('{id}', value)
            : address.replace('{table}', value),
          ...(method === 'GET' ? {} : { body: '{}' }),
        });
    for (const name of query)
      for (const value of HOSTILE_QUERIES) requests.push({ method, path: `${plain}?${name}=${value}` });
    if (method === 'POST' || method === 'PUT' || method === 'PATCH')
      for (const body of HOSTILE_BODIES) requests.push({ method, path: plain, body });
  }
  const next = requests.values();
  const walk = async (): Promise<void> => {
    for (const { method, path: address, body } of next)
      expectNoFault(
        await world.api(method, address, body),
        `${method} ${address} ${body?.slice(0, 60) ?? ''}`,
      );
  };
  await Promise.all(Array.from({ length: 8 }, walk));
}, 60_000);

it('no text that a person may type makes a fault of ours', async () => {
  const { phone, record } = await answered(world, 'yes');
  const { conversationId } = await world.consent(phone);
  for (const text of HOSTILE_TEXTS) {
    const named = `${text} ${randomUUID()}`;
    const posts: [string, string, unknown][] = [
      ['POST', '/api/messages', { to: to(record), text }],
      ['POST', '/api/messages', { to: { phone: text }, text }],
      ['POST', '/api/messages', { to: { recordType: text, recordId: text }, text }],
      ['POST', '/api/messages', { to: to(record), text, replyTo: text }],
      [
        'POST',
        '/api/messages',
        {
          to: to(record),
          messageTemplateId: type.utility,
          variables: { '1': text, [text]: text },
          language: 'en',
        },
      ],
      [
        'POST',
        '/api/messages',
        { to: to(record), messageTemplateId: type.utility, language: text.slice(0, 10) },
      ],
      ['POST', '/api/records/contact', { values: { fullname: named, description: text } }],
      ['PATCH', `/api/records/contact/${record.id}`, { values: { description: text, [text]: text } }],
      [
        'POST',
        '/api/message-templates',
        {
          name: named.slice(0, 100),
          type: 'opt-in',
          recordType: 'contact',
          keywords: [{ text }],
          reply: { text, texts: { [text]: text } },
        },
      ],
      [
        'POST',
        '/api/message-templates',
        {
          name: 'x',
          type: 'utility',
          recordType: text,
          whatsappTemplate: { name: text, language: text },
          bindings: { [text]: { column: text } },
        },
      ],
      [
        'POST',
        '/api/consent',
        {
          phone,
          decision: 'granted',
          evidence: { text, file: { name: text, mimeType: text, base64: text } },
          reason: text,
        },
      ],
      ['POST', '/api/consent', { phone, decision: 'granted', evidence: { text }, reason: text }],
      ['POST', `/api/conversations/${conversationId}/hold`, { decision: 'not-refusal', reason: text }],
      ['PATCH', '/api/settings', { businessName: text, defaultLanguage: text.slice(0, 10) }],
      ['POST', '/api/crm/tables/contact/columns', { label: named.slice(0, 100) }],
      [
        'PUT',
        '/api/record-types/contact',
        {
          ...CONTACT,
          displayName: named.slice(0, 100),
          complianceField: 'assent_allowwhatsapp',
          languageColumn: text,
        },
      ],
    ];
    for (const [method, address, body] of posts)
      expectNoFault(
        await world.api(method, address, body),
        `${method} ${address} ${JSON.stringify(body).slice(0, 80)}`,
      );
    const key = { ...KEY, 'idempotency-key': encodeURIComponent(text.replace('\ud800', '')) };
    expectNoFault(await world.api('POST', '/api/messages', { to: to(record), text: 'x' }, key), 'a key');
    const csv = await world.api(
      'POST',
      '/api/records/contact/import',
      `fullname,description\n${named},${text}\n`,
      {
        ...KEY,
        'content-type': 'text/csv',
      },
    );
    expectNoFault(csv, `import of ${JSON.stringify(text)}`);
  }
  await world.settled();
  expect((await world.api('GET', '/readyz')).status).toBe(200);
}, 60_000);

it('a long note is kept, wherever an emoji stands in it', async () => {
  const { phone } = await answered(world, 'yes');
  const { conversationId } = await world.consent(phone);
  const mentions = SANDBOX_PEOPLE.filter(({ role }) => role === 'agent').map(({ id }) => id);
  // What its notification shows of it ends at 200 characters, or a little before.
  for (let before = 196; before <= 201; before += 1) {
    const text = `${'x'.repeat(before)}😀 and more`;
    const answer = await world.api('POST', `/api/conversations/${conversationId}/notes`, { text, mentions });
    expect([before, answer.status]).toEqual([before, 201]);
  }
});

it('Opt-In and Opt-Out Templates are made in one click, whatever the question is called', async () => {
  const made = await world.template({
    name: `${'x'.repeat(87)}😀 ask`,
    type: 'consent',
    recordType: 'contact',
    session: 'utility',
    whatsappTemplate: { name: 'consent_request', language: 'es' },
    bindings: { '1': { column: 'fullname' } },
  });
  const answer = await world.api('POST', `/api/message-templates/${made.id}/answer-templates`);
  expect([answer.status, answer.body]).toEqual([200, expect.anything()]);
});
