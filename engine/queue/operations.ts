/**
 * Operations on many jobs: chosen at once, done step by step. Each step is one transaction of jobs, counts and position together,
 * so that after a kill an operation goes on where it stopped and no job is met twice.
 */

import { randomUUID } from 'node:crypto';
import { Problem } from '../../contract/errors.ts';
import type { JobError } from '../../contract/job.ts';
import { limits } from '../../contract/limits.ts';
import type { OperationAction } from '../../contract/operations.ts';
import type { Operation } from '../../contract/resources.ts';
import { isFinal, isWaiting } from '../../contract/states.ts';
import { type JobRow, jobIdOf } from '../store/job-row.ts';
import { type AwaitedMember, type Member, type OperationRow, partMembers } from '../store/operations.ts';
import type { Store } from '../store/store.ts';
import type { BulkActions } from './bulk-actions.ts';
import { cursorNumber } from './cursor.ts';
import type { Dispatch } from './dispatch.ts';
import { countFailure, type FailureCounts, nextStep, type OperationTerms, operationOf, pauseMs, summaryOf } from './operation-report.ts';
import type { PayloadCheck } from './payload-check.ts';
import type { Waiters } from './waiters.ts';

export type OperationsParts = { store: Store; actions: BulkActions; dispatch: Dispatch; waiters: Waiters; now: () => number };

/** Ended operations that can still be read. */
const operationsKept = 1_000;
/** Parts of the members that one transaction writes: 50,000 jobs, 0.8 MB. */
const partsAtOnce = 200;
/** Until a full disk, or a run that is about to report its end, is looked at again, in milliseconds. */
const againMs = 1_000;
const reportMs = 50;

type Live = {
  /** Aborted once it has ended, or the engine stops. */
  halt: AbortController;
  /** Jobs whose end it waits for. */
  awaited: number;
  finished: Promise<void>;
};

export class Operations {
  readonly #parts: OperationsParts;
  readonly #live = new Map<number, Live>();
  #lastNumber: number;
  /** Steps of all operations take turns, one a transaction: many operations are no more in the queue's way than one. */
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(parts: OperationsParts) {
    this.#parts = parts;
    this.#lastNumber = parts.store.operations.lastNumber();
  }

  /** Goes on with what an earlier engine began. */
  async open(): Promise<void> {
    const { store } = this.#parts;
    await store.commit.write('must', () => store.operations.forgetOrphans());
    for (const number of store.operations.runningOperations()) this.#start(number, () => {});
  }

  async close(): Promise<void> {
    this.#closed = true;
    const finished = [...this.#live.values()].map((live) => {
      live.halt.abort();
      return live.finished;
    });
    await Promise.all(finished);
  }

  /** @throws Problem not-found */
  get(id: string): Operation {
    const row = this.#find(id);
    return operationOf(row, this.#live.get(row.number)?.awaited ?? 0);
  }

  /** The newest first. @throws Problem invalid-request */
  list({ limit, cursor }: { limit: number; cursor: string | undefined }): { operations: Operation[]; next: string | null } {
    const rows = this.#parts.store.operations.operationsBefore(cursorNumber(cursor, Number.MAX_SAFE_INTEGER), limit + 1);
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    return {
      operations: page.map((row) => operationOf(row, this.#live.get(row.number)?.awaited ?? 0)),
      next: last ? String(last.number) : null,
    };
  }

  /**
   * Answers after its first step, so that one over few jobs is answered as it ended.
   * @param members pairs of `seq` and `nonce`
   * @throws Problem rate-limited, shutting-down, storage-full: nothing was accepted
   */
  async begin(action: OperationAction, members: Float64Array, terms: OperationTerms): Promise<Operation> {
    const { store, now } = this.#parts;
    if (this.#closed) throw new Problem('shutting-down', 'The engine is stopping. Nothing was accepted.', { retryAfterMs: 5_000 });
    if (this.#live.size >= limits.operations)
      throw new Problem('rate-limited', `${limits.operations} operations run already. Stop one, or ask again later.`, {
        retryAfterMs: 5_000,
      });
    const number = ++this.#lastNumber;
    const row: OperationRow = {
      ...{ number, id: randomUUID(), action, state: 'running', terms: JSON.stringify(terms), matched: members.length / 2 },
      ...{ position: 0, canaries: 0, done: 0, failed: 0, failures: '{}', reason: null, created_at: now(), finished_at: null },
    };
    const parts = Math.ceil(row.matched / partMembers);
    const write = (from: number, to: number) => {
      for (let part = from; part < to; part++)
        store.operations.insertMembers(number, part, members.subarray(part * partMembers * 2, (part + 1) * partMembers * 2));
    };
    let written = 0;
    for (; parts - written > partsAtOnce; written += partsAtOnce) {
      const from = written;
      await store.commit.write('may', () => write(from, from + partsAtOnce));
    }
    await store.commit.write('may', () => {
      write(written, parts);
      store.operations.insertOperation(row);
      store.operations.forgetOld(operationsKept);
    });
    await new Promise<void>((resolve) => this.#start(number, resolve));
    return this.get(row.id);
  }

  /** What it has done stays done. @throws Problem not-found, wrong-state when it has ended */
  async stop(id: string): Promise<Operation> {
    const { store, now } = this.#parts;
    const { number } = this.#find(id);
    const stopped = await store.commit.write('may', () => store.operations.endOperation(number, 'stopped', 'Stopped on request.', now()));
    if (!stopped) throw new Problem('wrong-state', `Operation ${id} is ${this.get(id).state}, so it can't be stopped: it has ended.`);
    this.#live.get(number)?.halt.abort();
    return this.get(id);
  }

  #find(id: string): OperationRow {
    const row = this.#parts.store.operations.findOperation(id);
    if (!row) throw new Problem('not-found', `There is no operation ${id}. Of those that have ended the last ${operationsKept} are kept.`);
    return row;
  }

  #start(number: number, stepped: () => void): void {
    const { store } = this.#parts;
    const halt = new AbortController();
    const live: Live = { halt, awaited: store.operations.awaitedMembers(number).length, finished: Promise.resolve() };
    this.#live.set(number, live);
    live.finished = this.#run(number, live, stepped).finally(() => {
      this.#live.delete(number);
      stepped();
    });
  }

  async #run(number: number, live: Live, stepped: () => void): Promise<void> {
    const { store } = this.#parts;
    const { signal } = live.halt;
    while (!signal.aborted) {
      const row = store.operations.readOperation(number);
      if (row?.state !== 'running') return;
      const terms = JSON.parse(row.terms) as OperationTerms;
      const step = nextStep(row, terms, live.awaited);
      try {
        if (step.kind === 'await') {
          stepped();
          await this.#awaitEnds(row, live);
        } else {
          const limit = step.kind === 'take' ? step.limit : 0;
          const done = await this.#inTurn(() => this.#take(row, terms, live, limit, step.kind === 'take' && step.asCanaries));
          stepped();
          await pause(pauseMs(done, terms), signal);
        }
      } catch (error) {
        // The store has failed: the engine is on its way down, and the next one goes on.
        if (!(error instanceof Problem)) return;
        stepped();
        await pause(againMs, signal);
      }
    }
  }

  #inTurn<Value>(step: () => Promise<Value>): Promise<Value> {
    const mine = this.#turn.then(step);
    this.#turn = mine.catch(() => {});
    return mine;
  }

  /** One step: so many of the next members, and the end of the operation when nothing is left. @returns how many were done */
  async #take(
    { number, action, position }: OperationRow,
    terms: OperationTerms,
    live: Live,
    limit: number,
    asCanaries: boolean,
  ): Promise<number> {
    const { store, actions, now } = this.#parts;
    const members = limit === 0 ? [] : store.operations.membersFrom(number, position, limit);
    const checks = terms.patch ? await actions.payloadChecks(this.#tasksOf(members)) : noChecks;
    const step = () => {
      const row = store.operations.readOperation(number);
      // Stopped meanwhile.
      if (row?.state !== 'running') return { changed: [], done: 0, awaited: 0 };
      const failures = JSON.parse(row.failures) as FailureCounts;
      const after = { ...row, position: row.position + members.length };
      const changed: JobRow[] = [];
      let awaited = 0;
      for (const member of members) {
        const job = this.#jobOf(member);
        const part = actions.apply(row.action, job, terms, checks);
        if (part.kind === 'refused') {
          after.failed++;
          countFailure(failures, part.reason);
          continue;
        }
        if (part.kind === 'done') {
          after.done++;
          changed.push(part.row);
          if (!asCanaries) continue;
          after.canaries++;
        }
        if (store.operations.awaitMember(number, { ...member, fingerprint: job?.fingerprint ?? null })) awaited++;
        else {
          // Its job runs and is awaited for the first of the two.
          after.failed++;
          countFailure(failures, 'named twice');
        }
      }
      after.failures = JSON.stringify(failures);
      store.operations.advanceOperation(after);
      if (nextStep(after, terms, live.awaited + awaited).kind === 'finish')
        store.operations.endOperation(number, 'completed', summaryOf(after.failed, failures), now());
      return { changed, done: after.done - row.done, awaited };
    };
    const announce = ({ changed }: { changed: JobRow[] }) => {
      for (const job of changed) actions.announce(action, job);
    };
    const { done, awaited } = await store.commit.write('may', step, announce);
    live.awaited += awaited;
    return done;
  }

  #tasksOf(members: Member[]): Set<string> {
    return new Set(members.flatMap((member) => this.#jobOf(member)?.task ?? []));
  }

  #jobOf({ seq, nonce }: Member): JobRow | null {
    const row = this.#parts.store.jobs.readJob(seq);
    return row?.nonce === nonce ? row : null;
  }

  /** Until each job that is awaited has ended, or the operation has. */
  async #awaitEnds({ number, action }: OperationRow, live: Live): Promise<void> {
    const { signal } = live.halt;
    const ends = this.#parts.store.operations
      .awaitedMembers(number)
      .map((member) => (action === 'redrive' ? this.#awaitCanary(number, member, live) : this.#awaitCancelled(number, member, live)));
    await Promise.race([Promise.all(ends), aborted(signal)]);
  }

  /** Its end; when it is the same that it had before, the operation stops. */
  async #awaitCanary(number: number, member: AwaitedMember, live: Live): Promise<void> {
    const { store, waiters, now } = this.#parts;
    let job = this.#jobOf(member);
    while (job && !isFinal(job.state)) {
      const wakeup = await waiters.wait(member.seq, Number.POSITIVE_INFINITY);
      if (live.halt.signal.aborted) return;
      job = wakeup === 'timeout' ? this.#jobOf(member) : wakeup.row;
    }
    const cameBack = job?.state === 'dead' && job.fingerprint === member.fingerprint ? job : null;
    const stopped = await store.commit.write('must', () => {
      if (!store.operations.awaitNoLonger(number, member.seq)) return false;
      return cameBack !== null && store.operations.endOperation(number, 'stopped', canaryReason(cameBack), now());
    });
    live.awaited--;
    if (stopped) live.halt.abort();
  }

  /** Told to end; counted by how it did. One that was given back meanwhile, e.g. by a restart, is cancelled as it waits. */
  async #awaitCancelled(number: number, member: AwaitedMember, live: Live): Promise<void> {
    const { store, dispatch, waiters, actions, now } = this.#parts;
    for (;;) {
      if (live.halt.signal.aborted) return;
      if (this.#jobOf(member)?.state === 'executing') {
        // Not to be told: it is about to start, or its end is about to be committed.
        if (dispatch.abort(member.seq, 'cancelled')) await waiters.wait(member.seq, Number.POSITIVE_INFINITY);
        else await pause(reportMs, live.halt.signal);
        continue;
      }
      const settle = () => {
        const job = this.#jobOf(member);
        const row = store.operations.readOperation(number);
        if (job?.state === 'executing') return null;
        if (row?.state !== 'running' || !store.operations.awaitNoLonger(number, member.seq)) return { row: null };
        const cancelled = job && isWaiting(job.state) ? store.jobs.cancelWaiting(job, now()) : null;
        const failures = JSON.parse(row.failures) as FailureCounts;
        const isDone = cancelled !== null || job?.state === 'cancelled';
        if (!isDone) countFailure(failures, job ? 'ended before the signal reached it' : 'not there any more');
        const counted = { ...row, failures: JSON.stringify(failures) };
        store.operations.advanceOperation(isDone ? { ...counted, done: row.done + 1 } : { ...counted, failed: row.failed + 1 });
        return { row: cancelled };
      };
      const ended = await store.commit.write('must', settle, (settled) => {
        if (settled?.row) actions.announce('cancel', settled.row);
      });
      if (!ended) continue;
      live.awaited--;
      return;
    }
  }
}

const noChecks: ReadonlyMap<string, PayloadCheck> = new Map();

function canaryReason(row: JobRow): string {
  const message = row.error === null ? '' : (JSON.parse(row.error) as JobError).message;
  return `The canary ${jobIdOf(row)} died of the same cause again: ${message.slice(0, 300)}. The rest was left as it is.`;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
