import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeTask } from '../../contract/describe-task.ts';
import { builtInTasks } from '../../contract/task.ts';
import type { TaskModule } from '../../contract/thread.ts';
import { ThreadTaskReader } from '../../engine/lanes/task-reader.ts';
import { declaredTasks } from '../../workers/declared/built-in-tasks.ts';
import { refuseWrongSchema } from '../../workers/input-schema.ts';
import { loadTask } from '../../workers/load-task.ts';

let home: string;
let reader: ThreadTaskReader;
let files = 0;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'switchyard-task-reader-'));
  reader = new ThreadTaskReader(home);
});
afterEach(async () => {
  await reader.stop();
  rmSync(home, { recursive: true, force: true });
});

function fileOf(text: string): TaskModule {
  const name = `task-${++files}`;
  const file = join(home, `${name}.mjs`);
  writeFileSync(file, text);
  return { kind: 'file', name, url: pathToFileURL(file).href };
}
const good = "export default { title: 'Mine', lane: 'io', run() {} };";

test('a task says what it says of itself', async () => {
  expect(await reader.describe(fileOf(good))).toMatchObject({ description: { title: 'Mine', lane: 'io' } });
});

test.each(builtInTasks)('of %s all is known without its code, and is what its code says', async (name) => {
  const task = await loadTask({ kind: 'built-in', name });
  expect(await reader.describe({ kind: 'built-in', name })).toEqual({ description: describeTask(name, task) });
});

test.each(builtInTasks)('the input of %s, which is not looked at again, is a JSON Schema', (name) => {
  expect(() => refuseWrongSchema(describeTask(name, declaredTasks[name]).input)).not.toThrow();
});

test.each([
  ['does not parse', 'export default {', /./],
  ['throws while it loads', "throw new Error('no database');", /no database/],
  ['exits while it loads', 'process.exit(0);', /thread|ended|exit/i],
  ['imports what there is not', "import 'nothing-of-the-kind'; export default {};", /nothing-of-the-kind/],
  ['exports no task', 'export const a = 1;', /default export/],
  [
    'has an input that is no JSON Schema',
    "export default { input: { properties: { a: { type: 'strnig' } } }, run() {} };",
    /^Its input is not a JSON Schema: /,
  ],
  ['has a wrong field', "export default { lane: 'gpu', run() {} };", /lane/],
])('a task that %s says so, and the next one is read', async (_, text, message) => {
  expect(await reader.describe(fileOf(text))).toMatchObject({ error: { message: expect.stringMatching(message) } });
  expect(await reader.describe(fileOf(good))).toMatchObject({ description: { title: 'Mine' } });
});

test('a task that never finishes loading is given up after ten seconds, and the next one is read', { timeout: 60_000 }, async () => {
  const looping = reader.describe(fileOf('for (;;);'));
  const next = reader.describe(fileOf(good));
  expect(await looping).toMatchObject({ error: { message: expect.stringContaining('10 s') } });
  expect(await next).toMatchObject({ description: { title: 'Mine' } });
});
