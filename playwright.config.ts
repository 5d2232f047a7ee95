import { homedir } from 'node:os';
import { defineConfig } from '@playwright/test';
import { findBrowser } from './scripts/lib/browser-binary.mjs';

/** Given by `npm test`, else looked for; without any, Playwright's own. */
const executablePath =
  process.env.SWITCHYARD_CHROMIUM ?? findBrowser({ env: process.env, platform: process.platform, userFolder: homedir() })?.path;

export default defineConfig({
  timeout: 45_000,
  // Below the bound of `npm test`, so that a run that is too slow still reports what it did.
  globalTimeout: 18 * 60_000,
  expect: { timeout: 10_000 },
  retries: 0,
  forbidOnly: true,
  // Each test has an engine of its own beside its page. The one waits for the other much of the time, so that two pairs at once make
  // use of two cores; a test's own steps stay in order.
  workers: 2,
  reporter: [['line']],
  use: { screenshot: 'only-on-failure' },
  projects: [
    {
      name: 'browser',
      testDir: 'test/e2e/browser',
      outputDir: 'test-results/browser',
      fullyParallel: true,
      use: {
        browserName: 'chromium',
        viewport: { width: 1280, height: 800 },
        launchOptions: {
          ...(executablePath ? { executablePath } : {}),
          // Chromium refuses its sandbox to root.
          args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
        },
      },
    },
    // One at a time: they share a display, and with it what has the focus.
    { name: 'electron', testDir: 'test/e2e/electron', outputDir: 'test-results/electron', workers: 1 },
  ],
});
