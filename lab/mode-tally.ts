/**
 * What becomes of the requests of one mode, from what their callers were answered and what the engine's events tell of their jobs;
 * the two come in any order. All times are milliseconds since 1970 on one clock.
 */

import type { JobEventType } from '../contract/events.ts';
import type { JobSummary, Mode } from '../contract/job.ts';
import type { ServiceTime } from '../contract/lab.ts';
import {
  type AnswerKind,
  answerKinds,
  type JobEnd,
  type LabModeResult,
  type LabModeState,
  type LabSample,
  labLimits,
} from '../contract/lab-run.ts';
import { Histogram } from './histogram.ts';
import { latencyBars } from './latency-bars.ts';
import { Recorder, summaryOf } from './recorder.ts';

type Tracked = {
  intendedAt: number;
  answered: boolean;
  /** Something told of its job. */
  hasJob: boolean;
  ended: boolean;
  /** The attempt that was begun last, and when; 0 for none. */
  attempt: number;
  startedAt: number;
};

/** Attempts without which the longest of a hundred are an accident; and how many steps their distribution has. */
const fewestMeasured = 200;
const servicePoints = 100;

/** In the tags of its job, by which its events find their request. */
const tagPrefix = 'request-';
export function tagOf(index: number): string {
  return `${tagPrefix}${index}`;
}

export type TallyOptions = {
  mode: Mode;
  planned: number;
  /** While requests come: what is measured of the lane. From the beginning. */
  windowMs: number;
};

export class ModeTally {
  readonly #options: TallyOptions;
  readonly #recorder = new Recorder();
  readonly #byAnswer = new Map<AnswerKind, Histogram>();
  readonly #wait = new Histogram();
  readonly #service = new Histogram();
  /** Until answered and ended. */
  readonly #open = new Map<number, Tracked>();
  readonly #settled: (() => void)[] = [];
  #samples: LabSample[] = [];
  #sampled = 0;
  #stride = 1;
  #sent = 0;
  #ended = 0;
  #retried = 0;
  #attempts = 0;
  #busyMs = 0;
  #beganAt: number | null = null;
  #lastAt = 0;
  #places: number | null = null;
  #peakMemory: number | null = null;
  #peakThreads: number | null = null;

  constructor(options: TallyOptions) {
    this.#options = options;
  }

  get sent(): number {
    return this.#sent;
  }

  get ended(): number {
    return this.#ended;
  }

  /** Requests without an answer, or whose job has not ended. */
  get open(): number {
    return this.#open.size;
  }

  /** @param places jobs that can run at once in this mode's lane; null: they run in several */
  begin(at: number, places: number | null): void {
    this.#beganAt = at;
    this.#lastAt = at;
    this.#places = places;
  }

  /** To be called before it goes out: its job may be heard of before its answer. */
  send(index: number, intendedAt: number): void {
    this.#sent++;
    this.#open.set(index, { intendedAt, answered: false, hasJob: false, ended: false, attempt: 0, startedAt: 0 });
  }

  answer(index: number, kind: AnswerKind, times: { sentAt: number; answeredAt: number }): void {
    const request = this.#open.get(index);
    if (!request || request.answered) return;
    const { intendedAt } = request;
    this.#recorder.answer(kind, { intendedAt, ...times });
    if (kind !== 'refused' && kind !== 'lost') {
      const felt = this.#byAnswer.get(kind) ?? new Histogram();
      felt.add(times.answeredAt - intendedAt);
      this.#byAnswer.set(kind, felt);
      request.hasJob = true;
    }
    request.answered = true;
    this.#lastAt = Math.max(this.#lastAt, times.answeredAt);
    this.#closeIfDone(index, request);
  }

  /** Jobs of which no request of this mode is known are none of its business. */
  hear(type: JobEventType, at: number, job: JobSummary): void {
    const index = job.purpose === 'run' ? indexOf(job) : null;
    const request = index === null ? undefined : this.#open.get(index);
    if (index === null || !request || request.ended) return;
    request.hasJob = true;
    switch (type) {
      case 'job.started':
        this.#begun(request, job);
        return;
      case 'job.retrying':
        this.#attemptEnded(request, at);
        return;
      case 'job.completed':
      case 'job.dead':
      case 'job.cancelled': {
        // Too short to be told of its start.
        if (job.startedAt !== null) this.#begun(request, job);
        const endedAt = job.finishedAt === null ? at : Date.parse(job.finishedAt);
        this.#attemptEnded(request, endedAt);
        const fate = job.compensation?.state ?? 'none';
        if (fate === 'pending') return;
        this.#end(index, request, fate === 'none' ? endOf(type) : fate, job.attempt, endedAt);
        return;
      }
      case 'job.compensated':
      case 'job.compensation-failed':
        this.#end(index, request, type === 'job.compensated' ? 'compensated' : 'compensation-failed', job.attempt, at);
        return;
      default:
        return;
    }
  }

  sample(sample: LabSample): void {
    this.#peakThreads = Math.max(this.#peakThreads ?? 0, sample.threads);
    if (sample.memoryBytes !== null) this.#peakMemory = Math.max(this.#peakMemory ?? 0, sample.memoryBytes);
    if (this.#sampled++ % this.#stride !== 0) return;
    this.#samples.push(sample);
    if (this.#samples.length <= labLimits.samples) return;
    this.#samples = this.#samples.filter((_, at) => at % 2 === 0);
    this.#stride *= 2;
  }

  /** How long attempts took, as a distribution; null as long as too few have ended for its tail to be known. */
  measuredService(): ServiceTime | null {
    if (this.#service.total < fewestMeasured) return null;
    const points: { quantile: number; ms: number }[] = [];
    for (let at = 1; at < servicePoints; at++) {
      const quantile = at / servicePoints;
      points.push({ quantile, ms: this.#service.quantile(quantile) ?? 0 });
    }
    return { kind: 'percentiles', points };
  }

  /** Resolves once every request that was sent has been answered and its job has ended. */
  settled(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#settled.push(resolve));
  }

  /** @param now only of a mode that goes on; its end is that of its last job */
  result(state: LabModeState, now: number | null): LabModeResult {
    const { mode, planned, windowMs } = this.#options;
    const { answers, ends, felt, completion, late } = this.#recorder;
    const beganAt = this.#beganAt;
    const elapsedMs = beganAt === null ? 0 : Math.max(0, (now ?? this.#lastAt) - beganAt);
    const measuredMs = Math.min(windowMs, elapsedMs);
    const places = this.#places;
    return {
      ...{ mode, state, startedAt: beganAt === null ? null : new Date(beganAt).toISOString(), elapsedMs, planned, sent: this.#sent },
      ...{ answers: { ...answers }, ends: { ...ends }, retried: this.#retried, attempts: this.#attempts },
      unfinished: state === 'running' ? 0 : [...this.#open.values()].filter(({ hasJob, ended }) => hasJob && !ended).length,
      felt: summaryOf(felt),
      feltByAnswer: Object.fromEntries(
        answerKinds.flatMap((kind) => {
          const summary = summaryOf(this.#byAnswer.get(kind) ?? new Histogram());
          return summary ? [[kind, summary]] : [];
        }),
      ),
      ...{ completion: summaryOf(completion), wait: summaryOf(this.#wait), service: summaryOf(this.#service) },
      ...{ feltBars: latencyBars(felt), completionBars: latencyBars(completion) },
      completedPerSecond: elapsedMs === 0 ? 0 : (ends.completed * 1000) / elapsedMs,
      lateP99Ms: late.quantile(0.99),
      places,
      // What still runs is not known of yet.
      utilisation: state === 'running' || places === null || measuredMs === 0 ? null : this.#busyMs / (places * measuredMs),
      ...{ peakMemoryBytes: this.#peakMemory, peakThreads: this.#peakThreads, samples: [...this.#samples], prediction: null },
    };
  }

  #begun(request: Tracked, job: JobSummary): void {
    if (job.startedAt === null || job.attempt <= request.attempt) return;
    request.attempt = job.attempt;
    request.startedAt = Date.parse(job.startedAt);
    this.#attempts++;
    const dueAt = Date.parse(job.runAt);
    if (this.#isInWindow(dueAt)) this.#wait.add(request.startedAt - dueAt);
  }

  #attemptEnded(request: Tracked, at: number): void {
    if (request.startedAt === 0 || this.#beganAt === null) return;
    this.#service.add(at - request.startedAt);
    const windowEnd = this.#beganAt + this.#options.windowMs;
    this.#busyMs += Math.max(0, Math.min(at, windowEnd) - Math.max(request.startedAt, this.#beganAt));
    request.startedAt = 0;
  }

  #end(index: number, request: Tracked, end: JobEnd, attempts: number, endedAt: number): void {
    request.ended = true;
    this.#ended++;
    if (attempts > 1) this.#retried++;
    this.#recorder.end(end, { intendedAt: request.intendedAt, endedAt });
    this.#lastAt = Math.max(this.#lastAt, endedAt);
    this.#closeIfDone(index, request);
  }

  #closeIfDone(index: number, { answered, hasJob, ended }: Tracked): void {
    if (!answered || (hasJob && !ended)) return;
    this.#open.delete(index);
    if (this.#open.size === 0) for (const resolve of this.#settled.splice(0)) resolve();
  }

  #isInWindow(at: number): boolean {
    return this.#beganAt !== null && at - this.#beganAt <= this.#options.windowMs;
  }
}

function endOf(type: 'job.completed' | 'job.dead' | 'job.cancelled'): JobEnd {
  return type === 'job.completed' ? 'completed' : type === 'job.dead' ? 'dead' : 'cancelled';
}

function indexOf({ tags }: JobSummary): number | null {
  const tag = tags.find((each) => each.startsWith(tagPrefix));
  return tag === undefined ? null : Number(tag.slice(tagPrefix.length));
}

/** Of a mode that has not begun. */
export function emptyResult(mode: Mode, planned: number): LabModeResult {
  return new ModeTally({ mode, planned, windowMs: 0 }).result('waiting', null);
}
