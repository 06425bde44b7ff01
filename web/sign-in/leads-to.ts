/**
 * Where a sign-in leads: the page that was wanted, if it is one of ours. Anything that could leave this origin, or lead
 * back to a page of the sign-in, becomes the start page.
 */
export function leadsTo(next: string | undefined): string {
  if (next === undefined || !next.startsWith('/')) return '/';
  const url = URL.parse(next, 'http://here.invalid');
  // A path that begins with two slashes, also one that only became so (`/.//evil.example`), names another host.
  if (url === null || url.origin !== 'http://here.invalid' || url.pathname.startsWith('//')) return '/';
  return /^\/(sign-in|welcome-in|api)(\/|$)/.test(url.pathname) ? '/' : url.pathname + url.search + url.hash;
}
