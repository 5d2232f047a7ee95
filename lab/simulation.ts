/**
 * A discrete-event simulation of one queue and its lane: arrivals, places, failures with the engine's own retry arithmetic, rate
 * limit, priorities, refusals. It goes from event to event, so an hour costs as much as it has jobs; the same seed gives the same run.
 */

import type { ArrivalPattern, ServiceTime } from '../contract/lab.ts';
import { mayStillRetry, type RetryPolicy, retryStep } from '../contract/retry.ts';
import { arrivalTimes } from './arrivals.ts';
import type { Distribution } from './distribution.ts';
import { EventHeap } from './event-heap.ts';
import { Histogram } from './histogram.ts';
import { type Random, randomStream } from './random.ts';
import { distributionOf } from './service-time.ts';
import { StartWindow, WaitingLine } from './waiting-line.ts';

export type Scenario = {
  seed: number;
  /** 0: nothing comes, only the backlog is worked off. */
  arrivalsPerSecond: number;
  arrivals: ArrivalPattern;
  service: ServiceTime;
  /** Chance that an attempt fails. A failed one takes as long as any. */
  failureRate: number;
  retry: RetryPolicy;
  /** Jobs that may run at once; the smaller of the lane's places and the queue's limit. */
  places: number;
  /** How long a place stays taken after its task has ended, until its next job can start, in milliseconds. */
  overheadMs: number;
  rateLimit: { max: number; perMs: number } | null;
  /** More is refused. Counts what is due and what waits for its next attempt, as the engine does. */
  maxBacklog: number | null;
  /** Sync work: refused when no place is free, never queued. */
  refusedWhenBusy: boolean;
  /** Shares are weights. The highest priority goes first. */
  priorities: readonly { priority: number; share: number }[];
  /** Jobs that wait at the beginning. */
  backlog: number;
  /** Arrivals end then; what has arrived is run to its end. */
  durationMs: number;
  /** What happens before is not measured: the line begins empty, which it seldom is. */
  warmUpMs: number;
  /** Points of the series. */
  points: number;
};

export type Simulated = {
  /** Share of the places' time in which tasks ran, between warm-up and end of the arrivals. */
  utilisation: number;
  /** Of each attempt: from due to started. */
  wait: Histogram;
  /** Of each job that completed: from submitted to completed. */
  latency: Histogram;
  /** By priority, the highest first. */
  waitByPriority: { priority: number; wait: Histogram }[];
  series: { atMs: number; waiting: number; retrying: number; running: number }[];
  arrived: number;
  refused: number;
  completed: number;
  dead: number;
  attempts: number;
  /** When the line was empty for the first time; null when it never was before the arrivals ended. */
  emptyAtMs: number | null;
  /** Attempts that were due and had not started when the arrivals ended. */
  waitingAtEnd: number;
};

const failure = { name: 'Failed', message: 'a failure of the model' };

export function simulate(scenario: Scenario): Simulated {
  return new Simulation(scenario).run();
}

class Simulation {
  readonly #scenario: Scenario;
  readonly #service: Distribution;
  readonly #random: Record<'service' | 'failure' | 'jitter' | 'priority', Random>;
  readonly #ranks: { priority: number; upTo: number; wait: Histogram }[];
  readonly #events = new EventHeap();
  readonly #line: WaitingLine;
  readonly #rate: StartWindow | null;
  readonly #result: Simulated;

  // A job is a row of these; rows of ended jobs are used again.
  readonly #submittedAt: number[] = [];
  readonly #dueAt: number[] = [];
  readonly #firstStartAt: number[] = [];
  readonly #failures: number[] = [];
  readonly #rank: number[] = [];
  readonly #freeRows: number[] = [];

  #now = 0;
  #running = 0;
  #retrying = 0;
  #busyMs = 0;
  #rateWakesAt = Number.POSITIVE_INFINITY;

  constructor(scenario: Scenario) {
    const { seed, service, priorities, rateLimit } = scenario;
    this.#scenario = scenario;
    this.#service = distributionOf(service);
    this.#random = {
      service: randomStream(seed, 'service'),
      failure: randomStream(seed, 'failure'),
      jitter: randomStream(seed, 'jitter'),
      priority: randomStream(seed, 'priority'),
    };
    this.#ranks = ranksOf(priorities);
    this.#line = new WaitingLine(this.#ranks.length);
    this.#rate = rateLimit ? new StartWindow(rateLimit) : null;
    this.#result = {
      ...{ utilisation: 0, arrived: 0, refused: 0, completed: 0, dead: 0, attempts: 0, emptyAtMs: null, waitingAtEnd: 0 },
      ...{ wait: new Histogram(), latency: new Histogram(), series: [] },
      waitByPriority: this.#ranks,
    };
  }

  run(): Simulated {
    const { seed, arrivals, arrivalsPerSecond, backlog, durationMs, warmUpMs, places } = this.#scenario;
    for (let job = 0; job < backlog; job++) this.#queue(this.#newRow(0), 0);
    this.#startWhatMay();
    const nextArrival = arrivalsPerSecond > 0 ? arrivalTimes(arrivals, arrivalsPerSecond, randomStream(seed, 'arrivals')) : null;
    const upcoming = () => {
      const at = nextArrival?.() ?? Number.POSITIVE_INFINITY;
      return at < durationMs ? at : Number.POSITIVE_INFINITY;
    };
    let arrivalAt = upcoming();
    for (;;) {
      const at = Math.min(arrivalAt, this.#events.nextAt, this.#rateWakesAt);
      this.#observeUntil(Math.min(at, durationMs));
      if (at === Number.POSITIVE_INFINITY) break;
      if (this.#now < durationMs && at >= durationMs) this.#result.waitingAtEnd = this.#line.size;
      this.#now = at;
      if (at === arrivalAt) {
        this.#arrive();
        arrivalAt = upcoming();
      } else if (at === this.#rateWakesAt) this.#rateWakesAt = Number.POSITIVE_INFINITY;
      else this.#happen(this.#events.pop());
      this.#startWhatMay();
    }
    this.#result.utilisation = this.#busyMs / (places * (durationMs - warmUpMs));
    return this.#result;
  }

  #arrive(): void {
    const { warmUpMs, maxBacklog, refusedWhenBusy, places } = this.#scenario;
    const measured = this.#now >= warmUpMs;
    if (measured) this.#result.arrived++;
    const full = maxBacklog !== null && this.#line.size + this.#retrying >= maxBacklog;
    const busy = refusedWhenBusy && (this.#running >= places || (this.#rate?.nextAt(this.#now) ?? 0) > this.#now);
    if (full || busy) {
      if (measured) this.#result.refused++;
      return;
    }
    this.#queue(this.#newRow(this.#now), this.#now);
  }

  /** An even event frees the place of a job, an odd one makes it due again. */
  #happen(event: number): void {
    const row = event >> 1;
    if (event % 2 === 1) {
      this.#retrying--;
      if (mayStillRetry(this.#scenario.retry, this.#now - this.#at(this.#firstStartAt, row))) this.#queue(row, this.#now);
      else this.#end(row, 'dead', this.#now);
      return;
    }
    this.#running--;
    const endedAt = this.#now - this.#scenario.overheadMs;
    const { failureRate } = this.#scenario;
    if (failureRate === 0 || this.#random.failure() >= failureRate) this.#end(row, 'completed', endedAt);
    else this.#fail(row, endedAt);
  }

  #fail(row: number, endedAt: number): void {
    const { retry } = this.#scenario;
    const failures = this.#at(this.#failures, row) + 1;
    this.#failures[row] = failures;
    const step = retryStep(retry, {
      error: failure,
      failures,
      attemptsLeft: failures < retry.maxAttempts,
      askedMs: undefined,
      sinceFirstMs: endedAt - this.#at(this.#firstStartAt, row),
      random: this.#random.jitter(),
    });
    if (step.kind === 'dead') {
      this.#end(row, 'dead', endedAt);
      return;
    }
    this.#retrying++;
    this.#events.push(Math.max(this.#now, endedAt + step.delayMs), row * 2 + 1);
  }

  #end(row: number, how: 'completed' | 'dead', at: number): void {
    const submittedAt = this.#at(this.#submittedAt, row);
    if (submittedAt >= this.#scenario.warmUpMs) {
      this.#result[how]++;
      if (how === 'completed') this.#result.latency.add(at - submittedAt);
    }
    this.#freeRows.push(row);
  }

  #queue(row: number, dueAt: number): void {
    this.#dueAt[row] = dueAt;
    this.#line.push(row, this.#at(this.#rank, row));
  }

  #startWhatMay(): void {
    const { places } = this.#scenario;
    while (this.#line.size > 0 && this.#running < places) {
      const mayAt = this.#rate?.nextAt(this.#now) ?? this.#now;
      if (mayAt > this.#now) {
        this.#rateWakesAt = mayAt;
        return;
      }
      const row = this.#line.shift();
      if (row !== undefined) this.#start(row);
    }
    if (this.#line.size === 0 && this.#result.emptyAtMs === null && this.#now < this.#scenario.durationMs)
      this.#result.emptyAtMs = this.#now;
  }

  #start(row: number): void {
    const { warmUpMs, durationMs, overheadMs } = this.#scenario;
    const serviceMs = this.#service.sample(this.#random.service);
    const dueAt = this.#at(this.#dueAt, row);
    this.#rate?.take(this.#now);
    this.#running++;
    if (this.#at(this.#failures, row) === 0) this.#firstStartAt[row] = this.#now;
    if (dueAt >= warmUpMs) {
      this.#result.attempts++;
      this.#result.wait.add(this.#now - dueAt);
      if (this.#ranks.length > 1) this.#ranks[this.#at(this.#rank, row)]?.wait.add(this.#now - dueAt);
    }
    this.#busyMs += Math.max(0, Math.min(this.#now + serviceMs, durationMs) - Math.max(this.#now, warmUpMs));
    this.#events.push(this.#now + serviceMs + overheadMs, row * 2);
  }

  #newRow(submittedAt: number): number {
    const row = this.#freeRows.pop() ?? this.#submittedAt.length;
    this.#submittedAt[row] = submittedAt;
    this.#failures[row] = 0;
    this.#rank[row] = this.#ranks.length === 1 ? 0 : this.#drawRank();
    return row;
  }

  #drawRank(): number {
    const draw = this.#random.priority();
    const rank = this.#ranks.findIndex(({ upTo }) => draw < upTo);
    return rank === -1 ? this.#ranks.length - 1 : rank;
  }

  #observeUntil(at: number): void {
    const { series } = this.#result;
    const { durationMs, points } = this.#scenario;
    for (;;) {
      const atMs = (series.length * durationMs) / Math.max(1, points - 1);
      // What is seen at a moment is what was before its events; the beginning shows the backlog that was given.
      if (series.length >= points || atMs > at) return;
      series.push({ atMs, waiting: this.#line.size, retrying: this.#retrying, running: this.#running });
    }
  }

  #at(column: readonly number[], row: number): number {
    return column[row] ?? 0;
  }
}

function ranksOf(priorities: Scenario['priorities']): { priority: number; upTo: number; wait: Histogram }[] {
  if (priorities.length === 0) return [{ priority: 0, upTo: 1, wait: new Histogram() }];
  const total = priorities.reduce((sum, { share }) => sum + share, 0);
  let upTo = 0;
  return priorities
    .toSorted((a, b) => b.priority - a.priority)
    .map(({ priority, share }) => {
      upTo += share / total;
      return { priority, upTo, wait: new Histogram() };
    });
}
