import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../contract/limits.ts';
import { expectKind, jobId, openThread, resultValue } from './test-thread.ts';

const deep = (levels: number) => `let value = []; for (let level = 1; level < ${levels}; level++) value = [value]; return value;`;

describe('results', () => {
  it('of a task come back as JSON text', async () => {
    const thread = openThread();
    const task = thread.taskThat('return { sum: payload.a + payload.b };');
    expect(await thread.result(task, { a: 2, b: 3 })).toEqual({ kind: 'succeeded', result: '{"sum":5}' });
  });

  it('that are undefined become null', async () => {
    const thread = openThread();
    expect(await thread.result(thread.taskThat(''))).toEqual({ kind: 'succeeded', result: 'null' });
  });

  it.each([
    ['a cycle', 'const a = {}; a.a = a; return a;', /no JSON.*circular/i],
    ['a BigInt', 'return { n: 1n };', /no JSON.*BigInt/],
    ['a function', 'return () => 1;', /a function is no JSON/],
    ['more levels than are kept', deep(limits.resultDepth + 1), /is nested deeper than 200 levels/],
    ['more levels than its own thread can write', deep(100_000), /is nested deeper than 200 levels/],
    ['a toJSON that throws', 'return { toJSON() { throw new Error("broken toJSON"); } };', /broken toJSON/],
  ])('with %s fail for good and say why', async (_, body, message) => {
    const thread = openThread();
    const result = expectKind(await thread.result(thread.taskThat(body)), 'failed-for-good');
    expect(result.error.message).toMatch(message);
  });

  it('may be nested up to a limit', async () => {
    const thread = openThread();
    expect(JSON.stringify(resultValue(await thread.result(thread.taskThat(deep(limits.resultDepth)))))).toHaveLength(400);
  });

  const big = 'return "x".repeat(payload.length);';

  it('travel as they are up to a limit, and past it lie in a file of the home', async () => {
    const thread = openThread();
    const task = thread.taskThat(big);
    const sent = expectKind(await thread.result(task, { length: limits.resultBytes - 2 }), 'succeeded');
    expect(sent.result).toHaveLength(limits.resultBytes);
    expect(sent.fileBytes).toBeUndefined();
    expect(existsSync(join(thread.home, 'results'))).toBe(false);
    const kept = expectKind(await thread.result(task, { length: limits.resultBytes - 1 }), 'succeeded');
    expect(kept).toMatchObject({ result: 'null', fileBytes: limits.resultBytes + 1 });
    const [name = '', ...others] = readdirSync(join(thread.home, 'results'));
    expect(others).toEqual([]);
    expect(readFileSync(join(thread.home, 'results', name), 'utf8')).toBe(`"${'x'.repeat(limits.resultBytes - 1)}"`);
    expect(statSync(join(thread.home, 'results', name)).mode & 0o077).toBe(0);
  });

  it('past what a file may take fail for good', async () => {
    const thread = openThread();
    const result = await thread.result(thread.taskThat(big), { length: limits.resultFileBytes });
    expect(expectKind(result, 'failed-for-good').error.message).toContain('at most 256 MiB');
  });

  it('that cannot be written fail, to be tried again', async () => {
    const thread = openThread();
    writeFileSync(join(thread.home, 'results'), 'in the way of the folder');
    const result = await thread.result(thread.taskThat(big), { length: limits.resultBytes });
    expect(expectKind(result, 'failed').error.message).toMatch(/1\.0 MiB, could not be written: /);
  });

  it('of a task without a promise, and of one that is no async function, are taken as well', async () => {
    const thread = openThread();
    const plain = thread.task('export default { run(payload) { return this.factor * payload.n; }, factor: 3 };');
    expect(resultValue(await thread.result(plain, { n: 7 }))).toBe(21);
    const thenable = thread.task('export default { run: () => ({ then(done) { done("later"); } }) };');
    expect(resultValue(await thread.result(thenable))).toBe('later');
  });

  it('of a task that uses defineTask come back too, though the package is not installed beside its file', async () => {
    const thread = openThread();
    const typed = thread.task("import { defineTask } from 'switchyard'; export default defineTask({ run: ({ n }) => n * 2 });");
    expect(resultValue(await thread.result(typed, { n: 21 }))).toBe(42);
  });

  it('of a task that uses a package of the program come back too, and from a copy of its own where it has one', async () => {
    const thread = openThread();
    const lent = thread.task("import { createTransport } from 'nodemailer'; export default { run: () => typeof createTransport };");
    expect(resultValue(await thread.result(lent))).toBe('function');
    const other = openThread();
    const own = join(other.home, 'node_modules', 'nodemailer');
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'package.json'), '{ "name": "nodemailer", "type": "module", "exports": "./own.js" }');
    writeFileSync(join(own, 'own.js'), 'export const createTransport = "own";');
    const chosen = other.task("import { createTransport } from 'nodemailer'; export default { run: () => createTransport };");
    expect(resultValue(await other.result(chosen))).toBe('own');
    const foreign = thread.task("import 'zod'; export default { run() {} };");
    expect(expectKind(await thread.result(foreign), 'not-loaded').error.message).toContain("Cannot find package 'zod'");
  });
});

describe('errors', () => {
  it('keep name, message, code, details and the chain of causes', async () => {
    const thread = openThread();
    const task = thread.taskThat(`
      const cause = Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });
      throw Object.assign(new TypeError('could not fetch', { cause }), { details: { host: 'db' } });`);
    const { error } = expectKind(await thread.result(task), 'failed');
    expect(error).toMatchObject({ name: 'TypeError', message: 'could not fetch', code: 'ECONNREFUSED', details: { host: 'db' } });
    expect(error.stack).toContain('Caused by: Error: connection refused');
    expect(error.stack).not.toContain('node:internal');
  });

  it.each([
    ['a text', 'throw "just text";', { name: 'Error', message: 'just text' }],
    ['nothing', 'throw undefined;', { name: 'Error', message: 'The task threw undefined' }],
    ['a value that throws when it is read', 'throw new Proxy({}, { get() { throw new Error("no"); } });', { name: 'Error' }],
    ['details with a cycle', 'const e = new Error("x"); e.details = { e }; throw e;', { message: 'x' }],
  ])('may be %s', async (_, body, shape) => {
    const thread = openThread();
    expect(expectKind(await thread.result(thread.taskThat(body)), 'failed').error).toMatchObject(shape);
  });

  it('keep the first levels of details that are nested deeper, and what they hold', async () => {
    const thread = openThread();
    const task = thread.taskThat(`
      const nested = () => { ${deep(4_900)} };
      throw task.failForGood('x', { list: new Array(2_000).fill(1), nested: nested() });`);
    const { error } = expectKind(await thread.result(task), 'failed-for-good');
    const nested = JSON.parse(`${'['.repeat(19)}"…"${']'.repeat(19)}`);
    expect(error).toMatchObject({ message: 'x', details: { list: new Array(2_000).fill(1), nested } });
    const deeper = thread.taskThat(`const nested = () => { ${deep(100_000)} }; throw task.failForGood('x', nested());`);
    expect(await thread.result(deeper)).toMatchObject({ error: { message: 'x', details: expect.stringContaining('[Array]') } });
  });

  it('are held to the limit, and the end of long details is kept', async () => {
    const thread = openThread();
    const task = thread.taskThat(`
      const e = new Error('\\u0001'.repeat(100_000));
      e.details = { tail: 'x'.repeat(100_000) + 'the end', list: new Array(50_000).fill('item') };
      throw e;`);
    const { error } = expectKind(await thread.result(task), 'failed');
    expect(Buffer.byteLength(JSON.stringify(error))).toBeLessThanOrEqual(limits.errorBytes);
    expect((error.details as { tail: string }).tail).toMatch(/the end$/);
  });

  it('say whether and when to try again', async () => {
    const thread = openThread();
    const task = thread.taskThat(`
      if (payload.what === 'never') throw task.failForGood('no use', { reason: 1 });
      if (payload.what === 'later') throw task.retryAfter(1500.2, 'busy');
      if (payload.what === 'snooze') throw task.snooze(60_000);
      if (payload.what === 'wrong') throw task.snooze('soon');`);
    expect(await thread.result(task, { what: 'never' })).toMatchObject({
      kind: 'failed-for-good',
      error: { message: 'no use', details: { reason: 1 } },
    });
    expect(await thread.result(task, { what: 'later' })).toMatchObject({ kind: 'failed', retryAfterMs: 1501, error: { message: 'busy' } });
    expect(await thread.result(task, { what: 'snooze' })).toEqual({ kind: 'snoozed', ms: 60_000 });
    expect(await thread.result(task, { what: 'wrong' })).toMatchObject({ kind: 'failed', error: { name: 'TypeError' } });
  });

  it('say so as well when they come from another copy of the module', async () => {
    const thread = openThread();
    const copy = new URL('../../../workers/task-errors.ts?copy', import.meta.url).href;
    const task = thread.taskThat(`const { snooze } = await import(${JSON.stringify(copy)}); throw snooze(5);`);
    expect(await thread.result(task)).toEqual({ kind: 'snoozed', ms: 5 });
  });
});

describe('the context', () => {
  it('tells job and attempt, a trace that all attempts share, and works when taken apart', async () => {
    const thread = openThread();
    const task = thread.task(
      'export default { run: (_, { jobId, attempt, traceparent, parents, log, signal }) => { log("hi"); return { jobId, attempt, traceparent, parents, aborted: signal.aborted }; } };',
    );
    const [first, second] = [resultValue(await thread.result(task, {}, 1)), resultValue(await thread.result(task, {}, 2))] as {
      traceparent: string;
    }[];
    expect(first).toMatchObject({ jobId, attempt: 1, parents: {}, aborted: false });
    expect(second).toMatchObject({ jobId, attempt: 2 });
    expect(first?.traceparent).toMatch(/^00-01890a5dac96774bbcceb302099a8057-[0-9a-f]{16}-01$/);
    expect(second?.traceparent.slice(0, 35)).toBe(first?.traceparent.slice(0, 35));
    expect(second?.traceparent).not.toBe(first?.traceparent);
  });
});

describe('abort', () => {
  it('reaches the signal with its reason, and a run that then rejects is aborted', async () => {
    const thread = openThread();
    const task = thread.taskThat(
      'task.log("ready"); await new Promise((_, no) => task.signal.addEventListener("abort", () => no(payload.own ? new Error("cleaned up") : task.signal.reason)));',
    );
    const [plain, own] = thread.startAll(task, [{}, { own: true }]);
    if (!plain || !own) throw new Error('not started');
    await thread.untilLine(own.run, 'ready');
    thread.send({ type: 'abort', run: plain.run, reason: 'timed-out' });
    thread.send({ type: 'abort', run: own.run, reason: 'cancelled' });
    expect(await plain.result).toEqual({ kind: 'aborted', reason: 'timed-out', error: null });
    expect(await own.result).toMatchObject({ kind: 'aborted', reason: 'cancelled', error: { message: 'cleaned up' } });
  });

  it('does not undo the success of a run that succeeds all the same', async () => {
    const thread = openThread();
    const { run, result } = thread.start(
      thread.taskThat('task.log("ready"); return new Promise((yes) => task.signal.addEventListener("abort", () => yes("done")));'),
    );
    await thread.untilLine(run, 'ready');
    thread.send({ type: 'abort', run, reason: 'cancelled' });
    expect(resultValue(await result)).toBe('done');
  });

  it('ends a run whose module is still loading, and the task is never called', async () => {
    const thread = openThread();
    const slow = thread.task(
      'await new Promise((go) => { globalThis.go = go; }); let calls = 0; export default { run() { calls += 1; return calls; } };',
    );
    const { run, result } = thread.start(slow);
    thread.send({ type: 'abort', run, reason: 'cancelled' });
    expect(await result).toEqual({ kind: 'aborted', reason: 'cancelled', error: null });
    await thread.result(thread.taskThat('globalThis.go();'));
    expect(resultValue(await thread.result(slow))).toBe(1);
    expect(
      thread.messages.flatMap((message) => (message.type === 'outcomes' ? message.outcomes : [])).filter((one) => one.run === run),
    ).toHaveLength(1);
  });

  it('of a run that is over or was never there changes nothing', async () => {
    const thread = openThread();
    thread.send({ type: 'abort', run: 999, reason: 'cancelled' });
    expect(resultValue(await thread.result(thread.taskThat('return 1;')))).toBe(1);
  });
});

describe('many jobs', () => {
  it('of one message run at the same time', async () => {
    const thread = openThread();
    // Each waits until all are there: one after the other they would never end.
    const meeting = thread.task(`
      let here = 0; let open; const all = new Promise((resolve) => { open = resolve; });
      export default { async run(payload) { here += 1; if (here === payload.of) open(); await all; return here; } };`);
    const started = thread.startAll(
      meeting,
      Array.from({ length: 200 }, () => ({ of: 200 })),
    );
    const values = await Promise.all(started.map(({ result }) => result.then(resultValue)));
    expect(values).toEqual(new Array(200).fill(200));
  });

  it('come back in few messages, each run once', async () => {
    const thread = openThread();
    const task = thread.task('export default { run: (payload) => payload.n };');
    await thread.result(task, { n: -1 });
    const before = thread.messages.length;
    const started = thread.startAll(
      task,
      Array.from({ length: 1000 }, (_, n) => ({ n })),
    );
    expect(await Promise.all(started.map(({ result }) => result.then(resultValue)))).toEqual(started.map((_, n) => n));
    expect(thread.messages.length - before).toBeLessThan(100);
  });

  it('that block the thread are heard one by one, not all at the end', async () => {
    const thread = openThread();
    const task = thread.task('export default { run() { const end = Date.now() + 60; while (Date.now() < end); } };');
    const started = thread.startAll(task, [{}, {}, {}, {}]);
    await Promise.all(started.map(({ result }) => result));
    expect(thread.messages.filter((message) => message.type === 'outcomes').length).toBeGreaterThan(1);
  });
});

describe('a session', () => {
  it('that is closed ends once its runs have ended, and says all before', async () => {
    const thread = openThread();
    const { run, result } = thread.start(
      thread.taskThat('task.log("ready"); await new Promise((go) => { globalThis.go = go; }); task.log("last words"); return 1;'),
    );
    await thread.untilLine(run, 'ready');
    const helper = thread.start(thread.taskThat('setImmediate(() => globalThis.go());'));
    thread.send({ type: 'close' });
    await thread.session;
    await helper.result;
    expect(resultValue(await result)).toBe(1);
    expect(thread.lines(run)).toEqual(['ready', 'last words']);
  });

  it('answers a ping with heap and utilization', async () => {
    const thread = openThread();
    const pong = async (ping: number) => {
      thread.send({ type: 'ping', ping });
      return thread.until((messages) => messages.find((message) => message.type === 'pong' && message.ping === ping));
    };
    await pong(1);
    await thread.result(thread.task('export default { run() { const end = Date.now() + 200; while (Date.now() < end); } };'));
    const answer = await pong(2);
    if (answer.type !== 'pong') throw new Error('no pong');
    expect(answer.heapBytes).toBeGreaterThan(1_000_000);
    expect(answer.utilization).toBeGreaterThan(0.1);
    expect(answer.utilization).toBeLessThanOrEqual(1);
  });
});

describe('a changed file', () => {
  it('is used under its new url while runs of the old one end as they began', async () => {
    const thread = openThread();
    const old = thread.task(
      'export default { async run(_, task) { task.log("ready"); await new Promise((go) => { globalThis.go = go; }); return "old"; } };',
    );
    const running = thread.start({ ...old, url: `${old.url}?v=1` });
    await thread.untilLine(running.run, 'ready');
    writeFileSync(fileURLToPath(old.url), 'export default { run() { globalThis.go(); return "new"; } };');
    expect(resultValue(await thread.result({ ...old, url: `${old.url}?v=2` }))).toBe('new');
    expect(resultValue(await running.result)).toBe('old');
  });

  it('in TypeScript runs as it is', async () => {
    const thread = openThread();
    const task = thread.task('type P = { n: number };\nexport default { run({ n }: P): number { return n * 2; } };', 'ts');
    expect(resultValue(await thread.result(task, { n: 4 }))).toBe(8);
  });
});
