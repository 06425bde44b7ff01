import type { FastifyReply } from 'fastify';
import { allowNonce } from './security-headers.ts';

const STYLE = `
  :root { color-scheme: light dark; background: Canvas; color: CanvasText; font: 16px/1.5 'Segoe UI', system-ui, sans-serif }
  main { max-width: 40rem; margin: 12vh auto; padding: 0 1.5rem }
  h1 { font-size: 1.5rem; font-weight: 600 }
  code { background: color-mix(in srgb, currentColor 10%, transparent); padding: 0.1em 0.35em; border-radius: 4px }`;

/** A page without scripts, for what must be said when the web app cannot say it. Texts are plain; \`x\` becomes code. */
export function sendPlainPage(
  reply: FastifyReply,
  page: { status: number; title: string; paragraphs: string[]; link?: { href: string; text: string } },
): FastifyReply {
  const nonce = allowNonce(reply);
  const paragraphs = page.paragraphs.map((text) => `<p>${withCode(escapeHtml(text))}</p>`);
  if (page.link !== undefined)
    paragraphs.push(`<p><a href="${escapeHtml(page.link.href)}">${escapeHtml(page.link.text)}</a></p>`);
  return reply
    .code(page.status)
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${escapeHtml(page.title)} · Assent</title>
    <style nonce="${nonce}">${STYLE}</style>
  </head>
  <body>
    <main>
    <h1>${escapeHtml(page.title)}</h1>
    ${paragraphs.join('\n    ')}
    </main>
  </body>
</html>
`);
}

const withCode = (html: string): string => html.replaceAll(/`([^`]+)`/g, '<code>$1</code>');

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
