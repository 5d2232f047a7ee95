import { Worker } from 'node:worker_threads';
import { Problem } from '../../contract/errors.ts';
import type { JobListQuery } from '../../contract/filter.ts';
import type { JobListAnswer } from './job-list.ts';
import type { ReadAnswer, ReadRequest } from './reader-thread.ts';

/** Lists wait here at most this many at a time; more are refused rather than queued without a bound. */
const waitingLimit = 256;

type Waiting = { resolve: (answer: JobListAnswer) => void; reject: (error: unknown) => void };

/** Asks the thread for long reads. */
export class Reader {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #request = 0;

  constructor(file: string, failed: (error: unknown) => void) {
    const entry = import.meta.url.endsWith('.ts') ? './reader-thread.ts' : './reader-thread.js';
    this.#worker = new Worker(new URL(entry, import.meta.url), { workerData: { file }, name: 'reader' });
    this.#worker.on('message', ({ request, answer, error }: ReadAnswer) => {
      const waiting = this.#waiting.get(request);
      this.#waiting.delete(request);
      if (answer) waiting?.resolve(answer);
      else waiting?.reject(new Error(`reading failed: ${error}`));
    });
    this.#worker.on('error', failed);
  }

  listJobs(query: JobListQuery, countMatches: boolean): Promise<JobListAnswer> {
    if (this.#waiting.size >= waitingLimit)
      throw new Problem('rate-limited', 'Too many lists are being read at once. Ask again in a moment.', { retryAfterMs: 1000 });
    return new Promise((resolve, reject) => {
      const request = ++this.#request;
      this.#waiting.set(request, { resolve, reject });
      this.#worker.postMessage({ request, query, countMatches } satisfies ReadRequest);
    });
  }

  async close(): Promise<void> {
    for (const { reject } of this.#waiting.values()) reject(new Problem('shutting-down', 'The engine is stopping.'));
    this.#waiting.clear();
    await this.#worker.terminate();
  }
}
