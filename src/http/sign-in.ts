import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Context } from '../actions/context.ts';
import { signOut } from '../actions/sessions.ts';
import { isHolderOfLink, signIn } from '../actions/sign-in.ts';
import type { Config } from '../config.ts';
import type { OidcProvider } from '../ports.ts';
import { clearSessionCookie, SESSION_COOKIE, setSessionCookie } from './auth.ts';
import { createFailures } from './failures.ts';
import { sendPlainPage } from './plain-page.ts';
import { sendProblem, tooManyRequests } from './problem.ts';
import { localPath } from './same-site.ts';
import { SignedOut } from './schemas/people.ts';
import { acceptsHtml } from './web-app.ts';

/** Guesses one address may make per minute. */
const MOST_FAILURES = 10;

const Query = z.object({
  token: z.string().min(1).max(200).optional().catch(undefined),
  next: z.string().max(2000).optional().catch(undefined),
});

/**
 * `GET /sign-in?token=`: uses a one-time link up. Programs that look at links before a person does (mail scanners by
 * HEAD, browsers that prefetch) must not use it up for them.
 */
export function signInRoutes(
  app: FastifyInstance,
  ctx: Context,
  config: Config,
  signedOut: (sessionIds: string[]) => void,
): void {
  const failures = createFailures(app, MOST_FAILURES);
  const schema = { hide: true };

  app.head('/sign-in', { schema }, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(),
  );

  app.get('/sign-in', { schema, exposeHeadRoute: false }, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const { token, next } = Query.parse(request.query);
    if (token === undefined) {
      // The web app has the page with the ways to sign in.
      if (acceptsHtml(request)) return reply.callNotFound();
      return explain(reply, config, 200);
    }
    const purpose = request.headers['sec-purpose'] ?? request.headers.purpose ?? request.headers['x-moz'];
    if (typeof purpose === 'string' && /prefetch|prerender|preview/i.test(purpose))
      return reply.code(503).type('text/plain; charset=utf-8').send('Open the link to sign in.');
    const seconds = await failures.wait(request);
    if (seconds > 0) return sendProblem(reply, tooManyRequests(seconds));
    const before = request.cookies[SESSION_COOKIE] ?? '';
    const used = await signIn(ctx, token, { ...originOf(request), method: 'link', idToken: null });
    if (used.kind === 'needs-password')
      return reply.redirect(`/welcome-in?token=${encodeURIComponent(token)}`, 303);
    if (used.kind === 'not-good') {
      // Opened again by the one who used it: they are in already.
      if (await isHolderOfLink(ctx, token, before)) return reply.redirect(localPath(next) ?? '/', 303);
      await failures.count(request);
      return explain(reply, config, 410);
    }
    signedOut(await signOut(ctx, before));
    setSessionCookie(reply, config, used.issued);
    return reply.redirect(localPath(next) ?? '/', 303);
  });
}

/** What a person is shown of a sign-in, to know it again. */
export function originOf(request: FastifyRequest): { userAgent: string | null; address: string } {
  return { userAgent: request.headers['user-agent']?.slice(0, 300) ?? null, address: request.ip };
}

/**
 * `POST /sign-out`. Who came by OpenID Connect is told where to go to end the session at the issuer too; that the issuer
 * cannot be asked keeps nobody signed in here.
 */
export function signOutRoute(
  app: FastifyInstance,
  ctx: Context,
  config: Config,
  oidc: OidcProvider | null,
  signedOut: (sessionIds: string[]) => void,
): void {
  const response = { 200: SignedOut, 204: z.null() };
  app.post(
    '/sign-out',
    { config: { right: 'signed-in' }, schema: { tags: ['Sign-in'], response } },
    async (request, reply) => {
      const token = request.cookies[SESSION_COOKIE];
      const session = request.authenticated?.session ?? null;
      if (session !== null && token !== undefined) signedOut(await signOut(ctx, token));
      clearSessionCookie(reply, config);
      const url =
        oidc === null || session?.idToken == null
          ? null
          : await oidc.signOutUrl(session.idToken, `${config.publicUrl}/sign-in`).catch((error: unknown) => {
              request.log.warn({ err: error }, 'the issuer of OpenID Connect could not be asked');
              return null;
            });
      return url === null ? reply.code(204).send(null) : reply.code(200).send({ url });
    },
  );
}

function explain(reply: FastifyReply, config: Config, status: 200 | 410): FastifyReply {
  const used = status === 410;
  return sendPlainPage(reply, {
    status,
    title: used ? 'This sign-in link is no longer good' : 'Open your sign-in link',
    paragraphs: [
      ...(used
        ? [
            'A link works once and within 24 hours. This one was used already, is too old, or is not complete.',
          ]
        : []),
      whereLinksAre(config),
    ],
    link: { href: '/', text: 'Open Assent' },
  });
}

function whereLinksAre(config: Config): string {
  if (config.sandbox)
    return 'Assent prints a link for each role in the window where it runs. Start it again for new ones.';
  // PGlite has one process at a time; a second one is refused.
  const when = config.databaseUrl === null ? ', while Assent is stopped' : '';
  return `Ask your administrator for a new link: \`npm run assent -- sign-in-link --email …\` prints one on the server${when}.`;
}
