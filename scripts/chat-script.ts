import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

/**
 * What a browser has to load before an open chat can be used: the first script, the page of the chats with the open chat
 * in it, the bell of the top bar, and the English words of all of these, each with what it imports. What comes later by
 * itself or is opened (dialogs, pickers, toasts) is not among it.
 */
const NEEDED = [
  'chat/chat-page.tsx',
  'notifications/notification-bell.tsx',
  ...['ui', 'rights', 'chat', 'desk', 'notifications'].map((words) => `i18n/en/${words}.json`),
];

type Manifest = Record<string, { file: string; imports?: string[] }>;
export type SizedFile = { file: string; gzip: number };

/** The scripts, largest first, and the style rules beside them, each in bytes as gzip -9 leaves it. */
export function chatScript(dist: string): { scripts: SizedFile[]; rules: SizedFile } {
  const html = readFileSync(path.join(dist, 'index.html'), 'utf8');
  const manifest: Manifest = JSON.parse(readFileSync(path.join(dist, '.vite/manifest.json'), 'utf8'));
  // The scripts that the page names itself, with what it says they import.
  const found = new Set(Array.from(html.matchAll(/"\/(assets\/[^"]+\.js)"/g), ([, file = '']) => file));
  const take = (key: string): void => {
    const chunk = manifest[key];
    if (chunk === undefined) throw new Error(`the build made nothing of ${key}`);
    if (found.has(chunk.file)) return;
    found.add(chunk.file);
    for (const imported of chunk.imports ?? []) take(imported);
  };
  for (const key of NEEDED) take(key);
  const sized = (file: string): SizedFile => ({
    file,
    gzip: gzipSync(readFileSync(path.join(dist, file)), { level: 9 }).length,
  });
  const rules = /id="style-rules"[^>]*href="\/([^"]+)"/.exec(html)?.[1];
  if (rules === undefined) throw new Error('index.html names no style rules');
  return { scripts: [...found].map(sized).sort((a, b) => b.gzip - a.gzip), rules: sized(rules) };
}
