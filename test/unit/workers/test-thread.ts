/** A real worker thread behind a real port, driven as a lane drives it. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { onTestFinished } from 'vitest';
import type { JsonObject } from '../../../contract/json.ts';
import type { FromThread, TaskModule, ThreadOutcome, ThreadOutput, ThreadResult, ToThread } from '../../../contract/thread.ts';

const entry = fileURLToPath(new URL('../../../workers/thread.ts', import.meta.url));

export const jobId = '01890a5d-ac96-774b-bcce-b302099a8057';

export type LogOutput = Extract<ThreadOutput, { kind: 'log' }>;
export type ProgressOutput = Extract<ThreadOutput, { kind: 'progress' }>;
export type StartedRun = { run: number; outcome: Promise<ThreadOutcome>; result: Promise<ThreadResult> };

export class TestThread {
  readonly home: string;
  readonly messages: FromThread[] = [];
  /** Resolves when the thread's session is over. */
  readonly session: Promise<void>;
  readonly #port: MessagePort;
  readonly #waiting = new Set<() => void>();
  #runs = 0;
  #files = 0;

  constructor(pool: Piscina) {
    this.home = mkdtempSync(join(tmpdir(), 'switchyard-workers-'));
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.on('message', (message: FromThread) => {
      this.messages.push(message);
      for (const check of this.#waiting) check();
    });
    this.session = pool.run({ port: port2, home: this.home }, { transferList: [port2] }) as Promise<void>;
  }

  send(message: ToThread): void {
    this.#port.postMessage(message);
  }

  /** The first value that `pick` finds in what the thread has said or will say. */
  until<Value>(pick: (messages: FromThread[]) => Value | undefined): Promise<Value> {
    return new Promise((resolve) => {
      const check = () => {
        const value = pick(this.messages);
        if (value === undefined) return;
        this.#waiting.delete(check);
        resolve(value);
      };
      this.#waiting.add(check);
      check();
    });
  }

  start(module: TaskModule, payload: JsonObject = {}, attempt = 1): StartedRun {
    const [started] = this.startAll(module, [payload], attempt);
    if (!started) throw new Error('nothing was started');
    return started;
  }

  /** All in one message. */
  startAll(module: TaskModule, payloads: JsonObject[], attempt = 1): StartedRun[] {
    const jobs = payloads.map((payload) => ({ run: ++this.#runs, jobId, attempt, module, payload: JSON.stringify(payload) }));
    this.send({ type: 'run', jobs });
    return jobs.map(({ run }) => {
      const outcome = this.until((messages) =>
        messages.flatMap((message) => (message.type === 'outcomes' ? message.outcomes : [])).find((one) => one.run === run),
      );
      return { run, outcome, result: outcome.then(({ result }) => result) };
    });
  }

  result(module: TaskModule, payload: JsonObject = {}, attempt = 1): Promise<ThreadResult> {
    return this.start(module, payload, attempt).result;
  }

  output(run: number): ThreadOutput[] {
    return this.messages.flatMap((message) => (message.type === 'output' ? message.output : [])).filter((one) => one.run === run);
  }

  logs(run: number): LogOutput[] {
    return this.output(run).filter((one) => one.kind === 'log');
  }

  lines(run: number): string[] {
    return this.logs(run).map(({ text }) => text);
  }

  progress(run: number): ProgressOutput[] {
    return this.output(run).filter((one) => one.kind === 'progress');
  }

  untilLine(run: number, text: string): Promise<string> {
    return this.until(() => this.lines(run).find((line) => line.includes(text)));
  }

  /** A task of the user's own, as a file. */
  task(source: string, ending = 'mjs'): TaskModule & { kind: 'file' } {
    const name = `task-${++this.#files}`;
    const file = join(this.home, `${name}.${ending}`);
    writeFileSync(file, source);
    return { kind: 'file', name, url: pathToFileURL(file).href };
  }

  /** A task that is only a `run` function. */
  taskThat(body: string): TaskModule & { kind: 'file' } {
    return this.task(`export default { async run(payload, task) { ${body} } };`);
  }

  describe(module: TaskModule): Promise<Extract<FromThread, { type: 'described' | 'not-described' }>> {
    const request = ++this.#runs;
    this.send({ type: 'describe', request, module });
    return this.until((messages) =>
      messages.find(
        (message): message is Extract<FromThread, { type: 'described' | 'not-described' }> =>
          (message.type === 'described' || message.type === 'not-described') && message.request === request,
      ),
    );
  }

  async close(): Promise<void> {
    this.send({ type: 'close' });
    await this.session;
  }
}

/** A thread for one test, or (with `afterAll`) for all tests of a file; ended and cleaned up after it. */
export function openThread(after: (clean: () => Promise<void>) => void = onTestFinished): TestThread {
  const pool = new Piscina({ filename: entry, minThreads: 1, maxThreads: 1 });
  const thread = new TestThread(pool);
  thread.session.catch(() => {});
  after(async () => {
    await pool.destroy();
    rmSync(thread.home, { recursive: true, force: true });
  });
  return thread;
}

/** @throws when the result is of another kind */
export function expectKind<Kind extends ThreadResult['kind']>(result: ThreadResult, kind: Kind): Extract<ThreadResult, { kind: Kind }> {
  if (result.kind !== kind) throw new Error(`expected ${kind}, got ${JSON.stringify(result)}`);
  return result as Extract<ThreadResult, { kind: Kind }>;
}

export function resultValue(result: ThreadResult): unknown {
  return JSON.parse(expectKind(result, 'succeeded').result);
}
