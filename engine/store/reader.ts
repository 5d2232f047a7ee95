import { Worker } from 'node:worker_threads';
import { Problem } from '../../contract/errors.ts';
import type { DeadListQuery, JobListQuery } from '../../contract/filter.ts';
import type { Workflow } from '../../contract/workflow.ts';
import type { JobListAnswer, JobSelection } from './job-list.ts';
import type { ReadAnswer, ReadRequest } from './reader-thread.ts';

/** Milliseconds from a commit to the checkpoint that takes it, and all that follow it until then. */
const checkpointMs = 50;
/** Lists wait here at most this many at a time; more are refused rather than queued without a bound. */
const waitingLimit = 256;

type Waiting = { resolve: (answer: ReadAnswer) => void; reject: (error: unknown) => void };
type Question = ReadRequest extends infer Request ? (Request extends { request: number } ? Omit<Request, 'request'> : never) : never;

/** Asks the thread for long reads. */
export class Reader {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #request = 0;
  #checkpoint: NodeJS.Timeout | null = null;

  constructor(file: string, failed: (error: unknown) => void) {
    const entry = import.meta.url.endsWith('.ts') ? './reader-thread.ts' : './reader-thread.js';
    this.#worker = new Worker(new URL(entry, import.meta.url), { workerData: { file }, name: 'reader' });
    this.#worker.on('message', (answer: ReadAnswer) => {
      const waiting = this.#waiting.get(answer.request);
      this.#waiting.delete(answer.request);
      if ('error' in answer) waiting?.reject(new Error(`reading failed: ${answer.error}`));
      else waiting?.resolve(answer);
    });
    this.#worker.on('error', failed);
  }

  async listJobs(query: JobListQuery | DeadListQuery, countMatches: boolean): Promise<JobListAnswer> {
    const answer = await this.#ask({ kind: 'list', query, countMatches });
    if (!('list' in answer)) throw new Error('the reader answered a list with something else');
    return answer.list;
  }

  /** Everything that matches now: pairs of `seq` and `nonce`, oldest first; null when there are more than an operation may hold. */
  async selectJobs(selection: JobSelection): Promise<Float64Array | null> {
    const answer = await this.#ask({ kind: 'select', selection });
    if (!('selected' in answer)) throw new Error('the reader answered a selection with something else');
    return answer.selected;
  }

  /** As of the last commit; null: there is none. */
  async readWorkflow(id: string): Promise<Workflow | null> {
    const answer = await this.#ask({ kind: 'workflow', id });
    if (!('workflow' in answer)) throw new Error('the reader answered a workflow with something else');
    return answer.workflow;
  }

  /** Something was committed: soon it is moved from the log into the database, one such move at a time. */
  committed(): void {
    this.#checkpoint ??= setTimeout(() => void this.#moveLog(), checkpointMs);
  }

  async #moveLog(): Promise<void> {
    try {
      await this.#ask({ kind: 'checkpoint' });
    } catch {
      // A full or busy disk: the next commit asks again, and past its bound the writer does it itself.
    }
    this.#checkpoint = null;
  }

  #ask(question: Question): Promise<ReadAnswer> {
    if (this.#waiting.size >= waitingLimit)
      throw new Problem('rate-limited', 'Too many lists are being read at once. Ask again in a moment.', { retryAfterMs: 1000 });
    return new Promise((resolve, reject) => {
      const request = ++this.#request;
      this.#waiting.set(request, { resolve, reject });
      this.#worker.postMessage({ request, ...question } satisfies ReadRequest);
    });
  }

  async close(): Promise<void> {
    if (this.#checkpoint) clearTimeout(this.#checkpoint);
    for (const { reject } of this.#waiting.values()) reject(new Problem('shutting-down', 'The engine is stopping.'));
    this.#waiting.clear();
    await this.#worker.terminate();
  }
}
