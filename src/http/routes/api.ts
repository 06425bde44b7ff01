import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Context } from '../../actions/context.ts';
import type { Config } from '../../config.ts';
import { administrationRoutes } from './administration.ts';
import { chatRoutes } from './chat.ts';
import { consentRoutes } from './consent.ts';
import { recordRoutes } from './records.ts';
import { templateRoutes } from './templates.ts';

/** Every call under `/api`. */
export function apiRoutes(ctx: Context, config: Config): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(administrationRoutes(ctx, config));
    await app.register(recordRoutes(ctx));
    await app.register(templateRoutes(ctx));
    await app.register(chatRoutes(ctx));
    await app.register(consentRoutes(ctx));
  };
}
