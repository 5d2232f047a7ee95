import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineProcess } from '../../support/engine-process.ts';
import { expect, expectAccessible, show, test } from '../../support/window.ts';

/** Jobs that die at once, unless the file that they look for is there. */
async function die(engine: EngineProcess, names: string[]): Promise<string[]> {
  const jobs = names.map((name) => ({
    task: 'shell.run',
    mode: 'async' as const,
    payload: { command: `test -e ${join(engine.home, 'mended')} || { echo "${name} is broken" >&2; exit 1; }`, shell: true },
    retry: { maxAttempts: 1 },
  }));
  const { ids } = await engine.client.call('submitBatch', { body: { jobs } });
  await Promise.all(ids.map((id) => engine.client.call('getJob', { params: { id }, query: { waitMs: 30_000 } })));
  return ids;
}

test('says kindly that nothing is dead, and shows a job that dies with its reason first', async ({ page, engine }) => {
  await show(page, '/dead-letters');
  await expect(page.getByText('Nothing is dead')).toBeVisible();
  await expectAccessible(page);
  await die(engine, ['alpha']);
  await expect(page.getByRole('gridcell', { name: 'Dead exit code 1: alpha is broken' })).toBeVisible();
});

test('jobs are redriven once their cause is fixed, and leave the list', async ({ page, engine }) => {
  const ids = await die(engine, ['alpha', 'beta', 'gamma']);
  await show(page, '/dead-letters');
  await page.getByRole('gridcell', { name: 'Dead exit code 1: beta is broken' }).click();
  await expect(page.getByRole('complementary', { name: 'Job' })).toContainText('exit code 1: beta is broken');
  await expectAccessible(page);
  await page.keyboard.press('Escape');

  await writeFile(join(engine.home, 'mended'), '');
  await page.getByLabel('Choose all dead jobs').check();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Redrive 3 jobs' }).click();
  await expect(page.getByText('Redriven: 3 jobs')).toBeVisible();
  await expect(page.getByText('Nothing is dead')).toBeVisible();
  for (const id of ids) {
    const job = await engine.client.call('getJob', { params: { id }, query: { waitMs: 30_000 } });
    expect(job).toMatchObject({ state: 'completed', error: null });
  }
});

test('jobs are chosen by keyboard and discarded after a question that says how many', async ({ page, engine }) => {
  await die(engine, ['alpha', 'beta', 'gamma']);
  await show(page, '/dead-letters');
  const list = page.getByRole('grid', { name: 'Dead jobs' });
  await expect(list.getByRole('row')).toHaveCount(4);
  await list.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(page.getByText('2 chosen')).toBeVisible();
  await page.keyboard.press('Delete');
  const question = page.getByRole('dialog', { name: 'Discard 2 jobs?' });
  await expect(question).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(question).toBeHidden();
  await expect(list.getByRole('row')).toHaveCount(4);
  await list.focus();
  await page.keyboard.press('Delete');
  await question.getByRole('button', { name: 'Discard 2 jobs' }).click();
  await expect(page.getByText('Discarded: 2 jobs')).toBeVisible();
  await expect(list.getByRole('row')).toHaveCount(2);
  expect((await engine.client.call('listDeadLetters', { query: {} })).total).toBe(1);
});

test('what someone else was faster with is told', async ({ page, engine }) => {
  const [first = ''] = await die(engine, ['alpha', 'beta']);
  await show(page, '/dead-letters');
  await page.getByLabel('Choose all dead jobs').check();
  // Gone between the choice and the click, before the window hears of it.
  await page.route('**/v1/dead-letters/discard', async (route) => {
    await engine.client.call('deleteJob', { params: { id: first } });
    await route.continue();
  });
  await page.getByRole('button', { name: 'Discard 2 jobs' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Discard 2 jobs' }).click();
  await expect(page.getByText('Discarded: 1 of 2 jobs')).toBeVisible();
});

test('the list is searched, filtered, and read on as it is scrolled', async ({ page, engine }) => {
  test.slow();
  const names = Array.from({ length: 450 }, (_, index) => `thing ${String(index).padStart(3, '0')}`);
  await die(engine, names);
  await show(page, '/dead-letters');
  const list = page.getByRole('grid', { name: 'Dead jobs' });
  await expect(page.getByText('thing 449 is broken')).toBeVisible();
  await list.focus();
  await expect(async () => {
    await page.keyboard.press('End');
    await expect(page.getByText('thing 000 is broken')).toBeVisible({ timeout: 500 });
  }).toPass();
  expect(await list.getByRole('row').count()).toBeLessThan(120);

  await page.getByLabel('Search dead jobs').fill('thing 123');
  await expect(list.getByRole('row')).toHaveCount(2);
  await expect(page.getByText('1 found')).toBeVisible();
  await page.getByLabel('Search dead jobs').fill('no such text');
  await expect(page.getByText('No dead job matches')).toBeVisible();
  await page.getByRole('button', { name: 'Show all' }).click();
  await expect(page.getByText('thing 449 is broken')).toBeVisible();
});
