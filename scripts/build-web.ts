import { buildWeb } from './web-build.ts';

/**
 * `npm run build`, and with `--if-possible` what `npm ci` runs: an installation without the pages' sources or without
 * development dependencies is a good one, which serves a `web/dist` built elsewhere.
 */
const build = buildWeb();
if (build.result === 'built') console.log(`web: built in ${build.seconds.toFixed(1)} s`);
if (build.result === 'current') console.log('web: nothing changed since the last build');
if (build.result === 'not-possible') {
  console.log(`web: not built, ${build.reason}`);
  if (!process.argv.includes('--if-possible')) process.exitCode = 1;
}
