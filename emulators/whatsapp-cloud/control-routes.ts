import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { customerAt, findCustomer } from './customers.ts';
import { faultSchema } from './faults.ts';
import { handshake } from './handshake.ts';
import {
  changeCustomer,
  changeIdentity,
  changeNumber,
  changePreference,
  changeUserId,
  customerChangeSchema,
} from './identity.ts';
import { type Customer, settingsSchema } from './model.ts';
import { actSchema, customerActs, ImpossibleAct } from './person.ts';
import { markSeen } from './status.ts';
import { changeCategory, changeQuality, changeStatus, templateNode } from './templates.ts';
import { customerView, messageView, threadView } from './views.ts';
import type { World } from './world.ts';

const phoneParams = z.object({ phone: z.string() });
const idParams = z.object({ id: z.string() });
const preferenceSchema = z.strictObject({ value: z.enum(['stop', 'resume', 'signup']) });
const numberSchema = z.strictObject({ phone: z.string(), shared: z.boolean().default(true) });
const clockSchema = z.union([
  z.strictObject({ now: z.union([z.number(), z.iso.datetime({ offset: true })]) }),
  z.strictObject({ advanceMs: z.number().int() }),
]);
const templateStatusSchema = z.strictObject({
  event: z.enum([
    'APPROVED',
    'REJECTED',
    'PENDING',
    'PAUSED',
    'DISABLED',
    'FLAGGED',
    'REINSTATED',
    'IN_APPEAL',
    'LOCKED',
    'LIMIT_EXCEEDED',
    'ARCHIVED',
    'UNARCHIVED',
    'PENDING_DELETION',
  ]),
  reason: z.string().optional(),
});
const categorySchema = z.strictObject({
  category: z.enum(['UTILITY', 'MARKETING', 'AUTHENTICATION']),
  /** Unix seconds: only announced, for then. */
  impendingAt: z.number().int().optional(),
});
const qualitySchema = z.strictObject({ score: z.enum(['GREEN', 'YELLOW', 'RED', 'UNKNOWN']) });
const updateSchema = z.strictObject({
  field: z.string(),
  value: z.record(z.string(), z.unknown()),
  time: z.number().int().optional(),
});

/** Room for webhooks over Meta's 3 MB. */
const bulky = 16 * 1024 * 1024;

class NotThere extends Error {}

/**
 * `/emulator/...`: plays the customer and Meta, and breaks things on purpose; docs/emulator.md lists it. There
 * is no authentication here: the host decides who may call.
 */
export function controlRoutes(app: FastifyInstance, world: World, reset: (seed: boolean) => void): void {
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof z.ZodError)
      return reply.code(400).send({ error: { message: z.prettifyError(error), issues: error.issues } });
    if (error instanceof NotThere) return reply.code(404).send({ error: { message: error.message } });
    if (error instanceof ImpossibleAct) return reply.code(409).send({ error: { message: error.message } });
    const status = z.looseObject({ statusCode: z.number() }).safeParse(error);
    const message = error instanceof Error ? error.message : String(error);
    return reply.code(status.success ? status.data.statusCode : 500).send({ error: { message } });
  });

  const known = (params: unknown): Customer => {
    const { phone } = phoneParams.parse(params);
    const customer = customerAt(world, phone);
    if (!customer) throw new NotThere(`${phone} is no phone number, and nobody has this user id`);
    return customer;
  };
  const template = (params: unknown) => {
    const { id } = idParams.parse(params);
    const [name, language] = id.split(':');
    const found =
      world.store.templates.get(id) ??
      [...world.store.templates.values()].find((one) => one.name === name && one.language === language);
    if (!found) throw new NotThere(`no template ${id} (an id, or name:language)`);
    return found;
  };

  app.get('/emulator/business', async () => ({
    phoneNumberId: world.business.phoneNumberId,
    businessAccountId: world.business.businessAccountId,
    displayPhoneNumber: world.business.displayPhoneNumber,
    verifiedName: world.business.verifiedName,
    webhookUrl: world.webhooks.url() ?? null,
    now: new Date(world.now()).toISOString(),
  }));

  app.get('/emulator/customers', async () => ({
    items: [...world.store.customers.values()].map((customer) => customerView(world, customer)),
  }));
  app.get('/emulator/customers/:phone', async (request) => {
    const { phone } = phoneParams.parse(request.params);
    const customer = findCustomer(world, phone);
    if (!customer) throw new NotThere(`no customer ${phone}`);
    return customerView(world, customer);
  });
  app.put('/emulator/customers/:phone', async (request) => {
    const change = customerChangeSchema.parse(request.body ?? {});
    return customerView(world, changeCustomer(world, known(request.params), change));
  });

  app.get('/emulator/customers/:phone/messages', async (request) => {
    const { phone } = phoneParams.parse(request.params);
    const customer = findCustomer(world, phone);
    return { items: customer ? threadView(world, customer) : [] };
  });
  app.post('/emulator/customers/:phone/messages', { bodyLimit: bulky }, async (request, reply) => {
    const act = actSchema.parse(request.body);
    const customer = known(request.params);
    return reply.code(201).send(messageView(world, customerActs(world, customer, act)));
  });
  app.post('/emulator/customers/:phone/read', async (request) => {
    const customer = known(request.params);
    markSeen(world, customer);
    return customerView(world, customer);
  });
  app.post('/emulator/customers/:phone/preferences', async (request) => {
    const { value } = preferenceSchema.parse(request.body);
    return customerView(world, changePreference(world, known(request.params), value));
  });
  app.post('/emulator/customers/:phone/number', async (request) => {
    const { phone, shared } = numberSchema.parse(request.body);
    return customerView(world, changeNumber(world, known(request.params), phone, shared));
  });
  app.post('/emulator/customers/:phone/user-id', async (request) =>
    customerView(world, changeUserId(world, known(request.params))),
  );
  app.post('/emulator/customers/:phone/identity', async (request) => {
    const customer = known(request.params);
    changeIdentity(world, customer);
    return customerView(world, customer);
  });

  app.get('/emulator/faults', async () => ({ items: world.faults.list() }));
  app.post('/emulator/faults', async (request, reply) =>
    reply.code(201).send(world.faults.add(faultSchema.parse(request.body))),
  );
  app.delete('/emulator/faults', async (_request, reply) => {
    world.faults.clear();
    world.webhooks.flush();
    return reply.code(204).send();
  });

  app.get('/emulator/clock', async () => ({ now: new Date(world.now()).toISOString() }));
  app.post('/emulator/clock', async (request) => {
    const wanted = clockSchema.parse(request.body);
    world.setNow('now' in wanted ? new Date(wanted.now).getTime() : world.now() + wanted.advanceMs);
    return { now: new Date(world.now()).toISOString() };
  });
  app.get('/emulator/settings', async () => world.settings());
  app.put('/emulator/settings', async (request) => {
    const change = settingsSchema.partial().strict().parse(request.body);
    world.changeSettings(
      Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)),
    );
    return world.settings();
  });
  app.post('/emulator/reset', async (request, reply) => {
    const { seedTemplates } = z
      .strictObject({ seedTemplates: z.boolean().default(true) })
      .parse(request.body ?? {});
    reset(seedTemplates);
    return reply.code(204).send();
  });

  app.get('/emulator/webhooks', async () => ({
    url: world.webhooks.url() ?? null,
    items: world.webhooks.log(),
  }));
  app.put('/emulator/webhooks', async (request) => {
    const { url } = z.strictObject({ url: z.url() }).parse(request.body);
    world.webhooks.setUrl(url);
    return { url };
  });
  app.post('/emulator/webhooks', { bodyLimit: bulky }, async (request, reply) => {
    const update = updateSchema.parse(request.body);
    world.webhooks.tell({
      field: update.field,
      value: update.value,
      key: `field ${update.field}`,
      addresses: [],
      ...(update.time === undefined ? {} : { time: update.time }),
    });
    return reply.code(202).send({});
  });
  app.post('/emulator/webhooks/handshake', async (request) => {
    const url = world.webhooks.url();
    if (url === undefined) throw new ImpossibleAct('no webhook URL is set');
    const { verifyToken } = z.strictObject({ verifyToken: z.string().optional() }).parse(request.body ?? {});
    return handshake(url, verifyToken ?? world.business.verifyToken, world.newId());
  });
  app.post('/emulator/webhooks/:id/redeliver', async (request, reply) => {
    const { id } = z.object({ id: z.coerce.number() }).parse(request.params);
    const delivery = world.webhooks.redeliver(id);
    if (!delivery) throw new NotThere(`no delivery ${id} in the log`);
    return reply.code(202).send(delivery);
  });

  app.get('/emulator/templates', async () => ({
    items: [...world.store.templates.values()].map(templateNode),
  }));
  app.post('/emulator/templates/:id/status', async (request) => {
    const { event, reason } = templateStatusSchema.parse(request.body);
    const found = template(request.params);
    changeStatus(world, found, event, {
      ...(reason === undefined ? {} : { reason }),
      ...(event === 'REJECTED'
        ? { rejectionInfo: { reason: reason ?? 'Rejected by hand.', recommendation: 'Change the text.' } }
        : {}),
      ...(event === 'PAUSED'
        ? { otherInfo: { title: 'FIRST_PAUSE', description: 'Paused for 3 hours.' } }
        : {}),
      ...(event === 'DISABLED' ? { disableDate: String(Math.floor(world.now() / 1000)) } : {}),
    });
    return templateNode(template(request.params));
  });
  app.post('/emulator/templates/:id/category', async (request) => {
    const { category, impendingAt } = categorySchema.parse(request.body);
    changeCategory(world, template(request.params), category, impendingAt ?? null);
    return templateNode(template(request.params));
  });
  app.post('/emulator/templates/:id/quality', async (request) => {
    changeQuality(world, template(request.params), qualitySchema.parse(request.body).score);
    return templateNode(template(request.params));
  });

  app.get('/emulator/media/:id', async (request, reply) => {
    const media = world.store.media.get(idParams.parse(request.params).id);
    if (!media) throw new NotThere('no such media');
    return reply
      .type(media.mimeType)
      .header('x-content-type-options', 'nosniff')
      .header('content-security-policy', 'sandbox')
      .send(Buffer.from(media.base64, 'base64'));
  });
}
