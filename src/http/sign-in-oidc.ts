import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Context } from '../actions/context.ts';
import { beginOidcSignIn, signInIdentity, takeOidcRequest } from '../actions/oidc-sign-in.ts';
import { Refusal } from '../actions/refusal.ts';
import { signOut } from '../actions/sessions.ts';
import type { Config } from '../config.ts';
import { type OidcProvider, OidcRefused, OidcUnavailable } from '../ports.ts';
import { SESSION_COOKIE, setSessionCookie } from './auth.ts';
import { createFailures } from './failures.ts';
import { sendPlainPage } from './plain-page.ts';
import { sendProblem, tooManyRequests } from './problem.ts';
import { localPath } from './same-site.ts';
import { keepOpener } from './security-headers.ts';
import { originOf } from './sign-in.ts';
import { EMBED_SIGN_IN } from './web-app.ts';

/** Knows the browser that began a sign-in: a link to the way back is worth nothing in another one. */
const BROWSER_COOKIE = 'assent_sign_in';
const BROWSER_LIFE = 10 * 60;
const CALLBACK = '/api/sign-in/oidc/callback';
const MOST_FAILURES = 20;
/** Sign-ins that one address may begin per minute; each is a row, and a look at the issuer. A whole office may share one. */
const MOST_BEGUN = 120;

const Begin = z.object({ next: z.string().max(2000).optional().catch(undefined) });
const Back = z.object({ state: z.string().min(1).max(200) }).loose();
const page = { config: { right: 'anyone' } } as const;

/** `GET /sign-in/oidc` leads to the issuer, `GET /sign-in/oidc/callback` is where it leads back to. */
export function signInOidc(
  ctx: Context,
  config: Config,
  provider: OidcProvider,
  signedOut: (sessionIds: string[]) => void,
): FastifyPluginAsyncZod {
  const roleMap = config.oidc?.roleMap ?? [];
  return async (app) => {
    const failures = createFailures(app, MOST_FAILURES);
    const begun = createFailures(app, MOST_BEGUN);
    const schema = { tags: ['Sign-in'], security: [] };

    app.get(
      '/sign-in/oidc',
      { ...page, exposeHeadRoute: false, schema: { ...schema, querystring: Begin } },
      async (request, reply) => {
        const seconds = await begun.count(request);
        if (seconds > 0) return sendProblem(reply, tooManyRequests(seconds));
        const browser = request.cookies[BROWSER_COOKIE] || randomBytes(24).toString('base64url');
        try {
          const next = localPath(request.query.next);
          const url = await beginOidcSignIn(ctx, provider, browser, config.publicUrl + CALLBACK, next);
          setBrowserCookie(reply, config, browser);
          if (next === EMBED_SIGN_IN) keepOpener(reply);
          return reply.redirect(url, 303);
        } catch (error) {
          return explain(request, reply, error);
        }
      },
    );

    app.get('/sign-in/oidc/callback', { ...page, exposeHeadRoute: false, schema }, async (request, reply) => {
      const seconds = await failures.wait(request);
      if (seconds > 0) return sendProblem(reply, tooManyRequests(seconds));
      try {
        const back = Back.safeParse(request.query);
        const browser = request.cookies[BROWSER_COOKIE] ?? '';
        const begun = back.success ? await takeOidcRequest(ctx, back.data.state, browser) : null;
        if (begun === null) throw notBegunHere();
        const query = request.url.slice(request.url.indexOf('?'));
        const identity = await provider.finish(new URL(config.publicUrl + CALLBACK + query), begun.request);
        const issued = await signInIdentity(ctx, identity, roleMap, originOf(request));
        signedOut(await signOut(ctx, request.cookies[SESSION_COOKIE] ?? ''));
        setSessionCookie(reply, config, issued);
        if (begun.next === EMBED_SIGN_IN) keepOpener(reply);
        return reply.redirect(begun.next ?? '/', 303);
      } catch (error) {
        await failures.count(request);
        return explain(request, reply, error);
      }
    });
  };
}

function setBrowserCookie(reply: FastifyReply, config: Config, browser: string): void {
  reply.setCookie(BROWSER_COOKIE, browser, {
    path: '/api/sign-in/oidc',
    httpOnly: true,
    // The way back is a link from the issuer's site.
    sameSite: 'lax',
    secure: config.publicUrl.startsWith('https:'),
    maxAge: BROWSER_LIFE,
  });
}

const notBegunHere = (): Refusal =>
  new Refusal(
    400,
    'sign-in-not-begun',
    'This sign-in was not begun in this browser, was finished already, or took longer than ten minutes. Begin again.',
  );

/** A browser is in the middle of a sign-in: whatever went wrong, a page says it and leads back to the beginning. */
function explain(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  const known = meaningOf(error);
  if (known === null) throw error;
  request.log.warn({ err: error, code: known.code }, 'a sign-in by OpenID Connect failed');
  return sendPlainPage(reply, {
    status: known.status,
    title: 'You are not signed in',
    paragraphs: [known.detail],
    link: { href: '/sign-in', text: 'Back to the sign-in page' },
  });
}

function meaningOf(error: unknown): { status: number; code: string; detail: string } | null {
  if (error instanceof Refusal) return { status: error.status, code: error.code, detail: error.message };
  if (error instanceof OidcUnavailable)
    return {
      status: 502,
      code: 'oidc-unavailable',
      detail:
        'The sign-in of your organisation cannot be reached. Try again in a moment, or sign in another way.',
    };
  if (error instanceof OidcRefused)
    return {
      status: 403,
      code: 'oidc-refused',
      detail:
        'Your organisation’s sign-in did not confirm who you are, or what it sent could not be trusted. Begin again; your administrator finds the reason in the log.',
    };
  return null;
}
