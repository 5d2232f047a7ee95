import { describe, expect, it } from 'vitest';
import { limits } from '../../../contract/limits.ts';
import { expectKind, openThread, resultValue } from './test-thread.ts';

describe('output of a task', () => {
  it('to the console is a line of its own job, also from callbacks and beside other jobs', async () => {
    const thread = openThread();
    const task = thread.taskThat(`
      console.log('hello %s', payload.name); console.error('oh', { no: payload.name });
      await new Promise((done) => setTimeout(() => { console.log('later', payload.name); done(); }, 1));`);
    const [a, b] = thread.startAll(task, [{ name: 'a' }, { name: 'b' }]);
    if (!a || !b) throw new Error('not started');
    await Promise.all([a.result, b.result]);
    for (const [run, name] of [
      [a.run, 'a'],
      [b.run, 'b'],
    ] as const) {
      expect(thread.logs(run).map(({ stream, text }) => `${stream}: ${text}`)).toEqual([
        `stdout: hello ${name}`,
        `stderr: oh { no: '${name}' }`,
        `stdout: later ${name}`,
      ]);
    }
  });

  it('in pieces is put together to lines, and the last piece is not lost', async () => {
    const thread = openThread();
    const { run, result } = thread.start(
      thread.taskThat(`process.stdout.write('one\\n\\ntw'); process.stdout.write(Buffer.from('o\\nthree')); console.table([{ a: 1 }]);`),
    );
    await result;
    expect(thread.lines(run).slice(0, 3)).toEqual(['one', '', 'two']);
    expect(thread.lines(run)[3]).toMatch(/^three┌/);
  });

  it('is cut where a line is too long, between characters', async () => {
    const thread = openThread();
    const { run, result } = thread.start(thread.taskThat('task.log("ä".repeat(10_000)); task.log("short");'));
    await result;
    const [long, short] = thread.lines(run);
    expect(Buffer.byteLength(long ?? '')).toBeLessThanOrEqual(limits.logLineBytes);
    expect(long).toMatch(/^ä+ … \(cut: the line has 19\.5 KiB\)$/);
    expect(short).toBe('short');
  });

  it('ends with one system line at the limit of lines', async () => {
    const thread = openThread();
    const { run, result } = thread.start(
      thread.taskThat(`task.log('line\\n'.repeat(${limits.logLinesPerJob + 500})); task.log('more'); console.log('x');`),
    );
    await result;
    const logs = thread.logs(run);
    expect(logs).toHaveLength(limits.logLinesPerJob + 1);
    expect(logs.filter(({ stream }) => stream === 'system')).toHaveLength(1);
    expect(logs.at(-1)?.text).toMatch(/^The log is full: at most 20,000 lines or 4 MiB/);
  });

  it('ends with one system line at the limit of bytes', async () => {
    const thread = openThread();
    const { run, result } = thread.start(thread.taskThat(`for (let i = 0; i < 3000; i += 1) task.log('x'.repeat(2000));`));
    await result;
    const logs = thread.logs(run);
    expect(logs.at(-1)?.stream).toBe('system');
    expect(logs.slice(0, -1).reduce((sum, { text }) => sum + text.length, 0)).toBe(Math.floor(limits.logBytesPerJob / 2000) * 2000);
  });

  it('of a task that never waits is heard while it runs', async () => {
    const thread = openThread();
    // It ends only when the test, which hears it, sets the flag.
    const task = thread.task(`export default { run(_, task) { while (Date.now() < globalThis.until) task.log('busy'); } };`);
    await thread.result(thread.taskThat('globalThis.until = Date.now() + 500;'));
    const { run, outcome } = thread.start(task);
    await thread.untilLine(run, 'busy');
    expect(thread.messages.some((message) => message.type === 'outcomes' && message.outcomes.some((one) => one.run === run))).toBe(false);
    await outcome;
  });
});

describe('progress', () => {
  it('is thinned out, and the last one is always sent', async () => {
    const thread = openThread();
    const { run, result } = thread.start(thread.taskThat('for (let i = 0; i <= 100; i += 1) task.progress(i, "step " + i); return 1;'));
    await result;
    const sent = thread.progress(run);
    expect(sent.length).toBeLessThan(10);
    expect(sent.at(-1)).toMatchObject({ percent: 100, message: 'step 100' });
  });

  it('that is held back is sent while the task waits', async () => {
    const thread = openThread();
    const { run, result } = thread.start(
      thread.taskThat('task.progress(1); task.progress(2); await new Promise((go) => { globalThis.go = go; });'),
    );
    await thread.until(() => thread.progress(run).find(({ percent }) => percent === 2));
    await thread.result(thread.taskThat('globalThis.go();'));
    await result;
  });

  it('is cut to 0…100, and no number is refused', async () => {
    const thread = openThread();
    const { run, result } = thread.start(thread.taskThat('task.progress(150);'));
    await result;
    expect(thread.progress(run)).toEqual([{ run, kind: 'progress', percent: 100, message: null }]);
    const wrong = await thread.result(thread.taskThat('task.progress("half");'));
    expect(expectKind(wrong, 'failed').error.message).toContain('from 0 to 100');
  });
});

describe('what a task lets loose', () => {
  it('as a rejection goes to its log, and job and thread go on', async () => {
    const thread = openThread();
    const { run, result } = thread.start(
      thread.taskThat(`Promise.reject(new Error('nobody waits for me')); await new Promise((done) => setTimeout(done, 5)); return 'fine';`),
    );
    expect(resultValue(await result)).toBe('fine');
    const lines = thread.logs(run).filter(({ stream }) => stream === 'system');
    expect(lines[0]?.text).toContain('nobody waits for me');
    expect(resultValue(await thread.result(thread.taskThat('return 1;')))).toBe(1);
  });

  it('as an exception in a callback fails its job, aborts its signal and leaves the neighbours alone', async () => {
    const thread = openThread();
    const neighbour = thread.start(
      thread.taskThat('task.log("ready"); return new Promise((go) => { globalThis.go = () => go("unharmed"); });'),
    );
    await thread.untilLine(neighbour.run, 'ready');
    const broken = thread.start(
      thread.taskThat(`
        task.signal.addEventListener('abort', () => { globalThis.sawAbort = true; });
        setTimeout(() => { throw new Error('in a callback'); }, 1);
        await new Promise(() => {});`),
    );
    expect(expectKind(await broken.result, 'failed').error.message).toBe('uncaught in a callback: in a callback');
    expect(resultValue(await thread.result(thread.taskThat('globalThis.go(); return globalThis.sawAbort;')))).toBe(true);
    expect(resultValue(await neighbour.result)).toBe('unharmed');
    expect(thread.lines(neighbour.run)).toEqual(['ready']);
  });

  it('after its end reaches no other job', async () => {
    const thread = openThread();
    const late = thread.start(
      thread.taskThat(
        `globalThis.late = new Promise((done) => setTimeout(() => { console.log('late'); task.log('late'); Promise.reject(new Error('late')); setTimeout(done, 5); }, 5));`,
      ),
    );
    await late.result;
    const other = thread.start(thread.taskThat('await globalThis.late; return 1;'));
    expect(resultValue(await other.result)).toBe(1);
    expect(thread.lines(late.run)).toEqual([]);
    expect(thread.lines(other.run)).toEqual([]);
  });
});
