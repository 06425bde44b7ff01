import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Three suites. `unit` needs nothing but Node (the database is PGlite inside the process); `postgres` runs the
 * database tests again on the server of `TEST_DATABASE_URL`; `e2e` drives a real Chromium.
 */
/**
 * Stories on a Dataverse organisation and the like, minutes in all: with TEST_LONG=1 only, on PGlite by `npm test` and on
 * PostgreSQL by `npm run test:postgres`, where `.ci/run` has them.
 */
const LONG = [
  'test/stories/dataverse*.test.ts',
  'test/stories/timeline*.test.ts',
  'test/stories/take-in-page.laws.test.ts',
  'test/stories/related-records.test.ts',
  'test/stories/crm-set-up.test.ts',
  'test/defects/crm-dataverse.test.ts',
  'test/crm-contract/dataverse.test.ts',
  'test/crm-races/two-hands.test.ts',
  'test/fuzz/dataverse-webhook.test.ts',
  'test/model/real.test.ts',
];
const long = process.env.TEST_LONG === undefined ? LONG : [];

/**
 * Small files whose tests take long. Vitest begins with the largest files where it has not seen a run yet, as in a clean
 * clone; these would come last, and one worker would be left alone with them.
 */
const FIRST = [
  'test/e2e/languages.test.ts',
  'test/e2e/accessibility.test.ts',
  'test/fuzz/guided/guided.test.ts',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = FIRST.findIndex((name) => moduleId.endsWith(name));
      return at === -1 ? FIRST.length : at;
    };
    return (await super.sort(files)).toSorted((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  test: {
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
    // Two on two cores too: much of a test is waiting.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // One second, the default, is over before a busy machine has sent a message.
    expect: { poll: { timeout: 15_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // A worker loads the product and PGlite once for all its files, which saves a third of the time. Files share no state.
          isolate: false,
          globalSetup: ['test/db/snapshot.ts'],
          setupFiles: ['test/languages/speak-english.ts'],
          include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'emulators/**/*.test.ts', 'web/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/faults/**', 'node_modules/**', ...long],
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: ['node_modules/**'],
          testTimeout: 240_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          testTimeout: 1_800_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
