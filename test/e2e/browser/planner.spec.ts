import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, expectAccessible, show, test } from '../../support/window.ts';

test('a plan is answered while one types, and says which method it took', async ({ page }) => {
  await page.keyboard.press('g');
  await page.keyboard.press('p');
  const plan = page.getByRole('region', { name: 'The plan' });
  await expect(plan).toContainText('95 % of the jobs wait at most');
  await expect(plan).toContainText('Simulated. No formula is exact here: lognormal service');
  await expect(plan.getByRole('img', { name: /^Utilisation 79 %/ })).toBeVisible();
  await page.getByRole('textbox', { name: 'Workers', exact: true }).fill('2');
  await expect(plan).toContainText('The line grows by');
  await expect(plan).toContainText('By formula. More comes than can be done');
  await expectAccessible(page);
});

test('a field that cannot be read is marked, and the last answer stays', async ({ page }) => {
  await show(page, '/planner');
  const plan = page.getByRole('region', { name: 'The plan' });
  await expect(plan).toContainText('95 % of the jobs wait at most');
  const mean = page.getByRole('textbox', { name: 'Mean' });
  await mean.fill('soon');
  await expect(mean).toHaveAttribute('aria-invalid', 'true');
  await expect(page.locator('main')).toContainText('must be a time such as 250 ms');
  await expect(plan).toContainText('Mend what is marked');
  await expect(plan).toContainText('95 % of the jobs wait at most');
  await expectAccessible(page);
});

test('the questions of scale are there to begin with, and a plan is kept in its address', async ({ page }) => {
  await show(page, '/planner');
  const plan = page.getByRole('region', { name: 'The plan' });
  await page.getByRole('button', { name: '1,000 jobs a second of an hour' }).click();
  await expect(plan).toContainText('Machines needed364');
  await page.getByRole('button', { name: '10,000 calls a second, answered within 100 ms' }).click();
  await expect(plan).toContainText('Every call finds a place');
  await page.goBack();
  await expect(plan).toContainText('Machines needed364');
  await page.reload();
  await expect(plan).toContainText('Machines needed364');
});

test('a backlog is drawn until it is gone', async ({ page }) => {
  await show(page, '/planner');
  await page.getByRole('button', { name: /^A nightly import/ }).click();
  const plan = page.getByRole('region', { name: 'The plan' });
  await expect(plan).toContainText(/The backlog is gone in 5\d min/);
  await expect(plan.getByRole('figure')).toContainText(/Jobs waiting, over 1 h 5\d min\. Waiting: latest 0, lowest 0, highest 99,992/);
});

test('urgent jobs and a rush of a given length are reckoned with', async ({ page }) => {
  await show(page, '/planner');
  const plan = page.getByRole('region', { name: 'The plan' });
  await page.getByRole('textbox', { name: 'Priorities' }).fill('urgent');
  await expect(page.locator('main')).toContainText('such as 10:1, 0:9');
  await page.getByRole('textbox', { name: 'Priorities' }).fill('10:1, 0:9');
  await expect(plan).toContainText('Priority 10');
  await page.getByRole('textbox', { name: 'For', exact: true }).fill('10 min');
  await expect(plan).toContainText('A run of a given length that begins idle');
  await expect(plan.getByRole('figure')).toContainText('over 10 min');
  await expectAccessible(page);
});

test('a task is reckoned with as it was measured', async ({ page, engine }) => {
  mkdirSync(join(engine.home, 'tasks'), { recursive: true });
  writeFileSync(join(engine.home, 'tasks', 'quick.mjs'), "export default { title: 'Quick', lane: 'io', run: () => 1 };\n");
  await expect.poll(async () => (await engine.client.call('listTasks', {})).tasks.map(({ name }) => name)).toContain('quick');
  for (let n = 0; n < 20; n++) await engine.client.call('submitJob', { body: { task: 'quick', mode: 'sync' } });
  await show(page, '/planner?service=measured&task=file.hash');
  await expect(page.locator('main')).toContainText('nothing was measured of it yet');
  await page.getByRole('combobox', { name: 'Task' }).click();
  await page.getByRole('option', { name: 'quick' }).click();
  await expect(page.locator('main')).toContainText('quick: from 20 runs. What is left empty is as measured.');
  await page.getByRole('textbox', { name: 'Jobs', exact: true }).fill('10');
  await expect(page.getByRole('region', { name: 'The plan' })).toContainText('Jobs hardly wait');
  await expectAccessible(page);
});
