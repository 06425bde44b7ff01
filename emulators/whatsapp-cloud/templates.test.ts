import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, errorOf, openBench } from './test-bench.ts';

const path = '/v26.0/100200300400500/message_templates';
const agentChat = {
  name: 'agent_chat_consent',
  language: 'en_US',
  category: 'utility',
  components: [
    {
      type: 'body',
      text: 'Hello {{1}}, may our agents write to you here?',
      example: { body_text: [['Ana']] },
    },
    { type: 'footer', text: 'You can change your mind at any time.' },
    { type: 'buttons', buttons: [{ type: 'quick_reply', text: 'Yes, I Agree' }] },
  ],
};

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const create = (body: object) => bench.graph(path, { method: 'POST', body });

it('a template is created, reviewed by hand, sent, edited and deleted, with a webhook for each turn', async () => {
  const created = await create(agentChat);
  expect(created.body).toMatchObject({
    status: 'PENDING',
    category: 'UTILITY',
    id: expect.stringMatching(/^\d+$/),
  });
  const id = String(created.body.id);
  expect(Number(id)).toBeLessThan(2 ** 53);
  const send = {
    to: '+12025550143',
    type: 'template',
    template: {
      name: agentChat.name,
      language: { code: 'en_US', policy: 'deterministic' },
      components: [{ type: 'BODY', parameters: [{ type: 'text', text: 'Ana' }] }],
    },
  };
  expect(errorOf(await bench.send(send)).code).toBe(132001);
  await bench.control('POST', `/templates/${id}/status`, { event: 'APPROVED' });
  expect((await bench.send(send)).status).toBe(200);

  const edit = { components: [{ type: 'BODY', text: 'May our agents write to you here?' }] };
  expect((await bench.graph(`/v26.0/${id}`, { method: 'POST', body: edit })).body).toEqual({ success: true });
  await bench.control('POST', `/templates/${id}/status`, { event: 'APPROVED' });
  expect(errorOf(await bench.graph(`/v26.0/${id}`, { method: 'POST', body: edit })).subcode).toBe(2388039);
  await bench.control('POST', `/templates/${id}/category`, { category: 'MARKETING' });
  await bench.control('POST', `/templates/${id}/quality`, { score: 'RED' });
  const node = await bench.graph(`/v26.0/${id}`);
  expect(node.body).toMatchObject({
    category: 'MARKETING',
    previous_category: 'UTILITY',
    quality_score: { score: 'RED' },
    components: [{ type: 'BODY', text: 'May our agents write to you here?' }],
  });

  const gone = await bench.graph(`${path}?name=${agentChat.name}`, { method: 'DELETE' });
  expect(gone.body).toEqual({ success: true });
  expect(errorOf(await bench.graph(`/v26.0/${id}`)).subcode).toBe(33);
  expect(errorOf(await create(agentChat)).subcode).toBe(2388023);
  bench.emulator.advance(31 * 86_400_000);
  expect((await create(agentChat)).status).toBe(200);
  await bench.emulator.idle();
  const told = bench.changes().filter(({ field }) => field !== 'messages');
  expect(told).toMatchObject([
    {
      field: 'message_template_status_update',
      value: { event: 'APPROVED', message_template_id: Number(id) },
    },
    { field: 'message_template_status_update', value: { event: 'APPROVED' } },
    {
      field: 'template_category_update',
      value: { previous_category: 'UTILITY', new_category: 'MARKETING' },
    },
    { field: 'message_template_quality_update', value: { new_quality_score: 'RED' } },
    { field: 'message_template_status_update', value: { event: 'DELETED', reason: null } },
  ]);
});

it('a review can take its seconds of the clock', async () => {
  bench.emulator.settings({ approveAfterSeconds: 60 });
  const { body } = await create(agentChat);
  const status = async () => (await bench.graph(`/v26.0/${body.id}`)).body.status;
  await bench.graph(path);
  expect(await status()).toBe('PENDING');
  bench.emulator.advance(60_000);
  await bench.graph(path);
  expect(await status()).toBe('APPROVED');
});

it('lists page by page; the last page has no next', async () => {
  const seen: string[] = [];
  let url: string | undefined = `${path}?limit=3&fields=name,language`;
  let pages = 0;
  while (url !== undefined && pages < 10) {
    const { body } = await bench.graph(url);
    pages += 1;
    for (const { id, ...rest } of Object(body.data)) {
      expect(Object.keys(rest)).toEqual(['name', 'language']);
      seen.push(id);
    }
    const next: string | undefined = Object(body.paging).next;
    url = next?.slice(bench.url.length);
  }
  expect([pages, seen.length, new Set(seen).size]).toEqual([3, 7, 7]);
});

it('fills named variables by name', async () => {
  await create({
    name: 'named',
    language: 'en',
    category: 'UTILITY',
    parameter_format: 'NAMED',
    components: [
      {
        type: 'BODY',
        text: 'Dear {{name}}, order {{order}} is on its way.',
        example: { body_text_named_params: [{ param_name: 'name', example: 'Ana' }] },
      },
    ],
  });
  await bench.control('POST', '/templates/named:en/status', { event: 'APPROVED' });
  const send = (parameters: object[]) =>
    bench.send({
      to: '+12025550143',
      type: 'template',
      template: { name: 'named', language: { code: 'en' }, components: [{ type: 'body', parameters }] },
    });
  const order = { type: 'text', parameter_name: 'order', text: 'A-1' };
  await send([order, { type: 'text', parameter_name: 'name', text: 'Ana' }]);
  expect(bench.emulator.messagesOf('+12025550143')[0]?.text).toBe('Dear Ana, order A-1 is on its way.');
  expect(errorOf(await send([order])).code).toBe(132000);
});

describe('creation is refused', () => {
  const body = (text: string) => ({ components: [{ type: 'BODY', text, example: { body_text: [['x']] } }] });
  it.each([
    ['a name with capitals', { name: 'Agent' }, undefined],
    ['an unknown category', { category: 'SPAM' }, undefined],
    ['a variable at the end', body('Hello {{1}}'), 2388299],
    ['a variable at the start', body('{{1}}, hello'), 2388299],
    ['adjacent variables', body('Hello {{1}} {{2}} there'), 2388299],
    ['a gap in the numbers', body('Hello {{2}} there'), undefined],
    ['a body over 1024', body('x'.repeat(1025)), 2388040],
    ['no example', { components: [{ type: 'BODY', text: 'Hello {{1}} there' }] }, 2388043],
    ['no body', { components: [{ type: 'FOOTER', text: 'Bye' }] }, 2388043],
    [
      'a label over 25',
      {
        components: [
          ...agentChat.components.slice(0, 1),
          { type: 'BUTTONS', buttons: [{ type: 'QUICK_REPLY', text: 'x'.repeat(26) }] },
        ],
      },
      2388040,
    ],
    ['a name and language that exist', { name: 'consent_request', language: 'en' }, 2388024],
  ])('%s', async (_name, change, subcode) => {
    const refused = await create({ ...agentChat, ...change });
    expect(refused.status).toBe(400);
    expect(errorOf(refused)).toEqual({ code: 100, subcode });
  });
});
