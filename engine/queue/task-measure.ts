import type { RunTimeBar } from '../../contract/advice.ts';
import type { TaskStats } from '../../contract/resources.ts';
import { enoughSamples, fastMs, hasChanged, type Pace, paceOf, recentRuns, slowMs } from './pace.ts';
import { Sketch, type SketchJson } from './sketch.ts';

/** Runs that all that is remembered weighs at the most: each new one fades those before by a four-hundredth. */
const memory = 400;

/** `recent` and `pace` were not kept by the first version. */
export type TaskMeasureJson = { runs: SketchJson; attempts: number; failures: number; recent?: number[]; pace?: Pace | null };

/** What was measured of one task's runs. */
export class TaskMeasure {
  #runs = new Sketch(memory);
  /** The latest runs, in milliseconds, in no order. */
  #recent: number[] = [];
  /** Which of them is the oldest. */
  #oldest = 0;
  #pace: Pace | null = null;
  #attempts = 0;
  #failures = 0;
  /** Until the next run: percentiles cost more than the rest of a submission. */
  #stats: TaskStats | null = null;

  get pace(): Pace | null {
    return this.#pace;
  }

  /** The share of the runs that are longer than `ms`, 0…1; 0 without runs. */
  shareOver(ms: number): number {
    return this.#runs.shareOver(ms);
  }

  /** @param ms how long it ran; null: it failed, and says nothing of how long the task takes */
  attempted(ms: number | null, failed: boolean): void {
    this.#stats = null;
    this.#attempts++;
    if (failed) this.#failures++;
    if (this.#attempts > memory) {
      this.#attempts *= 1 - 1 / memory;
      this.#failures *= 1 - 1 / memory;
    }
    if (ms !== null) this.#ran(ms);
  }

  #ran(ms: number): void {
    this.#runs.add(ms);
    if (this.#recent.length < recentRuns) this.#recent.push(ms);
    else {
      this.#recent[this.#oldest] = ms;
      this.#oldest = (this.#oldest + 1) % recentRuns;
    }
    // One more of its kind changes nothing: to look at the distribution costs ten times what it costs to add to it.
    if ((this.#pace === 'fast' && ms <= fastMs) || (this.#pace === 'slow' && ms > slowMs)) return;
    const shareOver = (limit: number) => this.#runs.shareOver(limit);
    if (hasChanged(this.#recent, shareOver, this.#runs.total, this.#pace)) {
      this.#runs = new Sketch(memory);
      for (const run of this.#recent) this.#runs.add(run);
    }
    if (this.#runs.total >= enoughSamples) this.#pace = paceOf(shareOver, this.#pace);
  }

  stats(): TaskStats {
    const failureRate = this.#attempts === 0 ? null : Math.round((this.#failures / this.#attempts) * 10_000) / 10_000;
    this.#stats ??= {
      samples: Math.round(this.#runs.total),
      p50Ms: this.#runs.quantile(0.5),
      p95Ms: this.#runs.quantile(0.95),
      p99Ms: this.#runs.quantile(0.99),
      failureRate,
    };
    return this.#stats;
  }

  bars(): RunTimeBar[] {
    return this.#runs.total === 0 ? [] : this.#runs.bars();
  }

  toJSON(): TaskMeasureJson {
    const recent = [...this.#recent.slice(this.#oldest), ...this.#recent.slice(0, this.#oldest)];
    return { runs: this.#runs.toJSON(), attempts: this.#attempts, failures: this.#failures, recent, pace: this.#pace };
  }

  static from({ runs, attempts, failures, recent = [], pace = null }: TaskMeasureJson): TaskMeasure {
    const measure = new TaskMeasure();
    measure.#runs = Sketch.from(runs, memory);
    measure.#attempts = attempts;
    measure.#failures = failures;
    measure.#recent = recent.slice(-recentRuns);
    measure.#pace = pace ?? (measure.#runs.total >= enoughSamples ? paceOf((ms) => measure.shareOver(ms), null) : null);
    return measure;
  }
}
