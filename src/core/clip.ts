/**
 * At most so many UTF-16 units, which is what a column of Dataverse counts; never half of a character, which no jsonb takes. What was
 * cut ends in an ellipsis.
 */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text;
  return most <= 1 ? '' : `${cut(text, most - 1)}…`;
}

/** The same without an ellipsis. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const last = text.charCodeAt(most - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? most - 1 : most);
}
