import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, expectAccessible, show, test } from '../../support/window.ts';

const story = (page: Page) => page.getByRole('region', { name: 'What happened' });
const steps = (page: Page) => page.getByRole('navigation', { name: 'Steps of the tour' });

async function begin(page: Page): Promise<void> {
  await show(page, '/tour');
  await page.getByRole('button', { name: 'Load 4 tasks and begin' }).click();
  await expect(page.getByRole('heading', { name: 'Sync: wait for the answer' })).toBeFocused();
}

test('a newcomer is offered the tour and sends one request in each mode with the keyboard alone', async ({ page, engine }) => {
  // What runs takes about ten seconds; loading every task's code for the first time comes on top.
  test.slow();
  await page.getByRole('link', { name: 'Take the tour' }).focus();
  await page.keyboard.press('Enter');
  await expect(steps(page)).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Load 4 tasks and begin' }).focus();
  await page.keyboard.press('Enter');

  const sendAndRead = async (title: string) => {
    await expect(page.getByRole('heading', { name: title })).toBeFocused();
    await page.keyboard.press('Tab');
    await expect(page.getByRole('button', { name: 'Send the request' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: /^Next: / })).toBeFocused();
  };
  const goOn = () => page.keyboard.press('Enter');

  await sendAndRead('Sync: wait for the answer');
  await expect(story(page)).toContainText(/You waited \d.* and the answer is the result itself: the work took \d.* of it/);
  await expect(story(page)).toContainText('{"ok":true}');
  await goOn();

  await sendAndRead('Async: hand it over and go on');
  await expect(story(page)).toContainText(/After \d.* you had a job id and were free to go on/);
  await expect(story(page)).toContainText(/the work was done \d.* after you had asked/, { timeout: 30_000 });
  await expect(story(page)).toContainText('p50Cents');
  await goOn();

  await sendAndRead('Hybrid: promise now, do it behind');
  await expect(story(page)).toContainText(
    /You were promised the outcome after \d.*; the work was done after \d.* and came to exactly that/,
  );
  await expect(story(page)).toContainText('Promised{"liked":true,"likes":1}');
  await goOn();

  await sendAndRead('Hybrid: a promise that is taken back');
  await expect(story(page)).toContainText('The rollback has taken the promise back.');
  await expect(story(page)).toContainText('Promised{"liked":true,"likes":2}');
  await expectAccessible(page);
  await goOn();

  await sendAndRead('Auto: let Switchyard choose');
  await expect(story(page)).toContainText('Its reason: Only one run of it was measured so far');
  await goOn();

  await sendAndRead('Auto: wait a while, then go on without the caller');
  await expect(story(page)).toContainText('No run of it was measured yet, the answer waits up to 1 s');
  await expect(story(page)).toContainText(/then given a job id instead of the result; the same job went on behind it, and was done \d/);
  await goOn();

  const rows = page.getByRole('table').getByRole('row');
  await expect(rows).toHaveCount(7);
  await expect(rows.filter({ hasText: 'Completed' })).toHaveCount(5);
  await expect(rows.filter({ hasText: 'rolled back' })).toContainText('Hybrid that fails');
  await expectAccessible(page);

  // What it told of is in the engine: six jobs, and the one that made up for the like.
  const { jobs } = await engine.client.call('listJobs', { query: { tag: 'tour' } });
  expect(jobs.map(({ mode, purpose, state }) => `${mode} ${purpose} ${state}`).sort()).toEqual([
    'async rollback completed',
    'async run completed',
    'auto run completed',
    'auto run completed',
    'hybrid run completed',
    'hybrid run dead',
    'sync run completed',
  ]);
});

test('the tour is left for its job, gone on with after a restart of the window, and put away', async ({ page }) => {
  await begin(page);
  await page.getByRole('button', { name: 'Send the request' }).click();
  await story(page).getByRole('link', { name: 'Open the job' }).click();
  await expect(page.getByRole('article', { name: 'Job log-in' })).toBeVisible();

  const wayBack = page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: /^Tour/ });
  await expect(wayBack).toHaveText('Tour1 of 6');
  await page.reload();
  await wayBack.click();
  await expect(story(page)).toContainText('{"ok":true}');
  await page.getByRole('button', { name: 'Next: Async' }).click();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Async: hand it over and go on' })).toBeVisible();
  await expect(steps(page).getByRole('button', { name: 'Sync done' })).toBeVisible();

  await page.getByRole('button', { name: 'Put away' }).click();
  await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible();
  await expect(wayBack).toHaveCount(0);
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('tour');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Async: hand it over and go on' })).toBeVisible();
});

test('the tour says what is wrong: a task that was removed, a job that was deleted, an engine that is away', async ({ page, engine }) => {
  await begin(page);
  await page.getByRole('button', { name: 'Send the request' }).click();
  await expect(story(page)).toContainText('{"ok":true}');
  const [job] = (await engine.client.call('listJobs', { query: { tag: 'tour' } })).jobs;
  await engine.client.call('deleteJob', { params: { id: job?.id ?? '' } });
  await expect(story(page)).toContainText('The job of this request is not here any more');
  await expectAccessible(page);

  await engine.client.call('removeExample', { params: { name: 'report' } });
  await page.getByRole('button', { name: 'Next: Async' }).click();
  await expect(page.locator('main')).toContainText('The task report is not there');
  await page.getByRole('button', { name: 'Load it' }).click();
  await expect(page.getByRole('button', { name: 'Send the request' })).toBeEnabled();

  await engine.kill();
  await expect(page.getByRole('button', { name: 'Send the request' })).toBeDisabled();
  await expect(page.locator('main')).toContainText('The tour goes on as soon as it is back.');
  await expectAccessible(page);
});

test('one click makes every example a task, and a file of the user’s own stays', async ({ page, engine }) => {
  const own = join(engine.home, 'tasks', 'log-in.ts');
  await writeFile(own, 'export default { run: () => "mine" };');
  await show(page, '/tasks');
  await page.getByRole('button', { name: 'Load the examples' }).click();
  await expect(page.getByRole('row', { name: /^thumbnails/ })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Load the examples' })).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'Tasks', level: 1 })).toBeFocused();
  const { examples } = await engine.client.call('listExamples', {});
  expect(examples.map(({ name, state }) => [name, state])).toEqual(
    examples.map(({ name }) => [name, name === 'log-in' ? 'changed' : 'loaded']),
  );
  expect(await readFile(own, 'utf8')).toContain('"mine"');

  await engine.client.call('removeExample', { params: { name: 'report' } });
  await show(page, '/submit');
  await page.getByRole('button', { name: 'Load the examples' }).click();
  await expect(page.getByRole('navigation', { name: 'Tasks' })).toContainText('Report');
  await expectAccessible(page);
});
