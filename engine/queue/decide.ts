/** `auto`: sync, async, or a bounded wait? Pure; the figures are given. docs/auto.md has it as a table. */

import type { Decision } from '../../contract/job.ts';
import type { TaskStats } from '../../contract/resources.ts';
import type { TaskDeclares } from '../../contract/task.ts';
import { enoughSamples, type Pace, slowMs, stillFastMs } from './pace.ts';

/** The longest that a person keeps their mind on a task they wait for (Nielsen 1993): for callers that need the end. */
export const patientMs = 10_000;

export type DecisionFacts = {
  stats: TaskStats;
  /** null: too few runs were measured. */
  pace: Pace | null;
  declares: TaskDeclares;
  /** Milliseconds that the caller gave, if they did. */
  callerWaitMs: number | undefined;
  /** It is to run later. */
  delayed: boolean;
  /** It could start now: on its own lane, or on the interactive one. */
  startsAtOnce: boolean;
  /** How long it would stand in line otherwise, in milliseconds; null: nobody knows. */
  lineMs: number | null;
  /** `limited`: only so many of the queue's jobs may run at once. */
  queueState: 'open' | 'limited' | 'paused';
  /** The service that it calls is left alone for so long, in milliseconds; null: it is not. */
  serviceDown: { name: string; waitMs: number } | null;
};

export function decide(facts: DecisionFacts): Decision {
  const { stats, pace, callerWaitMs, delayed, queueState } = facts;
  const { p95Ms, samples } = stats;
  const choose = (mode: 'sync' | 'async' | 'wait', reason: string): Decision => {
    return { mode, reason, p95Ms, samples, waitMs: mode === 'async' ? null : boundOf(facts) };
  };
  if (delayed) return choose('async', 'It is to run later, so nobody waits for it.');
  if (callerWaitMs === 0) return choose('async', 'Its caller does not wait, so it goes on in the background.');
  if (queueState === 'paused') return choose('async', 'Its queue is paused, so nobody can say when it runs.');
  const { serviceDown } = facts;
  if (serviceDown !== null && serviceDown.waitMs > boundOf(facts))
    return choose(
      'async',
      `Its service ${serviceDown.name} failed too often of late and is tried again in ${seconds(serviceDown.waitMs)}: too long to wait for.`,
    );
  const line = lineOf(facts);
  if (line !== null && line + (p95Ms ?? 0) > boundOf(facts))
    return choose('async', `About ${seconds(line)} of work is ahead of it in its queue: too long to wait for.`);
  if (pace === null || p95Ms === null) return choose('wait', `${fewRuns(samples)}, ${handover(facts)}`);
  if (pace === 'slow') return decideSlow(facts, p95Ms, choose);
  const usual =
    pace === 'fast' && p95Ms > stillFastMs
      ? `Nearly 19 of 20 runs end within ${seconds(stillFastMs)}`
      : `19 of 20 runs end within ${seconds(p95Ms)}`;
  const isInTime = callerWaitMs === undefined || p95Ms <= callerWaitMs;
  if (pace === 'fast' && facts.startsAtOnce && queueState === 'open' && isInTime) return choose('sync', `${usual}: worth waiting for.`);
  return choose('wait', `${usual}, ${hindranceOf(facts, isInTime)}: ${handover(facts)}`);
}

/** Nobody is made to wait for what is slow, unless its caller can't go on without it and it will likely end in time. */
function decideSlow(facts: DecisionFacts, p95Ms: number, choose: (mode: 'async' | 'wait', reason: string) => Decision): Decision {
  const need = needOf(facts.declares);
  if (need !== null && p95Ms <= boundOf(facts))
    return choose('wait', `1 run in 20 takes ${seconds(p95Ms)} or longer, but ${need}: ${handover(facts)}`);
  return choose('async', `1 run in 20 takes ${seconds(p95Ms)} or longer: too long to wait for.`);
}

/** How long the caller is held at the most. What the caller gave is never exceeded. */
function boundOf({ callerWaitMs, declares }: DecisionFacts): number {
  return callerWaitMs ?? (needOf(declares) === null ? slowMs : patientMs);
}

/** Why its caller should see the end of it, as far as the task says so. */
function needOf({ needsResult, consistency, retryable }: TaskDeclares): string | null {
  if (needsResult) return 'its caller needs the result';
  if (consistency === 'strong') return 'its effect must be seen before its caller goes on';
  if (retryable === false) return 'it is not tried again, so its caller should hear of a failure';
  return null;
}

/** Milliseconds in line; null where it starts at once, or nobody knows. */
function lineOf({ startsAtOnce, lineMs, pace, queueState, declares }: DecisionFacts): number | null {
  if (startsAtOnce && queueState === 'open') return null;
  // Where only eventual consistency is asked for, nobody waits in a line of unknown length either.
  if (lineMs === null && declares.consistency === 'eventual' && !declares.interactive && pace !== 'fast') return slowMs;
  return lineMs;
}

function hindranceOf({ pace, queueState }: DecisionFacts, isInTime: boolean): string {
  if (pace !== 'fast') return 'between fast and slow';
  if (!isInTime) return 'longer than its caller waits';
  return queueState === 'limited' ? 'but its queue has a limit' : 'but every place is taken';
}

function handover(facts: DecisionFacts): string {
  const person = facts.declares.interactive ? ', since a person waits for it,' : '';
  return `the answer waits up to ${seconds(boundOf(facts))}${person} and then goes on in the background.`;
}

function fewRuns(samples: number): string {
  if (samples === 0) return 'No run of it was measured yet';
  return samples === 1
    ? 'Only one run of it was measured so far'
    : `Only ${Math.min(samples, enoughSamples - 1)} runs of it were measured so far`;
}

export function seconds(ms: number): string {
  if (ms < 1) return '1 ms';
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 99_950) return `${Math.round(ms / 100) / 10} s`;
  return ms < 5_940_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}
