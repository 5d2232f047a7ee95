import { afterAll, describe, expect, it } from 'vitest';
import { expectKind, openThread } from './test-thread.ts';

const thread = openThread(afterAll);
const own = (fields: string) => `export default { run() {}, ${fields} };`;

describe('a module that is described', () => {
  it('says what it holds, and defaults stand for the rest', async () => {
    const module = thread.task(
      `export default { title: 'T', lane: 'io', timeoutMs: 5, retry: { maxAttempts: 2 }, declares: { idempotent: true }, examples: [{ a: 1 }],
        input: { type: 'object', properties: { a: { type: 'number' } } }, run() {}, predict() {}, rollback() {} };`,
    );
    expect(await thread.describe(module)).toMatchObject({
      type: 'described',
      description: {
        title: 'T',
        description: '',
        lane: 'io',
        timeoutMs: 5,
        retry: { maxAttempts: 2 },
        declares: { idempotent: true },
        examples: [{ a: 1 }],
        input: { type: 'object', properties: { a: { type: 'number' } } },
        result: {},
        hasPredict: true,
        hasRollback: true,
      },
    });
    const bare = thread.task('export default { run() {} };');
    expect(await thread.describe(bare)).toMatchObject({
      type: 'described',
      description: {
        title: bare.name,
        lane: 'cpu',
        input: { type: 'object' },
        timeoutMs: null,
        retry: {},
        declares: {},
        examples: [],
        hasPredict: false,
      },
    });
  });

  it.each([
    ['an unknown lane', own(`lane: 'fast'`), /lane: must be "io" or "cpu"/],
    ['a run that is no function', 'export default { run: 5 };', /run must be a function, and is a number/],
    ['no run', 'export default { title: "x" };', /run is missing/],
    ['no default export', 'export const run = () => {};', /no default export/],
    ['a default export that is a function', 'export default function run() {}', /must be an object .* is a function/],
    ['an input that is no object', own(`input: 'number'`), /input: must be an object/],
    ['an input that describes no object', own(`input: { type: 'array' }`), /input: must have "type": "object"/],
    ['an input with a cycle', 'const input = {}; input.self = input; export default { run() {}, input };', /input: is no JSON/],
    [
      'an example that is nested too deep',
      own(`examples: [JSON.parse('{"a":'.repeat(5_000) + '1' + '}'.repeat(5_000))]`),
      /examples: is nested deeper/,
    ],
    ['a wrong timeout', own('timeoutMs: "soon"'), /timeoutMs: must be a whole number/],
    ['a wrong retry', own('retry: { maxAttempts: 0 }'), /retry\.maxAttempts: /],
    ['an unknown declaration', own('declares: { fast: true }'), /declares: .*fast/],
    ['examples that are no list', own('examples: {}'), /examples: must be a list/],
    ['a predict that is no function', own('predict: {}'), /predict: must be a function/],
    ['an exception while it loads', 'throw new Error("no config"); export default {};', /no config/],
    ['an import that is not there', 'import "no-such-package-here"; export default {};', /no-such-package-here/],
    ['a syntax error', 'export default {\n  run( {\n};\n', /\(line 3\)/],
  ])('with %s is not, and the reason is named', async (_, source, message) => {
    const answer = await thread.describe(thread.task(source));
    if (answer.type !== 'not-described') throw new Error('was described');
    expect(answer.error.message).toMatch(message);
  });

  it('and does not load is no reason for a job to fail: it is reported as not loaded', async () => {
    const result = expectKind(await thread.result(thread.task('throw new Error("no config"); export default {};')), 'not-loaded');
    expect(result.error.message).toBe('no config');
    const unknown = await thread.result({ kind: 'built-in', name: 'toString' });
    expect(expectKind(unknown, 'not-loaded').error.code).toBe('unknown-task');
  });

  it.each([
    ["{ originOf: '/url', faults: ['TimedOut'] }", { originOf: '/url', faults: ['TimedOut'] }],
    ["{ name: 'mail', faults: ['ECONNREFUSED'] }", { name: 'mail', faults: ['ECONNREFUSED'] }],
  ])('says which service it calls: %s', async (written, circuit) => {
    const answer = await thread.describe(thread.task(`export default { circuit: ${written}, run() {} };`));
    expect(answer).toMatchObject({ type: 'described', description: { circuit } });
  });

  it.each([
    "{ originOf: 'url', faults: ['TimedOut'] }",
    "{ name: 'a b', faults: ['TimedOut'] }",
    "{ name: 'mail', faults: [] }",
    "{ name: 'mail', originOf: '/url', faults: ['TimedOut'] }",
    "{ faults: ['TimedOut'] }",
    "'mail'",
  ])('refuses a service that is not one: %s', async (written) => {
    const answer = await thread.describe(thread.task(`export default { circuit: ${written}, run() {} };`));
    expect(answer).toMatchObject({ type: 'not-described', error: { message: expect.stringContaining('circuit') } });
  });

  it('says its limits, and the errors that no retry mends as rules after its own', async () => {
    const source = `export default {
      concurrency: 3, concurrencyPerKey: 2, nonRetryable: ['ENOENT'],
      retry: { delaysMs: [1, 2], retryForMs: 5, rules: [{ message: 'busy', action: 'snooze', afterMs: 9 }] }, run() {},
    };`;
    const answer = await thread.describe(thread.task(source));
    if (answer.type !== 'described') throw new Error(answer.error.message);
    expect(answer.description).toMatchObject({
      concurrency: 3,
      concurrencyPerKey: 2,
      retry: {
        delaysMs: [1, 2],
        retryForMs: 5,
        rules: [
          { message: 'busy', action: 'snooze', afterMs: 9 },
          { name: 'ENOENT', action: 'fail' },
          { code: 'ENOENT', action: 'fail' },
        ],
      },
    });
  });

  it('is each built-in task, with a title and a description for every field', async () => {
    for (const name of ['shell.run', 'http.request', 'image.convert', 'file.hash']) {
      const answer = await thread.describe({ kind: 'built-in', name });
      if (answer.type !== 'described') throw new Error(`${name}: ${answer.error.message}`);
      const { description } = answer;
      expect(description.examples.length).toBeGreaterThan(0);
      for (const schema of [description.input, description.result]) {
        expect(schema.additionalProperties).toBe(false);
        for (const [field, property] of Object.entries(schema.properties as Record<string, { title?: string; description?: string }>)) {
          expect(property.title, `${name} ${field}`).toBeTruthy();
          expect(property.description, `${name} ${field}`).toBeTruthy();
        }
      }
    }
  });
});
