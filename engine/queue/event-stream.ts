import type { EngineEvent, JobEventType } from '../../contract/events.ts';
import type { EventQuery } from '../../contract/filter.ts';
import type { JobSummary } from '../../contract/job.ts';
import { limits } from '../../contract/limits.ts';
import { type JobRow, summaryOf, timeOf } from '../store/job-row.ts';
import type { EventSubscription, NumberedEngineEvent } from './backend.ts';

type Subscriber = { query: EventQuery; pending: NumberedEngineEvent[]; deliver: (events: NumberedEngineEvent[]) => void };

/** Characters of an error's message that an event carries. */
const errorTextLimit = 1_000;
/** Without a subscriber for this long, events are no longer kept for one that returns. */
const keepMs = 120_000;

/**
 * Everything that happens, numbered. Numbers grow over restarts, since they begin at the start's time in microseconds.
 * Kept in memory, bounded, for those who resume; and not at all while nobody listens.
 */
export class EventStream {
  readonly #now: () => number;
  readonly #subscribers = new Set<Subscriber>();
  /** A ring; `#kept[0]` is the oldest once it is full. */
  #kept: NumberedEngineEvent[] = [];
  #last: number;
  #listenedAt = 0;
  #scheduled = false;

  constructor(now: () => number) {
    this.#now = now;
    this.#last = now() * 1000;
  }

  get listenedTo(): boolean {
    return this.#subscribers.size > 0;
  }

  job(type: JobEventType, row: JobRow, at: number): void {
    if (this.#wanted()) this.#emit({ type, at: timeOf(at), job: withoutDetails(summaryOf(row)) });
  }

  emit(event: EngineEvent): void {
    if (this.#wanted()) this.#emit(event);
  }

  /** As `emit`, for an event that takes some work to make. */
  emitLazily(event: () => EngineEvent): void {
    if (this.#wanted()) this.#emit(event());
  }

  subscribe(query: EventQuery, after: number | null, deliver: (events: NumberedEngineEvent[]) => void): EventSubscription {
    const subscriber: Subscriber = { query, pending: [], deliver };
    if (after !== null) subscriber.pending.push(...this.#since(after).filter(({ event }) => matches(query, event)));
    this.#subscribers.add(subscriber);
    if (subscriber.pending.length > 0) this.#schedule();
    return {
      close: () => {
        this.#subscribers.delete(subscriber);
        this.#listenedAt = this.#now();
      },
    };
  }

  #wanted(): boolean {
    if (this.#subscribers.size > 0 || this.#now() - this.#listenedAt < keepMs) return true;
    if (this.#kept.length > 0) this.#kept = [];
    this.#last++;
    return false;
  }

  #emit(event: EngineEvent): void {
    const numbered = { id: ++this.#last, event };
    this.#kept.push(numbered);
    if (this.#kept.length >= limits.eventsKept * 2) this.#kept = this.#kept.slice(-limits.eventsKept);
    for (const subscriber of this.#subscribers) if (matches(subscriber.query, event)) subscriber.pending.push(numbered);
    this.#schedule();
  }

  #since(after: number): NumberedEngineEvent[] {
    if (after === this.#last) return [];
    const first = this.#kept[0];
    if (!first || after < first.id - 1 || after > this.#last)
      return [{ id: this.#last, event: { type: 'reset', at: timeOf(this.#now()) } }];
    return this.#kept.filter(({ id }) => id > after);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      for (const subscriber of this.#subscribers) {
        const events = subscriber.pending;
        if (events.length === 0) continue;
        subscriber.pending = [];
        subscriber.deliver(events);
      }
    });
  }
}

/** Events are kept by number: what a task attached to its error may be 64 KiB, and is read with the job. */
function withoutDetails(job: JobSummary): JobSummary {
  if (job.error === null) return job;
  const { name, message, code } = job.error;
  return { ...job, error: { name, message: message.slice(0, errorTextLimit), ...(code === undefined ? {} : { code }) } };
}

function matches(query: EventQuery, event: EngineEvent): boolean {
  if (event.type === 'reset') return true;
  const kind = event.type.split('.')[0];
  if (query.kind && !query.kind.some((wanted) => wanted === kind)) return false;
  return 'job' in event ? matchesJob(query, event.job) : true;
}

function matchesJob(query: EventQuery, job: JobSummary): boolean {
  if (query.state && !query.state.includes(job.state)) return false;
  if (query.queue && !query.queue.includes(job.queue)) return false;
  if (query.task && !query.task.includes(job.task)) return false;
  if (query.mode && !query.mode.includes(job.mode)) return false;
  if (query.workflow && (job.workflowId === null || !query.workflow.includes(job.workflowId))) return false;
  if (query.tag && !query.tag.some((tag) => job.tags.includes(tag))) return false;
  if (query.createdAfter && Date.parse(job.createdAt) < Date.parse(query.createdAfter)) return false;
  if (query.createdBefore && Date.parse(job.createdAt) >= Date.parse(query.createdBefore)) return false;
  return query.q === undefined || textOf(job).includes(query.q.toLowerCase());
}

/** Events carry no payload, so text is looked for in the rest. */
function textOf(job: JobSummary): string {
  return `${job.id} ${job.task} ${job.tags.join(' ')} ${job.error ? JSON.stringify(job.error) : ''}`.toLowerCase();
}
