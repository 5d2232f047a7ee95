import type { EngineProcess } from '../../support/engine-process.ts';
import { expect, expectAccessible, show, test } from '../../support/window.ts';

/** One job in every state that can be had without waiting. */
async function seed(engine: EngineProcess): Promise<string> {
  const job = (payload: object, more: object = {}) => ({ task: 'shell.run', mode: 'async' as const, payload: payload as never, ...more });
  const { ids } = await engine.client.call('submitBatch', {
    body: {
      jobs: [
        job({ command: 'true' }, { tags: ['nightly'] }),
        job({ command: 'echo broken >&2; exit 2', shell: true }, { retry: { maxAttempts: 1 } }),
        job({ command: 'false' }, { retry: { maxAttempts: 3, baseMs: 3_600_000 } }),
        job({ command: 'true' }, { delayMs: 3_600_000 }),
        job({ command: 'sleep 120', shell: true }),
      ],
    },
  });
  const [completed, dead, retryable, , executing] = ids;
  for (const id of [completed, dead]) await engine.client.call('getJob', { params: { id: id ?? '' }, query: { waitMs: '20000' } });
  for (const [id, state] of [
    [retryable, 'retryable'],
    [executing, 'executing'],
  ] as const) {
    await expect.poll(async () => (await engine.client.call('getJob', { params: { id: id ?? '' } })).state).toBe(state);
  }
  return dead ?? '';
}

// Axe looks at every element of every page, twice.
test.describe.configure({ timeout: 135_000 });

test('axe finds nothing serious on a new home, in light and dark', async ({ page }) => {
  await expect(page.getByRole('heading', { name: 'Nothing has run here yet' })).toBeVisible();
  await expectAccessible(page);
  for (const [path, text] of [
    ['/jobs', 'No jobs yet'],
    ['/dead-letters', 'Dead letters'],
    ['/dead-letters?view=causes', 'Nothing is dead'],
    ['/schedules', 'Nothing is scheduled'],
    ['/queues', 'default'],
    ['/tasks', 'not measured yet'],
    ['/submit?task=shell.run', 'Submit'],
    ['/nowhere', 'There is no such page'],
  ] as const) {
    await show(page, path);
    await expect(page.locator('main')).toContainText(text);
    await expectAccessible(page);
  }
});

test('axe finds nothing serious on pages with jobs in every state, in light and dark', async ({ page, engine }) => {
  const dead = await seed(engine);
  for (const path of [
    '/overview',
    '/jobs',
    `/jobs?job=${dead}`,
    `/jobs/${dead}`,
    '/jobs?q=nothing-is-like-this',
    '/dead-letters',
    `/dead-letters?job=${dead}`,
    '/queues',
  ]) {
    await show(page, path);
    await expect(page.locator('main h1')).toBeVisible();
    await expect(page.locator('main')).toContainText(/shell\.run|default|No job is like that|dead/);
    await expectAccessible(page);
  }
});

test('axe finds nothing serious in what opens over a page, in light and dark', async ({ page, engine }) => {
  await seed(engine);
  await show(page, '/jobs');
  await expect(page.getByRole('grid', { name: 'Jobs' })).toBeVisible();
  await page.getByRole('button', { name: 'State', exact: true }).click();
  await expect(page.getByRole('menu')).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await expect(page.getByRole('combobox', { name: 'Tags' })).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await page.getByRole('grid', { name: 'Jobs' }).focus();
  await page.keyboard.press('a');
  await expect(page.getByRole('toolbar', { name: 'Selected jobs' })).toContainText('5 selected');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('listbox')).toBeVisible();
  await expectAccessible(page);
});
