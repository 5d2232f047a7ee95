import { createServer } from 'node:net';
import type { EngineProcess } from '../../support/engine-process.ts';
import { expect, expectAccessible, show, test } from '../../support/window.ts';

/** A port that nothing listens on. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Jobs that call a service that is down, until it is called no more; and three that wait for it. */
async function openCircuit(engine: EngineProcess): Promise<string> {
  const name = `http://127.0.0.1:${await closedPort()}`;
  const call = { task: 'http.request', mode: 'async' as const, payload: { url: `${name}/` }, retry: { maxAttempts: 1 } };
  const submit = (count: number) => engine.client.call('submitBatch', { body: { jobs: Array.from({ length: count }, () => call) } });
  await submit(5);
  await expect.poll(async () => (await engine.client.call('listCircuits', { query: {} })).circuits[0]?.state).toBe('open');
  await submit(3);
  return name;
}

test('a service that is down is shown with what waits for it, and is reset', async ({ page, engine }) => {
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  await expect(page.getByText('Every service answers')).toBeVisible();
  await expectAccessible(page);
  const name = await openCircuit(engine);
  const row = page.getByRole('grid', { name: 'Circuits' }).getByRole('row', { name: new RegExp(name) });
  await expect(row).toContainText('Open');
  await expect(row.getByRole('gridcell').nth(2)).toHaveText('3');
  await expect(row).toContainText('ECONNREFUSED');
  await expectAccessible(page);
  await row.getByRole('button', { name: `Reset ${name}` }).click();
  await expect(page.getByLabel('Messages')).toContainText(`${name} is called again`);
  // The three that waited run, and fail for themselves.
  await expect.poll(async () => (await engine.client.call('getStats', {})).counts.dead).toBeGreaterThan(5);
});

test('the overview says what needs attention, and leads to where something can be done', async ({ page, engine }) => {
  const attention = page.getByRole('region', { name: 'Needs attention' });
  await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible();
  await expect(attention).toHaveCount(0);
  const name = await openCircuit(engine);
  await expect(attention).toContainText(`${name} does not answer`);
  await expect(attention).toContainText('3 jobs wait for it');
  await engine.client.call('submitWorkflow', {
    body: { name: 'import', jobs: [{ name: 'only', task: 'shell.run', payload: { command: 'false' }, retry: { maxAttempts: 1 } }] },
  });
  await expect(attention).toContainText('The workflow import failed');
  const failures = page.getByRole('region', { name: 'What failed last' });
  await expect(failures).toContainText('6 jobs are dead');
  await expect(failures.getByRole('listitem').first()).toContainText('5 ×');
  await expectAccessible(page);
  await attention.getByRole('link', { name: 'See where it stands' }).click();
  await expect(page.getByRole('heading', { name: 'import' })).toBeVisible();
  await page.goBack();
  await attention.getByRole('link', { name: 'See and reset' }).click();
  await expect(page.getByRole('grid', { name: 'Circuits' })).toBeVisible();
});

test('a redrive that its canaries stopped is told on the overview until it is put away', async ({ page, engine }) => {
  const bad = { task: 'shell.run', mode: 'async' as const, payload: { command: 'false' }, retry: { maxAttempts: 1 } };
  await engine.client.call('submitBatch', { body: { jobs: Array.from({ length: 4 }, () => bad) } });
  await expect.poll(async () => (await engine.client.call('getStats', {})).counts.dead).toBe(4);
  const { id } = await engine.client.call('redriveDeadLetters', { body: { filter: {}, canary: 1 } });
  await expect.poll(async () => (await engine.client.call('getOperation', { params: { id } })).state).not.toBe('running');
  const attention = page.getByRole('region', { name: 'Needs attention' });
  await expect(attention).toContainText('Redrive of 4 jobs');
  await attention.getByRole('button', { name: /^Put away/ }).click();
  await expect(attention).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole('region', { name: 'What failed last' })).toBeVisible();
  await expect(attention).toHaveCount(0);
});

test('the circuits page goes on showing what it knows while the engine is away', async ({ page, engine }) => {
  const name = await openCircuit(engine);
  await show(page, '/circuits');
  const grid = page.getByRole('grid', { name: 'Circuits' });
  await expect(grid).toContainText(name);
  await engine.kill();
  await expect(page.getByRole('status').filter({ hasText: 'Offline' })).toBeVisible();
  await expect(grid).toContainText(name);
});
