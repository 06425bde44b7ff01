/** What JSON that PostgreSQL cannot keep looks like: NUL, and half a character. A whole one in escapes does too, and comes to no harm. */
const SUSPECT = /\\u(?:0000|d[89a-f]..)/i;

/**
 * JSON of the organisation, whose text PostgreSQL can keep: no NUL, and no half of an emoji in which a column was cut. Throws a
 * `SyntaxError` where it is none.
 */
export function parseJson(text: string): unknown {
  if (!SUSPECT.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_, value: unknown) =>
    typeof value === 'string' ? value.replaceAll('\u0000', '').toWellFormed() : value,
  );
}
