import { Problem } from '../../../contract/errors.ts';
import { startEngineProcess } from '../../support/engine-process.ts';
import { expect, show, test } from '../../support/window.ts';

test('a new home offers every built-in task, and each leads to its form', async ({ page, engine }) => {
  await expect(page.getByRole('heading', { name: 'Nothing has run here yet' })).toBeVisible();
  const { tasks } = await engine.client.call('listTasks', {});
  for (const { name } of tasks) await expect(page.locator('main').getByRole('link', { name })).toBeVisible();
  await page.locator('main').getByRole('link', { name: 'shell.run' }).click();
  await expect(page).toHaveURL(/#\/submit\?task=shell\.run$/);
  await expect(page.getByRole('heading', { name: 'Submit a job' })).toBeVisible();
});

test('every page is reached by its keys, and read out by its title', async ({ page }) => {
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
  for (const [key, title] of [
    ['j', 'Jobs'],
    ['r', 'Schedules'],
    ['q', 'Queues'],
    ['d', 'Dead letters'],
    ['s', 'Submit a job'],
    ['o', 'Overview'],
  ] as const) {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible();
    await expect(page.getByRole('navigation').getByRole('link', { name: title })).toHaveAttribute('aria-current', 'page');
    await expect(page).toHaveTitle(`${title} · Switchyard`);
    expect(await page.locator('main').evaluate((main) => main.contains(document.activeElement))).toBe(true);
    await page.locator(':focus').evaluate((element) => (element as HTMLElement).blur());
  }
});

test('letters that are typed into a field are text and not shortcuts', async ({ page }) => {
  await show(page, '/jobs');
  await expect(page.getByRole('heading', { level: 1, name: 'Jobs' })).toBeVisible();
  await page.keyboard.press('/');
  const search = page.getByRole('searchbox', { name: /search/i });
  await expect(search).toBeFocused();
  await page.keyboard.type('go ?c');
  await expect(search).toHaveValue('go ?c');
  await expect(page.getByRole('heading', { level: 1, name: 'Jobs' })).toBeVisible();
});

test('the command palette finds a task by its words and opens its form', async ({ page }) => {
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.keyboard.press('Control+k');
  const box = page.getByRole('combobox', { name: 'Command or search' });
  await expect(box).toBeFocused();
  await box.fill('submit hash');
  await expect(page.getByRole('option')).toHaveCount(2);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/#\/submit\?task=file\.hash$/);
});

test('the shortcuts are shown at ? and the focus returns where it was', async ({ page }) => {
  const link = page.getByRole('navigation').getByRole('link', { name: 'Queues' });
  await link.focus();
  await page.keyboard.press('?');
  const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(dialog).toContainText('Submit a job');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(link).toBeFocused();
});

test('the chosen colours stay over a reload', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'light');
  await page.getByRole('button', { name: 'Colours: as the system' }).click();
  await page.getByRole('menuitemradio', { name: 'Dark' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark');
});

test('when the engine is gone the window says what that means for the jobs, and goes on when it is back', async ({ page, engine }) => {
  await engine.client.call('submitJob', { body: { task: 'shell.run', payload: { command: 'true' }, mode: 'async', delayMs: 3_600_000 } });
  await show(page, '/jobs');
  await expect(page.getByRole('grid', { name: 'Jobs' }).getByRole('row', { name: /shell\.run/ })).toHaveCount(1);
  await expect(page.getByRole('status').filter({ hasText: 'Live' })).toBeVisible();
  const port = Number(new URL(engine.windowAddress ?? '').port);
  await engine.kill();
  await expect(page.getByRole('alert')).toContainText('Jobs that were accepted are safe');
  await expect(page.getByRole('grid', { name: 'Jobs' }).getByRole('row', { name: /shell\.run/ })).toHaveCount(1);

  await using again = await startEngineProcess({ home: engine.home, port });
  // A session ends with its engine; a fresh address brings the window back in.
  const fresh = await page.context().request.get(again.windowAddress ?? '');
  expect(fresh.ok()).toBe(true);
  await expect(page.getByRole('alert')).toBeHidden({ timeout: 20_000 });
  await again.client.call('submitJob', { body: { task: 'shell.run', payload: { command: 'true' }, mode: 'async', delayMs: 3_600_000 } });
  await expect(page.getByRole('grid', { name: 'Jobs' }).getByRole('row', { name: /shell\.run/ })).toHaveCount(2);
});

test('a window that is signed out says so in its pages as in its banner', async ({ page }) => {
  const refusal = JSON.stringify(new Problem('unauthorized', 'This session has ended.'));
  await page.route('**/v1/**', (route) => route.fulfill({ status: 401, contentType: 'application/problem+json', body: refusal }));
  await page.reload();
  await expect(page.getByRole('alert').filter({ hasText: 'This window is no longer signed in.' })).toBeVisible();
  for (const path of ['/jobs', '/schedules', '/workflows', '/workflows/wf_1', '/circuits']) {
    await show(page, path);
    await expect(page.getByRole('main')).toContainText('This window is no longer signed in.');
    await expect(page.getByRole('main')).not.toContainText('not answering');
  }
});
