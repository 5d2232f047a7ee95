import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'node',
    // Processes rather than threads: better-sqlite3, signals and worker threads of the tests' own are in them.
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    teardownTimeout: 10_000,
    // Two at once, also on two cores, where it would be one by default: most tests wait for processes, threads and sockets.
    maxWorkers: 2,
    passWithNoTests: false,
    allowOnly: false,
    setupFiles: ['test/support/no-leaks.ts'],
    projects: [
      { extends: true, test: { name: 'code', include: ['test/{unit,engine,api,cli,faults,scripts,architecture}/**/*.test.{ts,tsx}'] } },
      // What is packed has to be built first.
      { extends: true, test: { name: 'package', include: ['test/package/**/*.test.ts'], testTimeout: 240_000, hookTimeout: 240_000 } },
    ],
  },
});
