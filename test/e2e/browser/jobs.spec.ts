import type { Page } from '@playwright/test';
import type { EngineProcess } from '../../support/engine-process.ts';
import { expect, expectAccessible, show, test } from '../../support/window.ts';

const later = 3_600_000;

/** Jobs that wait for an hour, each with its number in payload and tags. */
async function seed(engine: EngineProcess, count: number): Promise<string[]> {
  const jobs = Array.from({ length: count }, (_, number) => ({
    task: 'shell.run',
    mode: 'async' as const,
    payload: { command: 'echo', args: [`number-${number}.`] },
    delayMs: later,
    tags: [number % 100 === 0 ? 'round' : 'other'],
  }));
  return (await engine.client.call('submitBatch', { body: { jobs } })).ids;
}

function quick(engine: EngineProcess, word: string) {
  return engine.client.call('submitJob', {
    body: { task: 'shell.run', mode: 'async', payload: { command: 'echo', args: [word] } },
  });
}

function list(page: Page) {
  const grid = page.getByRole('grid', { name: 'Jobs' });
  return { grid, rows: grid.locator('[role=rowgroup] [role=row]'), total: page.locator('main header').first() };
}

test('ten thousand jobs are scrolled through from end to end with only what is in view in the page', async ({ page, engine }) => {
  await seed(engine, 10_000);
  await show(page, '/jobs');
  const { grid, rows, total } = list(page);
  await expect(total).toContainText('10,000');
  await expect(grid.getByText('number-9999.', { exact: false })).toBeVisible();
  await grid.focus();
  await page.keyboard.press('End');
  await expect(grid.getByText('echo number-0.', { exact: true })).toBeVisible();
  await expect(grid).toHaveAttribute('aria-rowcount', '10001');
  await grid.evaluate((element) => element.scrollTo({ top: element.scrollHeight / 2 }));
  await expect(grid.getByText(/number-(49|50)\d\d\./).first()).toBeVisible();
  expect(await rows.count()).toBeLessThan(100);
  await page.keyboard.press('Home');
  await expect(grid.getByText('number-9999.', { exact: false })).toBeVisible();
});

test('filters narrow the list, stand in the address, and are undone by going back', async ({ page, engine }) => {
  await seed(engine, 1_000);
  await quick(engine, 'needle');
  await show(page, '/jobs');
  const { grid, total } = list(page);
  await expect(total).toContainText('1,001');
  await page.keyboard.press('/');
  await page.keyboard.type('needle');
  await expect(total).toContainText('1 found');
  await expect(grid.getByText('echo needle')).toBeVisible();
  await expect(page).toHaveURL(/q=needle/);
  await page.getByRole('button', { name: 'Clear' }).click();
  await expect(total).toContainText('1,001');
  await page.getByRole('button', { name: 'State', exact: true }).click();
  await page.getByRole('menuitemcheckbox', { name: /Scheduled/ }).click();
  await expect(total).toContainText('1,000 found');
  await page.keyboard.press('Escape');
  await show(page, '/jobs?tag=round');
  await expect(total).toContainText('10 found');
  await page.goBack();
  await expect(total).toContainText('1,000 found');
  await show(page, '/jobs?q=not-there');
  await expect(page.getByText('No job is like that')).toBeVisible();
});

test('new jobs appear on top as they come, and change where they stand', async ({ page, engine }) => {
  await seed(engine, 300);
  await show(page, '/jobs');
  const { rows, total } = list(page);
  await expect(total).toContainText('300');
  const { id } = await quick(engine, 'fresh');
  await expect(rows.first()).toContainText('Completed');
  await expect(rows.first()).toContainText('echo fresh');
  await expect(total).toContainText('301');
  await engine.client.call('deleteJob', { params: { id } });
  await expect(rows.first()).toContainText('Scheduled');
  await expect(total).toContainText('300');
});

test('what is being read stays where it is while new jobs come, and a button tells of them', async ({ page, engine }) => {
  await seed(engine, 2_000);
  await show(page, '/jobs');
  const { grid, rows, total } = list(page);
  await expect(total).toContainText('2,000');
  // Once one was seen to come, every later one is heard of.
  await quick(engine, 'first');
  await expect(rows.first()).toContainText('first');
  await grid.evaluate((element) => element.scrollTo({ top: 28 * 501 }));
  await expect(grid.getByText('number-1490.', { exact: false })).toBeVisible();
  const before = await grid.getByText('number-1490.', { exact: false }).boundingBox();
  for (let run = 0; run < 5; run += 1) await quick(engine, `new-${run}`);
  await page.getByRole('button', { name: '5 new' }).waitFor();
  expect(await grid.getByText('number-1490.', { exact: false }).boundingBox()).toEqual(before);
  await page.getByRole('button', { name: '5 new' }).click();
  await expect(rows.first()).toContainText('new-4');
});

test('what is read may be deleted: the list says that none is left, and shows the next one', async ({ page, engine }) => {
  test.slow();
  for (let batch = 0; batch < 2; batch += 1) await seed(engine, 5_000);
  await show(page, '/jobs');
  const { grid, rows, total } = list(page);
  await expect(total).toContainText('10,000');
  await grid.evaluate((element) => element.scrollTo({ top: element.scrollHeight / 2 }));
  await expect(grid.getByText(/number-(49\d\d|\d\d?)\./).first()).toBeVisible();
  await engine.client.call('actOnJobs', { body: { action: 'delete', filter: {} } });
  await expect(page.getByText('No jobs yet')).toBeVisible({ timeout: 30_000 });
  await expect(total).toHaveText('Jobs0');
  await seed(engine, 1);
  await expect(rows).toHaveCount(1);
  await expect(rows.first()).toContainText('number-0.');
});

test('thousands of new jobs have no places while one is read, and the end is where it was', async ({ page, engine }) => {
  await seed(engine, 4_000);
  await show(page, '/jobs');
  const { grid, rows, total } = list(page);
  await expect(rows.first()).toContainText('number-3999.');
  await grid.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('complementary', { name: 'Job' })).toBeVisible();
  await seed(engine, 5_000);
  await expect(total).toContainText('9,000');
  await expect(grid).toHaveAttribute('aria-rowcount', '4001');
  await grid.focus();
  await page.keyboard.press('End');
  await expect(grid.getByText('echo number-0.', { exact: true })).toBeVisible();
  await quick(engine, 'last');
  await expect(total).toContainText('9,001');
  await expect(grid.getByText('echo number-0.', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Many new' }).click();
  await expect(rows.first()).toContainText('echo last');
  await expect(grid).toHaveAttribute('aria-rowcount', '9002');
});

test('a job that no longer fits the filter shows what became of it and leaves', async ({ page, engine }) => {
  await show(page, '/jobs?state=scheduled');
  const { rows, total } = list(page);
  // Seen to come one by one, so that what follows is heard of as well.
  const [first] = await seed(engine, 1);
  await expect(rows).toHaveCount(1);
  const [second] = await seed(engine, 1);
  await expect(rows).toHaveCount(2);
  await engine.client.call('cancelJob', { params: { id: second ?? '' } });
  await expect(rows.first()).toContainText('Cancelled');
  await expect(rows).toHaveCount(1);
  await expect(total).toContainText('1 found');
  await engine.client.call('cancelJob', { params: { id: first ?? '' } });
  await expect(page.getByText('No job is like that')).toBeVisible();
});

test('rows are chosen and acted on by keyboard alone, and what is refused stays chosen with its reason', async ({ page, engine }) => {
  await seed(engine, 20);
  const done = await quick(engine, 'done');
  await engine.client.call('getJob', { params: { id: done.id }, query: { waitMs: '10000' } });
  await show(page, '/jobs');
  const { grid, rows } = list(page);
  await expect(rows.first()).toContainText('Completed');
  await grid.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  const bar = page.getByRole('toolbar', { name: 'Selected jobs' });
  await expect(bar).toContainText('3 selected');
  await expect(grid.locator('[role=row][aria-selected=true]')).toHaveCount(3);
  await bar.getByRole('button', { name: 'Cancel' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Cancel 3 jobs?' });
  await dialog.getByRole('button', { name: 'Cancel 3 jobs' }).press('Enter');
  await expect(page.getByLabel('Messages')).toContainText('3 jobs cancelled');
  expect((await engine.client.call('listJobs', { query: { state: 'cancelled' } })).total).toBe(3);
  await expect(bar).toBeHidden();

  // Chosen while it waits, ended before it is acted on.
  await grid.focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Space');
  await expect(bar).toContainText('2 selected');
  await page.route('**/v1/jobs/*/cancel', async (route, request) => {
    const id = /jobs\/([^/]+)\/cancel/.exec(request.url())?.[1] ?? '';
    const { jobs } = await engine.client.call('listJobs', { query: { order: 'createdAt', limit: '1' } });
    if (jobs[0]?.id === id) await engine.client.call('cancelJob', { params: { id } });
    await route.continue();
  });
  await bar.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel 2 jobs' }).click();
  await expect(page.getByLabel('Messages')).toContainText('1 job cancelled; 1 could not be');
  await expect(bar).toContainText('1 selected');
});

test('everything that a filter matches is acted on, also what was never read', async ({ page, engine }) => {
  test.slow();
  await seed(engine, 1_500);
  const kept = await engine.client.call('submitJob', {
    body: { task: 'file.hash', mode: 'async', payload: { paths: ['/'] }, delayMs: later },
  });
  await show(page, '/jobs?task=shell.run');
  const { grid, total } = list(page);
  await expect(total).toContainText('1,500');
  await grid.focus();
  await page.keyboard.press('Control+a');
  const bar = page.getByRole('toolbar', { name: 'Selected jobs' });
  await bar.getByRole('button', { name: 'Select all 1,500 that match' }).click();
  await expect(bar).toContainText('All 1,500 that match');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(bar).toBeHidden();
  await page.keyboard.press('Control+a');
  await bar.getByRole('button', { name: 'Select all 1,500 that match' }).click();
  await bar.getByRole('button', { name: 'Cancel' }).click();
  const dialog = page.getByRole('dialog', { name: 'Cancel all that match?' });
  await dialog.getByRole('button', { name: 'Cancel all that match' }).click();
  await expect(page.getByLabel('Messages')).toContainText('Cancelled: 1,500 jobs');
  expect((await engine.client.call('listJobs', { query: { state: 'cancelled' } })).total).toBe(1_500);
  expect((await engine.client.call('getJob', { params: { id: kept.id } })).state).toBe('scheduled');
});

test('details open beside the list, follow the arrow keys, and close with Escape', async ({ page, engine }) => {
  const ids = await seed(engine, 50);
  await show(page, '/jobs');
  const { grid, rows } = list(page);
  await expect(rows.first()).toBeVisible();
  await grid.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const panel = page.getByRole('complementary', { name: 'Job' });
  await expect(panel).toContainText(ids.at(-1) ?? '');
  await page.keyboard.press('ArrowDown');
  await expect(panel).toContainText(ids.at(-2) ?? '');
  await expect(rows.first()).toBeVisible();
  const handle = page.getByRole('separator', { name: 'Width of Job' });
  const width = Number(await handle.getAttribute('aria-valuenow'));
  await handle.focus();
  await page.keyboard.press('ArrowLeft');
  expect(Number(await handle.getAttribute('aria-valuenow'))).toBeGreaterThan(width);
  await page.keyboard.press('Escape');
  await expect(panel).toBeHidden();
  await expect(grid).toBeFocused();
  await page.reload();
  await show(page, `/jobs?job=${ids[3]}`);
  await expect(panel).toContainText(ids[3] ?? '');
});

test('a range is chosen by clicks wherever in the rows', async ({ page, engine }) => {
  await seed(engine, 30);
  await show(page, '/jobs');
  const { grid } = list(page);
  const bar = page.getByRole('toolbar', { name: 'Selected jobs' });
  const text = (number: number) => grid.getByText(`echo number-${number}.`, { exact: true });
  await text(25).click({ modifiers: ['Control'] });
  await text(22).click({ modifiers: ['Shift'] });
  await expect(bar).toContainText('4 selected');
  expect(await page.evaluate(() => window.getSelection()?.type)).not.toBe('Range');
  await expect(grid).toBeFocused();
});

test('text is marked in a row without opening it', async ({ page, engine }) => {
  await seed(engine, 5);
  await show(page, '/jobs');
  const { grid } = list(page);
  const box = await grid.getByText('echo number-2.', { exact: true }).boundingBox();
  if (!box) throw new Error('The row is not in view');
  await page.mouse.move(box.x + 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + 60, box.y + box.height / 2, { steps: 5 });
  await page.mouse.up();
  expect(await page.evaluate(() => window.getSelection()?.toString())).toContain('echo');
  await expect(page.getByRole('complementary', { name: 'Job' })).toBeHidden();
});

test('what a range cannot reach is told, and everything is offered instead, also far from what was chosen', async ({ page, engine }) => {
  await seed(engine, 5_000);
  await show(page, '/jobs');
  const { grid, total } = list(page);
  const bar = page.getByRole('toolbar', { name: 'Selected jobs' });
  const everything = bar.getByRole('button', { name: 'Select all 5,000 that match' });
  const told = page.getByLabel('Messages').getByText('The rows between are not loaded; “Select all 5,000 that match” chooses everything');
  await expect(total).toContainText('5,000');
  await grid.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Space');
  await expect(bar).toContainText('1 selected');
  await expect(everything).toBeHidden();
  await page.keyboard.press('Shift+End');
  await expect(told).toBeVisible();
  await expect(everything).toBeVisible();
  await expect(bar).toContainText('1 selected');
  await page.getByRole('button', { name: 'Close message' }).click();

  await grid.getByText('echo number-3.', { exact: true }).click({ modifiers: ['Shift'] });
  await expect(told).toBeVisible();
  await expect(bar).toContainText('2 selected');
  await grid.getByText('echo number-5.', { exact: true }).click({ modifiers: ['Shift'] });
  await expect(bar).toContainText('4 selected');
  await page.keyboard.press('Escape');

  await page.keyboard.press('Home');
  await expect(grid.getByText('echo number-4999.', { exact: true })).toBeVisible();
  await page.keyboard.press('Control+a');
  await expect(bar).toContainText(/\d+ selected/);
  await page.keyboard.press('End');
  await expect(grid.getByText('echo number-0.', { exact: true })).toBeVisible();
  await everything.click();
  await expect(bar).toContainText('All 5,000 that match');
});

test('jobs that leave the list are chosen no more, and those that are acted on leave with an answer', async ({ page, engine }) => {
  const ids = await seed(engine, 10);
  await show(page, '/jobs?state=scheduled');
  const { grid, rows, total } = list(page);
  const bar = page.getByRole('toolbar', { name: 'Selected jobs' });
  await expect(rows).toHaveCount(10);
  await grid.focus();
  await page.keyboard.press('Control+a');
  await expect(bar).toContainText('10 selected');
  for (const id of [ids[9], ids[5], ids[0]]) await engine.client.call('cancelJob', { params: { id: id ?? '' } });
  await expect(rows).toHaveCount(7);
  await expect(bar).toContainText('7 selected');
  await engine.client.call('deleteJob', { params: { id: ids[4] ?? '' } });
  await expect(bar).toContainText('6 selected');
  // So late that each has left the list before it is answered.
  await page.route('**/v1/jobs/*', async (route) => {
    const answer = await route.fetch();
    await expect(total).toContainText('0 found');
    await route.fulfill({ response: answer });
  });
  await bar.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete 6 jobs' }).click();
  await expect(page.getByLabel('Messages')).toContainText('6 jobs deleted');
  await expect(bar).toBeHidden();
});

test('a range begins anew once the row it began at is gone', async ({ page, engine }) => {
  const ids = await seed(engine, 30);
  await show(page, '/jobs');
  const { grid, rows } = list(page);
  const bar = page.getByRole('toolbar', { name: 'Selected jobs' });
  const text = (number: number) => grid.getByText(`echo number-${number}.`, { exact: true });
  await text(25).click({ modifiers: ['Control'] });
  await text(22).click({ modifiers: ['Shift'] });
  await expect(bar).toContainText('4 selected');
  await engine.client.call('deleteJob', { params: { id: ids[25] ?? '' } });
  await expect(rows).toHaveCount(29);
  await expect(bar).toContainText('3 selected');
  await text(10).click({ modifiers: ['Shift'] });
  await expect(bar).toContainText('4 selected');
  await text(8).click({ modifiers: ['Shift'] });
  await expect(bar).toContainText('6 selected');
});
