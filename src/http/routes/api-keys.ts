import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { endApiKey, makeApiKey } from '../../actions/api-keys.ts';
import type { Context } from '../../actions/context.ts';
import { type ApiKeyRow, listApiKeys } from '../../db/api-keys.ts';
import { ApiKeyInput, ApiKeyMadeOut, ApiKeysOut } from '../schemas/people.ts';
import { isoOrNull, isoTime } from '../views.ts';

/** API keys of integrations. A key itself is answered once, when it is made. */
export function apiKeyRoutes(ctx: Context): FastifyPluginAsyncZod {
  const manage = { config: { right: 'manage-people' } } as const;
  return async (app) => {
    app.get(
      '/api-keys',
      { ...manage, schema: { tags: ['People'], response: { 200: ApiKeysOut } } },
      async () => ({ items: (await listApiKeys(ctx.database.db)).map(apiKeyOut) }),
    );
    app.post(
      '/api-keys',
      { ...manage, schema: { tags: ['People'], body: ApiKeyInput, response: { 201: ApiKeyMadeOut } } },
      async ({ body, caller }, reply) => {
        const { name, scopes } = body;
        const expiresAt = body.expiresAt == null ? null : Date.parse(body.expiresAt);
        const { apiKey, key } = await makeApiKey(ctx, { name, scopes, expiresAt }, caller);
        return reply.status(201).send({ apiKey: apiKeyOut(apiKey), key });
      },
    );
    app.delete(
      '/api-keys/:id',
      {
        ...manage,
        schema: {
          tags: ['People'],
          params: z.object({ id: z.string().min(1).max(100) }),
          response: { 204: z.null() },
        },
      },
      async ({ params, caller }, reply) => {
        await endApiKey(ctx, params.id, caller);
        return reply.status(204).send(null);
      },
    );
  };
}

const apiKeyOut = (row: ApiKeyRow) => ({
  id: row.id,
  name: row.name,
  hint: row.hint,
  scopes: row.scopes,
  createdBy: row.createdBy,
  createdAt: isoTime(row.createdAt),
  expiresAt: isoOrNull(row.expiresAt),
  lastUsedAt: isoOrNull(row.lastUsedAt),
  revokedAt: isoOrNull(row.revokedAt),
});
