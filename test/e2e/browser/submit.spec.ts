import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import type { EngineProcess } from '../../support/engine-process.ts';
import { expect, expectAccessible, show, test } from '../../support/window.ts';

function field(page: Page, name: string): Locator {
  return page.getByRole('textbox', { name, exact: true });
}

test('a command is filled in, submitted and answered by keyboard alone', async ({ page, engine }) => {
  await expect(page.getByRole('link', { name: /^Overview/ })).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  const form = page.getByRole('form', { name: 'Submit shell.run' });
  await expect(form).toBeVisible();

  const tabTo = async (name: string) => {
    for (let presses = 0; presses < 60; presses++) {
      const focused = await page.evaluate(() => {
        const element = document.activeElement;
        return (
          element?.getAttribute('aria-label') ??
          (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement
            ? element.labels?.[0]?.textContent
            : element?.textContent)
        );
      });
      if (focused?.replace('*', '').trim() === name) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`${name} is not reached by Tab`);
  };
  await tabTo('Command');
  await page.keyboard.type('echo');
  await tabTo('Add to Arguments');
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Arguments 1', { exact: true })).toBeFocused();
  await page.keyboard.type('two words');
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Arguments 2', { exact: true })).toBeFocused();
  await page.keyboard.type('& more');
  await tabTo('Let Switchyard choose');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('radio', { name: /^Wait for the answer/ })).toBeChecked();
  await page.keyboard.press('Control+Enter');

  const outcome = page.getByRole('region', { name: 'Outcome' });
  await expect(outcome).toContainText('Answered in');
  await expect(outcome).toContainText('two words & more');
  const { jobs } = await engine.client.call('listJobs', { query: {} });
  expect(jobs).toMatchObject([
    { task: 'shell.run', mode: 'sync', state: 'completed', payload: { command: 'echo', args: ['two words', '& more'] } },
  ]);
});

test('what is wrong is said at its field, and nothing is submitted', async ({ page, engine }) => {
  await show(page, '/submit?task=image.convert');
  await field(page, 'Image').fill('relative.png');
  await page.getByRole('button', { name: 'Submit', exact: true }).click();
  const image = field(page, 'Image');
  await expect(image).toHaveAttribute('aria-invalid', 'true');
  await expect(image).toBeFocused();
  await expect(field(page, 'Write to')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByText('is required')).toBeVisible();
  expect((await engine.client.call('listJobs', { query: {} })).jobs).toEqual([]);
  await expectAccessible(page);

  await page.getByText('Options', { exact: false }).first().click();
  await field(page, 'Priority').fill('101');
  await field(page, 'Image').fill('/a.png');
  await field(page, 'Write to').fill('/b.webp');
  await page.keyboard.press('Control+Enter');
  await expect(field(page, 'Priority')).toHaveAttribute('aria-invalid', 'true');
  await expect(field(page, 'Priority')).toBeFocused();
});

/** A task of the user's own, and its form. */
async function showFormOf(page: Page, engine: EngineProcess, name: string, properties: object): Promise<void> {
  await mkdir(join(engine.home, 'tasks'), { recursive: true });
  const input = JSON.stringify({ type: 'object', properties });
  await writeFile(join(engine.home, 'tasks', `${name}.js`), `export default { lane: 'io', input: ${input}, run: (payload) => payload };`);
  await show(page, `/submit?task=${name}`);
  await expect(page.getByRole('form', { name: `Submit ${name}` })).toBeVisible();
}

test('a number is sent as it stands in its field, or refused there', async ({ page, engine }) => {
  await showFormOf(page, engine, 'measure', { whole: { type: 'integer' }, any: { type: 'number' } });
  const [whole, any] = [field(page, 'whole'), field(page, 'any')];
  const outcome = page.getByRole('region', { name: 'Outcome' });
  const payloads = async () => (await engine.client.call('listJobs', { query: {} })).jobs.map(({ payload }) => payload);

  await whole.pressSequentially('20261123152530');
  await any.pressSequentially('1.0');
  await expect(any).toHaveValue('1.0');
  await any.pressSequentially('50');
  await page.keyboard.press('Control+Enter');
  await expect(outcome).toBeVisible();
  await expect.poll(payloads).toEqual([{ whole: 20261123152530, any: 1.05 }]);
  await expect(any).toHaveValue('1.050');

  await whole.fill('1700000000000123');
  await any.fill('2.50');
  await page.keyboard.press('Control+Enter');
  await expect.poll(async () => (await payloads())[0]).toEqual({ whole: 1700000000000123, any: 2.5 });

  await whole.fill('12345678901234567890');
  await any.fill('');
  await any.pressSequentially('007');
  await page.getByRole('button', { name: 'Submit', exact: true }).click();
  await expect(page.getByText('It must lie between -9007199254740991 and 9007199254740991')).toBeVisible();
  await expect(whole).toHaveValue('12345678901234567890');
  await expect(whole).toBeFocused();
  await whole.fill('1.5');
  await expect(page.getByText('It must be a whole number')).toBeVisible();
  await whole.fill('');
  await page.keyboard.press('Control+Enter');
  await expect.poll(async () => (await payloads())[0]).toEqual({ any: 7 });
  expect(await payloads()).toHaveLength(3);

  // Folded away with what is wrong in it.
  await page.getByText('Options', { exact: false }).first().click();
  await field(page, 'Attempts').fill('2.5');
  await page.getByText('Options', { exact: false }).first().click();
  await page.getByRole('button', { name: 'Submit', exact: true }).click();
  await expect(field(page, 'Attempts')).toBeFocused();
  expect(await payloads()).toHaveLength(3);
});

test('a task may name a field as every object names one of its own', async ({ page, engine }) => {
  await showFormOf(page, engine, 'build', { toString: { type: 'string' }, valueOf: { type: 'integer' } });
  await expect(field(page, 'toString')).toHaveValue('');
  await field(page, 'toString').fill('a');
  await field(page, 'valueOf').fill('2');
  await page.keyboard.press('Control+Enter');
  await expect
    .poll(async () => (await engine.client.call('listJobs', { query: {} })).jobs.map(({ payload }) => payload))
    .toEqual([{ toString: 'a', valueOf: 2 }]);
});

test('fields and JSON stay one payload, and a slip in the JSON is named with its place', async ({ page }) => {
  await show(page, '/submit?task=shell.run');
  await field(page, 'Command').fill('uname');
  await page.getByText('JSON', { exact: true }).click();
  const json = field(page, 'Payload');
  await expect(json).toHaveValue('{\n  "command": "uname"\n}');
  await json.fill('{\n  "command": uname\n}');
  await expect(page.getByText('Line 2, column 14: A value is expected here')).toBeVisible();
  await page.keyboard.press('Control+Enter');
  await expect(json).toBeFocused();
  await json.fill('{\n  "command": "date",\n  "timeout": 1e400\n}');
  await expect(page.getByText('Line 3, column 14: It is larger than any number that can be kept')).toBeVisible();
  await json.fill('{"command": "date", "args": ["-u"], "other": 1}');
  await page.getByText('Fields', { exact: true }).click();
  await expect(field(page, 'Command')).toHaveValue('date');
  await expect(page.getByLabel('Arguments 1', { exact: true })).toHaveValue('-u');
  await expect(page.getByText('Sent as well')).toContainText('other');
});

test('a background job is shown live until it ends, with its result', async ({ page }) => {
  await show(page, '/submit?task=shell.run');
  await field(page, 'Command').fill('read line; echo "heard $line"');
  await field(page, 'Input').fill('a word');
  await page.getByRole('switch', { name: /^Use a shell/ }).check();
  await page.getByRole('radio', { name: /^Run in the background/ }).check();
  await page.getByRole('button', { name: 'Submit to the queue' }).click();
  const outcome = page.getByRole('region', { name: 'Outcome' });
  await expect(outcome).toContainText('Completed');
  await expect(outcome).toContainText('heard a word');
  await outcome.getByRole('link', { name: 'Open the job' }).click();
  await expect(page.getByRole('article', { name: 'Job shell.run' })).toContainText('heard a word');
});

test('a failure that was waited for shows what the command said', async ({ page }) => {
  await show(page, '/submit?task=shell.run');
  await field(page, 'Command').fill('echo no such thing >&2; exit 3');
  await page.getByRole('switch', { name: /^Use a shell/ }).check();
  await page.getByRole('radio', { name: /^Wait for the answer/ }).check();
  await page.keyboard.press('Control+Enter');
  const outcome = page.getByRole('alert', { name: 'Outcome' });
  await expect(outcome).toContainText('The task failed');
  await expect(outcome).toContainText('exit code 3: no such thing');
  await expectAccessible(page);
});

test('a task of the user’s own appears by itself, and one that does not load says why', async ({ page, engine }) => {
  await show(page, '/submit');
  await page.getByRole('button', { name: 'Add a task of your own' }).click();
  await expect(page.getByText(join(engine.home, 'tasks'))).toBeVisible();
  await expectAccessible(page);
  const source =
    "export default { title: 'Greeting', input: { properties: { name: { type: 'string', title: 'Name' } } }, run: ({ name }) => ({ text: \"Hello \" + name }) };";
  await writeFile(join(engine.home, 'tasks', 'greeting.js'), source);
  await page.getByRole('link', { name: 'Greeting' }).click();
  await field(page, 'Name').fill('Ada');
  await page.getByRole('radio', { name: /^Wait for the answer/ }).check();
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('region', { name: 'Outcome' })).toContainText('Hello Ada');

  await writeFile(join(engine.home, 'tasks', 'broken.js'), 'export default { run( }');
  await page.getByRole('link', { name: 'broken does not load' }).click();
  await expect(page.getByText(`${join(engine.home, 'tasks', 'broken.js')} does not load`)).toBeVisible();
});

test('a submission whose answer was lost is sent again without making a second job', async ({ page, engine }) => {
  await show(page, '/submit?task=shell.run');
  await field(page, 'Command').fill('uname');
  await page.getByRole('radio', { name: /^Run in the background/ }).check();
  await page.route(
    '**/v1/jobs',
    async (route) => {
      await route.fetch();
      await route.abort();
    },
    { times: 1 },
  );
  await page.keyboard.press('Control+Enter');
  await expect(page.getByText('The engine did not answer')).toBeVisible();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('region', { name: 'Outcome' })).toContainText('Completed');
  expect((await engine.client.call('listJobs', { query: {} })).total).toBe(1);
});

test('retries, a deadline and keys are chosen among the options, and refused at their fields', async ({ page, engine }) => {
  await show(page, '/submit?task=shell.run');
  await field(page, 'Command').fill('true');
  await page.getByText('Run in the background').click();
  await page.getByText('Options', { exact: false }).first().click();
  await page.getByLabel('Deadline').fill('3600');
  await page.getByRole('combobox', { name: 'Between attempts' }).click();
  await page.getByRole('option', { name: 'A list of delays' }).click();
  await page.getByLabel('Delays, in seconds').fill('1, soon');
  await page.getByLabel('Retry for').fill('600');
  await page.getByLabel('Unique key').fill('a.png');
  await page.getByRole('combobox', { name: 'The key is taken' }).click();
  await page.getByRole('option', { name: 'Until its first attempt begins' }).click();
  await page.getByLabel('Concurrency key').fill('album-7');
  await page
    .getByRole('button', { name: /^Submit|Run/ })
    .last()
    .click();
  await expect(page.getByLabel('Delays, in seconds')).toHaveAttribute('aria-invalid', 'true');
  await expectAccessible(page);
  const sent = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/v1/jobs'));
  await page.getByLabel('Delays, in seconds').fill('1, 10');
  await page.keyboard.press('Control+Enter');
  expect((await sent).postDataJSON()).toMatchObject({
    ...{ deadlineMs: 3_600_000, retry: { delaysMs: [1_000, 10_000], retryForMs: 600_000 }, concurrencyKey: 'album-7' },
    unique: { key: 'a.png', scope: 'started' },
  });
  await expect(page.getByLabel('Outcome')).toBeVisible();
  const { jobs } = await engine.client.call('listJobs', { query: {} });
  expect(jobs).toMatchObject([{ maxAttempts: 3, uniqueKey: 'a.png', concurrencyKey: 'album-7' }]);
});
