import type { RunTimeBar } from '../../contract/advice.ts';
import type { Series, SeriesPoint, TaskStats } from '../../contract/resources.ts';
import type { Store } from '../store/store.ts';
import type { Pace } from './pace.ts';
import { Sketch, type SketchJson } from './sketch.ts';
import { TaskMeasure, type TaskMeasureJson } from './task-measure.ts';
import { type TaskUsageJson, Usage } from './usage.ts';

/** Seconds kept in memory one by one; minutes are kept in the store. */
const secondsKept = 900;
const minutesKeptMs = 30 * 86_400_000;
/** Ended minutes that a full disk keeps from being written; older ones are let go. */
const unwrittenMinutes = 1_440;
const pointsLimit = 2_000;

/** As a task's row in the store holds it; the first version kept no usage. */
type TaskJson = TaskMeasureJson & { usage?: TaskUsageJson };
type Bucket = { at: number; submitted: number; completed: number; failed: number; dead: number; wait: Sketch; run: Sketch };

/** What is measured of tasks and of time. */
export class Measurements {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #tasks = new Map<string, TaskMeasure>();
  /** Tasks of which something was measured since it was written. */
  readonly #changedTasks = new Set<string>();
  /** How tasks are called. */
  readonly usage: Usage;
  #seconds: Bucket[] = [];
  /** The minute that runs and those that have ended, until they are written. */
  #minutes: Bucket[] = [];
  #minutesChanged = false;
  #lastSaveAt = 0;

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
    this.usage = new Usage(now);
    for (const { task, sketch } of store.measurements.readSketches()) {
      const { usage = [], ...measure } = JSON.parse(sketch) as TaskJson;
      this.#tasks.set(task, TaskMeasure.from(measure));
      this.usage.restore(task, usage);
    }
  }

  submitted(count: number): void {
    this.#second().submitted += count;
    this.#minuteOf().submitted += count;
  }

  /**
   * @param waitMs from due to started @param runMs from started to ended
   * @param timedOut it would have run for longer: that it took so long is known all the same
   */
  attempted(
    task: string,
    { waitMs, runMs, failed, timedOut }: { waitMs: number; runMs: number; failed: boolean; timedOut: boolean },
  ): void {
    this.#measureOf(task).attempted(failed && !timedOut ? null : runMs, failed);
    this.#changedTasks.add(task);
    for (const bucket of [this.#second(), this.#minuteOf()]) {
      bucket.wait.add(waitMs);
      bucket.run.add(runMs);
      if (failed) bucket.failed++;
    }
  }

  finished(state: 'completed' | 'dead' | 'cancelled'): void {
    if (state === 'cancelled') return;
    this.#second()[state]++;
    this.#minuteOf()[state]++;
  }

  statsOf(task: string): TaskStats {
    return this.#tasks.get(task)?.stats() ?? unmeasured;
  }

  /** How fast a task is known to be; null: too few runs were measured. */
  paceOf(task: string): Pace | null {
    return this.#tasks.get(task)?.pace ?? null;
  }

  /** The share of a task's runs that are longer than `ms`, 0…1; 0 where nothing was measured. */
  shareOver(task: string, ms: number): number {
    return this.#tasks.get(task)?.shareOver(ms) ?? 0;
  }

  /** The distribution of a task's run times, the shortest first; empty where nothing was measured. */
  runTimesOf(task: string): RunTimeBar[] {
    return this.#tasks.get(task)?.bars() ?? [];
  }

  /** The second that ended last. */
  lastSecond(): SeriesPoint {
    const at = Math.floor(this.#now() / 1000) * 1000 - 1000;
    return pointOf(this.#seconds.findLast((bucket) => bucket.at === at) ?? emptyBucket(at));
  }

  series(range: { from: number; to: number; stepMs: number | undefined }): Series {
    const span = range.to - range.from;
    const recent = range.from >= this.#now() - secondsKept * 1000;
    const unit = recent && (range.stepMs === undefined ? span <= secondsKept * 1000 : range.stepMs % 60_000 !== 0) ? 1000 : 60_000;
    const wanted = Math.max(range.stepMs ?? span / 300, span / pointsLimit, unit);
    const stepMs = Math.ceil(wanted / unit) * unit;
    const from = Math.floor(range.from / stepMs) * stepMs;
    const steps = new Map<number, Bucket>();
    for (let at = from; at < range.to; at += stepMs) steps.set(at, emptyBucket(at));
    for (const bucket of unit === 1000 ? this.#seconds : this.#minutesBetween(from, range.to)) {
      const step = steps.get(Math.floor(bucket.at / stepMs) * stepMs);
      if (step) mergeInto(step, bucket);
    }
    return { from: new Date(from).toISOString(), to: new Date(range.to).toISOString(), stepMs, points: [...steps.values()].map(pointOf) };
  }

  /** Inside a transaction: keeps what has changed. Writes nothing when nothing did. */
  save(): void {
    for (const task of new Set([...this.#changedTasks, ...this.usage.changed])) {
      const kept: TaskJson = { ...this.#measureOf(task).toJSON(), usage: this.usage.toJSON(task) };
      this.#store.measurements.putSketch(task, JSON.stringify(kept));
    }
    for (const minute of this.#minutes) this.#store.measurements.putPoint(minute.at, JSON.stringify(minute));
    this.#lastSaveAt = this.#now();
  }

  /** What `save` wrote is durable. */
  saved(): void {
    this.#changedTasks.clear();
    this.usage.written();
    this.#minutesChanged = false;
    this.#minutes = this.#minutes.filter(({ at }) => at > this.#lastSaveAt - 60_000);
  }

  get changed(): boolean {
    return this.#changedTasks.size > 0 || this.usage.changed.size > 0 || this.#minutesChanged;
  }

  forgetOld(): void {
    this.#store.measurements.forgetPointsBefore(this.#now() - minutesKeptMs);
  }

  #measureOf(task: string): TaskMeasure {
    let measure = this.#tasks.get(task);
    if (!measure) {
      measure = new TaskMeasure();
      this.#tasks.set(task, measure);
    }
    return measure;
  }

  #second(): Bucket {
    const at = Math.floor(this.#now() / 1000) * 1000;
    const last = this.#seconds.at(-1);
    if (last?.at === at) return last;
    const bucket = emptyBucket(at);
    this.#seconds.push(bucket);
    if (this.#seconds.length > secondsKept) this.#seconds = this.#seconds.slice(-secondsKept);
    return bucket;
  }

  /** The running minute, to add to: it is written again. */
  #minuteOf(): Bucket {
    this.#minutesChanged = true;
    const at = Math.floor(this.#now() / 60_000) * 60_000;
    const last = this.#minutes.at(-1);
    if (last?.at === at) return last;
    const known = this.#minutes.find((minute) => minute.at === at);
    if (known) return known;
    const kept = this.#store.measurements.readPoints(at, at + 1)[0];
    const minute = kept ? bucketOf(kept.at, kept.point) : emptyBucket(at);
    this.#minutes.push(minute);
    if (this.#minutes.length > unwrittenMinutes) this.#minutes.shift();
    return minute;
  }

  #minutesBetween(from: number, to: number): Bucket[] {
    const unwritten = new Set(this.#minutes.map(({ at }) => at));
    const kept = this.#store.measurements.readPoints(from, to).filter(({ at }) => !unwritten.has(at));
    return [...kept.map(({ at, point }) => bucketOf(at, point)), ...this.#minutes];
  }
}

const unmeasured: TaskStats = { samples: 0, p50Ms: null, p95Ms: null, p99Ms: null, failureRate: null };

function emptyBucket(at: number): Bucket {
  return { at, submitted: 0, completed: 0, failed: 0, dead: 0, wait: new Sketch(), run: new Sketch() };
}

function bucketOf(at: number, text: string): Bucket {
  const { wait, run, ...counts } = JSON.parse(text) as Omit<Bucket, 'wait' | 'run'> & { wait: SketchJson; run: SketchJson };
  return { ...counts, at, wait: Sketch.from(wait), run: Sketch.from(run) };
}

function mergeInto(step: Bucket, bucket: Bucket): void {
  step.submitted += bucket.submitted;
  step.completed += bucket.completed;
  step.failed += bucket.failed;
  step.dead += bucket.dead;
  step.wait.merge(bucket.wait);
  step.run.merge(bucket.run);
}

function pointOf({ at, submitted, completed, failed, dead, wait, run }: Bucket): SeriesPoint {
  return {
    at: new Date(at).toISOString(),
    ...{ submitted, completed, failed, dead },
    ...{ waitP50Ms: wait.quantile(0.5), waitP95Ms: wait.quantile(0.95), waitP99Ms: wait.quantile(0.99) },
    ...{ runP50Ms: run.quantile(0.5), runP95Ms: run.quantile(0.95), runP99Ms: run.quantile(0.99) },
  };
}
