/**
 * When a circuit opens, is tried and closes again. Pure: a state and what happened give the next state.
 *
 * Whether there were too many faults is cockatiel's to say (`CountBreaker`). Its policy around that is not used: it wraps a call in a
 * promise, and here a call's start and end are two transactions with perhaps a restart between them.
 */

import { CircuitState as BreakerState, CountBreaker } from 'cockatiel';
import type { JobError } from '../../contract/job.ts';
import { retryDelayMs } from '../../contract/retry.ts';

/** It opens once more than half of the last 20 calls failed, and no fewer than 5 of them are known. */
const breakerOptions = { threshold: 0.5, size: 20, minimumNumberOfCalls: 5 };
/** How long it stays open: 10 s, 20 s, 40 s …, at most 10 minutes, varied so that services that failed together are not tried together. */
const openFor = { maxAttempts: 1, backoff: 'exponential', baseMs: 10_000, maxMs: 600_000, jitter: 0.1 } as const;
/** A service that asks to be left alone is left alone for at most this long: nobody can say how it will be by then. */
const longestAskedMs = 3_600_000;
/** A call that tries whether the service is back and has not ended by then lets another one try. */
export const probeMs = 60_000;

/** Characters of a fault's message that are kept. */
const messageLength = 1_000;

/** What the breaker remembers of the last calls. */
type Calls = { samples: (boolean | null)[]; currentSample: number; failures: number; successes: number };

/** Times in milliseconds since 1970. */
export type CircuitRecord = {
  readonly name: string;
  readonly calls: Calls;
  /** null: closed. `since` it opened; `triedAt` the last time it failed; closed to calls until `probeAt`. */
  readonly open: { readonly since: number; readonly triedAt: number; readonly probeAt: number; readonly openings: number } | null;
  readonly usedAt: number;
  readonly lastFault: { readonly at: number; readonly name: string; readonly message: string } | null;
};

export type Fault = {
  at: number;
  error: Pick<JobError, 'name' | 'message'>;
  /** Milliseconds that the service asked to be left alone, if it did. */
  askedMs: number | undefined;
  /** The call was to try whether the service is back. */
  probe: boolean;
  /** Uniform in [0, 1). */
  random: number;
};

export function newCircuit(name: string, now: number): CircuitRecord {
  return { name, calls: new CountBreaker(breakerOptions).state as Calls, open: null, usedAt: now, lastFault: null };
}

/** Whether no call may go through now. A clock that was set back opens it to a try: how long it has been is not known any more. */
export function isShut({ open }: CircuitRecord, now: number): boolean {
  return open !== null && now >= open.triedAt && now < open.probeAt;
}

/** While it is not closed only those that try it count: the others began when it was thought to be well. */
export function afterFault(circuit: CircuitRecord, fault: Fault): CircuitRecord {
  const { at, error, probe } = fault;
  const message = error.message.slice(0, messageLength);
  const seen: CircuitRecord = { ...circuit, usedAt: at, lastFault: { at, name: error.name, message } };
  if (circuit.open !== null) return probe ? { ...seen, open: opened(circuit.open, fault) } : seen;
  const breaker = breakerOf(circuit);
  const trips = breaker.failure(BreakerState.Closed);
  return { ...seen, calls: breaker.state as Calls, open: trips ? opened(null, fault) : null };
}

/** The service answered, well or not. */
export function afterAnswer(circuit: CircuitRecord, at: number, probe: boolean): CircuitRecord {
  if (circuit.open !== null && !probe) return circuit;
  const breaker = breakerOf(circuit);
  breaker.success(circuit.open === null ? BreakerState.Closed : BreakerState.HalfOpen);
  return { ...circuit, calls: breaker.state as Calls, open: null, usedAt: at };
}

/** A call goes out to try it; the others wait for what it says, but not for ever. */
export function probed(circuit: CircuitRecord, now: number): CircuitRecord {
  return circuit.open === null ? circuit : { ...circuit, usedAt: now, open: { ...circuit.open, triedAt: now, probeAt: now + probeMs } };
}

/** The call that was to try it ended without a word on the service: the next one may. */
export function unproven(circuit: CircuitRecord, now: number): CircuitRecord {
  return circuit.open === null ? circuit : { ...circuit, open: { ...circuit.open, probeAt: Math.max(now, circuit.open.triedAt) } };
}

function opened(before: CircuitRecord['open'], { at, askedMs = 0, random }: Fault): CircuitRecord['open'] {
  const openings = (before?.openings ?? 0) + 1;
  const delayMs = Math.max(retryDelayMs(openFor, openings, random), Math.min(askedMs, longestAskedMs));
  return { since: before?.since ?? at, triedAt: at, probeAt: at + delayMs, openings };
}

function breakerOf({ calls }: CircuitRecord): CountBreaker {
  const breaker = new CountBreaker(breakerOptions);
  breaker.state = { ...calls, samples: [...calls.samples] };
  return breaker;
}
