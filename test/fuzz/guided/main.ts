import { readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { fuzz } from './run.ts';

/**
 * `npm run fuzz:guided`: fuzzing that follows what code its inputs reach. `FUZZ_SECONDS` is for all targets together,
 * `FUZZ_SEED` makes a run anew, `FUZZ_RUNS` ends each target after so many runs; `-- webhook csv` takes these targets alone.
 */
const SECONDS = Number(process.env.FUZZ_SECONDS ?? 600);
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000_000);
const RUNS = Number(process.env.FUZZ_RUNS ?? Number.POSITIVE_INFINITY);

const folder = path.join(import.meta.dirname, 'targets');
const all = readdirSync(folder)
  .map((file) => path.basename(file, '.ts'))
  .sort();
const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !all.includes(name));
if (unknown.length > 0) throw new Error(`no such target: ${unknown.join(', ')}; there are ${all.join(', ')}`);
const names = chosen.length === 0 ? all : chosen;

console.log(`FUZZ_SECONDS=${SECONDS} FUZZ_SEED=${SEED}`);
console.log(
  '| target | seconds | runs | blocks by seeds | blocks reached | of | kept | slowest run | findings |',
);
console.log('|---|---|---|---|---|---|---|---|---|');
for (const name of names) {
  const began = performance.now();
  const report = await fuzz({
    module: pathToFileURL(path.join(folder, `${name}.ts`)).href,
    seed: SEED,
    seconds: SECONDS / names.length,
    runs: RUNS,
    guided: true,
    stopAtFinding: false,
  });
  const cells = [
    name,
    Math.round((performance.now() - began) / 1_000),
    report.executions,
    report.seeded,
    report.reached,
    report.seen,
    report.corpus,
    `${Math.round(report.slowestMs)} ms`,
    report.findings.length,
  ];
  console.log(`| ${cells.join(' | ')} |`);
  for (const { error, hex } of report.findings)
    console.log(`FOUND by ${name}, seed ${SEED}: ${error}\n  input, ${hex.length / 2} bytes in hex: ${hex}`);
  if (report.findings.length > 0) process.exitCode = 1;
}
