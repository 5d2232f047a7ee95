import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineProcess } from '../../support/engine-process.ts';
import { expect, expectAccessible, show, test } from '../../support/window.ts';

async function addLikeTask({ home }: EngineProcess): Promise<void> {
  const source = `export default {
    title: 'Like', lane: 'io', retry: { maxAttempts: 1 },
    input: { type: 'object', properties: { likes: { type: 'number', title: 'Likes' }, fails: { type: 'boolean', title: 'Fails' } } },
    predict: ({ likes }) => ({ likes: likes + 1, by: 'you' }),
    run({ likes, fails }) { if (fails) throw new Error('the service said no'); return { likes: likes + 2, by: 'you' }; },
    rollback(_, task) { return { undone: task.compensates.optimistic }; },
  };`;
  await writeFile(join(home, 'tasks', 'like.js'), source);
}

test('a promise is made from the form, and where what came differs from it is shown', async ({ page, engine }) => {
  await addLikeTask(engine);
  await show(page, '/submit');
  await page.getByRole('link', { name: 'Like' }).click();
  await page.getByRole('textbox', { name: 'Likes', exact: true }).fill('7');
  await page.getByRole('radio', { name: /^Promise now/ }).check();
  const promise = page.getByRole('textbox', { name: 'Promised answer' });
  await promise.fill('{"likes": ');
  await expect(promise).toHaveAttribute('aria-invalid', 'true');
  await promise.fill('');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Promise and submit' }).click();
  const outcome = page.getByRole('region', { name: 'Outcome' });
  await expect(outcome).toContainText('Promised, and it came otherwise');
  await outcome.getByRole('link', { name: 'Open the job' }).click();

  const shown = page.getByRole('region', { name: 'Promise' });
  await expect(shown).toContainText('The result differs from what was promised.');
  await expect(shown.getByRole('row').nth(1)).toHaveText('/likes89');
  await expect(shown.getByRole('row')).toHaveCount(2);
  await expectAccessible(page);
});

test('a promise that was not kept says what was done about it, and leads to the rollback and back', async ({ page, engine }) => {
  await addLikeTask(engine);
  const body = { task: 'like', mode: 'hybrid', payload: { fails: true }, optimistic: { likes: 8 } } as const;
  const { id } = await engine.client.call('submitJob', { body });
  await show(page, `/jobs?job=${id}`);
  const promise = page.getByRole('region', { name: 'Promise' });
  await expect(promise).toContainText('This was promised, and did not come true.');
  await expect(promise).toContainText('Compensated');
  await expectAccessible(page);
  await promise.getByRole('link', { name: 'the job that makes up for it' }).click();
  const rollback = page.getByRole('article', { name: 'Job like' });
  await expect(rollback.getByRole('heading', { name: 'like (rollback)' })).toBeVisible();
  await expect(rollback.getByRole('region', { name: 'Result' })).toContainText('undone');
  await expectAccessible(page);
  await rollback.getByRole('link', { name: 'the job that failed' }).click();
  await expect(promise).toContainText('Compensated');
});
