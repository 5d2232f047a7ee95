/** How tasks are called, counted by the day in memory and written now and then: what advice is made from. */

import type { TaskUsage } from '../../contract/advice.ts';
import type { Job, Mode } from '../../contract/job.ts';
import { pollDelayMs } from '../../contract/polling.ts';

const dayMs = 86_400_000;
/** Days that a figure counts, today included. */
const daysKept = 7;
/** A caller that is held longer than this may well be gone: proxies and browsers give up at 30 to 60 s. */
const longWaitMs = 30_000;
/** Jobs whose pollers are watched; of more, the ones that were polled longest ago are let go, and count no wasted polls. */
const watchedJobs = 10_000;
/** Timers and networks are not that exact. */
const toleranceMs = 50;

const counted = ['sync', 'async', 'hybrid', 'auto', 'polls', 'wastedPolls', 'polledAtOnce', 'waits', 'longWaits'] as const;
type Count = (typeof counted)[number];
type Day = { day: number } & Partial<Record<Count, number>>;
export type TaskUsageJson = Day[];

export class Usage {
  readonly #now: () => number;
  readonly #tasks = new Map<string, Day[]>();
  /** By job: when its next poll was suggested. */
  readonly #nextPollAt = new Map<string, number>();
  readonly #changed = new Set<string>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A job was asked for. */
  called(task: string, mode: Mode): void {
    this.#count(task, mode);
  }

  /** A caller was held until the answer. @param heldMs since its job was asked for */
  held(task: string, mode: Mode, heldMs: number): void {
    if (mode === 'async') this.#count(task, 'waits');
    if (heldMs > longWaitMs) this.#count(task, 'longWaits');
  }

  /** Someone read a job. @param heldMs how long the answer was held; null: it was not to be held */
  read(job: Pick<Job, 'id' | 'task' | 'mode' | 'state' | 'createdAt' | 'runAt'>, heldMs: number | null): void {
    if (heldMs !== null) {
      if (heldMs > 0) this.held(job.task, job.mode, heldMs);
      return;
    }
    const now = this.#now();
    const delayMs = pollDelayMs(job, now);
    const suggested = this.#nextPollAt.get(job.id);
    this.#nextPollAt.delete(job.id);
    // The first read of a job that has ended is how its end is heard.
    if (delayMs === null) return;
    this.#count(job.task, 'polls');
    const createdAt = Date.parse(job.createdAt);
    // What `Retry-After` says is in whole seconds; so was that of the submission's own answer.
    const due = suggested ?? createdAt + 1_000;
    if (now < due - toleranceMs) {
      this.#count(job.task, 'wastedPolls');
      if (suggested === undefined && job.mode === 'async') this.#count(job.task, 'polledAtOnce');
    }
    this.#nextPollAt.set(job.id, now + Math.ceil(delayMs / 1_000) * 1_000);
    if (this.#nextPollAt.size > watchedJobs) {
      const [oldest] = this.#nextPollAt.keys();
      if (oldest !== undefined) this.#nextPollAt.delete(oldest);
    }
  }

  of(task: string): TaskUsage {
    const oldest = this.#today() - daysKept + 1;
    const days = (this.#tasks.get(task) ?? []).filter(({ day }) => day >= oldest);
    const [first] = days;
    const sums = Object.fromEntries(counted.map((count) => [count, days.reduce((sum, day) => sum + (day[count] ?? 0), 0)]));
    return { since: first ? new Date(first.day * dayMs).toISOString() : null, ...(sums as Record<Count, number>) };
  }

  /** The tasks whose figures have changed since they were written. */
  get changed(): ReadonlySet<string> {
    return this.#changed;
  }

  written(): void {
    this.#changed.clear();
  }

  toJSON(task: string): TaskUsageJson {
    return this.#tasks.get(task) ?? [];
  }

  restore(task: string, days: TaskUsageJson): void {
    this.#tasks.set(task, days);
  }

  #count(task: string, count: Count): void {
    const today = this.#today();
    const days = this.#tasks.get(task) ?? [];
    this.#tasks.set(task, days);
    let day = days.at(-1);
    if (day?.day !== today) {
      day = { day: today };
      days.push(day);
      while (days.length > daysKept) days.shift();
    }
    day[count] = (day[count] ?? 0) + 1;
    this.#changed.add(task);
  }

  #today(): number {
    return Math.floor(this.#now() / dayMs);
  }
}
