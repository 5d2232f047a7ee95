/** From one machine to many: how many of them a load needs, each with a queue of its own and an even share of the load. */

import { erlangB } from './erlang.ts';
import { isUnstable, loadOf, type PlanQuestion, withPlaces } from './load.ts';
import { waitingInLine } from './queueing.ts';

export type Machine = {
  /** Jobs that run at once on one. `placesOf` says it for the engine's lanes. */
  places: number;
  /** Attempts a second that its engine takes in and finishes, as measured there (`switchyard top`); null: not what limits it. */
  jobsPerSecond: number | null;
};

/**
 * How a run takes its thread: `alone`; `shared` with 2,500 others, as tasks of the io lane are; for sync calls `short`, known to take under 10 ms,
 * so that 32 stand in line on a thread, or `waiting` for something else, 250 a thread.
 */
export type LaneUse = { lane: 'cpu' } | { lane: 'io' } | { lane: 'interactive'; run: 'alone' | 'short' | 'waiting' };

/** How many jobs a lane runs at once on a machine with so many cores, as the engine sizes its lanes by default. */
export function placesOf(cores: number, use: LaneUse): number {
  if (use.lane === 'cpu') return Math.max(2, cores);
  if (use.lane === 'io') return 4 * 2_500;
  return Math.max(8, cores * 2) * { alone: 1, short: 32, waiting: 250 }[use.run];
}

export type Fleet = {
  machines: number;
  placesPerMachine: number;
  /** Jobs that run at the same time over all machines, on the average. */
  inFlight: number;
  /** What asks for the most machines. */
  because: 'places' | 'throughput';
  /** On each machine, 0…1. */
  occupancy: number;
  /** By Allen–Cunneen, on each machine; 0 for sync. */
  waitP95Ms: number;
  /** By Erlang B, for sync. */
  refusedShare: number;
};

const mostMachines = 1_000_000;

/**
 * The fewest machines on which the load is carried and the target met. Machines do not share a line, so many small ones need a
 * few places more than one large one would. Null when no number is enough.
 */
export function fleetFor(question: Omit<PlanQuestion, 'workers'>, machine: Machine): Fleet | null {
  const { places } = machine;
  const whole = loadOf({ ...question, workers: places });
  const sharedBy = (machines: number) => {
    const load = withPlaces(loadOf({ ...question, arrivalsPerSecond: question.arrivalsPerSecond / machines, workers: places }), places);
    const refused = load.mode === 'sync' ? erlangB(places, load.erlangs) : 0;
    const { erlangs, meanHeldMs, arrivalScv, heldScv } = load;
    const line = waitingInLine({
      servers: places,
      erlangs: load.mode === 'sync' ? 0 : erlangs,
      meanServiceMs: meanHeldMs,
      arrivalScv,
      serviceScv: heldScv,
    });
    const { waitP95Ms = Number.POSITIVE_INFINITY, refusedShare = 0.01 } = question.target ?? {};
    const waitMs = line.quantileMs(0.95);
    const met = load.mode === 'sync' ? refused <= refusedShare : !isUnstable(load) && waitMs <= waitP95Ms;
    return { met, refused, waitMs, occupancy: Math.min(1, (erlangs * (1 - refused)) / places) };
  };
  const forPlaces = fewest((machines) => sharedBy(machines).met);
  if (forPlaces === null) return null;
  const forThroughput = machine.jobsPerSecond === null ? 1 : Math.max(1, Math.ceil(whole.attemptsPerSecond / machine.jobsPerSecond));
  const machines = Math.max(forPlaces, forThroughput);
  const { refused, waitMs, occupancy } = sharedBy(machines);
  return {
    machines,
    placesPerMachine: places,
    inFlight: (whole.attemptsPerSecond * (1 - refused) * whole.meanServiceMs) / 1000,
    because: forThroughput > forPlaces ? 'throughput' : 'places',
    ...{ occupancy, waitP95Ms: waitMs, refusedShare: refused },
  };
}

/** More machines are never worse. */
function fewest(enough: (machines: number) => boolean): number | null {
  let high = 1;
  while (!enough(high)) {
    high *= 2;
    if (high > mostMachines) return null;
  }
  let low = Math.floor(high / 2);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (enough(middle)) high = middle;
    else low = middle;
  }
  return high;
}
