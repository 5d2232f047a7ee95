/** `auto`: sync, async, or a bounded wait? Pure; the figures are given. */

import type { Decision } from '../../contract/job.ts';
import type { TaskStats } from '../../contract/resources.ts';

/** Up to here a person feels no delay (Nielsen 1993, after Miller 1968): answer at once. */
export const fastMs = 100;
/** Past here attention wanders (same source): go on in the background. */
export const slowMs = 1_000;
/** Fewer runs than this say too little. */
export const enoughSamples = 5;

export type DecisionFacts = {
  stats: TaskStats;
  /** Milliseconds that the caller gave, if they did. */
  callerWaitMs: number | undefined;
  /** It is to run later. */
  delayed: boolean;
  /** It could start now: on its own lane, or on the interactive one. */
  startsAtOnce: boolean;
  /** `limited`: only so many of the queue's jobs may run at once. */
  queueState: 'open' | 'limited' | 'paused';
};

export function decide({ stats, callerWaitMs, delayed, startsAtOnce, queueState }: DecisionFacts): Decision {
  const { p95Ms, samples } = stats;
  const measured = { p95Ms, samples };
  const waitMs = callerWaitMs ?? slowMs;
  if (delayed) return { mode: 'async', reason: 'It is to run later, so nobody waits for it.', ...measured, waitMs: null };
  if (queueState === 'paused')
    return { mode: 'async', reason: 'Its queue is paused, so nobody can say when it runs.', ...measured, waitMs: null };
  if (p95Ms === null || samples < enoughSamples) {
    return {
      mode: 'wait',
      reason: `${samples === 0 ? 'No run of it was' : samples === 1 ? 'Only one run of it was' : `Only ${samples} runs of it were`} measured, so the answer waits up to ${seconds(waitMs)} and then goes on in the background.`,
      ...measured,
      waitMs,
    };
  }
  const usual = `19 of 20 runs end within ${seconds(p95Ms)}`;
  if (p95Ms > slowMs)
    return { mode: 'async', reason: `1 run in 20 takes ${seconds(p95Ms)} or longer: too long to wait for.`, ...measured, waitMs: null };
  if (p95Ms <= fastMs && startsAtOnce && queueState === 'open')
    return { mode: 'sync', reason: `${usual}: worth waiting for.`, ...measured, waitMs };
  const why =
    p95Ms > fastMs ? 'between fast and slow' : queueState === 'limited' ? 'but its queue has a limit' : 'but every place is taken';
  return {
    mode: 'wait',
    reason: `${usual}, ${why}: the answer waits up to ${seconds(waitMs)} and then goes on in the background.`,
    ...measured,
    waitMs,
  };
}

function seconds(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 100) / 10} s`;
}
