import { chanceOf } from '../faults/nodes.ts';
import { describe, exploreAll, walk } from './explore.ts';
import { counterexampleOf, MUTANTS } from './mutants.ts';
import { PROTOCOL } from './rules.ts';
import { BEYOND, LONG, SHORT } from './scopes.ts';

/** `npm run model`: the long form, with figures. `MODEL_RUNS` and `MODEL_SEED` change the random part. */
const RUNS = Number(process.env.MODEL_RUNS ?? 1_000_000);
const SEED = Number(process.env.MODEL_SEED ?? 20_261_129);

const grouped = (count: number): string =>
  count < 1e15 ? Math.round(count).toLocaleString('en') : `about ${count.toExponential(1)}`;
const seconds = (since: number): number => (performance.now() - since) / 1000;
let broken = 0;

console.log('Every run to its end:');
for (const scope of [...SHORT, ...LONG]) {
  const began = performance.now();
  const all = exploreAll(scope, PROTOCOL);
  const took = seconds(began);
  console.log(
    `  ${scope.name}: ${grouped(all.states)} states, ${grouped(all.transitions)} transitions, ${grouped(all.interleavings)} interleavings, ` +
      `longest ${all.depth} steps; ${took.toFixed(1)} s, ${grouped(all.transitions / took)} transitions/s`,
  );
  if (all.found !== null) {
    broken += 1;
    console.log(`    BROKEN ${all.found.promise} (${all.found.why}): ${describe(all.found.trace)}`);
  }
}

console.log(`At random, seed ${SEED}:`);
for (const scope of BEYOND) {
  const began = performance.now();
  const walked = walk(scope, PROTOCOL, Math.ceil(RUNS / BEYOND.length), chanceOf(SEED));
  const took = seconds(began);
  console.log(
    `  ${scope.name}: ${grouped(walked.runs)} interleavings, ${grouped(walked.different)} of them different, ${grouped(walked.steps)} steps, ` +
      `longest ${walked.longest}; ${took.toFixed(1)} s, ${grouped(walked.runs / took)} interleavings/s`,
  );
  if (walked.found !== null) {
    broken += 1;
    console.log(`    BROKEN ${walked.found.promise} (${walked.found.why}): ${describe(walked.found.trace)}`);
  }
}

console.log('Without a rule:');
for (const mutant of MUTANTS) {
  const found = counterexampleOf(mutant);
  const named = `  ${mutant.without} (${mutant.says})`;
  if (found === null) {
    broken += 1;
    console.log(`${named}: NOTHING FOUND`);
  } else console.log(`${named}: ${found.promise}, ${found.why}\n    ${describe(found.trace)}`);
}
process.exitCode = broken === 0 ? 0 : 1;
