import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { findChromium, HOW_TO_GET_CHROMIUM } from '../test/e2e/chromium.ts';
import { buildWeb } from './web-build.ts';

/** `npm run e2e -- [vitest's arguments]`: the stories in a real browser, on the pages as they are now. */
if (findChromium() === null) {
  console.error(HOW_TO_GET_CHROMIUM);
  process.exit(1);
}
const build = buildWeb();
if (build.result === 'not-possible') {
  console.error(`The pages cannot be built here: ${build.reason}. Run npm ci with development dependencies.`);
  process.exit(1);
}
// Three on two cores: each waits for its page half of the time.
const workers = `--maxWorkers=${Math.max(3, availableParallelism())}`;
const vitest = [
  'node_modules/vitest/vitest.mjs',
  'run',
  '--project',
  'e2e',
  workers,
  ...process.argv.slice(2),
];
process.exitCode = spawnSync(process.execPath, vitest, { stdio: 'inherit' }).status ?? 1;
