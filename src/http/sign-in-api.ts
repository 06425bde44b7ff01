import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Context } from '../actions/context.ts';
import { acceptLink, readLinkInfo } from '../actions/invite.ts';
import { signInWithPassword } from '../actions/passwords.ts';
import { Refusal } from '../actions/refusal.ts';
import { type IssuedToken, signOut } from '../actions/sessions.ts';
import type { Config } from '../config.ts';
import { requireOwnPage, SESSION_COOKIE, setSessionCookie } from './auth.ts';
import { createFailures } from './failures.ts';
import { tooManyRequests } from './problem.ts';
import { AcceptLink, LinkInfoOut, PasswordSignIn, SignInOptionsOut } from './schemas/people.ts';
import { originOf } from './sign-in.ts';
import { refuseUnstorableText } from './storable-text.ts';
import { isoTime } from './views.ts';

/** Wrong passwords and links one address may bring per minute. */
const MOST_FAILURES = 10;
const Token = z.object({ token: z.string().min(1).max(200) });
const open = { config: { right: 'anyone' } } as const;

/**
 * What a person calls before they are signed in: how to sign in, with a password, and the links behind which one is
 * chosen. Only our own pages may: another site's could sign a person in as somebody else.
 */
export function signInApi(
  ctx: Context,
  config: Config,
  signedOut: (sessionIds: string[]) => void,
): FastifyPluginAsyncZod {
  return async (app) => {
    const failures = createFailures(app, MOST_FAILURES);
    app.addHook('onRequest', (request) => requireOwnPage(request, config.publicUrl));
    app.addHook('preValidation', refuseUnstorableText);

    /** Runs a try, and counts it against the address where it fails as a guess would. */
    const guarded = async <T>(
      request: Parameters<typeof failures.wait>[0],
      work: () => Promise<T>,
    ): Promise<T> => {
      const seconds = await failures.wait(request);
      if (seconds > 0) {
        const { status, code, detail } = tooManyRequests(seconds);
        throw new Refusal(status, code, detail, {
          until: ctx.clock() + seconds * 1000,
          retryAfterSeconds: seconds,
        });
      }
      try {
        return await work();
      } catch (error) {
        if (error instanceof Refusal && GUESSES.has(error.code)) await failures.count(request);
        throw error;
      }
    };
    /** The session that the browser held before ends: its token was known before the person signed in. */
    const begin = async (
      request: { cookies: Record<string, string | undefined> },
      reply: Parameters<typeof setSessionCookie>[0],
      issued: IssuedToken,
    ): Promise<void> => {
      const before = request.cookies[SESSION_COOKIE] ?? '';
      signedOut(await signOut(ctx, before));
      setSessionCookie(reply, config, issued);
    };

    app.get(
      '/sign-in/options',
      { ...open, schema: { tags: ['Sign-in'], security: [], response: { 200: SignInOptionsOut } } },
      async () => ({
        password: true,
        oidc: config.oidc === null ? null : { name: config.oidc.name, url: '/api/sign-in/oidc' },
        sandbox: config.sandbox,
      }),
    );
    app.post(
      '/sign-in/password',
      {
        ...open,
        schema: { tags: ['Sign-in'], security: [], body: PasswordSignIn, response: { 204: z.null() } },
      },
      async (request, reply) => {
        const issued = await guarded(request, () => signInWithPassword(ctx, request.body, originOf(request)));
        await begin(request, reply, issued);
        return reply.status(204).send(null);
      },
    );
    app.get(
      '/sign-in/link',
      {
        ...open,
        schema: { tags: ['Sign-in'], security: [], querystring: Token, response: { 200: LinkInfoOut } },
      },
      async (request) => {
        const info = await guarded(request, () => readLinkInfo(ctx, request.query.token));
        return { ...info, expiresAt: isoTime(info.expiresAt) };
      },
    );
    app.post(
      '/sign-in/link',
      { ...open, schema: { tags: ['Sign-in'], security: [], body: AcceptLink, response: { 204: z.null() } } },
      async (request, reply) => {
        const issued = await guarded(request, () => acceptLink(ctx, request.body, originOf(request)));
        await begin(request, reply, issued);
        return reply.status(204).send(null);
      },
    );
  };
}

/** What somebody who guesses runs into. */
const GUESSES = new Set(['wrong-credentials', 'locked', 'link-not-good']);
