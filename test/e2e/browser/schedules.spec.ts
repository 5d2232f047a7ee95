import type { EngineProcess } from '../../support/engine-process.ts';
import { expect, expectAccessible, show, test } from '../../support/window.ts';

const payload = { command: 'true' };

function make(engine: EngineProcess, part: object) {
  return engine.client.call('makeSchedule', { body: { task: 'shell.run', payload, ...part } as never });
}

test('a schedule is made from the empty page, with its next runs in sight while it is written', async ({ page, engine }) => {
  test.slow();
  await page.keyboard.press('g');
  await page.keyboard.press('r');
  await expect(page.getByText('Nothing is scheduled')).toBeVisible();
  await page.getByRole('button', { name: 'Make a schedule' }).click();
  const form = page.getByRole('form', { name: 'New schedule' });
  await form.getByRole('combobox', { name: 'Task' }).click();
  await page.getByRole('option', { name: 'shell.run' }).click();
  await form.getByRole('textbox', { name: 'Command' }).fill('restic');
  await form.getByLabel('Name').fill('nightly backup');
  await form.getByRole('textbox', { name: 'Cron pattern' }).fill('61 2 * * *');
  await expect(form.getByRole('textbox', { name: 'Cron pattern' })).toHaveAttribute('aria-invalid', 'true');
  await form.getByRole('textbox', { name: 'Cron pattern' }).fill('30 2 * * *');
  await form.getByRole('combobox', { name: 'Time zone' }).fill('Auckland');
  await page.getByRole('option', { name: 'Pacific/Auckland' }).click();
  await expect(form.getByRole('listitem').filter({ hasText: '02:30:00' })).toHaveCount(5);
  await expectAccessible(page);
  await form.getByRole('button', { name: 'Make schedule' }).click();

  const panel = page.getByRole('complementary', { name: 'Schedule' });
  await expect(panel).toContainText('every day at 02:30', { ignoreCase: true });
  await expect(panel).toContainText('It has made no job yet.');
  await expectAccessible(page);
  const { schedules } = await engine.client.call('listSchedules', { query: {} });
  expect(schedules).toMatchObject([
    {
      name: 'nightly backup',
      cron: '30 2 * * *',
      timeZone: 'Pacific/Auckland',
      payload: { command: 'restic' },
      overlap: 'skip',
      missed: 'once',
    },
  ]);
});

test('what the engine refuses of a schedule is said at its field', async ({ page, engine }) => {
  await show(page, '/schedules?schedule=new');
  const form = page.getByRole('form', { name: 'New schedule' });
  await form.getByRole('combobox', { name: 'Task' }).click();
  await page.getByRole('option', { name: 'http.request' }).click();
  await form.getByText('At an interval').click();
  await form.getByRole('textbox', { name: 'Every' }).fill('1000');
  await form.getByRole('combobox', { name: 'Unit' }).click();
  await page.getByRole('option', { name: 'days' }).click();
  await expect(form.getByRole('textbox', { name: 'Every' })).toHaveAttribute('aria-invalid', 'true');
  await form.getByRole('textbox', { name: 'Every' }).fill('5');
  await form.getByLabel('Priority').fill('1000');
  await form.getByRole('button', { name: 'Make schedule' }).click();
  await expect(form.getByLabel('Priority')).toBeFocused();
  await expect(form.getByLabel('Priority')).toHaveAttribute('aria-invalid', 'true');
  await form.getByLabel('Priority').fill('3');
  await form.getByRole('textbox', { name: 'Address' }).fill('');
  await form.getByRole('button', { name: 'Make schedule' }).click();
  await expect(form.getByRole('textbox', { name: 'Address' })).toHaveAttribute('aria-invalid', 'true');
  expect((await engine.client.call('listSchedules', { query: {} })).schedules).toEqual([]);
  await form.getByRole('textbox', { name: 'Address' }).fill('https://example.org/health');
  await form.getByRole('button', { name: 'Make schedule' }).click();
  await expect(page.getByRole('grid', { name: 'Schedules' })).toContainText('every 5 d');
});

test('a schedule is run, paused, resumed, edited and deleted, and its jobs lead to their details', async ({ page, engine }) => {
  const { id } = await make(engine, { name: 'backup', cron: '0 2 * * *', timeZone: 'UTC' });
  await show(page, '/schedules');
  const list = page.getByRole('grid', { name: 'Schedules' });
  await list.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const panel = page.getByRole('complementary', { name: 'Schedule' });
  await panel.getByRole('button', { name: 'Run now' }).click();
  await expect(panel.getByRole('link', { name: /Completed.*by hand/ })).toBeVisible();
  await expect(list.getByRole('row').nth(1)).toContainText('Completed');

  await panel.getByRole('button', { name: 'Pause' }).click();
  await expect(list).toContainText('paused');
  await expect(panel).toContainText('Next runs, if it were resumed now');
  await panel.getByRole('button', { name: 'Resume' }).click();
  await expect(list).not.toContainText('paused');

  await list.focus();
  await page.keyboard.press('e');
  const form = page.getByRole('form', { name: 'Edit schedule' });
  await expect(form.getByRole('button', { name: 'Save' })).toBeDisabled();
  await form.getByRole('button', { name: 'weekdays at 09:00' }).click();
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(list).toContainText('Monday to Friday at 09:00');
  expect(await engine.client.call('getSchedule', { params: { id } })).toMatchObject({ cron: '0 9 * * MON-FRI', name: 'backup', payload });

  await panel.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog', { name: 'Delete backup?' }).getByRole('button', { name: 'Delete schedule' }).click();
  await expect(page.getByText('Nothing is scheduled')).toBeVisible();
  expect((await engine.client.call('listJobs', { query: {} })).total).toBe(1);
});

test('a run that the overlap rule refuses says which job stands in the way', async ({ page, engine }) => {
  const { id } = await make(engine, { name: 'slow', everyMs: 86_400_000, payload: { command: 'sleep', args: ['120'] } });
  await show(page, `/schedules?schedule=${id}`);
  const panel = page.getByRole('complementary', { name: 'Schedule' });
  await panel.getByRole('button', { name: 'Run now' }).click();
  await expect(panel.getByRole('link', { name: /Running/ })).toBeVisible();
  await panel.getByRole('button', { name: 'Run now' }).click();
  const messages = page.getByLabel('Messages');
  await expect(messages).toContainText("The schedule can't run now");
  await messages.getByRole('button', { name: 'Open the job' }).last().click();
  const job = page.getByRole('complementary', { name: 'Job' });
  await expect(job).toContainText('Running');
  await job.getByRole('link', { name: 'run by hand' }).click();
  await expect(panel).toContainText('slow');
});

test('the list is live, with what ran and what was made elsewhere, and as long as it may be', async ({ page, engine }) => {
  await show(page, '/schedules');
  await expect(page.getByText('Nothing is scheduled')).toBeVisible();
  await make(engine, { name: 'tick', everyMs: 500 });
  const list = page.getByRole('grid', { name: 'Schedules' });
  await expect(list.getByRole('row', { name: /tick/ })).toContainText('Completed');
  const many = Array.from({ length: 600 }, (_, n) => make(engine, { name: `many ${n}`, everyMs: 86_400_000, paused: true }));
  await Promise.all(many);
  // Read twice: at once, and again when the events begin, which they do once the first answer is shown. The second is held back until the
  // end was gone to.
  const shown = Promise.withResolvers<void>();
  const atTheEnd = Promise.withResolvers<void>();
  let reads = 0;
  await page.route('**/v1/events*', async (route) => {
    await shown.promise;
    await route.continue();
  });
  await page.route(/\/v1\/schedules\?limit=\d+$/, async (route) => {
    reads += 1;
    if (reads > 1) await atTheEnd.promise;
    await route.continue();
  });
  await page.reload();
  await expect(list.getByRole('row', { name: /tick/ })).toBeVisible();
  shown.resolve();
  await expect.poll(() => reads).toBe(2);
  await list.focus();
  await page.keyboard.press('End');
  atTheEnd.resolve();
  await expect(list).toHaveAttribute('aria-rowcount', '602');
  expect(await list.getByRole('row').count()).toBeLessThan(100);
});
