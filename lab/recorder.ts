/** What became of the requests of a workload, in bounded memory. Recorders of several senders can be merged. */

import { type AnswerKind, answerKinds, type JobEnd, jobEnds, type LatencySummary } from '../contract/lab-run.ts';
import { Histogram, type HistogramJson } from './histogram.ts';

export type RecorderJson = {
  answers: Record<AnswerKind, number>;
  ends: Record<JobEnd, number>;
  felt: HistogramJson;
  completion: HistogramJson;
  late: HistogramJson;
};

export class Recorder {
  readonly answers: Record<AnswerKind, number> = { answered: 0, accepted: 0, refused: 0, failed: 0, 'timed-out': 0, lost: 0 };
  readonly ends: Record<JobEnd, number> = { completed: 0, dead: 0, cancelled: 0, compensated: 0, 'compensation-failed': 0 };
  /** What the caller felt: from the intended time to the answer. Refusals are counted, not timed: being fast at saying no is no latency. */
  readonly felt = new Histogram();
  /** From the intended time to the job's completion. */
  readonly completion = new Histogram();
  /** How late requests were sent: a sender that cannot keep up measures itself. */
  readonly late = new Histogram();

  /**
   * All times in milliseconds on one clock. Latency counts from `intendedAt`, not from `sentAt`: a sender that waits for a slow
   * answer before it sends the next would else leave out exactly the requests that had to wait (coordinated omission).
   */
  answer(kind: AnswerKind, times: { intendedAt: number; sentAt: number; answeredAt: number }): void {
    this.answers[kind]++;
    this.late.add(times.sentAt - times.intendedAt);
    if (kind !== 'refused' && kind !== 'lost') this.felt.add(times.answeredAt - times.intendedAt);
  }

  /** The job's end, which for `answered` is the answer as well. */
  end(kind: JobEnd, times: { intendedAt: number; endedAt: number }): void {
    this.ends[kind]++;
    if (kind === 'completed') this.completion.add(times.endedAt - times.intendedAt);
  }

  merge(other: Recorder): void {
    for (const kind of answerKinds) this.answers[kind] += other.answers[kind];
    for (const kind of jobEnds) this.ends[kind] += other.ends[kind];
    this.felt.merge(other.felt);
    this.completion.merge(other.completion);
    this.late.merge(other.late);
  }

  toJSON(): RecorderJson {
    const { answers, ends, felt, completion, late } = this;
    return { answers: { ...answers }, ends: { ...ends }, felt: felt.toJSON(), completion: completion.toJSON(), late: late.toJSON() };
  }

  static from(json: RecorderJson): Recorder {
    const recorder = new Recorder();
    Object.assign(recorder.answers, json.answers);
    Object.assign(recorder.ends, json.ends);
    recorder.felt.merge(Histogram.from(json.felt));
    recorder.completion.merge(Histogram.from(json.completion));
    recorder.late.merge(Histogram.from(json.late));
    return recorder;
  }
}

/** Null when nothing was recorded. */
export function summaryOf(histogram: Histogram): LatencySummary | null {
  const { total: count, meanMs, maxMs } = histogram;
  if (meanMs === null) return null;
  const at = (share: number) => histogram.quantile(share) ?? 0;
  return { count, meanMs, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), maxMs };
}
