import { prepareCluster } from '../src/db/new-cluster.ts';
import './build-web.ts';

/** What `npm ci` runs at its end: the pages are built, and the cluster that new data directories are copies of is made. */
const began = performance.now();
try {
  await prepareCluster();
  console.log(`database: ready to be copied after ${((performance.now() - began) / 1000).toFixed(1)} s`);
} catch (error) {
  console.log(`database: none to copy, the first start makes its own (${String(error)})`);
}
