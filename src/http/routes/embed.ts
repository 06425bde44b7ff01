import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Context } from '../../actions/context.ts';
import { issueEmbedToken, renewEmbedToken } from '../../actions/embed-tokens.ts';
import { Refusal } from '../../actions/refusal.ts';
import type { Config } from '../../config.ts';
import { bearerOf } from '../auth.ts';
import { EmbedTokenOut, EmbedTokenRequest } from '../schemas/embed.ts';

const signedIn = { config: { right: 'signed-in' } } as const;

/** Tokens of chats inside other applications: the first by a session, each further one by the one before. */
export function embedRoutes(ctx: Context, config: Config): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/embed-tokens',
      {
        config: { right: 'signed-in', ceiling: 'embed-tokens' },
        schema: { tags: ['Sign-in'], body: EmbedTokenRequest, response: { 201: EmbedTokenOut } },
      },
      async ({ authenticated, body }, reply) => {
        const session = authenticated?.session ?? null;
        if (session === null)
          throw new Refusal(
            409,
            'needs-session',
            'Only a person who is signed in to Assent itself can do this.',
          );
        const { origin } = body;
        const { person, signInId } = session;
        const issued = await issueEmbedToken(ctx, config.embedOrigins, {
          origin,
          personId: person.id,
          signInId,
        });
        return reply.status(201).send(issued);
      },
    );
    app.post(
      '/embed-tokens/renew',
      { ...signedIn, schema: { tags: ['Sign-in'], response: { 201: EmbedTokenOut } } },
      async ({ authenticated, headers }, reply) => {
        const token = bearerOf(headers.authorization);
        if (authenticated === null || authenticated.frame === null || token === null)
          throw new Refusal(409, 'needs-embed-token', 'Only a chat inside another application can do this.');
        return reply.status(201).send(await renewEmbedToken(ctx, config.embedOrigins, token));
      },
    );
  };
}
