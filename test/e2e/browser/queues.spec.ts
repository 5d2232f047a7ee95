import { expect, show, test } from '../../support/window.ts';

test('a queue is made, and a name that the engine refuses is refused at its field', async ({ page, engine }) => {
  await show(page, '/queues');
  await page.getByRole('button', { name: 'New queue' }).click();
  const form = page.getByRole('form', { name: 'New queue' });
  await form.getByLabel('Name').fill('not a name');
  await page.keyboard.press('Enter');
  await expect(form.getByLabel('Name')).toHaveAttribute('aria-invalid', 'true');
  await expect(form).toContainText('must be letters, digits');
  await form.getByLabel('Name').fill('photos');
  await form.getByLabel('At once').fill('2');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('row', { name: /^photos/ })).toContainText('2');
  expect(await engine.client.call('getQueue', { params: { name: 'photos' } })).toMatchObject({ paused: false, concurrency: 2 });
});

test('a paused queue says so, starts nothing, and goes on when it is resumed', async ({ page, engine }) => {
  await engine.client.call('makeQueue', { params: { name: 'mail' }, body: {} });
  await show(page, '/queues');
  const row = page.getByRole('row', { name: /^mail/ });
  await row.getByRole('button', { name: 'Pause mail' }).click();
  await expect(row).toContainText('paused');
  const job = await engine.client.call('submitJob', {
    body: { task: 'shell.run', queue: 'mail', mode: 'async', payload: { command: 'true' } },
  });
  await expect(row.getByRole('cell').first()).toHaveText('1');
  expect((await engine.client.call('getJob', { params: { id: job.id } })).state).toBe('available');
  await row.getByRole('button', { name: 'Resume mail' }).click();
  await expect(row).not.toContainText('paused');
  const ended = await engine.client.call('getJob', { params: { id: job.id }, query: { waitMs: '10000' } });
  expect(ended.state).toBe('completed');
});

test('how many run at once is changed in its place, and what is refused is said there', async ({ page, engine }) => {
  await engine.client.call('makeQueue', { params: { name: 'mail' }, body: {} });
  await show(page, '/queues');
  await page.getByRole('button', { name: 'mail: no limit. Change' }).click();
  const field = page.getByLabel('Jobs at once');
  await expect(field).toBeFocused();
  await field.fill('0');
  await page.keyboard.press('Enter');
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await field.fill('7');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'mail: 7 at once. Change' })).toBeFocused();
  expect((await engine.client.call('getQueue', { params: { name: 'mail' } })).concurrency).toBe(7);
});
