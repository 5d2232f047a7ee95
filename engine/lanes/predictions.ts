import { predictMs } from '../../contract/compensation.ts';
import type { Prediction, PredictRequest, RunReport, RunResult } from '../queue/lanes.ts';
import type { Lane } from './lane.ts';

/** How long the code of a task that its thread has not run yet may take to load, the start of a thread included, in milliseconds. */
const loadMs = 1_000;

type Asked = { lane: Lane; answer: (prediction: Prediction) => void; timer: NodeJS.Timeout };

/**
 * Runs of `predict`, which belong to no job: the queue asks and gets one answer, in time. They stand on the threads among the
 * other runs, under numbers below zero.
 */
export class Predictions {
  readonly #asked = new Map<number, Asked>();
  #last = 0;

  ask(lane: Lane, { module, payload, room }: PredictRequest): Promise<Prediction> {
    const run = --this.#last;
    return new Promise((answer) => {
      const timer = setTimeout(() => this.#giveUp(run, { kind: 'not-loaded' }), loadMs);
      this.#asked.set(run, { lane, answer, timer });
      // The bounds here come first; the host's own is for what would not be heard of.
      lane.start({ run, jobId: '', attempt: 0, module, payload, timeoutMs: loadMs + predictMs, room, purpose: 'predict' });
    });
  }

  /** Its code is loaded: from here on it has `predictMs`. */
  begun(run: number): void {
    const asked = this.#asked.get(run);
    if (!asked) return;
    clearTimeout(asked.timer);
    asked.timer = setTimeout(() => this.#giveUp(run, { kind: 'late' }), predictMs);
  }

  /** Answers those of the reports that are about predictions. @returns the others */
  takeFrom(reports: RunReport[]): RunReport[] {
    if (this.#asked.size === 0 && reports.every(({ run }) => run > 0)) return reports;
    for (const { run, result } of reports) if (run < 0) this.#answer(run, predictionOf(result));
    return reports.filter(({ run }) => run > 0);
  }

  #giveUp(run: number, prediction: Prediction): void {
    const lane = this.#asked.get(run)?.lane;
    this.#answer(run, prediction);
    lane?.abort(run, 'timed-out');
  }

  #answer(run: number, prediction: Prediction): void {
    const asked = this.#asked.get(run);
    if (!asked) return;
    this.#asked.delete(run);
    clearTimeout(asked.timer);
    asked.answer(prediction);
  }
}

function predictionOf(result: RunResult): Prediction {
  switch (result.kind) {
    case 'succeeded':
      return { kind: 'predicted', value: result.result };
    case 'failed':
    case 'failed-for-good':
    case 'not-loaded':
    case 'crashed':
      return { kind: 'failed', message: result.error.message };
    case 'snoozed':
      return { kind: 'failed', message: 'it asked to snooze' };
    case 'interrupted':
      return { kind: 'failed', message: 'its thread was ended' };
    case 'aborted':
      return { kind: 'late' };
  }
}
