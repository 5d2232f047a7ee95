import type { BodyInput } from '../../../contract/routes.ts';
import type { EngineProcess } from '../../support/engine-process.ts';
import { expect, expectAccessible, show, test } from '../../support/window.ts';

const shell = (command: string) => ({ task: 'shell.run', payload: { command, shell: true }, retry: { maxAttempts: 1 } });

async function submit(engine: EngineProcess, body: object): Promise<string> {
  return (await engine.client.call('submitWorkflow', { body: body as BodyInput<'submitWorkflow'> })).id;
}

/** One that stands still: `texts` is dead, and what comes after it blocked. */
async function failed(engine: EngineProcess): Promise<string> {
  const id = await submit(engine, {
    name: 'import',
    jobs: [
      { name: 'fetch', ...shell('true') },
      { name: 'texts', ...shell('echo bad charset >&2; exit 3'), dependsOn: ['fetch'] },
      { name: 'images', ...shell('true'), dependsOn: [{ job: 'fetch', onFailure: 'cancel' }] },
      { name: 'index', ...shell('true'), dependsOn: ['texts', 'images'] },
    ],
  });
  await engine.client.call('getWorkflow', { params: { id }, query: { waitMs: '20000' } });
  return id;
}

test('workflows are listed with how far they are, narrowed by state, and open by keyboard', async ({ page, engine }) => {
  test.slow();
  await page.keyboard.press('g');
  await page.keyboard.press('w');
  await expect(page.getByText('No workflows yet')).toBeVisible();
  await expectAccessible(page);
  const list = page.getByRole('grid', { name: 'Workflows' });
  await failed(engine);
  await expect(list.getByRole('row', { name: /import/ })).toContainText('Failed');
  await expect(list.getByRole('row', { name: /import/ })).toContainText('2 / 4');
  await submit(engine, { name: 'long', jobs: [{ name: 'sleep', ...shell('sleep 120') }] });
  await expect(list.getByRole('row')).toHaveCount(3);
  await expectAccessible(page);
  await page.getByRole('group', { name: 'State' }).getByText('Failed').click();
  await expect(list.getByRole('row')).toHaveCount(2);
  await list.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'import' })).toBeVisible();
});

test('the graph shows each step live, and what failed leads to its job and to a retry from there', async ({ page, engine }) => {
  test.slow();
  const id = await submit(engine, {
    name: 'live',
    jobs: [
      { name: 'first', ...shell('sleep 120') },
      { name: 'second', ...shell('true'), dependsOn: ['first'] },
    ],
  });
  await show(page, `/workflows/${id}`);
  const graph = page.getByRole('region', { name: 'Graph' });
  await expect(graph.getByRole('link', { name: 'first. Running' })).toBeVisible();
  await expect(graph.getByRole('link', { name: 'second. Blocked. After first' })).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel workflow' }).click();
  await expect(graph.getByRole('link', { name: 'second. Cancelled. After first' })).toBeVisible();

  const broken = await failed(engine);
  await show(page, `/workflows/${broken}`);
  await graph.getByRole('link', { name: /^texts. Dead/ }).click();
  const job = page.getByRole('complementary', { name: 'Job' });
  await expect(job).toContainText('bad charset');
  await expectAccessible(page);
  await job.getByRole('list', { name: 'After' }).getByRole('button', { name: /fetch/ }).click();
  const place = job.getByRole('region', { name: 'Its place in the workflow' });
  await expect(place).toContainText('fetch');
  const before = new URL(page.url()).hash;
  await place.getByRole('button', { name: 'Retry from here' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Retry from here' }).click();
  // It had completed, so another job stands in its place.
  await expect(page).not.toHaveURL(new RegExp(`${before.slice(-12)}$`));
  await expect(graph.getByRole('link', { name: /^texts. Dead/ })).toBeVisible();
  const { jobs } = await engine.client.call('getWorkflow', { params: { id: broken } });
  expect(before).not.toContain(jobs.find(({ name }) => name === 'fetch')?.id);
  await job.getByRole('link', { name: 'Open as page' }).click();
  await page.getByRole('link', { name: 'Where it stands' }).click();
  await expect(graph).toBeVisible();
});

test('keys go along the edges of the graph, zoom it, and open what they stand on', async ({ page, engine }) => {
  test.slow();
  const id = await failed(engine);
  await show(page, `/workflows/${id}`);
  const graph = page.getByRole('region', { name: 'Graph' });
  await graph.getByRole('link', { name: /^texts/ }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(graph.getByRole('link', { name: /^index/ })).toBeFocused();
  await page.keyboard.press('Home');
  await expect(graph.getByRole('link', { name: /^fetch/ })).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  const drawing = graph.locator('svg g').first();
  const before = await drawing.getAttribute('transform');
  await page.keyboard.press('+');
  await expect(drawing).not.toHaveAttribute('transform', before ?? '');
  await page.keyboard.press('0');
  await expect(drawing).toHaveAttribute('transform', before ?? '');
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('complementary', { name: 'Job' })).toContainText('fetch');
  await page.keyboard.press('Escape');
  await page.getByRole('group', { name: 'View' }).getByText('List').click();
  const table = page.getByRole('grid', { name: 'Jobs of the workflow' });
  await expect(table.getByRole('row', { name: /^Blocked index/ })).toContainText('waits for texts (dead)');
  await expectAccessible(page);
});

test('hundreds of jobs that are alike are one step, which lists them', async ({ page, engine }) => {
  const names = Array.from({ length: 300 }, (_, n) => `resize-${n}`);
  const id = await submit(engine, {
    name: 'many',
    jobs: [
      { name: 'list', ...shell('sleep 120') },
      ...names.map((name) => ({ name, ...shell('true'), dependsOn: ['list'] })),
      { name: 'report', ...shell('true'), dependsOn: names },
    ],
  });
  await show(page, `/workflows/${id}`);
  const graph = page.getByRole('region', { name: 'Graph' });
  await expect(graph.getByRole('link')).toHaveCount(3);
  await graph.getByRole('link', { name: '300 jobs: resize. 300 blocked. After list' }).click();
  const table = page.getByRole('grid', { name: 'Jobs of the workflow' });
  await expect(table).toHaveAttribute('aria-rowcount', '301');
  await page.getByRole('button', { name: '← Graph' }).click();
  await expect(graph).toBeVisible();
});

test('a workflow is retried as a whole and deleted with its jobs; one that is not there says so', async ({ page, engine }) => {
  test.slow();
  const id = await failed(engine);
  await show(page, `/workflows/${id}`);
  const attempts = async () => {
    const { jobs } = await engine.client.call('getWorkflow', { params: { id } });
    const texts = jobs.find(({ name }) => name === 'texts');
    return (await engine.client.call('listAttempts', { params: { id: texts?.id ?? '' }, query: {} })).attempts.length;
  };
  await page.getByRole('button', { name: 'Retry', exact: true }).click();
  await expect.poll(attempts).toBe(2);
  await expect(page.locator('main')).toContainText('1 dead');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel workflow' }).click();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete workflow' }).click();
  await expect(page.getByText('No workflows yet')).toBeVisible();
  expect((await engine.client.call('listJobs', { query: {} })).total).toBe(0);
  await show(page, `/workflows/${id}`);
  await expect(page.getByText('This workflow is gone')).toBeVisible();
});
