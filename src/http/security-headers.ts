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
    contentSecurityPolicy: policy(null),
    // Without TLS the header would be ignored by browsers, and must not be sent (RFC 6797 §7.2).
    strictTransportSecurity: options.https ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    frameguard: { action: 'deny' },
    // `no-referrer` would make browsers send `Origin: null` with our own forms.
    referrerPolicy: { policy: 'same-origin' },
  });
}

/** Gives this response a nonce of its own and answers it. */
export function allowNonce(reply: FastifyReply): string {
  const nonce = randomBytes(18).toString('base64url');
  reply.helmet({ contentSecurityPolicy: policy(nonce) });
  return nonce;
}

function policy(nonce: string | null) {
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
      frameAncestors: ["'none'"],
    },
  };
}
