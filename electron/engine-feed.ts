/** What tray and notifications follow: counts, queues and deaths, over the same API as everything else. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../contract/client.ts';
import type { EngineEvent } from '../contract/events.ts';
import type { JobSummary } from '../contract/job.ts';
import type { Queue, StateCounts } from '../contract/resources.ts';
import type { Endpoint } from './engine-endpoint.ts';
import { clientOf } from './engine-endpoint.ts';
import type { EngineState } from './engine-supervisor.ts';

export type FeedListener = {
  counts(counts: StateCounts): void;
  queues(queues: readonly { name: string; paused: boolean }[]): void;
  died(job: JobSummary): void;
  /** A job that asked for it has ended, in whatever way. */
  asked(job: JobSummary): void;
};

/** What the feed needs of the supervisor. */
export type EngineStates = { on(event: 'state', listener: (state: EngineState) => void): unknown; suspect(): void };

const againMs = 1_000;

export class EngineFeed {
  /** Kept over a restart of the engine, so that what died meanwhile is told too. */
  #lastEventId: string | null = null;
  #follow: AbortController | undefined;
  readonly #supervisor: EngineStates;
  readonly #listener: FeedListener;

  constructor(supervisor: EngineStates, listener: FeedListener) {
    this.#supervisor = supervisor;
    this.#listener = listener;
    supervisor.on('state', (state) => this.#turnTo(state));
  }

  close(): void {
    this.#follow?.abort();
  }

  #turnTo(state: EngineState): void {
    this.#follow?.abort();
    this.#follow = undefined;
    if (state.status !== 'live') return;
    this.#follow = new AbortController();
    void this.#followWhileLive(state.endpoint, this.#follow.signal);
  }

  async #followWhileLive(endpoint: Endpoint, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#followOnce(clientOf(endpoint), signal).catch((error) => {
        if (!signal.aborted) console.error(`switchyard: the engine's events broke off: ${error.message}`);
      });
      if (signal.aborted) return;
      this.#supervisor.suspect();
      await sleep(againMs, undefined, { signal }).catch(() => {});
    }
  }

  async #followOnce(client: Client, outer: AbortSignal): Promise<void> {
    const own = new AbortController();
    const signal = AbortSignal.any([outer, own.signal]);
    // Only the dead of all jobs: a busy engine has thousands of events a second for which nobody waits here.
    const events = client.events({ kind: ['job', 'queue', 'stats', 'notification'], state: ['dead'] }, this.#lastEventId, signal);
    try {
      // Asked for before the state is read, so that no change falls between the two.
      const first = events.next();
      first.catch(() => {});
      await this.#readAll(client, signal);
      for (let next = await first; !next.done; next = await events.next()) {
        const { id, event } = next.value;
        if (id !== null) this.#lastEventId = id;
        await this.#take(client, event, signal);
      }
    } finally {
      own.abort();
    }
  }

  async #take(client: Client, event: EngineEvent, signal: AbortSignal): Promise<void> {
    if (event.type === 'job.dead') this.#listener.died(event.job);
    else if (event.type === 'notification.desktop') this.#listener.asked(event.notification.job);
    else if (event.type === 'stats') this.#listener.counts(event.counts);
    else if (event.type === 'queue.changed') this.#listener.queues(await allQueues(client, signal));
    else if (event.type === 'reset') await this.#readAll(client, signal);
  }

  async #readAll(client: Client, signal: AbortSignal): Promise<void> {
    const [stats, queues] = await Promise.all([client.call('getStats', { signal }), allQueues(client, signal)]);
    this.#listener.counts(stats.counts);
    this.#listener.queues(queues);
  }
}

async function allQueues(client: Client, signal?: AbortSignal): Promise<Queue[]> {
  return (await client.call('listQueues', signal === undefined ? {} : { signal })).queues;
}

/** @throws Problem of the first queue that refuses; those before it are changed */
export async function setAllPaused(endpoint: Endpoint, paused: boolean): Promise<void> {
  const client = clientOf(endpoint);
  for (const queue of await allQueues(client)) {
    if (queue.paused !== paused) await client.call('patchQueue', { params: { name: queue.name }, body: { paused } });
  }
}
