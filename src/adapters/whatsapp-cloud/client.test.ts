import diagnostics from 'node:diagnostics_channel';
import dns from 'node:dns';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type OutboundMessage, ProviderUnavailable } from '../../ports.ts';
import { createWhatsAppCloud } from './client.ts';
import { createDeparture } from './departure.ts';
import { startGraph } from './fixtures/graph.ts';
import { outcomeOfFailure } from './outcome.ts';

const now = 1795000000_000;
const token = 'EAAB-test-token';
let graph: Awaited<ReturnType<typeof startGraph>>;

beforeAll(async () => {
  graph = await startGraph();
});
afterAll(() => graph.stop());

function cloud(config: { apiUrl?: string; timeoutMs?: number } = {}) {
  return createWhatsAppCloud({
    apiUrl: graph.url,
    apiVersion: 'v26.0',
    phoneNumberId: '200300400500600',
    businessAccountId: '100200300400500',
    accessToken: token,
    now: () => now,
    ...config,
  });
}

function outbound(more: Partial<OutboundMessage> = {}): OutboundMessage {
  return {
    phoneNumberId: '200300400500600',
    to: { phone: '+12025550143' },
    callbackData: 'job-4711',
    content: { kind: 'text', text: 'Hello ñ 👍' },
    ...more,
  };
}

/** Nothing stands against it. */
const atOnce = () => true;

const accepted = {
  messaging_product: 'whatsapp',
  contacts: [{ input: '+12025550143', wa_id: '12025550143' }],
  messages: [{ id: 'wamid.OUT1', message_status: 'accepted' }],
};
const errorBody = (code: number, more: object = {}) => ({
  error: { message: `(#${code}) No`, type: 'OAuthException', code, fbtrace_id: 'AbCdEf123', ...more },
});

describe('what is sent', () => {
  async function bodyOf(message: OutboundMessage): Promise<unknown> {
    graph.answer(() => accepted);
    expect(await cloud().send(message, atOnce)).toMatchObject({ kind: 'accepted' });
    expect(graph.sent).toHaveLength(1);
    return graph.sent[0]?.body;
  }

  it('is a text to a phone, with the token, the version and our message id', async () => {
    expect(await bodyOf(outbound({ replyTo: 'wamid.IN1' }))).toEqual({
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      to: '+12025550143',
      type: 'text',
      text: { body: 'Hello ñ 👍' },
      context: { message_id: 'wamid.IN1' },
      biz_opaque_callback_data: 'job-4711',
    });
    expect(graph.sent[0]).toMatchObject({
      method: 'POST',
      url: '/v26.0/200300400500600/messages',
      authorization: `Bearer ${token}`,
    });
  });

  it.each([
    [{ phone: '12025550143' }, { to: '+12025550143' }],
    [{ phone: '+12025550143', userId: 'US.1' }, { to: '+12025550143' }],
    [{ userId: 'US.1' }, { recipient: 'US.1' }],
    [{ parentUserId: 'US.ENT.1' }, { recipient: 'US.ENT.1' }],
  ])('addresses %j as %j', async (to, address) => {
    const { to: phone, recipient } = z
      .object({ to: z.string().optional(), recipient: z.string().optional() })
      .parse(await bodyOf(outbound({ to })));
    expect({ ...(phone ? { to: phone } : {}), ...(recipient ? { recipient } : {}) }).toEqual(address);
  });

  it('is a template with its variables and the tokens of its buttons', async () => {
    const content = {
      kind: 'template',
      name: 'agent_chat_consent',
      language: 'en_US',
      header: [{ text: 'Acme' }],
      body: [{ name: 'first_name', text: 'Ana' }, { text: '7' }],
      buttonPayloads: ['yes.8f2c', 'no.8f2c'],
    } as const;
    expect(
      await bodyOf(
        outbound({
          content: {
            ...content,
            header: [...content.header],
            body: [...content.body],
            buttonPayloads: [...content.buttonPayloads],
          },
        }),
      ),
    ).toMatchObject({
      type: 'template',
      template: {
        name: 'agent_chat_consent',
        language: { code: 'en_US' },
        components: [
          { type: 'header', parameters: [{ type: 'text', text: 'Acme' }] },
          {
            type: 'body',
            parameters: [
              { type: 'text', parameter_name: 'first_name', text: 'Ana' },
              { type: 'text', text: '7' },
            ],
          },
          {
            type: 'button',
            sub_type: 'quick_reply',
            index: '0',
            parameters: [{ type: 'payload', payload: 'yes.8f2c' }],
          },
          {
            type: 'button',
            sub_type: 'quick_reply',
            index: '1',
            parameters: [{ type: 'payload', payload: 'no.8f2c' }],
          },
        ],
      },
    });
  });

  it('leaves out the components of a template without variables', async () => {
    const content = {
      kind: 'template' as const,
      name: 'a',
      language: 'en',
      header: [],
      body: [],
      buttonPayloads: [],
    };
    expect(await bodyOf(outbound({ content }))).toMatchObject({
      template: { name: 'a', language: { code: 'en' }, components: [] },
    });
  });

  it('is a question with reply buttons', async () => {
    const content = { kind: 'buttons' as const, text: 'May we?', buttons: [{ id: 'yes.1', title: 'Yes' }] };
    expect(await bodyOf(outbound({ content }))).toMatchObject({
      type: 'interactive',
      interactive: {
        type: 'button',
        body: { text: 'May we?' },
        action: { buttons: [{ type: 'reply', reply: { id: 'yes.1', title: 'Yes' } }] },
      },
    });
  });

  it('is nothing when nobody is named', async () => {
    graph.answer(() => accepted);
    expect(await cloud().send(outbound({ to: {} }), atOnce)).toMatchObject({
      kind: 'refused',
      advice: 'never',
    });
    expect(graph.sent).toHaveLength(0);
  });
});

describe('how a send ends', () => {
  it('is accepted with the id, and with what WhatsApp calls the person', async () => {
    graph.answer(() => accepted);
    expect(await cloud().send(outbound(), atOnce)).toEqual({
      kind: 'accepted',
      whatsappId: 'wamid.OUT1',
      waId: '12025550143',
    });
    graph.answer(() => ({
      contacts: [{ input: 'US.1', user_id: 'US.1' }],
      messages: [{ id: 'wamid.OUT2', message_status: 'held_for_quality_assessment' }],
    }));
    expect(await cloud().send(outbound(), atOnce)).toEqual({
      kind: 'accepted',
      whatsappId: 'wamid.OUT2',
      userId: 'US.1',
    });
  });

  const refusals: [number, number, object, object][] = [
    [400, 131026, {}, { advice: 'never' }],
    [400, 131047, {}, { advice: 'use-template' }],
    [400, 131050, {}, { advice: 'never' }],
    [401, 190, { error_subcode: 463 }, { advice: 'stop-channel', error: { subcode: 463 } }],
    [500, 3, {}, { advice: 'stop-channel' }],
    [
      404,
      132001,
      { error_data: { details: 'no such template' } },
      { error: { details: 'no such template' } },
    ],
    [400, 132000, { error_data: 'a text' }, { error: { details: 'a text' } }],
    [400, 100, { error_subcode: 33 }, { advice: 'stop-channel' }],
    [429, 131026, {}, { advice: 'never' }],
    [400, 131048, {}, { advice: 'stop-channel' }],
    [400, 131016, {}, { advice: 'retry' }],
    [400, 199999, {}, { advice: 'never' }],
    [400, 199999, { is_transient: true }, { advice: 'retry' }],
  ];
  it.each(refusals)('HTTP %i with code %i %j is refused: %j', async (status, code, more, expected) => {
    graph.answer((_, reply) => reply.code(status).send(errorBody(code, more)));
    const outcome = await cloud().send(outbound(), atOnce);
    expect(outcome).toMatchObject({ kind: 'refused', ...expected });
    expect(outcome).toMatchObject({ error: { code, title: `(#${code}) No` } });
  });

  it('a user id nobody has any more is a fault of this send, not of our number', async () => {
    graph.answer((_, reply) => reply.code(400).send(errorBody(100, { error_subcode: 33 })));
    expect(await cloud().send(outbound({ to: { userId: 'US.1' } }), atOnce)).toMatchObject({
      advice: 'never',
    });
    expect(
      await cloud().send(outbound({ to: { phone: '+12025550143', userId: 'US.1' } }), atOnce),
    ).toMatchObject({
      advice: 'stop-channel',
    });
  });

  const seconds = (count: number) => now + count * 1000;
  const waits: [number, number, Record<string, string>, string, number][] = [
    [400, 131056, {}, 'pair', seconds(6)],
    [429, 131056, { 'retry-after': '30' }, 'pair', seconds(30)],
    [429, 130429, { 'retry-after': new Date(seconds(90)).toUTCString() }, 'number', seconds(90)],
    [429, 130429, { 'retry-after': new Date(seconds(-90)).toUTCString() }, 'number', now],
    [400, 130429, { 'retry-after': 'soon' }, 'number', seconds(5)],
    [429, 130429, { 'retry-after': '-5' }, 'number', seconds(5)],
    [429, 130429, { 'retry-after': '99999999999' }, 'number', seconds(86_400)],
    [503, 131057, {}, 'number', seconds(60)],
    [400, 4, {}, 'connection', seconds(60)],
    [
      400,
      80007,
      {
        'x-business-use-case-usage':
          '{"100200300400500":[{"type":"whatsapp","call_count":100,"estimated_time_to_regain_access":15}]}',
      },
      'connection',
      seconds(900),
    ],
    [400, 80007, { 'x-business-use-case-usage': 'x' }, 'connection', seconds(60)],
    [429, 199999, { 'retry-after': '7' }, 'number', seconds(7)],
  ];
  it.each(waits)(
    'HTTP %i with code %i and %j waits: %s until %i',
    async (status, code, headers, scope, until) => {
      graph.answer((_, reply) => reply.code(status).headers(headers).send(errorBody(code)));
      expect(await cloud().send(outbound(), atOnce)).toMatchObject({
        kind: 'throttled',
        scope,
        until,
        error: { code },
      });
    },
  );

  it('waits after a 429 of a proxy: whoever says it passed nothing on', async () => {
    graph.answer((_, reply) =>
      reply.code(429).header('retry-after', '2').type('text/html').send('<h1>Slow down</h1>'),
    );
    expect(await cloud().send(outbound(), atOnce)).toEqual({
      kind: 'throttled',
      scope: 'number',
      until: seconds(2),
    });
  });

  const open: [string, number, string | object][] = [
    ['a page of a proxy', 502, '<html>Bad Gateway</html>'],
    // As an error code of WhatsApp's, 200 would be a missing permission and 190 a lost token.
    ['a page with a status that looks like a code', 403, '<html>Forbidden</html>'],
    ['JSON that is no error of WhatsApp', 500, { error: 'down' }],
    ['an error without a code', 400, { error: { message: 'no' } }],
    ['success without an id', 200, {}],
    ['success with an empty id', 200, { messages: [{ id: '' }] }],
    ['success with no JSON', 200, 'OK'],
    ['success with an error in it', 200, errorBody(131026)],
    ['an empty body', 500, ''],
    ['an unknown fault with 5xx', 500, errorBody(131000)],
    ['an unknown fault with 4xx', 400, errorBody(131000)],
    ['a service that failed while answering', 503, errorBody(131016)],
    ['a code nobody knows with 5xx', 500, errorBody(199999)],
  ];
  it.each(open)('is unconfirmed after %s (HTTP %i)', async (_, status, body) => {
    graph.answer((_, reply) => reply.code(status).send(body));
    expect(await cloud().send(outbound(), atOnce)).toMatchObject({ kind: 'unconfirmed' });
    expect(graph.sent).toHaveLength(1);
  });

  it('is unconfirmed when the connection is cut before an answer, and sends nothing twice', async () => {
    graph.answer((request, reply) => {
      request.raw.socket.destroy();
      return reply.hijack();
    });
    expect(await cloud().send(outbound(), atOnce)).toMatchObject({ kind: 'unconfirmed' });
    expect(graph.sent).toHaveLength(1);
  });

  it.each([200, 400])('is unconfirmed when a %i answer is cut in the middle', async (status) => {
    graph.answer((_, reply) => {
      reply.hijack();
      reply.raw.writeHead(status, { 'content-type': 'application/json', 'content-length': '1000' });
      reply.raw.write('{"messages":[{"id":"wamid.OUT1"}]', () => reply.raw.destroy());
    });
    expect(await cloud().send(outbound(), atOnce)).toMatchObject({ kind: 'unconfirmed' });
  });

  it('is unconfirmed when no answer comes in time', async () => {
    graph.answer((_, reply) => void reply.hijack());
    expect(await cloud({ timeoutMs: 200 }).send(outbound(), atOnce)).toEqual({
      kind: 'unconfirmed',
      detail: 'no answer: TimeoutError',
    });
    expect(graph.sent).toHaveLength(1);
  });

  it('is unconfirmed when an answer starts in time and never ends', async () => {
    graph.answer((_, reply) => {
      reply.hijack();
      reply.raw.writeHead(200, { 'content-type': 'application/json' });
      reply.raw.write('{"messages"');
    });
    expect(await cloud({ timeoutMs: 200 }).send(outbound(), atOnce)).toMatchObject({ kind: 'unconfirmed' });
  });

  it('does not follow a redirect: the message would go to another place, with the token', async () => {
    graph.answer((request, reply) =>
      request.url.startsWith('/elsewhere') ? accepted : reply.redirect('/elsewhere', 307),
    );
    expect(await cloud().send(outbound(), atOnce)).toMatchObject({ kind: 'unconfirmed' });
    expect(graph.sent).toHaveLength(1);
  });

  it('may be tried again when nobody listened', async () => {
    const closed = await startGraph();
    await closed.stop();
    expect(await cloud({ apiUrl: closed.url }).send(outbound(), atOnce)).toEqual({
      kind: 'throttled',
      scope: 'connection',
      until: seconds(5),
    });
  });

  it('never throws, and shows no token when a header cannot be built', async () => {
    const broken = createWhatsAppCloud({
      apiUrl: graph.url,
      apiVersion: 'v26.0',
      phoneNumberId: '1',
      businessAccountId: '1',
      accessToken: 'secret\nsecret',
    });
    const outcome = await broken.send(outbound(), atOnce);
    expect(outcome.kind).toBe('unconfirmed');
    expect(JSON.stringify(outcome)).not.toContain('secret');
  });
});

describe('whether it may leave', () => {
  /** A name that takes so long to be looked up: the connection takes that much longer. */
  function slowName(ms: number): string {
    const { port } = new URL(graph.url);
    vi.spyOn(dns, 'lookup').mockImplementation(((...given: unknown[]) => {
      const answer = given.at(-1) as (error: null, addresses: dns.LookupAddress[]) => void;
      setTimeout(() => answer(null, [{ address: '127.0.0.1', family: 4 }]), ms);
    }) as typeof dns.lookup);
    return `http://slow.example:${port}`;
  }
  afterEach(() => vi.restoreAllMocks());

  it('is asked when the connection stands, and nothing was written yet', async () => {
    graph.answer(() => accepted);
    const began = performance.now();
    let asked = 0;
    const outcome = await cloud({ apiUrl: slowName(300) }).send(outbound(), () => {
      asked = performance.now() - began;
      return graph.sent.length === 0;
    });
    expect(outcome).toMatchObject({ kind: 'accepted' });
    expect(asked).toBeGreaterThan(295);
    expect(graph.sent).toHaveLength(1);
  });

  it('is written before anything else happens in this process', async () => {
    graph.answer(() => accepted);
    const order: string[] = [];
    const heard = (): void => void order.push('written');
    diagnostics.subscribe('undici:request:bodyChunkSent', heard);
    await cloud().send(outbound(), () => {
      order.push('asked');
      setImmediate(() => order.push('later'));
      return true;
    });
    diagnostics.unsubscribe('undici:request:bodyChunkSent', heard);
    expect(order).toEqual(['asked', 'written', 'later']);
  });

  it('and where it may not, no byte leaves, and the connection serves who comes next', async () => {
    graph.answer(() => accepted);
    const way = cloud({ apiUrl: slowName(50) });
    const before = graph.connections();
    const outcomes = await Promise.all([1, 2, 3].map(() => way.send(outbound(), () => false)));
    expect(outcomes).toEqual([{ kind: 'held-back' }, { kind: 'held-back' }, { kind: 'held-back' }]);
    expect(graph.bytes()).toBe(0);
    const again = await Promise.all([1, 2, 3].map(() => way.send(outbound(), atOnce)));
    expect(again.map((one) => one.kind)).toEqual(['accepted', 'accepted', 'accepted']);
    expect(graph.sent).toHaveLength(3);
    expect(graph.connections() - before).toBe(3);
  });

  it('is written once, whoever would write it again', async () => {
    graph.answer(() => accepted);
    const way = createDeparture()(atOnce);
    const post = () => way(`${graph.url}/v26.0/1/messages`, { method: 'POST', body: '{}' });
    expect((await post()).status).toBe(200);
    const again = await post().catch((error: unknown) => error);
    expect(outcomeOfFailure(again, now)).toMatchObject({ kind: 'unconfirmed' });
    expect(graph.sent).toHaveLength(1);
  });

  it('is not asked where nobody answers', async () => {
    const closed = await startGraph();
    await closed.stop();
    let asked = 0;
    const outcome = await cloud({ apiUrl: closed.url }).send(outbound(), () => {
      asked += 1;
      return true;
    });
    expect(outcome).toMatchObject({ kind: 'throttled', scope: 'connection' });
    expect(asked).toBe(0);
  });
});

describe('the calls that read', () => {
  const node = (id: number, more: object = {}) => ({
    id: String(id),
    name: `template_${id}`,
    language: 'en_US',
    status: 'APPROVED',
    category: 'UTILITY',
    parameter_format: 'NAMED',
    components: [
      {
        type: 'BODY',
        text: 'Hello {{name}}',
        example: { body_text_named_params: [{ param_name: 'name', example: 'Ana' }] },
      },
    ],
    quality_score: { score: 'GREEN', date: 1795000000 },
    ...more,
  });

  it('lists the templates of all pages, with the components as Meta writes them', async () => {
    graph.answer((request) => {
      const after = new URL(request.url, graph.url).searchParams.get('after');
      if (after === null)
        return {
          data: [node(1)],
          paging: { cursors: { before: 'a', after: 'b' }, next: 'https://graph.example/x' },
        };
      if (after === 'b')
        return { data: [node(2)], paging: { next: `https://graph.example/x?access_token=${token}&after=c` } };
      // Without `next` a cursor alone means nothing: this is the last page.
      return {
        data: [node(3, { parameter_format: undefined, quality_score: undefined, components: undefined })],
        paging: { cursors: { before: 'c', after: 'd' } },
      };
    });
    const templates = await cloud().templates();
    expect(templates).toEqual([
      {
        id: '1',
        name: 'template_1',
        language: 'en_US',
        status: 'APPROVED',
        category: 'UTILITY',
        parameterFormat: 'NAMED',
        components: node(1).components,
        quality: 'GREEN',
      },
      expect.objectContaining({ id: '2' }),
      {
        id: '3',
        name: 'template_3',
        language: 'en_US',
        status: 'APPROVED',
        category: 'UTILITY',
        parameterFormat: 'POSITIONAL',
        components: [],
      },
    ]);
    expect(graph.sent).toHaveLength(3);
    expect(graph.sent[0]).toMatchObject({ method: 'GET', authorization: `Bearer ${token}` });
    expect(graph.sent[0]?.url).toMatch(/^\/v26\.0\/100200300400500\/message_templates\?fields=id%2Cname/);
  });

  it('gives up on pages that go round, rather than asking for ever', async () => {
    graph.answer(() => ({
      data: [node(1)],
      paging: { cursors: { after: 'a' }, next: 'https://graph.example/x' },
    }));
    await expect(cloud().templates()).rejects.toThrow(ProviderUnavailable);
  });

  it('keeps the templates beside one it cannot read', async () => {
    graph.answer(() => ({ data: [{ id: '1' }, null, node(2)] }));
    expect(await cloud().templates()).toMatchObject([{ id: '2' }]);
  });

  it('shows the number', async () => {
    graph.answer(() => ({
      id: '200300400500600',
      display_phone_number: '+1 202 555 0100',
      verified_name: 'Acme',
      quality_rating: 'GREEN',
      status: 'CONNECTED',
    }));
    expect(await cloud().number()).toEqual({
      phoneNumberId: '200300400500600',
      displayPhoneNumber: '+1 202 555 0100',
      verifiedName: 'Acme',
      quality: 'GREEN',
      status: 'CONNECTED',
    });
    expect(graph.sent[0]?.url).toMatch(/^\/v26\.0\/200300400500600\?fields=/);
  });

  it.each([false, true])('marks as read, typing %s', async (typing) => {
    graph.answer(() => ({ success: true }));
    await cloud().markRead('200300400500600', 'wamid.IN1', typing);
    expect(graph.sent[0]).toMatchObject({ method: 'POST', url: '/v26.0/200300400500600/messages' });
    expect(graph.sent[0]?.body).toEqual({
      messaging_product: 'whatsapp',
      status: 'read',
      message_id: 'wamid.IN1',
      ...(typing ? { typing_indicator: { type: 'text' } } : {}),
    });
  });

  it.each([
    ['templates', () => cloud({ timeoutMs: 200 }).templates()],
    ['number', () => cloud({ timeoutMs: 200 }).number()],
    ['mark as read', () => cloud({ timeoutMs: 200 }).markRead('1', 'wamid.IN1', false)],
  ])('%s says with what error WhatsApp could not be asked', async (what, call) => {
    graph.answer((_, reply) => reply.code(401).send(errorBody(190)));
    await expect(call()).rejects.toMatchObject({
      name: 'ProviderUnavailable',
      message: `${what}: WhatsApp answered HTTP 401, error 190: (#190) No`,
      error: { code: 190 },
    });
    graph.answer((_, reply) => reply.code(502).send('<html>Bad Gateway</html>'));
    await expect(call()).rejects.toMatchObject({ name: 'ProviderUnavailable', error: undefined });
    graph.answer((_, reply) => void reply.hijack());
    await expect(call()).rejects.toMatchObject({ message: `${what}: no answer from WhatsApp: TimeoutError` });
  });

  it.each([['templates'], ['number']] as const)('%s does not take any JSON for an answer', async (what) => {
    graph.answer(() => ({ data: 'x' }));
    await expect(cloud()[what]()).rejects.toThrow(ProviderUnavailable);
  });
});

describe('settings', () => {
  it('are refused at the start where no call could be made with them', () => {
    expect(() => cloud({ apiUrl: 'graph.example' })).toThrow();
    const { url: apiUrl } = graph;
    const ids = { phoneNumberId: '1', businessAccountId: '1', apiVersion: 'v26.0' };
    expect(() => createWhatsAppCloud({ apiUrl, ...ids, accessToken: '' })).toThrow();
  });
});

/** Examples of Meta's own (https://github.com/facebook/openapi, MIT), where they were fetched. */
const examples = new URL(
  '../../../../shared/contracts/whatsapp/facebook-openapi/extracted/',
  import.meta.url,
);

describe.skipIf(!existsSync(examples))("Meta's examples of answers", () => {
  const read = (name: string) => JSON.parse(readFileSync(new URL(name, examples), 'utf8'));
  const named = z.object({ '200': z.record(z.string(), z.unknown()) });

  it('are accepted where they carry a message id, and unconfirmed where not', async () => {
    const bodies = Object.values(named.parse(read('send-message.responses.json'))['200']);
    expect(bodies.length).toBeGreaterThan(40);
    for (const body of bodies) {
      graph.answer((_, reply) => reply.send(body));
      const hasId = z.looseObject({ messages: z.array(z.looseObject({ id: z.string() })).min(1) });
      const kind = hasId.safeParse(body).success ? 'accepted' : 'unconfirmed';
      expect(await cloud().send(outbound(), atOnce)).toMatchObject({ kind });
    }
  });

  it('lists the templates of its example', async () => {
    const bodies = Object.values(named.parse(read('message_templates.list.responses.json'))['200']);
    for (const body of bodies) {
      const { data } = z.looseObject({ data: z.array(z.unknown()) }).parse(body);
      // Its `next` would lead on for ever.
      graph.answer((_, reply) => reply.send({ data }));
      expect(await cloud().templates()).toHaveLength(data.length);
    }
  });
});
