import { spawn } from 'node:child_process';

/** `npm run fuzz`: the tests of this directory in their long form. `FUZZ_SECONDS` is for all of them, `FUZZ_SEED` the first seed. */
const { FUZZ_SECONDS = '600', FUZZ_SEED = String(Date.now() % 1_000_000_000), ...env } = process.env;

console.log(`FUZZ_SECONDS=${FUZZ_SECONDS} FUZZ_SEED=${FUZZ_SEED}`);
const vitest = [
  'node_modules/vitest/vitest.mjs',
  'run',
  '--project',
  'unit',
  '--no-file-parallelism',
  'test/fuzz',
];
spawn(process.execPath, [...process.execArgv, ...vitest], {
  stdio: 'inherit',
  // The file on Dataverse is one of the long ones.
  env: { ...env, FUZZ_SECONDS, FUZZ_SEED, TEST_LONG: '1' },
}).on('exit', (code) => {
  process.exitCode = code ?? 1;
});
