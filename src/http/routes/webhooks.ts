import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Context } from '../../actions/context.ts';
import {
  changeEndpoint,
  createEndpoint,
  redeliver,
  removeEndpoint,
  rotateSecret,
  sendTestEvent,
} from '../../actions/edit-webhooks.ts';
import { notFound } from '../../actions/refusal.ts';
import { type DeliveryRow, deliveriesOf } from '../../db/webhook-deliveries.ts';
import { type EndpointRow, listEndpoints, readEndpoint } from '../../db/webhook-endpoints.ts';
import { Id, PageQuery } from '../schemas/common.ts';
import {
  type DeliveryOut,
  DeliveryPage,
  TestEventOut,
  WebhookInput,
  WebhookOut,
  WebhookPatch,
  WebhookSecretOut,
  WebhooksOut,
} from '../schemas/webhooks.ts';
import { isoOrNull, isoTime } from '../views.ts';
import { timeCursor, toCursor } from './cursor.ts';

/** Webhooks out: endpoints, their secrets, and what became of each event. A secret is answered once, when it is made. */
export function webhookRoutes(ctx: Context): FastifyPluginAsyncZod {
  const { db } = ctx.database;
  const manage = { config: { right: 'manage-settings' } } as const;
  const tags = ['Webhooks'];
  const params = z.object({ id: Id });
  return async (app) => {
    app.get('/webhooks', { ...manage, schema: { tags, response: { 200: WebhooksOut } } }, async () => ({
      items: (await listEndpoints(db)).map((row) => webhookOut(ctx, row)),
    }));
    app.post(
      '/webhooks',
      { ...manage, schema: { tags, body: WebhookInput, response: { 201: WebhookSecretOut } } },
      async ({ body, caller }, reply) => {
        const { endpoint, secret } = await createEndpoint(ctx, body, caller.name);
        return reply.status(201).send({ webhook: webhookOut(ctx, endpoint), secret });
      },
    );
    app.patch(
      '/webhooks/:id',
      { ...manage, schema: { tags, params, body: WebhookPatch, response: { 200: WebhookOut } } },
      async (request) => {
        const { url, description, types, enabled } = request.body;
        const patch = {
          ...(url === undefined ? {} : { url }),
          ...(description === undefined ? {} : { description }),
          ...(types === undefined ? {} : { types }),
          ...(enabled === undefined ? {} : { enabled }),
        };
        return webhookOut(ctx, await changeEndpoint(ctx, request.params.id, patch, request.caller.name));
      },
    );
    app.delete(
      '/webhooks/:id',
      { ...manage, schema: { tags, params, response: { 204: z.null() } } },
      async (request, reply) => {
        await removeEndpoint(ctx, request.params.id, request.caller.name);
        return reply.status(204).send(null);
      },
    );
    app.post(
      '/webhooks/:id/rotate-secret',
      { ...manage, schema: { tags, params, response: { 200: WebhookSecretOut } } },
      async (request) => {
        const { endpoint, secret } = await rotateSecret(ctx, request.params.id, request.caller.name);
        return { webhook: webhookOut(ctx, endpoint), secret };
      },
    );
    app.post(
      '/webhooks/:id/test',
      { ...manage, schema: { tags, params, response: { 202: TestEventOut } } },
      async (request, reply) => reply.status(202).send({ id: await sendTestEvent(ctx, request.params.id) }),
    );
    app.get(
      '/webhooks/:id/deliveries',
      { ...manage, schema: { tags, params, querystring: PageQuery, response: { 200: DeliveryPage } } },
      async ({ query, params: { id } }) => {
        const before = timeCursor(query.cursor);
        if ((await readEndpoint(db, id)) === null) throw notFound('webhook');
        const rows = await deliveriesOf(db, id, before, query.limit + 1);
        const page = rows.slice(0, query.limit);
        const last = page.at(-1);
        return {
          items: page.map(deliveryOut),
          nextCursor:
            rows.length > query.limit && last !== undefined
              ? toCursor({ at: last.createdAt, id: last.eventId })
              : null,
        };
      },
    );
    app.post(
      '/webhooks/:id/deliveries/:eventId/redeliver',
      {
        ...manage,
        schema: { tags, params: params.extend({ eventId: Id }), response: { 202: TestEventOut } },
      },
      async (request, reply) => {
        const { id, eventId } = request.params;
        await redeliver(ctx, id, eventId);
        return reply.status(202).send({ id: eventId });
      },
    );
  };
}

const webhookOut = (ctx: Context, row: EndpointRow): WebhookOut => ({
  id: row.id,
  url: row.url,
  description: row.description,
  types: row.types,
  enabled: row.disabledReason === null,
  disabledReason: row.disabledReason,
  disabledAt: isoOrNull(row.disabledAt),
  failingSince: isoOrNull(row.failingSince),
  lastSuccessAt: isoOrNull(row.lastSuccessAt),
  oldSecretUntil: isoOrNull((row.oldSecretUntil ?? 0) > ctx.clock() ? row.oldSecretUntil : null),
  pending: row.pending,
  createdBy: row.createdBy,
  createdAt: isoTime(row.createdAt),
});

const deliveryOut = (row: DeliveryRow): DeliveryOut => ({
  id: row.eventId,
  type: row.type,
  state: row.state,
  attempts: row.attempts,
  nextAt: row.state === 'pending' ? isoTime(row.nextAt) : null,
  status: row.lastStatus,
  problem: row.lastProblem,
  createdAt: isoTime(row.createdAt),
  triedAt: isoOrNull(row.triedAt),
});
