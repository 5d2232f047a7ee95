import { expect, test } from '../../support/window.ts';

test('what died stands first, with its reason, and leads to its details', async ({ page, engine }) => {
  await engine.client.call('submitJob', {
    body: {
      task: 'shell.run',
      mode: 'async',
      payload: { command: 'echo no space left >&2; exit 3', shell: true },
      retry: { maxAttempts: 1 },
    },
  });
  const failures = page.getByRole('region', { name: 'What failed last' });
  await expect(failures).toContainText('1 job is dead');
  await expect(failures.getByRole('listitem')).toHaveCount(1);
  await expect(failures.getByRole('listitem')).toContainText('3');
  const order = await page.locator('main h1, main section h2').allTextContents();
  expect(order[1]).toContain('1 job is dead');
  await failures.getByRole('listitem').getByRole('link').click();
  await expect(page).toHaveURL(/#\/dead-letters\?job=/);
});

test('counts, what runs with its progress, and what waits follow the engine', async ({ page, engine }) => {
  const long = { command: 'sleep 60', shell: true };
  const { ids } = await engine.client.call('submitBatch', {
    body: { jobs: Array.from({ length: 40 }, () => ({ task: 'shell.run', mode: 'async' as const, payload: long })) },
  });
  const states = page.getByRole('list', { name: 'Jobs by state' });
  await expect(states.getByRole('link', { name: /Running/ })).not.toHaveText(/^0/);
  const { counts } = await engine.client.call('getStats', {});
  await expect(states.getByRole('link', { name: /Running/ })).toContainText(String(counts.executing));
  await expect(states.getByRole('link', { name: /Waiting/ })).toContainText(String(counts.available));
  expect(counts.executing + counts.available).toBe(ids.length);
  await expect(page.getByRole('region', { name: 'Running now' }).getByRole('listitem').first()).toContainText('shell.run');
  await expect(page.getByRole('region', { name: 'Waiting longest' }).getByRole('listitem')).toHaveCount(5);

  await Promise.all(ids.map((id) => engine.client.call('cancelJob', { params: { id } })));
  await expect(states.getByRole('link', { name: /Cancelled/ })).toContainText('40');
  await expect(page.getByRole('region', { name: 'Running now' })).toContainText('Nothing is running.');
});

test('the charts tell their numbers to who cannot see them, and lanes their threads', async ({ page, engine }) => {
  for (let run = 0; run < 5; run += 1) {
    await engine.client.call('submitJob', { body: { task: 'shell.run', mode: 'sync', payload: { command: 'true' } } });
  }
  const charts = page.getByRole('region', { name: 'Throughput and latency' });
  await expect(charts).toContainText(/Jobs per second, last 5 min\. Completed: latest .*highest [1-9]/);
  await expect(charts).toContainText(/Run time, last 5 min\. p99: latest \d.*ms.*p50: latest \d/);
  await charts.getByText('Wait', { exact: true }).click();
  await expect(charts).toContainText('Wait until start, last 5 min');
  await page.getByText('24 h', { exact: true }).click();
  await expect(charts).toContainText('Jobs per second, last 24 h');
  const lanes = page.getByRole('region', { name: 'Lanes' });
  for (const lane of ['interactive', 'io', 'cpu']) await expect(lanes.getByRole('row', { name: new RegExp(`^${lane}`) })).toBeVisible();
});
