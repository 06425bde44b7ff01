/**
 * Which state of a thing a change was made on (RFC 9110 §13.1.1, https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1):
 * any that is there, or one of these tags, with their quotation marks. Null where the caller did not say, and then the last
 * one who saves wins.
 */
export type MadeOn = '*' | readonly string[] | null;

/** The form of `If-Match`: a star, or tags in quotation marks. */
export const IF_MATCH = /^(\*|(W\/)?"[^"]*"(\s*,\s*(W\/)?"[^"]*")*)$/;

/**
 * What the header says. A tag counts without its `W/` as well: a proxy that compresses answers makes it weak on the way
 * out, and the client sends back what it got.
 */
export function madeOn(header: string | undefined): MadeOn {
  if (header === undefined) return null;
  return header === '*' ? '*' : (header.match(/"[^"]*"/g) ?? []);
}

/** Whether a change may be made on what is there now; `current` is null where nothing is. */
export function stillStands(on: MadeOn, current: string | null): boolean {
  if (on === null) return true;
  if (current === null) return false;
  return on === '*' || on.includes(current);
}
