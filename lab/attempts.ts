/** What failures add to the load, when each attempt fails with the same chance. Rules and ages of a policy are left to the simulation. */

/** Attempts of a job on the average: 1 + p + p² + … over `maxAttempts` terms = (1 − p^max) / (1 − p). */
export function meanAttempts(failureRate: number, maxAttempts: number): number {
  return failureRate >= 1 ? maxAttempts : (1 - failureRate ** maxAttempts) / (1 - failureRate);
}

/** Share of jobs whose every attempt fails: p^max. */
export function deadShare(failureRate: number, maxAttempts: number): number {
  return failureRate ** maxAttempts;
}
