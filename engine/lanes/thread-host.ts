import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { Piscina } from 'piscina';
import type { LaneName } from '../../contract/job.ts';
import type { AbortReason, FromThread, ThreadJob, ThreadMemory, ThreadSession, ToThread } from '../../contract/thread.ts';
import { BriefMap } from '../queue/brief-map.ts';
import { type LaneListener, type RunReport, type RunRequest, type RunResult, threadRoom } from '../queue/lanes.ts';
import { endOrphans } from './orphans.ts';

/** A thread that does not answer for this long is stuck in synchronous code. */
const unresponsiveMs = 1_000;
/** Jobs of one message. What is started in one turn may be a thousand: the thread is to begin before the last of them. */
const mostTogether = 64;
/** A prediction that is late and blocks its thread holds up callers who wait: it gets no longer than this, in milliseconds. */
const predictGraceMs = 500;

export type ThreadListener = LaneListener & {
  /** A prediction's code is loaded and about to be called. */
  predicting(run: number): void;
};

type Run = {
  request: RunRequest;
  startedAt: number;
  timeout: NodeJS.Timeout;
  grace: NodeJS.Timeout | null;
  /** Why it was told to stop. */
  aborted: AbortReason | null;
};

export type ThreadHostOptions = {
  id: number;
  lane: LaneName;
  pool: Piscina;
  home: string;
  listener: ThreadListener;
  cancelGraceMs: number;
  /** It is replaced when it holds more. */
  recycleBytes: number;
  now: () => number;
  /** It holds more than it may. */
  overweight: (host: ThreadHost) => void;
  /** The thread is gone; nothing runs on it any more. */
  gone: (host: ThreadHost) => void;
};

/**
 * One thread, as its lane sees it: a Piscina task that lasts as long as its message port. Piscina owns the thread's
 * life; jobs travel over the port in arrays (850,000 empty jobs/s against 66,000 with one Piscina call a job).
 */
export class ThreadHost {
  readonly id: number;
  readonly lane: LaneName;
  readonly startedAt: number;
  /** What is left of `threadRoom`. */
  room = threadRoom;
  /** Takes no more jobs: it is about to end. */
  retiring = false;
  idleSince: number;
  utilization = 0;
  heapBytes = 0;
  externalBytes = 0;
  #rested = false;
  /** Ends with the last of its runs. */
  #lastRuns = false;
  /** Jobs that it leaves without their having ended: their commands may go on. */
  readonly #left: string[] = [];
  readonly #options: ThreadHostOptions;
  readonly #port: MessagePort;
  readonly #life = new AbortController();
  /** Why a message of the thread did not arrive. */
  #lost: Error | null = null;
  readonly #runs = new BriefMap<Run>();
  #outbox: ThreadJob[] = [];
  #ping = 0;
  /** Those who asked whether it still answers. */
  #asking: (() => void)[] = [];

  constructor(options: ThreadHostOptions) {
    this.#options = options;
    this.id = options.id;
    this.lane = options.lane;
    this.startedAt = options.now();
    this.idleSince = this.startedAt;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.on('message', (message: FromThread) => this.#receive(message));
    port1.on('messageerror', (error) => this.#lose(error));
    const session: ThreadSession = { port: port2, home: options.home, background: options.lane !== 'interactive' };
    options.pool.run(session, { transferList: [port2], signal: this.#life.signal }).then(
      () => void this.#end(null),
      (error: unknown) => void this.#end(error),
    );
  }

  get jobs(): number {
    return this.#runs.size;
  }

  has(run: number): boolean {
    return this.#runs.has(run);
  }

  start(request: RunRequest): void {
    const timeout = setTimeout(() => this.abort(request.run, 'timed-out'), request.timeoutMs);
    this.#runs.set(request.run, { request, startedAt: this.#options.now(), timeout, grace: null, aborted: null });
    this.room -= request.room;
    this.#rested = false;
    if (this.#outbox.length === 0) setImmediate(() => this.sendStarted());
    const { run, jobId, attempt, module, payload, purpose, compensates, parents } = request;
    const job: ThreadJob = { run, jobId, attempt, module, payload };
    if (purpose !== undefined) job.purpose = purpose;
    if (compensates !== undefined) job.compensates = compensates;
    if (parents !== undefined) job.parents = parents;
    this.#outbox.push(job);
    if (this.#outbox.length === mostTogether) this.sendStarted();
    this.#options.listener.placed(run, this.id);
  }

  abort(runId: number, reason: AbortReason): void {
    const run = this.#runs.get(runId);
    if (!run || run.aborted) return;
    run.aborted = reason;
    this.sendStarted();
    this.#send({ type: 'abort', run: runId, reason });
    const graceMs = run.request.purpose === 'predict' ? predictGraceMs : this.#options.cancelGraceMs;
    run.grace = setTimeout(() => void this.#giveUp(runId, run, reason), graceMs);
  }

  ping(): void {
    this.#send({ type: 'ping', ping: ++this.#ping });
  }

  /** Has it give back what its last jobs left: once, until it is given something again. */
  rest(): void {
    if (this.#rested) return;
    this.#rested = true;
    this.#send({ type: 'rest' });
  }

  /** Ends the thread once what runs on it has ended. */
  retire(): void {
    this.retiring = true;
    this.sendStarted();
    this.#send({ type: 'close' });
  }

  /** Ends the thread itself, and what it holds, once what runs on it has ended. A session that closes would leave both to the next. */
  recycle(): void {
    this.retiring = true;
    this.#lastRuns = true;
    if (this.#runs.size === 0) this.kill();
  }

  /** Ends the thread now; what runs on it is reported as interrupted. */
  kill(): void {
    this.retiring = true;
    this.#life.abort();
  }

  /** Whose outcomes the message held is not known: none that runs here can be believed to run still. */
  #lose(error: Error): void {
    this.#lost ??= new Error(`what it said could not be read (${error.message})`);
    this.kill();
  }

  #send(message: ToThread): void {
    this.#port.postMessage(message);
  }

  /** What was started leaves in one message; at the end of the turn without this. */
  sendStarted(): void {
    if (this.#outbox.length === 0) return;
    this.#send({ type: 'run', jobs: this.#outbox });
    this.#outbox = [];
  }

  #receive(message: FromThread): void {
    if (message.type === 'outcomes') {
      // Before the room of these runs is free, so that a thread that is to go is given nothing more.
      this.#weigh(message);
      const reports: RunReport[] = [];
      for (const { run, result, runMs } of message.outcomes) {
        if (this.#runs.has(run)) reports.push({ run, thread: this.id, result, runMs });
      }
      this.#report(reports);
    } else if (message.type === 'output') {
      this.#options.listener.output(message.output.filter(({ run }) => this.#runs.has(run)));
    } else if (message.type === 'predicting') {
      this.#options.listener.predicting(message.run);
    } else if (message.type === 'pong') {
      this.#weigh(message);
      this.utilization = message.utilization;
      for (const heard of this.#asking.splice(0)) heard();
    }
  }

  #weigh({ heapBytes, externalBytes }: ThreadMemory): void {
    this.heapBytes = heapBytes;
    this.externalBytes = externalBytes;
    if (!this.retiring && heapBytes + externalBytes > this.#options.recycleBytes) this.#options.overweight(this);
  }

  #report(reports: RunReport[]): void {
    for (const { run: id } of reports) {
      const run = this.#runs.get(id);
      if (!run) continue;
      clearTimeout(run.timeout);
      if (run.grace) clearTimeout(run.grace);
      this.room += run.request.room;
      this.#runs.delete(id);
    }
    if (this.#runs.size === 0) this.idleSince = this.#options.now();
    if (reports.length > 0) this.#options.listener.ended(reports);
    if (this.#lastRuns && this.#runs.size === 0) this.kill();
  }

  /**
   * The task ignored its signal. Neighbours on the same thread are let end first as long as the thread still answers; a
   * thread stuck in synchronous code would hold them up anyway.
   */
  async #giveUp(runId: number, run: Run, reason: AbortReason): Promise<void> {
    if (this.#runs.get(runId) !== run) return;
    const responsive = this.#runs.size > 1 && (await this.#answers());
    if (this.#runs.get(runId) !== run) return;
    this.retiring = true;
    this.#lastRuns = true;
    this.#left.push(run.request.jobId);
    this.#report([
      { run: runId, thread: this.id, result: { kind: 'aborted', reason, error: null }, runMs: this.#options.now() - run.startedAt },
    ]);
    if (!responsive) this.kill();
  }

  #answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), unresponsiveMs);
      this.#asking.push(() => {
        clearTimeout(timer);
        resolve(true);
      });
      this.ping();
    });
  }

  /** The session is over: closed, killed (by us) or crashed. */
  async #end(error: unknown): Promise<void> {
    this.retiring = true;
    this.#port.close();
    this.#left.push(...[...this.#runs.values()].map(({ request }) => request.jobId));
    // Before anyone hears of it: a job that is given back must not run beside its own command.
    if (this.#left.length > 0) await endOrphans(this.#options.home, this.#left);
    const count = this.#runs.size;
    const isKilled = this.#life.signal.aborted && this.#lost === null;
    const result: RunResult = isKilled
      ? { kind: 'interrupted' }
      : { kind: 'crashed', error: crashError(this.#lost ?? error), blame: 1 / count };
    this.#report([...this.#runs.keys()].map((run) => ({ run, thread: this.id, result, runMs: 0 })));
    this.#options.gone(this);
  }
}

function crashError(error: unknown): { name: string; message: string; code?: string } {
  const { message, code } = (error ?? {}) as { message?: string; code?: string };
  const why = code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'it ran out of memory' : (message ?? 'it ended by itself');
  return { name: 'ThreadCrashed', message: `The thread went down while the task ran: ${why}`, ...(code === undefined ? {} : { code }) };
}
