import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Context } from '../../actions/context.ts';
import type { Config } from '../../config.ts';
import { administrationRoutes } from './administration.ts';
import { apiKeyRoutes } from './api-keys.ts';
import { campaignRoutes } from './campaigns.ts';
import { channelSecretRoutes } from './channel-secrets.ts';
import { chatRoutes } from './chat.ts';
import { consentRoutes } from './consent.ts';
import { conversationRoutes } from './conversations.ts';
import { crmSyncRoutes } from './crm-sync.ts';
import { crmWebhookRoutes } from './crm-webhook.ts';
import { embedRoutes } from './embed.ts';
import { meRoutes } from './me.ts';
import { mediaRoutes } from './media.ts';
import { notificationRoutes } from './notifications.ts';
import { ownershipRoutes } from './ownership.ts';
import { peopleRoutes } from './people.ts';
import { quickReplyRoutes } from './quick-replies.ts';
import { recordRoutes } from './records.ts';
import { roleRoutes } from './roles.ts';
import { teamRoutes } from './teams.ts';
import { templateRoutes } from './templates.ts';
import { unknownNumberRoutes } from './unknown-numbers.ts';
import { webhookRoutes } from './webhooks.ts';
import { workingHoursRoutes } from './working-hours.ts';

/** Every call under `/api`. */
export function apiRoutes(ctx: Context, config: Config): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(administrationRoutes(ctx, config));
    await app.register(meRoutes(ctx));
    await app.register(embedRoutes(ctx, config));
    await app.register(peopleRoutes(ctx, config));
    await app.register(teamRoutes(ctx));
    await app.register(roleRoutes(ctx));
    await app.register(apiKeyRoutes(ctx));
    await app.register(crmSyncRoutes(ctx, config));
    await app.register(crmWebhookRoutes(ctx, config));
    await app.register(recordRoutes(ctx));
    await app.register(templateRoutes(ctx));
    await app.register(conversationRoutes(ctx));
    await app.register(chatRoutes(ctx));
    await app.register(campaignRoutes(ctx));
    await app.register(mediaRoutes(ctx, config));
    await app.register(quickReplyRoutes(ctx));
    await app.register(ownershipRoutes(ctx));
    await app.register(notificationRoutes(ctx));
    await app.register(consentRoutes(ctx));
    await app.register(unknownNumberRoutes(ctx));
    await app.register(workingHoursRoutes(ctx));
    await app.register(channelSecretRoutes(ctx, config));
    await app.register(webhookRoutes(ctx));
  };
}
