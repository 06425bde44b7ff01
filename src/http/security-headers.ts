import { randomBytes } from 'node:crypto';
import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyReply } from 'fastify';

/**
 * The headers that every answer carries. Scripts and styles come from this server or hold the response's nonce; nothing
 * inline, nothing evaluated. Fluent UI's styles are `<style>` elements with the nonce; what it positions it sets by
 * CSSOM, which no directive forbids, so `style-src-attr` needs no exception.
 *
 * https://www.w3.org/TR/CSP3/
 */
export async function installSecurityHeaders(
  app: FastifyInstance,
  options: { https: boolean },
): Promise<void> {
  await app.register(helmet, {
    global: true,
    contentSecurityPolicy: policy(null, []),
    // Without TLS the header would be ignored by browsers, and must not be sent (RFC 6797 §7.2).
    strictTransportSecurity: options.https ? { maxAge: YEAR, includeSubDomains: false } : false,
    frameguard: { action: 'deny' },
    // `no-referrer` would make browsers send `Origin: null` with our own forms.
    referrerPolicy: { policy: 'same-origin' },
  });
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('permissions-policy', UNUSED);
  });
}

/** Of a file that somebody else made: no script, no origin and nothing from anywhere, should a browser open it as a page. */
export const LOCKED = "sandbox; default-src 'none'; frame-ancestors 'none'";

/** The same for answers that Fastify gives before any hook runs: they hold nothing but a problem. */
export function bareHeaders(reply: FastifyReply, { https }: { https: boolean }): FastifyReply {
  return reply.headers({
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': UNUSED,
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    ...(https ? { 'strict-transport-security': `max-age=${YEAR}` } : {}),
  });
}

const YEAR = 31_536_000;

/** What no page of ours asks a browser for, so that nothing that got into one can. */
const UNUSED = [
  'accelerometer',
  'browsing-topics',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'hid',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'serial',
  'usb',
]
  .map((feature) => `${feature}=()`)
  .join(', ');

/** Gives this response a nonce of its own and answers it. Pages of exactly these origins may hold it in a frame. */
export function allowNonce(reply: FastifyReply, framedBy: readonly string[] = []): string {
  const nonce = randomBytes(18).toString('base64url');
  reply.helmet({ contentSecurityPolicy: policy(nonce, framedBy) });
  // It knows no list. Where the policy has one, browsers of today pass it over (CSP3 §6.4.2.1), but proxies complain.
  if (framedBy.length > 0) reply.removeHeader('x-frame-options');
  return nonce;
}

/**
 * Lets a window that another page of ours opened speak to it: without this the browser parts them when the opener is in
 * a frame. Every answer on the window's way counts, redirects too.
 *
 * https://html.spec.whatwg.org/multipage/browsers.html#cross-origin-opener-policies
 */
export function keepOpener(reply: FastifyReply): void {
  reply.header('cross-origin-opener-policy', 'unsafe-none');
}

function policy(nonce: string | null, framedBy: readonly string[]) {
  const own = nonce === null ? ["'self'"] : ["'self'", `'nonce-${nonce}'`];
  return {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: own,
      styleSrc: own,
      imgSrc: ["'self'", 'data:', 'blob:'],
      mediaSrc: ["'self'", 'blob:'],
      connectSrc: ["'self'"],
      fontSrc: ["'self'"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: framedBy.length > 0 ? [...framedBy] : ["'none'"],
    },
  };
}
