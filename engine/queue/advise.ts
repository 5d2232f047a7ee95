/** From what was measured of a task to how it is best called. Pure. docs/auto.md explains it. */

import type { Advice, AdviceMode } from '../../contract/advice.ts';
import type { AdviceFacts } from './advice-facts.ts';
import { adviceMatrix } from './advise-matrix.ts';
import { adviceWarnings } from './advise-warnings.ts';
import { decide, seconds } from './decide.ts';
import { enoughSamples, fastMs, slowMs } from './pace.ts';

/** By so many runs the evidence is half of what it can be. */
const halfSureRuns = 20;

export function advise(facts: AdviceFacts): Advice {
  const { mode, reasons } = recommended(facts);
  return {
    ...{ mode, reasons },
    confidence: confidenceIn(facts),
    wouldChange: wouldChange(mode, facts),
    matrix: adviceMatrix(facts),
    warnings: adviceWarnings(facts),
  };
}

function recommended(facts: AdviceFacts): { mode: AdviceMode; reasons: string[] } {
  const { stats, pace, declares, hasPredict } = facts;
  const idle = {
    callerWaitMs: undefined,
    delayed: false,
    startsAtOnce: true,
    lineMs: null,
    queueState: 'open' as const,
    serviceDown: null,
  };
  const { mode, reason } = decide({ stats, pace, declares, ...idle });
  if (mode === 'async' && hasPredict && declares.consistency !== 'strong')
    return { mode: 'hybrid', reasons: [reason, 'It can predict its result, so its callers can go on with that at once.'] };
  const reasons = [reason];
  if (mode === 'async' && declares.interactive) reasons.push('A person waits for it: show them its progress rather than a spinner.');
  return { mode: mode === 'sync' ? 'sync' : mode === 'wait' ? 'wait' : 'async', reasons };
}

/**
 * `n / (n + 20)` for the runs, times a half to one for the distance of the 95th percentile from the nearest threshold, in
 * ratio: a factor of two away is far enough.
 */
function confidenceIn({ stats: { p95Ms, samples }, pace }: AdviceFacts): number {
  if (pace === null || p95Ms === null || samples === 0) return 0;
  const ratio = Math.min(...[fastMs, slowMs].map((limit) => Math.abs(Math.log2(Math.max(p95Ms, 0.01) / limit))));
  return Math.round((samples / (samples + halfSureRuns)) * (0.5 + 0.5 * Math.min(1, ratio)) * 100) / 100;
}

function wouldChange(mode: AdviceMode, { stats, pace, declares, hasPredict }: AdviceFacts): string[] {
  const { p95Ms, samples } = stats;
  if (pace === null || p95Ms === null)
    return [`${enoughSamples - Math.min(samples, enoughSamples - 1)} more runs: then its 95th percentile says something.`];
  const now = `(now ${seconds(p95Ms)})`;
  const changes: string[] = [];
  if (pace !== 'fast') changes.push(`sync, once 19 of 20 runs end within ${seconds(fastMs)} ${now}.`);
  if (pace === 'fast') changes.push(`A bounded wait, once 1 run in 20 takes longer than ${seconds(fastMs)} ${now}.`);
  if (pace !== 'slow') changes.push(`async, once 1 run in 20 takes longer than ${seconds(slowMs)} ${now}.`);
  else changes.push(`A bounded wait, once 19 of 20 runs end within ${seconds(slowMs)} ${now}.`);
  if (mode === 'async' && !hasPredict && declares.consistency !== 'strong')
    changes.push('hybrid, with a predict(payload) that says at once what the result will be, and a rollback for when it will not.');
  return changes.map((text) => text.replace(/^[a-z]/, (letter) => letter.toUpperCase()));
}
