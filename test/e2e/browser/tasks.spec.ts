import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineProcess } from '../../support/engine-process.ts';
import { expect, expectAccessible, show, test } from '../../support/window.ts';

/** A task that was run, and polled without patience. */
async function seed(engine: EngineProcess): Promise<void> {
  mkdirSync(join(engine.home, 'tasks'), { recursive: true });
  writeFileSync(join(engine.home, 'tasks', 'quick.mjs'), "export default { title: 'Quick', lane: 'io', run: () => 1 };\n");
  writeFileSync(
    join(engine.home, 'tasks', 'stuck.mjs'),
    "export default { lane: 'io', run: (_, task) => new Promise((done) => task.signal.addEventListener('abort', done)) };\n",
  );
  for (let n = 0; n < 30; n++) await engine.client.call('submitJob', { body: { task: 'quick', mode: 'sync' } });
  const { id } = await engine.client.call('submitJob', { body: { task: 'stuck', mode: 'async' } });
  for (let n = 0; n < 6; n++) await engine.client.call('getJob', { params: { id } });
}

test('tasks are listed with what was measured of them and how they are best called', async ({ page, engine }) => {
  await seed(engine);
  await show(page, '/tasks');
  const row = page.getByRole('row', { name: /^quick/ });
  await expect(row).toContainText('sync');
  await expect(row).toContainText('30');
  await expect(page.getByRole('row', { name: /^file\.hash/ })).toContainText('not measured yet');
});

test('a task shows why it is best called so: its matrix, its run times, and what would change it', async ({ page, engine }) => {
  await seed(engine);
  await show(page, '/tasks');
  await page.getByRole('link', { name: 'quick', exact: true }).click();
  const panel = page.getByRole('article', { name: 'Task quick' });
  await expect(panel).toContainText('Wait for the result');
  await expect(panel).toContainText(/19 of 20 runs end within .*: worth waiting for\./);
  await expect(panel.getByRole('img', { name: /Distribution of 30 run times: half within/ })).toBeVisible();
  await expect(panel.getByRole('rowgroup', { name: 'Latency' }).getByRole('img').first()).toHaveAttribute('aria-label', '5 of 5');
  await expect(panel.getByRole('rowheader', { name: 'Sync (advised)' })).toHaveCount(8);
  await expect(panel).toContainText('30 sync.');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(panel).toHaveCount(0);
});

test('what is wrong with how a task is called is said with its count', async ({ page, engine }) => {
  await seed(engine);
  await show(page, '/tasks?task=stuck');
  const panel = page.getByRole('article', { name: 'Task stuck' });
  await expect(panel).toContainText('Polled too often');
  await expect(panel).toContainText('6 of 6 polls came sooner');
  await expect(page.getByRole('row', { name: /^stuck/ })).toContainText('1 warnings');
  await expectAccessible(page);
});

test('a task that is not there is said to be so', async ({ page }) => {
  await show(page, '/tasks?task=nothing');
  await expect(page.locator('main')).toContainText('There is no task “nothing”');
});
