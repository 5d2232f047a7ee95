/** Circuit breakers: what a task says of the service that it calls, and how such a service stands. */

/**
 * Which service the jobs of a task call: one that goes by `name` (tasks that give the same name share it), or the origin of the
 * address that stands in the payload at the JSON Pointer `originOf`. `faults` are the names and codes of the errors that are the
 * service's fault; every other end of a run but a time-out shows that it answers.
 */
export type CircuitDeclaration = { name: string; faults: string[] } | { originOf: string; faults: string[] };

export const circuitStates = ['closed', 'open', 'half-open'] as const;
/** `closed`: calls go through. `open`: they wait. `half-open`: one at a time tries whether the service is back. */
export type CircuitState = (typeof circuitStates)[number];

export type Circuit = {
  /** An origin such as `https://example.com`, or the name that a task gave. */
  name: string;
  state: CircuitState;
  /** Of the last `calls` (at most 20) so many were the service's fault. */
  faults: number;
  calls: number;
  /** Since when no calls go through; null while it is closed. */
  openedAt: string | null;
  /** When the next call tries it; null while it is closed. */
  probeAt: string | null;
  /** How often it was tried, or has failed, since it last was closed. */
  openings: number;
  lastFault: { at: string; name: string; message: string } | null;
  /** Due jobs that wait for it; more than 1,000 are not counted. */
  waiting: number;
};
