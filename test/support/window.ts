/** The window in a browser: a real engine in a temporary home, and a page at its one-time address. */

import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { test as base, expect } from '@playwright/test';
import type { EngineProcess } from './engine-process.ts';
import { startEngineProcess } from './engine-process.ts';

type Fixtures = {
  engine: EngineProcess;
  /** What the page complained of: uncaught errors, and all that the content security policy forbade. */
  complaints: string[];
};

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: the runner reads which fixtures are wanted from the pattern
  engine: async ({}, use) => {
    await using engine = await startEngineProcess({ port: 0 });
    await use(engine);
  },
  // biome-ignore lint/correctness/noEmptyPattern: as above
  complaints: async ({}, use) => {
    await use([]);
  },
  page: async ({ page, engine, complaints }, use) => {
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) complaints.push(message.text());
    });
    await page.goto(engine.windowAddress ?? '');
    // From here on it hears keys.
    await page.locator('main h1').waitFor();
    await use(page);
    expect(complaints).toEqual([]);
  },
});

/** Goes to a page of the window as a link would. @param path e.g. `/jobs?state=dead` */
export async function show(page: Page, path: string): Promise<void> {
  await page.evaluate((hash) => {
    window.history.pushState(null, '', `#${hash}`);
    window.dispatchEvent(new HashChangeEvent('hashchange'));
  }, path);
}

/** axe finds nothing serious or critical, in light and in dark. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', colorScheme);
    // What passed is not described, and the results are put together in the page itself, which has no frames: otherwise axe opens a
    // page of its own for each look.
    const { violations } = await new AxeBuilder({ page })
      .options({ resultTypes: ['violations'] })
      .setLegacyMode()
      .analyze();
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(serious.map(({ id, nodes }) => `${colorScheme}: ${id}: ${nodes.map(({ html }) => html).join('\n')}`)).toEqual([]);
  }
}

export { expect };
