import { badQuery } from './errors.ts';

/** A step of a resource path: a name, and what stands in parentheses after it. Both percent-decoded. */
export type Segment = { name: string; args: string | null };

/** Splits a path at slashes outside quotes and parentheses; key values may hold either, encoded or raw. */
export function readPath(raw: string): Segment[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let part = '';
  for (const sign of raw) {
    if (sign === "'") quoted = !quoted;
    if (!quoted && sign === '(') depth += 1;
    if (!quoted && sign === ')') depth -= 1;
    if (sign === '/' && !quoted && depth === 0) {
      parts.push(part);
      part = '';
    } else part += sign;
  }
  parts.push(part);
  return parts.filter((one) => one !== '').map(segment);
}

function segment(raw: string): Segment {
  let text: string;
  try {
    text = decodeURIComponent(raw);
  } catch {
    throw badQuery('Bad Request - Error in query syntax.');
  }
  const open = text.indexOf('(');
  if (open < 0) return { name: text, args: null };
  if (!text.endsWith(')')) throw badQuery('Bad Request - Error in query syntax.');
  return { name: text.slice(0, open), args: text.slice(open + 1, -1) };
}

/** `a='x',b=1` as names and texts, at commas outside quotes; a value alone has the name ''. */
export function readArgs(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const part of splitOutside(text, ',')) {
    const equals = splitOutside(part, '=');
    if (equals.length > 1) found.set((equals[0] ?? '').trim(), equals.slice(1).join('=').trim());
    else if (part.trim() !== '') found.set('', part.trim());
  }
  return found;
}

/** Splits at a sign outside quotes, parentheses, brackets and braces. */
export function splitOutside(text: string, at: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let part = '';
  for (const sign of text) {
    if (sign === "'") quoted = !quoted;
    if (!quoted && '([{'.includes(sign)) depth += 1;
    if (!quoted && ')]}'.includes(sign)) depth -= 1;
    if (sign === at && !quoted && depth === 0) {
      parts.push(part);
      part = '';
    } else part += sign;
  }
  parts.push(part);
  return parts;
}
