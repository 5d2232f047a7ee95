import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, show, test } from '../../support/window.ts';

test('a log is followed as it is written, stops following when scrolled up, and goes on at its end', async ({ page, engine }) => {
  // The command goes on line by line as the test lets it.
  const gate = join(engine.home, 'gate');
  const script = `seq 1 400; until [ -e ${gate}-1 ]; do sleep 0.05; done; echo 'late line'; until [ -e ${gate}-2 ]; do sleep 0.05; done; echo last`;
  const { id } = await engine.client.call('submitJob', {
    body: { task: 'shell.run', mode: 'async', payload: { command: script, shell: true } },
  });
  await show(page, `/jobs/${id}`);
  const log = page.getByRole('log');
  await expect(log.getByText('400', { exact: true })).toBeInViewport();

  await log.hover();
  await page.mouse.wheel(0, -3_000);
  const jump = page.getByRole('button', { name: 'Jump to newest' });
  await expect(jump).toBeVisible();
  await writeFile(`${gate}-1`, '');
  await expect(page.getByText('401 lines')).toBeVisible();
  await expect(log.getByText('late line')).toHaveCount(0);

  await jump.click();
  await expect(log.getByText('late line')).toBeInViewport();
  await expect(jump).toBeHidden();
  await writeFile(`${gate}-2`, '');
  await expect(log.getByText('last', { exact: true })).toBeInViewport();
  await expect(page.getByText('402 lines')).toBeVisible();
});

test('the longest log that is kept is shown whole, searched, and is the same as the engine’s', async ({ page, engine }) => {
  const { id } = await engine.client.call('submitJob', {
    body: {
      task: 'shell.run',
      mode: 'async',
      payload: { command: 'seq 1 12000; printf "\\033[31mred\\033[0m and \\033[1mbold\\033[0m\\n" >&2', shell: true },
    },
  });
  await engine.client.call('getJob', { params: { id }, query: { waitMs: 30_000 } });
  let count = 0;
  for await (const line of engine.client.followLogs(id)) count += line.text === '' ? 0 : 1;
  expect(count).toBe(12_001);

  await show(page, `/jobs/${id}`);
  await expect(page.getByText('12,001 lines')).toBeVisible();
  const log = page.getByRole('log');
  await expect(log.getByText('red', { exact: true })).toHaveAttribute('data-colour', 'red');
  // Only what is in view exists.
  expect(await log.locator('[data-index]').count()).toBeLessThan(200);

  await page.getByLabel('Search in the log').fill('1234');
  await expect(page.getByRole('status').filter({ hasText: /^2$/ })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(log.locator('mark').first()).toBeInViewport();
  await expect(log.locator('[data-current]')).toContainText('1234');
});
