import { plainText } from './message-plain.ts';

/**
 * A run of a customer's text; `href` is set where it is a web address that is safe to open. `host` is where it really
 * leads, given where the address is written so that it could pass for another: letters of other scripts than ASCII
 * become Punycode, as browsers resolve them.
 */
export type TextRun = { text: string; href?: string; host?: string };

const WEB_ADDRESS = /(?:https?:\/\/|(?<![\p{L}\p{N}@./-])www\.)[^\s<>"']+/giu;
/** What ends a sentence is not part of the address before it: "see https://example.com." */
const TRAILING = /[.,;:!?\])}»”’…*_~]+$/u;
/** The brackets that an address may hold in pairs, as Wikipedia's do. */
const PAIRED = /\([^()\s]*\)$/;

/**
 * Splits a text into plain runs and links. Only `http` and `https` become links, so that a customer's
 * `javascript:` or `data:` stays text; an address that the URL parser refuses stays text too, and so does one
 * with a user name in it, which shows one host and opens another.
 */
export function splitLinks(text: string): TextRun[] {
  const runs: TextRun[] = [];
  let end = 0;
  const push = (run: TextRun) => {
    const last = runs.at(-1);
    if (run.text === '') return;
    if (run.href === undefined && last !== undefined && last.href === undefined) last.text += run.text;
    else runs.push(run);
  };
  for (const match of text.matchAll(WEB_ADDRESS)) {
    const address = withoutTrail(match[0]);
    const link = linkOf(address);
    push({ text: text.slice(end, match.index) });
    push(link === null ? { text: address } : { text: address, ...link });
    end = match.index + address.length;
  }
  push({ text: text.slice(end) });
  return runs;
}

function withoutTrail(address: string): string {
  const short = address.replace(TRAILING, '');
  const bracketed = address.slice(0, short.length + 1);
  return bracketed.endsWith(')') && PAIRED.test(bracketed) ? bracketed : short;
}

function linkOf(address: string): { href: string; host?: string } | null {
  const typed = plainText(address);
  const whole = /^www\./i.test(typed) ? `https://${typed}` : typed;
  if (!URL.canParse(whole)) return null;
  const url = new URL(whole);
  const safe =
    (url.protocol === 'http:' || url.protocol === 'https:') && url.username === '' && url.password === '';
  if (!safe || !url.hostname.includes('.')) return null;
  const shown = /^https?:\/\/([^/?#:]*)/i.exec(whole)?.[1]?.toLowerCase();
  return shown === url.hostname ? { href: url.href } : { href: url.href, host: url.hostname };
}
