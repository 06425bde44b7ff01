import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Context } from '../../actions/context.ts';
import { changePassword } from '../../actions/passwords.ts';
import { changePreferences } from '../../actions/people.ts';
import { Refusal } from '../../actions/refusal.ts';
import { endSessions, type Session } from '../../actions/sessions.ts';
import { profileOf } from '../../db/people.ts';
import { type ListedSession, sessionsOf } from '../../db/sessions.ts';
import { PasswordChange, Preferences, PreferencesPatch, SessionsOut } from '../schemas/people.ts';
import { isoTime } from '../views.ts';

const signedIn = { config: { right: 'signed-in' } } as const;

/** What a person does about their own account. */
export function meRoutes(ctx: Context): FastifyPluginAsyncZod {
  const { db } = ctx.database;
  return async (app) => {
    app.patch(
      '/me/preferences',
      { ...signedIn, schema: { tags: ['Me'], body: PreferencesPatch, response: { 200: Preferences } } },
      async (request) => {
        const { person } = sessionOf(request);
        const given = Object.entries(request.body).filter(([, value]) => value !== undefined);
        await changePreferences(ctx, person.id, Object.fromEntries(given));
        return (await profileOf(db, person.id)).preferences;
      },
    );
    app.post(
      '/me/password',
      { ...signedIn, schema: { tags: ['Me'], body: PasswordChange, response: { 204: z.null() } } },
      async (request, reply) => {
        const { person, signInId } = sessionOf(request);
        await changePassword(ctx, { id: person.id, signInId }, request.body);
        return reply.status(204).send(null);
      },
    );
    app.get(
      '/me/sessions',
      { ...signedIn, schema: { tags: ['Me'], response: { 200: SessionsOut } } },
      async (request) => {
        const { person, signInId } = sessionOf(request);
        return sessionsOut(await sessionsOf(db, person.id, ctx.clock()), signInId);
      },
    );
    app.delete(
      '/me/sessions/:id',
      {
        ...signedIn,
        schema: {
          tags: ['Me'],
          params: z.object({ id: z.string().min(1).max(100) }),
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        await endSessions(ctx, sessionOf(request).person.id, { only: request.params.id });
        return reply.status(204).send(null);
      },
    );
    app.delete(
      '/me/sessions',
      { ...signedIn, schema: { tags: ['Me'], response: { 204: z.null() } } },
      async (request, reply) => {
        const { person, signInId } = sessionOf(request);
        await endSessions(ctx, person.id, { except: signInId });
        return reply.status(204).send(null);
      },
    );
  };
}

/** The session behind a request; a key has none, and a chat inside another application leaves it alone. */
function sessionOf(request: Pick<FastifyRequest, 'authenticated'>): Session {
  const session = request.authenticated?.session ?? null;
  if (session === null && typeof request.authenticated?.frame === 'string')
    throw new Refusal(409, 'needs-session', 'Only a person who is signed in to Assent itself can do this.');
  if (session === null)
    throw new Refusal(409, 'not-a-person', 'An API key has no account of its own. Sign in as a person.');
  return session;
}

export function sessionsOut(sessions: readonly ListedSession[], currentId: string | null) {
  return {
    items: sessions.map(({ id, method, userAgent, address, signedInAt, seenAt }) => ({
      id,
      method,
      userAgent,
      address,
      signedInAt: isoTime(signedInAt),
      seenAt: isoTime(seenAt),
      current: id === currentId,
    })),
  };
}
