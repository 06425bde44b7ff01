import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { customerAt } from './customers.ts';
import { errorEnvelope, GraphError, noSuchObject } from './errors.ts';
import type { Fault, Target } from './faults.ts';
import { mediaNode, mediaRoutes } from './media.ts';
import { addressesOfSend, failureOf, readSend } from './send.ts';
import { createTemplate, deleteTemplates, editTemplate, reviewDue, templateNode } from './templates.ts';
import { saveCustomer, saveMessage, threadOf, type World } from './world.ts';

const idParams = z.object({ version: z.string(), id: z.string() });
const blockSchema = z.looseObject({ block_users: z.array(z.looseObject({ user: z.string() })).min(1) });
const readSchema = z.looseObject({
  messaging_product: z.literal('whatsapp'),
  status: z.literal('read'),
  message_id: z.string(),
  typing_indicator: z.looseObject({ type: z.string() }).optional(),
});
const listSchema = z.looseObject({
  limit: z.coerce.number().int().positive().max(1000).optional(),
  after: z.string().optional(),
  before: z.string().optional(),
  fields: z.string().optional(),
  status: z.string().optional(),
  name: z.string().optional(),
  name_or_content: z.string().optional(),
  language: z.string().optional(),
  category: z.string().optional(),
});

/** The Graph API under `/{version}/`. https://developers.facebook.com/documentation/business-messaging/whatsapp/reference */
export function graphRoutes(app: FastifyInstance, world: World): void {
  const { business, store } = world;
  let traces = 0;
  const traceId = (): string => {
    traces += 1;
    return `A${Buffer.from(`trace${String(traces).padStart(10, '0')}`).toString('base64url')}`;
  };

  app.setErrorHandler((error, _request, reply) => {
    const known = error instanceof GraphError ? error : unexpected(error);
    const trace = traceId();
    return reply
      .code(known.status)
      .headers({ ...known.headers, 'x-fb-request-id': trace })
      .send(errorEnvelope(known, trace));
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-fb-request-id', traceId());
    checkToken(world, request.headers.authorization);
  });
  app.addHook('preHandler', async (request, reply) => {
    const scope = scopeOf(request.url);
    if (scope !== 'send') await strike(world, request, reply, { scope });
  });

  const base = '/:version(^v\\d+\\.\\d+$)';
  mediaRoutes(app, world, base);

  app.post(`${base}/:id/messages`, async (request, reply) => {
    const { id } = idParams.parse(request.params);
    if (id !== business.phoneNumberId) throw noSuchObject(id, 'post');
    const body = request.body;
    const read = readSchema.safeParse(body);
    if (read.success) return markRead(world, read.data.message_id, read.data.typing_indicator !== undefined);
    return send(world, request, reply, body);
  });

  app.get(`${base}/:id`, async (request) => {
    const { id } = idParams.parse(request.params);
    if (id === business.phoneNumberId) return phoneNode(world);
    if (id === business.businessAccountId)
      return { id, name: business.verifiedName, currency: 'USD', timezone_id: '1' };
    const template = store.templates.get(id);
    if (template) return templateNode(template);
    const media = mediaNode(world, request, id);
    if (media) return media;
    throw noSuchObject(id);
  });
  app.post(`${base}/:id`, async (request) => {
    const { id } = idParams.parse(request.params);
    if (id === business.phoneNumberId || id === business.businessAccountId) return { success: true };
    const template = store.templates.get(id);
    if (!template) throw noSuchObject(id, 'post');
    editTemplate(world, template, request.body);
    return { success: true };
  });
  app.delete(`${base}/:id`, async (request) => {
    const { id } = idParams.parse(request.params);
    if (store.media.has(id)) {
      store.put({ t: 'media-gone', id });
      return { success: true };
    }
    const template = store.templates.get(id);
    if (!template) throw noSuchObject(id, 'delete');
    deleteTemplates(world, template.name, id);
    return { success: true };
  });

  app.get(`${base}/:id/message_templates`, async (request) => {
    accountOnly(world, request);
    reviewDue(world);
    return listTemplates(world, request);
  });
  app.post(`${base}/:id/message_templates`, async (request) => {
    accountOnly(world, request, 'post');
    const template = createTemplate(world, request.body);
    reviewDue(world);
    const status = store.templates.get(template.id)?.status ?? template.status;
    return { id: template.id, status, category: template.category };
  });
  app.delete(`${base}/:id/message_templates`, async (request) => {
    accountOnly(world, request, 'delete');
    const query = z.looseObject({ name: z.string(), hsm_id: z.string().optional() }).safeParse(request.query);
    if (!query.success) throw new GraphError(100, 'name is required');
    deleteTemplates(world, query.data.name, query.data.hsm_id);
    return { success: true };
  });

  app.get(`${base}/:id/phone_numbers`, async (request) => {
    accountOnly(world, request);
    const cursors = { before: 'MQ', after: 'MQ' };
    return { data: [phoneNode(world)], paging: { cursors } };
  });
  app.get(`${base}/:id/subscribed_apps`, async (request) => {
    accountOnly(world, request);
    const app = { id: '700800900100200', name: 'Emulated app', link: 'https://app.example/' };
    return { data: world.settings().subscribed ? [{ whatsapp_business_api_data: app }] : [] };
  });
  for (const [method, subscribed] of [
    ['POST', true],
    ['DELETE', false],
  ] as const)
    app.route({
      method,
      url: `${base}/:id/subscribed_apps`,
      handler: async (request) => {
        accountOnly(world, request, method.toLowerCase());
        world.changeSettings({ subscribed });
        return { success: true };
      },
    });

  app.get(`${base}/:id/block_users`, async (request) => {
    numberOnly(world, request);
    const blocked = [...store.customers.values()].filter((customer) => customer.blockedByBusiness);
    return { data: blocked.map(({ waId }) => ({ messaging_product: 'whatsapp', wa_id: waId })), paging: {} };
  });
  for (const [method, blocked] of [
    ['POST', true],
    ['DELETE', false],
  ] as const)
    app.route({
      method,
      url: `${base}/:id/block_users`,
      handler: async (request) => {
        numberOnly(world, request, method.toLowerCase());
        const wanted = blockSchema.safeParse(request.body);
        if (!wanted.success) throw new GraphError(100, 'block_users is required');
        const users = wanted.data.block_users.map(({ user }) => {
          const customer = customerAt(world, user);
          if (!customer) throw new GraphError(131009, `'${user}' is no phone number`);
          saveCustomer(world, { ...customer, blockedByBusiness: blocked });
          return { input: user, wa_id: customer.waId };
        });
        return {
          messaging_product: 'whatsapp',
          block_users: blocked ? { added_users: users } : { removed_users: users },
        };
      },
    });

  app.get(`${base}/:id/message_history`, async (request) => {
    numberOnly(world, request);
    const query = z.looseObject({ message_id: z.string().optional() }).parse(request.query);
    const message = query.message_id === undefined ? undefined : store.messages.get(query.message_id);
    const events = message
      ? [{ delivery_status: message.status.toUpperCase(), timestamp: Math.floor(message.at / 1000) }]
      : [];
    const data = message ? [{ id: message.id, message_id: message.id, events: { data: events } }] : [];
    return { data };
  });
  for (const step of ['register', 'deregister', 'request_code', 'verify_code'])
    app.post(`${base}/:id/${step}`, async (request) => {
      numberOnly(world, request, 'post');
      return { success: true };
    });
}

async function send(
  world: World,
  request: FastifyRequest,
  reply: FastifyReply,
  body: unknown,
): Promise<unknown> {
  const struck = world.faults.take({ scope: 'send', addresses: addressesOfSend(world, body) });
  const fault = struck?.fault;
  // These strike before Meta looks at the message; the rest only what Meta would have taken.
  if (fault && ['5xx', '429', 'cut-before', 'hang'].includes(fault.kind) && !fault.accepted)
    return refuse(world, request, reply, fault);
  if (fault?.kind === 'code' && (fault.path ?? 'sync') === 'sync')
    return refuse(world, request, reply, fault);
  const accepted = readSend(world, body);
  if (!fault) return accepted.commit();
  if (fault.kind === 'code') {
    const answer = accepted.commit(failureOf(fault));
    return fault.path === 'both' ? refuse(world, request, reply, fault) : answer;
  }
  const answer = accepted.commit();
  if (fault.kind === 'late') {
    await pause(world, fault.delayMs ?? 2000);
    return answer;
  }
  return refuse(world, request, reply, fault);
}

/** Applies a fault of the Graph side that needs no message. */
async function strike(
  world: World,
  request: FastifyRequest,
  reply: FastifyReply,
  target: Target,
): Promise<void> {
  const fault = world.faults.take(target)?.fault;
  if (!fault) return;
  if (fault.kind === 'late') await pause(world, fault.delayMs ?? 2000);
  else await refuse(world, request, reply, fault);
}

async function refuse(
  world: World,
  request: FastifyRequest,
  reply: FastifyReply,
  fault: Fault,
): Promise<FastifyReply> {
  switch (fault.kind) {
    case 'cut-before':
    case 'cut-after':
      reply.hijack();
      request.raw.socket.destroy();
      return reply;
    case 'hang':
      reply.hijack();
      world.hungSockets.add(request.raw.socket);
      return reply;
    case '5xx':
      if (fault.nonJson)
        return reply
          .code(fault.httpStatus ?? 502)
          .type('text/html')
          .send('<html><body><h1>502 Bad Gateway</h1></body></html>');
      throw new GraphError(fault.code ?? 131016, fault.details, { status: fault.httpStatus ?? 503 });
    case '429':
      throw new GraphError(
        fault.code ?? 130429,
        fault.details ?? 'Cloud API message throughput has been reached.',
        {
          status: fault.httpStatus ?? 429,
          headers: { 'retry-after': String(fault.retryAfter ?? 1) },
        },
      );
    default:
      throw new GraphError(fault.code ?? 131000, fault.details ?? 'Set by a fault.', {
        status: fault.httpStatus,
        subcode: fault.subcode,
        headers: fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) },
      });
  }
}

function pause(world: World, ms: number): Promise<void> {
  return new Promise((resolve) => world.work.after(ms, resolve));
}

function scopeOf(url: string): Target['scope'] {
  const path = url.split('?')[0] ?? '';
  if (path.endsWith('/messages')) return 'send';
  if (path.includes('/message_templates')) return 'templates';
  return /\/media(\/|$)|\/bytes$/.test(path) ? 'media' : 'graph';
}

function checkToken(world: World, header: string | undefined): void {
  const given = Buffer.from(/^Bearer (.+)$/i.exec(header ?? '')?.[1] ?? '');
  const expected = Buffer.from(world.business.accessToken);
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    throw new GraphError(190, undefined, {
      message: 'Invalid OAuth access token - Cannot parse access token',
      status: 401,
    });
  if (world.settings().token === 'expired')
    throw new GraphError(190, undefined, {
      message: 'Error validating access token: Session has expired',
      subcode: 463,
      status: 401,
    });
}

function markRead(world: World, messageId: string, typing: boolean): object {
  const message = world.store.messages.get(messageId);
  const customer = message && world.store.customers.get(message.customer);
  if (!message || !customer || message.direction !== 'in')
    throw new GraphError(100, `message_id ${messageId} is no message of a customer`);
  for (const other of threadOf(world, customer))
    if (other.direction === 'in' && other.status !== 'read' && other.at <= message.at)
      saveMessage(world, { ...other, status: 'read' });
  if (typing) world.notify({ customer: customer.key, typing: true });
  return { success: true };
}

function listTemplates(world: World, request: FastifyRequest): object {
  const parsed = listSchema.safeParse(request.query);
  if (!parsed.success) throw new GraphError(100, 'a query parameter has a wrong value');
  const query = parsed.data;
  const wanted = [...world.store.templates.values()].filter(
    (template) =>
      (!query.status || template.status === query.status.toUpperCase()) &&
      (!query.category || template.category === query.category.toUpperCase()) &&
      (!query.language || template.language === query.language) &&
      (!query.name || template.name.includes(query.name)) &&
      (!query.name_or_content || JSON.stringify(templateNode(template)).includes(query.name_or_content)),
  );
  const limit = query.limit ?? 25;
  const place = (cursor: string) => Number(Buffer.from(cursor, 'base64url').toString());
  let start = 0;
  if (query.after) start = place(query.after) + 1;
  else if (query.before) start = Math.max(0, place(query.before) - limit);
  if (!Number.isInteger(start)) throw new GraphError(100, 'cursor is not valid');
  const page = wanted.slice(start, start + limit);
  const fields = query.fields?.split(',').map((field) => field.trim().replace(/\{.*/, ''));
  const data = page.map((template) => {
    const node = templateNode(template);
    return fields
      ? Object.fromEntries(Object.entries(node).filter(([key]) => key === 'id' || fields.includes(key)))
      : node;
  });
  if (page.length === 0) return { data, paging: {} };
  const cursor = (index: number) => Buffer.from(String(index)).toString('base64url');
  const cursors = { before: cursor(start), after: cursor(start + page.length - 1) };
  if (start + limit >= wanted.length) return { data, paging: { cursors } };
  const next = new URL(request.url, `${request.protocol}://${request.host}`);
  next.searchParams.set('after', cursors.after);
  return { data, paging: { cursors, next: next.href } };
}

function phoneNode(world: World): object {
  const { phoneNumberId, displayPhoneNumber, verifiedName } = world.business;
  return {
    id: phoneNumberId,
    display_phone_number: displayPhoneNumber,
    verified_name: verifiedName,
    quality_rating: 'GREEN',
    status: 'CONNECTED',
    code_verification_status: 'VERIFIED',
    platform_type: 'CLOUD_API',
    throughput: { level: 'STANDARD' },
    whatsapp_business_manager_messaging_limit: 'TIER_2K',
    name_status: 'APPROVED',
    account_mode: 'SANDBOX',
  };
}

function accountOnly(world: World, request: FastifyRequest, method = 'get'): void {
  const { id } = idParams.parse(request.params);
  if (id !== world.business.businessAccountId) throw noSuchObject(id, method);
}

function numberOnly(world: World, request: FastifyRequest, method = 'get'): void {
  const { id } = idParams.parse(request.params);
  if (id !== world.business.phoneNumberId) throw noSuchObject(id, method);
}

function unexpected(error: unknown): GraphError {
  const status = z.looseObject({ statusCode: z.number() }).safeParse(error);
  const text = error instanceof Error ? error.message : String(error);
  return status.success && status.data.statusCode < 500
    ? new GraphError(100, text, { message: `(#100) ${text}`, status: 400 })
    : new GraphError(1, text, { status: 500 });
}
