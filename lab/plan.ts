/** The capacity planner: what a load does to a number of workers, and how many it needs. docs/capacity.md explains the model. */

import { erlangB } from './erlang.ts';
import { fewestForRefusals, fewestForWait } from './fewest-workers.ts';
import { Histogram } from './histogram.ts';
import { growthPerSecond, isUnstable, type Load, loadOf, type PlanQuestion } from './load.ts';
import { type Method, methodFor } from './plan-method.ts';
import { meanNumber, waitingInLine } from './queueing.ts';
import type { Simulated } from './simulation.ts';
import { simulatedJobs, simulateRuns, simulateSteadily } from './steady-state.ts';

export type Percentiles = { meanMs: number; p50Ms: number; p95Ms: number; p99Ms: number };
export type BacklogPoint = { atMs: number; waiting: number };

export type Plan = {
  method: Method;
  why: string;
  stable: boolean;
  /** Jobs that may run at once. */
  places: number;
  /** Attempts a second, retries included, and how many can be done. */
  attemptsPerSecond: number;
  capacityPerSecond: number;
  /** Share of the places' time in which tasks run, 0…1; without the overhead between them. */
  utilisation: number;
  /** Share of the places' time that is taken, overhead included. */
  occupancy: number;
  /** Of an attempt, from due to started; null when it has no bound. */
  wait: Percentiles | null;
  /** Of a job, from submitted to completed, retries included; null where only the simulation knows it. */
  latency: Percentiles | null;
  waitByPriority: { priority: number; p95Ms: number }[];
  /** Jobs waiting and running on the average, by Little's law; null when the line grows. */
  waiting: number | null;
  inFlight: number;
  /** Jobs a minute by which the line grows; 0 when it doesn't. */
  growthPerMinute: number;
  refusedShare: number;
  deadShare: number;
  /** Until the backlog is gone; 0 without one, null when it never is. */
  drainMs: number | null;
  backlogOverTime: BacklogPoint[];
  /** Fewest workers for the target; null without one, or when none are enough. */
  workersForTarget: number | null;
  /** Fewest workers that carry the load at all. */
  workersToCarry: number;
};

const unstableHorizonMs = 3_600_000;
const points = 61;

/** @throws RangeError for numbers that no load can have */
export function plan(question: PlanQuestion): Plan {
  const load = loadOf(question);
  const { method, why } = methodFor(load);
  const stable = !isUnstable(load);
  const outcome = method === 'simulation' ? bySimulation(load) : byFormula(load);
  const { drainMs, overTime } = stable && load.durationMs === null ? drainOf(load) : { drainMs: null, overTime: null };
  const { waitP95Ms, refusedShare } = question.target ?? {};
  const forTarget =
    load.mode === 'sync'
      ? refusedShare === undefined
        ? null
        : fewestForRefusals(load, refusedShare)
      : waitP95Ms === undefined
        ? null
        : fewestForWait(load, waitP95Ms);
  return {
    ...{ method, why, stable, places: load.places, attemptsPerSecond: load.attemptsPerSecond, capacityPerSecond: load.capacityPerSecond },
    ...outcome,
    growthPerMinute: stable ? 0 : Math.max(0, growthPerSecond(load)) * 60,
    drainMs: drainMs ?? outcome.drainMs,
    backlogOverTime: overTime ?? outcome.backlogOverTime,
    workersForTarget: forTarget,
    workersToCarry: Math.floor(load.erlangs) + 1,
  };
}

type Outcome = Omit<
  Plan,
  | 'method'
  | 'why'
  | 'stable'
  | 'places'
  | 'attemptsPerSecond'
  | 'capacityPerSecond'
  | 'growthPerMinute'
  | 'workersForTarget'
  | 'workersToCarry'
>;

function byFormula(load: Load): Outcome {
  const { places, erlangs, meanHeldMs, arrivalScv, heldScv, backlog, mode } = load;
  const refusedShare = mode === 'sync' ? erlangB(places, erlangs) : 0;
  const carried = Math.min(load.attemptsPerSecond * (1 - refusedShare), load.capacityPerSecond);
  const line = waitingInLine({
    servers: places,
    erlangs: mode === 'sync' ? 0 : erlangs,
    meanServiceMs: meanHeldMs,
    arrivalScv,
    serviceScv: heldScv,
  });
  const stable = !isUnstable(load);
  const horizonMs = load.durationMs ?? unstableHorizonMs;
  const growing = stable ? 0 : Math.max(0, growthPerSecond(load));
  const waiting = stable ? meanNumber(load.attemptsPerSecond, line.meanMs) : null;
  return {
    utilisation: (carried * load.meanServiceMs) / 1000 / places,
    occupancy: (carried * meanHeldMs) / 1000 / places,
    wait: stable ? { meanMs: line.meanMs, p50Ms: line.quantileMs(0.5), p95Ms: line.quantileMs(0.95), p99Ms: line.quantileMs(0.99) } : null,
    latency: null,
    waitByPriority: [],
    waiting,
    inFlight: meanNumber(carried, load.meanServiceMs),
    refusedShare,
    deadShare: load.deadShare,
    drainMs: backlog === 0 && stable ? 0 : null,
    backlogOverTime: evenly(horizonMs, (atMs) => (waiting ?? backlog) + (growing * atMs) / 1000),
  };
}

function bySimulation(load: Load): Outcome {
  const runs = load.durationMs === null ? [simulateSteadily(load)] : simulateRuns(load, load.durationMs);
  const sum = (of: (run: Simulated) => number) => runs.reduce((total, run) => total + of(run), 0);
  const merged = (of: (run: Simulated) => Histogram) => {
    const all = new Histogram();
    for (const run of runs) all.merge(of(run));
    return all;
  };
  const wait = percentilesOf(merged((run) => run.wait));
  const arrived = Math.max(
    1,
    sum((run) => run.arrived),
  );
  const refusedShare = sum((run) => run.refused) / arrived;
  const utilisation = sum((run) => run.utilisation) / runs.length;
  const drains = runs.map(({ emptyAtMs }) => emptyAtMs).filter((at) => at !== null);
  const priorities = runs[0]?.waitByPriority ?? [];
  return {
    utilisation,
    occupancy: Math.min(1, (utilisation * load.meanHeldMs) / Math.max(load.meanServiceMs, Number.MIN_VALUE)),
    wait,
    latency: percentilesOf(merged((run) => run.latency)),
    waitByPriority:
      priorities.length < 2
        ? []
        : priorities.map(({ priority }, rank) => ({
            priority,
            p95Ms: merged((run) => run.waitByPriority[rank]?.wait ?? new Histogram()).quantile(0.95) ?? 0,
          })),
    waiting:
      load.backlog > 0
        ? sum((run) => meanOf(run.series.map((point) => point.waiting))) / runs.length
        : meanNumber(load.attemptsPerSecond * (1 - refusedShare), wait?.meanMs ?? 0),
    inFlight: utilisation * load.places,
    refusedShare,
    deadShare:
      sum((run) => run.dead) /
      Math.max(
        1,
        sum((run) => run.dead + run.completed),
      ),
    drainMs: load.backlog === 0 ? 0 : drains.length < runs.length ? null : meanOf(drains),
    backlogOverTime: (runs[0]?.series ?? []).map(({ atMs }, at) => ({
      atMs,
      waiting: sum((run) => run.series[at]?.waiting ?? 0) / runs.length,
    })),
  };
}

/** When the backlog is gone: as a flow of capacity less arrivals; simulated as well where that costs little, as retries and limits slow it down. */
function drainOf(load: Load): { drainMs: number | null; overTime: BacklogPoint[] | null } {
  const { backlog } = load;
  if (backlog === 0 || load.mode === 'sync') return { drainMs: 0, overTime: null };
  const shrinking = -growthPerSecond(load);
  if (shrinking <= 0) return { drainMs: null, overTime: null };
  const flowMs = (backlog / shrinking) * 1000;
  const horizonMs = flowMs * 2;
  if (backlog + (load.arrivalsPerSecond * horizonMs) / 1000 <= simulatedJobs) {
    const outcome = bySimulation({ ...load, durationMs: horizonMs });
    if (outcome.drainMs !== null) return { drainMs: outcome.drainMs, overTime: outcome.backlogOverTime };
  }
  return { drainMs: flowMs, overTime: evenly(horizonMs, (atMs) => Math.max(0, backlog - (shrinking * atMs) / 1000)) };
}

function evenly(horizonMs: number, waitingAt: (atMs: number) => number): BacklogPoint[] {
  return Array.from({ length: points }, (_, at) => {
    const atMs = (at * horizonMs) / (points - 1);
    return { atMs, waiting: waitingAt(atMs) };
  });
}

function percentilesOf(histogram: Histogram): Percentiles | null {
  const quantile = (share: number) => histogram.quantile(share) ?? 0;
  return histogram.meanMs === null
    ? null
    : { meanMs: histogram.meanMs, p50Ms: quantile(0.5), p95Ms: quantile(0.95), p99Ms: quantile(0.99) };
}

function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / Math.max(1, numbers.length);
}
