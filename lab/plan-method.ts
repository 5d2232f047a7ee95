/** Whether a load is reckoned by formula or simulated, and why: a sentence for whoever reads the plan. */

import { isUnstable, type Load } from './load.ts';
import { canSimulateSteadily, simulatedJobs } from './steady-state.ts';

export type Method = 'formula' | 'simulation';

export function methodFor(load: Load): { method: Method; why: string } {
  const jobs = load.durationMs === null ? null : load.backlog + (load.arrivalsPerSecond * load.durationMs) / 1000;
  if (jobs !== null && jobs <= simulatedJobs)
    return { method: 'simulation', why: 'A run of a given length that begins idle is no steady state, which is what formulas are about.' };
  if (load.arrivalsPerSecond === 0) return { method: 'formula', why: 'Nothing arrives, so only the backlog is worked off.' };
  if (isUnstable(load)) return { method: 'formula', why: 'More comes than can be done: the line grows for ever and has no steady state.' };
  if (exactByFormula(load)) {
    return load.mode === 'sync'
      ? { method: 'formula', why: 'Calls that are refused rather than queued: Erlang’s loss formula (B) is exact for every service time.' }
      : { method: 'formula', why: 'Poisson arrivals and exponential service: M/M/c (Erlang C) is exact.' };
  }
  const reasons = reasonsToSimulate(load);
  if (canSimulateSteadily(load)) return { method: 'simulation', why: `No formula is exact here: ${reasons.join(', ')}.` };
  return {
    method: 'formula',
    why: `Too many jobs are in flight to simulate, so Allen–Cunneen’s approximation is used; left out or approximate: ${reasons.join(', ')}.`,
  };
}

/** M/M/c, and M/G/c/c for sync. */
export function exactByFormula(load: Load): boolean {
  const reasons = reasonsToSimulate(load);
  return reasons.length === 0;
}

function reasonsToSimulate(load: Load): string[] {
  const { mode, arrivals, service, overheadMs, failureRate, retry, rateLimit, maxBacklog, priorities } = load;
  const reasons: string[] = [];
  if (arrivals.kind !== 'poisson') reasons.push(`${arrivals.kind} arrivals`);
  // An overhead of a hundredth makes an exponential no other distribution that anyone could measure.
  if (mode === 'async' && (service.kind !== 'exponential' || overheadMs > service.meanMs / 100))
    reasons.push(`${service.kind} service and ${overheadMs} ms of overhead`);
  if (failureRate > 0 && retry.maxAttempts > 1) reasons.push('retries');
  if (rateLimit) reasons.push('a rate limit');
  if (maxBacklog !== null) reasons.push('a bounded backlog');
  if (priorities.length > 1) reasons.push('priorities');
  return reasons;
}
