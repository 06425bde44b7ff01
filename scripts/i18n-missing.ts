/**
 * What a translator still has to do: per language and file, keys that are missing, that English does not have, and texts
 * whose `{{values}}` or `<elements>` are not those of the English ones. Ends with 1 where there is anything.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { differenceOf } from '../test/languages/missing.ts';

const folder = path.resolve(import.meta.dirname, '../web/i18n');
const languages = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'en')
  .map(({ name }) => name);
const files = readdirSync(path.join(folder, 'en')).filter((file) => file.endsWith('.json'));

let findings = 0;
for (const language of languages) {
  for (const file of files) {
    const { missing, superfluous, parts } = differenceOf(read('en', file), read(language, file), language);
    const lines = [
      ...missing.map((key) => `  missing      ${key}`),
      ...superfluous.map((key) => `  superfluous  ${key}`),
      ...parts.map((key) => `  parts        ${key}`),
    ];
    if (lines.length > 0) console.log([`${language}/${file}: ${lines.length}`, ...lines].join('\n'));
    findings += lines.length;
  }
}
console.log(findings === 0 ? 'Every language has everything.' : `${findings} to do.`);
process.exitCode = findings === 0 ? 0 : 1;

function read(language: string, file: string): object {
  const parsed: unknown = JSON.parse(readFileSync(path.join(folder, language, file), 'utf8'));
  if (typeof parsed !== 'object' || parsed === null) throw new Error(`${language}/${file} is not an object`);
  return parsed;
}
