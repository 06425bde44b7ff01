/**
 * The page inside another application's frame (docs/decisions/0016). No cookie of ours reaches the server from there, so
 * it calls the API with a token of its own, which lives in this module and nowhere else.
 */

let token: string | null = null;

/** Whether this page is the one for frames. It stays so: links from there open elsewhere. */
export function isFrame(): boolean {
  return typeof location !== 'undefined' && location.pathname === '/embed';
}

export function keepFrameToken(next: string | null): void {
  token = next;
}

/** What a call to our server says about who asks; nothing where the browser sends the session's cookie. */
export function callerHeaders(): Record<string, string> {
  return token === null ? {} : { authorization: `Bearer ${token}` };
}
