import { statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { Problem } from '../../contract/errors.ts';
import type { DeadListQuery, JobListQuery } from '../../contract/filter.ts';
import type { Workflow } from '../../contract/workflow.ts';
import type { JobSelection } from './job-conditions.ts';
import type { JobListAnswer, ListBudgets } from './job-list.ts';
import type { ReadAnswer, ReadRequest } from './reader-thread.ts';
import { StorageError } from './storage-error.ts';

/** Milliseconds from a commit to the checkpoint that takes it, and all that follow it until then. */
const checkpointMs = 50;
/** Lists wait here at most this many at a time; more are refused rather than queued without a bound. */
const waitingLimit = 256;
/** A thread takes 11 MB. The first list of another waits 0.1 s for its start, which who looks around in the window should not meet. */
const unusedMs = 30_000;

type Identity = { dev: number; ino: number };
type Waiting = { resolve: (answer: ReadAnswer) => void; reject: (error: unknown) => void };
type Question = ReadRequest extends infer Request ? (Request extends { request: number } ? Omit<Request, 'request'> : never) : never;

export type ReaderOptions = {
  file: string;
  /** How many rows the writer has written: what did not change needs no checkpoint, and no thread for one. */
  rowsWritten: () => number;
  /** The thread went down, which is a bug, or the database is damaged or gone. */
  failed: (error: unknown) => void;
  /** Milliseconds after the last answer until the thread is let go; the next question starts another. */
  unusedMs?: number;
  /** How long lists may look; those of store/job-list.ts by default. */
  budgets?: ListBudgets;
};

/** Asks a thread for long reads. The thread is there while it is used, and costs an idle engine nothing. */
export class Reader {
  readonly #options: ReaderOptions & { unusedMs: number };
  /** Of what the writer has open. */
  readonly #file: Identity;
  #worker: Worker | null = null;
  /** Those that were let go, until they are gone. */
  readonly #leaving = new Set<Worker>();
  readonly #waiting = new Map<number, Waiting>();
  #request = 0;
  #checkpoint: NodeJS.Timeout | null = null;
  /** As many rows were written when the log was last moved. */
  #rowsMoved = 0;
  #unused: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: ReaderOptions) {
    this.#options = { unusedMs, ...options };
    this.#file = statSync(options.file);
  }

  /** Whether a thread is there at the moment, one that is about to end included. */
  get hasThread(): boolean {
    return this.#worker !== null || this.#leaving.size > 0;
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
    const rows = this.#options.rowsWritten();
    try {
      this.#refuseReplaced();
      if (rows !== this.#rowsMoved) await this.#ask({ kind: 'checkpoint' });
      this.#rowsMoved = rows;
    } catch {
      // A full or busy disk: the next commit asks again, and past its bound the writer does it itself.
    }
    this.#checkpoint = null;
  }

  #ask(question: Question): Promise<ReadAnswer> {
    if (this.#waiting.size >= waitingLimit)
      throw new Problem('rate-limited', 'Too many lists are being read at once. Ask again in a moment.', { retryAfterMs: 1000 });
    if (this.#closed) throw stopping();
    if (!this.#worker) this.#refuseReplaced();
    return new Promise((resolve, reject) => {
      const request = ++this.#request;
      this.#waiting.set(request, { resolve, reject });
      this.#worker ??= this.#startThread();
      this.#worker.postMessage({ request, ...question } satisfies ReadRequest);
    });
  }

  /** Whether the file has another one in its place, or none: the writer goes on with what it opened, which the next start would not find. */
  #isReplaced(): boolean {
    const there = statSync(this.#options.file, { throwIfNoEntry: false });
    return there?.ino !== this.#file.ino || there.dev !== this.#file.dev;
  }

  #refuseReplaced(): void {
    if (!this.#isReplaced()) return;
    const error = replaced(this.#options.file);
    this.#options.failed(error);
    throw error;
  }

  #startThread(): Worker {
    const entry = import.meta.url.endsWith('.ts') ? './reader-thread.ts' : './reader-thread.js';
    const { file, budgets } = this.#options;
    const worker = new Worker(new URL(entry, import.meta.url), { workerData: { file, budgets }, name: 'reader' });
    worker.on('message', (answer: ReadAnswer) => {
      const waiting = this.#waiting.get(answer.request);
      this.#waiting.delete(answer.request);
      if ('error' in answer) {
        const error = new Error(`reading failed: ${answer.error}`);
        waiting?.reject(error);
        if (answer.isDamaged) this.#options.failed(new StorageError('corrupt', `${file} is damaged`, error));
      } else waiting?.resolve(answer);
      this.#unused?.refresh();
    });
    worker.on('error', (error) => this.#options.failed(this.#isReplaced() ? replaced(file) : error));
    worker.on('exit', () => this.#leaving.delete(worker));
    this.#unused = setTimeout(() => this.#letGo(worker), this.#options.unusedMs);
    this.#unused.unref();
    return worker;
  }

  #letGo(worker: Worker): void {
    if (this.#waiting.size > 0) {
      this.#unused?.refresh();
      return;
    }
    this.#worker = null;
    this.#leaving.add(worker);
    worker.postMessage({ request: ++this.#request, kind: 'close' } satisfies ReadRequest);
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#checkpoint) clearTimeout(this.#checkpoint);
    if (this.#unused) clearTimeout(this.#unused);
    for (const { reject } of this.#waiting.values()) reject(stopping());
    this.#waiting.clear();
    await Promise.all([this.#worker, ...this.#leaving].map((worker) => worker?.terminate()));
  }
}

function replaced(file: string): StorageError {
  const what = `${file} was deleted, moved or replaced while the engine had it open`;
  return new StorageError('corrupt', `${what}. To put a backup in its place, stop the engine first (docs/durability.md).`);
}

function stopping(): Problem {
  return new Problem('shutting-down', 'The engine is stopping.');
}
