import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { solutionFiles, TABLES, zipOf } from './solution-zip.ts';

/**
 * `npm run solution -- --url https://assent.example.com [--tables contact,account]`: the unmanaged solution for a
 * Dynamics 365 organisation, as a zip (docs/dynamics-365.md). `PUBLIC_URL` serves too.
 */
const { values } = parseArgs({ options: { url: { type: 'string' }, tables: { type: 'string' } } });
const given = values.url ?? process.env.PUBLIC_URL;
const url = URL.parse(given ?? 'http://127.0.0.1:3000');
const asked = (values.tables ?? TABLES.join()).split(',').map((one) => one.trim());
const tables = TABLES.filter((table) => asked.includes(table));
if (url === null || !/^https?:$/.test(url.protocol) || tables.length !== asked.length) {
  console.error(`--url must be the address of Assent, and --tables some of ${TABLES.join(', ')}.`);
  process.exit(1);
}
if (url.protocol === 'http:' && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)) {
  console.error('--url must begin with https: a form of Dynamics 365 shows no frame without TLS.');
  process.exit(1);
}
const folder = path.resolve(import.meta.dirname, '../solution/dist');
mkdirSync(folder, { recursive: true });
const file = path.join(folder, 'assent_1_0_0_0.zip');
const files = solutionFiles({ url: url.origin, tables });
writeFileSync(file, zipOf(files));
console.log(`${path.relative(process.cwd(), file)}: ${files.size} files for Assent at ${url.origin}`);
console.log('Its XML was checked; whether an organisation takes it shows only at the import.');
if (given === undefined)
  console.log('No --url was given: this one works with a sandbox on this machine only.');
