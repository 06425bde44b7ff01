import { buildWeb } from './web-build.ts';

/** `npm start`: builds the pages where their sources changed, then runs the server in this process. */
const build = buildWeb();
if (build.result === 'built') console.log(`web: built in ${build.seconds.toFixed(1)} s`);
if (build.result === 'not-possible') {
  if (!build.stale) {
    console.error(
      `web/dist is missing and cannot be built here: ${build.reason}. Run npm ci with development dependencies, ` +
        'or copy web/dist from a machine where npm run build was run.',
    );
    process.exit(1);
  }
  console.warn(`web: the sources changed but ${build.reason}; serving the older build`);
}
await import('../src/main.ts');
