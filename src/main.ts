import { randomBytes } from 'node:crypto';
import { whyNotStarted } from './cannot-start.ts';
import { readConfig } from './config.ts';
import { giveBackMemory } from './memory.ts';
import { startAssent } from './start.ts';

/** `npm start`: reads the environment, starts everything, prints where to click, stops cleanly on a signal. */
const read = readConfig(process.env, () => randomBytes(32).toString('base64url'));
if (!read.ok) {
  console.error('Assent cannot start:');
  for (const problem of read.problems) console.error(`  - ${problem}`);
  process.exit(1);
}

try {
  const assent = await startAssent(read.config);
  console.log(assent.welcome);
  void assent.seeded.then(giveBackMemory);
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      assent.stop(read.config.drainMs).then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error);
          process.exit(1);
        },
      );
    });
} catch (error) {
  console.error(whyNotStarted(error, read.config) ?? error);
  process.exit(1);
}
