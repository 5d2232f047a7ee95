import type { JobState } from '../../../contract/states.ts';
import type { EngineProcess } from '../../support/engine-process.ts';
import { expect, expectAccessible, show, test } from '../../support/window.ts';

function shell(engine: EngineProcess, script: string, more: object = {}) {
  return engine.client.call('submitJob', {
    body: { task: 'shell.run', mode: 'async', payload: { command: script, shell: true }, ...more },
  });
}

async function stateOf(engine: EngineProcess, id: string): Promise<JobState> {
  return (await engine.client.call('getJob', { params: { id } })).state;
}

test('a failing job goes from its first attempt to dead before the eyes of who watches', async ({ page, engine }) => {
  const { id } = await shell(engine, 'echo trying; echo the disk is full >&2; exit 4', {
    retry: { maxAttempts: 2, baseMs: 1500, jitter: 0 },
  });
  await show(page, `/jobs?job=${id}`);
  const panel = page.getByRole('article', { name: 'Job shell.run' });
  await expect(panel).toContainText('Attempt 2 of 2 starts');
  await expect(panel).toContainText('exit code 4: the disk is full');
  await expect(panel).toContainText('all 2 attempts failed. Fix the cause, then retry it.');
  await expect(panel.getByRole('region', { name: 'What failed' })).toContainText('last stderr');
  await expect(panel.getByRole('log')).toContainText('Attempt 2');
  await expect(panel.getByRole('region', { name: 'History' })).toContainText('Attempt 2 failed');
  await expect(panel.getByRole('region', { name: 'Attempts' }).getByRole('row')).toHaveCount(3);
  await expectAccessible(page);
});

test('a waiting job is edited, and what the engine refuses is said at its field', async ({ page, engine }) => {
  const { id } = await shell(engine, 'true', { delayMs: 3_600_000 });
  await show(page, `/jobs?job=${id}`);
  await page.getByRole('button', { name: 'Edit' }).click();
  const form = page.getByRole('form', { name: 'Edit job' });
  await form.getByLabel('Priority').fill('500');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(form.getByText('must be at most 100')).toBeVisible();
  await expect(form.getByLabel('Priority')).toHaveAttribute('aria-invalid', 'true');
  await expectAccessible(page);
  await form.getByLabel('Priority').fill('50');
  await form.getByLabel('Payload').fill('{"command": "false"}');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(form).toBeHidden();
  expect(await engine.client.call('getJob', { params: { id } })).toMatchObject({ priority: 50, payload: { command: 'false' } });
  await expect(page.getByRole('region', { name: 'Payload' })).toContainText('false');
});

test('a scheduled job is run now, a running one is cancelled after a question, an ended one deleted', async ({ page, engine }) => {
  const { id } = await shell(engine, 'echo begun; sleep 300', { delayMs: 3_600_000 });
  await show(page, `/jobs/${id}`);
  await page.getByRole('button', { name: 'Run now' }).click();
  await expect(page.getByRole('log')).toContainText('begun');
  await expect(page.getByRole('button', { name: 'Delete' })).toHaveAttribute('aria-disabled', 'true');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel job' }).click();
  await expect(page.getByText('Cancelled while it ran')).toBeVisible();
  expect(await stateOf(engine, id)).toBe('cancelled');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete job' }).click();
  await expect(page.getByText('Deleted shell.run')).toBeVisible();
  await expect.poll(() => page.url()).toMatch(/#\/jobs$/);
});

test('a job that is deleted elsewhere says so', async ({ page, engine }) => {
  const { id } = await shell(engine, 'true', { delayMs: 3_600_000 });
  await show(page, `/jobs?job=${id}`);
  await expect(page.getByRole('article', { name: 'Job shell.run' })).toBeVisible();
  await engine.client.call('deleteJob', { params: { id } });
  await expect(page.getByText('This job is gone')).toBeVisible();
});

test('a copy of an ended job begins with its payload', async ({ page, engine }) => {
  const { id } = await shell(engine, 'echo once');
  await engine.client.call('getJob', { params: { id }, query: { waitMs: 20_000 } });
  await show(page, `/jobs/${id}`);
  await page.getByRole('button', { name: 'Submit a copy' }).click();
  await expect(page.getByRole('textbox', { name: 'Command', exact: true })).toHaveValue('echo once');
  await expect(page.getByRole('switch', { name: /^Use a shell/ })).toBeChecked();
});

test('what happens before the event stream is open is not missed', async ({ page, engine }) => {
  const { id } = await shell(engine, 'sleep 300', { delayMs: 3_600_000 });
  await show(page, `/jobs/${id}`);
  const opened = Promise.withResolvers<void>();
  await page.route('**/v1/events*', async (route) => {
    await opened.promise;
    await route.continue();
  });
  await page.reload();
  await expect(page.getByRole('button', { name: 'Run now' })).toBeVisible();
  await engine.client.call('runJobNow', { params: { id } });
  await expect.poll(() => stateOf(engine, id)).toBe('executing');
  opened.resolve();
  await expect(page.getByRole('article', { name: 'Job shell.run' })).toContainText('Running for');
});

test('a job that is due says what it waits for, its deadline and its key', async ({ page, engine }) => {
  await engine.client.call('makeQueue', { params: { name: 'mail' }, body: { paused: true } });
  const body = { task: 'shell.run', queue: 'mail', mode: 'async' as const, payload: { command: 'true' }, deadlineMs: 3_600_000 };
  const job = await engine.client.call('submitJob', { body: { ...body, concurrencyKey: 'album-7' } });
  await show(page, `/jobs?job=${job.id}`);
  const panel = page.getByRole('complementary', { name: 'Job' });
  await expect(panel).toContainText('Queue mail is paused');
  await expect(panel).toContainText('Deadline');
  await expect(panel).toContainText('album-7');
  await engine.client.call('patchQueue', { params: { name: 'mail' }, body: { paused: false } });
  await expect(panel).toContainText('Completed');
});
