/** What happened to a job, in order, from its times and attempts. */

import type { Attempt, JobSummary } from '../../../contract/job.ts';
import type { AttemptOutcome, JobState } from '../../../contract/states.ts';

export type HistoryEntry = {
  key: string;
  at: string;
  /** The state that the job had from then on. */
  state: JobState;
  text: string;
  detail: string | null;
  /** Milliseconds that the attempt took; null for what takes no time or still runs. */
  tookMs: number | null;
};

const outcomeTexts: Record<AttemptOutcome, string> = {
  succeeded: 'succeeded',
  failed: 'failed',
  'timed-out': 'timed out',
  cancelled: 'was cancelled',
  crashed: 'took its thread or the engine down',
  interrupted: 'was given back; it does not count',
  snoozed: 'asked to be run later; it does not count',
};

export function outcomeText(outcome: AttemptOutcome | null): string {
  return outcome === null ? 'running' : outcomeTexts[outcome];
}

type DatedJob = Pick<JobSummary, 'state' | 'createdAt' | 'runAt' | 'startedAt' | 'finishedAt' | 'attempt'>;

/** Oldest first. What is still to come (a due time) is not history and is left out. */
export function historyOf(job: DatedJob, attempts: readonly Attempt[]): HistoryEntry[] {
  const entries: HistoryEntry[] = [
    {
      key: 'created',
      at: job.createdAt,
      state: delayed(job, attempts) ? 'scheduled' : 'available',
      text: 'Submitted',
      detail: null,
      tookMs: null,
    },
  ];
  attempts.forEach((attempt, index) => {
    const last = index === attempts.length - 1;
    const name = `Attempt ${attempt.attempt}`;
    entries.push({
      key: `start-${index}`,
      at: attempt.startedAt,
      state: 'executing',
      text: `${name} started`,
      detail: `${attempt.lane} lane`,
      tookMs: null,
    });
    if (attempt.finishedAt === null || attempt.outcome === null) return;
    entries.push({
      key: `end-${index}`,
      at: attempt.finishedAt,
      state: stateAfter(attempt.outcome, last ? job.state : null),
      text: `${name} ${outcomeTexts[attempt.outcome]}`,
      detail: attempt.error?.message ?? null,
      tookMs: Date.parse(attempt.finishedAt) - Date.parse(attempt.startedAt),
    });
  });
  const cancelledAlone = job.state === 'cancelled' && attempts.at(-1)?.outcome !== 'cancelled';
  if (cancelledAlone && job.finishedAt !== null) {
    entries.push({ key: 'cancelled', at: job.finishedAt, state: 'cancelled', text: 'Cancelled', detail: null, tookMs: null });
  }
  return entries;
}

function delayed(job: DatedJob, attempts: readonly Attempt[]): boolean {
  // After the first attempt `runAt` is that of the retry, so only a job that has not run yet tells.
  return attempts.length === 0 && job.state === 'scheduled';
}

/** What the job became when an attempt ended so; `now` is its state when that was the last one. */
function stateAfter(outcome: AttemptOutcome, now: JobState | null): JobState {
  if (outcome === 'succeeded') return 'completed';
  if (outcome === 'cancelled') return 'cancelled';
  if (outcome === 'interrupted') return 'available';
  if (outcome === 'snoozed') return 'scheduled';
  if (now === 'dead') return 'dead';
  return outcome === 'crashed' ? 'available' : 'retryable';
}
