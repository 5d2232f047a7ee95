import { expect, expectAccessible, show, test } from '../../support/window.ts';

test('a queue is made, and a name that the engine refuses is refused at its field', async ({ page, engine }) => {
  await show(page, '/queues');
  await page.getByRole('button', { name: 'New queue' }).click();
  const form = page.getByRole('form', { name: 'New queue' });
  await form.getByLabel('Name').fill('not a name');
  await page.keyboard.press('Enter');
  await expect(form.getByLabel('Name')).toHaveAttribute('aria-invalid', 'true');
  await expect(form).toContainText('must be letters, digits');
  await form.getByLabel('Name').fill('photos');
  await form.getByLabel('Jobs at once').fill('2');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('row', { name: /^photos/ })).toContainText('2');
  expect(await engine.client.call('getQueue', { params: { name: 'photos' } })).toMatchObject({
    ...{ paused: false, concurrency: 2, rateLimit: null, maxBacklog: null },
  });
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

test('a rate and a bound on what waits are set beside the others, refused at their field, and taken away again', async ({
  page,
  engine,
}) => {
  await engine.client.call('makeQueue', { params: { name: 'mail' }, body: { concurrency: 7 } });
  const limits = async () => engine.client.call('getQueue', { params: { name: 'mail' } });
  await show(page, '/queues');
  await page.getByRole('button', { name: 'mail: 7 at once. Change' }).click();
  await page.getByLabel('Starts').fill('100');
  await page.getByRole('combobox', { name: 'Unit of time' }).click();
  await page.getByRole('option', { name: 'minute' }).click();
  await page.getByLabel('Jobs waiting').fill('0');
  await page.getByRole('button', { name: 'Set' }).click();
  await expect(page.getByLabel('Jobs waiting')).toHaveAttribute('aria-invalid', 'true');
  expect((await limits()).rateLimit).toBeNull();
  await expectAccessible(page);
  await page.getByLabel('Jobs waiting').fill('10000');
  await page.keyboard.press('Enter');
  const button = page.getByRole('button', { name: 'mail: 7 at once, 100 a minute, 10,000 may wait. Change' });
  await expect(button).toBeFocused();
  expect(await limits()).toMatchObject({ concurrency: 7, rateLimit: { max: 100, perMs: 60_000 }, maxBacklog: 10_000 });

  // Set by someone else: it is heard of.
  await engine.client.call('patchQueue', { params: { name: 'mail' }, body: { concurrency: null } });
  await page.getByRole('button', { name: 'mail: 100 a minute, 10,000 may wait. Change' }).click();
  await page.getByLabel('Starts').fill('');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'mail: 10,000 may wait. Change' })).toBeFocused();
  expect((await limits()).rateLimit).toBeNull();
});

test('a queue of a long name leaves the limits and the buttons their room', async ({ page, engine }) => {
  const name = 'q'.repeat(79);
  const limits = { concurrency: 50, rateLimit: { max: 100, perMs: 1000 }, maxBacklog: 100_000 };
  await engine.client.call('makeQueue', { params: { name }, body: limits });
  await page.setViewportSize({ width: 900, height: 700 });
  await show(page, '/queues');
  await expect(page.getByRole('link', { name, exact: true })).toHaveAttribute('title', name);
  await expect(page.getByRole('button', { name: `Pause ${name}` })).toBeInViewport({ ratio: 1 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(900);
});
