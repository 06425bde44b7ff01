import type { FastifyRequest } from 'fastify';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

export const isSafeMethod = (method: string): boolean => SAFE_METHODS.has(method);

/**
 * Whether our own page made this request. Browsers say so in `Sec-Fetch-Site` (over TLS and to localhost) and, with
 * every unsafe method, in `Origin`; a page cannot change either. A request with neither is refused: no browser of
 * today sends one, and whoever is no browser has a key.
 *
 * https://www.w3.org/TR/fetch-metadata/ · https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
 */
export function isOwnRequest(
  request: Pick<FastifyRequest, 'headers' | 'protocol' | 'host'>,
  publicUrl: string,
): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const { origin } = request.headers;
  return origin !== undefined && (origin === publicUrl || origin === `${request.protocol}://${request.host}`);
}

/** A path of this server to go on to, or null: never another server, whatever tricks the text holds. */
export function localPath(text: string | undefined): string | null {
  if (text === undefined || !text.startsWith('/')) return null;
  const here = 'http://here.invalid';
  const url = URL.parse(text, here);
  if (url === null || url.origin !== here) return null;
  return url.pathname.startsWith('//') ? null : url.pathname + url.search + url.hash;
}
