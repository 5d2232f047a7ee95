import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { expect, expectAccessible, show, test } from '../../support/window.ts';

const workload = {
  work: { kind: 'model', service: { kind: 'constant', ms: 60 }, lane: 'io' },
  ...{ arrivalsPerSecond: 20, requests: 20, durationMs: 5_000, failureRate: 0 },
};

/** Starts a run of sync and async under this name. */
async function start(page: Page, name: string): Promise<void> {
  await show(page, '/lab');
  await page.getByRole('checkbox', { name: 'Hybrid' }).uncheck();
  await page.getByRole('checkbox', { name: 'Auto' }).uncheck();
  await page.getByRole('textbox', { name: 'Name' }).fill(name);
  await page.getByRole('textbox', { name: 'Workload' }).fill(JSON.stringify(workload));
  await page.getByRole('button', { name: 'Run your workload' }).click();
  await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
}

async function ended(page: Page): Promise<void> {
  await expect(page.getByRole('button', { name: 'Delete this run' })).toBeVisible({ timeout: 60_000 });
}

/** Milliseconds of a cell such as `62 ms` or `1.2 s`. */
function ms(text: string): number {
  const [, amount = '', unit = ''] = /^([\d.]+) (ms|s)/.exec(text) ?? [];
  return Number(amount) * (unit === 's' ? 1_000 : 1);
}

test('the well-known cases stand there with what each shows, and nothing is started without a mode', async ({ page }) => {
  await expect(page.getByRole('heading', { name: 'Overview', level: 1 })).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('l');
  await expect(page.getByRole('listitem').filter({ hasText: 'Like button' })).toContainText('hybrid');
  await expect(page.getByRole('button', { name: 'Run Log-in' })).toBeEnabled();
  for (const mode of ['Sync', 'Async', 'Hybrid', 'Auto']) await page.getByRole('checkbox', { name: mode, exact: true }).uncheck();
  await expect(page.getByRole('button', { name: 'Run Log-in' })).toBeDisabled();
  const text = page.getByRole('textbox', { name: 'Workload' });
  await text.fill(JSON.stringify({ ...workload, arrivalsPerSecond: -1 }));
  await expect(page.locator('main')).toContainText('arrivalsPerSecond: ');
  await expect(page.getByRole('button', { name: 'Run your workload' })).toBeDisabled();
  await expectAccessible(page);
});

test('a run is shown side by side as it goes, then kept, named, compared, exported and deleted', async ({ page, engine }) => {
  test.setTimeout(150_000);
  await start(page, 'First');
  await expect(page.getByRole('button', { name: 'Stop' })).toBeVisible();
  await ended(page);
  const table = page.getByRole('region', { name: 'The modes side by side' });
  const [sync = '', async = ''] = await table
    .getByRole('row', { name: /^Half within/ })
    .first()
    .getByRole('cell')
    .allTextContents();
  // A sync caller waits for the work, an async one does not.
  expect(ms(sync)).toBeGreaterThanOrEqual(60);
  expect(ms(async)).toBeLessThan(ms(sync));
  await expect(table.getByRole('row', { name: /^Sent/ }).getByRole('cell')).toHaveText(['20', '20']);
  await expect(table.getByRole('row', { name: /^Completed \d/ }).getByRole('cell')).toHaveText(['20', '20']);
  await expect(page.getByRole('region', { name: 'Prediction for Async' }).getByRole('row', { name: /^Places used/ })).toBeVisible();
  await expect(page.getByRole('figure').filter({ hasText: 'Memory' })).toContainText(/Sync: latest \d+ MiB/);
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Rename' }).click();
  await page.getByRole('textbox', { name: 'Name of the run' }).fill('Sixty milliseconds');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Sixty milliseconds', level: 1 })).toBeVisible();

  const [csv] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'CSV' }).click()]);
  expect(readFileSync(await csv.path(), 'utf8').split('\r\n')).toHaveLength(4);
  const [png] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'PNG' }).click()]);
  expect(png.suggestedFilename()).toBe('sixty-milliseconds.png');
  expect(
    readFileSync(await png.path())
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG');

  await start(page, 'Second');
  await page.getByRole('button', { name: 'Stop' }).click();
  await ended(page);
  await page.getByRole('combobox', { name: 'Compare with' }).click();
  await page.getByRole('option', { name: /^Sixty milliseconds/ }).click();
  await expect(table.getByRole('columnheader')).toHaveText([/^Sync A/, /^Sync B/, /^Async A/, /^Async B/]);
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Delete this run' }).click();
  await page.getByRole('button', { name: 'Delete run' }).click();
  await expect(page.getByRole('link', { name: 'Sixty milliseconds' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Second', exact: true })).toHaveCount(0);
  await expectAccessible(page);
  const { counts } = await engine.client.call('getStats', {});
  expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(0);
});

test('a run that is not there is said to be so', async ({ page }) => {
  await show(page, '/lab/00000000-0000-7000-8000-000000000000');
  await expect(page.getByRole('alert')).toBeVisible();
  await page.getByRole('link', { name: 'All runs' }).click();
  await expect(page.getByRole('heading', { name: 'Lab', level: 1 })).toBeVisible();
});
