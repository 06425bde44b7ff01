import { z } from 'zod';
import { badQuery } from './errors.ts';

const cookieSchema = z.union([
  z.object({ kind: z.literal('page'), page: z.number(), after: z.string() }),
  z.object({ kind: z.literal('track'), page: z.number(), after: z.string(), version: z.number() }),
  z.object({
    kind: z.literal('delta'),
    page: z.number(),
    /** Versions the list goes from (exclusive) and to (inclusive). */
    after: z.number(),
    until: z.number(),
    /** Deletions of the list already told. */
    deleted: z.number(),
    since: z.number(),
  }),
]);
type Cookie = z.infer<typeof cookieSchema>;

/** As the real one looks: XML with an encoded cookie in it, encoded once more. */
export function writeCookie(cookie: Cookie): string {
  const inside = encodeURIComponent(encodeURIComponent(JSON.stringify(cookie)));
  const tracking = cookie.kind === 'page' ? 'False' : 'True';
  return encodeURIComponent(
    `<cookie pagenumber="${cookie.page}" pagingcookie="${inside}" istracking="${tracking}" />`,
  );
}

/** @throws DataverseError 400 for a cookie we did not bake, or of another kind of list */
export function readCookie<K extends Cookie['kind']>(
  text: string | undefined,
  kind: K,
): Extract<Cookie, { kind: K }> | null {
  if (text === undefined) return null;
  const inside = /pagingcookie="([^"]*)"/.exec(text)?.[1] ?? '';
  try {
    const parsed = cookieSchema.parse(JSON.parse(decodeURIComponent(decodeURIComponent(inside))));
    if (isOf(parsed, kind)) return parsed;
  } catch {
    // falls through to the refusal
  }
  throw badQuery('The paging cookie is malformed.');
}

function isOf<K extends Cookie['kind']>(cookie: Cookie, kind: K): cookie is Extract<Cookie, { kind: K }> {
  return cookie.kind === kind;
}
