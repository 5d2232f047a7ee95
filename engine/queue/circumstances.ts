import { type CatalogEntry, laneOf } from './catalog.ts';
import type { Gated } from './concurrency.ts';
import type { DecisionFacts } from './decide.ts';
import type { Dispatch, SyncHindrance } from './dispatch.ts';
import type { Measurements } from './measure.ts';
import type { Pace } from './pace.ts';
import type { PlanFacts } from './plan.ts';
import type { Promised } from './promise.ts';
import type { QueueSettings } from './queue-settings.ts';

export type CircumstancesParts = { dispatch: Dispatch; measurements: Measurements; settings: QueueSettings };

export type PlannedJob = Gated & { queue: string };

/**
 * The circumstances of one submission. They are looked up when they are asked for: what goes to the background needs neither
 * percentiles nor places, and in a batch the looking up would take longer than the planning.
 */
export class Circumstances implements PlanFacts {
  readonly now: number;
  readonly nonce: number;
  readonly lineMs: () => number | null;
  readonly promised: Promised | null;
  readonly #parts: CircumstancesParts;
  readonly #entry: CatalogEntry;
  readonly #job: PlannedJob;
  readonly #rooms: { own: number; interactive: number };
  /** One answer for the whole plan. */
  #startsAtOnce: boolean | null = null;

  constructor(
    parts: CircumstancesParts,
    entry: CatalogEntry,
    job: PlannedJob,
    rooms: { own: number; interactive: number },
    given: Pick<PlanFacts, 'now' | 'nonce' | 'lineMs' | 'promised'>,
  ) {
    this.#parts = parts;
    this.#entry = entry;
    this.#job = job;
    this.#rooms = rooms;
    this.now = given.now;
    this.nonce = given.nonce;
    this.lineMs = given.lineMs;
    this.promised = given.promised;
  }

  get queue(): string {
    return this.#job.queue;
  }

  get circuit(): string | null {
    return this.#job.circuit;
  }

  get queueState(): PlanFacts['queueState'] {
    const { settings } = this.#parts;
    const { queue } = this.#job;
    if (settings.isPaused(queue)) return 'paused';
    return settings.concurrency(queue) < Number.POSITIVE_INFINITY || settings.rateLimit(queue) !== null ? 'limited' : 'open';
  }

  get stats(): PlanFacts['stats'] {
    return this.#parts.measurements.statsOf(this.#entry.name);
  }

  get pace(): Pace | null {
    return this.#parts.measurements.paceOf(this.#entry.name);
  }

  get startsAtOnce(): boolean {
    this.#startsAtOnce ??= this.#parts.dispatch.mayHandOff({ ...this.#job, lane: laneOf(this.#entry) }, this.#rooms.own);
    return this.#startsAtOnce;
  }

  get syncHindrance(): SyncHindrance | null {
    return this.#parts.dispatch.syncHindrance(this.#job, this.#rooms.interactive);
  }

  get serviceDown(): DecisionFacts['serviceDown'] {
    return this.#job.circuit === null ? null : this.#parts.dispatch.circuits.outage(this.#job.circuit);
  }

  hindranceEndsInMs(hindrance: SyncHindrance): number {
    return this.#parts.dispatch.hindranceEndsInMs(hindrance, this.#job, this.#rooms.interactive);
  }
}
