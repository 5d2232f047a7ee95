import { mkdir, writeFile } from 'node:fs/promises';
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

test('the search follows the address as the address follows the search', async ({ page, engine }) => {
  await die(engine, ['alpha', 'beta']);
  const search = page.getByLabel('Search dead jobs');
  const rows = page.getByRole('grid', { name: 'Dead jobs' }).getByRole('row');
  await show(page, '/dead-letters');
  await expect(rows).toHaveCount(3);
  await search.fill('alpha ');
  await expect(page).toHaveURL(/q=alpha$/);
  await expect(rows).toHaveCount(2);
  await expect(search).toHaveValue('alpha ');

  await show(page, '/dead-letters?q=beta');
  await expect(search).toHaveValue('beta');
  await expect(page.getByText('exit code 1: beta is broken')).toBeVisible();
  await page.goBack();
  await expect(search).toHaveValue('alpha');
  await expect(page.getByText('exit code 1: alpha is broken')).toBeVisible();
  await page.getByRole('link', { name: /^Dead letters/ }).click();
  await expect(search).toHaveValue('');
  await expect(rows).toHaveCount(3);
  await expect(page).toHaveURL(/dead-letters$/);
});

test('what is dead is counted and searched in a small window as well', async ({ page, engine }) => {
  await die(engine, ['alpha', 'beta']);
  await page.setViewportSize({ width: 640, height: 600 });
  await show(page, '/dead-letters?q=broken');
  const count = page.getByText('2 found');
  await expect(count).toBeVisible();
  expect(await count.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(640);
});

/** Jobs of a task of the user's own that die of two causes unless they are mended. */
async function dieOfTwoCauses(engine: EngineProcess): Promise<string[]> {
  await mkdir(join(engine.home, 'tasks'), { recursive: true });
  await writeFile(
    join(engine.home, 'tasks', 'fragile.js'),
    `export default { lane: 'io', retry: { maxAttempts: 1 }, run(payload) {
       if (payload.mended) return 'well';
       throw payload.n % 3 === 0 ? new TypeError('no total in order ' + payload.n) : new Error('no answer from 10.0.0.' + payload.n);
     } };`,
  );
  const jobs = Array.from({ length: 30 }, (_, n) => ({ task: 'fragile', mode: 'async' as const, payload: { n } }));
  const { ids } = await engine.client.call('submitBatch', { body: { jobs } });
  await Promise.all(ids.map((id) => engine.client.call('getJob', { params: { id }, query: { waitMs: 30_000 } })));
  return ids;
}

test('a pile of dead jobs is shown by its causes, each of which leads to its jobs', async ({ page, engine }) => {
  await dieOfTwoCauses(engine);
  await show(page, '/dead-letters');
  await page.getByText('By cause').click();
  const causes = page.getByRole('grid', { name: 'Causes' });
  const rows = causes.locator('[role=rowgroup] [role=row]');
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText(/20.*no answer from 10\.0\.0/);
  await expect(rows.last()).toContainText(/10.*TypeError: no total in order/);
  await expectAccessible(page);
  await causes.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const jobs = page.getByRole('grid', { name: 'Dead jobs' });
  await expect(jobs).toHaveAttribute('aria-rowcount', '11');
  await expect(jobs.getByText('no total in order 27')).toBeVisible();
  await expect(jobs.getByText('no answer')).toHaveCount(0);
  await expectAccessible(page);
  await page.getByRole('link', { name: 'All causes' }).click();
  await expect(rows).toHaveCount(2);
});

test('a cause is redriven with the first payload edited, shown before and after, and each job keeps what it was given first', async ({
  page,
  engine,
}) => {
  const ids = await dieOfTwoCauses(engine);
  await show(page, '/dead-letters?view=causes');
  await page.getByRole('grid', { name: 'Causes' }).getByText('no answer').click();
  await page.getByRole('button', { name: 'Redrive all…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Redrive 20 jobs' });
  await dialog.getByText('Edit the first one').click();
  await dialog.getByLabel('Payload of the first job').fill('{ "n": 29, "mended": tr');
  await expect(dialog).toContainText('Line 1, column');
  await dialog.getByLabel('Payload of the first job').fill('{ "n": 29, "mended": true }');
  await expect(dialog.getByLabel('Preview')).toContainText('/mended');
  await expectAccessible(page);
  await dialog.getByLabel('Canaries first').fill('0');
  await dialog.getByRole('button', { name: 'Redrive 20 jobs' }).click();
  await expect(dialog.getByLabel('Canaries first')).toHaveAttribute('aria-invalid', 'true');
  await dialog.getByLabel('Canaries first').fill('2');
  await dialog.getByRole('button', { name: 'Redrive 20 jobs' }).click();
  await expect(page.getByText('Redriven: 20 jobs')).toBeVisible();
  await expect(page.getByText('Nothing is dead of this cause')).toBeVisible();

  const id = ids[1] ?? '';
  await engine.client.call('getJob', { params: { id }, query: { waitMs: 30_000 } });
  await show(page, `/jobs?job=${id}`);
  const panel = page.getByRole('complementary', { name: 'Job' });
  await expect(panel).toContainText('Changed since it was submitted');
  await expect(panel.getByRole('insertion')).toHaveText('is true');
});

test('canaries that die of the same again stop it, and a redrive by filter takes a patch written by hand', async ({ page, engine }) => {
  await dieOfTwoCauses(engine);
  await show(page, '/dead-letters?view=causes');
  await page.getByRole('grid', { name: 'Causes' }).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('r');
  const dialog = page.getByRole('dialog', { name: 'Redrive 20 jobs' });
  await dialog.getByLabel('Canaries first').fill('2');
  await dialog.getByRole('button', { name: 'Redrive 20 jobs' }).click();
  await expect(page.getByLabel('Messages')).toContainText('Redriven: 2 of 20 jobs');
  await expect(page.getByLabel('Messages')).toContainText('died of the same cause again');

  await show(page, '/dead-letters?q=order');
  await page.getByRole('button', { name: 'Redrive all…' }).click();
  const filtered = page.getByRole('dialog', { name: 'Redrive 10 jobs' });
  await filtered.getByText('JSON Patch').click();
  await filtered.getByLabel('JSON Patch (RFC 6902)').fill('[{"op":"remove","path":"/nowhere"}]');
  await expect(filtered.getByLabel('Preview')).toContainText('no such place in this payload');
  await filtered.getByLabel('JSON Patch (RFC 6902)').fill('[{"op":"add","path":"/mended","value":true}]');
  await expect(filtered.getByLabel('Preview')).toContainText('/mended');
  await filtered.getByRole('button', { name: 'Redrive 10 jobs' }).click();
  await expect(page.getByText('Redriven: 10 jobs')).toBeVisible();
  expect((await engine.client.call('listDeadLetters', { query: {} })).total).toBe(20);
});

test('a slow redrive shows how far it is from every page, and is stopped there', async ({ page, engine }) => {
  await dieOfTwoCauses(engine);
  await show(page, '/dead-letters');
  await page.getByRole('button', { name: 'Redrive all…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Redrive 30 jobs' });
  await dialog.getByLabel('Jobs a second').fill('1');
  await dialog.getByRole('button', { name: 'Redrive 30 jobs' }).click();
  await show(page, '/queues');
  await page.getByRole('button', { name: /^Redriving 30 jobs, \d+ %/ }).click();
  await expect(page.getByRole('progressbar', { name: 'Redriving 30 jobs' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Stop: Redriving 30 jobs' }).click();
  await expect(page.getByLabel('Messages')).toContainText(/Redriven: \d+ of 30 jobs/);
  await expect(page.getByLabel('Messages')).toContainText('Stopped on request');
  await expect(page.getByRole('button', { name: /^Redriving/ })).toHaveCount(0);
  const { operations } = await engine.client.call('listOperations', { query: {} });
  expect(operations.map(({ state }) => state)).toEqual(['stopped']);
});

test('an operation that was asked for elsewhere is seen as well, also by a window that opens later', async ({ page, engine }) => {
  await dieOfTwoCauses(engine);
  await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible();
  await engine.client.call('redriveDeadLetters', { body: { filter: {}, ratePerSecond: 0.5 } });
  await expect(page.getByRole('button', { name: /^Redriving 30 jobs/ })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('button', { name: /^Redriving 30 jobs/ })).toBeVisible();
});
