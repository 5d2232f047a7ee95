/** Erlang's formulas, by the recurrence that stays exact for any number of servers; no factorials, which end at 170. */

/**
 * Probability that all servers are busy when nobody waits (M/G/c/c): the share of sync calls that is refused.
 * B(0) = 1, B(k) = a·B(k−1) / (k + a·B(k−1)). Holds for every distribution of the service time.
 * @param erlangs offered load: arrivals per second × mean seconds of service
 */
export function erlangB(servers: number, erlangs: number): number {
  let blocked = 1;
  for (let k = 1; k <= servers; k++) blocked = (erlangs * blocked) / (k + erlangs * blocked);
  return blocked;
}

/**
 * Probability that an arrival has to wait (M/M/c): B / (1 − ρ(1 − B)) with ρ = erlangs / servers. 1 when the load is more than the servers can do.
 */
export function erlangC(servers: number, erlangs: number): number {
  return waitProbability(servers, erlangs, erlangB(servers, erlangs));
}

function waitProbability(servers: number, erlangs: number, blocked: number): number {
  if (erlangs >= servers) return 1;
  return blocked / (1 - (erlangs / servers) * (1 - blocked));
}

/**
 * The smallest number of servers that `enough` says yes to, from the smallest that can carry the load; one pass of the
 * recurrence. Null when `most` are not enough.
 * @param enough is given the number of servers and Erlang's B and C for it
 */
export function fewestServers(
  erlangs: number,
  most: number,
  enough: (servers: number, blocked: number, waits: number) => boolean,
): number | null {
  let blocked = 1;
  for (let k = 1; k <= most; k++) {
    blocked = (erlangs * blocked) / (k + erlangs * blocked);
    if (enough(k, blocked, waitProbability(k, erlangs, blocked))) return k;
  }
  return null;
}
