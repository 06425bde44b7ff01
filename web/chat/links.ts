/** A run of a customer's text; `href` is set where it is a web address that is safe to open. */
export type TextRun = { text: string; href?: string };

const WEB_ADDRESS = /https?:\/\/[^\s<>"']+/giu;
/** What ends a sentence is not part of the address before it: "see https://example.com." */
const TRAILING = /[.,;:!?\])}»”’…]+$/u;

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
    const address = match[0].replace(TRAILING, '');
    const href = safeHref(address);
    push({ text: text.slice(end, match.index) });
    push(href === null ? { text: address } : { text: address, href });
    end = match.index + address.length;
  }
  push({ text: text.slice(end) });
  return runs;
}

function safeHref(address: string): string | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  const safe =
    (url.protocol === 'http:' || url.protocol === 'https:') && url.username === '' && url.password === '';
  return safe ? url.href : null;
}
