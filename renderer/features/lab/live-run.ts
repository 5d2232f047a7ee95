/** A run of the lab that goes on, between two readings of it. Pure. */

import type { LabModeResult, LabRun, LabRunSummary } from '../../../contract/lab-run.ts';

/** The event brings the whole result of one mode, but only the samples since the event before. What is older than `run` changes nothing. */
export function withProgress(run: LabRun, summary: LabRunSummary, result: LabModeResult): LabRun {
  if (run.id !== summary.id || run.state !== 'running') return run;
  const results = run.results.map((before) => {
    if (before.mode !== result.mode) return before;
    if (before.elapsedMs > result.elapsedMs || (before.state !== 'waiting' && before.state !== 'running')) return before;
    const last = before.samples.at(-1)?.atMs ?? -1;
    return { ...result, samples: [...before.samples, ...result.samples.filter(({ atMs }) => atMs > last)] };
  });
  return { ...run, ...summary, results };
}
