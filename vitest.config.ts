import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/**
 * Three suites. `unit` needs nothing but Node (the database is PGlite inside the process); `postgres` runs the
 * database tests again on the server of `TEST_DATABASE_URL`; `e2e` drives a real Chromium.
 */
export default defineConfig({
  test: {
    pool: 'forks',
    // Two on two cores too: much of a test is waiting.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          globalSetup: ['test/db/snapshot.ts'],
          setupFiles: ['test/languages/speak-english.ts'],
          include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'emulators/**/*.test.ts', 'web/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/faults/**', 'node_modules/**'],
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
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
