import path from 'node:path';
import { chatScript } from './chat-script.ts';
import { buildWeb } from './web-build.ts';

/** `npm run web:size`: what the chat has to load before it can be used, file by file, as docs/performance.md has it. */
if (buildWeb().result === 'not-possible') throw new Error('the pages cannot be built here');
const { scripts, rules } = chatScript(path.resolve(import.meta.dirname, '../web/dist'));
for (const { file, gzip } of scripts) console.log(`${String(gzip).padStart(8)}  ${file}`);
console.log(
  `${String(scripts.reduce((sum, { gzip }) => sum + gzip, 0)).padStart(8)}  script of the chat, gzip`,
);
console.log(`${String(rules.gzip).padStart(8)}  style rules beside it, gzip`);
