import { readFile } from 'node:fs/promises';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendPlainPage } from './plain-page.ts';
import { notFoundProblem, sendProblem } from './problem.ts';
import { allowNonce, keepOpener } from './security-headers.ts';

/** Where `npm run build` puts the pages. */
export const WEB_DIST = path.resolve(import.meta.dirname, '../../web/dist');

/** What belongs to machines answers problem+json also where nothing is found. */
const NOT_PAGES = /^\/(api|webhooks|assets|emulator|healthz|readyz|metrics|v\d+\.\d+)(\/|$)/;

/** The chat of a record inside another application (docs/decisions/0016), */
const EMBED = '/embed';
/** and the window that signs a person in there. */
export const EMBED_SIGN_IN = '/embed/sign-in';

/**
 * The web app: built files under `/assets/` for ever (their names hold their hash), and `index.html` for every other
 * address a browser opens, because the pages route themselves. `index.html` gets a fresh nonce per response.
 */
export async function installWebApp(
  app: FastifyInstance,
  { dist = WEB_DIST, embedOrigins }: { dist: string | undefined; embedOrigins: readonly string[] },
): Promise<void> {
  await app.register(fastifyStatic, {
    root: path.join(dist, 'assets'),
    prefix: '/assets/',
    decorateReply: false,
    // The build leaves compressed twins beside the files.
    preCompressed: true,
    immutable: true,
    maxAge: '365d',
    index: false,
    suppressWarning: true,
  });

  app.get('/favicon.ico', { schema: { hide: true } }, async (_request, reply) => {
    const html = await readIndex(dist);
    const icon = html === null ? undefined : /<link rel="icon" href="(\/assets\/[^"]+)"/.exec(html)?.[1];
    return icon === undefined ? sendProblem(reply, notFoundProblem) : reply.redirect(icon, 302);
  });

  app.setNotFoundHandler(async (request, reply) =>
    wantsPage(request)
      ? sendIndex(reply, dist, pathOf(request), embedOrigins)
      : sendProblem(reply, notFoundProblem),
  );
}

function wantsPage(request: FastifyRequest): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const at = pathOf(request);
  // Also for what asks without saying for what: curl, and whoever watches from outside whether the desk is there.
  return at === '/' || (!NOT_PAGES.test(at) && acceptsHtml(request));
}

const pathOf = (request: FastifyRequest): string => request.url.split('?')[0] ?? '/';

export const acceptsHtml = (request: FastifyRequest): boolean =>
  /text\/html|application\/xhtml\+xml/.test(request.headers.accept ?? '');

async function sendIndex(
  reply: FastifyReply,
  dist: string,
  path: string,
  embedOrigins: readonly string[],
): Promise<FastifyReply> {
  const html = await readIndex(dist);
  if (html === null)
    return sendPlainPage(reply, {
      status: 503,
      title: 'The pages are not built yet',
      paragraphs: [
        'The server runs, but there are no pages to show. Run `npm run build`, then load this page again.',
      ],
    });
  const nonce = allowNonce(reply, path === EMBED ? embedOrigins : []);
  if (path === EMBED_SIGN_IN) keepOpener(reply);
  return reply
    .code(200)
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(html.replaceAll('__CSP_NONCE__', nonce));
}

/** Read each time: a new build replaces the folder while the server runs. */
async function readIndex(dist: string): Promise<string | null> {
  return readFile(path.join(dist, 'index.html'), 'utf8').catch(() => null);
}
