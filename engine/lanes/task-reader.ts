import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { describeTask } from '../../contract/describe-task.ts';
import type { TaskDeclaration } from '../../contract/task.ts';
import type { FromThread, TaskModule, ToThread } from '../../contract/thread.ts';
import { declaredTasks } from '../../workers/declared/built-in-tasks.ts';
import type { TaskReader } from '../queue/lanes.ts';
import { threadEntry } from './lanes.ts';

/** A module that has not said what it is by then does not load. */
const describeMs = 10_000;

const declared = new Map<string, TaskDeclaration>(Object.entries(declaredTasks));

/**
 * Reads the user's tasks on a thread of its own that runs no jobs, and never in the engine's: a module that loops or exits
 * while it loads takes only this thread with it. What the built-in ones declare is known without one, which would cost each
 * start 0.2 s of a core, and the engine 12 MB that an ended thread leaves behind.
 */
export class ThreadTaskReader implements TaskReader {
  readonly #home: string;
  readonly #pool = new Piscina({
    filename: threadEntry,
    minThreads: 0,
    maxThreads: 1,
    concurrentTasksPerWorker: 1,
    idleTimeout: 1_000,
    recordTiming: false,
  });
  #before: Promise<unknown> = Promise.resolve();

  constructor(home: string) {
    this.#home = home;
  }

  /** One after the other: the time that a module has to load begins when the one before it is done. */
  describe(module: TaskModule): ReturnType<TaskReader['describe']> {
    const declaration = module.kind === 'built-in' ? declared.get(module.name) : undefined;
    if (declaration) return Promise.resolve({ description: describeTask(module.name, declaration) });
    const answer = this.#before.then(() => this.#describe(module));
    this.#before = answer;
    return answer;
  }

  async #describe(module: TaskModule): ReturnType<TaskReader['describe']> {
    const { port1, port2 } = new MessageChannel();
    const life = new AbortController();
    const session = this.#pool.run({ port: port2, home: this.#home }, { transferList: [port2], signal: life.signal });
    let timer: NodeJS.Timeout | undefined;
    try {
      const answered = new Promise<FromThread>((resolve, reject) => {
        port1.on('message', resolve);
        timer = setTimeout(() => reject(new Error(`it did not finish loading within ${describeMs / 1000} s`)), describeMs);
        session.then(() => reject(new Error('its thread ended while it loaded')), reject);
      });
      port1.postMessage({ type: 'describe', request: 1, module } satisfies ToThread);
      const answer = await answered;
      port1.postMessage({ type: 'close' } satisfies ToThread);
      await session;
      if (answer.type === 'described') return { description: answer.description };
      if (answer.type === 'not-described') return { error: answer.error };
      throw new Error(`an unexpected ${answer.type}`);
    } catch (error) {
      life.abort();
      await session.catch(() => {});
      return {
        error: { name: 'TaskNotLoaded', message: `The task does not load: ${error instanceof Error ? error.message : String(error)}` },
      };
    } finally {
      clearTimeout(timer);
      port1.close();
    }
  }

  async stop(): Promise<void> {
    await this.#pool.destroy();
  }
}
