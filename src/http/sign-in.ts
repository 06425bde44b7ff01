import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Context } from '../actions/context.ts';
import { isHolderOfLink, signIn, signOut } from '../actions/sign-in.ts';
import type { Config } from '../config.ts';
import { clearSessionCookie, SESSION_COOKIE, setSessionCookie } from './auth.ts';
import { createFailures } from './failures.ts';
import { sendPlainPage } from './plain-page.ts';
import { sendProblem, tooManyRequests } from './problem.ts';
import { localPath } from './same-site.ts';

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
    if (token === undefined) return explain(reply, config, 200);
    const purpose = request.headers['sec-purpose'] ?? request.headers.purpose ?? request.headers['x-moz'];
    if (typeof purpose === 'string' && /prefetch|prerender|preview/i.test(purpose))
      return reply.code(503).type('text/plain; charset=utf-8').send('Open the link to sign in.');
    const seconds = await failures.wait(request);
    if (seconds > 0) return sendProblem(reply, tooManyRequests(seconds));
    const before = request.cookies[SESSION_COOKIE] ?? '';
    const issued = await signIn(ctx, token);
    if (issued === null) {
      // Opened again by the one who used it: they are in already.
      if (await isHolderOfLink(ctx, token, before)) return reply.redirect(localPath(next) ?? '/', 303);
      await failures.count(request);
      return explain(reply, config, 410);
    }
    signedOut(await signOut(ctx, before));
    setSessionCookie(reply, config, issued);
    return reply.redirect(localPath(next) ?? '/', 303);
  });
}

/** `POST /sign-out`, inside the API and so behind its checks. */
export function signOutRoute(
  app: FastifyInstance,
  ctx: Context,
  config: Config,
  signedOut: (sessionIds: string[]) => void,
): void {
  app.post('/sign-out', { schema: { response: { 204: z.null() } } }, async (request, reply) => {
    const token = request.cookies[SESSION_COOKIE];
    if (request.caller.kind === 'person' && token !== undefined) signedOut(await signOut(ctx, token));
    clearSessionCookie(reply, config);
    return reply.code(204).send(null);
  });
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
    link: { href: '/', text: 'Open Assent, if you are signed in already' },
  });
}

function whereLinksAre(config: Config): string {
  if (config.sandbox)
    return 'Assent prints a link for each role in the window where it runs. Start it again for new ones.';
  // PGlite has one process at a time; a second one is refused.
  const when = config.databaseUrl === null ? ', while Assent is stopped' : '';
  return `Ask your administrator for a new link: \`npm run assent -- sign-in-link\` prints one on the server${when}.`;
}
