import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LaneName } from '../../contract/job.ts';
import type { RecycledThread } from '../../contract/resources.ts';
import type { TaskModule, ThreadOutput } from '../../contract/thread.ts';
import { defaultLaneSizes, type LaneSizes, ThreadLanes } from '../../engine/lanes/lanes.ts';
import { ioRoom, type RunReport, threadRoom } from '../../engine/queue/lanes.ts';

const sizes: LaneSizes = {
  interactive: { minThreads: 1, maxThreads: 2 },
  io: { minThreads: 1, maxThreads: 1 },
  cpu: { minThreads: 1, maxThreads: 2 },
};

let home: string;
let lanes: ThreadLanes;
let reports: Map<number, RunReport>;
let output: ThreadOutput[];
let recycled: RecycledThread[];
let listening: Set<() => void>;
let lastRun: number;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'switchyard-lanes-'));
  mkdirSync(join(home, 'tasks'));
  reports = new Map();
  output = [];
  recycled = [];
  listening = new Set();
  lastRun = 0;
});
afterEach(async () => {
  await lanes?.stop();
  rmSync(home, { recursive: true, force: true });
});

function open(options: Partial<ConstructorParameters<typeof ThreadLanes>[0]> = {}): void {
  lanes = new ThreadLanes({ home, sizes, cancelGraceMs: 50, ...options });
  lanes.listen({
    ended: (ended) => {
      for (const report of ended) {
        expect(reports.has(report.run), `run ${report.run} is reported once`).toBe(false);
        reports.set(report.run, report);
      }
      for (const look of listening) look();
    },
    output: (lines) => {
      output.push(...lines);
      for (const look of listening) look();
    },
    placed: () => {},
    recycled: (thread) => {
      recycled.push(thread);
      for (const look of listening) look();
    },
  });
}

/** The first value that `find` finds in what the lanes have said or will say. */
function until<Value>(find: () => Value | undefined): Promise<Value> {
  return new Promise((resolve) => {
    const look = () => {
      const value = find();
      if (value === undefined) return;
      listening.delete(look);
      resolve(value);
    };
    listening.add(look);
    look();
  });
}
const end = (run: number) => until(() => reports.get(run));
const said = (run: number, text: string) =>
  until(() => output.find((item) => item.run === run && item.kind === 'log' && item.text === text));

/** A user's task whose `run` has this body; it is given `payload` and `task`. */
function taskOf(body: string): TaskModule {
  const name = `task-${Math.random().toString(36).slice(2)}`;
  const file = join(home, 'tasks', `${name}.mjs`);
  writeFileSync(file, `export default { async run(payload, task) { ${body} } };\n`);
  return { kind: 'file', name, url: pathToFileURL(file).href };
}

function start(
  lane: LaneName,
  module: TaskModule,
  { payload = {}, room = lane === 'io' ? ioRoom : threadRoom, timeoutMs = 60_000 } = {},
): number {
  const run = ++lastRun;
  expect(lanes.places(lane, room)).toBeGreaterThan(0);
  lanes.start(lane, { run, jobId: `job-${run}`, attempt: 1, module, payload: JSON.stringify(payload), timeoutMs, room });
  return run;
}
const threadsOf = (lane: LaneName) => lanes.workers().lanes.find(({ name }) => name === lane)?.threads ?? [];

const answers = 'return { got: payload, id: task.jobId };';
// What it said leaves the thread with the next turn of its event loop, which must come before it spins.
const spins = "task.log('spinning'); await new Promise((go) => setImmediate(go)); for (;;);";
const waitsForEver = "task.log('waiting'); await new Promise(() => {});";
const heedsItsSignal =
  "task.log('waiting'); await new Promise((_, stop) => task.signal.addEventListener('abort', () => stop(new Error('stopped: ' + task.signal.reason))));";

describe('a lane', () => {
  test.each(['interactive', 'io', 'cpu'] as const)('%s runs a job on a thread of its own and reports how it ended', async (lane) => {
    open();
    const report = await end(start(lane, taskOf(answers), { payload: { n: 1 } }));
    expect(report.result).toEqual({ kind: 'succeeded', result: '{"got":{"n":1},"id":"job-1"}' });
    expect(threadsOf(lane).map(({ id }) => id)).toContain(report.thread);
  });

  // Where the priority belongs to the process there is nothing to see.
  test.runIf(process.platform === 'linux')('runs what nobody waits for at a lower priority than what callers wait for', async () => {
    open();
    // The 19th field of a thread's stat is its niceness; what stands before the name's parenthesis are two.
    const niceness = taskOf(
      "const stat = (await import('node:fs')).readFileSync('/proc/thread-self/stat', 'utf8'); return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);",
    );
    const nicenessOn = async (lane: LaneName) => {
      const { result } = await end(start(lane, niceness));
      return result.kind === 'succeeded' ? Number(result.result) : result;
    };
    const own = getPriority();
    expect(await nicenessOn('interactive')).toBe(own);
    expect([await nicenessOn('io'), await nicenessOn('cpu')]).toEqual([own + 10, own + 10]);
    expect(getPriority()).toBe(own);
  });

  test('gives a job that needs a whole thread one, and as many as there are threads', async () => {
    open();
    const waiting = taskOf(heedsItsSignal);
    const [one, two] = [start('cpu', waiting), start('cpu', waiting)];
    expect(lanes.places('cpu', threadRoom)).toBe(0);
    expect(lanes.places('io', ioRoom)).toBe(2_500);
    await Promise.all([said(one, 'waiting'), said(two, 'waiting')]);
    expect(threadsOf('cpu').map(({ jobs, busy }) => [jobs, busy])).toEqual([
      [1, true],
      [1, true],
    ]);
    lanes.abort(one, 'cancelled');
    lanes.abort(two, 'cancelled');
    const threads = [(await end(one)).thread, (await end(two)).thread];
    expect(new Set(threads).size).toBe(2);
    expect(lanes.places('cpu', threadRoom)).toBe(2);
  });

  test('runs a thousand jobs on one io thread, and each ends once', async () => {
    open();
    const task = taskOf('await new Promise((go) => setTimeout(go, payload.ms)); return payload.n;');
    const runs = Array.from({ length: 1_000 }, (_, n) => start('io', task, { payload: { n, ms: n % 20 } }));
    const ended = await Promise.all(runs.map(end));
    expect(ended.map(({ result }) => (result.kind === 'succeeded' ? Number(result.result) : result))).toEqual(runs.map((_, n) => n));
    expect(new Set(ended.map(({ thread }) => thread)).size).toBe(1);
    expect(lanes.places('io', ioRoom)).toBe(2_500);
  });
});

describe('a task that takes its thread down', () => {
  test('by process.exit is reported as crashed, and the next job runs', async () => {
    open();
    const crashed = await end(start('cpu', taskOf('process.exit(3);')));
    expect(crashed.result).toMatchObject({ kind: 'crashed', blame: 1, error: { name: 'ThreadCrashed' } });
    expect(lanes.places('cpu', threadRoom)).toBe(2);
    expect((await end(start('cpu', taskOf(answers)))).result.kind).toBe('succeeded');
  });

  test('shares the blame with its neighbours, who can’t be told apart', async () => {
    open();
    const neighbours = [1, 2, 3].map(() => start('io', taskOf(waitsForEver)));
    await Promise.all(neighbours.map((run) => said(run, 'waiting')));
    const culprit = start('io', taskOf('process.exit(1);'));
    for (const run of [culprit, ...neighbours]) expect((await end(run)).result).toMatchObject({ kind: 'crashed', blame: 0.25 });
  });

  test('by a message that the engine cannot read is reported as crashed with its neighbours, and the next job runs', async () => {
    open();
    const neighbour = start('io', taskOf(waitsForEver));
    await said(neighbour, 'waiting');
    // As deep as the thread's stack can send and the engine's cannot take.
    const garbles = taskOf(`
      const { MessagePort } = await import('node:worker_threads');
      const send = MessagePort.prototype.postMessage;
      let deep = [];
      for (let level = 0; level < 10_000; level++) deep = [deep];
      MessagePort.prototype.postMessage = function (message) { send.call(this, message.type === 'outcomes' ? { ...message, deep } : message); };`);
    const garbling = start('io', garbles);
    for (const run of [garbling, neighbour])
      expect((await end(run)).result).toMatchObject({
        ...{ kind: 'crashed', blame: 0.5 },
        error: {
          name: 'ThreadCrashed',
          message: expect.stringContaining('what it said could not be read (Maximum call stack size exceeded)'),
        },
      });
    expect((await end(start('io', taskOf(answers)))).result.kind).toBe('succeeded');
  });

  test('by using up its memory is contained', async () => {
    open({ threadHeapMiB: 32 });
    const hungry = taskOf('const all = []; for (;;) all.push(new Array(100_000).fill({ n: Math.random() }));');
    const { result } = await end(start('cpu', hungry));
    expect(result).toMatchObject({ kind: 'crashed', error: { message: expect.stringContaining('memory') } });
    expect((await end(start('cpu', taskOf(answers)))).result.kind).toBe('succeeded');
  });
});

describe('a task that is told to stop', () => {
  test('and does so, ends with what it said', async () => {
    open();
    const run = start('cpu', taskOf(heedsItsSignal));
    await said(run, 'waiting');
    lanes.abort(run, 'cancelled');
    expect((await end(run)).result).toMatchObject({ kind: 'aborted', reason: 'cancelled', error: { message: 'stopped: cancelled' } });
    expect(threadsOf('cpu')).toHaveLength(1);
  });

  test('by its time limit is told so', async () => {
    open();
    const { result } = await end(start('cpu', taskOf(heedsItsSignal), { timeoutMs: 100 }));
    expect(result).toMatchObject({ kind: 'aborted', reason: 'timed-out' });
  });

  test('and spins is ended with its thread after the grace period, and the next job runs', async () => {
    open();
    const run = start('cpu', taskOf(spins));
    await said(run, 'spinning');
    lanes.abort(run, 'cancelled');
    expect((await end(run)).result).toEqual({ kind: 'aborted', reason: 'cancelled', error: null });
    expect((await end(start('cpu', taskOf(answers)))).result.kind).toBe('succeeded');
  });

  test('and spins takes its neighbours with it, who are interrupted without blame', async () => {
    open();
    const neighbour = start('io', taskOf(waitsForEver));
    await said(neighbour, 'waiting');
    const spinning = start('io', taskOf(spins));
    await said(spinning, 'spinning');
    lanes.abort(spinning, 'timed-out');
    expect((await end(spinning)).result).toMatchObject({ kind: 'aborted', reason: 'timed-out' });
    expect((await end(neighbour)).result).toEqual({ kind: 'interrupted' });
    expect((await end(start('io', taskOf(answers)))).result.kind).toBe('succeeded');
  });

  test('and only waits leaves its neighbours unharmed, also when several are told at once', async () => {
    open();
    const neighbour = start('io', taskOf("await new Promise((go) => { globalThis.letGo = go; }); return 'unharmed';"));
    const deaf = [1, 2, 3].map(() => start('io', taskOf(waitsForEver)));
    await Promise.all(deaf.map((run) => said(run, 'waiting')));
    for (const run of deaf) lanes.abort(run, 'cancelled');
    for (const run of deaf) expect((await end(run)).result).toEqual({ kind: 'aborted', reason: 'cancelled', error: null });
    // That thread takes no more jobs; new ones get another.
    const other = await end(start('io', taskOf(answers)));
    expect(reports.has(neighbour)).toBe(false);
    expect(threadsOf('io').find(({ id }) => id !== other.thread)?.jobs).toBe(1);
    await lanes.stop();
    expect((await end(neighbour)).result).toEqual({ kind: 'interrupted' });
  });

  test('and is ended with its thread, is measured by its own time rather than its thread’s', async () => {
    let now = 1_000_000;
    open({ now: () => now });
    await end(start('cpu', taskOf(answers)));
    now += 3_600_000;
    const run = start('cpu', taskOf(spins));
    await said(run, 'spinning');
    now += 2_000;
    lanes.abort(run, 'cancelled');
    expect((await end(run)).runMs).toBe(2_000);
  });
});

describe('a thread that holds too much memory', () => {
  const leaks = (mebibytes: number) =>
    `globalThis.leaked ??= []; for (let n = 0; n < ${mebibytes}; n++) globalThis.leaked.push(new Array(131_072).fill(Math.random())); return globalThis.leaked.length;`;

  test('is replaced between jobs by a fresh one, and a task that leaks never fails', async () => {
    open({ threadHeapMiB: 160, threadRecycleMiB: 64, sizes: { ...sizes, cpu: { minThreads: 1, maxThreads: 1 } } });
    const task = taskOf(leaks(16));
    const leaked: number[] = [];
    const threads = new Set<number>();
    for (let job = 0; job < 24; job++) {
      const { result, thread } = await end(start('cpu', task));
      expect(result.kind).toBe('succeeded');
      if (result.kind === 'succeeded') leaked.push(Number(result.result));
      threads.add(thread);
    }
    // 24 jobs of 16 MiB are more than twice what one thread may hold in all.
    expect(threads.size).toBeGreaterThanOrEqual(4);
    expect(leaked.filter((count) => count === 16)).toHaveLength(threads.size);
    const lane = lanes.workers().lanes.find(({ name }) => name === 'cpu');
    expect(lane).toMatchObject({ memoryLimitBytes: 64 * 1_048_576, recycled: recycled.length, lastRecycled: recycled.at(-1) });
    expect(recycled.length).toBeGreaterThanOrEqual(threads.size - 1);
    for (const { heapBytes, externalBytes } of recycled) expect(heapBytes + externalBytes).toBeGreaterThan(64 * 1_048_576);
  });

  test('counts what its buffers hold', async () => {
    open({ threadRecycleMiB: 64 });
    await end(start('cpu', taskOf('globalThis.kept = Buffer.alloc(80 * 1_048_576, 1); return 1;')));
    expect(recycled).toMatchObject([{ lane: 'cpu', reason: 'memory', externalBytes: expect.any(Number) }]);
    expect(recycled[0]?.externalBytes).toBeGreaterThan(80 * 1_048_576);
    const next = await end(start('cpu', taskOf('return typeof globalThis.kept;')));
    expect(next.result).toEqual({ kind: 'succeeded', result: '"undefined"' });
  });

  test('lets those that run on it end, while another takes what comes', async () => {
    open({ threadRecycleMiB: 64 });
    const waiting = start('io', taskOf("task.log('waiting'); await new Promise((go) => { globalThis.letGo = go; }); return 'unharmed';"));
    await said(waiting, 'waiting');
    const leaking = await end(start('io', taskOf('globalThis.kept = Buffer.alloc(80 * 1_048_576, 1); return 1;')));
    expect(recycled).toHaveLength(1);
    expect(lanes.places('io', ioRoom)).toBe(2_500);
    const other = await end(start('io', taskOf(answers)));
    expect(other.thread).not.toBe(leaking.thread);
    expect(threadsOf('io').find(({ id }) => id === leaking.thread)).toMatchObject({ jobs: 1, draining: true });
    expect(reports.has(waiting)).toBe(false);
    lanes.abort(waiting, 'cancelled');
    expect((await end(waiting)).result).toMatchObject({ kind: 'aborted', reason: 'cancelled' });
  });
});

describe('a lane’s size', () => {
  test('grows with its work up to its bound and shrinks to the least soon after, and both bounds are shown', async () => {
    let now = 1_000_000;
    // Long enough that a busy machine gives up no thread that would still have ended its run.
    open({ now: () => now, cancelGraceMs: 10_000, sizes: { ...sizes, cpu: { minThreads: 1, maxThreads: 3 } } });
    const lane = () => lanes.workers().lanes.find(({ name }) => name === 'cpu');
    lanes.warm();
    expect(lane()).toMatchObject({ minThreads: 1, maxThreads: 3, places: 3 });
    expect(lane()?.threads).toHaveLength(1);
    const runs = [1, 2, 3].map(() => start('cpu', taskOf(heedsItsSignal)));
    await Promise.all(runs.map((run) => said(run, 'waiting')));
    expect(lane()?.threads).toHaveLength(3);
    expect(lanes.places('cpu', threadRoom)).toBe(0);
    for (const run of runs) lanes.abort(run, 'cancelled');
    await Promise.all(runs.map(end));
    lanes.tend();
    expect(lane()?.threads.filter(({ draining }) => draining)).toEqual([]);
    now += 60_001;
    lanes.tend();
    expect(lane()?.threads.filter(({ draining }) => !draining)).toHaveLength(1);
    expect((await end(start('cpu', taskOf(answers)))).result.kind).toBe('succeeded');
  });

  test('is nothing at all for io and cpu until there is work, and one warm thread for callers who wait', async () => {
    let now = 1_000_000;
    open({ now: () => now, sizes: defaultLaneSizes(2) });
    const threads = () =>
      Object.fromEntries(lanes.workers().lanes.map(({ name, threads }) => [name, threads.filter(({ draining }) => !draining).length]));
    lanes.warm();
    expect(threads()).toEqual({ interactive: 1, io: 0, cpu: 0 });
    for (let round = 0; round < 2; round++) {
      const io = start('io', taskOf(answers), { room: ioRoom });
      const sync = start('interactive', taskOf(answers));
      expect((await end(io)).result.kind).toBe('succeeded');
      expect((await end(sync)).result.kind).toBe('succeeded');
      expect(threads()).toEqual({ interactive: 1, io: 1, cpu: 0 });
      now += 60_001;
      // The warm thread gives its memory back, and answers as before.
      lanes.tend();
      expect(threads()).toEqual({ interactive: 1, io: 0, cpu: 0 });
    }
  });

  test('lets io carry ten thousand jobs at once, on whatever machine', () => {
    open({ sizes: defaultLaneSizes(1) });
    expect(lanes.places('io', ioRoom)).toBe(10_000);
  });
});

describe('a command', () => {
  /** proc_pid_stat(5); X: gone. */
  const stateOf = (pid: number) =>
    existsSync(`/proc/${pid}`) ? (/\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? '') : 'X';

  test('whose thread was ended because of a neighbour ends too, before its job is given back', async () => {
    open();
    const command = { command: process.execPath, args: ['-e', 'console.log(process.pid); setInterval(() => {}, 1000)'] };
    const run = start('io', { kind: 'built-in', name: 'shell.run' }, { payload: command });
    const line = await until(() => output.find((item) => item.run === run && item.kind === 'log' && /^\d+$/.test(item.text)));
    const pid = line.kind === 'log' ? Number(line.text) : 0;
    expect(stateOf(pid)).toMatch(/[RS]/);
    const spinning = start('io', taskOf(spins));
    await said(spinning, 'spinning');
    lanes.abort(spinning, 'cancelled');
    expect((await end(run)).result).toEqual({ kind: 'interrupted' });
    expect(stateOf(pid)).toMatch(/[ZX]/);
    expect(readdirSync(join(home, 'children'))).toEqual([]);
  });
});

describe('stopping the lanes', () => {
  test('ends every thread, idle, working or spinning, and reports what ran as interrupted', async () => {
    open();
    const runs = [start('cpu', taskOf(spins)), start('io', taskOf(waitsForEver)), start('interactive', taskOf(waitsForEver))];
    await Promise.all([said(1, 'spinning'), said(2, 'waiting'), said(3, 'waiting')]);
    await lanes.stop();
    for (const run of runs) expect((await end(run)).result).toEqual({ kind: 'interrupted' });
    expect(lanes.workers().lanes.flatMap(({ threads }) => threads)).toEqual([]);
    expect(lanes.places('cpu', threadRoom)).toBe(0);
    expect(process.getActiveResourcesInfo()).not.toContain('Worker');
  });

  test('without a job leaves nothing either', async () => {
    open();
    await lanes.stop();
    expect(lanes.workers().lanes.flatMap(({ threads }) => threads)).toEqual([]);
  });
});
