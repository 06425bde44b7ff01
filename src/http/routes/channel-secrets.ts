import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Context } from '../../actions/context.ts';
import {
  addAppSecret,
  changeAccessToken,
  HINT,
  removeAccessToken,
  removeAppSecret,
} from '../../actions/edit-whatsapp-secrets.ts';
import type { Config } from '../../config.ts';
import { appSecretUses, listWhatsAppSecrets, whatsAppSecretName } from '../../db/secrets.ts';
import { AccessTokenInput, AppSecretInput, ChannelSecretsOut } from '../schemas/channel-secrets.ts';
import { Id } from '../schemas/common.ts';
import { isoOrNull, isoTime } from '../views.ts';

/** The number's access token and app secrets: which are there, and changing them while it runs. None is ever answered. */
export function channelSecretRoutes(ctx: Context, config: Config): FastifyPluginAsyncZod {
  const manage = { config: { right: 'manage-settings' } } as const;
  const schema = { tags: ['Administration'], response: { 200: ChannelSecretsOut } };
  const { appSecrets: configured, accessToken } = config.whatsapp;

  async function secrets(): Promise<ChannelSecretsOut> {
    const { db } = ctx.database;
    const stored = await listWhatsAppSecrets(db);
    const uses = await appSecretUses(db);
    const usedAt = (secret: string) => isoOrNull(uses.get(ctx.secrets.fingerprint(secret)) ?? null);
    const shown = (row: (typeof stored)[number]) => ({
      id: row.id,
      hint: row.hint,
      createdBy: row.createdBy,
      createdAt: isoTime(row.createdAt),
    });
    const fromEnvironment = (secret: string) => ({
      id: null,
      hint: secret.slice(-HINT),
      createdBy: null,
      createdAt: null,
    });
    const token = stored.find((row) => row.kind === 'access-token');
    return {
      accessToken: token === undefined ? fromEnvironment(accessToken) : shown(token),
      appSecrets: [
        ...configured.map((secret) => ({ ...fromEnvironment(secret), lastUsedAt: usedAt(secret) })),
        ...stored
          .filter((row) => row.kind === 'app-secret')
          .map((row) => ({
            ...shown(row),
            lastUsedAt: usedAt(ctx.seal.open(row.value, whatsAppSecretName(row.id))),
          })),
      ],
      canKeep: ctx.seal.hasKey || ctx.sandbox,
    };
  }

  return async (app) => {
    app.get('/channel/secrets', { ...manage, schema }, secrets);
    app.put(
      '/channel/access-token',
      { ...manage, schema: { ...schema, body: AccessTokenInput } },
      async ({ body, caller }) => {
        await changeAccessToken(ctx, body.accessToken, caller.name);
        return secrets();
      },
    );
    app.delete('/channel/access-token', { ...manage, schema }, async ({ caller }) => {
      await removeAccessToken(ctx, caller.name);
      return secrets();
    });
    app.post(
      '/channel/app-secrets',
      { ...manage, schema: { ...schema, body: AppSecretInput } },
      async ({ body, caller }) => {
        await addAppSecret(ctx, body.appSecret, configured, caller.name);
        return secrets();
      },
    );
    app.delete(
      '/channel/app-secrets/:id',
      { ...manage, schema: { ...schema, params: z.object({ id: Id }) } },
      async ({ params, caller }) => {
        await removeAppSecret(ctx, params.id, caller.name);
        return secrets();
      },
    );
  };
}
